//! A bill is paid in the browser.

use rstest::rstest;
use serde_json::json;
use thirtyfour::Key;

use super::driver::{Browser, Device, with_browser};
use super::page::Tour;
use crate::support::{Setup, TestApp};

/// A first page of this size is there in three seconds on a slow connection.
const FIRST_PAGE_BYTES_MAX: u64 = 60_000;

/// Pays contract 12345678 of biller 1001, looking at every page on the way.
async fn pay(tour: &Tour<'_>, search: &str, biller: &str) {
    let Tour { browser, app, .. } = tour;
    tour.search(search, biller).await;
    tour.at("/billers/1001").await;
    tour.inspect("biller").await;
    browser.click(".choice").await;
    tour.at("/billers/1001/01").await;
    tour.inspect("identify").await;
    tour.identify("12345678").await;
    tour.at("/bills/").await;
    tour.inspect("bills").await;
    let before = browser.text("[data-total]").await;
    browser.click("label.article:not(:has(:disabled)) input").await;
    if browser.device != Device::NoScript {
        assert_ne!(browser.text("[data-total]").await, before);
    }
    browser.click("form[method=post] button[type=submit]").await;
    tour.at("/quotes/").await;
    tour.inspect("summary").await;
    let total = browser.text(".amounts-total .money").await;
    tour.leave_for_gateway().await;
    tour.inspect("gateway").await;
    tour.type_card("4000000000000028").await;
    browser.find("#code").await;
    tour.inspect("gateway-code").await;
    tour.type_code().await;
    tour.come_back().await;
    // Nobody works the outbox off yet: the payment stays where it is.
    browser.find("[data-standing=confirming]").await;
    tour.inspect("confirming").await;
    let worker = app.work();
    browser.find(".receipt").await;
    tour.inspect("receipt").await;
    assert_eq!(browser.text(".receipt-total").await, total);
    let receipt = browser.path().await;
    let pdf = browser.find(".receipt-actions a").await.attr("href").await.unwrap().unwrap();
    assert_eq!(pdf, format!("{receipt}/receipt.pdf"));
    assert!(app.payer("fr").get(&pdf).await.body.starts_with("%PDF"));
    let reference = browser.text(".facts .code:not(.mask)").await;
    assert!(!reference.is_empty());
    find_again(tour, &receipt).await;
    tour.assert_quiet(&[404, 422]).await;
    worker.stop().await;
}

/// Finds a payment by what its receipt says, typed as people type.
async fn find_again(tour: &Tour<'_>, receipt: &str) {
    let browser = tour.browser;
    tour.open("/find").await;
    tour.inspect("find").await;
    browser.click("form[method=post] button[type=submit]").await;
    browser.find("#faults").await;
    tour.inspect("find-faults").await;
    let reference = receipt.rsplit('/').next().unwrap();
    browser.fill("#reference", &format!(" {} ", reference.to_lowercase().replace('-', " "))).await;
    browser.fill("#phone", "0712345678").await;
    browser.click("form[method=post] button[type=submit]").await;
    browser.until("another person's phone", async || browser.has(".fault-box").await.then_some(())).await;
    browser.fill("#phone", "+212612345678").await;
    browser.click("form[method=post] button[type=submit]").await;
    browser.find(".receipt").await;
    assert_eq!(browser.path().await, receipt);
}

#[rstest]
#[case::arabic("ar", "كهرباء", "كهرباء وماء الدار البيضاء", Device::Desktop)]
#[case::arabic_phone("ar", "كهرباء", "كهرباء وماء الدار البيضاء", Device::Phone)]
#[case::arabic_without_scripts("ar", "كهرباء", "كهرباء وماء الدار البيضاء", Device::NoScript)]
#[case::french("fr", "électricité casa", "Électricité et Eau de Casablanca", Device::Desktop)]
#[case::french_phone("fr", "électricité casa", "Électricité et Eau de Casablanca", Device::Phone)]
#[case::english("en", "ELECTRICITY", "Casablanca Electricity and Water", Device::Desktop)]
#[case::english_phone("en", "ELECTRICITY", "Casablanca Electricity and Water", Device::Phone)]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_paid(#[case] language: &str, #[case] search: &str, #[case] biller: &str, #[case] device: Device) {
    with_browser(device, Setup::default(), async |browser: &Browser, app: &TestApp| {
        pay(&Tour::new(browser, app, language, "pay"), search, biller).await;
        assert_eq!((app.control.bookings(1001).len(), app.control.sms().len()), (1, 1));
    })
    .await;
}

