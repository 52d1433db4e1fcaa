//! Outcomes that two people decide: only of what is unknown, never one's own, and never against the biller's late answer.

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Advance, AdvanceOutcome, IncidentKind, Ledger, Moment, NewOutcome, OutcomeAbout, OutcomeDecided, OutcomeKept,
    OutcomeRefusal, OutcomeState, OutcomeSubject, OutcomeVerdict, OutcomeWord, PaymentState, TaskFilter, TaskKind,
    TaskResult,
};

use crate::concurrency::at_once;
use crate::support::{Command, Doing, Raw, TestDb, actor, advance, confirm, cut_off, halt, now, send};

use OutcomeSubject as S;
use OutcomeVerdict as V;
use PaymentState as P;

const DAY: TimeDelta = TimeDelta::hours(24);

/// When people look: long after everything was asked.
fn later() -> DateTime<Utc> {
    now() + TimeDelta::days(2)
}

fn of(about: OutcomeAbout, subject: S, verdict: V) -> NewOutcome {
    let booked = (subject, verdict) == (S::Confirmation, V::Done);
    NewOutcome {
        about,
        subject,
        verdict,
        receipt_number: if booked { "B-77".to_owned() } else { String::new() },
        evidence: "their statement of today".to_owned(),
        age: DAY,
        actor: actor(1),
        moment: Moment::of(later()),
    }
}

fn propose(ledger: &Ledger, new: NewOutcome) -> OutcomeKept {
    ledger.write_now(move |op| op.propose_outcome(&new)).unwrap()
}

fn kept(kept: OutcomeKept) -> i64 {
    match kept {
        OutcomeKept::Kept(id) | OutcomeKept::KeptBefore(id) => id,
        other => panic!("not kept: {other:?}"),
    }
}

fn word(id: i64, approve: bool, by: i64, at: DateTime<Utc>) -> OutcomeWord {
    OutcomeWord { id, approve, note: String::new(), actor: actor(by), moment: Moment::of(at), cut_off: cut_off() }
}

fn decide_at(ledger: &Ledger, word: OutcomeWord) -> OutcomeDecided {
    let after = word.clone();
    ledger
        .write_step_now(move |op| op.begin_outcome(&word), move |op, outcome| op.end_outcome(&after, outcome))
        .unwrap()
}

fn decide(ledger: &Ledger, id: i64, approve: bool, by: i64) -> OutcomeDecided {
    decide_at(ledger, word(id, approve, by, later()))
}

fn state(ledger: &Ledger, payment: i64) -> P {
    ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap().state
}

fn proposal(ledger: &Ledger, id: i64) -> OutcomeState {
    ledger.read(|reader| reader.outcome_proposal(id)).unwrap().unwrap().state
}

/// Tries a payment's task of a kind at a time; how the try ends.
fn tried(ledger: &Ledger, payment: i64, kinds: &'static [TaskKind], at: DateTime<Utc>, end: Option<TaskResult>) {
    let filter = TaskFilter { kinds, tried: None, due_by: at + TimeDelta::days(30) };
    let tasks =
        ledger.write_now(move |op| op.claim_tasks_of(&filter, 0, at, at + TimeDelta::minutes(2), 1_000)).unwrap();
    let mine = tasks.into_iter().find(|task| task.payment == payment).unwrap();
    if let Some(end) = end {
        ledger.write_now(move |op| op.settle_task(&mine, &end, at)).unwrap();
    }
}

/// A payment in a state, about which people were called.
fn unknown(ledger: &Ledger, article: &str, subject: S) -> i64 {
    let (of, kinds): (P, &'static [TaskKind]) = match subject {
        S::Confirmation => (P::Taken, &[TaskKind::ConfirmBiller]),
        S::Return => (P::Returning, &[TaskKind::ReturnMoney]),
        S::Cancellation => (P::Cancelling, &[TaskKind::CancelBiller]),
        S::Refund => unreachable!("about a refund"),
    };
    let payment = ledger.card_in(article, of);
    let called = TaskResult::Incident(subject.incident(), "no answer".to_owned());
    tried(ledger, payment, kinds, now(), Some(called));
    payment
}

