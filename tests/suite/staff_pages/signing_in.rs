//! The first sign-in, the usual one, and the end of sessions.

use rstest::rstest;
use staff::Role;

use crate::support::{Backend, TestApp};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn password_then_code(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let adil = app.colleague("fr", "adil", Role::Administrator);
    let home = adil.sign_in(&app).await;
    assert!(home.text().contains("Bonjour"), "{}", home.text());
    assert_eq!(
        app.audit(),
        ["(command line) member-added member adil", "adil password-accepted member adil", "adil signed-in member adil",]
    );
    app.finish().await;
}
