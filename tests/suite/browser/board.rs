//! The live board, idle and busy.

use chrono::TimeDelta;
use sandbox::FaultKind;
use staff::Role;

use super::page::Tour;
use crate::support::{Setup, TestApp};

/// Payments on two channels, one of them refused and one unknown; a float that is low, and what people are called for.
async fn prepare(app: &TestApp) {
    let till = app.counter("10001", "1", "100.00").await;
    for contract in ["EL-1", "EL-2", "EL-3", "EL-4"] {
        app.sell(till, contract, "10.00").await;
        app.pass(TimeDelta::minutes(3));
    }
    app.pay((1001, "02", "11111111"), "4000000000000036").await;
    app.settle().await;
    app.fault("biller:1001 confirm", FaultKind::Down, 0);
    app.pay((1001, "01", "12345678"), "4000000000000010").await;
    app.settle().await;
    let now = app.now();
    app.ledger
        .write_now(move |op| {
            op.open_incident(ledger::IncidentKind::LateCash, None, "a test", now.naive_utc())?;
            op.ensure_job("sweeps", now.naive_utc())?;
            op.set_job_alarm("sweeps", Some("it is late"), now)?;
            Ok(())
        })
        .unwrap();
    app.pass(TimeDelta::seconds(10));
}

async fn a_look(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let omar = app.colleague("fr", "omar", Role::Operations);
    tour.come_in(&omar, "/staff/board").await;
    tour.inspect("idle").await;
    prepare(app).await;
    tour.open("/staff/board").await;
    browser.find("a[href*='/staff/payments/']").await;
    tour.inspect("busy").await;
    browser.click("#board-minutes summary").await;
    browser.find("#board-minutes[open] tbody th").await;
    tour.inspect("figures").await;
    browser.click("a[href$='pause=1']").await;
    tour.at("/staff/board?pause=1").await;
    tour.inspect("paused").await;
    app.control.clear_faults();
    app.pass(TimeDelta::seconds(31));
    app.settle().await;
    tour.assert_quiet(&[]).await;
}

tours!(everywhere a_look_at_the_board ("board", a_look, Setup { breaker_failures: 1, ..Setup::default() }));
