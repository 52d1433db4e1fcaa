//! What somebody asks for about their own data, from the letter to the certificate, by two administrators.

use rstest::rstest;
use staff::Role;

use super::driver::{Browser, Device, with_browser};
use super::page::Tour;
use crate::personal::{BILL, KEPT_PHONE, OTHER_BILL, PHONE, paid};
use crate::support::{Setup, TestApp};

const SEND: &str = "main form button[type=submit]";

async fn choose(browser: &Browser, select: &str, value: &str) {
    let set = "document.querySelector(arguments[0]).value = arguments[1]";
    browser.ask(set, vec![select.into(), value.into()]).await;
}

/// Takes a request in by its form.
async fn take_in(tour: &Tour<'_>, kind: &str) {
    let browser = tour.browser;
    choose(browser, "#kind", kind).await;
    choose(browser, "#language", tour.language).await;
    browser.fill("#phone", PHONE).await;
    browser.fill("#reference", "courrier du 12 mai, dossier 7").await;
    browser.click("section[aria-labelledby=take-in] button").await;
    browser.find("#look").await;
    tour.at("/staff/personal/").await;
}

async fn a_request(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    paid(app, BILL, KEPT_PHONE).await;
    paid(app, OTHER_BILL, KEPT_PHONE).await;
    let adil = app.colleague("fr", "adil", Role::Administrator);
    let amal = app.colleague("fr", "amal", Role::Administrator);
    tour.come_in(&adil, "/staff/personal").await;
    tour.inspect("none").await;
    browser.click("section[aria-labelledby=take-in] button").await;
    browser.find("#faults").await;
    tour.inspect("fault").await;
    take_in(tour, "rectification").await;
    tour.inspect("request").await;
    browser.click(SEND).await;
    browser.find("#rectify").await;
    tour.inspect("rectify").await;
    browser.click("section[aria-labelledby=rectify] button").await;
    browser.find("#faults").await;
    tour.inspect("rectify-fault").await;

    tour.open("/staff/personal").await;
    take_in(tour, "erasure").await;
    browser.click(SEND).await;
    browser.find("#erase").await;
    tour.inspect("erase").await;
    browser.click("section[aria-labelledby=erase] button").await;
    browser.find("#own").await;
    tour.inspect("waits").await;
    tour.open("/staff/personal").await;
    tour.inspect("list").await;

    browser.driver.delete_all_cookies().await.unwrap();
    app.pass(chrono::TimeDelta::seconds(60));
    tour.come_in(&amal, "/staff/personal").await;
    browser.click("tbody tr:last-child th a").await;
    browser.find("#look").await;
    browser.click(SEND).await;
    browser.find("#note").await;
    tour.inspect("approve").await;
    browser.click("button[name=decision][value=approve]").await;
    browser.find("a[download]").await;
    tour.inspect("certificate").await;
    tour.open("/staff/personal?show=ended").await;
    tour.inspect("ended").await;
    tour.assert_quiet(&[422]).await;

    // What they are given, as their own browser shows it from their own disk.
    adil.sign_in(app).await;
    let open = app.ledger.read(|reader| reader.open_person_requests(1)).unwrap().remove(0).id;
    let given = adil.post(&format!("/personal/{open}/export"), &[("form", "html")]).await;
    let file = tempfile::Builder::new().suffix(".html").tempfile().unwrap();
    std::fs::write(file.path(), &given.body).unwrap();
    browser.open(&format!("file://{}", file.path().display())).await;
    browser.find("h1").await;
    tour.inspect("given").await;
    tour.assert_kept();
}

#[rstest]
#[case::arabic_phone("ar", Device::Phone)]
#[case::french("fr", Device::Desktop)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_about_ones_own_data(#[case] language: &str, #[case] device: Device) {
    with_browser(device, Setup::default(), async |browser: &Browser, app: &TestApp| {
        a_request(&Tour::new(browser, app, language, "personal")).await;
    })
    .await;
}
