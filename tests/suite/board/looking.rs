//! What the board shows, and to whom.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use rstest::rstest;
use sandbox::FaultKind;
use staff::admin::{self, COMMAND_LINE};
use staff::{Role, Scope};

use crate::finance::{at_work, says};
use crate::support::{Backend, Setup, TestApp};

#[rstest]
#[case("ar", "لا شيء يستدعي التدخل", "لم يبدأ أي أداء", "مآل مجهول")]
#[case("fr", "Rien ne demande d’intervention", "Aucun paiement commencé", "Issue inconnue")]
#[case("en", "Nothing asks for a person", "No payment was started", "Outcome unknown")]
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_hub(
    #[case] language: &'static str,
    #[case] verdict: &str,
    #[case] no_traffic: &str,
    #[case] unknown: &str,
) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, language, "omar", Role::Operations).await;
    let page = omar.get("/board").await;
    assert_eq!(page.status, 200, "{}", page.text());
    for what in [verdict, no_traffic, unknown] {
        says(&page, what);
    }
    assert!(!page.body.contains("style="), "the policy of the pages allows none");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_outcome_is_unknown(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("biller:1001 confirm", FaultKind::Down, 0);
    let redirect = app.pay((1001, "01", "12345678"), "4000000000000010").await;
    app.settle().await;
    let id = redirect.payment.parse::<ledger::Reference>().unwrap().id();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    app.pass(TimeDelta::seconds(6));
    let page = omar.get("/board").await;
    says(&page, "1 rubrique demande une intervention");
    assert!(page.body.contains(&format!("href=\"/fr/staff/payments/{id}/resolve\"")), "{}", page.text());
    assert!(page.body.contains("href=\"/fr/staff/unknowns\""), "{}", page.text());
    says(&page, "Confirmation au facturier (1×)");
    assert!(page.body.contains("<rect x=\"") && page.body.contains("role=\"img\" aria-label=\""), "{}", page.body);
    says(&page, "0 confirmés, 0 rendus, 0 non payés, 1 en cours");
    // Nothing of the payer, and nothing that opens the payment's page.
    assert!(
        !page.body.contains("612345678") && !page.body.contains("12345678\"") && !page.body.contains(&redirect.payment)
    );
    let part = omar.get("/board/tiles").await;
    assert_eq!((part.status, part.body.contains("<html")), (200, false));
    says(&part, "1 rubrique demande une intervention");
    app.control.clear_faults();
    app.pass(TimeDelta::seconds(31));
    app.settle().await;
    app.pass(TimeDelta::seconds(6));
    let page = omar.get("/board").await;
    says(&page, "Rien ne demande d’intervention");
    says(&page, "1 confirmés");
    app.finish().await;
}

/// Whoever sees the board is led to nothing that they may not see; operators to where they can act.
#[tokio::test(flavor = "multi_thread")]
async fn its_links_lead_to_where_one_can_act() {
    let setup = Setup { breaker_failures: 1, ..Setup::default() };
    let app = TestApp::start_with(Backend::Sqlite, setup).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    app.fault("biller:1001 confirm", FaultKind::Down, 0);
    app.pay((1001, "01", "12345678"), "4000000000000010").await;
    app.settle().await;
    for kind in 1..=10 {
        let sql = format!(
            "INSERT INTO incidents (id, kind, detail, created_at) VALUES ({kind}, {kind}, 'x', '2026-11-24 10:00:00')"
        );
        app.database.run(&sql);
    }
    // At once: the biller is cut off for half a minute only.
    let page = omar.get("/board?pause=1").await;
    for wanted in ["/unknowns", "/billers/1001", "/payments?state=held"] {
        assert!(page.body.contains(&format!("href=\"/fr/staff{wanted}\"")), "{wanted}: {}", page.text());
    }
    let mut lookers = 0;
    let logins = ["aya", "ben", "cyn", "dan", "eva", "fou", "gil", "hab", "ida"];
    for (role, login) in Role::ALL.into_iter().zip(logins) {
        let who = at_work(&app, "fr", login, role).await;
        let page = who.get("/board?pause=1").await;
        if page.status != 200 {
            continue;
        }
        lookers += 1;
        let tiles = page.body.split("board-grid").nth(1).unwrap();
        let links: BTreeSet<&str> =
            tiles.split("href=\"/fr/staff").skip(1).map(|link| link.split('"').next().unwrap()).collect();
        for link in &links {
            let there = who.get(&link.replace("&#38;", "&").replace("&amp;", "&")).await;
            assert_eq!(there.status, 200, "{role} at {link}");
        }
    }
    assert!(lookers > 2);
    app.database.run("DELETE FROM incidents");
    app.finish().await;
}

/// What the page asks by itself keeps nobody signed in, with a script or without.
#[rstest]
#[case("/board/tiles")]
#[case("/board?again=1")]
#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_nobody_looks_at_signs_out(#[case] path: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = omar.get("/board").await;
    assert!(
        page.body.contains("url=/fr/staff/board?again=1") && page.body.contains("data-board=\"/fr/staff/board/tiles\"")
    );
    for _ in 0..2 {
        app.pass(TimeDelta::minutes(6));
        assert_eq!(omar.get(path).await.status, 200);
    }
    app.pass(TimeDelta::minutes(4));
    assert_eq!(omar.get(path).await.path, "/fr/staff/sign-in");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_made_to_stand_still() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = omar.get("/board?pause=1").await;
    assert!(!page.body.contains("http-equiv") && !page.body.contains("data-board=\""), "{}", page.body);
    says(&page, "Reprendre l’actualisation");
    assert!(page.body.contains("href=\"/ar/staff/board?pause=1\""), "other languages stand still too");
    app.finish().await;
}

/// Whoever is bound to a biller sees nothing of the others', whatever other role they have.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_bound_to_a_biller_is_kept_out() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let driss = at_work(&app, "fr", "driss", Role::Operations).await;
    assert!(driss.get("").await.body.contains("href=\"/fr/staff/board\""));
    let (roles, now) = ([Role::Operations, Role::BillerUser].into(), app.now());
    let scope = Scope { biller: Some(1001), ..Scope::default() };
    admin::set_roles(&app.ledger, COMMAND_LINE, "driss", &roles, &scope, now).unwrap().unwrap();
    driss.sign_in(&app).await;
    assert!(!driss.get("").await.body.contains("href=\"/fr/staff/board\""));
    for path in ["/board", "/board/tiles", "/board?again=1"] {
        assert_eq!(driss.get(path).await.status, 403, "{path}");
    }
    app.finish().await;
}

#[rstest]
#[case("/board?pause=%3Cscript%3E&again=2", 200)]
#[case("/board?pause=1&pause=1", 400)]
#[case("/board/tiles?again=%FF", 200)]
#[case("/board/7", 404)]
#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_no_page_makes(#[case] path: &str, #[case] status: u16) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = omar.get(path).await;
    assert_eq!((page.status, page.body.contains("<script>")), (status, false), "{}", page.text());
    app.finish().await;
}
