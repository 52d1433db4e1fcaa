//! Each report equals the ledger, to the centime, in every form.

use ledger::AccountKind;
use rstest::rstest;
use staff::Role;

use super::{lately, minor, reader, rows};
use crate::finance::settled;
use crate::support::{Backend, TestApp};

/// What entries come to on accounts of a kind: debit above zero.
fn booked(app: &TestApp, kind: AccountKind) -> i64 {
    let sum = "SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM entries e JOIN accounts a ON a.id = e.account_id";
    app.database.number(&format!("{sum} WHERE a.kind = {}", kind.code()))
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_report_equals_the_books(#[case] backend: Backend) {
    let Some(app) = settled(backend).await else { return };
    let fatima = reader(&app, "fatima", Role::Finance).await;
    let days = lately(&app);
    let file = async |kind: &str| {
        let page = fatima.get(&format!("/reports/{kind}/report.csv?{days}")).await;
        assert_eq!(page.status, 200, "{kind}: {}", page.text());
        rows(&page.body, ',')
    };
    let sum = |rows: &[std::collections::BTreeMap<String, String>], head: &str| {
        rows.iter().map(|row| minor(row, head)).sum::<i64>()
    };

    let payments = file("transactions").await;
    let confirmed: Vec<_> = payments.iter().filter(|row| row["State"] == "Confirmed").cloned().collect();
    assert_eq!(confirmed.len(), 1);
    assert_eq!(sum(&confirmed, "Fee"), -booked(&app, AccountKind::FeeIncome));
    let parts: i64 = ["Principal", "Fee", "VAT", "Duty"].iter().map(|head| sum(&confirmed, head)).sum();
    assert_eq!(sum(&confirmed, "Total"), parts);
    let contract = &confirmed[0]["Contract"];
    assert!(contract.ends_with("5678") && contract != "12345678", "{contract}");
    assert_eq!(confirmed[0]["Receivable"], "01", "leading zeros stay");

    let settlements = file("settlements").await;
    assert_eq!(
        sum(&confirmed, "Principal"),
        sum(&settlements.iter().filter(|row| !row["Gross"].is_empty()).cloned().collect::<Vec<_>>(), "Gross")
    );

    let fees = file("fees").await;
    for (head, kind, side) in [
        ("Customers’ fees", AccountKind::FeeIncome, -1),
        ("Billers’ commission", AccountKind::BillerCommission, -1),
        ("Agent commission", AccountKind::AgentCommission, 1),
        ("Gateway fees", AccountKind::GatewayFees, 1),
    ] {
        assert_eq!(sum(&fees, head), side * booked(&app, kind), "{head}");
    }
    assert!(sum(&fees, "Billers’ commission") > 0);

    let vat = file("vat").await;
    let collected = sum(&vat, "VAT on fees") + sum(&vat, "VAT on commissions");
    assert_eq!(collected, -booked(&app, AccountKind::VatPayable));
    assert!(collected > 0);
    assert_eq!(sum(&vat, "VAT due"), collected - booked(&app, AccountKind::VatDeductible));

    let balance = file("trial-balance").await;
    assert_eq!((sum(&balance, "Closing"), sum(&balance, "Opening")), (0, 0));
    assert_eq!(sum(&balance, "Debit"), sum(&balance, "Credit"));
    for (name, kind) in [
        ("Gateway receivable", AccountKind::GatewayReceivable),
        ("Transfers in transit", AccountKind::TransfersInTransit),
    ] {
        let own: Vec<_> = balance.iter().filter(|row| row["Account"] == name).cloned().collect();
        assert_eq!(sum(&own, "Closing"), booked(&app, kind), "{name}");
    }

    let ageing = file("ageing").await;
    let receivable: Vec<_> = ageing.iter().filter(|row| row["Account"] == "Gateway receivable").cloned().collect();
    assert_eq!(sum(&receivable, "Open"), booked(&app, AccountKind::GatewayReceivable));
    let ages: i64 = ["0–1 day", "2–7 days", "8–30 days", "> 30 days"].iter().map(|head| sum(&ageing, head)).sum();
    assert_eq!(ages, sum(&ageing, "Open"));

    // Cash is not taken in this world: the duty's register is empty, as its account is.
    assert_eq!((file("stamp-duty").await.len(), booked(&app, AccountKind::StampDutyPayable)), (0, 0));
    assert_eq!(
        sum(&file("outlets").await, "Closing float".strip_suffix(" float").unwrap()),
        -booked(&app, AccountKind::AgentFloat)
    );
    let downloads = app.audit().iter().filter(|row| row.starts_with("fatima report-downloaded report ")).count();
    assert_eq!(downloads, 8);
    app.finish().await;
}

/// Every form, in every language; the page tells the totals.
#[rstest]
#[case("ar", "المعاملات", ';')]
#[case("fr", "Transactions", ';')]
#[case("en", "Transactions", ',')]
#[tokio::test(flavor = "multi_thread")]
async fn every_form_in_every_language(#[case] language: &'static str, #[case] title: &str, #[case] separator: char) {
    let app = settled(Backend::Sqlite).await.unwrap();
    let aicha = crate::finance::at_work(&app, language, "aicha", Role::Auditor).await;
    for kind in payments::reports::ReportKind::ALL {
        let page = aicha.get(&format!("/reports/{kind}")).await;
        assert_eq!(page.status, 200, "{kind}: {}", page.text());
        assert!(!page.text().contains("reports-"), "{}", page.text());
        let pdf = aicha.get(&format!("/reports/{kind}/report.pdf")).await;
        assert!(pdf.status == 200 && pdf.body.starts_with("%PDF-"), "{kind}: {}", pdf.status);
        let book = aicha.get(&format!("/reports/{kind}/report.xlsx")).await;
        assert!(book.status == 200 && book.body.starts_with("PK"), "{kind}: {}", book.status);
        let csv = aicha.get(&format!("/reports/{kind}/report.csv")).await;
        assert!(csv.body.contains(separator) && csv.body.ends_with("\r\n"), "{kind}");
    }
    let page = aicha.get("/reports/transactions").await;
    assert!(page.text().contains(title), "{}", page.text());
    let views = app.audit().iter().filter(|row| *row == "aicha report-viewed report transactions").count();
    assert_eq!(views, 2);
    app.finish().await;
}
