//! Every page for staff, after a day on which something happened everywhere: on a phone, in Arabic, as whoever may open it.

use chrono::TimeDelta;
use serde_json::json;
use staff::Role;

use super::driver::{Browser, Device, with_browser};
use super::page::Tour;
use crate::holds;
use crate::masking::colleagues;
use crate::masking::planting::{self, Planted};
use crate::staff_pages::routes::{ROUTES, addresses};
use crate::support::{Colleague, Setup, TestApp};

/// Addresses of files, and of what scripts ask for.
const NO_PAGES: &[&str] = &[
    "/board/tiles",
    "/outlet/payments/{payment}/status",
    "/desk/calls/{call}/status",
    "/branding/{biller}/files/{file}",
    "/reports/runs/{run}/file",
    "/reports/{kind}/report.csv",
    "/reports/{kind}/report.xlsx",
    "/reports/{kind}/report.pdf",
    "/settlement/files/{file}",
    "/settlement/orders/{order}",
    "/reconciliation/statement.csv",
    "/reconciliation/statement.pdf",
    "/personal/{request}/certificate",
];
/// Pages of what is over by the end of such a day: tours of their own come past them.
const TOURED: &[&str] = &[
    "/sign-in",
    "/second-factor",
    "/outlet/bills/{inquiry}",
    "/outlet/quotes/{quote}",
    "/outlet/closure",
    "/desk/calls/{call}/find",
    "/desk/calls/{call}/bills/{inquiry}",
    "/branding/{biller}/preview/{page}",
    "/billers/{biller}/settings/{change}",
    "/reports/runs/{run}",
];

/// The first address of a route that shows a page to a member.
async fn page_of(who: &Colleague, names: &[(&'static str, Vec<String>)], route: &str) -> Option<String> {
    for address in addresses(names, route) {
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
    holds::wait_for_people(app).await;
    let held = app.payment(&holds::held(app).await).id;
    let mut planted = planting::everywhere(app).await;
    let payments = planted.names.iter_mut().filter(|(name, _)| *name == "{payment}");
    payments.for_each(|(_, numbers)| numbers.push(held.to_string()));
    let (mut everybody, Planted { names, tariq, amina }) = colleagues(app, planted).await;
    for (role, who) in [(Role::Teleoperator, tariq), (Role::Agent, amina)] {
        who.sign_in(app).await;
        everybody.push((role, who));
    }
    let routes = ROUTES.iter().filter(|(route, get, _)| get.is_some() && !NO_PAGES.contains(route));
    let mut left: Vec<&str> = routes.map(|(route, ..)| *route).collect();
    for (role, who) in &everybody {
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
        if role.needs_second_factor() {
            tour.come_in(who, "/staff").await;
        } else {
            tour.type_password(who, "/staff/sessions").await;
            tour.at("/staff/sessions").await;
        }
        for (route, address) in pages {
            tour.open(&format!("/staff{address}")).await;
            tour.inspect(&route.replace('/', "-")).await;
        }
    }
    left.retain(|route| !TOURED.contains(route));
    assert!(left.is_empty(), "shown to nobody: {left:?}");
    tour.assert_quiet(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_for_staff_keeps_to_the_rules() {
    with_browser(Device::Phone, Setup::default(), async |browser: &Browser, app: &TestApp| {
        every_page(&Tour::new(browser, app, "ar", "every")).await;
    })
    .await;
}
