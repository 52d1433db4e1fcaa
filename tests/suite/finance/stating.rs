//! The statement of a day.

use chrono::Days;
use rstest::rstest;
use settlement::reconciliation::day_csv;
use staff::Role;

use super::{ACCOUNT, at_work, says, settled, statement, take, today, words};
use crate::support::{Backend, Colleague, TestApp, skip};

/// An amount of a CSV as the page writes it in French.
fn french(amount: &str) -> String {
    let (sign, digits) = amount.strip_prefix('-').map_or(("", amount), |digits| ("\u{2212}", digits));
    let (whole, part) = digits.split_once('.').unwrap();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped},{part} MAD")
}

/// The words of a day's PDF, as `pdftotext` (Debian: poppler-utils) has them; `None` without it.
async fn printed(app: &TestApp, who: &Colleague, day: chrono::NaiveDate) -> Option<String> {
    let path = who.path(&format!("/reconciliation/statement.pdf?day={day}"));
    let request = reqwest::Client::new().get(format!("{}{path}", app.url));
    let answer = request.header("cookie", format!("staff={}", who.browser.cookie("staff"))).send().await.unwrap();
    let bytes = answer.bytes().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("day.pdf");
    std::fs::write(&file, &bytes).unwrap();
    let Ok(output) = std::process::Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output() else {
        skip("pdftotext (poppler-utils)");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let text: String = text.chars().filter(|c| !('\u{200e}'..='\u{200f}').contains(c)).collect();
    let text: String = text.chars().filter(|c| !('\u{202a}'..='\u{202e}').contains(c)).collect();
    let text = text.replace(['\u{202f}', '\u{a0}'], " ").replace(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'], "");
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What is signed says the day's figures, their digest, and where two people sign. Of the Arabic, words without ligatures:
/// of the others `pdftotext` changes the order of letters.
#[rstest]
#[case("fr", &["État de rapprochement", "100,00 MAD", "102,50 MAD", "2,50 MAD", "Préparé par", "Approuvé par", "Nom", "Date", "Signature", "Preuve des livres"])]
#[case("ar", &["100,00", "102,50", "2,50", "إثبات رصيد البنك", "إثبات الدفاتر", "صادق عليه", "التاريخ", "التوقيع"])]
#[tokio::test(flavor = "multi_thread")]
async fn the_paper_says_what_is_signed(#[case] language: &'static str, #[case] said: &[&str]) {
    let app = settled(Backend::Sqlite).await.unwrap();
    let day = today(&app);
    take(&app, "s1.xml", &statement(day, 10_000, &[(500, "B1"), (-250, "B2")]));
    let fatima = at_work(&app, language, "fatima", Role::Finance).await;
    let digest = app.hub.day_statement(day).await.unwrap().digest();
    if let Some(text) = printed(&app, &fatima, day).await {
        for what in said.iter().copied().chain([digest.as_str(), ACCOUNT, "s1.xml", "B1", "B2"]) {
            assert!(text.contains(what), "{what} is not printed: {text}");
        }
    }
    app.finish().await;
}

/// The page of a day and the list of breaks tell how old each is.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn breaks_grow_old(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let day = today(&app);
    let names: Vec<String> = (0..6).map(|number| format!("B{number}")).collect();
    let entries: Vec<(i64, &str)> = (1..).zip(names.iter().map(String::as_str)).collect();
    let mut text = statement(day, 0, &entries);
    for (name, age) in names.iter().zip([0, 1, 7, 8, 30, 31]) {
        let of = |day: chrono::NaiveDate| format!("<Dt>{day}</Dt></BookgDt><AcctSvcrRef>{name}<");
        text = text.replace(&of(day), &of(day.checked_sub_days(Days::new(age)).unwrap()));
    }
    take(&app, "s1.xml", &text);
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let csv = fatima.get(&format!("/reconciliation/statement.csv?day={day}")).await;
    assert!(csv.body.contains("\nbreak;bank;unknown;1;2;2;1\n"), "{}", csv.body);
    let page = words(&fatima.get(&format!("/reconciliation?day={day}")).await);
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("Inconnu Banque 1 2 2 1 6"), "{page}");
    let list = words(&fatima.get("/breaks").await);
    let list: Vec<&str> = list.split_whitespace().collect();
    let ages =
        list.windows(2).filter(|pair| pair[1].starts_with("jour")).filter_map(|pair| pair[0].parse::<u32>().ok());
    let mut ages: Vec<u32> = ages.collect();
    ages.sort_unstable();
    assert_eq!(ages, [1, 7, 8, 30, 31], "{list:?}");
    assert!(list.windows(2).any(|pair| pair == ["du", "jour"]), "{list:?}");
    app.finish().await;
}

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
    let told = app.ledger.read_whole(|reader| {
        let (of_day, bank) = (reader.reconciliation_day(day)?, reader.bank_proof_of(day)?);
        Ok(day_csv(&of_day, &bank, &reader.gateway_proofs_of(day)?, &reader.books_proof_of(day)?))
    });
    assert_eq!(csv.body, told.unwrap());
    for line in [
        format!("source;{day};s1.xml;statement;{ACCOUNT};2;0;0.00;2;2.50;0;0;100.00;102.50"),
        format!("bank;{day};before;100.00"),
        format!("bank;{day};not_booked;2.50"),
        format!("bank;{day};closing;102.50"),
        format!("bank;{day};difference;0.00"),
        "not_booked_all;;2;;2.50".to_owned(),
        "break;bank;unknown;2;0;0;0".to_owned(),
        "books;difference;0.00".to_owned(),
    ] {
        assert!(csv.body.lines().any(|told| told == line), "{line} is missing: {}", csv.body);
    }
    // And no other figures than the page.
    let records = ["bank;", "not_booked;", "not_booked_all;", "gateway;", "payout;", "books;"];
    let mut amounts = 0;
    for line in csv.body.lines().filter(|line| records.iter().any(|record| line.starts_with(record))) {
        let amount = french(line.rsplit(';').next().unwrap());
        assert!(words(&page).contains(&amount), "{amount} of {line} is not on the page: {}", words(&page));
        amounts += 1;
    }
    assert!(amounts > 12, "{}", csv.body);
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
