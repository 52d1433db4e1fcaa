//! The pages: a rule that two people agree to, a payment that is released, lists.

use rstest::rstest;
use staff::Role;

use super::{at_work, hits, with_case};
use crate::outlet::{says, words};
use crate::support::{Backend, OTHER_PHONE, PHONE, TestApp};

/// A velocity rule as typed.
const VELOCITY: [(&str, &str); 9] = [
    ("code", "phone-10"),
    ("kind", "velocity"),
    ("subject", "phone"),
    ("minutes", "10"),
    ("count", "1"),
    ("channels", "WEB"),
    ("instruments", "card"),
    ("action", "refuse"),
    ("mode", "on"),
];

fn row(app: &TestApp) -> i64 {
    app.database.number("SELECT MAX(id) FROM guard_rules")
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_takes_two_people(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = omar.post("/guard/rules", &VELOCITY).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/fr/staff/guard/rules"), "{}", page.text());
    says(&page, "En attente d’une seconde personne");
    assert!(!page.body.contains("value=\"approve\""), "not one's own");
    // A rule that waits is asked about nothing.
    for bill in &super::BILLS[..2] {
        let quote = app.quote(*bill).await;
        super::start(&app, &quote, OTHER_PHONE).await.unwrap();
    }
    let decide = format!("/guard/rules/{}", row(&app));
    let own = omar.post(&decide, &[("decision", "approve")]).await;
    assert_eq!(own.status, 409);
    says(&own, "une autre personne doit l’approuver");
    let twice = omar.post("/guard/rules", &VELOCITY).await;
    assert_eq!(twice.status, 409, "{}", twice.text());
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let page = fatima.get("/guard/rules").await;
    assert!(page.body.contains("value=\"approve\"") && !page.body.contains("id=\"propose\""), "{}", page.text());
    let page = fatima.post(&decide, &[("decision", "approve")]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    says(&page, "omar Name + fatima Name");
    says(&page, "Web · Carte");
    assert_eq!(fatima.post(&decide, &[("decision", "refuse")]).await.status, 409, "it waits no more");
    let quote = app.quote(super::BILLS[2]).await;
    super::stopped(super::start(&app, &quote, OTHER_PHONE).await);
    let page = fatima.get(&format!("/guard/hits?rule={}", row(&app))).await;
    says(&page, "3 paiements par ce téléphone en 10 min ; au plus 1.");
    assert!(!words(&page).contains("687654321"));
    // Of two payments of the phone, the second comes too soon after the first.
    says(
        &fatima.get(&format!("/guard/rules?try={}", row(&app))).await,
        "phone-10 essayée sur les derniers paiements : 1 sur 2.",
    );
    assert_eq!(fatima.get("/guard/rules?try=99").await.status, 404);
    // Another wording takes its place.
    let off: Vec<_> = VELOCITY.iter().copied().filter(|(name, _)| *name != "mode").chain([("mode", "off")]).collect();
    omar.post("/guard/rules", &off).await;
    let form = omar.get(&format!("/guard/rules?from={}", row(&app))).await;
    assert!(form.body.contains("value=\"phone-10\""), "{}", form.text());
    fatima.post(&format!("/guard/rules/{}", row(&app)), &[("decision", "approve")]).await;
    assert!(super::start(&app, &quote, OTHER_PHONE).await.is_ok());
    assert_eq!(app.database.number("SELECT COUNT(*) FROM guard_rules WHERE state = 2"), 1);
    let audited = app.audit();
    for line in ["omar fraud-rule-proposed guard rule phone-10", "fatima fraud-rule-approved guard rule phone-10"] {
        assert_eq!(audited.iter().filter(|found| *found == line).count(), 2, "{line}: {audited:?}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposed_rule_is_taken_back_or_refused() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "en", "omar", Role::Operations).await;
    let odile = at_work(&app, "en", "odile", Role::Operations).await;
    for who in [&omar, &odile] {
        omar.post("/guard/rules", &VELOCITY).await;
        let page = who.post(&format!("/guard/rules/{}", row(&app)), &[("decision", "refuse")]).await;
        assert_eq!(page.status, 200, "{}", page.text());
        says(&page, "No rule is in force");
    }
    omar.post("/guard/rules", &VELOCITY).await;
    let page = odile.post(&format!("/guard/rules/{}", row(&app)), &[("decision", "approve")]).await;
    says(&page, "omar Name + odile Name");
    app.finish().await;
}

#[rstest]
#[case("fr", "Un paiement de 174,96 MAD ; au plus 1,00 MAD", "Autorisé")]
#[case("en", "One payment of 174.96 MAD; at most 1.00 MAD", "Released")]
#[case("ar", "أداء واحد بمبلغ 174,96 درهم", "مسموح به")]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_released(#[case] language: &'static str, #[case] why: &str, #[case] state: &str) {
    let (app, quote, case) = with_case(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, language, "omar", Role::Operations).await;
    let queue = omar.get("/guard").await;
    assert!(queue.body.contains(&format!("/{language}/staff/guard/cases/{case}")), "{}", queue.text());
    assert_eq!(app.audit().iter().filter(|line| line.contains("customer-viewed")).count(), 0);
    let path = format!("/guard/cases/{case}");
    let page = omar.get(&path).await;
    let total = quote.amounts.total.to_string();
    assert!(words(&page).contains(&why.replace("174,96", &total.replace('.', ",")).replace("174.96", &total)));
    assert!(!words(&page).contains("612345678") && !words(&page).contains("12345678 "), "{}", page.text());
    assert!(app.audit().contains(&format!("omar customer-viewed guard case {case}")));
    let nothing = omar.post(&path, &[("decision", "release"), ("note", "")]).await;
    assert_eq!(nothing.status, 422, "{}", nothing.text());
    let card = omar.post(&path, &[("decision", "release"), ("note", "4000000000000010")]).await;
    assert!(card.status == 422 && !card.body.contains("4000000000000010"));
    let page = omar.post(&path, &[("decision", "release"), ("note", "client connu")]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    says(&page, state);
    says(&page, "client connu");
    let late = omar.post(&path, &[("decision", "refuse"), ("note", "x")]).await;
    assert_eq!(late.status, 409, "{}", late.text());
    assert!(super::start(&app, &quote, PHONE).await.is_ok());
    assert!(app.audit().contains(&format!("omar fraud-case-released guard case {case}")));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    crate::outlet::open_networks(&app).await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    says(&omar.get("/guard/lists").await, "Personne n’est sur une liste.");
    let block = |who, value| [("list", "block"), ("who", who), ("value", value), ("reason", "fraude")];
    let page = omar.post("/guard/lists", &block("phone", "06 12 34 56 78")).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/fr/staff/guard/lists"), "{}", page.text());
    assert!(!words(&page).contains("612345678"), "{}", page.text());
    let again = omar.post("/guard/lists", &block("phone", "+212612345678")).await;
    assert_eq!(again.status, 409);
    let page = omar.post("/guard/lists", &block("outlet", "10001")).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let quote = app.quote(super::BILLS[0]).await;
    super::stopped(super::start(&app, &quote, PHONE).await);
    says(&omar.get("/guard/hits").await, "Téléphone bloqué :");
    let row = app.database.number("SELECT MIN(id) FROM guard_entries");
    for _ in 0..2 {
        assert_eq!(omar.post(&format!("/guard/lists/{row}"), &[]).await.status, 200);
    }
    assert!(super::start(&app, &quote, PHONE).await.is_ok());
    let audited = app.audit();
    assert_eq!(audited.iter().filter(|line| line.starts_with("omar fraud-listed block list")).count(), 2);
    assert_eq!(audited.iter().filter(|line| line.starts_with("omar fraud-unlisted")).count(), 1, "{audited:?}");
    assert_eq!(hits(&app).await.len(), 1);
    app.finish().await;
}
