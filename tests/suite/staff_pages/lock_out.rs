//! Guessing: pauses that grow, for a name and for an address, whether or not the name is somebody's.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::TimeDelta;
use rstest::rstest;
use staff::{Origin, Role, SignIn, SignInOutcome};

use crate::support::{Backend, PASSWORD, TestApp, code_at};

const FREE: usize = 5;

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn pauses_grow_for_a_name_that_is_somebodys_or_nobodys(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = app.colleague("en", "tariq", Role::Teleoperator);
    for login in ["tariq", "nobody"] {
        let guesser = app.at_browser("en", login, vec![]);
        for _ in 1..FREE {
            assert_eq!(guesser.type_password("the wrong password").await.status, 422);
        }
        for (pause, words) in [(30, "in a minute"), (60, "in \u{2068}2\u{2069} minutes"), (120, "in \u{2068}3\u{2069}")]
        {
            // The last one that is heard says how long to wait; until then the right password is not heard either.
            let page = guesser.type_password("the wrong password").await;
            assert_eq!(page.status, 429);
            assert!(page.text().contains(words), "{}", page.text());
            app.pass(TimeDelta::seconds(pause - 5));
            assert_eq!(guesser.type_password(PASSWORD).await.status, 429);
            app.pass(TimeDelta::seconds(6));
        }
    }
    // The address, which has tried often too, is let in again after an hour.
    app.pass(TimeDelta::minutes(61));
    tariq.sign_in(&app).await;
    let again = app.at_browser("en", "tariq", vec![]);
    assert_eq!(again.type_password("the wrong password").await.status, 422, "failures were forgotten");
    let audit = app.audit();
    assert_eq!(audit.iter().filter(|row| row.contains("locked-out member tariq")).count(), 3);
    assert_eq!(audit.iter().filter(|row| row.contains("locked-out member unknown")).count(), 3);
    app.finish().await;
}

fn attempt(login: &str, password: &str, address: IpAddr) -> SignIn {
    SignIn {
        login: login.to_owned(),
        password: password.into(),
        origin: Origin { address, network: address, agent: String::new() },
        old_token: None,
    }
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_names_is_paused_and_others_are_not(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.colleague("en", "tariq", Role::Teleoperator);
    let (guesser, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
    let sign_in = |login: String, password, address| {
        let request = attempt(&login, password, address);
        let staff = Arc::clone(&app.staff);
        async move { staff.sign_in(request).await.unwrap() }
    };
    for n in 1..20 {
        let outcome = sign_in(format!("name{n}"), PASSWORD, guesser).await;
        assert!(matches!(outcome, SignInOutcome::Refused), "{n}: {outcome:?}");
    }
    // Success takes one try back, and no more.
    assert!(matches!(sign_in("tariq".into(), PASSWORD, guesser).await, SignInOutcome::Opened(_)));
    assert!(matches!(sign_in("name20".into(), PASSWORD, guesser).await, SignInOutcome::Wait(_)));
    assert!(matches!(sign_in("tariq".into(), PASSWORD, guesser).await, SignInOutcome::Wait(_)));
    assert!(matches!(sign_in("tariq".into(), PASSWORD, other).await, SignInOutcome::Opened(_)));
    app.pass(TimeDelta::minutes(61));
    assert!(matches!(sign_in("tariq".into(), PASSWORD, guesser).await, SignInOutcome::Opened(_)));
    app.finish().await;
}

/// Tries at a name that takes none are held against nobody: they are not made.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_does_not_pay_for_a_name_that_is_paused(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.colleague("en", "tariq", Role::Teleoperator);
    app.colleague("en", "salma", Role::Teleoperator);
    let (guesser, office) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
    for _ in 0..FREE {
        app.staff.sign_in(attempt("tariq", "the wrong password", guesser)).await.unwrap();
    }
    for _ in 0..25 {
        let outcome = app.staff.sign_in(attempt("tariq", PASSWORD, office)).await.unwrap();
        assert!(matches!(outcome, SignInOutcome::Wait(_)), "{outcome:?}");
    }
    let outcome = app.staff.sign_in(attempt("salma", PASSWORD, office)).await.unwrap();
    assert!(matches!(outcome, SignInOutcome::Opened(_)), "{outcome:?}");
    app.finish().await;
}

/// However many tries come at once, no more are made than are free.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn tries_at_once_are_counted_too(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.colleague("en", "tariq", Role::Teleoperator);
    let tries = (0..20u8).map(|n| {
        let request = attempt("tariq", "the wrong password", IpAddr::from([10, 0, 1, n]));
        let staff = Arc::clone(&app.staff);
        tokio::spawn(async move { staff.sign_in(request).await.unwrap() })
    });
    let tries: Vec<_> = tries.collect();
    for outcome in tries {
        drop(outcome.await.unwrap());
    }
    let refused = app.audit().iter().filter(|row| row.contains("sign-in-refused")).count();
    assert_eq!(refused, FREE);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_knows_the_password_cannot_guess_the_code(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let adil = app.colleague("fr", "adil", Role::Administrator);
    adil.type_password(PASSWORD).await;
    let wrong = || async {
        let code = code_at(b"another secret", app.now());
        adil.post("/second-factor", &[("code", &code)]).await.status
    };
    for _ in 1..FREE {
        assert_eq!(wrong().await, 422);
    }
    assert_eq!(wrong().await, 429);
    assert_eq!(adil.type_code(&app).await.status, 429, "the right one is not heard either");
    // A new session does not help: the password is right, and forgets only failures at the password.
    adil.type_password(PASSWORD).await;
    assert_eq!(adil.type_code(&app).await.status, 429);
    let page = adil.post("/second-factor", &[("recovery", "0000-0000-0000")]).await;
    assert_eq!(page.status, 429, "nor do recovery codes");
    app.pass(TimeDelta::seconds(31));
    assert_eq!(adil.type_code(&app).await.path, adil.path(""));
    app.finish().await;
}
