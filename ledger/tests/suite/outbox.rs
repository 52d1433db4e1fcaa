//! The outbox: claimed by lease, postponed, given to a person, never worked on by two at once.

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{IncidentKind, Ledger, PaymentState, Task, TaskKind, TaskResult};

use crate::support::{Doing, TestDb, card, now};

fn claim(ledger: &Ledger, at: DateTime<Utc>, limit: i64) -> Vec<Task> {
    ledger.write_now(move |op| op.claim_tasks(at, at + TimeDelta::seconds(30), limit)).unwrap()
}

fn settle(ledger: &Ledger, task: &Task, result: TaskResult, at: DateTime<Utc>) {
    let task = task.clone();
    ledger.write_now(move |op| op.settle_task(&task, &result, at)).unwrap();
}

fn of_kind(tasks: Vec<Task>, kind: TaskKind) -> Vec<Task> {
    tasks.into_iter().filter(|task| task.kind == kind).collect()
}

fn a_lease_keeps_others_away_until_it_ends(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", PaymentState::Taken);
    // The poll is due later.
    let first = claim(&ledger, now(), 10);
    assert_eq!(
        first.iter().map(|task| (task.kind, task.payment, task.attempts)).collect::<Vec<_>>(),
        [(TaskKind::ConfirmBiller, payment, 1)]
    );
    assert_eq!(claim(&ledger, now() + TimeDelta::seconds(29), 10), []);
    let second = claim(&ledger, now() + TimeDelta::seconds(30), 10);
    assert_eq!(second.iter().map(|task| (task.id, task.attempts)).collect::<Vec<_>>(), [(first[0].id, 2)]);
    // The first try comes back late, while the second is under way: it is not its task any more.
    settle(&ledger, &first[0], TaskResult::Again(now(), "late".to_owned()), now());
    settle(&ledger, &first[0], TaskResult::Incident(IncidentKind::UnresolvedConfirmation, "late".to_owned()), now());
    assert_eq!(claim(&ledger, now() + TimeDelta::seconds(59), 10), []);
    settle(&ledger, &second[0], TaskResult::Done("told".to_owned()), now());
    // And when it is over.
    settle(&ledger, &first[0], TaskResult::Again(now(), "late".to_owned()), now());
    settle(&ledger, &first[0], TaskResult::Incident(IncidentKind::UnresolvedConfirmation, "late".to_owned()), now());
    assert_eq!(claim(&ledger, now() + TimeDelta::minutes(5), 10), []);
    assert_eq!(db.count("incidents"), 0);
}

fn the_oldest_come_first_and_no_more_than_asked(db: &TestDb) {
    let ledger = db.open();
    let payments: Vec<i64> = (0..5).map(|n| ledger.card_in(&n.to_string(), PaymentState::Taken)).collect();
    let mut claimed = vec![];
    for expected in [2, 2, 1, 0] {
        let tasks = claim(&ledger, now(), 2);
        assert_eq!(tasks.len(), expected);
        claimed.extend(tasks.into_iter().map(|task| task.payment));
    }
    assert_eq!(claimed, payments);
    assert_eq!(ledger.read(|reader| reader.outbox_backlog(now())).unwrap(), (5, 0));
    let polls = ledger.read(|reader| reader.outbox_backlog(now() + TimeDelta::minutes(16))).unwrap();
    assert_eq!(polls, (10, 16 * 60));
}

fn a_postponed_task_comes_back_with_its_note(db: &TestDb) {
    let ledger = db.open();
    ledger.card_in("a", PaymentState::Taken);
    let task = claim(&ledger, now(), 1).remove(0);
    assert_eq!(task.note, "");
    let later = now() + TimeDelta::minutes(5);
    settle(&ledger, &task, TaskResult::Again(later, "é".repeat(400)), now());
    assert_eq!(claim(&ledger, later - TimeDelta::seconds(1), 1), []);
    let again = claim(&ledger, later, 1).remove(0);
    assert_eq!((again.id, again.attempts, again.note), (task.id, 2, "é".repeat(300)));
    // This try never comes back, and leaves no note.
    let third = claim(&ledger, later + TimeDelta::seconds(30), 1).remove(0);
    assert_eq!((third.attempts, third.note.as_str()), (3, ""));
    db.assert_clean();
}