fn what_two_people_say_is_done(db: &TestDb) {
    let ledger = db.open();
    for (subject, verdict, becomes) in [
        (S::Confirmation, V::Done, P::Confirmed),
        (S::Confirmation, V::NotDone, P::Returning),
        (S::Return, V::Done, P::Returned),
        (S::Cancellation, V::Done, P::Cancelled),
        (S::Cancellation, V::NotDone, P::Confirmed),
    ] {
        let case = format!("{subject} {verdict}");
        let payment = unknown(&ledger, &case, subject);
        let about = OutcomeAbout::Payment(payment);
        let before = state(&ledger, payment);
        let id = kept(propose(&ledger, of(about, subject, verdict)));
        assert_eq!(decide(&ledger, id, true, 1), OutcomeDecided::SamePerson, "{case}");
        assert_eq!(state(&ledger, payment), before, "{case}");
        assert_eq!(decide(&ledger, id, true, 2), OutcomeDecided::Decided(OutcomeState::Approved), "{case}");
        assert_eq!(state(&ledger, payment), becomes, "{case}");
        let again = OutcomeDecided::DecidedBefore(OutcomeState::Approved);
        assert_eq!(decide(&ledger, id, true, 3), again, "{case}");
        let open = format!("incidents WHERE closed_at IS NULL AND payment_id = {payment}");
        assert_eq!(db.count(&open), 0, "{case}");
        let asked =
            format!("outbox WHERE done_at IS NULL AND payment_id = {payment} AND kind = {}", subject.task().code());
        assert_eq!(db.count(&asked), 0, "{case}");
    }
    let numbers = db.lines("SELECT receipt_number AS line FROM payments WHERE receipt_number = 'B-77'");
    assert_eq!(numbers.len(), 1);
    db.assert_clean();
}

/// A refund that the gateway never answered for.
fn refunds_end_as_two_people_say(db: &TestDb) {
    use ledger::{NewRefund, RefundKept, RefundReason, RefundState, RequestKey};
    let ledger = db.open();
    for (verdict, becomes) in [(V::Done, RefundState::Done), (V::NotDone, RefundState::Failed)] {
        let payment = ledger.card_in(verdict.as_str(), P::Confirmed);
        let new = NewRefund {
            key: RequestKey::of("refund", verdict.as_str(), ""),
            payment,
            principal: crate::support::money(5_000),
            fee: ledger::Money::ZERO,
            reason: RefundReason::PaidTwice,
            note: String::new(),
            alone_max: crate::support::money(100_000),
            actor: actor(1),
            moment: Moment::of(now()),
            cut_off: cut_off(),
        };
        let RefundKept::Kept(refund, _) = ledger.write_now(move |op| op.propose_refund(&new)).unwrap() else {
            panic!("not kept")
        };
        let called = TaskResult::Incident(IncidentKind::UnresolvedRefund, "strange".to_owned());
        tried(&ledger, refund, &[TaskKind::Refund], now(), Some(called));
        let id = kept(propose(&ledger, of(OutcomeAbout::Refund(refund), S::Refund, verdict)));
        assert_eq!(decide(&ledger, id, true, 2), OutcomeDecided::Decided(OutcomeState::Approved));
        let found = ledger.read(|reader| reader.refund(refund)).unwrap().unwrap();
        assert_eq!((found.state, found.gateway_words.as_str()), (becomes, "their statement of today"));
        let late = propose(&ledger, of(OutcomeAbout::Refund(refund), S::Refund, verdict));
        assert_eq!(late, OutcomeKept::Refused(OutcomeRefusal::NotUnknown));
    }
    assert_eq!(db.count("incidents WHERE closed_at IS NULL"), 0);
    db.assert_clean();
}

/// Every state and every word: what is known is nobody's to decide.
fn only_what_is_unknown_is_decided(db: &TestDb) {
    let ledger = db.open();
    for state in P::ALL.iter().copied() {
        let payment = ledger.card_in(&format!("{state}"), state);
        for (subject, verdict) in
            S::ALL.iter().flat_map(|subject| V::ALL.iter().map(move |verdict| (*subject, *verdict)))
        {
            let case = format!("{state}, {subject}, {verdict}");
            let may = S::of_state(state) == Some(subject) && subject.verdicts().contains(&verdict);
            let new = NewOutcome { evidence: case.clone(), ..of(OutcomeAbout::Payment(payment), subject, verdict) };
            match propose(&ledger, new) {
                OutcomeKept::Kept(id) | OutcomeKept::KeptBefore(id) => {
                    assert!(may, "{case}");
                    ledger.write_now(move |op| op.withdraw_outcome(id, &actor(1), later().naive_utc())).unwrap();
                }
                refused => {
                    assert!(!may, "{case}");
                    assert_eq!(refused, OutcomeKept::Refused(OutcomeRefusal::NotUnknown), "{case}");
                }
            }
        }
    }
    let none = propose(&ledger, of(OutcomeAbout::Payment(999_999), S::Confirmation, V::Done));
    assert_eq!(none, OutcomeKept::Refused(OutcomeRefusal::NotUnknown));
    db.assert_clean();
}

