//! Refunds: never above what was taken, one under way at a time, decided by two, booked once, and given back or put back.

mod proving;

use ledger::{
    AdvanceOutcome, Amounts, Hold, Ledger, Money, NewRefund, Pay, PaymentState, RefundDecision, RefundEnd, RefundKept,
    RefundReason, RefundState, Refundable, Refusal, RequestKey, TaskKind,
};

use crate::concurrency::at_once;
use crate::support::{
    Doing, TestDb, accept_amount, actor, ask_to_cancel, card, confirm, cut_off, moment, money, now, over_counter,
};

/// 168.00, and a fee of 5.90 with 1.06 of VAT.
fn with_fee() -> Amounts {
    Amounts { principal: money(16_800), fee: money(590), vat: money(106), duty: Money::ZERO }
}

fn paid(ledger: &Ledger, article: &str) -> i64 {
    let payment = ledger.start(Pay { amounts: with_fee(), ..card(article, article) });
    for step in [accept_amount(Hold::Captured, 17_496), confirm()] {
        assert!(matches!(ledger.step(payment, step), AdvanceOutcome::Moved { .. }));
    }
    payment
}

fn of(payment: i64, key: &str, principal: i64, fee: i64) -> NewRefund {
    NewRefund {
        key: RequestKey::of("refund", key, &format!("{payment} {principal} {fee}")),
        payment,
        principal: money(principal),
        fee: money(fee),
        reason: RefundReason::PaidTwice,
        note: String::new(),
        alone_max: Money::ZERO,
        actor: actor(1),
        moment: moment(),
        cut_off: cut_off(),
    }
}

fn propose(ledger: &Ledger, new: NewRefund) -> RefundKept {
    ledger.write_now(move |op| op.propose_refund(&new)).unwrap()
}

fn decide(ledger: &Ledger, id: i64, approve: bool, by: i64) -> RefundDecision {
    ledger.write_now(move |op| op.decide_refund(id, approve, "", &actor(by), moment(), cut_off())).unwrap()
}

fn withdraw(ledger: &Ledger, id: i64, by: i64) -> RefundDecision {
    ledger.write_now(move |op| op.withdraw_refund(id, &actor(by), moment())).unwrap()
}

fn end(ledger: &Ledger, id: i64, end: RefundEnd) -> Option<RefundState> {
    ledger.write_now(move |op| op.end_refund(id, end, "words", None, moment(), cut_off())).unwrap()
}

fn kept(kept: RefundKept) -> i64 {
    match kept {
        RefundKept::Kept(id, _) => id,
        other => panic!("not kept: {other:?}"),
    }
}

/// A refund of 50.00 and all of the fee, taken to a state.
fn in_state(ledger: &Ledger, payment: i64, state: RefundState) -> i64 {
    let id = kept(propose(ledger, of(payment, &format!("{state} of {payment}"), 5_000, 696)));
    match state {
        RefundState::Proposed => {}
        RefundState::Refused => {
            decide(ledger, id, false, 2);
        }
        RefundState::Withdrawn => {
            withdraw(ledger, id, 1);
        }
        RefundState::Pending | RefundState::Done | RefundState::Failed => {
            assert_eq!(decide(ledger, id, true, 2), RefundDecision::Decided(RefundState::Pending));
            match state {
                RefundState::Done => {
                    end(ledger, id, RefundEnd::Paid);
                }
                RefundState::Failed => {
                    end(ledger, id, RefundEnd::Failed);
                }
                _ => {}
            }
        }
    }
    let found = ledger.read(|reader| reader.refund(id)).unwrap().unwrap();
    assert_eq!(found.state, state);
    id
}

