//! What stands around counters: floats and their statements, references, late cash, the register of stamp duty.

use chrono::TimeDelta;
use ledger::{
    AccountKind, CashReferenceState, DutyTotals, FloatDecision, FloatRequestKind, FloatRequestOutcome,
    FloatRequestState, GiveBackOutcome, KeptCashReference, Language, LateCashOutcome, LateCashRelease, LateReason,
    Ledger, Moment, Money, NewCashReference, NewFloatRequest, NewLateCash, PayOutcome, RequestKey, Step, Whose,
};

use crate::counters::{balance, of, pay, totals, with_counter};
use crate::support::{Doing, TestDb, actor, agreed, ask_to_cancel, confirm, moment, money, now, over_counter};

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
    db.assert_clean();
}

/// However many newer ones there are, and of whomever, an open request is on a page until it is decided.
fn open_requests_are_found_behind_others(db: &TestDb) {
    let ledger = db.open();
    let ask_at = |network: &str, outlet: &str, proof: &str| {
        let new = NewFloatRequest {
            network: network.to_owned(),
            outlet: outlet.to_owned(),
            key: RequestKey::of(network, proof, outlet),
            ..request(FloatRequestKind::TopUp, proof, 100)
        };
        let FloatRequestOutcome::Kept(id) = ledger.write_now(move |op| op.request_float(&new)).unwrap() else {
            panic!("{proof} was not kept")
        };
        id
    };
    let first = ask_at("NET", "7", "V-1");
    let others: Vec<i64> = (0..6).map(|n| ask_at("OTHER", "9", &format!("O-{n}"))).collect();
    let decided: Vec<i64> = (2..5).map(|n| ask_at("NET", "8", &format!("V-{n}"))).collect();
    for id in &decided {
        assert_eq!(decide(&ledger, *id, false, 2), FloatDecision::Decided(FloatRequestState::Refused));
    }
    let last = ask_at("NET", "7", "V-9");
    let ids = |found: Vec<ledger::FloatRequest>| found.iter().map(|request| request.id).collect::<Vec<_>>();
    let open = |whose: Whose, after: i64, limit: i64| {
        ids(ledger.read(|reader| reader.open_float_requests(&whose, after, limit)).unwrap())
    };
    let past = |whose: Whose, before: i64, limit: i64| {
        ids(ledger.read(|reader| reader.decided_float_requests(&whose, before, limit)).unwrap())
    };
    let (net, outlet) = (|| Whose::Network("NET".to_owned()), |number: &str| Whose::Outlet(number.to_owned()));
    assert_eq!(open(net(), 0, 1), [first]);
    assert_eq!(open(net(), first, 1), [last]);
    assert!(open(net(), last, 1).is_empty());
    assert_eq!(open(outlet("7"), 0, 10), [first, last]);
    assert!(open(outlet("8"), 0, 10).is_empty());
    assert_eq!(open(Whose::All, 0, 2), [first, others[0]]);
    assert_eq!(open(Whose::All, 0, 10).len(), 8);
    assert_eq!(past(net(), i64::MAX, 2), [decided[2], decided[1]]);
    assert_eq!(past(outlet("8"), decided[1], 2), [decided[0]]);
    assert!(past(outlet("7"), i64::MAX, 2).is_empty());
    assert_eq!(past(Whose::All, i64::MAX, 10).len(), 3);
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
    let left = ledger.read(|reader| reader.floats(&["7", "8", "9"].map(str::to_owned))).unwrap();
    assert_eq!((left.get("7"), left.get("8"), left.get("9")), (Some(&money(20_000)), Some(&money(500)), None));
    assert_eq!(ledger.read(|reader| reader.floats(&[])).unwrap().len(), 0);
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
        key: None,
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
    let kept = ledger.write_now(move |op| op.keep_cash_reference(&new)).unwrap();
    let KeptCashReference::New(id) = kept else { panic!("{kept:?}") };
    id
}

