//! Cash: the outlet's float has it again, and the outlet hands it to the payer.

use chrono::Utc;
use payments::networks;
use rstest::rstest;
use staff::Role;

use super::{last_refund, send, state, typed};
use crate::finance::{at_work, says};
use crate::outlet::{agent_at_work, hub, pay};
use crate::support::{Backend, TestApp};
use ledger::RefundState;

/// A bill of 168.00 paid in cash at the outlet, with 0.42 of duty: the payment's number and reference.
async fn paid(app: &TestApp, agent: &crate::support::Colleague) -> (i64, String) {
    app.control.add_article(1302, "01", "EL-1001", "A1", 16_800).unwrap();
    let worker = app.work();
    let page = pay(agent, ("130201", "EL-1001", ""), "").await;
    worker.stop().await;
    app.settle().await;
    let reference = page.reference();
    let payment = app.hub.payment_named(&reference).await.unwrap().unwrap();
    (payment, reference)
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_outlet_gives_it_back(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    let amina = agent_at_work(&app, "fr", "amina", "1", "500").await;
    let (payment, reference) = paid(&app, &amina).await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let look = omar.post(&format!("/payments/{payment}/refund"), &typed("50", "ab12")).await;
    send(&omar, &look, "/refund").await;
    let id = last_refund(&app, payment);
    let done = fatima.post(&format!("/refunds/{id}/decide"), &[("decision", "approve"), ("word", "")]).await;
    assert_eq!((done.status, state(&app, id)), (200, RefundState::Done), "{}", done.text());
    // 1,000.00 less 168.42, and 50.00 again.
    assert_eq!(app.float("10001").await, crate::support::money("881.58"));
    let owed = amina.get("/outlet/give-back").await;
    says(&owed, "50,00 MAD");
    says(&owed, &reference);
    let given = amina.post("/outlet/give-back", &[("id", &id.to_string()), ("payment", "")]).await;
    assert_eq!(given.status, 200, "{}", given.text());
    assert!(!given.text().contains(&reference), "{}", given.text());
    app.settle().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_outlet_gives_nothing_back() {
    let app = hub(Backend::Sqlite, "1000.00").await.unwrap();
    let amina = agent_at_work(&app, "fr", "amina", "1", "500").await;
    let (payment, _) = paid(&app, &amina).await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let ask = format!("/payments/{payment}/refund");
    let look = omar.post(&ask, &typed("50", "ab12")).await;
    send(&omar, &look, "/refund").await;
    let id = last_refund(&app, payment);
    let text = include_str!("../../../sandbox/networks/networks.toml").replacen(
        "tills = [\"1\", \"2\"]",
        "active = false\ntills = [\"1\", \"2\"]",
        1,
    );
    let closed = networks::import::parse(&text).unwrap();
    payments::import_networks(&app.ledger, &closed, Utc::now()).unwrap();
    app.hub.reload_networks().await.unwrap();
    let late = fatima.post(&format!("/refunds/{id}/decide"), &[("decision", "approve"), ("word", "")]).await;
    assert_eq!((late.status, state(&app, id)), (409, RefundState::Proposed), "{}", late.text());
    says(&late, "Le point de vente qui a encaissé est fermé");
    let new = omar.post(&ask, &typed("20", "cd34")).await;
    assert!(matches!(new.status, 409 | 422), "{}: {}", new.status, new.text());
    says(&new, "Le point de vente qui a encaissé est fermé");
    assert_eq!(app.ledger.read(|reader| reader.refunds_of(payment)).unwrap().len(), 1);
    app.finish().await;
}