fn every_state_and_step(db: &TestDb) {
    use RefundDecision as D;
    use RefundState as S;
    let ledger = db.open();
    for state in S::ALL.iter().copied() {
        let before = |what: &str| in_state(&ledger, paid(&ledger, &format!("{state} {what}")), state);
        let open = state == S::Proposed;
        let answer = |wanted| if open { D::Decided(wanted) } else { D::DecidedBefore(state) };
        assert_eq!(decide(&ledger, before("approve"), true, 2), answer(S::Pending), "{state}");
        assert_eq!(decide(&ledger, before("refuse"), false, 2), answer(S::Refused), "{state}");
        assert_eq!(withdraw(&ledger, before("withdraw"), 1), answer(S::Withdrawn), "{state}");
        let by_another = if open { D::NotYours } else { D::DecidedBefore(state) };
        assert_eq!(withdraw(&ledger, before("withdraw by another"), 2), by_another, "{state}");
        let by_the_same = if open { D::SamePerson } else { D::DecidedBefore(state) };
        assert_eq!(decide(&ledger, before("approve alone"), true, 1), by_the_same, "{state}");
        assert_eq!(decide(&ledger, before("refuse alone"), false, 1), by_the_same, "{state}");
        let ended = |wanted| Some(if state == S::Pending { wanted } else { state });
        assert_eq!(end(&ledger, before("paid"), RefundEnd::Paid), ended(S::Done), "{state}");
        assert_eq!(end(&ledger, before("failed"), RefundEnd::Failed), ended(S::Failed), "{state}");
    }
    assert_eq!(decide(&ledger, 5, true, 2), D::NoSuchRefund);
    assert_eq!(withdraw(&ledger, 5, 2), D::NoSuchRefund);
    assert_eq!(end(&ledger, 5, RefundEnd::Paid), None);
    db.assert_clean();
}

fn only_confirmed_payments_are_refunded(db: &TestDb) {
    let ledger = db.open();
    for state in PaymentState::ALL.iter().copied().filter(|state| *state != PaymentState::Confirmed) {
        let payment = ledger.card_in(&format!("{state}"), state);
        let refused = propose(&ledger, of(payment, &format!("{state}"), 100, 0));
        assert_eq!(refused, RefundKept::Refused(Refusal::NotConfirmed(state)));
    }
    let none = propose(&ledger, of(999_999, "none", 100, 0));
    assert_eq!(none, RefundKept::Refused(Refusal::NoSuchPayment));
    db.assert_clean();
}

/// The books, the window and what the payer is told, of a refund that is done.
fn a_refund_is_booked_and_in_the_window(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    in_state(&ledger, payment, RefundState::Done);
    let kinds = "SELECT CAST(kind AS TEXT) AS line FROM postings WHERE payment_id IS NULL ORDER BY id";
    assert_eq!(db.lines(kinds), ["23", "24"]);
    let balance = |kind, owner: &str| db.balance(&ledger::Account::of(kind, owner));
    use ledger::AccountKind as K;
    assert_eq!(balance(K::BillerPayable, "1001"), -11_800);
    assert_eq!((balance(K::FeeIncome, ""), balance(K::VatPayable, "")), (0, 0));
    assert_eq!((balance(K::RefundsPayable, ""), balance(K::GatewayReceivable, "cmi")), (0, 11_800));
    let window = ledger.read(|reader| reader.settlement_windows(None, 10)).unwrap().remove(0);
    let missing = ledger.read(|reader| reader.missing_words(100)).unwrap();
    ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    let lines = ledger.read(|reader| reader.window_lines(window.id, 0, 10)).unwrap();
    let told: Vec<_> = lines.iter().map(|line| (line.kind, line.payment.id(), line.principal.minor())).collect();
    use ledger::WindowLineKind as L;
    assert_eq!(told, [(L::Payment, payment, 16_800), (L::Refund, payment, 5_000)]);
    let sums = ledger.read(|reader| reader.window_sums(window.id)).unwrap();
    let told: Vec<_> = sums.iter().map(|sum| (sum.kind, sum.count, sum.amount.minor())).collect();
    assert_eq!(told, [(L::Payment, 1, 16_800), (L::Refund, 1, 5_000)]);
    let messages = [TaskKind::SmsRefunded, TaskKind::MailRefunded].map(TaskKind::code);
    for kind in messages {
        assert_eq!(db.count(&format!("outbox WHERE kind = {kind}")), 1);
    }
    db.assert_clean();
}

fn one_that_failed_is_the_billers_again(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    in_state(&ledger, payment, RefundState::Failed);
    assert_eq!(db.balance(&ledger::Account::of(ledger::AccountKind::BillerPayable, "1001")), -16_800);
    let window = ledger.read(|reader| reader.settlement_windows(None, 10)).unwrap().remove(0);
    let sums = ledger.read(|reader| reader.window_sums(window.id)).unwrap();
    use ledger::WindowLineKind as L;
    let told: Vec<_> = sums.iter().map(|sum| (sum.kind, sum.amount.minor())).collect();
    assert_eq!(told, [(L::Refund, 5_000), (L::Restored, 5_000)]);
    // All of it can be given back again.
    kept(propose(&ledger, of(payment, "again", 16_800, 696)));
    db.assert_clean();
}

