//! Many at once, and crashes in the middle.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use ledger::{Channel, Instrument, PayOutcome, PaymentState as P};
use payments::api::StartError;
use rstest::rstest;
use sandbox::{BookingOutcome, FaultKind, OrderState};
use tokio::task::JoinSet;

use super::{APPROVED, DECLINED, FILE, JSON, SOAP};
use crate::support::{Backend, Bank, Bill, Line, OTHER_PHONE, PHONE, Page, TestApp, cash_box, wallet};

/// How many callers of each kind.
const CALLERS: usize = 50;

/// Cards on the web, cash at an outlet and a wallet's own system, all at one bill.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_payment_of_a_bill_over_all_channels(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(JSON, FILE)] bill: Bill,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let inquiry = app.inquire(bill).await;
    let card = app.price(&inquiry, None, Channel::Web, Instrument::Card).await.unwrap();
    let cash = app.price(&inquiry, None, Channel::Agt, Instrument::Cash).await.unwrap();
    let purse = app.price(&inquiry, None, Channel::Web, Instrument::Wallet).await.unwrap();
    let app = Arc::new(app);
    let mut callers = JoinSet::new();
    for at in 0..CALLERS {
        let (one, quote) = (Arc::clone(&app), card.clone());
        callers.spawn(async move {
            match one.start_payment(&quote, &format!("+2126{at:08}"), &format!("card {at}")).await {
                Ok(_) => 1,
                Err(StartError::BeingPaid | StartError::AlreadyPaid) => 0,
                Err(error) => panic!("{error:?}"),
            }
        });
        for (channel, quote, account) in
            [(Channel::Agt, cash.clone(), cash_box()), (Channel::Api, purse.clone(), wallet())]
        {
            let one = Arc::clone(&app);
            callers.spawn(async move {
                match one.pay_in_hand(&quote, &at.to_string(), channel, account).await {
                    PayOutcome::Started(_) => 1,
                    PayOutcome::BeingPaid(_) | PayOutcome::AlreadyPaid => 0,
                    other => panic!("{other:?}"),
                }
            });
        }
    }
    // Meanwhile what starts is worked off, so that some find the bill paid already.
    let worker = Arc::clone(&app);
    callers.spawn(async move {
        worker.settle().await;
        0
    });
    let started: usize = callers.join_all().await.into_iter().sum();
    assert_eq!(started, 1);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 1);
    app.settle().await;
    let state = app.database.number("SELECT state FROM payments");
    assert_eq!(app.control.bookings(bill.0).len(), usize::from(state == i64::from(P::Confirmed.code())));
    Arc::into_inner(app).unwrap().finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_second_payer_waits(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (one, other) = (app.quote(JSON).await, app.quote(JSON).await);
    let first = app.start_payment(&one, PHONE, "first").await.unwrap();
    let waits = app.start_payment(&other, OTHER_PHONE, "second").await;
    assert!(matches!(waits, Err(StartError::BeingPaid)), "{waits:?}");
    let same_quote = app.start_payment(&one, OTHER_PHONE, "third").await;
    assert!(matches!(same_quote, Err(StartError::BeingPaid)), "{same_quote:?}");
    assert!(app.inquire(JSON).await.articles[0].busy);
    let page = app.payer("fr").find(1001, "01", "11111111").await;
    assert_eq!(page.status, 200, "{}", page.text());
    app.bank.pay(&first, DECLINED).await;
    let second = app.start_payment(&other, OTHER_PHONE, "second").await.unwrap();
    app.bank.pay(&second, APPROVED).await;
    app.settle().await;
    assert_eq!((app.state(&first), app.state(&second)), (P::Declined, P::Confirmed));
    let late = app.start_payment(&one, PHONE, "fourth").await;
    assert!(matches!(late, Err(StartError::AlreadyPaid)), "{late:?}");
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_payment(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quote = app.quote(JSON).await;
    let app = Arc::new(app);
    let mut starts = JoinSet::new();
    for _ in 0..20 {
        let (app, quote) = (Arc::clone(&app), quote.clone());
        starts.spawn(async move { app.start_payment(&quote, PHONE, "the same").await.unwrap() });
    }
    let redirects = starts.join_all().await;
    assert!(redirects.iter().all(|redirect| redirect.payment == redirects[0].payment));
    let oid = |redirect: &payments::api::CardRedirect| {
        redirect.fields.iter().find(|(name, _)| name == "oid").unwrap().1.clone()
    };
    assert!(redirects.iter().all(|redirect| oid(redirect) == oid(&redirects[0])));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 1);
    // The same key for something else.
    let other = app.quote(SOAP).await;
    let conflicts = app.start_payment(&other, PHONE, "the same").await;
    assert!(matches!(conflicts, Err(StartError::KeyConflict)), "{conflicts:?}");
    let conflicts = app.start_payment(&quote, OTHER_PHONE, "the same").await;
    assert!(matches!(conflicts, Err(StartError::KeyConflict)), "{conflicts:?}");
    // Turned back at the gateway, and on again: with the same order, also under a new key.
    app.bank.open(&redirects[0]).await.unwrap();
    let again = app.start_payment(&quote, PHONE, "another").await.unwrap();
    assert_eq!(oid(&again), oid(&redirects[0]));
    app.bank.pay(&again, APPROVED).await;
    app.settle().await;
    assert_eq!(app.state(&again), P::Confirmed);
    assert_eq!(app.control.orders().len(), 1);
    Arc::into_inner(app).unwrap().finish().await;
}

