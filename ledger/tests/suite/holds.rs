//! Holds: captured once, wholly or less, let go once, and never both, whoever says so and wherever.

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    AdvanceOutcome, Amounts, Hold, HoldOutcome, Ledger, Money, NewCapture, NewRelease, PaymentState, Step, TaskFilter,
    TaskKind, TaskResult,
};

use crate::concurrency::at_once;
use crate::support::{Doing, Raw, TestDb, accept_amount, actor, advance, amounts, claim, confirm, moment, money, now};

use PaymentState as P;

/// What is captured of a hold of 168.42.
fn capture(ledger: &Ledger, payment: i64, amounts: Amounts) -> HoldOutcome {
    let bills = vec![claim("x", 0)];
    let new = NewCapture { payment, amounts, bills, note: String::new(), actor: actor(1), moment: moment() };
    ledger.write_now(move |op| op.ask_capture(&new)).unwrap()
}

fn less() -> Amounts {
    Amounts { principal: money(10_000), fee: Money::ZERO, vat: Money::ZERO, duty: Money::ZERO }
}

fn let_go(ledger: &Ledger, payment: i64, by: Option<i64>) -> HoldOutcome {
    let by = by.map(|id| (actor(id), "the customer rang".to_owned()));
    let new = NewRelease { payment, by, task: None, moment: moment() };
    let after = new.clone();
    ledger.write_step_now(move |op| op.begin_release(&new), move |op, outcome| op.end_release(&after, outcome)).unwrap()
}

fn state(ledger: &Ledger, payment: i64) -> P {
    ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap().state
}

fn step(ledger: &Ledger, payment: i64, step: Step) -> bool {
    matches!(ledger.advance_now(advance(payment, step)).unwrap(), AdvanceOutcome::Moved { .. })
}

/// Every state: only what is held is captured or let go.
fn only_what_is_held_is_for_people(db: &TestDb) {
    let ledger = db.open();
    for state in P::ALL.iter().copied().filter(|state| *state != P::Held) {
        let payment = ledger.card_in(&format!("{state}"), state);
        assert_eq!(capture(&ledger, payment, amounts()), HoldOutcome::NotHeld(state));
        for by in [Some(1), None] {
            assert_eq!(let_go(&ledger, payment, by), HoldOutcome::NotHeld(state));
        }
    }
    assert_eq!(capture(&ledger, 5, amounts()), HoldOutcome::NoSuchPayment);
    assert_eq!(let_go(&ledger, 5, None), HoldOutcome::NoSuchPayment);
    assert_eq!(db.count("hold_acts"), 0);
    db.assert_clean();
}

/// Less than is held: the payment is of that much from then on, in the books and in the bill.
fn less_is_captured_and_the_bill_stays_open(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", P::Held);
    let bills = vec![ledger::BillClaim { settles: false, ..claim("a", 0) }];
    let new =
        NewCapture { payment, amounts: less(), bills, note: "half".to_owned(), actor: actor(1), moment: moment() };
    let again = new.clone();
    assert_eq!(ledger.write_now(move |op| op.ask_capture(&new)).unwrap(), HoldOutcome::Done);
    assert_eq!(ledger.write_now(move |op| op.ask_capture(&again)).unwrap(), HoldOutcome::Capturing);
    assert_eq!(let_go(&ledger, payment, Some(2)), HoldOutcome::Capturing);
    assert_eq!(let_go(&ledger, payment, None), HoldOutcome::Capturing, "what may be taken is not over");
    db.assert_clean();
    let asked = ledger.read(|reader| reader.hold_decision(payment)).unwrap().unwrap();
    assert_eq!((asked.held, asked.amount, asked.is_capturing()), (money(16_842), money(10_000), true));
    assert!(step(&ledger, payment, Step::Captured) && step(&ledger, payment, confirm()));
    let stored = ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap();
    assert_eq!(stored.amounts, less());
    use ledger::{Account, AccountKind as K};
    assert_eq!(db.balance(&Account::of(K::GatewayReceivable, "cmi")), 10_000);
    assert_eq!(db.balance(&Account::of(K::BillerPayable, "1001")), -10_000);
    let bill = ledger.read(|reader| reader.bills(&[crate::support::bill("a")])).unwrap();
    let bill = bill.values().next().unwrap();
    assert_eq!((bill.state, bill.generation), (ledger::BillState::Open, 1));
    db.assert_clean();
}

