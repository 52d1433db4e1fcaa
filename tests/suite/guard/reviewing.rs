//! Payments that wait for a person: released once, refused for good, or over.

use std::sync::Arc;

use chrono::TimeDelta;
use ledger::{CaseOutcome, GuardCaseState, PaymentState};
use payments::guard::{Action, Mode, Rule};
use rstest::rstest;

use super::{cap, entry, hits, hold, payments_made, somebody, start, stopped, with_case};
use crate::support::{Backend, OTHER_PHONE, PHONE};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_good_for_one_payment(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((app, quote, case)) = with_case(backend).await else { return };
    assert_eq!(payments_made(&app), 0);
    assert!(stopped(start(&app, &quote, PHONE).await).in_review, "nobody has decided");
    assert_eq!(app.hub.guard_cases(0, 10).await.unwrap().len(), 1, "a quote has one case");
    let decided = app.hub.decide_guard_case(case, true, "known".into(), somebody(1), entry()).await.unwrap();
    assert_eq!(decided, CaseOutcome::Done);
    let started = app.start_payment(&quote, PHONE, "a").await.unwrap();
    // The same request, and the payer who turned back, go on with the same payment.
    assert_eq!(app.start_payment(&quote, PHONE, "a").await.unwrap().payment, started.payment);
    assert_eq!(app.start_payment(&quote, PHONE, "b").await.unwrap().payment, started.payment);
    assert_eq!(payments_made(&app), 1);
    let view = app.hub.guard_case(case).await.unwrap().unwrap();
    assert_eq!((view.case.state, view.case.note.as_str()), (GuardCaseState::Used, "known"));
    // The card is declined: the release is used up, and the bill is free.
    app.bank.pay(&started, "4000000000000036").await;
    app.settle().await;
    assert_eq!(app.state(&started), PaymentState::Declined);
    assert!(stopped(start(&app, &quote, PHONE).await).in_review);
    assert_ne!(app.hub.guard_cases(0, 10).await.unwrap()[0].case.id, case, "another case");
    app.finish().await;
}

/// What a rule refuses by now, no release lets pass; the release is kept.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_release_does_not_pass_a_refusal(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((app, quote, case)) = with_case(backend).await else { return };
    app.hub.decide_guard_case(case, true, "known".into(), somebody(1), entry()).await.unwrap();
    let refuses = Rule { code: "refuses".into(), ..cap(Action::Refuse) };
    hold(&app, refuses.clone()).await;
    assert!(!stopped(start(&app, &quote, PHONE).await).in_review);
    assert_eq!(payments_made(&app), 0);
    hold(&app, Rule { mode: Mode::Off, ..refuses }).await;
    assert!(start(&app, &quote, PHONE).await.is_ok());
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_one_decides(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((app, quote, case)) = with_case(backend).await else { return };
    let tries = (0..6).map(|who| {
        let hub = Arc::clone(&app.hub);
        tokio::spawn(async move {
            hub.decide_guard_case(case, who % 2 == 0, format!("{who}"), somebody(who), entry()).await.unwrap()
        })
    });
    let mut outcomes = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        outcomes.push(one.await.unwrap());
    }
    let done = outcomes.iter().filter(|outcome| **outcome == CaseOutcome::Done).count();
    assert_eq!(done, 1, "{outcomes:?}");
    let view = app.hub.guard_case(case).await.unwrap().unwrap();
    let released = view.case.state == GuardCaseState::Released;
    assert!(released || view.case.state == GuardCaseState::Refused);
    assert_eq!(start(&app, &quote, PHONE).await.is_ok(), released);
    let audited = app.audit().iter().filter(|line| line.contains("test guard")).count();
    assert_eq!(audited, 3, "the rule's two, and the one decision");
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_ends_the_quote(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((app, quote, case)) = with_case(backend).await else { return };
    app.hub.decide_guard_case(case, false, "stolen".into(), somebody(1), entry()).await.unwrap();
    assert!(!stopped(start(&app, &quote, PHONE).await).in_review);
    assert!(!stopped(start(&app, &quote, OTHER_PHONE).await).in_review, "whoever comes with it");
    assert!(app.hub.guard_cases(0, 10).await.unwrap().is_empty());
    assert_eq!((payments_made(&app), hits(&app).await.len()), (0, 1));
    let late = app.hub.decide_guard_case(case, true, "oh".into(), somebody(2), entry()).await.unwrap();
    assert_eq!(late, CaseOutcome::NotOpen(GuardCaseState::Refused));
    app.finish().await;
}

/// What a person has refused stays so, though no rule has anything against it by now.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_outlives_the_rule(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((app, quote, case)) = with_case(backend).await else { return };
    let told = stopped(start(&app, &quote, PHONE).await);
    app.hub.decide_guard_case(case, false, "stolen".into(), somebody(1), entry()).await.unwrap();
    hold(&app, Rule { mode: Mode::Off, ..cap(Action::Review) }).await;
    app.pass(TimeDelta::minutes(5));
    let again = stopped(start(&app, &quote, PHONE).await);
    assert_eq!((again.in_review, again.reference), (false, told.reference));
    assert_eq!(payments_made(&app), 0);
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_nobody_decides_ends(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((app, _, case)) = with_case(backend).await else { return };
    app.pass(TimeDelta::hours(25));
    assert!(app.hub.guard_cases(0, 10).await.unwrap().is_empty());
    let state = || async { app.hub.guard_case(case).await.unwrap().unwrap().case.state };
    assert_eq!(state().await, GuardCaseState::Expired);
    let late = app.hub.decide_guard_case(case, true, "oh".into(), somebody(1), entry()).await.unwrap();
    assert_eq!(late, CaseOutcome::NotOpen(GuardCaseState::Expired));
    app.hub.prune().await.unwrap();
    assert_eq!(app.database.number("SELECT state FROM guard_cases"), i64::from(GuardCaseState::Expired.code()));
    app.finish().await;
}

/// A case that was opened while a release was claimed is over when the release comes back.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_release_comes_back(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((app, quote, case)) = with_case(backend).await else { return };
    app.hub.decide_guard_case(case, true, "known".into(), somebody(1), entry()).await.unwrap();
    let now = app.now().naive_utc();
    let of = app.hub.guard_case(case).await.unwrap().unwrap().case;
    assert_eq!(app.ledger.write_now(move |op| op.claim_guard_release(of.quote, now)).unwrap(), Some(case));
    assert!(stopped(start(&app, &quote, PHONE).await).in_review);
    assert_eq!(app.hub.guard_cases(0, 10).await.unwrap().len(), 1);
    app.ledger.write_now(move |op| op.return_guard_release(case)).unwrap();
    assert!(app.hub.guard_cases(0, 10).await.unwrap().is_empty());
    assert!(start(&app, &quote, PHONE).await.is_ok());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_nobody_uses_ends() {
    let (app, _, case) = with_case(Backend::Sqlite).await.unwrap();
    app.hub.decide_guard_case(case, true, "known".into(), somebody(1), entry()).await.unwrap();
    app.pass(TimeDelta::hours(25));
    let view = app.hub.guard_case(case).await.unwrap().unwrap();
    assert_eq!(view.case.state, GuardCaseState::Expired);
    let unknown = app.hub.decide_guard_case(case + 1, true, "x".into(), somebody(1), entry()).await.unwrap();
    assert_eq!(unknown, CaseOutcome::Unknown);
    app.finish().await;
}
