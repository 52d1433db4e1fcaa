//! Refunds in the reports that are summed: each counts with the payment that it gives back.

use std::collections::BTreeMap;

use chrono::{Days, TimeDelta};
use ledger::{AccountKind, Moment, RefundEnd, RefundState, ReportFilter};
use payments::reports::{Cell, ReportKind, ReportQuestion};
use rstest::rstest;

use crate::finance::{open_windows, settle, today};
use crate::outlet::{OUTLET, hub};
use crate::refunds::{refund, refund_parts};
use crate::support::{Backend, Bill, TestApp};

/// 168.00, with a fee of 5.90 and 1.06 of VAT.
const BILL: Bill = (1001, "01", "11111111");
const OTHERS: [Bill; 2] = [(1001, "02", "11111111"), (1001, "02", "12345678")];
const APPROVED: &str = "4000000000000010";

type Row = BTreeMap<&'static str, Cell>;

/// The rows of a report of the days since some days ago.
async fn report(app: &TestApp, kind: ReportKind, days: u64) -> Vec<Row> {
    let to = today(app);
    let filter = ReportFilter::days(to - Days::new(days), to);
    let question = ReportQuestion { kind, filter, shows_contracts: false };
    let page = app.hub.report_page(&question, None, 1_000).await.unwrap();
    let row = |row: Vec<Cell>| kind.columns().iter().map(|column| column.key).zip(row).collect();
    page.rows.into_iter().map(row).collect()
}

fn number(row: &Row, key: &str) -> i64 {
    match &row[key] {
        Cell::Amount(amount) => amount.minor(),
        Cell::Count(count) => *count,
        other => panic!("{key} is no figure: {other:?}"),
    }
}

fn sum(rows: &[Row], key: &str) -> i64 {
    rows.iter().map(|row| number(row, key)).sum()
}

/// A fee that went back takes its VAT from what was collected on fees, and leaves what was collected on commissions alone.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_fee_that_went_back_counts_with_its_payment(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    open_windows(&app);
    let payments = [app.pay(BILL, APPROVED).await, app.pay(OTHERS[0], APPROVED).await];
    app.settle().await;
    let id = refund_parts(&app, app.payment(&payments[0]).id, ("0.00", "6.96"), "fee").await;
    app.settle().await;
    assert_eq!(app.ledger.read(|reader| reader.refund(id)).unwrap().unwrap().state, RefundState::Done);
    let fees = report(&app, ReportKind::Fees, 1).await;
    assert!(fees.iter().all(|row| row["biller"] == Cell::code("1001")), "{fees:?}");
    assert_eq!(sum(&fees, "customer-fees"), 590, "the one that was kept");
    let vat = report(&app, ReportKind::Vat, 1).await;
    assert_eq!((sum(&vat, "vat-on-fees"), sum(&vat, "vat-on-commissions")), (106, 0));

    settle(&app);
    let vat = report(&app, ReportKind::Vat, 3).await;
    let all =
        "SELECT CAST(-SUM(e.amount) AS BIGINT) FROM entries e JOIN accounts a ON a.id = e.account_id WHERE a.kind = ";
    let collected = app.database.number(&format!("{all}{}", AccountKind::VatPayable.code()));
    let on_commissions = collected - 106;
    assert!(on_commissions > 0);
    assert_eq!((sum(&vat, "vat-on-fees"), sum(&vat, "vat-on-commissions")), (106, on_commissions));
    app.finish().await;
}

/// Cash that goes back, in two parts, is less taken and nothing paid in; its payment stays one, and earns its outlet nothing.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn cash_that_went_back_is_not_paid_in(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    let counter = app.open_till(OUTLET, "1").await;
    app.sell(counter, "EL-1001", "100.00").await;
    let given = app.sell(counter, "EL-1002", "168.00").await;
    let cancelled = app.sell(counter, "EL-1003", "50.00").await;
    app.cancel(&cancelled).await.unwrap();
    app.settle().await;
    let before = report(&app, ReportKind::Outlets, 1).await;
    let payment = app.hub.payment_named(&given.payment.reference).await.unwrap().unwrap();
    refund(&app, payment, "68.00", "a part").await;
    refund(&app, payment, "100.00", "the rest").await;
    app.settle().await;
    let after = report(&app, ReportKind::Outlets, 1).await;
    let [before, after] = [before, after].map(|rows| {
        let own: Vec<Row> = rows.into_iter().filter(|row| row["outlet"] == Cell::code(OUTLET)).collect();
        assert_eq!(own.len(), 1);
        own[0].clone()
    });
    for row in [&before, &after] {
        assert_eq!((number(row, "payments"), number(row, "paid-in"), number(row, "paid-out")), (2, 100_000, 0));
        let moved = number(row, "paid-in") - number(row, "taken") - number(row, "paid-out");
        assert_eq!(number(row, "closing"), number(row, "opening") + moved);
    }
    assert_eq!(number(&before, "taken") - number(&after, "taken"), 16_800);
    let earned = number(&before, "agent-commission");
    assert!(earned > 0 && number(&after, "agent-commission") < earned, "{before:?} {after:?}");
    let fees = report(&app, ReportKind::Fees, 1).await;
    assert!(fees.iter().all(|row| row["biller"] == Cell::code("1302")), "{fees:?}");
    assert_eq!(sum(&fees, "agent-commission"), number(&after, "agent-commission"));
    app.finish().await;
}

/// A refund that waits keeps its age, also where newer ones, of the same payment too, went back meanwhile.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_old_refund_stays_old(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut payments = Vec::new();
    for bill in [BILL, OTHERS[0], OTHERS[1]] {
        payments.push(app.pay(bill, APPROVED).await);
    }
    app.settle().await;
    let numbers: Vec<i64> = payments.iter().map(|redirect| app.payment(redirect).id).collect();
    // Nobody asks the gateway here: what is to be done is taken for made.
    let end = |id: i64| {
        let (moment, cut_off) = (Moment::of(app.now()), app.now() + TimeDelta::days(1));
        app.ledger.write_now(move |op| op.end_refund(id, RefundEnd::Paid, "by hand", None, moment, cut_off)).unwrap();
    };
    end(refund(&app, numbers[0], "20.00", "done before").await);
    refund(&app, numbers[0], "50.00", "waits").await;
    app.pass(TimeDelta::days(10));
    for (payment, key) in [(numbers[1], "b"), (numbers[2], "c")] {
        end(refund(&app, payment, "50.00", key).await);
    }
    let ageing = report(&app, ReportKind::Ageing, 0).await;
    let name = AccountKind::RefundsPayable.to_string();
    let own: Vec<&Row> = ageing.iter().filter(|row| row["account"] == Cell::Word("account", name.clone())).collect();
    let ages: Vec<Vec<i64>> = own
        .iter()
        .map(|row| ReportKind::Ageing.columns().iter().skip(2).map(|column| number(row, column.key)).collect())
        .collect();
    assert_eq!(ages, [[0, 0, 5_000, 0, 5_000]]);
    app.finish().await;
}
