//! How sessions end.

use chrono::TimeDelta;
use rstest::rstest;
use staff::Role;
use staff::admin::{COMMAND_LINE, set_disabled};

use crate::support::{Backend, PASSWORD, TestApp};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn unused_ones_end_after_a_quarter_of_an_hour(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = app.colleague("fr", "tariq", Role::Teleoperator);
    tariq.sign_in(&app).await;
    for _ in 0..3 {
        app.pass(TimeDelta::minutes(14));
        assert_eq!(tariq.get("").await.path, tariq.path(""), "one that is used goes on");
    }
    app.pass(TimeDelta::minutes(16));
    let page = tariq.get("/sessions").await;
    assert_eq!(page.path, tariq.path("/sign-in"));
    assert!(page.text().contains("Votre session est terminée"), "{}", page.text());
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn all_end_after_ten_hours(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = app.colleague("fr", "tariq", Role::Teleoperator);
    tariq.sign_in(&app).await;
    for _ in 0..59 {
        app.pass(TimeDelta::minutes(10));
        assert_eq!(tariq.get("").await.path, tariq.path(""));
    }
    // Another password does not make it last longer.
    let fields = [("present", PASSWORD), ("new", "dix oiseaux verts"), ("again", "dix oiseaux verts")];
    assert_eq!(tariq.post("/password", &fields).await.path, tariq.path(""));
    app.pass(TimeDelta::minutes(10));
    assert_eq!(tariq.get("").await.path, tariq.path("/sign-in"));
    app.finish().await;
}

/// The numbers of the sessions that a page offers to end.
fn offered(body: &str) -> Vec<String> {
    let parts = body.split("name=\"session\" value=\"").skip(1);
    parts.map(|rest| rest.split('"').next().unwrap().to_owned()).filter(|number| number != "others").collect()
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn ones_own_are_listed_and_revoked_and_nobody_elses(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = app.colleague("en", "tariq", Role::Teleoperator);
    let aicha = app.colleague("en", "aicha", Role::Auditor);
    let others: Vec<_> = (0..3).map(|_| app.at_browser("en", "tariq", vec![])).collect();
    tariq.sign_in(&app).await;
    aicha.sign_in(&app).await;
    for other in &others {
        other.sign_in(&app).await;
    }
    let page = tariq.get("/sessions").await;
    let numbers = offered(&page.body);
    assert_eq!(numbers.len(), 3, "{}", page.text());
    assert!(page.text().contains("127.0.0.1") && page.text().contains("This one"));
    // The newest comes first. Aicha cannot end it.
    assert_eq!(aicha.post("/sessions", &[("session", &numbers[0])]).await.status, 200);
    assert_eq!(others[2].get("").await.path, others[2].path(""));
    tariq.post("/sessions", &[("session", &numbers[0])]).await;
    assert_eq!(others[2].get("").await.path, others[2].path("/sign-in"));
    assert_eq!(tariq.post("/sessions", &[("session", &numbers[0])]).await.status, 200, "again changes nothing");
    for nonsense in ["", "x", "-1x", "9999999999999999999999"] {
        assert_eq!(tariq.post("/sessions", &[("session", nonsense)]).await.status, 400, "{nonsense}");
    }
    tariq.post("/sessions", &[("session", "others")]).await;
    assert_eq!(others[0].get("").await.path, others[0].path("/sign-in"));
    assert_eq!((tariq.get("").await.path, aicha.get("").await.path), (tariq.path(""), aicha.path("")));
    let revoked = app.audit().into_iter().filter(|row| row.contains("session-revoked")).collect::<Vec<_>>();
    assert_eq!(
        revoked,
        [format!("tariq session-revoked session {}", numbers[0]), "tariq session-revoked member tariq".to_owned()]
    );
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_out_changes_and_ends_the_token(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = app.colleague("fr", "tariq", Role::Teleoperator);
    tariq.sign_in(&app).await;
    let first = tariq.browser.cookie("staff");
    assert_eq!(first.len(), 64);
    tariq.type_password(PASSWORD).await;
    let second = tariq.browser.cookie("staff");
    assert_ne!(first, second);
    let thief = app.at_browser("fr", "tariq", vec![]);
    thief.browser.set_cookie("staff", &first);
    assert_eq!(thief.get("").await.path, thief.path("/sign-in"), "the token before is worth nothing");
    tariq.post("/sign-out", &[]).await;
    thief.browser.set_cookie("staff", &second);
    assert_eq!(thief.get("").await.path, thief.path("/sign-in"), "nor is the one that signed out");
    for token in ["", "x", &"0".repeat(64), &"é".repeat(8), &"f".repeat(3_000)] {
        thief.browser.set_cookie("staff", token);
        assert_eq!(thief.get("").await.path, thief.path("/sign-in"));
    }
    let kept = app.database.texts(&format!("SELECT lower({}) AS text FROM staff_sessions", backend.hex("token")));
    assert!(kept.len() > 1 && !kept.contains(&first) && !kept.contains(&second), "no token is kept");
    assert!(app.audit().contains(&"tariq signed-out member tariq".to_owned()));
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_disabled_is_out_at_once(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = app.colleague("fr", "tariq", Role::Teleoperator);
    tariq.sign_in(&app).await;
    set_disabled(&app.ledger, COMMAND_LINE, "tariq", true, app.now()).unwrap().unwrap();
    assert_eq!(tariq.get("").await.path, tariq.path("/sign-in"));
    assert_eq!(tariq.type_password(PASSWORD).await.status, 422);
    set_disabled(&app.ledger, COMMAND_LINE, "tariq", false, app.now()).unwrap().unwrap();
    tariq.sign_in(&app).await;
    app.finish().await;
}

/// More than ten browsers of one member: the oldest is signed out.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_has_ten_sessions_at_most() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let tariq = app.colleague("fr", "tariq", Role::Teleoperator);
    tariq.sign_in(&app).await;
    for n in 0..10 {
        assert_eq!(tariq.get("").await.path, tariq.path(""), "{n}");
        app.at_browser("fr", "tariq", vec![]).type_password(PASSWORD).await;
    }
    assert_eq!(tariq.get("").await.path, tariq.path("/sign-in"));
    app.finish().await;
}
