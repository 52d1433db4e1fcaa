//! What every page must keep to, and the way through the pages.

use std::cell::RefCell;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::driver::{Browser, Device};
use crate::support::{Colleague, PASSWORD, TestApp, code_at, skip};

/// Where axe-core is (see `scripts/fetch-axe`).
const AXE: &str = "FATOURA_TEST_AXE";

/// Its script, where there is one.
fn axe() -> Option<&'static str> {
    static SCRIPT: OnceLock<Option<String>> = OnceLock::new();
    let read = || Some(std::fs::read_to_string(std::env::var_os(AXE)?).expect("axe-core's script can be read"));
    SCRIPT.get_or_init(read).as_deref()
}

/// What sends the form of a page.
const SEND: &str = "main form button[type=submit]";
/// The widths of the smallest phones that pages must fit.
const NARROW: [u64; 2] = [320, 360];

/// Whether pages can be checked by axe-core; says so where not.
pub fn has_axe() -> bool {
    if axe().is_none() {
        skip(AXE);
    }
    axe().is_some()
}

/// Where the pages of the hub and of the gateway come from, and what may be asked for.
pub struct Tour<'a> {
    pub browser: &'a Browser,
    pub app: &'a TestApp,
    pub language: &'a str,
    name: String,
    /// What the pages looked at do wrong.
    complaints: RefCell<Vec<String>>,
}

impl<'a> Tour<'a> {
    pub fn new(browser: &'a Browser, app: &'a TestApp, language: &'a str, name: &str) -> Self {
        Self { browser, app, language, name: name.to_owned(), complaints: RefCell::default() }
    }

    fn gateway(&self) -> String {
        self.app.sandbox.base_url()
    }

    /// Opens a page of the hub in the tour's language.
    pub async fn open(&self, path: &str) {
        self.browser.open(&format!("{}/{}{path}", self.app.url, self.language)).await;
    }

    /// Waits until the page is one of the hub's whose path below the language starts so, and is there in whole.
    pub async fn at(&self, path: &str) {
        let wanted = format!("{}/{}{path}", self.app.url, self.language);
        self.arrive(&wanted).await;
    }

    /// A member opens a page of theirs, signs in with a second factor, and is there.
    pub async fn come_in(&self, who: &Colleague, path: &str) {
        self.type_password(who, path).await;
        self.at("/staff/second-factor").await;
        self.browser.fill("#code", &code_at(&who.secret, self.app.now())).await;
        self.browser.click(SEND).await;
        self.at(path).await;
    }

    /// A member opens a page of theirs, and types login and password on the way.
    pub async fn type_password(&self, who: &Colleague, path: &str) {
        self.open(path).await;
        self.browser.fill("#login", &who.login).await;
        self.browser.fill("#password", PASSWORD).await;
        self.browser.click(SEND).await;
    }

    /// Waits until the page is one of the gateway's.
    pub async fn at_gateway(&self) {
        self.arrive(&format!("{}/fim/", self.gateway())).await;
    }

    async fn arrive(&self, start: &str) {
        let browser = self.browser;
        browser
            .until(start, async || {
                let url = browser.driver.current_url().await.ok()?;
                let ready = browser.driver.execute("return document.readyState", vec![]).await.ok()?;
                (url.as_str().starts_with(start) && ready.json() == "complete").then_some(())
            })
            .await;
    }

    /// Holds the page against the rules, at the device's width and, on a phone, at those of smaller ones.
    pub async fn inspect(&self, name: &str) {
        let browser = self.browser;
        let ours = browser.driver.current_url().await.unwrap().as_str().starts_with(&self.app.url);
        browser.picture(&format!("{}-{name}-{}", self.name, self.language)).await;
        if browser.device == Device::Phone {
            for width in NARROW {
                let size = json!({ "width": width, "height": 740, "deviceScaleFactor": 2, "mobile": true });
                browser.devtools("Emulation.setDeviceMetricsOverride", size).await;
                self.audit(name, width, ours).await;
            }
        } else {
            let width = browser.ask("return document.documentElement.clientWidth", vec![]).await;
            self.audit(name, width.as_u64().unwrap(), ours).await;
        }
        self.direction(name, ours).await;
        self.check_access(name, ours).await;
    }

    /// What axe-core finds that keeps people out. The gateway's pages are not ours to mend.
    async fn check_access(&self, name: &str, ours: bool) {
        // It waits by timers, which do not run where scripts are off: the same pages are checked where they are on.
        if !ours || self.browser.device == Device::NoScript {
            return;
        }
        let Some(axe) = axe() else { return skip(AXE) };
        let run = format!("{axe};\n{}", include_str!("access.js"));
        let found = self.browser.driver.execute_async(run, vec![]).await.unwrap().json().clone();
        for violation in found.as_array().unwrap() {
            self.complain(name, &format!("axe: {}", violation.as_str().unwrap()));
        }
    }

    async fn audit(&self, name: &str, width: u64, ours: bool) {
        let complaints = self.browser.ask(include_str!("audit.js"), vec![width.into(), ours.into()]).await;
        for complaint in complaints.as_array().unwrap().iter().filter_map(Value::as_str) {
            self.complain(name, &format!("at {width} px: {complaint}"));
        }
    }