/// A request that comes again when its payment is over is shown that payment: the gateway's page is not opened for an order
/// that reserves nothing any more. Whoever opens it all the same, from the browser's history, is heard, even if the
/// callback never comes.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_over(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("declined", "expired", "confirmed")] over: &str,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quote = app.quote(JSON).await;
    let first = app.start_payment(&quote, PHONE, "key").await.unwrap();
    match over {
        "declined" => app.bank.pay(&first, DECLINED).await,
        "confirmed" => app.bank.pay(&first, APPROVED).await,
        _ => drop(app.bank.open(&first).await),
    }
    for _ in 0..7 {
        app.settle().await;
        app.pass(TimeDelta::minutes(5));
    }
    app.settle().await;
    let again = app.start_payment(&quote, PHONE, "key").await;
    assert!(matches!(&again, Err(StartError::Over(payment)) if *payment == first.payment), "{again:?}");
    match (over, app.bank.open(&first).await) {
        ("confirmed", Err(_)) => {}
        ("declined" | "expired", Ok(page)) => {
            app.bank.type_card(&page, super::NO_CALLBACK).await;
            app.pass(TimeDelta::hours(1));
            app.settle().await;
            assert_eq!((app.state(&first), app.order(&first).state), (P::Confirmed, OrderState::Captured));
        }
        (over, opened) => panic!("{over}: {opened:?}"),
    }
    app.finish().await;
}

/// The summary sent again after a refusal, as a browser's "back" does: the payment's page, and from there a new start.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn back_to_the_summary(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payer = app.payer("fr");
    let bills = payer.find(1001, "01", "11111111").await;
    let summary = payer.choose(&bills, "").await;
    let redirect = payer.start(&summary, "0612345678", "").await;
    let declined: Page = payer.pay_by_card(&redirect, DECLINED).await;
    let again = payer.start(&summary, "0612345678", "").await;
    assert_eq!((again.status, again.reference()), (200, declined.reference()), "{}", again.text());
    let anew = payer.get(&summary.path).await;
    let redirect = payer.start(&anew, "0612345678", "").await;
    let waiting = payer.pay_by_card(&redirect, APPROVED).await;
    app.settle().await;
    let BookingOutcome::Confirmed { receipt_number, .. } = app.booking(1001).outcome else { panic!("not booked") };
    let receipt = payer.get(&waiting.path).await;
    assert!(receipt.text().contains(&receipt_number), "{}", receipt.text());
    let again = payer.start(&anew, "0612345678", "").await;
    assert!(again.text().contains(&receipt_number), "{}", again.text());
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn approved_and_declined_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 2, 3)] _round: u8,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("gateway callback", FaultKind::DropBefore, 0);
    let redirect = app.pay(JSON, APPROVED).await;
    let mut calls = JoinSet::new();
    for at in 0..10 {
        let code = if at % 2 == 0 { "05" } else { "00" };
        let (bank, signed) = (app.bank.clone(), Bank::signed(&redirect, code, &[]));
        calls.spawn(async move { (code, bank.call(&signed).await) });
    }
    for (code, answer) in calls.join_all().await {
        assert_eq!(answer, (200, if code == "00" { "ACTION=POSTAUTH" } else { "APPROVED" }.to_owned()));
    }
    app.settle().await;
    app.pass(TimeDelta::minutes(2));
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (P::Confirmed, OrderState::Captured));
    assert_eq!((app.booking(1001).attempts, app.control.sms().len()), (1, 1));
    app.finish().await;
}

