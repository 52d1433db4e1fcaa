//! Who wants to be forgotten: asked for by one, approved by another, once.

use rstest::rstest;

use super::*;
use crate::support::Backend;

/// The number of the erasure that waits.
fn waiting(app: &TestApp, path: &str) -> String {
    stored(app, path).erasure.unwrap().to_string()
}

async fn decide(who: &Colleague, path: &str, erasure: &str, decision: &str, note: &str) -> Page {
    who.post(&format!("{path}/decide"), &[("erasure", erasure), ("decision", decision), ("note", note)]).await
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_people_erase_once(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payment = paid(&app, BILL, KEPT_PHONE).await;
    put_in_order(&app);
    // Of this one nobody has put the words in order when it is erased.
    let open = begun(&app, OTHER_BILL, KEPT_PHONE).await;
    let adil = administrator(&app, "fr", "adil").await;
    let amal = administrator(&app, "fr", "amal").await;
    let aziz = administrator(&app, "fr", "aziz").await;
    let path = taken_in(&app, &adil, "erasure", "dddddddd").await;

    // While something is open nothing is asked for.
    let held = looked(&adil, &path).await;
    assert!(held.text().contains("ne peut être effacé avant sa fin"), "{}", held.text());
    let refused = adil.post(&format!("{path}/erase"), &[]).await;
    assert!(refused.status == 409 && refused.text().contains("Encore en cours"), "{}", refused.text());
    app.bank.pay(&open, APPROVED).await;
    app.settle().await;
    let held = looked(&adil, &path).await;
    for said in ["adresse e-mail de paiements: 2", "2 paiements, avec montants", "10 ans"] {
        assert!(held.text().replace(['\u{2068}', '\u{2069}'], "").contains(said), "{said}: {}", held.text());
    }
    for _ in 0..2 {
        let asked = adil.post(&format!("{path}/erase"), &[]).await;
        assert!(asked.status == 200 && asked.text().contains("Effacement à approuver"), "{}", asked.text());
    }
    assert_eq!(count(&app, "erasure-asked"), 1);
    let erasure = waiting(&app, &path);
    assert_eq!(decide(&adil, &path, &erasure, "approve", "").await.status, 403, "never the same");
    assert_eq!(decide(&adil, &path, &erasure, "refuse", "je ne veux plus").await.status, 409);
    assert_eq!(decide(&amal, &path, &erasure, "withdraw", "").await.status, 409);
    assert_eq!(decide(&amal, &path, &erasure, "refuse", "").await.status, 422);
    assert_eq!(decide(&amal, &path, "1", "approve", "").await.status, 409);
    let end = adil.post(&format!("{path}/end"), &[("state", "done"), ("words", "tout est fait")]).await;
    assert_eq!(end.status, 409, "an erasure waits");

    // Not approved: it can be asked for again, and withdrawn.
    let page = decide(&amal, &path, &erasure, "refuse", "identité à vérifier").await;
    assert!(page.text().contains("n’a pas été approuvé : identité à vérifier"), "{}", page.text());
    adil.post(&format!("{path}/erase"), &[]).await;
    decide(&adil, &path, &waiting(&app, &path), "withdraw", "").await;
    assert_eq!(stored(&app, &path).erasure, None);
    adil.post(&format!("{path}/erase"), &[]).await;
    let erasure = waiting(&app, &path);
    assert!(looked(&amal, &path).await.text().contains("Approuver et effacer"));

    // Two second persons at the same moment.
    let (one, other) =
        tokio::join!(decide(&amal, &path, &erasure, "approve", ""), decide(&aziz, &path, &erasure, "approve", ""));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.text(), other.text());
    assert_eq!(count(&app, "personal-data-erased"), 1, "{:?}", app.audit());
    let first = if one.status == 200 { &amal } else { &aziz };
    assert_eq!(decide(first, &path, &erasure, "approve", "").await.status, 200, "the same form once more");

    for id in [payment.id, app.payment(&open).id] {
        let kept = app.ledger.read(|reader| reader.payment_of(id)).unwrap().unwrap();
        assert!(kept.phone.is_none() && kept.email.is_none());
    }
    let page = adil.get(&path).await;
    assert!(page.text().contains("Attestation d’effacement") && page.text().contains("Satisfaite"), "{}", page.text());
    let certificate = adil.get(&format!("{path}/certificate")).await.body;
    let title = format!("Attestation d’effacement {erasure}");
    for said in [title.as_str(), "paiements: 2", "2 paiements, avec montants", "dossier 7"] {
        assert!(certificate.contains(said), "{said}: {certificate}");
    }
    assert!(!certificate.contains("661239874") && !app.database.at_rest().contains("661239874"));
    assert_eq!(stored(&app, &path).phone, None);
    app.finish().await;
}
