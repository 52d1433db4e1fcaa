//! Payments over a counter: commission, shifts, cancellation, cash that goes back, references, late cash, stamp duty.

use chrono::TimeDelta;
use ledger::{
    Account, AccountKind, AdvanceOutcome, AgentPay, CashReferenceState, Closure, ClosureOutcome, DutyTotals,
    FloatDecision, FloatRequestKind, FloatRequestOutcome, FloatRequestState, GiveBackOutcome, Language,
    LateCashOutcome, LateCashRelease, LateReason, Ledger, Moment, Money, MovementOutcome, NewCashReference,
    NewFloatRequest, NewLateCash, NewMovement, Pay, PayOutcome, PaymentState, PostingKind, RequestKey,
    ShiftMovementKind, ShiftOpened, ShiftTotals, Step,
};

use crate::support::{
    Doing, TestDb, actor, ask_to_cancel, card, confirm, counter, float, moment, money, new_shift, now, over_counter,
};

use PaymentState as P;

fn moved(from: PaymentState, to: PaymentState) -> AdvanceOutcome {
    AdvanceOutcome::Moved { from, to }
}

fn pay(ledger: &Ledger, pay: Pay) -> PayOutcome {
    ledger.pay_now(pay).unwrap()
}

/// A counter payment of a total, duty and fee left out.
fn of(key: &str, shift: i64, centimes: i64) -> Pay {
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

fn totals(ledger: &Ledger, shift: i64) -> ShiftTotals {
    ledger
        .read(|reader| {
            let shift = reader.shift(shift)?.unwrap();
            reader.shift_totals(&shift)
        })
        .unwrap()
}

fn balance(db: &TestDb, kind: AccountKind, owner: &str) -> i64 {
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
    assert_eq!(ledger.step(payment, Step::Cancelled), moved(P::Cancelling, P::Cancelled));
    assert_eq!(ledger.step(payment, Step::Cancelled), AdvanceOutcome::Unchanged(P::Cancelled));
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
    assert_eq!(ledger.step(second, refused), moved(P::Cancelling, P::Confirmed));
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
    for step in [confirm(), ask_to_cancel(), Step::Cancelled] {
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
    ledger.step(cancelled, Step::Cancelled);
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

fn with_counter(pay: Pay, change: impl FnOnce(&mut AgentPay)) -> Pay {
    let mut agent = counter("A", 0);
    if let Some(own) = &pay.agent {
        agent = (**own).clone();
    }
    change(&mut agent);
    Pay { agent: Some(Box::new(agent)), ..pay }
}

fn the_network_is_warned_once_a_crossing(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 30_000);
    let shift = ledger.open_till("A");
    let drawn =
        |key: &str, centimes: i64| with_counter(of(key, shift, centimes), |agent| agent.low_float = money(20_000));
    let warnings = || db.lines("SELECT CAST(payment_id AS TEXT) AS line FROM outbox WHERE kind = 14 ORDER BY id");
    ledger.start(drawn("1", 10_000));
    assert!(warnings().is_empty(), "at the threshold it is not low");
    let crossing = ledger.start(drawn("2", 1));
    ledger.start(drawn("3", 5_000));
    assert_eq!(warnings(), [crossing.to_string()]);
    ledger.fund("7", 10_000);
    let again = ledger.start(drawn("4", 10_000));
    assert_eq!(warnings(), [crossing.to_string(), again.to_string()]);
    // A withdrawal may cross as well.
    ledger.fund("7", 10_000);
    let request = ask_for(&ledger, FloatRequestKind::Withdrawal, "w", 6_000);
    assert_eq!(decide(&ledger, request, true, 2), FloatDecision::Decided(FloatRequestState::Approved));
    assert_eq!(warnings().last(), Some(&request.to_string()));
    db.assert_clean();
}

fn request(kind: FloatRequestKind, proof: &str, centimes: i64) -> NewFloatRequest {
    NewFloatRequest {
        key: RequestKey::of("request", &format!("{kind} {proof}"), &centimes.to_string()),
        network: "NET".to_owned(),
        outlet: "7".to_owned(),
        kind,
        amount: money(centimes),
        proof: proof.to_owned(),
        actor: actor(1),
        moment: moment(),
    }
}

fn ask_for(ledger: &Ledger, kind: FloatRequestKind, proof: &str, centimes: i64) -> i64 {
    let new = request(kind, proof, centimes);
    match ledger.write_now(move |op| op.request_float(&new)).unwrap() {
        FloatRequestOutcome::Kept(id) => id,
        other => panic!("{other:?}"),
    }
}

fn decide(ledger: &Ledger, request: i64, approve: bool, by: i64) -> FloatDecision {
    ledger.write_now(move |op| op.decide_float(request, approve, "", money(20_000), &actor(by), moment())).unwrap()
}

fn floats_need_a_proof_and_a_second_person(db: &TestDb) {
    let ledger = db.open();
    let keep = |new: NewFloatRequest| ledger.write_now(move |op| op.request_float(&new)).unwrap();
    let top_up = ask_for(&ledger, FloatRequestKind::TopUp, "V-1", 10_000);
    assert_eq!(keep(request(FloatRequestKind::TopUp, "V-1", 10_000)), FloatRequestOutcome::Kept(top_up));
    assert_eq!(keep(request(FloatRequestKind::TopUp, "V-1", 10_001)), FloatRequestOutcome::KeyConflict);
    let other_key = NewFloatRequest {
        key: RequestKey::of("request", "another", ""),
        ..request(FloatRequestKind::TopUp, "V-1", 10_000)
    };
    assert_eq!(keep(other_key.clone()), FloatRequestOutcome::ProofUsed, "a transfer counts once");
    assert_eq!(ledger.read(|reader| reader.float("7")).unwrap(), Money::ZERO);
    assert_eq!(decide(&ledger, top_up, true, 1), FloatDecision::SamePerson);
    assert_eq!(decide(&ledger, 999, true, 2), FloatDecision::NoSuchRequest);
    assert_eq!(decide(&ledger, top_up, false, 2), FloatDecision::Decided(FloatRequestState::Refused));
    assert_eq!(decide(&ledger, top_up, true, 3), FloatDecision::DecidedBefore);
    // Refused, its proof can be brought again.
    let FloatRequestOutcome::Kept(again) = keep(other_key) else { panic!() };
    assert_eq!(decide(&ledger, again, true, 2), FloatDecision::Decided(FloatRequestState::Approved));
    assert_eq!(ledger.read(|reader| reader.float("7")).unwrap(), money(10_000));
    assert_eq!(balance(db, AccountKind::Bank, ""), 10_000);
    // A withdrawal reserves nothing; its approval looks at what is left then.
    let first = ask_for(&ledger, FloatRequestKind::Withdrawal, "W-1", 10_000);
    let second = ask_for(&ledger, FloatRequestKind::Withdrawal, "W-2", 1);
    let shift = ledger.open_till("A");
    ledger.start(of("1", shift, 4_000));
    assert_eq!(decide(&ledger, first, true, 2), FloatDecision::FloatTooLow(money(6_000)));
    assert_eq!(decide(&ledger, second, true, 2), FloatDecision::Decided(FloatRequestState::Approved));
    assert_eq!(ledger.read(|reader| reader.float("7")).unwrap(), money(5_999));
    let by_itself = format!("UPDATE float_requests SET decided_by = requested_by WHERE id = {again}");
    assert!(db.raw().run(&by_itself).is_err(), "the database wants two people as well");
    let listed = ledger.read(|reader| reader.float_requests(None, true, i64::MAX, 10)).unwrap();
    assert_eq!(listed.len(), 0, "networks that are not stored are not listed");
    db.assert_clean();
}

fn a_statement_runs_from_zero(db: &TestDb) {
    let ledger = db.open();
    let top_up = ledger.fund("7", 30_000);
    let shift = ledger.open_till("A");
    let own = with_counter(of("1", shift, 10_000), |agent| agent.network_reference = Some("N-1".to_owned()));
    let first = ledger.start(own);
    let second = ledger.start(of("2", shift, 5_000));
    ledger.step(second, Step::Return);
    ledger.fund("8", 500);
    let lines = ledger.read(|reader| reader.float_statement("7", i64::MAX, 10)).unwrap();
    let shown: Vec<(String, i64, i64)> =
        lines.iter().map(|line| (line.kind.to_string(), line.amount.minor(), line.balance.minor())).collect();
    let line = |kind: &str, amount, balance| (kind.to_owned(), amount, balance);
    assert_eq!(
        shown,
        [
            line("returned", 5_000, 20_000),
            line("taken", -5_000, 15_000),
            line("taken", -10_000, 20_000),
            line("float topped up", 30_000, 30_000),
        ]
    );
    assert_eq!(lines[2].payment.unwrap().id(), first);
    assert_eq!(lines[2].network_reference.as_deref(), Some("N-1"));
    assert_eq!((lines[3].subject, lines[3].payment), (Some(top_up), None));
    // Page by page it is the same.
    let mut paged = vec![];
    let mut before = i64::MAX;
    while let [line] = ledger.read(|reader| reader.float_statement("7", before, 1)).unwrap().as_slice() {
        before = line.posting;
        paged.push(line.clone());
    }
    assert_eq!(paged, lines);
    assert!(ledger.read(|reader| reader.float_statement("9", i64::MAX, 10)).unwrap().is_empty());
    db.assert_clean();
}

fn reference(digits: &str) -> NewCashReference {
    NewCashReference {
        digits: digits.to_owned(),
        quote: 1,
        channel: ledger::Channel::Web,
        language: Language::Fr,
        phone: Some("+212612345678".to_owned()),
        expires_at: (now() + TimeDelta::hours(48)).naive_utc(),
        remind_at: Some(now() + TimeDelta::hours(45)),
        moment: moment(),
    }
}

pub fn keep_reference(ledger: &Ledger, digits: &str) -> i64 {
    let new = reference(digits);
    ledger.write_now(move |op| op.keep_cash_reference(&new)).unwrap().unwrap()
}

fn a_reference_is_used_up_once(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 100_000);
    let shift = ledger.open_till("A");
    let first = keep_reference(&ledger, "1000000000007");
    let taken = reference("1000000000007");
    assert_eq!(ledger.write_now(move |op| op.keep_cash_reference(&taken)).unwrap(), None);
    let by =
        |key: &str, reference: i64| with_counter(of(key, shift, 1_000), |agent| agent.cash_reference = Some(reference));
    let payment = ledger.start(by("1", first));
    let stored = ledger.read(|reader| reader.cash_reference("1000000000007")).unwrap().unwrap();
    assert_eq!((stored.state, stored.payment), (CashReferenceState::Used, Some(payment)));
    assert_eq!(pay(&ledger, by("2", first)), PayOutcome::ReferenceOver);
    assert!(matches!(pay(&ledger, by("1", first)), PayOutcome::Replayed(_)));
    assert_eq!(pay(&ledger, by("3", 424_242)), PayOutcome::ReferenceOver, "no such reference");
    // Expired and cancelled ones.
    let second = keep_reference(&ledger, "1000000000015");
    let mut late = by("4", second);
    late.moment = Moment::of(now() + TimeDelta::hours(48));
    assert_eq!(pay(&ledger, late), PayOutcome::ReferenceOver);
    let cancel = |id: i64| ledger.write_now(move |op| op.cancel_cash_reference(id)).unwrap();
    assert_eq!(cancel(second), Some(CashReferenceState::Cancelled));
    assert_eq!(cancel(second), Some(CashReferenceState::Cancelled));
    assert_eq!(cancel(first), Some(CashReferenceState::Used));
    assert_eq!(cancel(424_242), None);
    assert_eq!(pay(&ledger, by("5", second)), PayOutcome::ReferenceOver);
    // A refusal for another cause leaves it payable.
    let third = keep_reference(&ledger, "1000000000023");
    let mut dear = by("6", third);
    dear.amounts.principal = money(1_000_000);
    assert_eq!(pay(&ledger, dear), PayOutcome::InsufficientFunds);
    ledger.start(by("7", third));
    assert_eq!(db.count("outbox WHERE kind IN (15, 16)"), 6);
    db.assert_clean();
}

fn late_cash_waits_and_goes_back(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 30_000);
    let shift = ledger.open_till("A");
    let reference = keep_reference(&ledger, "1000000000007");
    let cash = |key: &str, centimes: i64| NewLateCash {
        key: RequestKey::of("late", key, &centimes.to_string()),
        network: "NET".to_owned(),
        outlet: "7".to_owned(),
        shift: Some(shift),
        cash_reference: reference,
        reason: LateReason::Expired,
        amount: money(centimes),
        actor: actor(1),
        moment: moment(),
    };
    let keep = |new: NewLateCash| ledger.write_now(move |op| op.keep_late_cash(&new)).unwrap();
    let kept = keep(cash("1", 10_000));
    let LateCashOutcome::Kept(id) = kept else { panic!("{kept:?}") };
    assert_eq!(keep(cash("1", 10_000)), kept);
    assert_eq!(keep(cash("1", 10_001)), LateCashOutcome::KeyConflict);
    assert_eq!(balance(db, AccountKind::Suspense, "NET"), -10_000);
    assert_eq!(balance(db, AccountKind::AgentFloat, "7"), -20_000);
    assert_eq!(totals(&ledger, shift).expected, money(60_000), "the cash lies in the drawer");
    assert_eq!(ledger.read(|reader| reader.held_late_cash(0, 10)).unwrap().len(), 1);
    // More than the float: nothing is booked, and a person looks.
    assert_eq!(keep(cash("2", 20_001)), LateCashOutcome::FloatTooLow(money(20_000)));
    assert_eq!(db.count("incidents WHERE kind = 7"), 1);
    let release = |id: i64| ledger.write_now(move |op| op.release_late_cash(id, &actor(5), moment())).unwrap();
    assert_eq!(release(id), LateCashRelease::Released);
    assert_eq!(release(id), LateCashRelease::ReleasedBefore);
    assert_eq!(release(424_242), LateCashRelease::NoSuchCash);
    assert_eq!(balance(db, AccountKind::Suspense, "NET"), 0);
    assert_eq!(balance(db, AccountKind::AgentFloat, "7"), -30_000);
    let given = ledger.write_now(move |op| op.give_back(id, "7", shift, &actor(1), moment())).unwrap();
    assert!(matches!(given, GiveBackOutcome::Given(_)));
    assert_eq!(totals(&ledger, shift).expected, money(50_000));
    db.assert_clean();
}