/// Refunds that complete the principal are of a whole payment, one that failed and the one after it each.
fn one_of_its_refunds_is_of_the_whole_payment(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    for (key, principal, ended) in [
        ("1", 8_400, RefundEnd::Failed),
        ("2", 8_400, RefundEnd::Paid),
        ("3", 8_400, RefundEnd::Failed),
        ("4", 400, RefundEnd::Paid),
        ("5", 8_000, RefundEnd::Paid),
    ] {
        let id = kept(propose(&ledger, of(payment, key, principal, 0)));
        decide(&ledger, id, true, 2);
        end(&ledger, id, ended);
    }
    let window = ledger.read(|reader| reader.settlement_windows(None, 10)).unwrap().remove(0);
    let missing = ledger.read(|reader| reader.missing_words(100)).unwrap();
    ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    let sums = ledger.read(|reader| reader.window_sums(window.id)).unwrap();
    let told: Vec<_> = sums.iter().map(|sum| (sum.kind, sum.count, sum.whole, sum.amount.minor())).collect();
    use ledger::WindowLineKind as L;
    assert_eq!(told, [(L::Payment, 1, 1, 16_800), (L::Refund, 5, 2, 33_600), (L::Restored, 2, 1, 16_800)]);
    db.assert_clean();
}

/// A part of the fee alone is none of the biller's business.
fn a_fee_alone_is_in_no_window(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    let id = kept(propose(&ledger, of(payment, "fee", 0, 696)));
    decide(&ledger, id, true, 2);
    assert_eq!(end(&ledger, id, RefundEnd::Paid), Some(RefundState::Done));
    assert_eq!(db.count("window_lines"), 0);
    db.assert_clean();
}

fn a_key_is_one_refund(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    let first = propose(&ledger, of(payment, "k", 5_000, 0));
    assert_eq!(propose(&ledger, of(payment, "k", 5_000, 0)), first);
    assert_eq!(propose(&ledger, of(payment, "k", 5_001, 0)), RefundKept::KeyConflict);
    decide(&ledger, kept(first.clone()), true, 2);
    assert_eq!(propose(&ledger, of(payment, "k", 5_000, 0)), RefundKept::Kept(kept(first), RefundState::Pending));
    assert_eq!(db.count("refunds"), 1);
    db.assert_clean();
}

fn what_is_proposed_is_reserved(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    let first = kept(propose(&ledger, of(payment, "1", 10_000, 600)));
    let rest = Refundable::of(&with_fee(), [ledger.read(|r| r.refund(first)).unwrap().unwrap().amounts]).unwrap();
    for (key, principal, fee) in [("2", 6_801, 0), ("3", 0, 97), ("4", 0, 0), ("5", -1, 50)] {
        let refused = propose(&ledger, of(payment, key, principal, fee));
        assert_eq!(refused, RefundKept::Refused(Refusal::NotLeft(rest)), "{key}");
    }
    let second = kept(propose(&ledger, of(payment, "6", 6_800, 96)));
    assert_eq!(decide(&ledger, first, true, 2), RefundDecision::Decided(RefundState::Pending));
    let under_way = RefundDecision::Refused(Refusal::UnderWay(first));
    assert_eq!(decide(&ledger, second, true, 2), under_way);
    end(&ledger, first, RefundEnd::Paid);
    assert_eq!(decide(&ledger, second, true, 2), RefundDecision::Decided(RefundState::Pending));
    end(&ledger, second, RefundEnd::Paid);
    let vat = db.balance(&ledger::Account::only(ledger::AccountKind::VatPayable));
    assert_eq!(vat, 0, "the parts of the fee give back exactly what was booked");
    db.assert_clean();
}