/// Two processes on one database share the work and do none of it twice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_dispatchers_side_by_side(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (other, ledger) = app.other_hub();
    let mut redirects = Vec::new();
    for at in 0..8 {
        let contract: &'static str = format!("5000000{at}").leak();
        app.control.add_article(1001, "01", contract, "A", 10_000 + at).unwrap();
        let quote = app.quote((1001, "01", contract)).await;
        let redirect = app.start_payment(&quote, PHONE, contract).await.unwrap();
        app.bank.pay(&redirect, APPROVED).await;
        redirects.push(redirect);
    }
    for _ in 0..20 {
        let (one, two) = tokio::join!(app.dispatcher.step(), other.step());
        if one.unwrap() + two.unwrap() == 0 {
            break;
        }
    }
    for redirect in &redirects {
        assert_eq!(app.state(redirect), P::Confirmed);
    }
    let bookings = app.control.bookings(1001);
    assert_eq!(bookings.len(), redirects.len());
    assert!(bookings.iter().all(|booking| (booking.attempts, booking.conflicts) == (1, 0)), "{bookings:?}");
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (8, 8));
    ledger.close();
    app.finish().await;
}

/// A dispatcher dies after the biller booked and before it was written down: after the lease it is taken up, and the
/// biller says what it said before.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_that_dies(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(JSON, SOAP, FILE)] bill: Bill,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let line = Line::to(&app.sandbox.base_url()).await;
    app.import_billers(&line.url).await;
    let redirect = app.pay(bill, APPROVED).await;
    line.swallow_answers(true);
    let dispatcher = app.dispatcher.clone();
    let work = tokio::spawn(async move { dispatcher.step().await });
    for _ in 0..200 {
        if !app.control.bookings(bill.0).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(app.booking(bill.0).attempts, 1);
    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
    line.swallow_answers(false);
    assert_eq!(app.state(&redirect), P::Taken);
    app.settle().await;
    assert_eq!(app.state(&redirect), P::Taken, "it is leased");
    app.pass(TimeDelta::seconds(121));
    app.settle().await;
    assert_eq!(app.state(&redirect), P::Confirmed);
    let booking = app.booking(bill.0);
    assert_eq!((booking.conflicts, app.control.sms().len()), (0, 1));
    app.finish().await;
}

/// An SMS that was on its way when the program died is not sent again: one too few is better than two.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_message_cut_off(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(JSON, APPROVED).await;
    assert_eq!(app.dispatcher.step().await.unwrap(), 1);
    assert_eq!(app.state(&redirect), P::Confirmed);
    app.fault("sms send", FaultKind::Delay { ms: 300 }, 1);
    app.fault("smtp mail", FaultKind::Delay { ms: 300 }, 1);
    let dispatcher = app.dispatcher.clone();
    let work = tokio::spawn(async move { dispatcher.step().await });
    tokio::time::timeout(Duration::from_millis(150), async {
        while !work.is_finished() {
            tokio::task::yield_now().await
        }
    })
    .await
    .expect_err("it waits for the providers");
    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
    app.pass(TimeDelta::seconds(121));
    app.settle().await;
    assert!(app.control.sms().len() <= 1);
    assert!(!app.control.mails().is_empty());
    app.finish().await;
}

