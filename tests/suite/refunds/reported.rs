//! Refunds in the gateway's own reports, as the sandbox states them from its books.

use std::io::Cursor;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Africa::Casablanca;
use ledger::{Break, BreakFilter, BreakKind, BreakSubject, Money, RefundState};
use rstest::rstest;
use sandbox::FaultKind;
use settlement::reconciliation::{ImportTerms, Imported, import};

use super::{APPROVED, BILL, refund, state};
use crate::support::{Backend, Bill, TestApp};

/// Other bills of the same biller.
const OTHERS: [Bill; 2] = [(1001, "02", "11111111"), (1001, "02", "12345678")];

fn today(app: &TestApp) -> NaiveDate {
    app.now().with_timezone(&Casablanca).date_naive()
}

/// Closes a day at the gateway and takes its report in, on the next day.
fn report(app: &TestApp, day: NaiveDate) {
    app.pass(TimeDelta::days(1));
    let files = app.control.close_day(day).unwrap();
    let name = files.iter().find(|name| name.starts_with("cmi/reports/")).unwrap();
    let (user, path) = name.split_once('/').unwrap();
    let bytes = app.control.pick_up(user, path).unwrap();
    let terms = ImportTerms { accounts: &[], allow_gap: false, dry_run: false, name: path, by: "test", now: app.now() };
    let taken = import(&app.ledger, &terms, Cursor::new(bytes), &mut |_, _| {}).unwrap();
    assert!(matches!(taken, Imported::Taken(_)), "{taken:?}");
}

fn breaks(app: &TestApp) -> Vec<(BreakSubject, BreakKind, Option<i64>, Option<i64>)> {
    let all = app.ledger.read(|reader| reader.breaks(&BreakFilter::default(), 0, 1_000)).unwrap();
    let told = |one: &Break| {
        let what = &one.what;
        (what.subject, what.kind, what.expected.map(Money::minor), what.found.map(Money::minor))
    };
    all.iter().map(told).collect()
}

/// A part, all of another payment, and both told by the gateway without a break; nothing is left to be owed but what its
/// payout brings.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_both_gave_back_is_no_break(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut paid = vec![app.pay(BILL, APPROVED).await];
    for bill in OTHERS {
        paid.push(app.pay(bill, APPROVED).await);
    }
    app.settle().await;
    let day = today(&app);
    let numbers: Vec<i64> = paid.iter().map(|redirect| app.payment(redirect).id).collect();
    let whole = app.payment(&paid[1]).amounts.principal.to_string();
    let made = [refund(&app, numbers[0], "50.00", "a").await, refund(&app, numbers[1], &whole, "b").await];
    app.settle().await;
    assert_eq!(made.map(|id| state(&app, id)), [RefundState::Done; 2]);
    report(&app, day);
    assert_eq!(breaks(&app), []);
    let proofs = app.ledger.read(|reader| reader.gateway_proofs()).unwrap();
    assert_eq!(proofs.iter().map(|proof| proof.not_announced.minor()).collect::<Vec<_>>(), [0]);
    app.finish().await;
}

/// The gateway works on one credit twice: its own books and its report say so.
#[tokio::test(flavor = "multi_thread")]
async fn a_credit_that_the_gateway_doubled_is_found() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let (day, payment) = (today(&app), app.payment(&redirect).id);
    let id = refund(&app, payment, "50.00", "a").await;
    app.fault("gateway credit", FaultKind::AnswerTwice, 1);
    app.settle().await;
    assert_eq!(app.order(&redirect).credited_minor, 10_000);
    assert_eq!(state(&app, id), RefundState::Done, "the answer said so");
    report(&app, day);
    assert_eq!(breaks(&app), [(BreakSubject::Refund, BreakKind::Duplicate, Some(5_000), Some(10_000))]);
    app.finish().await;
}

/// The gateway says that it credited and did not.
#[tokio::test(flavor = "multi_thread")]
async fn a_credit_that_the_gateway_does_not_have_is_found() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let (day, payment) = (today(&app), app.payment(&redirect).id);
    // Nobody asks the gateway here: it is taken for made.
    let id = refund(&app, payment, "50.00", "a").await;
    let moment = ledger::Moment::of(app.now());
    let cut_off = app.now() + TimeDelta::days(1);
    app.ledger
        .write_now(move |op| op.end_refund(id, ledger::RefundEnd::Paid, "by hand", None, moment, cut_off))
        .unwrap();
    app.settle().await;
    assert_eq!((state(&app, id), app.order(&redirect).credited_minor), (RefundState::Done, 0));
    report(&app, day);
    assert_eq!(breaks(&app), [(BreakSubject::Refund, BreakKind::MissingThere, Some(5_000), None)]);
    app.finish().await;
}