/// What was refused or withdrawn leaves a payment's refunds for others.
fn proposals_that_came_to_nothing_use_none_up(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    let max = usize::try_from(ledger::REFUNDS_MAX).unwrap();
    at_once(max, |n| {
        let id = kept(propose(&ledger, of(payment, &format!("nothing {n}"), 1, 0)));
        let (decision, state) = match n % 2 {
            0 => (withdraw(&ledger, id, 1), RefundState::Withdrawn),
            _ => (decide(&ledger, id, false, 2), RefundState::Refused),
        };
        assert_eq!(decision, RefundDecision::Decided(state));
    });
    let proposed = at_once(max + 1, |n| propose(&ledger, of(payment, &n.to_string(), 1, 0)));
    let refused = proposed.iter().filter(|kept| **kept == RefundKept::Refused(Refusal::TooMany)).count();
    assert_eq!(refused, 1, "{proposed:?}");
    assert_eq!(ledger.read(|reader| reader.refunds_of(payment)).unwrap().len(), 2 * max);
    db.assert_clean();
}

fn one_person_may_give_back_a_little(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    let alone = |key: &str, principal| NewRefund { alone_max: money(5_000), ..of(payment, key, principal, 0) };
    let RefundKept::Kept(first, RefundState::Pending) = propose(&ledger, alone("1", 3_000)) else { panic!("begun") };
    assert_eq!(propose(&ledger, alone("2", 1)), RefundKept::Refused(Refusal::UnderWay(first)));
    end(&ledger, first, RefundEnd::Paid);
    // What two decided does not count, and what went back alone before does.
    in_state(&ledger, payment, RefundState::Done);
    for (key, principal, needs_second) in [("3", 2_001, true), ("4", 2_000, false)] {
        let new = alone(key, principal);
        let effect = ledger.write_now(move |op| op.refund_effect(&new)).unwrap().unwrap();
        assert_eq!(effect.needs_second, needs_second, "{key}");
    }
    assert!(matches!(propose(&ledger, alone("3", 2_001)), RefundKept::Kept(_, RefundState::Proposed)));
    let RefundKept::Kept(second, RefundState::Pending) = propose(&ledger, alone("4", 2_000)) else { panic!("begun") };
    end(&ledger, second, RefundEnd::Failed);
    // What was not given back can be tried again.
    let RefundKept::Kept(third, RefundState::Pending) = propose(&ledger, alone("5", 2_000)) else { panic!("begun") };
    end(&ledger, third, RefundEnd::Paid);
    assert!(matches!(propose(&ledger, alone("6", 1)), RefundKept::Kept(_, RefundState::Proposed)));
    db.assert_clean();
}

/// Cash is the outlet's again at once, and owed to the payer; the whole principal takes the agent's commission along.
fn cash_goes_back_over_the_counter(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 30_000);
    let shift = ledger.open_till("A");
    let payment = ledger.start(over_counter("c", "c", shift));
    ledger.step(payment, confirm());
    let float = || db.balance(&crate::support::float());
    let payable = || db.balance(&ledger::Account::of(ledger::AccountKind::AgentCommissionPayable, "NET"));
    assert_eq!((float(), payable()), (-13_158, -180));
    let first = kept(propose(&ledger, of(payment, "1", 6_800, 0)));
    assert_eq!(decide(&ledger, first, true, 2), RefundDecision::Decided(RefundState::Done));
    assert_eq!((float(), payable()), (-19_958, -180), "a part leaves the commission");
    assert_eq!(ledger.step(payment, ask_to_cancel()), AdvanceOutcome::Refused(PaymentState::Confirmed));
    let second = kept(propose(&ledger, of(payment, "2", 10_000, 0)));
    assert_eq!(decide(&ledger, second, true, 2), RefundDecision::Decided(RefundState::Done));
    assert_eq!((float(), payable()), (-29_958, 0), "the duty stays");
    let owed = ledger.read(|reader| reader.owed_by("7", 10)).unwrap();
    let owed: Vec<_> = owed.iter().map(|owed| (owed.subject, owed.amount.minor())).collect();
    assert_eq!(owed, [(first, 6_800), (second, 10_000)]);
    db.assert_clean();
}

fn a_payment_being_cancelled_is_not_refunded(db: &TestDb) {
    let ledger = db.open();
    ledger.fund("7", 30_000);
    let shift = ledger.open_till("A");
    let payment = ledger.start(over_counter("c", "c", shift));
    ledger.step(payment, confirm());
    let id = kept(propose(&ledger, of(payment, "1", 6_800, 0)));
    assert_eq!(ledger.step(payment, ask_to_cancel()), AdvanceOutcome::Refused(PaymentState::Confirmed));
    withdraw(&ledger, id, 1);
    assert!(matches!(ledger.step(payment, ask_to_cancel()), AdvanceOutcome::Moved { .. }));
    let refused = propose(&ledger, of(payment, "2", 6_800, 0));
    assert_eq!(refused, RefundKept::Refused(Refusal::NotConfirmed(PaymentState::Cancelling)));
    db.assert_clean();
}

