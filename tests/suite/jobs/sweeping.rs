//! Sweeps of the outbox beside whoever works it off, and the reminders of low floats.

use chrono::TimeDelta;
use ledger::{PaymentState as P, TaskKind};
use payments::dispatch::{Sweep, Swept};
use rstest::rstest;
use sandbox::FaultKind;

use crate::support::{Backend, Bill, TestApp};

const BILL: Bill = (1001, "01", "11111111");
const APPROVED: &str = "4000000000000010";

const fn swept(done: usize, again: usize, incidents: usize) -> Swept {
    Swept { done, again, incidents }
}

/// Each sweep takes its own tasks, and a moment ahead brings forward what is due by then, once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_sweep_takes_its_own(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("biller:1001 confirm", FaultKind::Down, 2);
    let redirect = app.pay(BILL, APPROVED).await;
    let now = app.now();
    let sweep = async |which, due_by| app.dispatcher.sweep(which, due_by).await.unwrap();
    assert_eq!(sweep(Sweep::Unknown, now).await, swept(0, 0, 0), "nobody has told the biller yet");
    assert_eq!(sweep(Sweep::Messages, now).await, swept(0, 0, 0));
    assert_eq!(sweep(Sweep::Confirmations, now).await, swept(0, 1, 0), "the biller is away");
    assert_eq!(sweep(Sweep::Confirmations, now + TimeDelta::days(1)).await, swept(0, 0, 0), "it was tried");
    assert_eq!(sweep(Sweep::Unknown, now).await, swept(0, 0, 0), "due in 30 s");
    // Due in 30 s, then in five minutes, which is before the moment named: tried once all the same.
    assert_eq!(sweep(Sweep::Unknown, now + TimeDelta::minutes(9)).await, swept(0, 1, 0));
    assert_eq!(app.state(&redirect), P::Taken);
    assert_eq!(sweep(Sweep::Unknown, now + TimeDelta::minutes(9)).await, swept(1, 0, 0));
    assert_eq!(app.state(&redirect), P::Confirmed);
    let messages = sweep(Sweep::Messages, app.now()).await;
    assert_eq!(messages, swept(2, 0, 0), "an SMS and a mail");
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (1, 1));
    assert_eq!(app.booking(1001).conflicts, 0);
    app.finish().await;
}

/// A callback never came: the gateway is asked.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_asked_for(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("gateway callback", FaultKind::DropBefore, 1);
    let redirect = app.pay(BILL, APPROVED).await;
    assert_eq!(app.state(&redirect), P::Awaiting);
    let swept = app.dispatcher.sweep(Sweep::Attempts, app.now() + TimeDelta::minutes(5)).await.unwrap();
    assert_eq!((swept.done, swept.incidents), (1, 0));
    assert!(matches!(app.state(&redirect), P::Taken | P::Held), "{}", app.state(&redirect));
    app.pass(TimeDelta::minutes(2));
    app.finish().await;
}

/// Two sweeps at once, from two processes, beside a dispatcher: every task is done once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn sweeps_side_by_side_do_nothing_twice(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(BILL, APPROVED).await;
    let (other, ledger) = app.other_hub();
    let now = app.now();
    let (one, two, all) = tokio::join!(
        app.dispatcher.sweep(Sweep::Confirmations, now),
        other.sweep(Sweep::Confirmations, now),
        app.dispatcher.step(),
    );
    assert!(one.unwrap().done + two.unwrap().done <= 1);
    all.unwrap();
    app.settle().await;
    assert_eq!((app.state(&redirect), app.booking(1001).attempts), (P::Confirmed, 1));
    ledger.close();
    app.finish().await;
}

/// Each morning until the float has risen, once however often it is asked for.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn networks_are_reminded(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let since = || (app.now() - TimeDelta::hours(20)).naive_utc();
    let (low, reminded) = app.hub.remind_low_floats(since()).await.unwrap();
    assert!(low > 0 && reminded == 0, "floats that nothing ever moved: {low}");
    app.fund("10001", "300.00").await;
    assert_eq!(app.hub.remind_low_floats(since()).await.unwrap(), (low, 1));
    assert_eq!(app.hub.remind_low_floats(since()).await.unwrap(), (low, 0));
    app.settle().await;
    let mails = app.control.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    app.pass(TimeDelta::hours(24));
    assert_eq!(app.hub.remind_low_floats(since()).await.unwrap(), (low, 1));
    app.fund("10001", "5000.00").await;
    app.pass(TimeDelta::hours(24));
    assert_eq!(app.hub.remind_low_floats(since()).await.unwrap(), (low - 1, 0));
    app.settle().await;
    let kind = TaskKind::MailLowFloat.code();
    assert_eq!(app.database.number(&format!("SELECT COUNT(*) FROM outbox WHERE kind = {kind}")), 2);
    app.finish().await;
}
