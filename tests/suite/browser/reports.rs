//! Reports, and how they are handed out: keys and mails.

use chrono::TimeDelta;
use staff::Role;

use super::page::Tour;
use crate::support::{PASSWORD, Setup, code_at};

const SEND: &str = "main form button[type=submit]";

async fn a_look(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let omar = app.colleague("fr", "omar", Role::Operations);
    tour.open("/staff/reports").await;
    browser.fill("#login", &omar.login).await;
    browser.fill("#password", PASSWORD).await;
    browser.click(SEND).await;
    tour.at("/staff/second-factor").await;
    browser.fill("#code", &code_at(&omar.secret, app.now())).await;
    browser.click(SEND).await;
    tour.at("/staff/reports").await;
    tour.inspect("reports").await;
    app.pay((1001, "01", "12345678"), "4000000000000010").await;
    app.settle().await;
    app.pass(TimeDelta::seconds(10));
    tour.open("/staff/reports/transactions").await;
    tour.inspect("transactions").await;
    tour.open("/staff/reports/keys").await;
    tour.inspect("no-keys").await;
    browser.fill("#name", "SAP").await;
    browser.click("input[value=transactions]").await;
    browser.click(".hand-out button[type=submit]").await;
    browser.find(".key-word").await;
    tour.inspect("key-made").await;
    browser.click(".hand-out button[type=submit]").await;
    browser.find("#name-fault").await;
    tour.inspect("key-faults").await;
    tour.open("/staff/reports/schedules").await;
    tour.inspect("no-schedules").await;
    browser.fill("#recipients", "salma@hub.example.ma").await;
    browser.click(".hand-out button[type=submit]").await;
    browser.find(".staff-list form").await;
    tour.inspect("schedules").await;
    tour.assert_quiet(&[422]).await;
}

tours!(everywhere a_look_at_reports ("reports", a_look, Setup::default()));