/// Without a call for people it must be old; a call does not wait.
fn people_are_asked_when_it_is_old_or_they_were_called(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", P::Taken);
    let at = |hours| NewOutcome {
        moment: Moment::of(now() + TimeDelta::hours(hours)),
        ..of(OutcomeAbout::Payment(payment), S::Confirmation, V::Done)
    };
    let young = OutcomeRefusal::TooYoung((now() + DAY).naive_utc());
    assert_eq!(propose(&ledger, at(23)), OutcomeKept::Refused(young));
    kept(propose(&ledger, at(24)));
    let called = unknown(&ledger, "b", S::Confirmation);
    kept(propose(&ledger, NewOutcome { about: OutcomeAbout::Payment(called), ..at(1) }));
    db.assert_clean();
}

fn one_proposal_waits_at_a_time(db: &TestDb) {
    let ledger = db.open();
    let payment = unknown(&ledger, "a", S::Confirmation);
    let new = of(OutcomeAbout::Payment(payment), S::Confirmation, V::Done);
    let first = kept(propose(&ledger, new.clone()));
    assert_eq!(kept(propose(&ledger, new.clone())), first, "the same words once more");
    for other in [
        NewOutcome { actor: actor(2), ..new.clone() },
        NewOutcome { evidence: "another".to_owned(), ..new.clone() },
        of(OutcomeAbout::Payment(payment), S::Confirmation, V::NotDone),
    ] {
        assert_eq!(propose(&ledger, other), OutcomeKept::Refused(OutcomeRefusal::Open(first)));
    }
    let by = |by: i64| ledger.write_now(move |op| op.withdraw_outcome(first, &actor(by), later().naive_utc())).unwrap();
    assert_eq!(by(2), OutcomeDecided::NotYours);
    assert_eq!(by(1), OutcomeDecided::Decided(OutcomeState::Withdrawn));
    assert_eq!(decide(&ledger, first, true, 2), OutcomeDecided::DecidedBefore(OutcomeState::Withdrawn));
    let second = kept(propose(&ledger, new.clone()));
    assert_eq!(decide(&ledger, second, false, 2), OutcomeDecided::Decided(OutcomeState::Refused));
    assert_eq!(state(&ledger, payment), P::Taken);
    assert_eq!(decide(&ledger, 5, true, 2), OutcomeDecided::NoSuchProposal);
    db.assert_clean();
}

/// The database takes neither a second one that waits nor anybody who decides their own.
fn the_database_guards_proposals(db: &TestDb) {
    let ledger = db.open();
    let payment = unknown(&ledger, "a", S::Confirmation);
    let id = kept(propose(&ledger, of(OutcomeAbout::Payment(payment), S::Confirmation, V::NotDone)));
    let columns = "about_id, payment_id, subject, verdict, receipt_number, evidence, state, proposed_at, proposed_by, \
                   proposed_by_name, decided_by_name, note";
    for change in [
        format!("INSERT INTO outcome_proposals (id, {columns}) SELECT id + 1, {columns} FROM outcome_proposals"),
        format!("UPDATE outcome_proposals SET state = 2, decided_by = proposed_by WHERE id = {id}"),
        format!("UPDATE outcome_proposals SET state = 2 WHERE id = {id}"),
        format!("UPDATE outcome_proposals SET evidence = '' WHERE id = {id}"),
        format!("UPDATE outcome_proposals SET verdict = 1 WHERE id = {id}"),
    ] {
        assert!(db.raw().run(&change).is_err(), "{change}");
    }
    db.assert_clean();
}