#[rstest]
#[case::arabic_phone("ar", Device::Phone)]
#[case::french("fr", Device::Desktop)]
#[case::english_without_scripts("en", Device::NoScript)]
#[tokio::test(flavor = "multi_thread")]
async fn a_code_for_cash(#[case] language: &str, #[case] device: Device) {
    with_browser(device, Setup::default(), async |browser: &Browser, app: &TestApp| {
        let tour = Tour::new(browser, app, language, "cash");
        tour.open("/billers/1001/01").await;
        tour.identify("12345678").await;
        tour.at("/bills/").await;
        browser.click("form[method=post] button[type=submit]").await;
        tour.at("/quotes/").await;
        browser.fill("#phone", "12").await;
        browser.click(".or-cash button").await;
        browser.find("#faults").await;
        tour.inspect("faults").await;
        browser.fill("#phone", "0612345678").await;
        browser.click(".or-cash button").await;
        tour.at("/cash/").await;
        browser.find(".cash-digits").await;
        tour.inspect("code").await;
        tour.assert_quiet(&[422]).await;
    })
    .await;
}

/// Presses Tab until the focus is there. It is seen wherever it stops, and it never goes back up the page.
async fn tab_to(browser: &Browser, selector: &str) {
    let stop = "const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at); \
                return [at.matches(arguments[0]), Math.round(box.bottom + scrollY), style.outlineStyle !== 'none', at.outerHTML]";
    let mut deepest = 0;
    for _ in 0..20 {
        browser.press(Key::Tab).await;
        let at = browser.ask(stop, vec![selector.into()]).await;
        assert_eq!(at[2], true, "the focus is not seen: {}", at[3]);
        let depth = at[1].as_i64().unwrap();
        assert!(depth >= deepest, "the focus goes back up: {}", at[3]);
        deepest = depth - 40;
        if at[0] == true {
            return;
        }
    }
    panic!("Tab does not lead to {selector}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mouse() {
    with_browser(Device::Desktop, Setup::default(), async |browser: &Browser, app: &TestApp| {
        let tour = Tour::new(browser, app, "fr", "keys");
        let worker = app.work();
        tour.open("/billers/1001/01").await;
        browser.press(Key::Tab).await;
        assert_eq!(browser.ask("return document.activeElement.className", vec![]).await, "skip");
        browser.press(Key::Enter).await;
        tab_to(browser, "#f-contract").await;
        browser.press("12345678").await;
        browser.press(Key::Enter).await;
        tour.at("/bills/").await;
        tab_to(browser, "#a-1").await;
        browser.press(Key::Space).await;
        assert!(!browser.find("#a-1").await.is_selected().await.unwrap());
        tab_to(browser, ".button").await;
        browser.press(Key::Enter).await;
        tour.at("/quotes/").await;
        tab_to(browser, "#phone").await;
        browser.press("0612345678").await;
        tab_to(browser, "#terms").await;
        browser.press(Key::Space).await;
        tab_to(browser, ".button").await;
        browser.press(Key::Enter).await;
        tour.at_gateway().await;
        tab_to(browser, "#pan").await;
        browser.press("4000000000000010").await;
        tab_to(browser, "#expiry").await;
        browser.press("12/30").await;
        tab_to(browser, "#cvv").await;
        browser.press("123").await;
        browser.press(Key::Enter).await;
        browser.find(".receipt").await;
        tab_to(browser, ".receipt-actions .button").await;
        tour.assert_quiet(&[]).await;
        worker.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_is_light_and_speaks_every_language() {
    with_browser(Device::Phone, Setup::default(), async |browser: &Browser, app: &TestApp| {
        for language in ["ar", "fr", "en"] {
            let tour = Tour::new(browser, app, language, "first");
            browser.devtools("Network.clearBrowserCache", json!({})).await;
            tour.open("/").await;
            browser.driver.execute_async("document.fonts.ready.then(() => arguments[0]())", vec![]).await.unwrap();
            let parts = tour.network("Network.loadingFinished").await;
            let bytes: u64 = parts.iter().map(|part| part["encodedDataLength"].as_u64().unwrap()).sum();
            assert!(parts.len() > 2 && bytes < FIRST_PAGE_BYTES_MAX, "{bytes} bytes in {} files", parts.len());
        }
        let tour = Tour::new(browser, app, "ar", "first");
        tour.open("/billers/1001/01").await;
        for language in ["fr", "en", "ar"] {
            browser.click(&format!(".languages a[lang={language}]")).await;
            Tour::new(browser, app, language, "first").at("/billers/1001/01").await;
        }
        tour.assert_quiet(&[]).await;
    })
    .await;
}
