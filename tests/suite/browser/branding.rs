//! A branding from its form to its publication, looked at in three languages; then as payers see it.

use rstest::rstest;
use staff::Role;

use super::driver::{Browser, Device, with_browser};
use super::page::Tour;
use crate::branding::{DRAWING, GOOD, save};
use crate::support::{Setup, TestApp};

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

#[rstest]
#[case::arabic("ar", Device::Desktop)]
#[case::arabic_phone("ar", Device::Phone)]
#[case::french("fr", Device::Desktop)]
#[case::french_phone("fr", Device::Phone)]
#[case::english_without_scripts("en", Device::NoScript)]
#[tokio::test(flavor = "multi_thread")]
async fn a_branding_is_published(#[case] language: &str, #[case] device: Device) {
    with_browser(device, Setup::default(), async |browser: &Browser, app: &TestApp| {
        published(&Tour::new(browser, app, language, "branding")).await;
    })
    .await;
}

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

#[rstest]
#[case::arabic_phone("ar", Device::Phone)]
#[case::french("fr", Device::Desktop)]
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_is_suspended(#[case] language: &str, #[case] device: Device) {
    with_browser(device, Setup::default(), async |browser: &Browser, app: &TestApp| {
        suspended(&Tour::new(browser, app, language, "billers")).await;
    })
    .await;
}
