//! Disputes: one of a kind at a time, each step from where it can be taken, and their refunds close them or open them again.

use chrono::TimeDelta;
use ledger::{
    Amounts, DatabaseUrl, DisputeAction as A, DisputeEffect, DisputeFilter, DisputeKind, DisputeOpened, DisputeOrigin,
    DisputeOutcome as O, DisputeState as S, DisputesOf, DisputesShown, Hold, Language, Ledger, Money, NewDispute,
    NewRefund, Pay, RefundEnd, RefundKept, RefundReason, RequestKey, TaskKind, check_books,
};

use crate::concurrency::at_once;
use crate::support::{Doing, Raw, TestDb, accept_amount, actor, card, confirm, cut_off, moment, money, now};

fn paid(ledger: &Ledger, article: &str) -> i64 {
    let amounts = Amounts { principal: money(16_800), fee: money(590), vat: money(106), duty: Money::ZERO };
    let payment = ledger.start(Pay { amounts, ..card(article, article) });
    ledger.step(payment, accept_amount(Hold::Captured, 17_496));
    ledger.step(payment, confirm());
    payment
}

fn new(payment: i64, kind: DisputeKind) -> NewDispute {
    NewDispute {
        payment,
        biller: 1001,
        kind,
        origin: DisputeOrigin::Payer,
        told: "words".to_owned(),
        phone: Some("+212612345678".to_owned()),
        email: None,
        language: Language::Fr,
        due_at: now() + TimeDelta::days(7),
        by: None,
        now: now(),
    }
}

fn open(ledger: &Ledger, payment: i64) -> i64 {
    let new = new(payment, DisputeKind::PaidTwice);
    match ledger.write_now(move |op| op.open_dispute(&new)).unwrap() {
        DisputeOpened::Opened(id) => id,
        other => panic!("not opened: {other:?}"),
    }
}

fn step(ledger: &Ledger, id: i64, action: A, by: i64) -> O {
    ledger.write_now(move |op| op.step_dispute(id, action, "note", Some(&actor(by)), now())).unwrap()
}

fn state(ledger: &Ledger, id: i64) -> S {
    ledger.read(|reader| reader.dispute(id)).unwrap().unwrap().state
}

/// A refund proposed as the outcome of a dispute; its number.
fn refund(ledger: &Ledger, dispute: i64, payment: i64, key: &str) -> i64 {
    let new = NewRefund {
        key: RequestKey::of("refund", key, key),
        payment,
        principal: money(5_000),
        fee: money(0),
        reason: RefundReason::PaidTwice,
        note: String::new(),
        alone_max: Money::ZERO,
        actor: actor(1),
        moment: moment(),
        cut_off: cut_off(),
    };
    let proposed = ledger.write_now(move |op| {
        let RefundKept::Kept(refund, _) = op.propose_refund(&new)? else { panic!("kept") };
        let outcome = op.propose_dispute_outcome(dispute, DisputeEffect::Refund, "answer", &actor(1), now())?;
        op.name_dispute_refund(dispute, refund)?;
        assert_eq!(outcome, O::Done(S::Proposed));
        Ok(refund)
    });
    proposed.unwrap()
}