/// Two nodes, many people: what is left is given out once, and one is under way.
fn many_at_once_on_two_nodes(db: &TestDb) {
    let nodes = [db.open(), db.open()];
    let payment = paid(&nodes[0], "a");
    let proposed = at_once(12, |n| propose(&nodes[n % 2], of(payment, &n.to_string(), 9_000, 0)));
    let ids: Vec<i64> = proposed
        .iter()
        .filter_map(|outcome| match outcome {
            RefundKept::Kept(id, RefundState::Proposed) => Some(*id),
            RefundKept::Refused(Refusal::NotLeft(_)) => None,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids.len(), 1, "{proposed:?}");
    let second = kept(propose(&nodes[0], of(payment, "rest", 7_800, 0)));
    let decided = at_once(12, |n| decide(&nodes[n % 2], [ids[0], second][(n / 2) % 2], true, 2));
    let begun = decided.iter().filter(|decision| **decision == RefundDecision::Decided(RefundState::Pending)).count();
    assert_eq!(begun, 1, "{decided:?}");
    assert_eq!(db.count("refunds WHERE state = 4"), 1);
    let pending = nodes[0].read(|reader| reader.refunds_of(payment)).unwrap();
    let pending = pending.iter().find(|refund| refund.state == RefundState::Pending).unwrap().id;
    at_once(8, |n| end(&nodes[n % 2], pending, [RefundEnd::Paid, RefundEnd::Failed][(n / 2) % 2]));
    assert_eq!(db.count("postings WHERE kind = 23"), 1);
    assert_eq!(db.count("postings WHERE kind IN (24, 25)"), 1);
    db.assert_clean();
}

/// The database takes no second one under way, whoever writes it, and no proposer who decides.
fn the_database_guards_refunds(db: &TestDb) {
    let ledger = db.open();
    let payment = paid(&ledger, "a");
    let first = in_state(&ledger, payment, RefundState::Pending);
    let second = kept(propose(&ledger, of(payment, "2", 100, 0)));
    for change in [
        format!("UPDATE refunds SET state = 4 WHERE id = {second}"),
        format!("UPDATE refunds SET decided_by = proposed_by WHERE id = {first}"),
        format!("UPDATE refunds SET principal = -1 WHERE id = {first}"),
        format!("UPDATE refunds SET principal = 0, fee = 0, vat = 0 WHERE id = {first}"),
        "UPDATE refunds SET decided_posting = 1".to_owned(),
    ] {
        assert!(db.raw().run(&change).is_err(), "{change}");
    }
    db.assert_clean();
}

fn asking_is_written_down(db: &TestDb) {
    let ledger = db.open();
    let id = in_state(&ledger, paid(&ledger, "a"), RefundState::Pending);
    let ask =
        |asks: i32, credited: i64| ledger.write_now(move |op| op.ask_refund(id, asks, money(credited), now())).unwrap();
    for (credited, asks) in [(0, 1), (700, 2)] {
        let ledger::RefundAsk::Asked(found) = ask(asks - 1, credited) else { panic!("asked") };
        assert_eq!((found.asks, found.credited_before), (asks, Some(Money::ZERO)), "as it was at first");
    }
    // Another process that looked before does not ask as well.
    for before in [0, 1] {
        assert_eq!(ask(before, 0), ledger::RefundAsk::Overtaken);
    }
    end(&ledger, id, RefundEnd::Paid);
    assert_eq!(ask(2, 0), ledger::RefundAsk::Over(RefundState::Done));
    db.assert_clean();
}

on_both!(
    every_state_and_step,
    only_confirmed_payments_are_refunded,
    a_refund_is_booked_and_in_the_window,
    one_that_failed_is_the_billers_again,
    one_of_its_refunds_is_of_the_whole_payment,
    a_fee_alone_is_in_no_window,
    a_key_is_one_refund,
    what_is_proposed_is_reserved,
    proposals_that_came_to_nothing_use_none_up,
    one_person_may_give_back_a_little,
    cash_goes_back_over_the_counter,
    a_payment_being_cancelled_is_not_refunded,
    many_at_once_on_two_nodes,
    the_database_guards_refunds,
    asking_is_written_down,
);
