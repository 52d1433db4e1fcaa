//! Payments looked for, and the story of one that goes back in part.

use ledger::{PaymentState, RefundReason};
use payments::refunds::RefundWish;
use staff::Role;

use super::page::Tour;
use crate::register::one_in;
use crate::support::{Setup, TestApp, money};

/// Payments in several states; of the last confirmed one a part is to go back, and another part went back.
async fn prepare(app: &TestApp) -> i64 {
    let till = app.counter("10001", "1", "100.00").await;
    app.sell(till, "EL-1", "10.00").await;
    app.pay((1001, "02", "12345678"), "4000000000000002").await;
    let payer = app.payer("fr");
    for (kind, contract) in [("01", "12345678"), ("02", "11111111")] {
        let redirect = payer.up_to_gateway(1001, kind, contract).await;
        payer.pay_by_card(&redirect, "4000000000000010").await;
    }
    app.settle().await;
    let payment = one_in(app, PaymentState::Confirmed).id;
    for (principal, decided) in [("40.00", true), ("12.50", false)] {
        propose(app, payment, principal, decided).await;
    }
    app.settle().await;
    payment
}

async fn propose(app: &TestApp, payment: i64, principal: &str, decided: bool) {
    let person = |id: i64, name: &str| ledger::Actor { id: 1_000_000 + id, name: name.to_owned() };
    let entry = |action: &str, id: i64| ledger::AuditEntry {
        actor: "test".to_owned(),
        action: action.to_owned(),
        subject: format!("refund {id}"),
        detail: String::new(),
    };
    let wish = RefundWish {
        payment,
        principal: money(principal),
        fee: money("0.00"),
        reason: RefundReason::PaidTwice,
        note: "vu avec le client".to_owned(),
        key: principal.to_owned(),
    };
    let proposer = person(1, "Nadia El Fassi");
    let effect = app.hub.refund_effect(wish.clone(), proposer.clone()).await.unwrap();
    let asked = move |id| entry("refund-requested", id);
    let id = app.hub.propose_refund(wish, effect, proposer, asked).await.unwrap();
    if decided {
        let approver = person(2, "Karim Alaoui");
        app.hub.decide_refund(id, true, String::new(), approver, entry("refund-approved", id)).await.unwrap();
    }
}

async fn a_search(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let olga = app.colleague("fr", "olga", Role::Operations);
    tour.come_in(&olga, "/staff/payments").await;
    tour.inspect("none-yet").await;
    let payment = prepare(app).await;
    tour.open("/staff/payments").await;
    browser.find("tbody th a").await;
    tour.inspect("newest").await;
    browser.click("details.staff-more summary").await;
    browser.find("details[open] #outlet").await;
    tour.inspect("criteria").await;
    browser.fill("#phone", "12").await;
    browser.fill("#least", "2").await;
    browser.fill("#most", "1").await;
    browser.click(".register-search button[type=submit]").await;
    browser.find("#faults").await;
    tour.inspect("faults").await;
    tour.open("/staff/payments?state=returned").await;
    tour.inspect("none-so").await;
    browser.click(".register-keep summary").await;
    browser.fill("#name", "Remboursés de 2026").await;
    browser.click(".register-keep button").await;
    browser.find("#saved").await;
    tour.inspect("kept").await;
    tour.open(&format!("/staff/payments?reference=F{payment}")).await;
    browser.click("tbody th a").await;
    tour.at(&format!("/staff/payments/{payment}")).await;
    tour.inspect("story").await;
    browser.fill("#note", "le client a rappelé").await;
    browser.click("section[aria-labelledby=notes] button").await;
    browser.find(".desk-notes li").await;
    tour.at(&format!("/staff/payments/{payment}")).await;
    browser.click("details.staff-more summary").await;
    browser.fill("#reason", "x").await;
    browser.click("details.staff-more button").await;
    browser.find("#faults").await;
    tour.inspect("story-fault").await;
    browser.fill("#reason", "le client conteste").await;
    browser.click("details.staff-more button").await;
    browser.find(".note-wait").await;
    tour.inspect("unmasked").await;
    tour.assert_quiet(&[422]).await;
}

tours!(everywhere a_search_for_a_payment ("register", a_search, Setup::default()));