fn its_refund_closes_it_or_opens_it_again(db: &TestDb) {
    let ledger = db.open();
    for (key, end, expected) in [
        ("refused", None, S::Open),
        ("paid", Some(RefundEnd::Paid), S::Upheld),
        ("failed", Some(RefundEnd::Failed), S::Open),
    ] {
        let payment = paid(&ledger, key);
        let id = open(&ledger, payment);
        let refund = refund(&ledger, id, payment, key);
        // Nothing else ends it meanwhile.
        for action in [A::Approved, A::Refused, A::Upheld, A::Rejected, A::Withdrawn, A::AskedPayer] {
            assert_eq!(step(&ledger, id, action, 2), O::NotNow(S::Proposed), "{action}");
        }
        assert_eq!(step(&ledger, id, A::Noted, 2), O::Done(S::Proposed));
        let decide = move |op: &mut ledger::WriteOp<'_>| {
            op.decide_refund(refund, end.is_some(), "word", &actor(2), moment(), cut_off())
        };
        ledger.write_now(decide).unwrap();
        if let Some(end) = end {
            assert_eq!(state(&ledger, id), S::Proposed, "decided, and not done");
            ledger.write_now(move |op| op.end_refund(refund, end, "words", None, moment(), cut_off())).unwrap();
        }
        let found = ledger.read(|reader| reader.dispute(id)).unwrap().unwrap();
        assert_eq!((found.state, found.closed_at.is_some()), (expected, expected.is_closed()), "{key}");
        let (effect, answer) = match expected {
            S::Upheld => (DisputeEffect::Refund, "answer"),
            _ => (DisputeEffect::Nothing, ""),
        };
        assert_eq!((found.effect, found.answer.as_str()), (effect, answer), "{key}");
    }
    db.assert_clean();
}

fn a_correction_is_for_two(db: &TestDb) {
    let ledger = db.open();
    let id = open(&ledger, paid(&ledger, "a"));
    let propose = move |op: &mut ledger::WriteOp<'_>| {
        op.propose_dispute_outcome(id, DisputeEffect::Correction, "answer", &actor(1), now())
    };
    assert_eq!(step(&ledger, id, A::Approved, 2), O::NotNow(S::Open));
    assert_eq!(ledger.write_now(propose).unwrap(), O::Done(S::Proposed));
    assert_eq!(ledger.write_now(propose).unwrap(), O::NotNow(S::Proposed));
    assert_eq!(step(&ledger, id, A::Approved, 1), O::SamePerson);
    assert_eq!(step(&ledger, id, A::Upheld, 2), O::NotNow(S::Proposed), "approved by its own word only");
    assert_eq!(step(&ledger, id, A::Approved, 2), O::Done(S::Upheld));
    assert_eq!(step(&ledger, 5, A::Noted, 1), O::NoSuchDispute);
    db.assert_clean();
}

fn it_is_opened_once_more(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    let id = open(&ledger, payment);
    let reopen = |since: TimeDelta| {
        let closed_since = (now() - since).naive_utc();
        let due = now() + TimeDelta::days(9);
        ledger.write_now(move |op| op.reopen_dispute(id, "why", None, closed_since, due, now())).unwrap()
    };
    assert_eq!(reopen(TimeDelta::days(30)), O::NotNow(S::Open));
    assert_eq!(step(&ledger, id, A::Rejected, 1), O::Done(S::Rejected));
    assert_eq!(reopen(TimeDelta::seconds(-1)), O::NotAgain, "closed too long ago");
    let other = open(&ledger, payment);
    assert_eq!(reopen(TimeDelta::days(30)), O::Another(other));
    step(&ledger, other, A::Withdrawn, 1);
    assert_eq!(reopen(TimeDelta::days(30)), O::Done(S::Open));
    let found = ledger.read(|reader| reader.dispute(id)).unwrap().unwrap();
    assert_eq!((found.due_at, found.answer.as_str()), ((now() + TimeDelta::days(9)).naive_utc(), ""));
    step(&ledger, id, A::Upheld, 1);
    assert_eq!(reopen(TimeDelta::days(30)), O::NotAgain, "once");
    db.assert_clean();
}

