//! Cancelling: the same day, the same outlet, before closure, where the biller allows it and agrees.

use chrono::TimeDelta;
use ledger::{IncidentKind, PaymentState};
use payments::api::Standing;
use payments::api::cash::{CancelCash, CancelCashError, Instruction};
use rstest::rstest;
use sandbox::FaultKind;

use crate::support::{Backend, Bill, TestApp, agent, money};

/// JSON and SOAP.
const BILLS: [Bill; 2] = [(1001, "01", "11111111"), (1002, "01", "1002002")];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_biller_agrees(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(BILLS[0], BILLS[1])] bill: Bill,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let quote = app.cash_quote(bill, "").await;
    let taken = app.take(counter, &quote).await.unwrap();
    assert!(matches!(app.cancel(&taken).await, Err(CancelCashError::StillPending)));
    app.settle().await;
    let asked = app.cancel(&taken).await.unwrap();
    assert_eq!((&asked.payment.standing, asked.instruction), (&Standing::Cancelling, Instruction::AwaitCancellation));
    assert_eq!(app.cancel(&taken).await.unwrap().instruction, Instruction::AwaitCancellation, "asking again");
    app.settle().await;
    let total = quote.amounts.total;
    let gone = app.cash(&taken).await;
    // The customer stands there: the cash is handed over with the cancellation.
    assert_eq!((&gone.payment.standing, gone.instruction), (&Standing::Cancelled, Instruction::CashGivenBack(total)));
    assert_eq!(app.cancel(&taken).await.unwrap().payment.standing, Standing::Cancelled);
    let booked = app.booked(&taken);
    assert!(booked.len() == 1 && booked[0].cancelled, "{booked:?}");
    assert_eq!(app.float("10001").await, money("1000.00"));
    assert_eq!(app.hub.shift(counter.shift).await.unwrap().unwrap().expected, money("500.00"));
    assert_eq!(app.database.number("SELECT SUM(balance) FROM accounts WHERE kind NOT IN (2, 13)"), 0);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM accounts WHERE kind NOT IN (2, 13) AND balance <> 0"), 0);
    let bodies: Vec<String> = app.control.sms().into_iter().map(|sms| sms.body).collect();
    assert!(bodies.len() == 2 && bodies[1].starts_with("Annulé"), "{bodies:?}");
    let page = app.payer("fr").get(&format!("/fr/payments/{}", taken.payment.reference)).await;
    assert!(page.status == 200 && page.text().contains("Paiement annulé"), "{}", page.text());
    // The bill is due again, at the biller and here.
    let again = app.cash_quote(bill, "").await;
    let second = app.take(counter, &again).await.unwrap();
    app.settle().await;
    assert_eq!(app.cash(&second).await.instruction, Instruction::HandReceipt);
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_biller_refuses(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let paid = app.sell(counter, "EL-91", "100.00").await;
    app.fault("biller:1302 cancel", FaultKind::Refuse, 1);
    app.cancel(&paid).await.unwrap();
    app.settle().await;
    let stands = app.cash(&paid).await;
    assert_eq!((&stands.payment.standing, stands.cancellable), (&paid.payment.standing, false));
    assert_eq!(stands.payment.standing_since, paid.payment.standing_since, "confirmed when it was confirmed");
    assert!(stands.cancellation_refused.as_deref().is_some_and(|words| words.starts_with("REFUSED")));
    assert!(matches!(app.cancel(&paid).await, Err(CancelCashError::Refused(_))), "its word is final");
    assert_eq!(app.float("10001").await, money("899.75"));
    app.finish().await;
}

/// Whatever becomes of the biller's answer, it is cancelled once, here and there.
#[rstest]
#[case::down(FaultKind::Down)]
#[case::answer_lost(FaultKind::DropAfter)]
#[case::request_lost(FaultKind::DropBefore)]
#[case::garbled(FaultKind::Garble)]
#[case::twice(FaultKind::AnswerTwice)]
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_asked_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] fault: FaultKind,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let paid = app.sell(counter, "EL-91", "100.00").await;
    app.fault("biller:1302 cancel", fault, 1);
    app.cancel(&paid).await.unwrap();
    app.settle().await;
    if fault != FaultKind::AnswerTwice {
        assert_eq!(app.cash(&paid).await.instruction, Instruction::AwaitCancellation);
        assert_eq!(app.float("10001").await, money("899.75"), "nothing is reversed on a time-out");
        app.pass(TimeDelta::seconds(31));
        app.settle().await;
    }
    assert_eq!(app.cash(&paid).await.payment.standing, Standing::Cancelled);
    let booked = app.booked(&paid);
    assert!(booked.len() == 1 && booked[0].cancelled, "{booked:?}");
    assert_eq!(app.float("10001").await, money("1000.00"));
    app.finish().await;
}

