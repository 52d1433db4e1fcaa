//! The provider repeats requests whose answer it did not hear: the same bytes, and nothing twice.

use std::sync::Arc;

use rstest::rstest;

use super::CALLER;
use crate::support::{Backend, TestApp};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_step_is_answered_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial(CALLER).await;
    for keys in ["r", "2", "r", "1", "r", "2", "r", "11111111#", "r", "1", "r", "1", "r"] {
        phone.press(keys).await;
        if keys == "r" {
            assert_eq!(phone.call.replay_was_same, Some(true), "{}", phone.transcript());
        }
    }
    app.settle().await;
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payment_links"), 1);
    assert_eq!(app.control.sms().len(), 1);
    app.finish().await;
}

/// Repetitions that come while the first is still being worked on.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn at_the_same_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("1", "2", "3")] way: &'static str,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let app = Arc::new(app);
    let phone = app.dial_and_press(CALLER, &super::TO_WAY).await;
    let form = |step: i32, more: &[(&str, &str)]| {
        let mut form = vec![("CallSid", phone.call.sid.clone()), ("From", CALLER.to_owned())];
        form.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        (step, form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Vec<(String, String)>>())
    };
    // Start, language, biller, kind, contract, look-up, bill: the way is step 7.
    let last = if way != "3" {
        form(7, &[("Digits", way)])
    } else {
        super::requests::post(&app, 7, &form(7, &[("Digits", "3")]).1).await;
        let token = app.bank.token("4000000000000010").await;
        form(8, &[("Result", "success"), ("PaymentToken", &token), ("PaymentCardNumber", "xxxxxxxxxxxx0010")])
    };
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (app, (step, form)) = (Arc::clone(&app), last.clone());
            tokio::spawn(async move { super::requests::post(&app, step, &form).await })
        })
        .collect();
    let mut answers = std::collections::BTreeSet::new();
    for tried in tries {
        let (status, body) = tried.await.unwrap();
        assert_eq!(status, 200, "{body}");
        answers.insert(body);
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let app = Arc::into_inner(app).unwrap();
    app.settle().await;
    for (of, table) in [("1", "payment_links"), ("2", "cash_references"), ("3", "payments")] {
        let rows = app.database.number(&format!("SELECT COUNT(*) FROM {table}"));
        assert_eq!(rows, i64::from(of == way), "{table}");
    }
    assert_eq!((app.control.orders().len(), app.control.sms().len()), (usize::from(way == "3"), 1));
    app.finish().await;
}
