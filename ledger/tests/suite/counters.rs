//! Payments over a counter: commission, shifts, cancellation, cash that goes back.

use chrono::TimeDelta;
use ledger::{
    Account, AccountKind, Advance, AdvanceOutcome, AgentPay, Closure, ClosureOutcome, GiveBackOutcome, Ledger, Moment,
    Money, MovementOutcome, NewMovement, NewShift, Pay, PayOutcome, PaymentState, PostingKind, RequestKey,
    ShiftMovementKind, ShiftOpened, ShiftTotals, Step,
};

use crate::support::{
    Doing, TestDb, actor, agreed, ask_to_cancel, card, confirm, counter, float, moment, money, new_shift, now,
    over_counter,
};

use PaymentState as P;

fn moved(from: PaymentState, to: PaymentState) -> AdvanceOutcome {
    AdvanceOutcome::Moved { from, to }
}

pub fn pay(ledger: &Ledger, pay: Pay) -> PayOutcome {
    ledger.pay_now(pay).unwrap()
}

/// A counter payment of a total, duty and fee left out.
pub fn of(key: &str, shift: i64, centimes: i64) -> Pay {
    let mut pay = over_counter(key, key, shift);
    (pay.amounts.principal, pay.amounts.duty) = (money(centimes), Money::ZERO);
    pay
}

pub fn closure(shift: i64, counted: i64) -> Closure {
    Closure {
        shift,
        counted: money(counted),
        denominations: String::new(),
        reason: String::new(),
        tolerance: money(1_000),
        supervisor: None,
        carry: true,
        actor: actor(1),
        moment: moment(),
    }
}

fn close(ledger: &Ledger, closure: Closure) -> ClosureOutcome {
    ledger.write_now(move |op| op.close_shift(&closure)).unwrap()
}

fn move_cash(ledger: &Ledger, shift: i64, key: &str, kind: ShiftMovementKind, centimes: i64) -> MovementOutcome {
    let new = NewMovement {
        shift,
        kind,
        amount: money(centimes),
        reason: "change".to_owned(),
        key: RequestKey::of("move", key, &centimes.to_string()),
        actor: actor(1),
        moment: moment(),
    };
    ledger.write_now(move |op| op.move_cash(&new)).unwrap()
}

pub fn totals(ledger: &Ledger, shift: i64) -> ShiftTotals {
    ledger
        .read(|reader| {
            let shift = reader.shift(shift)?.unwrap();
            reader.shift_totals(&shift)
        })
        .unwrap()
}

pub fn balance(db: &TestDb, kind: AccountKind, owner: &str) -> i64 {
    db.balance(&Account::of(kind, owner))
}

fn state(ledger: &Ledger, payment: i64) -> PaymentState {
    ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap().state
}

fn events(db: &TestDb, payment: i64) -> String {
    let sql = format!("SELECT CAST(kind AS TEXT) AS line FROM postings WHERE payment_id = {payment} ORDER BY id");
    let kind = |code: &String| PostingKind::from_code(code.parse().unwrap()).unwrap().to_string();
    db.lines(&sql).iter().map(kind).collect::<Vec<_>>().join(", ")
}

/// 300.00: 168.42 pending leave 131.58; 131.59 is refused, 131.58 accepted.
fn pending_payments_count(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 30_000);
    let shift = ledger.open_till("A");
    ledger.start(of("1", shift, 16_842));
    assert_eq!(ledger.read(|reader| reader.float("7")).unwrap(), money(13_158));
    assert_eq!(pay(&ledger, of("2", shift, 13_159)), PayOutcome::InsufficientFunds);
    ledger.start(of("3", shift, 13_158));
    assert_eq!(ledger.read(|reader| reader.float("7")).unwrap(), Money::ZERO);
    assert_eq!(db.count("agent_payments"), 2, "a refusal keeps nothing");
    db.assert_clean();
}

