//! Members of staff come in by their browser: the first time, and after.

use staff::Role;

use super::driver::Browser;
use super::page::Tour;
use crate::support::{PASSWORD, Setup, code_at, unbase32};

const NEW_PASSWORD: &str = "dix oiseaux verts";

const SEND: &str = "main form button[type=submit]";

async fn type_name(browser: &Browser, password: &str) {
    browser.fill("#login", "adil").await;
    browser.fill("#password", password).await;
    browser.click(SEND).await;
}

/// From a one-time password to the home page: the secret that the page showed.
async fn first_time(tour: &Tour<'_>) -> Vec<u8> {
    let Tour { browser, app, .. } = tour;
    tour.open("/staff/audit").await;
    tour.at("/staff/sign-in?next=/staff/audit").await;
    tour.inspect("sign-in").await;
    type_name(browser, "not the password").await;
    browser.find("#faults").await;
    tour.inspect("sign-in-faults").await;
    type_name(browser, PASSWORD).await;
    tour.at("/staff/password").await;
    tour.inspect("forced-password").await;
    for (selector, text) in [("#present", PASSWORD), ("#new", "adil adil adil"), ("#again", "adil adil adil")] {
        browser.fill(selector, text).await;
    }
    browser.click(SEND).await;
    browser.find("#faults").await;
    tour.inspect("password-faults").await;
    for (selector, text) in [("#present", PASSWORD), ("#new", NEW_PASSWORD), ("#again", NEW_PASSWORD)] {
        browser.fill(selector, text).await;
    }
    browser.click(SEND).await;
    tour.at("/staff/enrol").await;
    browser.click(".staff-more summary").await;
    tour.inspect("enrol").await;
    let secret = unbase32(&browser.text(".staff-secret").await);
    assert_eq!(secret.len(), 20);
    browser.fill("#code", "000000").await;
    browser.click(SEND).await;
    browser.find("#faults").await;
    tour.inspect("enrol-faults").await;
    browser.fill("#code", &code_at(&secret, app.now())).await;
    browser.click(SEND).await;
    browser.find(".staff-codes").await;
    tour.inspect("codes-made").await;
    browser.click(".actions .button").await;
    tour.at("/staff/audit").await;
    secret
}

async fn come_in(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let secret = first_time(tour).await;
    tour.inspect("audit").await;
    tour.open("/staff").await;
    tour.inspect("home").await;
    browser.click(".tile a[href$=recovery-codes]").await;
    tour.at("/staff/recovery-codes").await;
    tour.inspect("codes").await;
    browser.click(".staff-out").await;
    tour.at("/staff/sign-in").await;
    tour.open("/staff/sessions").await;
    app.pass(chrono::TimeDelta::seconds(60));
    type_name(browser, NEW_PASSWORD).await;
    tour.at("/staff/second-factor").await;
    browser.click(".staff-more summary").await;
    tour.inspect("second-factor").await;
    browser.fill("#recovery", "0000-0000-0000").await;
    browser.click(".staff-more button").await;
    browser.find("#faults").await;
    tour.inspect("second-factor-faults").await;
    // As people type who write Arabic, with a blank between.
    let code = code_at(&secret, app.now());
    let code = format!("{} {}", &code[..3], &code[3..]);
    browser.fill("#code", &code).await;
    browser.click(SEND).await;
    tour.at("/staff/sessions").await;
    let other = app.at_browser("fr", "adil", secret);
    app.pass(chrono::TimeDelta::seconds(30));
    other.type_password(NEW_PASSWORD).await;
    other.type_code(app).await;
    browser.driver.refresh().await.unwrap();
    tour.at("/staff/sessions").await;
    tour.inspect("sessions").await;
    browser.click(".staff-list form button").await;
    browser.until("one session left", async || (!browser.has(".staff-list form").await).then_some(())).await;
    assert!(other.get("").await.path.ends_with("/sign-in"), "the other browser is out");
    browser.click(".brand").await;
    browser.click(".tile a[href$=password]").await;
    tour.at("/staff/password").await;
    tour.inspect("password").await;
    app.set_role("adil", Role::Teleoperator);
    tour.open("/staff/audit").await;
    browser.find(".seal").await;
    tour.inspect("forbidden").await;
    tour.assert_quiet(&[403, 422]).await;
}

async fn a_newcomer(tour: &Tour<'_>) {
    tour.app.newcomer("fr", "adil", Role::Administrator);
    come_in(tour).await;
}

tours!(everywhere staff_come_in ("staff", a_newcomer, Setup::default()));
