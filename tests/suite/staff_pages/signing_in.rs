//! Name, password and second factor; and everything that is not taken for them.

use chrono::TimeDelta;
use rstest::rstest;
use staff::Role;
use staff::admin::{COMMAND_LINE, set_disabled};

use crate::support::{Backend, PASSWORD, TestApp, code_at};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn password_then_code(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let adil = app.colleague("fr", "adil", Role::Administrator);
    let tariq = app.colleague("ar", "tariq", Role::Teleoperator);
    let home = adil.sign_in(&app).await;
    assert!(home.text().contains("Bonjour, \u{2068}adil Name\u{2069}"), "{}", home.text());
    let home = tariq.sign_in(&app).await;
    assert!(home.text().contains("عامل هاتفي"), "no second factor is asked of a teleoperator: {}", home.text());
    let expected = [
        "(command line) member-added member adil",
        "(command line) member-added member tariq",
        "adil password-accepted member adil",
        "adil signed-in member adil",
        "tariq signed-in member tariq",
    ];
    assert_eq!(app.audit(), expected);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_name_is_answered_like_a_wrong_password(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let known = app.colleague("en", "tariq", Role::Teleoperator);
    let gone = app.colleague("en", "brahim", Role::BillerUser);
    set_disabled(&app.ledger, COMMAND_LINE, "brahim", true, app.now()).unwrap().unwrap();
    let nobody = app.at_browser("en", "nobody", vec![]);
    let mut answers = vec![known.type_password("the wrong password").await];
    answers.push(gone.type_password(PASSWORD).await);
    answers.push(gone.type_password("the wrong password").await);
    answers.push(nobody.type_password(PASSWORD).await);
    for answer in &answers {
        assert_eq!((answer.status, answer.text()), (422, answers[0].text()));
        assert!(answer.text().contains("do not go together"), "{}", answer.text());
    }
    let rows = app.ledger.read(|reader| reader.audit_rows(None, 100)).unwrap();
    let said = |text: &str| rows.iter().filter(|row| row.entry.detail.contains(text)).count();
    assert_eq!((said("wrong password"), said("disabled"), said("unknown login")), (2, 1, 1));
    assert!(!rows.iter().any(|row| format!("{row:?}").contains("nobody")), "what was typed is not written down");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_and_for_its_time(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let adil = app.colleague("fr", "adil", Role::Administrator);
    let now = app.now();
    adil.sign_in(&app).await;
    let used = code_at(&adil.secret, app.now());
    let other = app.at_browser("fr", "adil", adil.secret.clone());
    let page = other.type_password(PASSWORD).await;
    assert!(page.path.ends_with("/second-factor"), "{}", page.path);
    let too_old = code_at(&adil.secret, now - TimeDelta::seconds(90));
    let too_new = code_at(&adil.secret, now + TimeDelta::seconds(150));
    for code in [used.as_str(), &too_old, &too_new, "", "12345", "1234567", "abcdef"] {
        let page = other.post("/second-factor", &[("code", code)]).await;
        assert_eq!((page.status, page.path.ends_with("/second-factor")), (422, true), "{code}: {}", page.text());
        assert_eq!(other.get("").await.path, other.path("/second-factor"), "nothing is open half way");
    }
    app.pass(TimeDelta::seconds(60));
    assert_eq!(other.type_code(&app).await.path, other.path(""));
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn half_way_nothing_is_open(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let adil = app.colleague("fr", "adil", Role::Administrator);
    adil.type_password(PASSWORD).await;
    for path in ["", "/audit", "/sessions", "/password", "/enrol", "/recovery-codes"] {
        assert_eq!(adil.get(path).await.path, adil.path("/second-factor"), "{path}");
    }
    for path in ["/password", "/enrol", "/recovery-codes", "/sessions"] {
        let page = adil.post(path, &[("session", "others"), ("code", "123456"), ("present", PASSWORD)]).await;
        assert_eq!(page.path, adil.path("/second-factor"), "{path}");
    }
    // And it does not stay half way for long.
    app.pass(TimeDelta::minutes(10));
    assert_eq!(adil.get("").await.path, adil.path("/sign-in"));
    app.finish().await;
}

#[rstest]
#[case::ours("/staff/audit?before=9", "/staff/audit")]
#[case::nowhere("", "/staff")]
#[case::elsewhere("https://evil.example/staff", "/staff")]
#[case::without_scheme("//evil.example/staff", "/staff")]
#[case::backslash("/\\evil.example", "/staff")]
#[case::hidden("/staff/%0d%0aLocation:https://evil.example", "/staff")]
#[case::payers("/payments/1", "/staff")]
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_our_own_pages_only(#[case] next: &str, #[case] to: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let aicha = app.colleague("fr", "aicha", Role::Auditor);
    let fields = [("login", "aicha"), ("password", PASSWORD), ("next", next)];
    let page = aicha.post("/sign-in", &fields).await;
    assert_eq!((page.status, page.path), (200, format!("/fr{to}")));
    // Signed in already, and told to sign in.
    let page = aicha.browser.get(&format!("/fr/staff/sign-in?next={}", next.replace('%', "%25"))).await;
    assert_eq!((page.status, page.path), (200, format!("/fr{to}")));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_asked_to_sign_in_comes_back_where_they_were() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = app.colleague("en", "adil", Role::Administrator);
    let page = adil.get("/audit?before=7").await;
    assert_eq!((page.status, page.path.as_str()), (200, "/en/staff/sign-in"));
    let next = page.fields().into_iter().find(|(name, _)| name == "next").unwrap().1;
    assert_eq!(next, "/staff/audit?before=7");
    let page = adil.post("/sign-in", &[("login", " ADIL "), ("password", PASSWORD), ("next", &next)]).await;
    let next = page.fields().into_iter().find(|(name, _)| name == "next").unwrap().1;
    let code = code_at(&adil.secret, app.now());
    let page = adil.post("/second-factor", &[("code", &code), ("next", &next)]).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/en/staff/audit"));
    assert_eq!(app.payer("ar").get("/staff").await.path, "/fr/staff/sign-in");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_fields_are_named() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let tariq = app.colleague("ar", "tariq", Role::Teleoperator);
    for fields in [&[][..], &[("login", "tariq")], &[("password", PASSWORD)], &[("login", " "), ("password", PASSWORD)]]
    {
        let page = tariq.post("/sign-in", fields).await;
        assert_eq!(page.status, 422);
        assert!(page.text().contains("اكتبوا اسم المستخدم وكلمة المرور"), "{}", page.text());
    }
    let page = tariq.post("/sign-in", &[("login", "4000 0000 0000 0010"), ("password", PASSWORD)]).await;
    assert!(page.status == 422 && !page.body.contains("4000 0000"), "a card number is not sent back");
    assert_eq!(app.audit().len(), 2, "empty tries are not counted");
    app.finish().await;
}
