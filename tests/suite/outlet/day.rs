//! A whole day at a till, to the centime.

use chrono::TimeDelta;
use rstest::rstest;
use sandbox::FaultKind;
use staff::Role;

use super::{OUTLET, agent_at_work, agree, fields_of, hub, member, pay, price, says, tender, words};
use crate::support::{Backend, Counter, PASSWORD, Page, TestApp, code_at, money};

/// Bills whose totals in cash are 168.42 and 120.46, at a biller without a fee.
pub fn two_bills(app: &TestApp) {
    app.control.add_article(1302, "01", "EL-1001", "A1", 16_800).unwrap();
    app.control.add_article(1302, "01", "EL-1002", "A2", 12_016).unwrap();
}

/// What was counted, and the rest of the closure's form.
fn counted<'a>(pieces: &[(&'a str, &'a str)], rest: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [pieces, rest].concat()
}

/// 760.00 in notes and coins.
const SHORT: [(&str, &str); 4] = [("n.20000", "3"), ("n.10000", "1"), ("n.5000", "1"), ("n.1000", "1")];
/// 700.00.
const FAR: [(&str, &str); 2] = [("n.20000", "3"), ("n.10000", "1")];

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_day_adds_up(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    two_bills(&app);
    let worker = app.work();
    let amina = agent_at_work(&app, "fr", "amina", "1", "500").await;
    let priced = price(&amina, ("130201", "EL-1001", "")).await;
    for line in ["168,00 MAD", "0,42 MAD", "168,42 MAD", "1 000,00 MAD", "500,00 MAD"] {
        says(&priced, line);
    }
    let change = tender(&amina, &priced, "200").await;
    says(&change, "31,58 MAD");
    let paid = agree(&amina, &change).await;
    says(&paid, "Paiement confirmé");
    says(&paid, "668,42 MAD");
    says(&paid, "831,58 MAD");
    let paid = pay(&amina, ("1302 01", "EL-1002", ""), "").await;
    says(&paid, "Paiement confirmé");
    let page = amina.get("/outlet/movements").await;
    let mut fields = fields_of(&page, "/staff/outlet/movements");
    fields.retain(|(name, _)| matches!(name.as_str(), "csrf" | "key"));
    for (name, value) in [("kind", "out"), ("amount", "20,00"), ("reason", "rouleaux de papier")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    for _ in 0..2 {
        // The same form twice is one movement.
        let moved = amina.browser.post(&page.path, &fields).await;
        says(&moved, "768,88 MAD");
        says(&moved, "rouleaux de papier");
    }
    let list = amina.get("/outlet/payments").await;
    says(&list, "2 paiements");
    let closure = amina.get("/outlet/closure").await;
    let below = closure.path.split("/staff").nth(1).unwrap().to_owned();
    let sum = amina.post(&below, &SHORT).await;
    for figure in ["768,88 MAD", "760,00 MAD", "\u{2212}8,88 MAD"] {
        says(&sum, figure);
    }
    assert!(!sum.body.contains("name=\"code\""), "8.88 is within the tolerance");
    let without = amina.post(&below, &counted(&SHORT, &[("confirm", "1")])).await;
    assert_eq!(without.status, 422);
    says(&without, "Dites pourquoi");
    let slip = amina.post(&below, &counted(&SHORT, &[("confirm", "1"), ("reason", "erreur de monnaie")])).await;
    for figure in ["500,00 MAD", "288,88 MAD", "\u{2212}20,00 MAD", "768,88 MAD", "760,00 MAD", "\u{2212}8,88 MAD"] {
        says(&slip, figure);
    }
    says(&slip, "erreur de monnaie");
    // Closed: nothing more is taken, and the same closure again shows the slip.
    let again = amina.post(&below, &counted(&SHORT, &[("confirm", "1"), ("reason", "encore")])).await;
    assert_eq!(again.path, slip.path);
    let late = amina.browser.post(&priced.path, &fields_of(&priced, &priced.path)).await;
    says(&late, "Ouvrir le poste");
    let float = app.hub.float(OUTLET).await.unwrap().unwrap();
    assert_eq!(float.available, money("711.12"));
    let seen = app.audit();
    for kind in ["inquiry", "quote", "payment"] {
        assert!(seen.iter().any(|row| row.starts_with(&format!("amina customer-viewed {kind} "))), "{kind}: {seen:?}");
    }
    worker.stop().await;
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn above_the_tolerance_a_supervisor_signs(#[case] backend: Backend) {
    let Some(app) = hub(backend, "0.00").await else { return };
    let amina = agent_at_work(&app, "fr", "amina", "1", "760").await;
    let samir = member(&app, "fr", "samir", Role::OutletSupervisor);
    let fatima = member(&app, "fr", "fatima", Role::Finance);
    let closure = amina.get("/outlet/closure").await;
    let below = closure.path.split("/staff").nth(1).unwrap().to_owned();
    let sum = amina.post(&below, &FAR).await;
    says(&sum, "Accord du superviseur");
    let sign = async |login: &str, password: &str, code: &str| {
        let rest = [("confirm", "1"), ("reason", "manque"), ("login", login), ("password", password), ("code", code)];
        amina.post(&below, &counted(&FAR, &rest)).await
    };
    let code = |secret: &[u8]| {
        app.pass(TimeDelta::seconds(30));
        code_at(secret, app.now())
    };
    let page = sign("", "", "").await;
    assert_eq!(page.status, 422);
    says(&page, "son nom, son mot de passe et son code");
    says(&sign("samir", "not the password", &code(&samir.secret)).await, "ne vont pas ensemble");
    says(&sign("samir", PASSWORD, "000000").await, "ne vont pas ensemble");
    says(&sign("fatima", PASSWORD, &code(&fatima.secret)).await, "ne peut pas donner cet accord");
    says(&sign("amina", PASSWORD, &code(&amina.secret)).await, "ne peut pas donner cet accord");
    let slip = sign("samir", PASSWORD, &code(&samir.secret)).await;
    says(&slip, "Écart accepté par samir Name");
    says(&slip, "\u{2212}60,00 MAD");
    assert!(!words(&slip).contains(PASSWORD));
    // Signing left nobody signed in.
    let audit = app.audit();
    assert_eq!(audit.last().unwrap(), "samir signed-out member samir");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_is_carried_over_by_name(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    two_bills(&app);
    let amina = agent_at_work(&app, "fr", "amina", "1", "").await;
    app.fault("biller:1302 confirm", FaultKind::Pending, 0);
    let pending = pay(&amina, ("130201", "EL-1001", ""), "").await;
    says(&pending, "En cours de confirmation");
    says(&pending, "ne les prenez pas une deuxième fois");
    assert!(pending.body.contains("http-equiv=\"refresh\""), "it follows the state without scripts");
    let reference = pending.reference();
    let status = amina.get(&format!("/outlet/payments/{reference}/status")).await;
    assert_eq!(status.body, r#"{"standing":"pending","final":false}"#);
    // Nobody takes the cash again, and nothing is cancelled.
    let again = amina.post("/outlet/billers/1302/01", &[("f.contract", "EL-1001"), ("f.level", "primary")]).await;
    says(&again, "Tout est payé ou en cours de paiement");
    let refused = amina.post(&format!("/outlet/payments/{reference}/cancel"), &[("reason", "erreur")]).await;
    assert_eq!(refused.status, 409);
    says(&refused, "attendez la réponse du créancier");
    let closure = amina.get("/outlet/closure").await;
    says(&closure, &reference);
    let below = closure.path.split("/staff").nth(1).unwrap().to_owned();
    let pieces = [("n.10000", "1"), ("n.5000", "1"), ("n.1000", "1"), ("n.500", "1"), ("n.200", "1"), ("n.100", "1")];
    let coins = [("n.20", "2"), ("n.1", "2")];
    let slip = amina.post(&below, &counted(&[pieces.as_slice(), &coins].concat(), &[("confirm", "1")])).await;
    says(&slip, "Reportés au poste suivant");
    says(&slip, &reference);
    let next = amina.post("/outlet/shift", &[("till", "1"), ("opening", "0")]).await;
    says(&next, "En attente 1");
    app.control.clear_faults();
    app.pass(TimeDelta::minutes(10));
    app.settle().await;
    says(&amina.sign_in(&app).await, "Bonjour");
    says(&amina.get(&format!("/outlet/payments/{reference}")).await, "Paiement confirmé");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_twice_is_one_payment(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    two_bills(&app);
    let worker = app.work();
    let amina = agent_at_work(&app, "fr", "amina", "1", "100").await;
    let change = tender(&amina, &price(&amina, ("130201", "EL-1001", "")).await, "170").await;
    let (one, other) = tokio::join!(agree(&amina, &change), agree(&amina, &change));
    assert_eq!((one.status, other.status), (200, 200), "{} {}", one.text(), other.text());
    assert_eq!(one.path, other.path);
    assert_eq!(agree(&amina, &change).await.path, one.path);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 1);
    // The form of one price with another sum handed over is another payment: there is none.
    let mut fields = fields_of(&change, &change.path);
    fields.retain(|(name, _)| name != "tendered");
    fields.push(("tendered".to_owned(), "180".to_owned()));
    let conflict = amina.browser.post(&change.path, &fields).await;
    assert_eq!(conflict.status, 409);
    says(&conflict, "a déjà servi");
    assert_eq!(app.hub.float(OUTLET).await.unwrap().unwrap().available, money("831.58"));
    worker.stop().await;
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_payment_is_given_back(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    two_bills(&app);
    let worker = app.work();
    let amina = agent_at_work(&app, "fr", "amina", "1", "100").await;
    app.fault("biller:1302 confirm", FaultKind::Refuse, 1);
    let refused = pay(&amina, ("130201", "EL-1001", ""), "200").await;
    says(&refused, "Rendez les espèces");
    says(&refused, "168,42 MAD");
    says(&amina.get("/outlet/give-back").await, "168,42 MAD");
    let fields = fields_of(&refused, "/staff/outlet/give-back");
    for _ in 0..2 {
        let given = amina.browser.post(&amina.path("/outlet/give-back"), &fields).await;
        says(&given, "Espèces rendues");
        says(&given, "100,00 MAD");
    }
    says(&amina.get("/outlet/give-back").await, "Rien à rendre");
    // The bill is due again, and is paid like any other.
    says(&pay(&amina, ("130201", "EL-1001", ""), "").await, "Paiement confirmé");
    worker.stop().await;
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_float_that_is_too_low_takes_nothing(#[case] backend: Backend) {
    let Some(app) = hub(backend, "131.58").await else { return };
    app.control.add_article(1302, "01", "EL-1", "A1", 13_126).unwrap();
    let amina = agent_at_work(&app, "fr", "amina", "1", "0").await;
    let refused = pay(&amina, ("130201", "EL-1", ""), "").await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    says(&refused, "Solde insuffisant");
    says(&refused, "131,58 MAD");
    says(&refused, "131,59 MAD");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 0);
    app.finish().await;
}

/// Every payment of the day is on a page, and what waits from the day before is not lost from sight.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_days_payments_go_page_by_page(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    let amina = agent_at_work(&app, "fr", "amina", "1", "").await;
    let counter = Counter { outlet: OUTLET, till: "1", shift: app.database.number("SELECT MAX(id) FROM shifts") };
    let take = async |contract: String| {
        let quote = app.any_quote(contract.leak(), "1.00").await;
        app.take(counter, &quote).await.unwrap().payment.reference
    };
    let settled = take("EL-0".to_owned()).await;
    app.settle().await;
    app.fault("biller:1302 confirm", FaultKind::Pending, 0);
    let waits = take("EL-1".to_owned()).await;
    app.settle().await;
    app.pass(TimeDelta::days(1));
    let mut today = Vec::new();
    for n in 0..101 {
        today.push(take(format!("EL-1{n:03}")).await);
    }
    let shows = |page: &Page, reference: &str| page.body.contains(&format!("/payments/{reference}\""));
    amina.sign_in(&app).await;
    let newest = amina.get("/outlet/payments").await;
    assert!(shows(&newest, &today[100]) && shows(&newest, &today[1]) && !shows(&newest, &today[0]));
    let (_, last) = newest.body.split_once("/outlet/payments?before=").unwrap();
    let older = amina.get(&format!("/outlet/payments?before={}", last.split('"').next().unwrap())).await;
    assert!(shows(&older, &today[0]) && !shows(&older, &today[1]));
    assert!(shows(&older, &waits) && !shows(&older, &settled));
    assert_eq!(amina.get("/outlet/payments?before=x").await.status, 400);
    app.control.clear_faults();
    app.pass(TimeDelta::days(1));
    app.finish().await;
}