/// More than is held, or another amount than the one that was refused.
fn an_amount_is_within_the_hold(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", P::Held);
    let more = Amounts { principal: money(16_801), ..amounts() };
    let try_with = |amounts: Amounts| {
        let bills = vec![claim("a", 0)];
        let new = NewCapture { payment, amounts, bills, note: String::new(), actor: actor(1), moment: moment() };
        ledger.write_now(move |op| op.ask_capture(&new)).unwrap()
    };
    assert_eq!(try_with(more), HoldOutcome::NotWithin(money(16_842)));
    assert_eq!(try_with(less()), HoldOutcome::Done);
    assert!(ledger.write_now(move |op| op.refuse_capture(payment, "no", now())).unwrap());
    assert!(!ledger.write_now(move |op| op.refuse_capture(payment, "no", now())).unwrap());
    for other in [amounts(), Amounts { principal: money(9_000), ..less() }] {
        assert_eq!(try_with(other), HoldOutcome::NotWithin(money(10_000)));
    }
    assert_eq!(try_with(less()), HoldOutcome::Done, "the same once more");
    assert!(ledger.write_now(move |op| op.refuse_capture(payment, "no", now())).unwrap());
    assert_eq!(let_go(&ledger, payment, Some(2)), HoldOutcome::Done, "what was refused is only held");
    let said = ledger.read(|reader| reader.hold_decision(payment)).unwrap().unwrap();
    assert_eq!((said.act, said.held, said.amount), (ledger::HoldAct::LetGo, money(16_842), Money::ZERO));
    assert!(step(&ledger, payment, Step::Returned));
    assert_eq!(db.count("postings"), 0, "nothing was taken");
    db.assert_clean();
}

/// Its task is due at once, whoever looks at it; and what is let go is captured by no task any more.
fn the_task_hears_of_it(db: &TestDb) {
    const CAPTURE: &[TaskKind] = &[TaskKind::Capture];
    let ledger = db.open();
    let open = |payment: i64, what: &str| {
        let sql = format!(
            "SELECT CAST({what} AS TEXT) AS line FROM outbox WHERE kind = 2 AND done_at IS NULL AND payment_id = {payment}"
        );
        db.lines(&sql)
    };
    let claimed = |payment: i64, at: DateTime<Utc>| {
        let filter = TaskFilter { kinds: CAPTURE, tried: None, due_by: at };
        let claim =
            move |op: &mut ledger::WriteOp<'_>| op.claim_tasks_of(&filter, 0, at, at + TimeDelta::minutes(2), 100);
        ledger.write_now(claim).unwrap().into_iter().find(|task| task.payment == payment)
    };
    let payment = ledger.card_in("a", P::Held);
    let task = claimed(payment, now()).unwrap();
    let ends = now() + TimeDelta::days(5);
    let waits = task.clone();
    ledger.write_now(move |op| op.put_capture_off(&waits, ends, "held", true, now())).unwrap();
    assert!(claimed(payment, now() + TimeDelta::days(4)).is_none());
    let bills = vec![claim("a", 0)];
    let new = NewCapture { payment, amounts: amounts(), bills, note: String::new(), actor: actor(1), moment: moment() };
    ledger.write_now(move |op| op.ask_capture(&new)).unwrap();
    let task = claimed(payment, now()).unwrap();
    // Whoever looked before it was asked for does not put it off.
    ledger.write_now(move |op| op.put_capture_off(&task, ends, "held", true, now())).unwrap();
    let task = claimed(payment, now()).unwrap();
    // After people were called it is asked for by a new task.
    let called = TaskResult::Incident(ledger::IncidentKind::UnresolvedCapture, "no".to_owned());
    ledger.write_now(move |op| op.settle_task(&task, &called, now())).unwrap();
    assert!(open(payment, "id").is_empty());
    ledger.write_now(move |op| op.refuse_capture(payment, "no", now())).unwrap();
    let bills = vec![claim("a", 0)];
    let new = NewCapture { payment, amounts: amounts(), bills, note: String::new(), actor: actor(1), moment: moment() };
    ledger.write_now(move |op| op.ask_capture(&new)).unwrap();
    assert_eq!(open(payment, "id").len(), 1);
    assert_eq!(db.count("incidents WHERE closed_at IS NULL"), 0);
    let other = ledger.card_in("b", P::Held);
    assert_eq!(let_go(&ledger, other, Some(1)), HoldOutcome::Done);
    assert!(open(other, "id").is_empty());
    db.assert_clean();
}

