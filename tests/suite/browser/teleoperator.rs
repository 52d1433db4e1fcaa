//! A teleoperator serves a caller in the browser, and sees the link turn paid on the page that stands open.

use staff::Role;

use super::driver::{Browser, Device, with_browser};
use super::page::Tour;
use crate::support::{PASSWORD, Setup, TestApp};

async fn sign_in(tour: &Tour<'_>) {
    tour.open("/staff/desk").await;
    tour.at("/staff/sign-in?next=/staff/desk").await;
    tour.browser.fill("#login", "tariq").await;
    tour.browser.fill("#password", PASSWORD).await;
    tour.browser.click("main form button[type=submit]").await;
    tour.at("/staff/desk").await;
}

/// Takes the caller who waits and sends a link for the bill that they heard.
async fn serve(tour: &Tour<'_>) {
    let browser = tour.browser;
    tour.inspect("desk").await;
    browser.click("form[action*=handovers] button").await;
    tour.at("/staff/desk/calls/").await;
    tour.inspect("call").await;
    browser.fill("#note", "Paie avec la carte de son mari").await;
    browser.click("form[action$=notes] button").await;
    browser.find(".desk-notes li").await;
    browser.click(".desk-handover .button").await;
    browser.find(".articles").await;
    tour.inspect("bills").await;
    browser.click("form[action*='/bills/'] button[type=submit]").await;
    browser.find("form[action$='/link']").await;
    tour.inspect("offer").await;
    browser.click("form[action$='/link'] button[type=submit]").await;
    browser.find("[data-state=sent]").await;
    tour.inspect("sent").await;
}

/// Pays in a second tab by the link of the last SMS, as the caller does at their phone.
async fn pay_in_another_tab(tour: &Tour<'_>, desk: &thirtyfour::WindowHandle) {
    let Tour { browser, app, .. } = tour;
    app.settle().await;
    let link = app.control.sms().pop().unwrap().body;
    let link = link.split_once(&app.url).unwrap().1.trim().to_owned();
    let tab = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(tab).await.unwrap();
    browser.open(&format!("{}{link}", app.url)).await;
    browser.click(".tick input").await;
    browser.click("main form button[type=submit]").await;
    if browser.device == Device::NoScript {
        browser.click("form[data-autosubmit] button").await;
    }
    tour.at_gateway().await;
    let caller = browser.driver.window().await.unwrap();
    browser.driver.switch_to_window(desk.clone()).await.unwrap();
    if browser.device == Device::NoScript {
        browser.click(".desk-section > .fine a").await;
    }
    browser.find("[data-state=opened]").await;
    tour.inspect("opened").await;
    browser.driver.switch_to_window(caller).await.unwrap();
    tour.type_card("4000000000000010").await;
    if browser.device == Device::NoScript {
        browser.click("#return button").await;
    }
    // In the caller's language, not in the operator's.
    let back = async || browser.path().await.starts_with("/fr/payments/").then_some(());
    browser.until("the payment", back).await;
    app.settle().await;
    browser.driver.switch_to_window(desk.clone()).await.unwrap();
}

async fn serve_a_caller(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    app.dial_and_press("+212612345678", &["2", "1", "2", "11111111#", "0"]).await;
    sign_in(tour).await;
    serve(tour).await;
    let desk = browser.driver.window().await.unwrap();
    let scripts = browser.device != Device::NoScript;
    // What is being typed stays: the page is not asked for again.
    browser.fill("#note", "en cours de frappe").await;
    browser.ask("window.untouched = true", vec![]).await;
    pay_in_another_tab(tour, &desk).await;
    if scripts {
        browser.find("[data-state=paid]").await;
        assert_eq!(browser.ask("return window.untouched", vec![]).await, true);
        assert_eq!(browser.ask("return document.querySelector('#note').value", vec![]).await, "en cours de frappe");
        assert!(!browser.has("[data-revoke]:not([hidden])").await, "too late to take it back");
    } else {
        browser.click(".desk-section > .fine a").await;
        browser.find("[data-state=paid]").await;
    }
    tour.inspect("paid").await;
    browser.click("[data-payment]").await;
    tour.at("/staff/desk/payments/").await;
    browser.click(".staff-more summary").await;
    tour.inspect("payment").await;
    browser.driver.back().await.unwrap();
    tour.at("/staff/desk/calls/").await;
    browser.ask("document.querySelector('#outcome').value = 'paid'", vec![]).await;
    browser.click("form[action$='/close'] button").await;
    tour.at("/staff/desk").await;
    browser.fill("#q", "06 12 34 56 78").await;
    browser.click(".desk-search button").await;
    browser.find(".staff-table").await;
    tour.inspect("found").await;
    browser.fill("#q", "4000 0000 0000 0010").await;
    browser.click(".desk-search button").await;
    browser.find("#faults").await;
    tour.inspect("card-refused").await;
    tour.open("/staff/desk/day").await;
    browser.find(".desk-figures").await;
    tour.inspect("day").await;
    tour.assert_quiet(&[422]).await;
}

async fn a_call(tour: &Tour<'_>) {
    tour.app.colleague("fr", "tariq", Role::Teleoperator);
    serve_a_caller(tour).await;
}

tours!(everywhere a_caller_is_served ("teleoperator", a_call, Setup::default()));

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_looks_at_goes_from_the_screen() {
    with_browser(Device::Desktop, Setup::default(), async |browser: &Browser, app: &TestApp| {
        app.colleague("fr", "tariq", Role::Teleoperator);
        app.dial_and_press("+212612345678", &["2", "1", "2", "11111111#", "0"]).await;
        let tour = Tour::new(browser, app, "fr", "teleoperator-away");
        sign_in(&tour).await;
        serve(&tour).await;
        app.pass(chrono::TimeDelta::minutes(16));
        tour.at("/staff/sign-in?next=/staff/desk/calls/").await;
        tour.assert_quiet(&[]).await;
    })
    .await;
}
