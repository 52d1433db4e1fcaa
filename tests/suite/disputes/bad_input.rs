//! What is typed wrong is said, at its field, and nothing is done.

use ledger::DisputeAction as A;
use staff::Role;

use super::{KEY, complain, done, filled, paid};
use crate::finance::{at_work, says};
use crate::support::{Backend, TestApp};

const CARD: &str = "4000 0000 0000 0010";

#[tokio::test(flavor = "multi_thread")]
async fn a_payers_form() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (payment, reference) = paid(&app).await;
    let (_, other) = {
        let redirect = app.pay((1001, "02", "12345678"), super::APPROVED).await;
        app.settle().await;
        (0, app.payment(&redirect).reference.to_string())
    };
    let payer = app.payer("fr");
    let form = payer.get(&format!("/fr/payments/{reference}/dispute")).await;
    let long = "x".repeat(301);
    for (fields, said) in [
        ([("kind", ""), ("told", ""), ("phone", ""), ("email", "")], "Choisissez de quoi"),
        ([("kind", "mood"), ("told", ""), ("phone", ""), ("email", "")], "Choisissez de quoi"),
        ([("kind", "no-receipt"), ("told", ""), ("phone", ""), ("email", "")], "ne va pas avec ce paiement"),
        ([("kind", "other"), ("told", ""), ("phone", ""), ("email", "")], "Écrivez quelques mots"),
        ([("kind", "other"), ("told", &long), ("phone", ""), ("email", "")], "300 caractères"),
        ([("kind", "other"), ("told", CARD), ("phone", ""), ("email", "")], "carte"),
        ([("kind", "paid-twice"), ("told", ""), ("phone", "12"), ("email", "")], "mobile marocain"),
        ([("kind", "paid-twice"), ("told", ""), ("phone", "0537000000"), ("email", "")], "mobile marocain"),
        ([("kind", "paid-twice"), ("told", ""), ("phone", ""), ("email", "a@b")], "adresse e-mail"),
    ] {
        let page = payer.post(&form.path, &filled(&form, &fields)).await;
        assert_eq!(page.status, 422, "{fields:?}: {}", page.text());
        says(&page, said);
        assert!(!page.body.contains(CARD));
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM disputes"), 0);
    let id = complain(&app, &reference, "paid-twice", "").await;
    for path in [
        format!("{payment}/dispute"),
        "0000-001B-9XK2-7QZD/dispute".to_owned(),
        format!("{reference}/disputes/0"),
        format!("{reference}/disputes/x"),
        format!("{reference}/disputes/99999999"),
        format!("{other}/disputes/{id}"),
    ] {
        assert_eq!(payer.get(&format!("/fr/payments/{path}")).await.status, 404, "{path}");
    }
    let mine = payer.get(&format!("/fr/payments/{reference}/disputes/{id}")).await;
    for (fields, status) in [
        (vec![("do", "dance")], 400),
        (vec![("do", "answer"), ("note", "")], 422),
        (vec![("do", "answer"), ("note", CARD)], 422),
        (vec![("do", "reopen"), ("why", "")], 422),
        (vec![("do", "reopen"), ("why", "encore")], 200),
    ] {
        let page = payer.post(&mine.path, &filled(&mine, &fields)).await;
        // It is open: what would open it leaves it as it is.
        assert_eq!(page.status, status, "{fields:?}: {}", page.text());
        assert!(!page.body.contains(CARD));
    }
    assert_eq!(done(&app, id), [A::Opened]);
    app.settle().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_back_offices_forms() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (_, reference) = paid(&app).await;
    let id = complain(&app, &reference, "paid-twice", "").await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let long = "x".repeat(301);
    let propose = |outcome: &'static str, answer: &'static str, principal: &'static str, key: &'static str| {
        vec![("outcome", outcome), ("answer", answer), ("principal", principal), ("fee", ""), ("key", key)]
    };
    for (step, fields, status, said) in [
        ("assign", vec![("to", "5")], 422, ""),
        ("note", vec![("note", "")], 422, "Écrivez quelques mots"),
        ("note", vec![("note", &*long)], 422, "300 caractères"),
        ("note", vec![("note", CARD)], 422, "carte"),
        ("ask", vec![("whom", "moon"), ("question", "x")], 400, ""),
        ("ask", vec![("whom", "biller"), ("question", "")], 422, "Écrivez quelques mots"),
        ("ask", vec![("whom", "nobody"), ("question", "")], 200, ""),
        ("answer", vec![("reply", "")], 422, "Écrivez quelques mots"),
        ("decide", vec![("decision", "maybe")], 400, ""),
        ("decide", vec![("decision", "approve"), ("word", "")], 409, "plus possible"),
        ("reopen", vec![("why", "x"), ("why", "y")], 400, ""),
        ("propose", propose("refund", "", "5", KEY), 422, "Écrivez quelques mots"),
        ("propose", propose("refund", "oui", "0", KEY), 422, "Rien, ou plus"),
        ("propose", propose("refund", "oui", "168,01", KEY), 422, "plus que ce qui reste"),
        ("propose", propose("refund", "oui", "10.005", KEY), 422, "Écrivez un montant"),
        ("propose", propose("refund", "oui", "-1", KEY), 422, "Écrivez un montant"),
        ("propose", propose("mood", "oui", "5", KEY), 400, ""),
        ("propose", propose("refund", "oui", "5", ""), 400, ""),
        ("propose", propose("refund", "oui", "5", "<b>"), 400, ""),
        ("propose", propose("refund", CARD, "5", KEY), 422, "carte"),
    ] {
        let page = omar.post(&format!("/disputes/{id}/{step}"), &fields).await;
        assert_eq!(page.status, status, "{step} {fields:?}: {}", page.text());
        says(&page, said);
        assert!(!page.body.contains(CARD));
    }
    assert_eq!(done(&app, id), [A::Opened]);
    for path in
        ["/disputes/0", "/disputes/x", "/disputes/99999999", "/payments/99999999/dispute", "/payments/x/dispute"]
    {
        assert_eq!(omar.get(path).await.status, 404, "{path}");
    }
    for query in ["show=lost", "kind=mood", "biller=x", "of=them"] {
        assert_eq!(omar.get(&format!("/disputes?{query}")).await.status, 400, "{query}");
    }
    assert_eq!(omar.get("/disputes?before=x").await.status, 400);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM refunds"), 0);
    app.settle().await;
    app.finish().await;
}
