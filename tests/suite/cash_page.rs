//! A reference for cash, made on the web: from the summary to the code, and what its page says later.

use chrono::TimeDelta;
use payments::api::cash::{CashReferenceStanding, CashSubject};
use rstest::rstest;

use crate::support::{Backend, Page, Payer, Setup, TestApp, form, money};

const BILL: (u16, &str, &str) = (1001, "02", "11111111");

async fn summary(payer: &Payer, (biller, kind, contract): (u16, &str, &str)) -> Page {
    let bills = payer.find(biller, kind, contract).await;
    let summary = payer.choose(&bills, "").await;
    assert_eq!(summary.status, 200, "{}", summary.text());
    summary
}

/// Asks for the code, with a phone or none.
async fn ask(payer: &Payer, summary: &Page, phone: &str) -> Page {
    let mut fields = summary.fields();
    fields.retain(|(name, _)| !matches!(name.as_str(), "phone" | "email" | "terms"));
    fields.extend(form(&[("phone", phone), ("email", "")]));
    payer.post(&format!("{}/cash", summary.path), &fields).await
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn from_the_summary_to_the_outlet(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payer = app.payer("fr");
    let page = summary(&payer, BILL).await;
    assert!(page.text().contains("Obtenir un code pour payer en espèces"), "{}", page.text());
    let code = ask(&payer, &page, "06 12 34 56 78").await;
    assert_eq!(code.status, 200, "{}", code.text());
    let digits = code.reference();
    assert!(code.path == format!("/fr/cash/{digits}") && digits.len() == 13, "{}", code.path);
    // 168.00, the fee with its VAT, and the stamp duty of cash.
    for shown in ["175,40", "0,44", "••••1111", "À payer en espèces"] {
        assert!(code.text().contains(shown), "{shown}: {}", code.text());
    }
    let grouped = [&digits[..3], &digits[3..6], &digits[6..9], &digits[9..]].join("\u{a0}");
    assert!(code.body.contains(&grouped) && code.body.contains("class=\"qr\""), "{}", code.body);
    // The same showing sent again is the same code, and one SMS.
    assert_eq!(ask(&payer, &page, "06 12 34 56 78").await.reference(), digits);
    app.settle().await;
    let sms = app.control.sms();
    assert!(sms.len() == 1 && sms[0].body.contains(&digits), "{sms:?}");
    // With other contents it is another request.
    let other = ask(&payer, &page, "").await;
    assert_eq!(other.status, 409, "{}", other.text());
    let counter = app.counter("10001", "1", "1000.00").await;
    let pays = TestApp::asks_for(counter, CashSubject::Reference(digits.clone()), "c1");
    let taken = app.hub.pay_cash(pays).await.unwrap();
    assert_eq!(taken.payment.amounts.total, money("175.40"));
    let used = payer.get(&code.path).await;
    assert!(used.status == 200 && used.text().contains("Ce code a servi"), "{}", used.text());
    // The bill is being paid: no second code for it.
    let late = ask(&payer, &summary_of(&payer, &page).await, "").await;
    assert!(late.status == 409 && late.text().contains("déjà") | late.text().contains("en cours"), "{}", late.text());
    app.finish().await;
}

/// The same summary, shown again with a key of its own.
async fn summary_of(payer: &Payer, page: &Page) -> Page {
    payer.get(&page.path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_phone_and_in_every_language() {
    let Some(app) = TestApp::start(Backend::Sqlite).await else { return };
    for (language, words) in [("ar", "للأداء نقدا"), ("fr", "À payer en espèces"), ("en", "To be paid in cash")]
    {
        let payer = app.payer(language);
        let code = ask(&payer, &summary(&payer, BILL).await, "").await;
        assert!(code.status == 200 && code.text().contains(words), "{}", code.text());
    }
    app.settle().await;
    assert_eq!(app.control.sms().len(), 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_that_are_over() {
    let Some(app) = TestApp::start(Backend::Sqlite).await else { return };
    let payer = app.payer("en");
    let digits = ask(&payer, &summary(&payer, BILL).await, "").await.reference();
    let cancelled = app.hub.cancel_cash_reference(&digits).await.unwrap();
    assert_eq!(cancelled.standing, CashReferenceStanding::Cancelled);
    let page = payer.get(&format!("/en/cash/{digits}")).await;
    assert!(page.status == 410 && page.text().contains("was cancelled"), "{}", page.text());
    let digits = ask(&payer, &summary(&payer, BILL).await, "").await.reference();
    app.pass(TimeDelta::days(8));
    let page = payer.get(&format!("/en/cash/{digits}")).await;
    assert!(page.status == 410 && page.text().contains("has expired"), "{}", page.text());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input() {
    let Some(app) = TestApp::start(Backend::Sqlite).await else { return };
    let payer = app.payer("en");
    let page = summary(&payer, BILL).await;
    for (phone, told) in [("12", "06 12 34 56 78"), ("4000 0000 0000 0010", "card number")] {
        let refused = ask(&payer, &page, phone).await;
        assert!(refused.status == 422 && refused.text().contains(told), "{phone}: {}", refused.text());
        assert!(!refused.body.contains("4000 0000"), "{}", refused.body);
        // The page of the refusal can be asked for, as when the language is changed.
        assert_eq!(payer.get(&refused.path).await.status, 200);
    }
    let mut fields = page.fields();
    fields.retain(|(name, _)| !matches!(name.as_str(), "phone" | "email"));
    fields.extend(form(&[("phone", "12"), ("email", "4000000000000010")]));
    let refused = payer.post(&format!("{}/cash", page.path), &fields).await;
    assert!(refused.status == 422 && !refused.body.contains("4000000000000010"), "{}", refused.body);
    let mut fields = page.fields();
    fields.retain(|(name, _)| name != "key");
    assert_eq!(payer.post(&format!("{}/cash", page.path), &fields).await.status, 400);
    for unknown in ["1234567890123", "12", "x", "4000000000000010"] {
        assert_eq!(payer.get(&format!("/en/cash/{unknown}")).await.status, 404, "{unknown}");
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM cash_references"), 0);
    // Above what the biller takes in cash there is nothing to ask for.
    app.control.add_article(1001, "02", "33333333", "X1", 1_000_001).unwrap();
    let page = summary(&payer, (1001, "02", "33333333")).await;
    assert!(!page.text().contains("Get a code"), "{}", page.text());
    let refused = ask(&payer, &page, "").await;
    assert!(refused.status == 422 && refused.text().contains("No cash for this bill"), "{}", refused.text());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_counted() {
    let setup = Setup::default();
    let few = std::num::NonZeroU32::new(3).unwrap();
    let limits = channels::WebLimits { searches_per_minute: few, ..setup.limits };
    let Some(app) = TestApp::start_with(Backend::Sqlite, Setup { limits, ..setup }).await else { return };
    let payer = app.payer("en");
    let mut told = Vec::new();
    for guess in 0..60 {
        told.push(payer.get(&format!("/en/cash/12345678901{guess:02}")).await.status);
    }
    assert!(told[..3].iter().all(|status| *status == 404) && told.contains(&429), "{told:?}");
    app.finish().await;
}
