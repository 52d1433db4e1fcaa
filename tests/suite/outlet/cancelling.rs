//! Cancellation: by the outlet that took the cash, on the same day, before its shift closes, where the biller allows it.

use chrono::TimeDelta;
use rstest::rstest;
use sandbox::FaultKind;
use staff::{Role, Scope};

use super::day::two_bills;
use super::{agent_at_work, hub, member_at, pay, says};
use crate::support::{Backend, Page};

fn cancel_path(paid: &Page) -> String {
    format!("/outlet/payments/{}/cancel", paid.reference())
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn before_the_closure(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    two_bills(&app);
    let worker = app.work();
    let amina = agent_at_work(&app, "fr", "amina", "1", "100").await;
    let paid = pay(&amina, ("130201", "EL-1001", ""), "").await;
    let other = pay(&amina, ("130201", "EL-1002", ""), "").await;
    let empty = amina.post(&cancel_path(&paid), &[("reason", "  ")]).await;
    assert_eq!(empty.status, 422);
    let asked = amina.post(&cancel_path(&paid), &[("reason", "mauvais élève")]).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    worker.stop().await;
    app.settle().await;
    let owed = amina.get(&format!("/outlet/payments/{}", paid.reference())).await;
    says(&owed, "Annulé : rendez les espèces");
    says(&owed, "À rendre au client 168,42 MAD");
    // 100.00 + 168.42 + 120.46 - 168.42, and the float has its 168.42 back.
    says(&owed, "220,46 MAD");
    says(&owed, "879,54 MAD");
    // The biller may refuse: the payment stands then.
    app.fault("biller:1302 cancel", FaultKind::Refuse, 1);
    amina.post(&cancel_path(&other), &[("reason", "erreur")]).await;
    app.settle().await;
    let stands = amina.get(&format!("/outlet/payments/{}", other.reference())).await;
    says(&stands, "Le créancier a refusé l’annulation");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_allowed_says_why(#[case] backend: Backend) {
    let Some(app) = hub(backend, "2000.00").await else { return };
    two_bills(&app);
    let worker = app.work();
    let amina = agent_at_work(&app, "fr", "amina", "1", "").await;
    // A biller that allows none.
    let fixed = pay(&amina, ("120201", "AM100001", ""), "").await;
    says(&fixed, "n’accepte pas d’annulation");
    let refused = amina.post(&cancel_path(&fixed), &[("reason", "erreur")]).await;
    assert_eq!(refused.status, 409);
    // Another outlet sees nothing of it.
    let paid = pay(&amina, ("130201", "EL-1001", ""), "").await;
    let there = Scope { outlet: Some(10_002), ..Scope::default() };
    let karim = member_at(&app, "fr", "karim", Role::Agent, there);
    karim.sign_in(&app).await;
    assert_eq!(karim.get(&format!("/outlet/payments/{}", paid.reference())).await.status, 404);
    assert_eq!(karim.post(&cancel_path(&paid), &[("reason", "erreur")]).await.status, 404);
    // After the closure.
    let closure = amina.get("/outlet/closure").await;
    let below = closure.path.split("/staff").nth(1).unwrap().to_owned();
    // 401.00 and 168.42.
    let pieces = [("n.20000", "2"), ("n.10000", "1"), ("n.5000", "1"), ("n.1000", "1"), ("n.500", "1")];
    let coins = [("n.200", "1"), ("n.100", "1"), ("n.20", "2"), ("n.1", "2"), ("confirm", "1")];
    let slip = amina.post(&below, &[pieces.as_slice(), &coins].concat()).await;
    says(&slip, "Clôturé par amina Name");
    says(&amina.get(&format!("/outlet/payments/{}", paid.reference())).await, "est clôturé");
    let late = amina.post(&cancel_path(&paid), &[("reason", "erreur")]).await;
    assert_eq!(late.status, 409);
    says(&late, "Seul un remboursement est possible");
    app.pass(TimeDelta::days(1));
    amina.sign_in(&app).await;
    says(&amina.post(&cancel_path(&paid), &[("reason", "erreur")]).await, "que les paiements du jour");
    worker.stop().await;
    app.finish().await;
}
