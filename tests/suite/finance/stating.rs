//! The statement of a day.

use chrono::Days;
use rstest::rstest;
use settlement::reconciliation::day_csv;
use staff::Role;

use super::{ACCOUNT, at_work, says, settled, statement, take, today};
use crate::support::{Backend, TestApp};

/// Before anything came in it reads as well.
#[rstest]
#[case("ar", "رصيد البنك غير مثبت")]
#[case("fr", "le solde de la banque n’est pas prouvé")]
#[case("en", "the bank’s balance is not proved")]
#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_nothing(#[case] language: &'static str, #[case] verdict: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let aicha = at_work(&app, language, "aicha", Role::Auditor).await;
    let page = aicha.get("/reconciliation").await;
    assert_eq!(page.status, 200);
    says(&page, verdict);
    let pdf = aicha.get(&format!("/reconciliation/statement.pdf?day={}", today(&app))).await;
    assert!(pdf.status == 200 && pdf.body.starts_with("%PDF-"), "{}", pdf.status);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_a_statement(#[case] backend: Backend) {
    let Some(app) = settled(backend).await else { return };
    let day = today(&app);
    take(&app, "s1.xml", &statement(day, 10_000, &[(500, "B1"), (-250, "B2")]));
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let page = fatima.get("/reconciliation").await;
    for said in ["s1.xml", ACCOUNT, "Inconnu", "102,50 MAD", "100,00 MAD", "cmi", "est prouvé : écart 0,00"] {
        says(&page, said);
    }
    assert!(page.path.ends_with("/reconciliation"), "the last day that something tells of");
    // The command and the page write the same.
    let csv = fatima.get(&format!("/reconciliation/statement.csv?day={day}")).await;
    let of_day = app.ledger.read(|reader| reader.reconciliation_day(day)).unwrap();
    assert_eq!(csv.body, day_csv(&of_day));
    assert!(csv.body.contains(";s1.xml;statement;"), "{}", csv.body);
    let digest = app.hub.day_statement(day).await.unwrap().digest();
    says(&page, &digest);
    let pdf = fatima.get(&format!("/reconciliation/statement.pdf?day={day}")).await;
    assert!(pdf.body.starts_with("%PDF-"));
    // The head alone is nothing to have.
    let path = fatima.path(&format!("/reconciliation/statement.csv?day={day}"));
    let head = reqwest::Client::new().head(format!("{}{path}", app.url));
    let head = head.header("cookie", format!("staff={}", fatima.browser.cookie("staff"))).send().await.unwrap();
    assert_eq!(head.status(), 200);
    let rows = app.audit();
    let taken = rows.iter().filter(|row| row.starts_with("fatima statement-downloaded reconciliation-day")).count();
    assert_eq!(taken, 2, "{rows:?}");
    // The day before tells of nothing; the digest is another.
    let before = day.checked_sub_days(Days::new(3)).unwrap();
    let page = fatima.get(&format!("/reconciliation?day={before}")).await;
    says(&page, "Aucun fichier reçu ne porte sur cette journée");
    assert!(!page.text().contains(&digest));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_day_is_said() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let aicha = at_work(&app, "fr", "aicha", Role::Auditor).await;
    let tomorrow = today(&app).checked_add_days(Days::new(1)).unwrap().to_string();
    for (day, said) in [
        ("x", "Écrivez le jour ainsi"),
        ("2026-13-01", "Écrivez le jour ainsi"),
        ("2019-12-31", "Rien n’était tenu avant 2020"),
        (tomorrow.as_str(), "Ce jour n’est pas encore venu"),
    ] {
        let page = aicha.get(&format!("/reconciliation?day={day}")).await;
        assert_eq!(page.status, 422, "{day}");
        says(&page, said);
        for form in ["csv", "pdf"] {
            assert_eq!(aicha.get(&format!("/reconciliation/statement.{form}?day={day}")).await.status, 400, "{day}");
        }
    }
    assert_eq!(aicha.get("/reconciliation/statement.csv").await.status, 400);
    app.finish().await;
}
