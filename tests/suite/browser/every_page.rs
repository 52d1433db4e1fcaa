//! Every page for staff, after a day on which something happened everywhere: on a phone, in Arabic, as whoever may open it.

use chrono::TimeDelta;
use serde_json::json;
use staff::Role;

use super::driver::{Browser, Device, with_browser};
use super::page::Tour;
use crate::masking::colleagues;
use crate::masking::planting::{self, Planted};
use crate::staff_pages::routes::ROUTES;
use crate::support::{Colleague, Setup, TestApp};

/// Addresses that answer with something else than a page, or with a page to nobody who is signed in.
const NO_PAGES: &[&str] = &[];

/// The first address of a route that shows a page to a member.
async fn page_of(who: &Colleague, names: &[(&'static str, Vec<String>)], route: &str) -> Option<String> {
    for address in planting::addresses(names, route) {
        let (status, headers, _) = who.browser.fetch(&who.path(&address)).await;
        let is_page = headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if status == 200 && is_page {
            return Some(address);
        }
    }
    None
}

async fn every_page(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let planted = planting::everywhere(app).await;
    let (mut everybody, Planted { names, tariq, amina }) = colleagues(app, planted).await;
    for (role, who) in [(Role::Teleoperator, tariq), (Role::Agent, amina)] {
        who.sign_in(app).await;
        everybody.push((role, who));
    }
    let mut left: Vec<&str> = ROUTES.iter().filter(|(_, get, _)| get.is_some()).map(|(route, ..)| *route).collect();
    for (_, who) in &everybody {
        let (mut pages, mut others) = (Vec::new(), Vec::new());
        for route in left {
            match page_of(who, &names, route).await {
                Some(address) => pages.push((route, address)),
                None => others.push(route),
            }
        }
        left = others;
        if pages.is_empty() {
            continue;
        }
        // A code is good once.
        app.pass(TimeDelta::seconds(30));
        browser.devtools("Network.clearBrowserCookies", json!({})).await;
        tour.come_in(who, "/staff").await;
        for (route, address) in pages {
            tour.open(&format!("/staff{address}")).await;
            tour.inspect(&route.replace('/', "-")).await;
        }
    }
    assert_eq!(left, NO_PAGES);
    tour.assert_quiet(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_for_staff_keeps_to_the_rules() {
    with_browser(Device::Phone, Setup::default(), async |browser: &Browser, app: &TestApp| {
        every_page(&Tour::new(browser, app, "ar", "every")).await;
    })
    .await;
}
