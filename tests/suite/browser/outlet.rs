//! An agent at the outlet screen, with a keyboard.

use staff::Role;
use thirtyfour::Key;

use super::driver::{Browser, Device};
use super::page::Tour;
use crate::outlet::{OUTLET, member, open_networks, top_up};
use crate::support::{Setup, money};

/// Presses keys one by one, where the focus is; how many that were.
async fn keys(browser: &Browser, text: &str) -> usize {
    for key in text.chars() {
        browser.press(key.to_string()).await;
    }
    text.chars().count()
}

/// Waits until the page has put the focus where one goes on.
async fn focus(browser: &Browser, selector: &str) {
    let focused = "return performance.now() - performance.getEntriesByType('navigation')[0].domInteractive > 400 && document.readyState === 'complete' && !!document.activeElement?.matches(arguments[0])";
    browser
        .until(selector, async || {
            let answer = browser.driver.execute(focused, vec![selector.into()]).await.ok()?;
            (answer.json() == &serde_json::Value::Bool(true)).then_some(())
        })
        .await;
}

async fn enter(browser: &Browser) -> usize {
    browser.press(Key::Enter).await;
    1
}

async fn a_day(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let agent = member(app, "fr", "amina", Role::Agent);
    open_networks(app).await;
    top_up(app, OUTLET, money("1000.00")).await;
    app.control.add_article(1302, "01", "EL-1001", "A1", 16_800).unwrap();
    let worker = app.work();
    tour.come_in(&agent, "/staff/outlet").await;
    tour.inspect("open").await;
    focus(browser, "#opening").await;
    browser.fill("#opening", "500").await;
    focus(browser, "#opening").await;
    enter(browser).await;
    browser.find("#q").await;
    tour.inspect("counter").await;
    focus(browser, "#q").await;
    keys(browser, "100102").await;
    enter(browser).await;
    tour.at("/staff/outlet/billers/1001/02").await;
    tour.inspect("identify").await;
    focus(browser, "#f-contract").await;
    keys(browser, "11111111").await;
    // From here on every key counts.
    let mut pressed = enter(browser).await;
    tour.at("/staff/outlet/bills/").await;
    tour.inspect("bills").await;
    focus(browser, ".button-wide").await;
    pressed += enter(browser).await;
    tour.at("/staff/outlet/quotes/").await;
    tour.inspect("tender").await;
    focus(browser, "#tendered").await;
    pressed += keys(browser, "200").await;
    pressed += enter(browser).await;
    browser.find(".change-due").await;
    tour.inspect("change").await;
    focus(browser, ".button-wide").await;
    pressed += enter(browser).await;
    tour.at("/staff/outlet/payments/").await;
    browser.find(".result-confirmed").await;
    tour.inspect("confirmed").await;
    assert!(pressed < 10, "{pressed} keys");
    focus(browser, ".print-form button").await;
    enter(browser).await;
    browser.find(".paper").await;
    tour.inspect("receipt").await;
    browser.click(".paper-tools a").await;
    tour.at("/staff/outlet/payments/").await;
    app.fault("biller:1302 confirm", sandbox::FaultKind::Pending, 0);
    tour.open("/staff/outlet/billers/1302/01").await;
    browser.fill("#f-contract", "EL-1001").await;
    browser.find("#f-level").await.send_keys("p").await.unwrap();
    browser.ask("document.querySelector('#f-level').value = 'primary'", vec![]).await;
    browser.click(".work form button[type=submit]").await;
    tour.at("/staff/outlet/bills/").await;
    browser.click(".work form button[type=submit]").await;
    tour.at("/staff/outlet/quotes/").await;
    browser.click(".work form button[type=submit]").await;
    browser.find(".change-due").await;
    browser.click(".work form button[type=submit]").await;
    browser.find(".result-pending").await;
    tour.inspect("pending").await;
    if browser.device == Device::Desktop {
        // The page follows by itself.
        app.control.clear_faults();
        app.pass(chrono::TimeDelta::minutes(2));
        browser.find(".result-confirmed").await;
    }
    for (name, path) in [
        ("payments", "/staff/outlet/payments"),
        ("movements", "/staff/outlet/movements"),
        ("give-back", "/staff/outlet/give-back"),
        ("shifts", "/staff/outlet/shifts"),
        ("float", "/staff/floats/10001"),
        ("floats", "/staff/floats"),
        ("late-cash", "/staff/late-cash"),
    ] {
        tour.open(path).await;
        tour.inspect(name).await;
    }
    tour.open("/staff/outlet/closure").await;
    browser.fill("[name='n.20000']", "3").await;
    browser.click(".closure button").await;
    browser.find(".signature").await;
    tour.inspect("closure").await;
    worker.stop().await;
    app.control.clear_faults();
    app.pass(chrono::TimeDelta::minutes(10));
    tour.assert_quiet(&[]).await;
}

tours!(with_scripts an_agents_day ("outlet", a_day, Setup::default()));
