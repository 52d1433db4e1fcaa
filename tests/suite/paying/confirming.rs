//! Telling the biller: exactly once, whatever becomes of the answers.

use chrono::TimeDelta;
use ledger::PaymentState as P;
use payments::api::{Standing, StartError};
use rstest::rstest;
use sandbox::{BookingOutcome, FaultKind};

use super::{APPROVED, FILE, JSON, SOAP};
use crate::support::{Backend, Bill, OTHER_PHONE, TestApp};

/// The resolver's schedule.
const SCHEDULE: [TimeDelta; 8] = [
    TimeDelta::seconds(30),
    TimeDelta::minutes(5),
    TimeDelta::hours(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
];

/// A fault of `times` confirmations (and status questions, where `both`), and how often the hub comes back.
#[rstest]
#[case::no_fault(FaultKind::AnswerTwice, 0, 0)]
#[case::answer_lost(FaultKind::DropAfter, 1, 1)]
#[case::answers_lost(FaultKind::DropAfter, 3, 3)]
#[case::request_lost(FaultKind::DropBefore, 1, 1)]
#[case::garbled(FaultKind::Garble, 1, 1)]
#[case::down(FaultKind::Down, 2, 2)]
#[case::late(FaultKind::Delay { ms: 2_000 }, 1, 1)]
#[case::pending(FaultKind::Pending, 1, 1)]
#[case::long_pending(FaultKind::Pending, 3, 3)]
#[case::delivered_twice(FaultKind::AnswerTwice, 1, 0)]
#[tokio::test(flavor = "multi_thread")]
async fn one_booking_and_one_receipt(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] fault: FaultKind,
    #[case] times: u32,
    #[case] tries: usize,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let bills = [JSON, SOAP, FILE];
    let mut redirects = Vec::new();
    for bill in bills {
        if times > 0 {
            app.fault(&format!("biller:{} confirm", bill.0), fault, times);
        }
        if fault == FaultKind::Pending && times > 1 {
            app.fault(&format!("biller:{} status", bill.0), fault, times - 1);
        }
        redirects.push(app.pay(bill, APPROVED).await);
    }
    app.settle().await;
    for wait in &SCHEDULE[..tries] {
        let told = app.control.sms().len();
        let open: Vec<_> = redirects.iter().filter(|redirect| app.state(redirect) != P::Confirmed).collect();
        assert_eq!(told, bills.len() - open.len(), "nothing is promised before the biller's word");
        for redirect in &open {
            assert_eq!(app.standing(redirect).await, Standing::Confirming);
        }
        // Not before its time.
        app.pass(*wait - TimeDelta::seconds(10));
        app.settle().await;
        for redirect in open {
            assert_eq!(app.state(redirect), P::Taken);
        }
        app.pass(TimeDelta::seconds(11));
        app.settle().await;
    }
    for (bill, redirect) in bills.iter().zip(&redirects) {
        let booking = app.booking(bill.0);
        assert_eq!(booking.conflicts, 0, "the same body each time: {booking:?}");
        let BookingOutcome::Confirmed { receipt_number, .. } = &booking.outcome else { panic!("{booking:?}") };
        let Standing::Confirmed(receipt) = app.standing(redirect).await else { panic!("{:?}", app.state(redirect)) };
        assert_eq!(&receipt.number, receipt_number);
    }
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (3, 3));
    app.finish().await;
}

/// Where the protocol has a status question, it is asked before anything is said again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_status_comes_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(JSON, FILE, SOAP)] bill: Bill,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault(&format!("biller:{} confirm", bill.0), FaultKind::DropAfter, 1);
    let redirect = app.pay(bill, APPROVED).await;
    app.settle().await;
    // A status without an answer is no licence to say it again.
    app.fault(&format!("biller:{} status", bill.0), FaultKind::Down, 1);
    app.pass(TimeDelta::seconds(31));
    app.settle().await;
    let soap = bill == SOAP;
    assert_eq!(app.state(&redirect), if soap { P::Confirmed } else { P::Taken });
    app.control.clear_faults();
    app.pass(TimeDelta::minutes(6));
    app.settle().await;
    assert_eq!(app.state(&redirect), P::Confirmed);
    // SOAP has none: the same confirmation is the question, and 301 its answer.
    assert_eq!(app.booking(bill.0).attempts, if soap { 2 } else { 1 });
    app.finish().await;
}

/// The biller is away for the whole schedule: then people decide, and until they have, the payment is neither given back
/// nor payable again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_ends_with_people(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(JSON, SOAP)] bill: Bill,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let stale = app.quote(bill).await;
    app.fault(&format!("biller:{} confirm", bill.0), FaultKind::Down, 0);
    let redirect = app.pay(bill, APPROVED).await;
    app.settle().await;
    let tries = "SELECT attempts FROM outbox WHERE kind = 1";
    for (at, wait) in (1..).zip(SCHEDULE) {
        assert_eq!(app.database.number(tries), at);
        app.pass(wait - TimeDelta::seconds(8));
        app.settle().await;
        assert_eq!(app.database.number(tries), at, "not before its time");
        app.pass(TimeDelta::seconds(9));
        app.settle().await;
    }
    assert_eq!(app.database.number(tries), 9);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents WHERE kind = 1"), 1);
    assert_eq!(app.state(&redirect), P::Taken);
    assert!(matches!(
        app.start_payment(&stale, OTHER_PHONE, "again").await,
        Err(StartError::BeingPaid | StartError::Expired)
    ));
    app.control.clear_faults();
    let fresh = app.inquire(bill).await;
    assert!(fresh.articles[0].busy);
    app.pass(TimeDelta::days(30));
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).credited_minor), (P::Taken, 0));
    assert!(app.control.bookings(bill.0).is_empty());
    assert!(app.control.sms().is_empty());
    app.finish().await;
}