/// Payers of two nodes at once: one dispute. Two people at once: one outcome.
fn many_at_once_on_two_nodes(db: &TestDb) {
    let nodes = [db.open(), db.open()];
    let payment = paid(&nodes[0], "a");
    let opened = at_once(12, |n| {
        let new = new(payment, DisputeKind::Other);
        nodes[n % 2].write_now(move |op| op.open_dispute(&new)).unwrap()
    });
    let mut ids: Vec<i64> = opened
        .iter()
        .map(|opened| match opened {
            DisputeOpened::Opened(id) | DisputeOpened::Standing(id) => *id,
            DisputeOpened::TooMany => panic!("{opened:?}"),
        })
        .collect();
    ids.dedup();
    assert_eq!((ids.len(), db.count("disputes")), (1, 1), "{opened:?}");
    let actions = [A::Upheld, A::Rejected];
    let ended = at_once(8, |n| step(&nodes[n % 2], ids[0], actions[(n / 2) % 2], 1));
    assert_eq!(ended.iter().filter(|outcome| matches!(outcome, O::Done(_))).count(), 1, "{ended:?}");
    assert_eq!(db.count("dispute_events"), 2);
    db.assert_clean();
}

/// One task for each that the payer hears of, about what was done.
fn payers_are_told(db: &TestDb) {
    let ledger = db.open();
    let id = open(&ledger, paid(&ledger, "a"));
    for (action, state) in [
        (A::Noted, S::Open),
        (A::AskedBiller, S::AtBiller),
        (A::BillerAnswered, S::Open),
        (A::AskedPayer, S::AtPayer),
        (A::PayerAnswered, S::Open),
        (A::Rejected, S::Rejected),
    ] {
        assert_eq!(step(&ledger, id, action, 1), O::Done(state), "{action}");
    }
    let tasks = format!(
        "SELECT CAST(payment_id AS TEXT) AS line FROM outbox WHERE kind = {} ORDER BY id",
        TaskKind::SmsDispute.code()
    );
    let told = [A::Opened, A::AskedBiller, A::BillerAnswered, A::AskedPayer, A::Rejected];
    let events = ledger.read(|reader| reader.dispute_events(id)).unwrap();
    let expected: Vec<String> =
        events.iter().filter(|event| told.contains(&event.action)).map(|event| event.id.to_string()).collect();
    assert_eq!(db.lines(&tasks), expected);
    assert_eq!(events.len(), 7);
    let (dispute, event) = ledger.read(|reader| reader.dispute_event(events[1].id)).unwrap().unwrap();
    assert_eq!((dispute.id, event), (id, events[1].clone()));
    let before = (now() + TimeDelta::seconds(1)).naive_utc();
    assert_eq!(ledger.write_now(move |op| op.forget_dispute_contacts(before)).unwrap(), 1);
    assert_eq!(ledger.write_now(move |op| op.forget_dispute_contacts(before)).unwrap(), 0);
    assert_eq!(ledger.read(|reader| reader.dispute(id)).unwrap().unwrap().phone, None);
    db.assert_clean();
}

/// The database takes no second one of a kind that is open, whoever writes it.
fn the_database_guards_disputes(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    let first = open(&ledger, payment);
    step(&ledger, first, A::Rejected, 1);
    open(&ledger, payment);
    assert!(db.raw().run(&format!("UPDATE disputes SET state = 1 WHERE id = {first}")).is_err());
    db.assert_clean();
}

