//! Many at once: two tills at the last dirham, channels at one bill and one reference, a closure among payments.

use std::collections::HashSet;
use std::sync::Arc;

use payments::Hub;
use payments::api::cash::{CashPayment, CashSubject, PayCash, PayCashError};
use rstest::rstest;

use crate::support::{Backend, PHONE, TestApp, money};

/// Sends all of them at once, in turn to the app's own hub and to another process's.
async fn at_once(hubs: &[Arc<Hub>; 2], all: Vec<PayCash>) -> Vec<Result<CashPayment, PayCashError>> {
    let tries: Vec<_> = all
        .into_iter()
        .zip(hubs.iter().cycle())
        .map(|(asks, hub)| {
            let hub = Arc::clone(hub);
            tokio::spawn(async move { hub.pay_cash(asks).await })
        })
        .collect();
    let mut results = Vec::with_capacity(tries.len());
    for one in tries {
        results.push(one.await.unwrap());
    }
    results
}

/// Fifty payments of 10.03 from two tills over two processes out of 100.30: ten are taken, nothing is overdrawn.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_tills_race_for_the_last_dirham(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (hub, ledger) = app.second_hub();
    let tills = [app.counter("10001", "1", "100.30").await, app.open_till("10001", "2").await];
    let mut all = Vec::new();
    for n in 0..50 {
        let contract: &'static str = format!("EL-{n}").leak();
        let quote = app.any_quote(contract, "10.00").await;
        all.push(TestApp::asks(tills[(n / 2) % 2], &quote, &format!("k{n}")));
    }
    let results = at_once(&[Arc::clone(&app.hub), hub], all).await;
    let taken = results.iter().filter(|result| result.is_ok()).count();
    let refused = results.iter().filter(|result| matches!(result, Err(PayCashError::FloatTooLow { .. }))).count();
    assert_eq!((taken, refused), (10, 40), "{results:?}");
    assert_eq!(app.float("10001").await, money("0.00"));
    ledger.close();
    app.finish().await;
}

/// Twenty counters at one reference, ten at one bill: one payment each.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_payment_per_reference_and_bill(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (hub, ledger) = app.second_hub();
    let hubs = [Arc::clone(&app.hub), hub];
    let tills = [app.counter("10001", "1", "5000.00").await, app.counter("20001", "1", "5000.00").await];
    let made = app.make_reference((1001, "01", "11111111")).await;
    let any = app.any_quote("EL-91", "10.00").await;
    let by_reference = |n: usize| PayCash {
        subject: CashSubject::Reference(made.digits.clone()),
        ..TestApp::asks(tills[n % 2], &any, &format!("r{n}"))
    };
    let results = at_once(&hubs, (0..20).map(by_reference).collect()).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let second = app.cash_quote((1302, "01", "EL-91"), "20.00").await;
    let of_bill =
        |n: usize| TestApp::asks(tills[n % 2], if n.is_multiple_of(3) { &any } else { &second }, &format!("b{n}"));
    let results = at_once(&hubs, (0..10).map(of_bill).collect()).await;
    // A till that asks again for the price that it took the cash of is shown that payment.
    let taken: HashSet<_> = results.iter().flatten().map(|paid| &paid.payment.reference).collect();
    assert_eq!(taken.len(), 1, "{results:?}");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 2);
    // A card beside them.
    let redirect = app.start_payment(&app.quote((1001, "02", "11111111")).await, PHONE, "card").await.unwrap();
    app.bank.pay(&redirect, "4000000000000010").await;
    ledger.close();
    app.finish().await;
}

/// A shift closes while payments arrive in two processes: each of them is in its figures, or was refused.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_closure_among_payments(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (hub, ledger) = app.second_hub();
    let hubs = [Arc::clone(&app.hub), hub];
    for round in 0..5 {
        let counter = app.counter("10001", "1", "1000.00").await;
        let mut all = Vec::new();
        for n in 0..20 {
            let contract: &'static str = format!("EL-{round}{n:02}").leak();
            let quote = app.any_quote(contract, "10.00").await;
            all.push(TestApp::asks(counter, &quote, &format!("k{round} {n}")));
        }
        let closer = Arc::clone(&hubs[round % 2]);
        let shift = counter.shift;
        let close = tokio::spawn(async move {
            tokio::task::yield_now().await;
            let reason = Some("in a hurry".to_owned());
            let supervisor = Some(crate::support::agent(9));
            let counted = crate::support::pieces(&[("200.00", 3)]);
            let actor = crate::support::agent(1);
            let request = payments::api::cash::CloseShift { shift, counted, reason, supervisor, actor };
            closer.close_shift(request).await
        });
        let results = at_once(&hubs, all).await;
        let closed = close.await.unwrap().unwrap();
        let taken = results.iter().filter(|result| result.is_ok()).count();
        let late = results.iter().filter(|result| matches!(result, Err(PayCashError::NoShift))).count();
        assert_eq!(taken + late, 20, "{results:?}");
        let figures = app.hub.shift(shift).await.unwrap().unwrap();
        assert_eq!(usize::try_from(figures.payments).unwrap(), taken);
        assert_eq!(closed.shift.closure.unwrap().expected, figures.expected, "nothing came in after the count");
        app.settle().await;
    }
    ledger.close();
    app.finish().await;
}