/// A key makes one reference, which it gives back whatever became of it.
fn a_reference_is_made_once_under_a_key(db: &TestDb) {
    let ledger = db.open();
    let keep = |digits: &str, key: Option<RequestKey>| {
        let new = NewCashReference { key, ..reference(digits) };
        ledger.write_now(move |op| op.keep_cash_reference(&new)).unwrap()
    };
    let known = |key: RequestKey| ledger.read(move |reader| reader.known_cash_reference(&key)).unwrap();
    let (key, other) = (RequestKey::of("a", "1", "x"), RequestKey::of("a", "1", "y"));
    assert_eq!(known(key), None);
    let KeptCashReference::New(id) = keep("1000000000007", Some(key)) else { panic!("kept before") };
    for digits in ["1000000000015", "1000000000007"] {
        assert_eq!(keep(digits, Some(key)), KeptCashReference::Replayed(id));
        assert_eq!(keep(digits, Some(other)), KeptCashReference::KeyConflict);
    }
    assert_eq!(
        (known(key), known(other)),
        (Some(KeptCashReference::Replayed(id)), Some(KeptCashReference::KeyConflict))
    );
    ledger.write_now(move |op| op.cancel_cash_reference(id)).unwrap();
    assert_eq!(keep("1000000000015", Some(key)), KeptCashReference::Replayed(id));
    // Without a key each is one of its own.
    for digits in ["1000000000015", "1000000000023"] {
        assert!(matches!(keep(digits, None), KeptCashReference::New(_)));
    }
    assert_eq!((db.count("cash_references"), db.count("outbox")), (3, 6));
    db.assert_clean();
}

fn a_reference_is_used_up_once(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 100_000);
    let shift = ledger.open_till("A");
    let first = keep_reference(&ledger, "1000000000007");
    let taken = reference("1000000000007");
    let kept = ledger.write_now(move |op| op.keep_cash_reference(&taken)).unwrap();
    assert_eq!(kept, KeptCashReference::DigitsTaken);
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
        reason: Some(LateReason::Expired),
        amount: money(centimes),
        low_float: money(25_000),
        actor: actor(1),
        moment: moment(),
    };
    let warnings = || db.count("outbox WHERE kind = 14");
    let keep = |new: NewLateCash| ledger.write_now(move |op| op.keep_late_cash(&new)).unwrap();
    let kept = keep(cash("1", 10_000));
    let LateCashOutcome::Kept(id) = kept else { panic!("{kept:?}") };
    assert_eq!(warnings(), 1, "30,000 to 20,000 is below 25,000");
    assert_eq!(keep(cash("1", 10_000)), kept);
    assert_eq!(keep(cash("1", 10_001)), LateCashOutcome::KeyConflict);
    assert_eq!(balance(db, AccountKind::Suspense, "NET"), -10_000);
    assert_eq!(balance(db, AccountKind::AgentFloat, "7"), -20_000);
    assert_eq!(totals(&ledger, shift).expected, money(60_000), "the cash lies in the drawer");
    let held = |whose: Whose, after: i64| ledger.read(|reader| reader.held_late_cash(&whose, after, 1)).unwrap().len();
    assert_eq!((held(Whose::All, 0), held(Whose::All, id)), (1, 0));
    assert_eq!((held(Whose::Network("NET".into()), 0), held(Whose::Network("OTHER".into()), 0)), (1, 0));
    assert_eq!((held(Whose::Outlet("7".into()), 0), held(Whose::Outlet("8".into()), 0)), (1, 0));
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
    for step in [confirm(), ask_to_cancel(), agreed()] {
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

on_both!(
    the_network_is_warned_once_a_crossing,
    floats_need_a_proof_and_a_second_person,
    open_requests_are_found_behind_others,
    a_statement_runs_from_zero,
    a_reference_is_made_once_under_a_key,
    a_reference_is_used_up_once,
    late_cash_waits_and_goes_back,
    the_register_ties_to_the_books,
);
