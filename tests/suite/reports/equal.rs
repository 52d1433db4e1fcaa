//! Each report equals the ledger, to the centime, in every form.

use calamine::{Data, Reader, Xlsx};
use ledger::{AccountKind, Language};
use payments::reports::ReportKind;
use payments::reports::schedules::{Every, ReportDays, ReportForm, Schedule};
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

/// A report as a file, as it is mailed.
async fn made(app: &TestApp, kind: ReportKind, form: ReportForm, language: Language) -> Vec<u8> {
    let schedule = Schedule {
        kind,
        biller: None,
        days: ReportDays::Yesterday,
        form,
        language,
        recipients: Vec::new(),
        every: Every::Day,
        at_minute: 0,
    };
    let due_at = app.now().naive_utc();
    let letter = channels::report_letter(&app.hub, &schedule, due_at, &app.url, app.now()).await.unwrap();
    letter.file.unwrap().bytes
}

/// A workbook has the cells of the separated values, row by row, leading zeros and amounts included.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_says_what_the_values_say(#[values(Language::Ar, Language::Fr, Language::En)] language: Language) {
    let app = settled(Backend::Sqlite).await.unwrap();
    let mut filled = 0;
    for kind in ReportKind::ALL.iter().copied() {
        let values = String::from_utf8(made(&app, kind, ReportForm::Csv, language).await).unwrap();
        let separator = if language == Language::En { ',' } else { ';' };
        let heads: Vec<&str> = values.trim_start_matches('\u{feff}').lines().next().unwrap().split(separator).collect();
        let listed = rows(&values, separator);
        let bytes = made(&app, kind, ReportForm::Xlsx, language).await;
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(sheet.height(), listed.len() + 1, "{kind}");
        for (row, cells) in listed.iter().zip(sheet.rows().skip(1)) {
            for (head, cell) in heads.iter().zip(cells) {
                let value = row[*head].replace('\'', "");
                let is_same = match cell {
                    Data::Float(_) | Data::Int(_) => {
                        let number = |text: &str| text.replace(',', ".").parse::<rust_decimal::Decimal>().unwrap();
                        number(&value) == number(&cell.to_string())
                    }
                    _ => cell.to_string().replace('\'', "") == value,
                };
                assert!(is_same, "{kind} {head}: {value} {cell:?}");
                filled += 1;
            }
        }
    }
    assert!(filled > 50, "{filled}");
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
    for kind in ReportKind::ALL {
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
