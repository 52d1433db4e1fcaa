//! Who asks what is known of them: taken in, looked up, handed out; late; refused.

use chrono::TimeDelta;
use rstest::rstest;
use staff::Role;

use super::*;
use crate::finance::words;
use crate::support::Backend;

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_handed_out(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payment = paid(&app, BILL, KEPT_PHONE).await;
    let adil = administrator(&app, "fr", "adil").await;
    let path = taken_in(&app, &adil, "access", "aaaaaaaa").await;
    // The same form once more is the same request.
    assert_eq!(taken_in(&app, &adil, "access", "aaaaaaaa").await, path);
    let mut day = String::new();
    let mut other = typed(&app, "access", "aaaaaaaa", &mut day);
    other.retain(|(name, _)| *name != "phone");
    other.push(("phone", "0612345678"));
    assert_eq!(adil.post("/personal", &other).await.status, 409, "somebody else under the same key");
    let page = adil.get(&path).await;
    let list = adil.get("/personal").await;
    for page in [&page, &list] {
        assert!(!page.body.contains("661239874") && page.text().contains("dossier 7"), "{}", page.text());
    }
    assert!(page.text().contains("••••9874"), "{}", page.text());
    let held = looked(&adil, &path).await;
    assert!(held.text().contains("Paiement 1") && !held.body.contains("661239874"), "{}", held.text());

    let before = count(&app, "personal-data-exported");
    let json = adil.post(&format!("{path}/export"), &[("form", "json")]).await;
    let held: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(held["payments"][0]["reference"], payment.reference.to_string(), "{held:#}");
    assert_eq!(held["payments"][0]["phone"], KEPT_PHONE);
    assert_eq!(held["payments"][0]["typed"][0][1], BILL.2);
    let html = adil.post(&format!("{path}/export"), &[("form", "html")]).await;
    let total = payment.amounts.total().unwrap().to_string().replace('.', ",");
    for said in [KEPT_PHONE, MAIL, BILL.2, "Ce que Fatoura détient sur vous", total.as_str(), "lang=\"fr\""] {
        assert!(html.body.replace('\u{202f}', " ").contains(said), "{said}: {}", html.body);
    }
    for fetched in ["<script", "src=", "http:", "https:", "url(", "@import", "<link", "<form"] {
        assert!(!html.body.contains(fetched), "{fetched}");
    }
    assert_eq!(count(&app, "personal-data-exported"), before + 2, "{:?}", app.audit());
    assert_eq!(adil.post(&format!("{path}/export"), &[("form", "pdf")]).await.status, 400);

    let ended = adil.post(&format!("{path}/end"), &[("state", "done"), ("words", "")]).await;
    assert!(ended.status == 200 && ended.text().contains("Satisfaite"), "{}", ended.text());
    let request = stored(&app, &path);
    assert_eq!((request.phone, request.email, request.contract), (None, None, None));
    let late = adil.post(&format!("{path}/export"), &[("form", "json")]).await;
    assert!(late.status == 409 && !late.body.contains("661239874"), "{}", late.body);
    assert_eq!(count(&app, "personal-data-exported"), before + 2);
    assert_eq!(adil.post(&format!("{path}/end"), &[("state", "done"), ("words", "")]).await.status, 200);
    let other = adil.post(&format!("{path}/end"), &[("state", "refused"), ("words", "identité non prouvée")]).await;
    assert_eq!(other.status, 409, "{}", other.text());
    assert_eq!(count(&app, "person-request-ended"), 1);
    app.finish().await;
}

/// By a contract alone, and by a mail address alone.
#[tokio::test(flavor = "multi_thread")]
async fn payments_are_found_by_contract_and_by_mail() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let payment = paid(&app, BILL, KEPT_PHONE).await;
    let adil = administrator(&app, "en", "adil").await;
    let day = crate::finance::today(&app).to_string();
    for (key, named) in [
        ("bbbbbbb1", vec![("mail", MAIL)]),
        ("bbbbbbb2", vec![("biller", "1001"), ("contract", "١١١١١١١١")]),
        ("bbbbbbb3", vec![("biller", "1001"), ("contract", "99999999")]),
    ] {
        let mut fields = vec![("kind", "access"), ("key", key), ("received", &day), ("language", "ar")];
        fields.extend([("reference", "by mail, 12 May")]);
        fields.extend(named);
        let page = adil.post("/personal", &fields).await;
        let path = page.path.split_once("/staff").unwrap().1.to_owned();
        assert!(!page.body.contains(MAIL) && !page.body.contains("11111111"), "{}", page.text());
        let html = adil.post(&format!("{path}/export"), &[("form", "html")]).await;
        assert!(html.body.contains("dir=\"rtl\""), "{}", html.body);
        assert_eq!(html.body.contains(&payment.reference.to_string()), key != "bbbbbbb3", "{key}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_have_a_term_and_refusals_a_reason() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = administrator(&app, "fr", "adil").await;
    let path = taken_in(&app, &adil, "access", "cccccccc").await;
    app.pass(TimeDelta::days(10));
    adil.sign_in(&app).await;
    assert!(!adil.get("/personal").await.text().contains("Délai dépassé"));
    app.pass(TimeDelta::days(1));
    adil.sign_in(&app).await;
    let list = words(&adil.get("/personal").await);
    assert!(list.contains("Délai dépassé") && list.contains("1 demande a dépassé"), "{list}");
    for word in ["", "non", "identité non prouvée, carte 4539 5787 6362 1486"] {
        let page = adil.post(&format!("{path}/end"), &[("state", "refused"), ("words", word)]).await;
        assert!(page.status == 422 && !page.body.contains("4539"), "{}", page.text());
    }
    // What was not handed out is not done without a word.
    assert_eq!(adil.post(&format!("{path}/end"), &[("state", "done"), ("words", "")]).await.status, 422);
    adil.post(&format!("{path}/end"), &[("state", "refused"), ("words", "identité non prouvée")]).await;
    let ended = adil.get("/personal?show=ended").await;
    for said in ["Refusée", "identité non prouvée", "dossier 7"] {
        assert!(ended.text().contains(said), "{said}: {}", ended.text());
    }
    assert!(!adil.get("/personal").await.text().contains("dossier 7"));
    let omar = app.colleague("fr", "omar", Role::Operations);
    omar.sign_in(&app).await;
    assert_eq!(omar.get(&path).await.status, 403);
    app.finish().await;
}