/// Whatever the biller says first is what holds, also within one batch.
fn the_billers_answer_comes_first(db: &TestDb) {
    let ledger = db.open();
    for (answer, becomes) in [(confirm(), P::Confirmed), (ledger::Step::Return, P::Returning)] {
        for verdict in [V::Done, V::NotDone] {
            let case = format!("{becomes}, {verdict}");
            let payment = unknown(&ledger, &case, S::Confirmation);
            let id = kept(propose(&ledger, of(OutcomeAbout::Payment(payment), S::Confirmation, verdict)));
            ledger.step(payment, answer.clone());
            assert_eq!(decide(&ledger, id, true, 2), OutcomeDecided::Overtaken, "{case}");
            assert_eq!((state(&ledger, payment), proposal(&ledger, id)), (becomes, OutcomeState::Overtaken), "{case}");
            let payment = unknown(&ledger, &format!("{case}, in one batch"), S::Confirmation);
            let id = kept(propose(&ledger, of(OutcomeAbout::Payment(payment), S::Confirmation, verdict)));
            let halted = halt(&ledger);
            let heard = send(&ledger, [Command::Advance(advance(payment, answer.clone()))]);
            let (told, hears) = std::sync::mpsc::channel();
            let (said, after) = (word(id, true, 2, later()), word(id, true, 2, later()));
            ledger.write_step(
                move |op| op.begin_outcome(&said),
                move |op, outcome| op.end_outcome(&after, outcome),
                Box::new(move |result| drop(told.send(result))),
            );
            drop(halted);
            for answer in heard {
                answer.recv().unwrap().unwrap();
            }
            assert_eq!(hears.recv().unwrap().unwrap(), OutcomeDecided::Overtaken, "{case}, in one batch");
            assert_eq!((state(&ledger, payment), proposal(&ledger, id)), (becomes, OutcomeState::Overtaken), "{case}");
        }
    }
    db.assert_clean();
}

/// "It was not done" is not said while it may still arrive, and not after it was asked again.
fn what_may_still_arrive_is_not_given_back(db: &TestDb) {
    const CONFIRM: &[TaskKind] = &[TaskKind::ConfirmBiller];
    let ledger = db.open();
    let payment = ledger.card_in("a", P::Taken);
    let again = |at: DateTime<Utc>| Some(TaskResult::Again(at + DAY, "no answer".to_owned()));
    let new = |verdict| of(OutcomeAbout::Payment(payment), S::Confirmation, verdict);
    // Asked a minute before people look.
    let asked = later() - TimeDelta::minutes(1);
    tried(&ledger, payment, CONFIRM, asked, again(asked));
    let until = (asked + TimeDelta::minutes(5)).naive_utc();
    assert_eq!(propose(&ledger, new(V::NotDone)), OutcomeKept::Refused(OutcomeRefusal::Asked(until)));
    let quiet = later() + TimeDelta::minutes(10);
    let id = kept(propose(&ledger, NewOutcome { moment: Moment::of(quiet), ..new(V::NotDone) }));
    // Somebody is asking at this moment.
    tried(&ledger, payment, CONFIRM, quiet + TimeDelta::minutes(1), None);
    let decided = decide_at(&ledger, word(id, true, 2, quiet + TimeDelta::minutes(2)));
    assert_eq!((decided, proposal(&ledger, id)), (OutcomeDecided::Overtaken, OutcomeState::Overtaken));
    assert_eq!(state(&ledger, payment), P::Taken);
    // That the biller booked it stays true, but is not done beside a try.
    let soon = Moment::of(quiet + TimeDelta::minutes(2));
    let id = kept(propose(&ledger, NewOutcome { moment: soon, ..new(V::Done) }));
    let busy = decide_at(&ledger, word(id, true, 2, soon.at));
    assert_eq!(busy, OutcomeDecided::Asked((quiet + TimeDelta::minutes(3)).naive_utc()));
    let free = decide_at(&ledger, word(id, true, 2, quiet + TimeDelta::minutes(3)));
    assert_eq!((free, state(&ledger, payment)), (OutcomeDecided::Decided(OutcomeState::Approved), P::Confirmed));
    db.assert_clean();
}

/// On two nodes: two who decide, one who decides and a biller that answers; one of them is heard.
fn two_at_once_on_two_nodes(db: &TestDb) {
    let nodes = [db.open(), db.open()];
    for round in 0..12 {
        let payment = unknown(&nodes[0], &format!("two {round}"), S::Confirmation);
        let about = OutcomeAbout::Payment(payment);
        let verdict = if round % 2 == 0 { V::Done } else { V::NotDone };
        let id = kept(propose(&nodes[0], of(about, S::Confirmation, verdict)));
        let answers = at_once(2, |n| decide(&nodes[n], id, true, 2 + i64::try_from(n).unwrap()));
        let done = OutcomeDecided::Decided(OutcomeState::Approved);
        assert_eq!(answers.iter().filter(|answer| **answer == done).count(), 1, "{answers:?}");

        let payment = unknown(&nodes[0], &format!("late {round}"), S::Confirmation);
        let id = kept(propose(&nodes[0], of(OutcomeAbout::Payment(payment), S::Confirmation, V::NotDone)));
        let answers = at_once(2, |n| match n {
            0 => decide(&nodes[0], id, true, 2) == done,
            _ => {
                let answer = Advance { moment: Moment::of(later()), ..advance(payment, confirm()) };
                matches!(nodes[1].advance_now(answer).unwrap(), AdvanceOutcome::Moved { .. })
            }
        });
        assert_eq!(answers.iter().filter(|first| **first).count(), 1, "{answers:?}");
        let becomes = if answers[0] { P::Returning } else { P::Confirmed };
        assert_eq!(state(&nodes[0], payment), becomes);
    }
    db.assert_clean();
}

