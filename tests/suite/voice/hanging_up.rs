//! A caller may hang up anywhere: nothing is left half done, and nothing is done after.

use rstest::rstest;

use super::{CALLER, TO_WAY};
use crate::support::{Backend, TestApp};

const ALL: [&str; 6] = ["2", "1", "2", "11111111#", "1", "1"];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn at_every_step(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(0, 1, 2, 3, 4, 5)] steps: usize,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &ALL[..steps]).await;
    phone.press("h").await;
    assert!(phone.call.ended);
    // The provider repeats its last request after the end: the same answer, and nothing happens.
    phone.press("r").await;
    assert_eq!(phone.call.replay_was_same, Some(true));
    app.settle().await;
    for table in ["payments", "payment_links", "voice_handovers", "outbox"] {
        assert_eq!(app.database.number(&format!("SELECT COUNT(*) FROM {table}")), 0, "{table}");
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM voice_calls WHERE ended_at IS NULL"), 0);
    // The bill is as free as before.
    app.quote((1001, "02", "11111111")).await;
    assert!(app.dial_and_press(CALLER, &TO_WAY).await.said().contains("Total à payer"));
    app.finish().await;
}