fn what_no_try_resolves_is_given_to_a_person(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", PaymentState::Taken);
    let end = || TaskResult::Incident(IncidentKind::UnresolvedConfirmation, "no answer for 5 days".to_owned());
    let task = claim(&ledger, now(), 1).remove(0);
    settle(&ledger, &task, end(), now());
    settle(&ledger, &task, end(), now());
    assert_eq!(claim(&ledger, now() + TimeDelta::days(1), 10).len(), 1, "the poll only");
    // Asked for again, and unresolved again: the incident is open already.
    ledger.write_now(move |op| op.add_task(TaskKind::ConfirmBiller, payment, now(), now())).unwrap();
    let task = of_kind(claim(&ledger, now(), 10), TaskKind::ConfirmBiller).remove(0);
    settle(&ledger, &task, end(), now());
    let incidents = db.lines("SELECT CAST(payment_id AS TEXT) || ' ' || kind || ' ' || detail AS line FROM incidents");
    assert_eq!(incidents, [format!("{payment} 1 no answer for 5 days")]);
    // A person owns it: the books are in order.
    db.assert_clean();
}

/// A later version's task must not keep this one from its own.
fn a_task_of_an_unknown_kind_is_passed_over(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", PaymentState::Taken);
    db.raw()
        .run(
            "INSERT INTO outbox (id, kind, payment_id, due_at, leased_until, attempts, note, created_at)
              VALUES (800000000000, 99, 1, '2026-11-24 01:00:00', '2026-11-24 01:00:00', 0, '', '2026-11-24 01:00:00')",
        )
        .unwrap();
    let claimed: Vec<i64> = claim(&ledger, now(), 10).into_iter().map(|task| task.payment).collect();
    assert_eq!(claimed, [payment]);
}

fn two_claimers_never_hold_one_task(db: &TestDb) {
    let ledgers: [Ledger; 2] = [db.open(), db.open()];
    for n in 0..40 {
        ledgers[0].start(card(&n.to_string(), &n.to_string()));
    }
    let due = now() + TimeDelta::minutes(15);
    let mut claimed: Vec<i64> = std::thread::scope(|scope| {
        let drain = |ledger| {
            move || {
                let mut mine = vec![];
                loop {
                    let tasks = claim(ledger, due, 3);
                    if tasks.is_empty() {
                        return mine;
                    }
                    mine.extend(tasks.into_iter().map(|task| task.payment));
                }
            }
        };
        let threads: Vec<_> = (0..6).map(|n| scope.spawn(drain(&ledgers[n % 2]))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    claimed.sort_unstable();
    let all = claimed.len();
    claimed.dedup();
    assert_eq!((all, claimed.len()), (40, 40));
}

/// Whoever works off the outbox is woken for what is due now, and only for that.
fn due_work_wakes_the_dispatcher(db: &TestDb) {
    let (woken, heard) = std::sync::mpsc::channel();
    let woken = std::sync::Mutex::new(woken);
    let on_tasks = std::sync::Arc::new(move || woken.lock().unwrap().send(()).unwrap());
    let ledger = Ledger::open(&db.url, &ledger::DataKeys::of_bytes([7; 32]), 1, on_tasks).unwrap();
    let payment = ledger.card_in("a", PaymentState::Awaiting);
    ledger.close();
    assert!(heard.try_recv().is_err(), "a poll in a quarter of an hour");
    drop(ledger);
    let (woken, heard) = std::sync::mpsc::channel();
    let woken = std::sync::Mutex::new(woken);
    let on_tasks = std::sync::Arc::new(move || woken.lock().unwrap().send(()).unwrap());
    let ledger = Ledger::open(&db.url, &ledger::DataKeys::of_bytes([7; 32]), 1, on_tasks).unwrap();
    ledger.step(payment, crate::support::accept(ledger::Hold::Held));
    ledger.close();
    assert!(heard.try_recv().is_ok(), "a capture now");
}

on_both!(
    a_lease_keeps_others_away_until_it_ends,
    the_oldest_come_first_and_no_more_than_asked,
    a_postponed_task_comes_back_with_its_note,
    what_no_try_resolves_is_given_to_a_person,
    a_task_of_an_unknown_kind_is_passed_over,
    two_claimers_never_hold_one_task,
    due_work_wakes_the_dispatcher,
);