fn the_register_ties_to_the_books(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 100_000_000);
    let shift = ledger.open_till("A");
    let at = |text: &str| Moment::of(text.parse().unwrap());
    // Confirmed on the last and on the first day of two months in Morocco, an hour before midnight in UTC.
    let days = ["2026-10-31T22:59:59Z", "2026-10-31T23:00:00Z", "2026-11-30T22:30:00Z", "2026-11-30T23:30:00Z"];
    for (n, day) in days.into_iter().enumerate() {
        let payment = ledger.start(over_counter(&n.to_string(), &n.to_string(), shift));
        let advance = ledger::Advance { payment, step: confirm(), task: None, moment: at(day) };
        ledger.advance_now(advance).unwrap();
    }
    let without = ledger.start(of("none", shift, 5_000));
    ledger.step(without, confirm());
    ledger.start(over_counter("pending", "pending", shift));
    let cancelled = ledger.start(over_counter("cancelled", "cancelled", shift));
    for step in [confirm(), ask_to_cancel(), Step::Cancelled] {
        ledger.step(cancelled, step);
    }
    let register = |from: &str, until: &str| {
        ledger.read(|reader| reader.stamp_duty(from.parse().unwrap(), until.parse().unwrap())).unwrap()
    };
    let of = |receipts: i64| DutyTotals { receipts, discharged: money(16_800 * receipts), duty: money(42 * receipts) };
    assert_eq!(register("2026-10-01", "2026-11-01"), of(1));
    assert_eq!(register("2026-11-01", "2026-12-01"), of(2));
    assert_eq!(register("2026-12-01", "2027-01-01"), of(1));
    let all = register("2026-01-01", "2027-01-01");
    assert_eq!(balance(db, AccountKind::StampDutyPayable, ""), -all.duty.minor());
    db.assert_clean();
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
    one_open_shift_per_till,
    the_network_is_warned_once_a_crossing,
    floats_need_a_proof_and_a_second_person,
    a_statement_runs_from_zero,
    a_reference_is_used_up_once,
    late_cash_waits_and_goes_back,
    the_register_ties_to_the_books,
    outlets_do_not_share,
);