/// Every state is reached, by biller, by who follows up, by the day of the answer; page by page.
fn the_list_is_what_was_asked_for(db: &TestDb) {
    let ledger = db.open();
    let ids: Vec<i64> = ["a", "b", "c", "d", "e"].iter().map(|article| open(&ledger, paid(&ledger, article))).collect();
    for (id, action) in ids.iter().zip([A::Upheld, A::Rejected, A::Withdrawn, A::AskedBiller]) {
        step(&ledger, *id, action, 1);
    }
    let (owned, owner) = (ids[4], actor(7));
    ledger.write_now(move |op| op.assign_dispute(owned, &owner, &actor(1), now())).unwrap();
    let due = (now() + TimeDelta::days(7)).naive_utc();
    let all = DisputeFilter {
        shown: DisputesShown::All,
        kind: None,
        biller: None,
        of: DisputesOf::Everybody,
        due_after: None,
        due_by: None,
    };
    let found = |filter: DisputeFilter, before: Option<i64>, limit: i64| -> Vec<usize> {
        let found = ledger.read(|reader| reader.disputes_before(&filter, before, limit, now())).unwrap();
        found.iter().map(|dispute| ids.iter().position(|id| *id == dispute.id).unwrap()).collect()
    };
    let shown = |shown: DisputesShown| DisputeFilter { shown, ..all };
    let second = TimeDelta::seconds(1);
    for (filter, expected) in [
        (all, vec![4, 3, 2, 1, 0]),
        (shown(DisputesShown::NotClosed), vec![4, 3]),
        (shown(DisputesShown::Closed), vec![2, 1, 0]),
        (shown(DisputesShown::In(S::Upheld)), vec![0]),
        (shown(DisputesShown::In(S::Rejected)), vec![1]),
        (shown(DisputesShown::In(S::Withdrawn)), vec![2]),
        (shown(DisputesShown::In(S::AtBiller)), vec![3]),
        (shown(DisputesShown::In(S::Open)), vec![4]),
        (DisputeFilter { biller: Some(1001), ..all }, vec![4, 3, 2, 1, 0]),
        (DisputeFilter { biller: Some(1002), ..all }, vec![]),
        (DisputeFilter { of: DisputesOf::Member(7), ..all }, vec![4]),
        (DisputeFilter { of: DisputesOf::Nobody, ..shown(DisputesShown::NotClosed) }, vec![3]),
        (DisputeFilter { due_by: Some(due), ..all }, vec![4, 3, 2, 1, 0]),
        (DisputeFilter { due_by: Some(due - second), ..all }, vec![]),
        (DisputeFilter { due_after: Some(due), ..all }, vec![]),
        (DisputeFilter { due_after: Some(due - second), due_by: Some(due), ..all }, vec![4, 3, 2, 1, 0]),
    ] {
        assert_eq!(found(filter, None, 50), expected, "{filter:?}");
    }
    assert_eq!((found(all, None, 2), found(all, Some(ids[3]), 2)), (vec![4, 3], vec![2, 1]));
}