fn commission_is_earned_by_confirmation_and_undone_with_it(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 30_000);
    let shift = ledger.open_till("A");
    let payment = ledger.start(over_counter("1", "a", shift));
    assert_eq!(balance(db, AccountKind::AgentCommissionPayable, "NET"), 0);
    ledger.step(payment, confirm());
    let stands = |db: &TestDb| {
        [
            (AccountKind::AgentCommission, ""),
            (AccountKind::VatDeductible, ""),
            (AccountKind::AgentCommissionPayable, "NET"),
            (AccountKind::BillerPayable, "1001"),
            (AccountKind::StampDutyPayable, ""),
            (AccountKind::AgentFloat, "7"),
        ]
        .map(|(kind, owner)| balance(db, kind, owner))
    };
    assert_eq!(stands(db), [150, 30, -180, -16_800, -42, -13_158]);
    let confirmed_since = ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap().state_since;
    assert_eq!(ledger.step(payment, ask_to_cancel()), moved(P::Confirmed, P::Cancelling));
    assert_eq!(stands(db), [150, 30, -180, -16_800, -42, -13_158], "nothing is reversed before the biller agrees");
    assert_eq!(pay(&ledger, card("other", "a")), PayOutcome::AlreadyPaid);
    db.assert_clean();
    assert_eq!(ledger.step(payment, agreed()), moved(P::Cancelling, P::Cancelled));
    assert_eq!(ledger.step(payment, agreed()), AdvanceOutcome::Unchanged(P::Cancelled));
    assert_eq!(stands(db), [0, 0, 0, 0, 0, -30_000]);
    assert_eq!(
        events(db, payment),
        "taken, confirmed, agent commission, confirmed reversed, taken reversed, commission reversed"
    );
    let unlinked = db.count(&format!("postings WHERE payment_id = {payment} AND reverses IS NULL"));
    assert_eq!(unlinked, 3, "each reversal is linked to what it reverses");
    // The bill is open again, for a quote that was made since.
    assert_eq!(pay(&ledger, card("stale", "a")), PayOutcome::AlreadyPaid);
    let mut fresh = card("fresh", "a");
    fresh.bills[0].generation = 2;
    ledger.start(fresh);
    // Refused: it stands as before, and cannot be asked again.
    let second = ledger.start(over_counter("2", "b", shift));
    ledger.step(second, confirm());
    ledger.step(second, ask_to_cancel());
    let refused = Step::CancelRefused { refusal: "too late".to_owned() };
    let an_hour_on = Moment::of(now() + TimeDelta::hours(1));
    let refusal = Advance { payment: second, step: refused, task: None, moment: an_hour_on };
    assert_eq!(ledger.advance_now(refusal).unwrap(), moved(P::Cancelling, P::Confirmed));
    let stored = ledger.read(|reader| Ok((reader.payment_of(second)?, reader.cancellation(second)?))).unwrap();
    assert_eq!(stored.0.unwrap().state_since, confirmed_since);
    assert_eq!(stored.1.unwrap().refusal.as_deref(), Some("too late"));
    assert_eq!(ledger.step(second, ask_to_cancel()), AdvanceOutcome::Refused(P::Confirmed));
    db.assert_clean();
}

/// 500.00 + 168.42 + 120.46 - 20.00 = 768.88; 760.00 counted is 8.88 short.
fn a_closure_counts_the_drawer(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 100_000);
    let shift = ledger.open_till("A");
    for (key, total) in [("1", 16_842), ("2", 12_046)] {
        let payment = ledger.start(of(key, shift, total));
        ledger.step(payment, confirm());
    }
    let made = move_cash(&ledger, shift, "out", ShiftMovementKind::Out, -2_000);
    assert!(matches!(made, MovementOutcome::Made(_)));
    assert_eq!(move_cash(&ledger, shift, "out", ShiftMovementKind::Out, -2_000), made, "a double click");
    assert_eq!(move_cash(&ledger, shift, "out", ShiftMovementKind::Out, -2_001), MovementOutcome::KeyConflict);
    let drawer = MovementOutcome::DrawerTooLow(money(76_888));
    assert_eq!(move_cash(&ledger, shift, "all", ShiftMovementKind::Out, -76_889), drawer);
    // A cancelled payment's cash goes out again.
    let cancelled = ledger.start(of("3", shift, 5_000));
    for step in [confirm(), ask_to_cancel(), agreed()] {
        ledger.step(cancelled, step);
    }
    let figures = totals(&ledger, shift);
    assert_eq!((figures.taken, figures.moved), (money(33_888), money(-7_000)));
    assert_eq!(figures.expected, money(76_888));
    assert_eq!(close(&ledger, closure(shift, 76_000)), ClosureOutcome::NeedsReason(money(76_888)));
    let reason = "miscounted".to_owned();
    let large = Closure { reason: reason.clone(), tolerance: money(887), ..closure(shift, 76_000) };
    assert_eq!(close(&ledger, large.clone()), ClosureOutcome::NeedsSupervisor(money(76_888)));
    let own = Closure { supervisor: Some(actor(1)), ..large.clone() };
    assert_eq!(close(&ledger, own), ClosureOutcome::NeedsSupervisor(money(76_888)), "nobody approves their own");
    let approved = Closure { supervisor: Some(actor(3)), ..large };
    assert!(matches!(close(&ledger, approved.clone()), ClosureOutcome::Closed(_)));
    assert_eq!(close(&ledger, approved), ClosureOutcome::AlreadyClosed);
    let closed = ledger.read(|reader| reader.shift(shift)).unwrap().unwrap().closure.unwrap();
    assert_eq!((closed.over_short(), closed.approved_by, closed.reason), (money(-888), Some(actor(3)), reason));
    // Over and short is the network's own: nothing is booked for it.
    assert_eq!(balance(db, AccountKind::CashOverShort, ""), 0);
    db.assert_clean();
}