/// Payments of different lines go side by side; a line is in one of them only.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn lines_in_common(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let inquiry = app.inquire((1401, "01", "LOG-501")).await.reference;
    let mut quotes = Vec::new();
    for lines in [["L-2609", "L-2610"], ["L-2610", "L-2611"], ["L-2611", "L-2611"]] {
        let request = payments::api::MakeQuote {
            inquiry: inquiry.clone(),
            articles: lines.map(str::to_owned).to_vec(),
            amount: None,
            channel: Channel::Web,
            instrument: Instrument::Card,
        };
        quotes.push(app.hub.make_quote(request).await.unwrap());
    }
    let first = app.start_payment(&quotes[0], PHONE, "first").await.unwrap();
    let overlapping = app.start_payment(&quotes[1], OTHER_PHONE, "second").await;
    assert!(matches!(overlapping, Err(StartError::BeingPaid)), "{overlapping:?}");
    let third = app.start_payment(&quotes[2], OTHER_PHONE, "third").await.unwrap();
    app.bank.pay(&third, APPROVED).await;
    app.settle().await;
    assert_eq!((app.state(&first), app.state(&third)), (P::Awaiting, P::Confirmed));
    app.bank.pay(&first, DECLINED).await;
    let overlapping = app.start_payment(&quotes[1], OTHER_PHONE, "fourth").await;
    assert!(matches!(overlapping, Err(StartError::AlreadyPaid)), "one of its lines is paid: {overlapping:?}");
    let again = app.start_payment(&quotes[0], OTHER_PHONE, "fifth").await.unwrap();
    app.bank.pay(&again, APPROVED).await;
    app.settle().await;
    assert_eq!(app.state(&again), P::Confirmed);
    assert_eq!(app.control.bookings(1401).len(), 2);
    app.finish().await;
}

/// A bill paid in parts is paid once a part; what was quoted before a part was paid is void.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn paid_in_parts(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let bill = (1102, "01", "1102001");
    for (part, left) in [("200.00", "338.16"), ("338.15", "0.01")] {
        let inquiry = app.inquire(bill).await;
        let amount = Some(crate::support::money(part));
        let quote = app.price(&inquiry, amount, Channel::Web, Instrument::Card).await.unwrap();
        let stale = app.price(&inquiry, amount, Channel::Web, Instrument::Card).await.unwrap();
        let redirect = app.start_payment(&quote, PHONE, part).await.unwrap();
        app.bank.pay(&redirect, APPROVED).await;
        let early = app.start_payment(&stale, OTHER_PHONE, &format!("{part} early")).await;
        assert!(matches!(early, Err(StartError::BeingPaid)), "{early:?}");
        app.settle().await;
        assert_eq!(app.state(&redirect), P::Confirmed);
        let late = app.start_payment(&stale, OTHER_PHONE, &format!("{part} late")).await;
        assert!(matches!(late, Err(StartError::AlreadyPaid)), "{late:?}");
        let rest = app.inquire(bill).await;
        assert_eq!((rest.articles[0].busy, rest.articles[0].article.amount.to_string().as_str()), (false, left));
    }
    assert_eq!(app.control.bookings(1102).len(), 2);
    app.finish().await;
}

/// A top-up names no bill: its quote is paid once, and another quote is another top-up.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn top_ups(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let inquiry = app.inquire((1101, "02", "0612345678")).await;
    let amount = Some(crate::support::money("50.00"));
    for at in 0..2 {
        let quote = app.price(&inquiry, amount, Channel::Web, Instrument::Card).await.unwrap();
        let redirect = app.start_payment(&quote, PHONE, &format!("{at}")).await.unwrap();
        let twice = app.start_payment(&quote, OTHER_PHONE, &format!("{at} twice")).await;
        assert!(matches!(twice, Err(StartError::BeingPaid)), "{twice:?}");
        app.bank.pay(&redirect, APPROVED).await;
        app.settle().await;
        assert_eq!(app.state(&redirect), P::Confirmed);
        let again = app.start_payment(&quote, PHONE, &format!("{at} again")).await;
        assert!(matches!(again, Err(StartError::AlreadyPaid)), "{again:?}");
    }
    assert_eq!(app.control.bookings(1101).len(), 2);
    app.finish().await;
}
