//! One's own password and second factor, once one is at work.

use chrono::TimeDelta;
use rstest::rstest;
use staff::Role;

use crate::support::{Backend, PASSWORD, TestApp, code_at, shown_secret};

const NEW_PASSWORD: &str = "dix oiseaux verts";

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_other_sessions(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = app.colleague("fr", "tariq", Role::Teleoperator);
    let other = app.at_browser("fr", "tariq", vec![]);
    tariq.sign_in(&app).await;
    other.sign_in(&app).await;
    let fields = [("present", PASSWORD), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    let page = tariq.post("/password", &fields).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/fr/staff"));
    assert!(page.text().contains("Votre mot de passe est changé"), "{}", page.text());
    assert_eq!(tariq.get("/sessions").await.path, tariq.path("/sessions"));
    assert_eq!(other.get("/sessions").await.path, other.path("/sign-in"));
    assert_eq!(other.type_password(PASSWORD).await.status, 422);
    assert_eq!(other.type_password(NEW_PASSWORD).await.path, other.path(""));
    app.finish().await;
}

/// Whoever finds a browser open cannot try passwords out either.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_the_present_password_is_paused() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let tariq = app.colleague("en", "tariq", Role::Teleoperator);
    tariq.sign_in(&app).await;
    let fields = [("present", "not it at all"), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    for _ in 1..5 {
        assert_eq!(tariq.post("/password", &fields).await.status, 422);
    }
    assert_eq!(tariq.post("/password", &fields).await.status, 429);
    let right = [("present", PASSWORD), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    assert_eq!(tariq.post("/password", &right).await.status, 429);
    app.pass(TimeDelta::seconds(31));
    assert_eq!(tariq.post("/password", &right).await.status, 200);
    assert!(app.audit().contains(&"tariq password-change-refused member tariq".to_owned()));
    app.finish().await;
}

/// Where no role asks for a second factor, one may still be set up, and then it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_a_second_factor_gets_one() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let tariq = app.colleague("en", "tariq", Role::Teleoperator);
    tariq.sign_in(&app).await;
    assert!(tariq.get("/recovery-codes").await.text().contains("has no second factor"));
    assert_eq!(tariq.post("/recovery-codes", &[("code", "123456")]).await.status, 200);
    let secret = shown_secret(&tariq.get("/enrol").await);
    tariq.post("/enrol", &[("code", &code_at(&secret, app.now()))]).await;
    let other = app.at_browser("en", "tariq", secret);
    assert_eq!(other.type_password(PASSWORD).await.path, other.path("/second-factor"));
    app.finish().await;
}

/// With another key nobody's second factor can be read: that is trouble of ours, not a wrong code.
#[tokio::test(flavor = "multi_thread")]
async fn another_key_is_trouble_and_not_a_wrong_code() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = app.colleague("en", "adil", Role::Administrator);
    let parts = staff::StaffParts {
        ledger: std::sync::Arc::clone(&app.ledger),
        clock: std::sync::Arc::new(chrono::Utc::now),
        key: "another key that is long enough to be one".into(),
    };
    let other = staff::Staff::open(parts).unwrap();
    let address = std::net::IpAddr::from([10, 0, 0, 1]);
    let origin = staff::Origin { address, network: address, agent: String::new() };
    let request =
        staff::SignIn { login: "adil".to_owned(), password: PASSWORD.into(), origin: origin.clone(), old_token: None };
    let staff::SignInOutcome::Opened(opened) = other.sign_in(request).await.unwrap() else { panic!("not opened") };
    let token = secrecy::ExposeSecret::expose_secret(&opened.token).to_owned();
    let code = staff::Factor::Code(code_at(&adil.secret, app.now()));
    let trouble = other.prove_factor(&token, code, origin).await.unwrap_err();
    assert!(trouble.to_string().contains("not sealed with this key"), "{trouble}");
    app.finish().await;
}
