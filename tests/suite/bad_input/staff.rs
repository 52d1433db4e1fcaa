//! The pages for staff: forms that nobody fills in like that.

use rstest::rstest;
use staff::Role;

use super::client::Visitor;
use super::{HOSTILE, books, escaped, shapes, start, unharmed};
use crate::support::{Backend, PASSWORD};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn signing_in(#[values("ar", "fr", "en")] language: &'static str) {
    let app = start(Backend::Sqlite).await.unwrap();
    app.colleague(language, "tariq", Role::Teleoperator);
    let before = books(&app);
    let visitor = Visitor::new(&app, language).await;
    let path = visitor.path("/staff/sign-in");
    for field in ["login", "password", "next"] {
        shapes(&visitor, &path, field, &[("login", "tariq"), ("password", "not the password"), ("next", "/staff")])
            .await;
    }
    for text in HOSTILE {
        app.pass(chrono::TimeDelta::minutes(61));
        let answer = visitor.post(&path, &[("login", text), ("password", text), ("next", text)]).await;
        assert!(matches!(answer.status, 422 | 429), "{text}: {}", answer.status);
        assert!(escaped(&answer.body, text), "{text}: {}", answer.body);
        let answer =
            visitor.get(&format!("{path}?next={}", text.replace(|c: char| !c.is_ascii_alphanumeric(), "%2F"))).await;
        assert_eq!(answer.status, 200);
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

/// Files and words that come in by forms, from who may send them.
#[tokio::test(flavor = "multi_thread")]
async fn files_at_work() {
    let app = start(Backend::Sqlite).await.unwrap();
    let omar = app.colleague("fr", "omar", Role::Operations);
    omar.sign_in(&app).await;
    let before = books(&app);
    let mut visitor = Visitor::new(&app, "fr").await;
    visitor.cookie = format!("{}; staff={}", visitor.cookie, omar.browser.cookie("staff"));
    for (path, field, other) in [
        ("/fr/staff/billers/1001/settings", "text", ("why", "avenant")),
        ("/fr/staff/billers/1001/settings", "why", ("text", "code = 1001")),
        ("/fr/staff/guard/lists/import", "text", ("unknown", "x")),
    ] {
        for text in HOSTILE {
            let answer = visitor.post(path, &[(field, text), other]).await;
            assert!(matches!(answer.status, 400 | 422), "{path} {field} {text}: {}", answer.status);
            assert!(answer.status == 400 || escaped(&answer.body, text), "{text}: {}", answer.body);
        }
    }
    let decide = "/fr/staff/billers/1001/settings/7";
    assert_eq!(visitor.post(decide, &[("decision", "apply"), ("word", "x")]).await.status, 404);
    for path in ["/fr/staff/billers/1001/settings/x", "/fr/staff/reports/runs/x", "/fr/staff/reports/runs/7/file"] {
        assert_eq!(visitor.get(path).await.status, 404, "{path}");
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

/// What somebody at work sends, and should not.
#[tokio::test(flavor = "multi_thread")]
async fn at_work() {
    let app = start(Backend::Sqlite).await.unwrap();
    let adil = app.colleague("fr", "adil", Role::Administrator);
    adil.sign_in(&app).await;
    let before = books(&app);
    let mut visitor = Visitor::new(&app, "fr").await;
    visitor.cookie = format!("{}; staff={}", visitor.cookie, adil.browser.cookie("staff"));
    let password = [("present", PASSWORD), ("new", "short"), ("again", "short")];
    for field in ["present", "new", "again"] {
        shapes(&visitor, "/fr/staff/password", field, &password).await;
        app.pass(chrono::TimeDelta::minutes(5));
    }
    shapes(&visitor, "/fr/staff/recovery-codes", "code", &[("code", "12")]).await;
    shapes(&visitor, "/fr/staff/sessions", "session", &[]).await;
    let (key, keys) = ([("kind", "fees"), ("days", "30")], "/fr/staff/reports/keys");
    let schedules = "/fr/staff/reports/schedules";
    let schedule = [
        ("kind", "audit"),
        ("days", "yesterday"),
        ("form", "csv"),
        ("language", "fr"),
        ("every", "day"),
        ("time", "8:00"),
    ];
    shapes(&visitor, keys, "name", &key).await;
    shapes(&visitor, schedules, "recipients", &schedule).await;
    for text in HOSTILE {
        let answer = visitor.post(keys, &[("name", text), ("days", "30")]).await;
        assert_eq!((answer.status, escaped(&answer.body, text)), (422, true), "{text}");
        let mut fields = vec![("recipients", text)];
        fields.extend(schedule);
        let answer = visitor.post(schedules, &fields).await;
        assert_eq!((answer.status, escaped(&answer.body, text)), (422, true), "{text}");
    }
    for text in HOSTILE {
        let answer = visitor.post("/fr/staff/sessions", &[("session", text)]).await;
        assert_eq!(answer.status, 400, "{text}");
        let answer = visitor.post("/fr/staff/recovery-codes", &[("code", text)]).await;
        assert_eq!((answer.status, escaped(&answer.body, text)), (422, true), "{text}");
    }
    assert_eq!(adil.get("").await.path, adil.path(""), "still signed in");
    unharmed(&app, &before).await;
    app.finish().await;
}

/// What somebody says became of a payment that nobody answered for.
#[tokio::test(flavor = "multi_thread")]
async fn outcomes() {
    let app = start(Backend::Sqlite).await.unwrap();
    let redirect = crate::outcomes::unanswered(&app, sandbox::FaultKind::Down).await;
    let omar = app.colleague("fr", "omar", Role::Operations);
    omar.sign_in(&app).await;
    let before = books(&app);
    let mut visitor = Visitor::new(&app, "fr").await;
    visitor.cookie = format!("{}; staff={}", visitor.cookie, omar.browser.cookie("staff"));
    let path = format!("/fr/staff/payments/{}/resolve", app.payment(&redirect).id);
    let good = [("subject", "confirmation"), ("verdict", "done"), ("number", "R1"), ("evidence", "relevé du jour")];
    for field in ["subject", "verdict", "number", "evidence", "confirm"] {
        shapes(&visitor, &path, field, &good).await;
    }
    for text in HOSTILE {
        let typed = [("subject", "confirmation"), ("verdict", "done"), ("number", text), ("evidence", text)];
        let answer = visitor.post(&path, &typed).await;
        assert!(matches!(answer.status, 200 | 422), "{text}: {}", answer.status);
        assert!(escaped(&answer.body, text), "{text}: {}", answer.body);
        let decision = [("proposal", text), ("decision", text), ("note", text)];
        assert_eq!(visitor.post(&format!("{path}/decide"), &decision).await.status, 400, "{text}");
    }
    unharmed(&app, &before).await;
    app.control.clear_faults();
    app.finish().await;
}
