//! What goes wrong, as the payer sees it, on a phone.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use rstest::rstest;
use sandbox::{FaultKind, FaultRule};
use thirtyfour::By;

use super::driver::{Browser, Device, with_browser};
use super::page::{Tour, has_axe};
use crate::support::{Setup, TestApp};

const SEND: &str = "form[method=post] button[type=submit]";

/// The faults of a form are said at its head, where the focus goes; each leads to its field.
async fn faults_lead_to(browser: &Browser, fields: &[&str]) {
    browser.find("#faults").await;
    assert_eq!(browser.ask("return document.activeElement.id", vec![]).await, "faults");
    for field in fields {
        browser.click(&format!("#faults a[href='#{field}']")).await;
        assert_eq!(browser.ask("return document.activeElement.id", vec![]).await, *field);
    }
}

/// Forms with faults, and a contract that nothing is to be paid for.
async fn look_up_in_vain(tour: &Tour<'_>) {
    let browser = tour.browser;
    tour.open("/billers/1302/01").await;
    browser.click(SEND).await;
    faults_lead_to(browser, &["f-contract", "f-level"]).await;
    tour.inspect("identify-faults").await;
    tour.open("/billers/1001/01").await;
    tour.identify("99999999").await;
    faults_lead_to(browser, &["f-contract"]).await;
    assert_eq!(
        browser.driver.find(By::Id("f-contract")).await.unwrap().prop("value").await.unwrap().unwrap(),
        "99999999"
    );
    tour.inspect("unknown-contract").await;
    tour.identify("22222222").await;
    browser.find(".notice-good").await;
    tour.inspect("nothing-due").await;
    tour.app.control.set_fault(FaultRule::new("biller:1001", FaultKind::Down).on("find").times(4)).unwrap();
    tour.open("/billers/1001/01").await;
    tour.identify("12345678").await;
    browser.find(".notice-wait").await;
    tour.inspect("unavailable").await;
    tour.app.control.clear_faults();
}

/// Amounts that the payer types.
async fn type_amounts(tour: &Tour<'_>) {
    let browser = tour.browser;
    tour.open("/billers/1101/02").await;
    tour.identify("0612345678").await;
    tour.at("/bills/").await;
    tour.inspect("amount").await;
    browser.fill("#amount", "15").await;
    browser.click(SEND).await;
    faults_lead_to(browser, &["amount"]).await;
    tour.inspect("amount-faults").await;
    tour.open("/billers/1301/01").await;
    tour.identify("ET2026001").await;
    tour.at("/bills/").await;
    tour.inspect("bills-amount").await;
    browser.fill("#amount", "1 000,50").await;
    browser.click(SEND).await;
    tour.at("/quotes/").await;
    browser.click(SEND).await;
    faults_lead_to(browser, &["phone", "terms"]).await;
    tour.inspect("summary-faults").await;
}

/// Somebody else pays the same bill at the same time.
async fn be_second(tour: &Tour<'_>) {
    let browser = tour.browser;
    tour.open("/billers/1401/01").await;
    tour.identify("LOG-501").await;
    tour.at("/bills/").await;
    browser.click(SEND).await;
    tour.at("/quotes/").await;
    tour.app.payer("fr").up_to_gateway(1401, "01", "LOG-501").await;
    tour.fill_in_payer().await;
    browser.click(SEND).await;
    browser.find(".notice-wait").await;
    tour.inspect("being-paid").await;
    tour.open("/billers/1401/01").await;
    tour.identify("LOG-501").await;
    browser.find(".note-wait").await;
    tour.inspect("bills-busy").await;
}

/// The biller refuses what was paid, and the bank is hard to reach. The pages of the bills and of the payment.
async fn pay_in_vain(tour: &Tour<'_>) -> (String, String) {
    let Tour { browser, app, .. } = tour;
    app.control.set_fault(FaultRule::new("biller:1002", FaultKind::Refuse).on("confirm")).unwrap();
    app.control.set_fault(FaultRule::new("gateway", FaultKind::Down).on("api")).unwrap();
    tour.open("/billers/1002/01").await;
    tour.identify("1002002").await;
    tour.at("/bills/").await;
    let bills = browser.path().await;
    browser.click(SEND).await;
    tour.leave_for_gateway().await;
    tour.type_card("4000000000000010").await;
    tour.come_back().await;
    app.settle().await;
    browser.find(".notice-wait").await;
    tour.inspect("returning").await;
    (bills, browser.path().await)
}

