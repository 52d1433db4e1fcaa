//! A branding from its form to its publication, looked at in three languages; then as payers see it.

use staff::Role;

use super::page::Tour;
use crate::branding::{DRAWING, GOOD, save};
use crate::support::Setup;

async fn published(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let bilal = app.colleague("fr", "bilal", Role::BillerUser);
    bilal.sign_in(app).await;
    save(&bilal, 1001, &GOOD, ("logo.svg", DRAWING.as_bytes())).await;
    let olga = app.colleague("fr", "olga", Role::Operations);
    tour.come_in(&olga, "/staff/branding").await;
    tour.inspect("billers").await;
    browser.click("a[href$='/staff/branding/1001']").await;
    tour.at("/staff/branding/1001").await;
    tour.inspect("draft").await;
    browser.fill("#accent", "#ffcc00").await;
    browser.click(".brand-form form button[type=submit]").await;
    browser.find("#accent-fault").await;
    tour.inspect("fault").await;
    for page in ["payment", "receipt", "mail"] {
        tour.open(&format!("/staff/branding/1001/preview/{page}")).await;
        if page == "mail" {
            browser.picture(&format!("branding-{}-mail", tour.language)).await;
        } else {
            tour.inspect(page).await;
        }
    }
    tour.open("/staff/branding/1001").await;
    browser.click("form[action$='/publish'] button").await;
    browser.find(".note-good").await;
    tour.inspect("published").await;
    tour.open("/billers/1001/01").await;
    tour.inspect("payer").await;
    tour.assert_quiet(&[422]).await;
}

tours!(everywhere a_branding_is_published ("branding", published, Setup::default()));

async fn suspended(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let omar = app.colleague("fr", "omar", Role::Operations);
    tour.come_in(&omar, "/staff/billers").await;
    tour.inspect("list").await;
    browser.click("a[href$='/staff/billers/1001']").await;
    tour.at("/staff/billers/1001").await;
    tour.inspect("open").await;
    browser.fill("#reason", "panne annoncée").await;
    browser.click("section[aria-labelledby=suspend] button").await;
    browser.find("#held").await;
    tour.at("/staff/billers/1001").await;
    tour.inspect("suspended").await;
    tour.assert_quiet(&[]).await;
}

tours!(twice a_biller_is_suspended ("billers", suspended, Setup::default()));