fn the_list_has_what_is_for_people(db: &TestDb) {
    let ledger = db.open();
    let old = ledger.card_in("old", P::Taken);
    let called = unknown(&ledger, "called", S::Return);
    ledger.card_in("confirmed", P::Confirmed);
    let known = unknown(&ledger, "known", S::Confirmation);
    ledger.step(known, confirm());
    let list = |after, since: DateTime<Utc>, limit| {
        let (found, next) = ledger.read(|reader| reader.unknown_outcomes(after, since.naive_utc(), limit)).unwrap();
        (found.iter().map(|one| one.about.id()).collect::<Vec<_>>(), next)
    };
    assert_eq!(list(0, now() - DAY, 10), (vec![called], None));
    assert_eq!(list(0, now(), 10), (vec![old, called], None));
    assert_eq!(list(0, now(), 1), (vec![old], Some(old)));
    assert_eq!(list(old, now(), 1), (vec![called], Some(called)));
    assert_eq!(list(called, now(), 1), (vec![], None));
    let found = ledger.read(|reader| reader.unknown_outcome(OutcomeAbout::Payment(called))).unwrap().unwrap();
    assert_eq!((found.attempts, found.words.as_str(), found.next), (1, "no answer", None));
    assert!(found.is_incident && found.is_for_people(DAY, now()));
    db.assert_clean();
}

fn one_person_has_it_asked_again(db: &TestDb) {
    let ledger = db.open();
    let payment = unknown(&ledger, "a", S::Confirmation);
    let take_up = || ledger.write_now(move |op| op.take_payment_up(payment, later())).unwrap();
    assert!(take_up());
    assert!(!take_up(), "it is due now");
    assert_eq!(db.count("incidents WHERE closed_at IS NULL"), 0);
    let open = "SELECT CAST(attempts AS TEXT) AS line FROM outbox WHERE done_at IS NULL AND kind = 1";
    assert_eq!(db.lines(open), ["1"], "the biller's status is asked first");
    ledger.step(payment, confirm());
    assert!(!take_up(), "it is known");
    db.assert_clean();
}

#[test]
fn damage_is_named() {
    let db = TestDb::sqlite();
    let ledger = db.open();
    let payment = unknown(&ledger, "a", S::Confirmation);
    let id = kept(propose(&ledger, of(OutcomeAbout::Payment(payment), S::Confirmation, V::Done)));
    decide(&ledger, id, true, 2);
    ledger.close();
    db.assert_clean();
    for (change, undo, fault) in [
        ("state = 9", "state = 2", "state 9 is unknown"),
        ("state = 5", "state = 2", "its state and who decided it do not fit"),
        ("receipt_number = 'X'", "receipt_number = 'B-77'", "what was approved is not what became of it"),
        ("verdict = 2, receipt_number = ''", "verdict = 1, receipt_number = 'B-77'", "is not what became of it"),
        ("payment_id = 5", &format!("payment_id = {payment}"), "there is no such payment"),
        ("about_id = 5", &format!("about_id = {payment}"), "it is not about its payment"),
        ("ended_at = NULL", "ended_at = proposed_at", "its state and its end do not fit"),
        ("ended_at = '2020-01-01 00:00:00'", "ended_at = proposed_at", "its state and its end do not fit"),
        (
            "subject = 2, verdict = 2, receipt_number = ''",
            "subject = 1, verdict = 1, receipt_number = 'B-77'",
            "nobody can say that of it",
        ),
    ] {
        let run = |set: &str| Raw::open(&db.url).unwrap().run(&format!("UPDATE outcome_proposals SET {set}")).unwrap();
        run(change);
        let told = db.faults();
        assert!(told.iter().any(|told| told.contains(fault)), "{change}: {told:?}");
        run(undo);
    }
    db.assert_clean();
}

on_both!(
    what_two_people_say_is_done,
    refunds_end_as_two_people_say,
    only_what_is_unknown_is_decided,
    people_are_asked_when_it_is_old_or_they_were_called,
    one_proposal_waits_at_a_time,
    the_database_guards_proposals,
    the_billers_answer_comes_first,
    what_may_still_arrive_is_not_given_back,
    two_at_once_on_two_nodes,
    the_list_has_what_is_for_people,
    one_person_has_it_asked_again,
);