    fn complain(&self, name: &str, what: &str) {
        self.complaints.borrow_mut().push(format!("{name} in {}: {what}", self.language));
    }

    /// In Arabic everything stands the other way round.
    async fn direction(&self, name: &str, ours: bool) {
        let lang = self.browser.ask("return document.documentElement.lang", vec![]).await;
        if lang != self.language {
            self.complain(name, &format!("lang is {lang}"));
        }
        if !ours {
            return;
        }
        let places = "const middle = (selector) => { const element = document.querySelector(selector); if (!element) return null; \
                      const box = element.getBoundingClientRect(); return Math.round((box.left + box.right) / 2); }; \
                      return [['.brand', '.languages'], ['.logo', '.biller-name'], ['.step:first-child', '.step:last-child'], \
                      ['.amounts dt', '.amounts dd'], ['.article input:not([type=hidden])', '.article .money'], \
                      ['.facts dt', '.facts dd'], ['.card .logo', '.card .chevron']] \
                      .map(([first, last]) => [first, middle(first), middle(last)])";
        for pair in self.browser.ask(places, vec![]).await.as_array().unwrap() {
            let (Some(first), Some(last)) = (pair[1].as_i64(), pair[2].as_i64()) else { continue };
            if (first > last) != (self.language == "ar") {
                self.complain(name, &format!("{} at {first}, what follows it at {last}", pair[0]));
            }
        }
    }

    /// What was wrong with the pages looked at.
    pub fn complaints(&self) -> String {
        self.complaints.take().join("\n")
    }

    /// The pages looked at kept to the rules.
    pub fn assert_kept(&self) {
        let mut complaints = self.complaints.take();
        complaints.dedup();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }

    /// The pages kept to the rules; nothing was complained about in the console; nobody but the hub and the gateway was asked for anything. An
    /// answer that is not a success is told in the console too: those that the test expects are named by status.
    pub async fn assert_quiet(&self, expected: &[u16]) {
        self.assert_kept();
        let browser = self.browser;
        for entry in browser.driver.browser_log().await.unwrap() {
            let known = expected.iter().any(|status| entry.message.contains(&format!("with a status of {status} ")));
            assert!(known, "console: {} {}", entry.level, entry.message);
        }
        let (hub, gateway) = (format!("{}/", self.app.url), format!("{}/", self.gateway()));
        for event in self.network("Network.requestWillBeSent").await {
            let url = event["request"]["url"].as_str().unwrap();
            // The browser's own pictures in fields for days and times.
            let is_own = url.starts_with("data:image/svg+xml;");
            assert!(is_own || url.starts_with(&hub) || url.starts_with(&gateway), "asked for {url}");
        }
    }

    /// What the network log holds since it was read last.
    pub async fn network(&self, method: &str) -> Vec<Value> {
        let log = self.browser.driver.get_log("performance").await.unwrap();
        let events = log.iter().map(|entry| serde_json::from_str::<Value>(&entry.message).unwrap()["message"].take());
        events.filter(|event| event["method"] == method).map(|mut event| event["params"].take()).collect()
    }

    /// From the home page to the form of a biller, by searching for it.
    pub async fn search(&self, words: &str, name: &str) {
        self.open("/").await;
        self.inspect("home").await;
        self.browser.fill("#q", words).await;
        self.browser.click(".search button").await;
        self.at("/?q=").await;
        self.inspect("found").await;
        assert_eq!(self.browser.text(".card h3").await, name);
        self.browser.click(".card-link").await;
    }

    /// Looks a contract up.
    pub async fn identify(&self, contract: &str) {
        self.browser.fill("#f-contract", contract).await;
        self.browser.click("form[method=post] button[type=submit]").await;
    }

    /// Fills in the summary.
    pub async fn fill_in_payer(&self) {
        self.at("/quotes/").await;
        self.browser.fill("#phone", "06 12 34 56 78").await;
        self.browser.fill("#email", "payer@example.ma").await;
        self.browser.click(".tick input").await;
    }

    /// Fills in the summary and goes to the gateway.
    pub async fn leave_for_gateway(&self) {
        self.fill_in_payer().await;
        self.browser.click("form[method=post] button[type=submit]").await;
        if self.browser.device == Device::NoScript {
            self.browser.find("form[data-autosubmit]").await;
            self.inspect("redirect").await;
            self.browser.click("form[data-autosubmit] button").await;
        }
        self.at_gateway().await;
    }

    /// Types a card at the gateway.
    pub async fn type_card(&self, number: &str) {
        self.browser.fill("#pan", number).await;
        self.browser.fill("#expiry", "12/30").await;
        self.browser.fill("#cvv", "123").await;
        self.browser.click("#pay").await;
    }

    /// Types the code that the bank sent.
    pub async fn type_code(&self) {
        self.browser.fill("#code", "123456").await;
        self.browser.click("#confirm").await;
    }

    /// Leaves the gateway's last page, which goes on by itself where scripts run.
    pub async fn come_back(&self) {
        if self.browser.device == Device::NoScript {
            self.inspect("gateway-result").await;
            self.browser.click("#return button").await;
        }
        self.at("/payments/").await;
    }
}
