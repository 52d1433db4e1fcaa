//! Starting payments: one per bill, replays, floats.

use ledger::{BillClaim, Funds, Hold, Ledger, Pay, PayOutcome, PaymentState, RequestKey, Step};

use crate::support::{Doing, TestDb, accept, amounts, bill, card, cash, claim, confirm, float, money};

fn pay(ledger: &Ledger, pay: Pay) -> PayOutcome {
    ledger.pay_now(pay).unwrap()
}

fn a_replay_answers_as_before(db: &TestDb) {
    let ledger = db.open();
    let first = pay(&ledger, card("k", "a"));
    let PayOutcome::Started(reference) = first else { panic!("{first:?}") };
    let replayed = PayOutcome::Replayed(reference);
    assert_eq!(pay(&ledger, card("k", "a")), replayed);
    let other_input = Pay { key: RequestKey::of("test", "k", "another input"), ..card("k", "a") };
    assert_eq!(pay(&ledger, other_input.clone()), PayOutcome::KeyConflict);
    // Another caller's key of the same text is another key.
    let other_scope = Pay { key: RequestKey::of("other", "k", "k"), ..card("k", "b") };
    assert!(matches!(pay(&ledger, other_scope), PayOutcome::Started(_)));
    // The key still leads to its payment when that is long over, and after a restart.
    ledger.step(reference.id(), Step::Decline);
    ledger.close();
    let ledger = db.open();
    assert_eq!(pay(&ledger, card("k", "a")), replayed);
    assert_eq!(pay(&ledger, other_input), PayOutcome::KeyConflict);
    assert_eq!((db.count("payments"), db.count("idempotency_keys")), (2, 2));
    let stored = ledger.read(|reader| reader.payment(reference)).unwrap().unwrap();
    assert_eq!((stored.state, stored.amounts, stored.quote), (PaymentState::Declined, amounts(), 1));
    db.assert_clean();
}

fn one_payment_per_bill(db: &TestDb) {
    let ledger = db.open();
    let with = |key: &str, bills: Vec<BillClaim>| Pay { bills, ..card(key, "") };
    let part = BillClaim { settles: false, ..claim("part", 0) };
    let first = ledger.start(with("1", vec![claim("a", 0), claim("b", 0)]));
    assert_eq!(pay(&ledger, with("2", vec![claim("b", 0)])), PayOutcome::BeingPaid(first));
    assert_eq!(pay(&ledger, with("3", vec![claim("c", 0), claim("a", 0)])), PayOutcome::BeingPaid(first));
    ledger.step(first, accept(Hold::Captured));
    assert_eq!(pay(&ledger, with("4", vec![claim("a", 0)])), PayOutcome::BeingPaid(first));
    ledger.step(first, confirm());
    // Paid for good, whatever a later quote believes.
    assert_eq!(pay(&ledger, with("5", vec![claim("a", 0)])), PayOutcome::AlreadyPaid);
    assert_eq!(pay(&ledger, with("6", vec![claim("a", 1)])), PayOutcome::AlreadyPaid);
    // A refusal claims nothing: `c` is free.
    let second = ledger.start(with("7", vec![claim("c", 0), part]));
    ledger.step(second, accept(Hold::Captured));
    ledger.step(second, confirm());
    // A part payment leaves the rest open, for quotes made since.
    assert_eq!(pay(&ledger, with("8", vec![part])), PayOutcome::AlreadyPaid);
    ledger.start(with("9", vec![BillClaim { generation: 1, ..part }]));
    // A generation that never was.
    assert_eq!(pay(&ledger, with("10", vec![claim("d", 1)])), PayOutcome::AlreadyPaid);
    // The order of refusals: a bill before funds.
    let broke = Pay { bills: vec![claim("a", 0)], funds: Funds::InHand(float()), ..card("11", "") };
    assert_eq!(pay(&ledger, broke), PayOutcome::AlreadyPaid);
    let standing = ledger.read(|reader| reader.bills(&[bill("a"), bill("never")])).unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!(standing[&bill("a")].generation, 1);
    db.assert_clean();
}

fn a_float_is_used_to_the_centime(db: &TestDb) {
    db.fund_float("7", 30_000);
    let ledger = db.open();
    let of = |key: &str, centimes: i64| {
        let mut pay = cash(key, key);
        pay.amounts.principal = money(centimes - 42);
        pay
    };
    ledger.start(of("1", 16_842));
    assert_eq!(db.balance(&float()), -13_158);
    assert_eq!(pay(&ledger, of("2", 13_159)), PayOutcome::InsufficientFunds);
    let last = ledger.start(of("3", 13_158));
    assert_eq!(db.balance(&float()), 0);
    assert_eq!(pay(&ledger, of("4", 43)), PayOutcome::InsufficientFunds);
    // What goes back can be used again, and is back at once.
    ledger.step(last, Step::Return);
    assert_eq!(pay(&ledger, of("6", 13_159)), PayOutcome::InsufficientFunds);
    ledger.start(of("7", 13_158));
    assert_eq!((db.balance(&float()), db.count("payments")), (0, 3));
    db.assert_clean();
}

/// An outlet that never had a float has none.
fn no_float_is_no_money(db: &TestDb) {
    assert_eq!(pay(&db.open(), cash("1", "a")), PayOutcome::InsufficientFunds);
    assert_eq!((db.count("payments"), db.count("accounts")), (0, 0));
}

on_both!(a_replay_answers_as_before, one_payment_per_bill, a_float_is_used_to_the_centime, no_float_is_no_money);