/// Hours later the money is back, and an old page is too old.
async fn get_money_back(tour: &Tour<'_>, (bills, payment): (String, String)) {
    let Tour { browser, app, .. } = tour;
    app.control.clear_faults();
    app.pass(TimeDelta::hours(2));
    app.settle().await;
    browser.open(&format!("{}{payment}", app.url)).await;
    browser.find(".notice-good").await;
    tour.inspect("returned").await;
    browser.open(&format!("{}{bills}", app.url)).await;
    browser.find(".notice-wait").await;
    tour.inspect("expired").await;
}

/// Wrong addresses, too many questions.
async fn wander(tour: &Tour<'_>) {
    let browser = tour.browser;
    for (name, path) in [("not-found", "/nowhere"), ("empty", "/?q=xyz"), ("terms", "/terms")] {
        tour.open(path).await;
        tour.inspect(name).await;
    }
    for _ in 0..30 {
        tour.open("/billers/1001/01").await;
        tour.identify("22222222").await;
        if browser.find(".sheet-centre").await.class_name().await.unwrap().unwrap().contains("notice-wait") {
            return tour.inspect("too-many").await;
        }
    }
    panic!("as many questions as one likes");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_notice(#[values("ar", "fr", "en")] language: &str) {
    let mut setup = Setup::default();
    setup.limits.lookup_burst = NonZeroU32::new(12).unwrap();
    setup.limits.lookups_per_minute = NonZeroU32::MIN;
    with_browser(Device::Phone, setup, async |browser: &Browser, app: &TestApp| {
        let tour = Tour::new(browser, app, language, "notice");
        look_up_in_vain(&tour).await;
        type_amounts(&tour).await;
        be_second(&tour).await;
        let pages = pay_in_vain(&tour).await;
        wander(&tour).await;
        get_money_back(&tour, pages).await;
        tour.assert_quiet(&[404, 409, 410, 422, 429, 503]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_is_tried_again() {
    with_browser(Device::Phone, Setup::default(), async |browser: &Browser, app: &TestApp| {
        let tour = Tour::new(browser, app, "fr", "declined");
        let worker = app.work();
        tour.open("/billers/1202/01").await;
        tour.identify("AM100001").await;
        tour.at("/bills/").await;
        browser.click(SEND).await;
        tour.leave_for_gateway().await;
        tour.type_card("4000000000000036").await;
        tour.come_back().await;
        browser.find(".notice-bad").await;
        tour.inspect("declined").await;
        browser.click(".actions .button").await;
        tour.leave_for_gateway().await;
        // The payer turns back at the gateway, and then pays after all.
        browser.click("#cancel").await;
        tour.come_back().await;
        tour.inspect("cancelled").await;
        let again = browser.find(".actions .button, .after a").await;
        again.click().await.unwrap();
        tour.leave_for_gateway().await;
        tour.type_card("4000000000000010").await;
        tour.come_back().await;
        browser.find(".receipt").await;
        tour.assert_quiet(&[]).await;
        worker.stop().await;
    })
    .await;
}

/// Both checkers see a page that keeps people out: without this they could be silent for another reason.
#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_people_out_is_seen() {
    if !has_axe() {
        return;
    }
    with_browser(Device::Desktop, Setup::default(), async |browser, app| {
        let tour = Tour::new(browser, app, "en", "broken");
        tour.open("/").await;
        let broken = "document.querySelector('main').insertAdjacentHTML('beforeend', \
                      '<button></button><p lang=\"xx-klingon-nonsense\" role=\"checkbox\">words</p>')";
        browser.ask(broken, vec![]).await;
        tour.inspect("home").await;
        let said = tour.complaints();
        for rule in ["axe: button-name", "axe: aria-required-attr", "no name"] {
            assert!(said.contains(rule), "{rule} is not in: {said}");
        }
    })
    .await;
}