#[test]
fn damage_is_named() {
    let db = TestDb::sqlite();
    let DatabaseUrl::Sqlite(path) = &db.url else { unreachable!("a file") };
    let ledger = db.open();
    let [refunded, proposed, open_one, corrected, reopened, failed] =
        ["refunded", "proposed", "open", "corrected", "reopened", "failed"].map(|article| {
            let payment = paid(&ledger, article);
            (open(&ledger, payment), payment)
        });
    let ended = |(id, payment): (i64, i64), key: &str, end: Option<RefundEnd>| {
        let refund = refund(&ledger, id, payment, key);
        if let Some(end) = end {
            let decide =
                move |op: &mut ledger::WriteOp<'_>| op.decide_refund(refund, true, "", &actor(2), moment(), cut_off());
            ledger.write_now(decide).unwrap();
            ledger.write_now(move |op| op.end_refund(refund, end, "", None, moment(), cut_off())).unwrap();
        }
        refund
    };
    let given = ended(refunded, "given", Some(RefundEnd::Paid));
    ended(proposed, "proposed", None);
    ended(failed, "failed", Some(RefundEnd::Failed));
    let of = corrected.0;
    let propose = move |op: &mut ledger::WriteOp<'_>| {
        op.propose_dispute_outcome(of, DisputeEffect::Correction, "answer", &actor(1), now())
    };
    ledger.write_now(propose).unwrap();
    step(&ledger, of, A::Approved, 2);
    let of = reopened.0;
    step(&ledger, of, A::Rejected, 1);
    let (since, due) = (now().naive_utc(), now() + TimeDelta::days(9));
    ledger.write_now(move |op| op.reopen_dispute(of, "why", None, since, due, now())).unwrap();
    ledger.close();
    drop(ledger);
    db.assert_clean();

    let [refunded, proposed, open_one, corrected, reopened] =
        [refunded, proposed, open_one, corrected, reopened].map(|(id, _)| id);
    let set = |id: i64, what: &str| format!("UPDATE disputes SET {what} WHERE id = {id}");
    let refund = |what: &str| format!("UPDATE refunds SET {what} WHERE id = {given}");
    let event = |id: i64, action: A, what: &str| {
        format!("UPDATE dispute_events SET {what} WHERE dispute_id = {id} AND action = {}", action.code())
    };
    let folder = tempfile::tempdir().unwrap();
    for (change, fault) in [
        (set(open_one, "state = 9"), "state 9 is unknown"),
        (set(open_one, "effect = 9"), "effect 9 is unknown"),
        (set(open_one, "kind = 99"), "kind 99 is unknown"),
        (set(open_one, "origin = 9"), "origin 9 is unknown"),
        (set(open_one, "language = 9"), "language 9 is unknown"),
        (event(open_one, A::Opened, "action = 99"), "action 99 is unknown"),
        (set(open_one, "payment_id = 5"), "there is no such payment"),
        (set(open_one, "biller = 1002"), "its biller is not its payment's"),
        (set(open_one, "due_at = opened_at"), "its dates are not in order"),
        (set(open_one, "late_at = opened_at"), "its dates are not in order"),
        (set(open_one, "closed_at = due_at"), "its state and its end do not fit"),
        (set(refunded, "closed_at = NULL"), "its state and its end do not fit"),
        (set(refunded, "closed_at = due_at"), "its end is not when it was closed"),
        (set(open_one, "state = 6, closed_at = due_at"), "does not lead to where it stands"),
        (format!("DELETE FROM dispute_events WHERE dispute_id = {open_one}"), "does not begin with its opening"),
        (event(corrected, A::Approved, "made_at = '2020-01-01 00:00:00'"), "does not begin with its opening"),
        (event(corrected, A::Approved, "action = 13, state = 6"), "does not follow from how it stood"),
        (event(open_one, A::Opened, "dispute_id = 5"), "there is no such dispute"),
        (set(reopened, "reopened_at = NULL"), "it was opened once more at another time"),
        (set(open_one, "effect = 3"), "it tells of an outcome in money, and has none"),
        (set(proposed, "effect = 1"), "its outcome is proposed by nobody, or does nothing"),
        (set(proposed, "proposed_by = NULL"), "its outcome is proposed by nobody, or does nothing"),
        (set(refunded, "refund_id = NULL"), "its outcome is a refund, and it names none"),
        (set(refunded, "refund_id = 5"), "there is no such refund"),
        (refund("payment_id = (SELECT payment_id FROM disputes WHERE state = 1)"), "its refund is of another payment"),
        (refund("needs_second = 0"), "its refund is for one person to decide"),
        (refund("state = 4"), "its refund is not where its outcome says"),
        (set(refunded, "effect = 1"), "its refund is not where its outcome says"),
        (event(corrected, A::Approved, "made_by = 1"), "no second person approved its correction"),
    ] {
        let copy = folder.path().join("copy.db");
        std::fs::copy(path, &copy).unwrap();
        let url = DatabaseUrl::Sqlite(copy);
        Raw::open(&url).unwrap().run(&change).unwrap();
        let told: Vec<String> = check_books(&url).unwrap().faults.iter().map(ToString::to_string).collect();
        let is_named = told.iter().any(|told| told.contains("dispute") && told.contains(fault));
        assert!(is_named, "{change}: {told:?}");
    }
}

on_both!(
    the_list_is_what_was_asked_for,
    its_refund_closes_it_or_opens_it_again,
    a_correction_is_for_two,
    it_is_opened_once_more,
    many_at_once_on_two_nodes,
    payers_are_told,
    the_database_guards_disputes,
);