/// Unknown to the end of the schedule: people decide, and nothing moved.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_ends_with_people(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let paid = app.sell(counter, "EL-91", "100.00").await;
    app.fault("biller:1302 cancel", FaultKind::Pending, 0);
    app.cancel(&paid).await.unwrap();
    for _ in 0..10 {
        app.settle().await;
        app.pass(TimeDelta::days(1) + TimeDelta::minutes(1));
    }
    let kind = IncidentKind::UnresolvedCancellation.code();
    assert_eq!(app.database.number(&format!("SELECT COUNT(*) FROM incidents WHERE kind = {kind}")), 1);
    assert_eq!(app.cash(&paid).await.instruction, Instruction::AwaitCancellation);
    assert_eq!(app.float("10001").await, money("899.75"));
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_cancelled(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "5000.00").await;
    let paid = app.sell(counter, "EL-91", "100.00").await;
    // Another outlet, a payment that is not there, no reason.
    let asks = CancelCash {
        payment: paid.payment.reference.clone(),
        outlet: "10001".to_owned(),
        reason: "wrong".to_owned(),
        actor: agent(1),
    };
    let cases = [
        (CancelCash { outlet: "10002".to_owned(), ..asks.clone() }, "UnknownPayment"),
        (CancelCash { payment: "0000-0000-0000-0000".to_owned(), ..asks.clone() }, "UnknownPayment"),
        (CancelCash { reason: "  ".to_owned(), ..asks.clone() }, "NoReason"),
        (CancelCash { reason: "x".repeat(101), ..asks.clone() }, "NoReason"),
        (CancelCash { reason: "card 4000000000000010".to_owned(), ..asks.clone() }, "NoReason"),
    ];
    for (asks, expected) in cases {
        let error = app.hub.cancel_cash(asks).await.unwrap_err();
        assert_eq!(format!("{error:?}"), expected);
    }
    // A biller that allows none: the file has no cancellation at all.
    let quote = app.cash_quote((1202, "01", "AM100001"), "").await;
    let fine = app.take(counter, &quote).await.unwrap();
    app.settle().await;
    assert!(!app.cash(&fine).await.cancellable);
    assert!(matches!(app.cancel(&fine).await, Err(CancelCashError::NotAllowed)));
    // One that came back already.
    app.fault("biller:1302 confirm", FaultKind::Refuse, 1);
    let refused = app.sell(counter, "EL-92", "100.00").await;
    assert!(matches!(app.cancel(&refused).await, Err(CancelCashError::NotConfirmed)));
    // After the closure of its shift, though the till goes on.
    app.close(counter.shift, &[("200.00", 5), ("100.00", 1), ("0.50", 1)]).await.unwrap();
    app.open_till("10001", "1").await;
    assert!(!app.cash(&paid).await.cancellable);
    assert!(matches!(app.cancel(&paid).await, Err(CancelCashError::ShiftClosed)));
    // The next day, though its shift is open.
    let night = app.open_till("10002", "1").await;
    app.fund("10002", "500.00").await;
    let yesterday = app.sell(night, "EL-93", "100.00").await;
    assert!(app.cash(&yesterday).await.cancellable);
    app.pass(TimeDelta::days(1));
    assert!(!app.cash(&yesterday).await.cancellable);
    assert!(matches!(app.cancel(&yesterday).await, Err(CancelCashError::NotSameDay)));
    let state = |state: PaymentState| {
        app.database.number(&format!("SELECT COUNT(*) FROM payments WHERE state = {}", state.code()))
    };
    assert_eq!((state(PaymentState::Confirmed), state(PaymentState::Returned)), (3, 1));
    app.finish().await;
}

/// The shift closes while the biller is asked: the cash is owed and handed over from the next one.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_outlives_its_shift(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let paid = app.sell(counter, "EL-91", "100.00").await;
    app.fault("biller:1302 cancel", FaultKind::Down, 1);
    app.cancel(&paid).await.unwrap();
    app.settle().await;
    let closed = app.close(counter.shift, &[("200.00", 3), ("0.20", 1), ("0.05", 1)]).await.unwrap();
    assert_eq!(closed.pending, std::slice::from_ref(&paid.payment.reference));
    let next = app.open_till("10001", "1").await;
    let carried = app.hub.shift(next.shift).await.unwrap().unwrap().pending;
    assert_eq!(carried, std::slice::from_ref(&paid.payment.reference));
    app.pass(TimeDelta::seconds(31));
    app.settle().await;
    assert_eq!(app.cash(&paid).await.instruction, Instruction::GiveCashBack(money("100.25")));
    let owed = app.hub.cash_owed_for(&paid.payment.reference).await.unwrap().unwrap();
    app.hub.give_cash_back(owed, "10001", "1", agent(2)).await.unwrap();
    assert_eq!(app.hub.shift(next.shift).await.unwrap().unwrap().expected, money("399.75"));
    app.finish().await;
}