/// On two nodes at once: people capture, people let go, its time is over, and the gateway says that it captured.
fn one_of_them_is_heard(db: &TestDb) {
    let nodes = [db.open(), db.open()];
    for round in 0..10 {
        let article = format!("round {round}");
        let payment = nodes[0].card_in(&article, P::Held);
        let done = at_once(4, |n| match n {
            0 => {
                let bills = vec![claim(&article, 0)];
                let (note, actor) = (String::new(), actor(1));
                let new = NewCapture { payment, amounts: amounts(), bills, note, actor, moment: moment() };
                nodes[0].write_now(move |op| op.ask_capture(&new)).unwrap() == HoldOutcome::Done
            }
            1 => let_go(&nodes[1], payment, Some(2)) == HoldOutcome::Done,
            2 => let_go(&nodes[0], payment, None) == HoldOutcome::Done,
            _ => {
                let told = advance(payment, accept_amount(Hold::Captured, 16_842));
                matches!(nodes[1].advance_now(told).unwrap(), AdvanceOutcome::Moved { from: P::Held, to: P::Taken })
            }
        });
        let (captured, gone, taken) = (done[0], done[1] || done[2], done[3]);
        assert!(!(done[1] && done[2]), "let go twice");
        assert!(!(captured && gone), "captured and let go: {done:?}");
        assert!(!(taken && gone), "taken and let go: {done:?}");
        let now = state(&nodes[0], payment);
        let expected = match (gone, taken) {
            (true, _) => P::Returning,
            (_, true) => P::Taken,
            _ => P::Held,
        };
        assert_eq!(now, expected, "{done:?}");
    }
    db.assert_clean();
}

#[test]
fn damage_is_named() {
    let db = TestDb::sqlite();
    let ledger = db.open();
    let payment = ledger.card_in("a", P::Held);
    assert_eq!(let_go(&ledger, payment, Some(1)), HoldOutcome::Done);
    ledger.close();
    db.assert_clean();
    let began = format!("SELECT created_at FROM payments WHERE id = {payment}");
    for (change, undo, fault) in [
        ("act = 1, amount = 16842", "act = 2, amount = 0", ""),
        ("act = 1, amount = 100", "act = 2, amount = 0", "is not what the payment is of"),
        ("payment_id = 5", &format!("payment_id = {payment}"), "there is no such payment"),
        ("amount = 5", "amount = 0", "is not within what is held"),
        ("act = 1, amount = held + 1", "act = 2, amount = 0", "is not within what is held"),
        ("refused_at = asked_at", "refused_at = NULL", "or what cannot be"),
        (
            "act = 1, amount = 16842, refused_at = '2020-01-01 00:00:00'",
            "act = 2, amount = 0, refused_at = NULL",
            "it was refused before it was asked for",
        ),
        ("asked_at = '2020-01-01 00:00:00'", &format!("asked_at = ({began})"), "before its payment began"),
    ] {
        let run = |set: &str| {
            let change = format!("PRAGMA ignore_check_constraints = ON; UPDATE hold_acts SET {set}");
            Raw::open(&db.url).unwrap().run(&change).unwrap();
        };
        run(change);
        let told = db.faults();
        assert_eq!(told.iter().any(|told| told.contains(fault)), !told.is_empty(), "{change}: {told:?}");
        assert_eq!(told.is_empty(), fault.is_empty(), "{change}: {told:?}");
        run(undo);
    }
    db.raw().run("UPDATE payments SET state = 2").unwrap();
    assert!(db.faults().iter().any(|told| told.contains("its money does not go back")));
}

on_both!(
    only_what_is_held_is_for_people,
    less_is_captured_and_the_bill_stays_open,
    an_amount_is_within_the_hold,
    the_task_hears_of_it,
    one_of_them_is_heard,
);