fn a_closed_shift_takes_nothing_more(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 100_000);
    let shift = ledger.open_till("A");
    let confirmed = ledger.start(of("1", shift, 10_000));
    ledger.step(confirmed, confirm());
    let pending = ledger.start(of("2", shift, 5_000));
    let block = Closure { carry: false, ..closure(shift, 65_000) };
    assert_eq!(close(&ledger, block), ClosureOutcome::Pending(vec![pending]));
    assert!(matches!(close(&ledger, closure(shift, 65_000)), ClosureOutcome::Closed(_)));
    assert_eq!(pay(&ledger, of("3", shift, 100)), PayOutcome::ShiftClosed);
    assert_eq!(pay(&ledger, of("4", 12_345, 100)), PayOutcome::ShiftClosed, "no such shift");
    assert_eq!(move_cash(&ledger, shift, "late", ShiftMovementKind::In, 100), MovementOutcome::Closed);
    assert_eq!(ledger.step(confirmed, ask_to_cancel()), AdvanceOutcome::ShiftClosed);
    assert_eq!(state(&ledger, confirmed), P::Confirmed);
    // A replay is still answered.
    assert!(matches!(pay(&ledger, of("1", shift, 10_000)), PayOutcome::Replayed(_)));
    // What was pending is the next shift's by name, until it is decided.
    let next = ledger.open_till("A");
    assert_ne!(next, shift);
    assert_eq!(totals(&ledger, next).pending, [pending]);
    assert_eq!(totals(&ledger, next).expected, money(50_000), "its cash was counted with the first");
    let again = closure(next, 50_000);
    assert!(matches!(close(&ledger, again), ClosureOutcome::Closed(_)));
    let third = ledger.open_till("A");
    assert_eq!(totals(&ledger, third).pending, [pending]);
    ledger.step(pending, confirm());
    assert!(totals(&ledger, third).pending.is_empty());
    db.assert_clean();
}

/// Two payments on the way when the shift closes: the biller refuses one, and cancels the other.
fn cash_goes_back_over_the_counter(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 100_000);
    let shift = ledger.open_till("A");
    let refused = ledger.start(of("1", shift, 10_000));
    let cancelled = ledger.start(of("2", shift, 20_000));
    ledger.step(cancelled, confirm());
    ledger.step(cancelled, ask_to_cancel());
    assert!(matches!(close(&ledger, closure(shift, 80_000)), ClosureOutcome::Closed(_)));
    assert_eq!(ledger.step(refused, Step::Return), moved(P::Taken, P::Returned));
    assert_eq!(ledger.step(refused, Step::Return), AdvanceOutcome::Unchanged(P::Returned));
    assert_eq!(ledger.step(refused, Step::Returned), AdvanceOutcome::Unchanged(P::Returned));
    ledger.step(cancelled, agreed());
    assert_eq!(events(db, refused), "taken, return decided, returned");
    assert_eq!(balance(db, AccountKind::AgentFloat, "7"), -100_000);
    let owed = ledger.read(|reader| reader.owed_by("7", 10)).unwrap();
    let owed: Vec<(i64, Money)> = owed.into_iter().map(|owed| (owed.subject, owed.amount)).collect();
    assert_eq!(owed, [(refused, money(10_000)), (cancelled, money(20_000))]);
    let give = |subject: i64, outlet: &'static str, shift: i64| {
        ledger.write_now(move |op| op.give_back(subject, outlet, shift, &actor(1), moment())).unwrap()
    };
    assert_eq!(give(refused, "7", shift), GiveBackOutcome::ShiftClosed);
    let next = ledger.open_till("A");
    assert_eq!(give(refused, "8", next), GiveBackOutcome::NothingOwed);
    assert!(matches!(give(refused, "7", next), GiveBackOutcome::Given(_)));
    assert_eq!(give(refused, "7", next), GiveBackOutcome::GivenBefore);
    assert_eq!(totals(&ledger, next).expected, money(40_000));
    assert_eq!(ledger.read(|reader| reader.is_owed(refused)).unwrap(), Some(false));
    assert_eq!(ledger.read(|reader| reader.is_owed(cancelled)).unwrap(), Some(true));
    db.assert_clean();
}

