//! Payments that were stopped, seen by operations: the queue, a case that is released, rules and lists.

use ledger::{GuardCaseState, GuardList};
use payments::guard::{Action, Listed, Mode, Rule};
use staff::Role;

use super::page::Tour;
use crate::guard::{BILLS, cap, hold, list, start, stopped, velocity};
use crate::support::{OTHER_PHONE, PHONE, Setup, TestApp};

/// Two payments of a phone, and a third that waits; one that a simulation would have refused; one of a blocked phone.
async fn prepare(app: &TestApp) {
    hold(app, velocity(2, Action::Review)).await;
    hold(app, Rule { mode: Mode::Simulate, ..cap(Action::Refuse) }).await;
    for bill in &BILLS[..2] {
        let quote = app.quote(*bill).await;
        start(app, &quote, PHONE).await.unwrap();
    }
    let quote = app.quote(BILLS[2]).await;
    assert!(stopped(start(app, &quote, PHONE).await).in_review);
    list(app, GuardList::Block, Listed::Phone(OTHER_PHONE.to_owned())).await;
    let other = app.quote(BILLS[2]).await;
    stopped(start(app, &other, OTHER_PHONE).await);
}

async fn a_review(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let omar = app.colleague("fr", "omar", Role::Operations);
    tour.come_in(&omar, "/staff/guard").await;
    tour.inspect("none").await;
    prepare(app).await;
    tour.open("/staff/guard").await;
    tour.inspect("queue").await;
    let case = app.hub.guard_cases(0, 1).await.unwrap().remove(0).case.id;
    browser.click(&format!("a[href$='/guard/cases/{case}']")).await;
    tour.at("/staff/guard/cases/").await;
    tour.inspect("case").await;
    browser.click("button[value=release]").await;
    browser.find("#faults").await;
    tour.inspect("case-fault").await;
    browser.fill("#note", "client connu").await;
    browser.click("button[value=release]").await;
    browser.find(".badge-good").await;
    tour.at(&format!("/staff/guard/cases/{case}")).await;
    tour.inspect("released").await;
    let state = app.hub.guard_case(case).await.unwrap().unwrap().case.state;
    assert_eq!(state, GuardCaseState::Released);
    tour.open("/staff/guard/hits").await;
    tour.inspect("hits").await;
    tour.open("/staff/guard/lists").await;
    tour.inspect("lists").await;
    tour.open("/staff/guard/rules").await;
    browser.fill("#code", "night").await;
    browser.click("section[aria-labelledby=propose] button").await;
    browser.find("#faults").await;
    tour.inspect("rule-fault").await;
    browser.fill("#minutes", "60").await;
    browser.fill("#count", "20").await;
    browser.click("section[aria-labelledby=propose] button").await;
    browser.find("button[value=refuse]").await;
    tour.inspect("rules").await;
    tour.assert_quiet(&[422]).await;
}

tours!(everywhere a_review_of_stopped_payments ("guard", a_review, Setup::default()));
