//! What operations do with a biller's settings and see of a payment; a biller's own space.

use staff::Role;

use super::page::Tour;
use crate::billers::settings::{file, propose};
use crate::finance::{open_windows, settle};
use crate::register::all;
use crate::support::{PASSWORD, Setup, TestApp};

/// Reports of a row and more are written behind the scenes.
fn setup() -> Setup {
    Setup { report_rows: 0, ..Setup::default() }
}

/// A payment of biller 1001, its window settled.
async fn paid(app: &TestApp) {
    open_windows(app);
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "01", "12345678").await;
    payer.pay_by_card(&redirect, "4000000000000010").await;
    app.settle().await;
    app.hub.write_exchanges().await.unwrap();
    settle(app);
}

async fn changed(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    paid(app).await;
    let omar = app.colleague("fr", "omar", Role::Operations);
    omar.sign_in(app).await;
    let lines = [("cut_off = 18:00:00", "cut_off = 17:00:00"), ("percent = \"0.5\", flat", "percent = \"0.75\", flat")];
    let text = file(app, &lines);
    let olga = app.colleague("fr", "olga", Role::Operations);
    tour.come_in(&olga, "/staff/billers/1001/settings").await;
    tour.inspect("settings").await;
    browser.fill("#text", "code = 1").await;
    browser.fill("#why", "avenant").await;
    browser.click(".biller-file button[type=submit]").await;
    browser.find("#text-fault").await;
    tour.inspect("settings-faults").await;
    let change = propose(&omar, &text).await;
    let path = format!("/staff{}", change.path.split("/staff").nth(1).unwrap());
    tour.open(&path).await;
    tour.inspect("change").await;
    browser.fill("#word", "vu au contrat").await;
    browser.click("button[value=apply]").await;
    browser.find(".badge-good").await;
    tour.inspect("change-applied").await;
    tour.open(&format!("/staff/payments/{}", all(app).remove(0).id)).await;
    browser.click("section[aria-labelledby=exchanges] summary").await;
    tour.inspect("exchanges").await;
    tour.open(&format!("/staff/reports/transactions/report.csv?{}", crate::reports::lately(app))).await;
    browser.find(".report-run").await;
    tour.inspect("run").await;
    tour.open("/staff/reports/runs").await;
    tour.inspect("runs").await;
    tour.open("/staff/guard/lists/import").await;
    tour.inspect("import").await;
    tour.assert_quiet(&[422]).await;
}

tours!(twice settings_are_changed ("settings", changed, setup()));

async fn at_home(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    paid(app).await;
    let bilal = app.colleague("fr", "bilal", Role::BillerUser);
    tour.open("/staff/biller").await;
    browser.fill("#login", &bilal.login).await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main form button[type=submit]").await;
    tour.at("/staff/biller").await;
    tour.inspect("home").await;
    tour.assert_quiet(&[]).await;
}

tours!(twice a_billers_people_are_at_home ("portal", at_home, setup()));
