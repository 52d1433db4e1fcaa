//! The first sign-in: a one-time password that must be changed, a second factor that must be set up.

use chrono::TimeDelta;
use rstest::rstest;
use staff::admin::{COMMAND_LINE, reset_password, reset_second_factor};
use staff::{Role, passwords};

use crate::support::{Backend, Colleague, PASSWORD, TestApp, code_at, shown_secret};

const NEW_PASSWORD: &str = "dix oiseaux verts";

/// The recovery codes on a page.
fn shown_codes(body: &str) -> Vec<String> {
    let list = body.split("class=\"staff-codes\">").nth(1).expect("codes").split("</ul>").next().unwrap();
    list.split("dir=\"ltr\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// Goes through the first sign-in: the recovery codes.
async fn come_in(app: &TestApp, who: &mut Colleague) -> Vec<String> {
    let page = who.type_password(PASSWORD).await;
    assert_eq!((page.status, page.path), (200, who.path("/password")));
    let fields = [("present", PASSWORD), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    let page = who.post("/password", &fields).await;
    assert_eq!((page.status, &page.path), (200, &who.path("/enrol")));
    who.secret = shown_secret(&page);
    assert_eq!(shown_secret(&who.get("/enrol").await), who.secret, "the same one until it is confirmed");
    let page = who.post("/enrol", &[("code", &code_at(&who.secret, app.now()))]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    shown_codes(&page.body)
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_comes_in(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut adil = app.newcomer("fr", "adil", Role::Administrator);
    let codes = come_in(&app, &mut adil).await;
    assert_eq!((codes.len(), codes[0].len()), (10, 14));
    assert_eq!(adil.get("").await.path, adil.path(""));
    assert_eq!(adil.get("/enrol").await.path, adil.path("/recovery-codes"), "there is nothing to set up any more");
    assert!(adil.get("/recovery-codes").await.text().contains("Il vous reste \u{2068}10\u{2069} codes"));
    // Neither the secret nor a code is anywhere in the database.
    let rows = app.database.texts(&format!("SELECT {} AS text FROM staff_members", backend.hex("second_factor")));
    assert!(!rows[0].to_lowercase().contains(&hex::encode(&adil.secret)) && rows[0].len() > 80, "{rows:?}");
    let other = app.at_browser("fr", "adil", adil.secret.clone());
    assert_eq!(other.type_password(PASSWORD).await.status, 422, "the one-time password is gone");
    app.pass(TimeDelta::seconds(30));
    other.type_password(NEW_PASSWORD).await;
    assert_eq!(other.type_code(&app).await.path, other.path(""));
    let expected = [
        "(command line) member-added member adil",
        "adil signed-in member adil",
        "adil password-changed member adil",
        "adil second-factor-enrolled member adil",
        "(visitor) sign-in-refused member adil",
        "adil password-accepted member adil",
        "adil signed-in member adil",
    ];
    assert_eq!(app.audit(), expected);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_is_good_once(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut adil = app.newcomer("en", "adil", Role::Administrator);
    let codes = come_in(&app, &mut adil).await;
    let other = app.at_browser("en", "adil", vec![]);
    other.type_password(NEW_PASSWORD).await;
    // As people type it.
    let typed = codes[3].to_lowercase().replace('-', " ");
    let page = other.post("/second-factor", &[("recovery", &typed)]).await;
    assert_eq!(page.path, other.path(""), "{}", page.text());
    assert!(app.audit().contains(&"adil recovery-code-used member adil".to_owned()));
    let third = app.at_browser("en", "adil", vec![]);
    third.type_password(NEW_PASSWORD).await;
    for code in [codes[3].as_str(), "", "0000-0000-0000", "<script>"] {
        let page = third.post("/second-factor", &[("recovery", code)]).await;
        assert_eq!((page.status, page.path.ends_with("/second-factor")), (422, true), "{code}");
    }
    assert!(other.get("/recovery-codes").await.text().contains("You have \u{2068}9\u{2069} recovery codes"));
    // New ones make the old ones worthless.
    app.pass(TimeDelta::minutes(1));
    assert_eq!(adil.post("/recovery-codes", &[("code", "12345x")]).await.status, 422);
    let page = adil.post("/recovery-codes", &[("code", &code_at(&adil.secret, app.now()))]).await;
    let renewed = shown_codes(&page.body);
    assert_eq!(third.post("/second-factor", &[("recovery", &codes[4])]).await.status, 422);
    assert_eq!(third.post("/second-factor", &[("recovery", &renewed[4])]).await.path, third.path(""));
    app.finish().await;
}

#[rstest]
#[case::wrong_present(&[("present", "not it at all"), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)], "not your present")]
#[case::no_present(&[("new", NEW_PASSWORD), ("again", NEW_PASSWORD)], "not your present")]
#[case::differ(&[("present", PASSWORD), ("new", NEW_PASSWORD), ("again", "dix oiseaux vert")], "two new passwords differ")]
#[case::same(&[("present", PASSWORD), ("new", PASSWORD), ("again", PASSWORD)], "is the present one")]
#[case::short(&[("present", PASSWORD), ("new", "short"), ("again", "short")], "too short")]
#[case::none(&[("present", PASSWORD)], "too short")]
#[case::login(&[("present", PASSWORD), ("new", "tariq of the hub"), ("again", "tariq of the hub")], "must not contain")]
#[case::common(&[("present", PASSWORD), ("new", "motdepasse123"), ("again", "motdepasse123")], "too easy")]
#[case::uniform(&[("present", PASSWORD), ("new", "aaaaaaaaaaaaa"), ("again", "aaaaaaaaaaaaa")], "too easy")]
#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_will_not_do_changes_nothing(#[case] fields: &[(&str, &str)], #[case] says: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let tariq = app.newcomer("en", "tariq", Role::Teleoperator);
    tariq.type_password(PASSWORD).await;
    let page = tariq.post("/password", fields).await;
    let text = page.text();
    assert_eq!((page.status, page.path), (422, tariq.path("/password")));
    assert!(text.contains(says), "{text}");
    assert_eq!(tariq.get("").await.path, tariq.path("/password"), "it is still to be changed");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_password_is_worth_nothing_after_a_week(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = app.newcomer("fr", "tariq", Role::Teleoperator);
    let late = app.newcomer("fr", "brahim", Role::Teleoperator);
    app.pass(TimeDelta::days(7) - TimeDelta::minutes(1));
    assert_eq!(tariq.type_password(PASSWORD).await.path, tariq.path("/password"));
    app.pass(TimeDelta::minutes(2));
    assert_eq!(late.type_password(PASSWORD).await.status, 422);
    assert_eq!(tariq.get("").await.path, tariq.path("/sign-in"), "nor is what it had opened");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_reset_must_be_set_again(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut adil = app.colleague("fr", "adil", Role::Administrator);
    adil.sign_in(&app).await;
    let hash = passwords::hash_now(&"ONE-TIME-PASSWORD-7".into()).unwrap();
    reset_password(&app.ledger, COMMAND_LINE, "adil", &hash, app.now()).unwrap().unwrap();
    assert_eq!(adil.get("").await.path, adil.path("/sign-in"), "the session is ended");
    assert_eq!(adil.type_password(PASSWORD).await.status, 422);
    app.pass(TimeDelta::seconds(30));
    assert_eq!(adil.type_password("ONE-TIME-PASSWORD-7").await.path, adil.path("/second-factor"));
    assert_eq!(adil.type_code(&app).await.path, adil.path("/password"), "the factor first, then the password");
    let fields = [("present", "ONE-TIME-PASSWORD-7"), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    assert_eq!(adil.post("/password", &fields).await.path, adil.path(""));
    reset_second_factor(&app.ledger, COMMAND_LINE, "adil", app.now()).unwrap().unwrap();
    assert_eq!(adil.get("").await.path, adil.path("/sign-in"), "the session is ended");
    let page = adil.type_password(NEW_PASSWORD).await;
    assert_eq!(page.path, adil.path("/enrol"));
    adil.secret = shown_secret(&page);
    for code in ["", "000", "abcdef", "000000"] {
        assert_eq!(adil.post("/enrol", &[("code", code)]).await.status, 422);
    }
    assert_eq!(adil.get("/audit").await.path, adil.path("/enrol"), "nothing else is open before");
    adil.post("/enrol", &[("code", &code_at(&adil.secret, app.now()))]).await;
    assert_eq!(adil.get("/audit").await.path, adil.path("/audit"));
    app.finish().await;
}