/// The biller agrees when the customer has long left: the drawer still holds the cash, and somebody owes it.
fn a_cancellation_that_comes_late_is_owed(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 100_000);
    let shift = ledger.open_till("A");
    for (key, minutes, owed, expected) in [("1", 2, Some(false), 50_000), ("2", 3, Some(true), 60_000)] {
        let payment = ledger.start(of(key, shift, 10_000));
        ledger.step(payment, confirm());
        ledger.step(payment, ask_to_cancel());
        let later = Moment::of(now() + TimeDelta::minutes(minutes));
        let agreed = Advance { payment, step: agreed(), task: None, moment: later };
        assert_eq!(ledger.advance_now(agreed).unwrap(), moved(P::Cancelling, P::Cancelled));
        assert_eq!(ledger.read(|reader| reader.is_owed(payment)).unwrap(), owed, "after {minutes} minutes");
        assert_eq!(totals(&ledger, shift).expected, money(expected));
    }
    assert_eq!(balance(db, AccountKind::AgentFloat, "7"), -100_000);
    db.assert_clean();
}

fn one_open_shift_per_till(db: &TestDb) {
    let ledger = db.open();
    let first = ledger.open_till("A");
    let open = |till: &'static str| ledger.write_now(move |op| op.open_shift(&new_shift(till))).unwrap();
    assert_eq!(open("A"), ShiftOpened::AlreadyOpen(first));
    assert!(matches!(open("B"), ShiftOpened::Opened(_)));
    // Past the program, the database refuses a second one.
    let copy = "INSERT INTO shifts SELECT 1, network, outlet, till, state, opening, opened_at, opened_by, \
                opened_by_name, expected, counted, denominations, reason, closed_at, closed_by, closed_by_name, \
                approved_by, approved_by_name FROM shifts WHERE till = 'A'";
    assert!(db.raw().run(copy).is_err());
}

pub fn with_counter(pay: Pay, change: impl FnOnce(&mut AgentPay)) -> Pay {
    let mut agent = counter("A", 0);
    if let Some(own) = &pay.agent {
        agent = (**own).clone();
    }
    change(&mut agent);
    Pay { agent: Some(Box::new(agent)), ..pay }
}

fn everybody_finds_their_own_shift(db: &TestDb) {
    let ledger = db.open();
    let open = |outlet: &str, till: &str, by: i64| {
        let new = NewShift { outlet: outlet.to_owned(), actor: actor(by), ..new_shift(till) };
        match ledger.write_now(move |op| op.open_shift(&new)).unwrap() {
            ShiftOpened::Opened(shift) => shift,
            other => panic!("{other:?}"),
        }
    };
    let (theirs, own, second, elsewhere) = (open("7", "A", 1), open("7", "B", 2), open("7", "C", 2), open("8", "A", 2));
    let by = |outlet: &'static str, member: i64| {
        ledger.read(|reader| reader.open_shift_by(outlet, member)).unwrap().map(|shift| shift.id)
    };
    assert_eq!((by("7", 1), by("7", 2), by("8", 2)), (Some(theirs), Some(own), Some(elsewhere)));
    assert_eq!((by("7", 3), by("8", 1)), (None, None));
    let closure = Closure { actor: actor(2), ..closure(own, 50_000) };
    assert!(matches!(close(&ledger, closure), ClosureOutcome::Closed(_)));
    assert_eq!(by("7", 2), Some(second));
}

/// A float of outlet 7 is its only guard; another outlet's is another account.
fn outlets_do_not_share(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("8", 30_000);
    let shift = ledger.open_till("A");
    assert_eq!(pay(&ledger, of("1", shift, 100)), PayOutcome::InsufficientFunds);
    assert_eq!(db.balance(&float()), 0);
}

on_both!(
    pending_payments_count,
    commission_is_earned_by_confirmation_and_undone_with_it,
    a_closure_counts_the_drawer,
    a_closed_shift_takes_nothing_more,
    cash_goes_back_over_the_counter,
    a_cancellation_that_comes_late_is_owed,
    one_open_shift_per_till,
    everybody_finds_their_own_shift,
    outlets_do_not_share,
);
