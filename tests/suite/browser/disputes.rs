//! A complaint, from the payer's page over the back office to the answer that the payer reads.

use ledger::DisputeState;
use staff::Role;

use super::driver::Browser;
use super::page::Tour;
use crate::disputes::{paid, state};
use crate::support::Setup;

const SEND: &str = "main form button[type=submit]";

/// Chooses from a list as a reader does, whatever their browser's list looks like.
async fn choose(browser: &Browser, select: &str, value: &str) {
    let set = "document.querySelector(arguments[0]).value = arguments[1]";
    browser.ask(set, vec![select.into(), value.into()]).await;
}

async fn a_complaint(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let (payment, reference) = paid(app).await;
    tour.open(&format!("/payments/{reference}")).await;
    browser.click(".receipt-help a").await;
    tour.at(&format!("/payments/{reference}/dispute")).await;
    tour.inspect("ask").await;
    browser.click(SEND).await;
    browser.find("#faults").await;
    tour.inspect("ask-fault").await;
    choose(browser, "#kind", "paid-twice").await;
    browser.fill("#told", "J’ai payé deux fois le même jour").await;
    browser.click(SEND).await;
    tour.at(&format!("/payments/{reference}/disputes/")).await;
    tour.inspect("mine").await;
    let id = app.ledger.read(|reader| reader.disputes_of(payment)).unwrap()[0].id;
    app.settle().await;

    let omar = app.colleague("fr", "omar", Role::Operations);
    tour.come_in(&omar, "/staff/disputes").await;
    tour.inspect("list").await;
    browser.click("tbody th a").await;
    tour.at(&format!("/staff/disputes/{id}")).await;
    browser.fill("#question", "À quelles heures ?").await;
    browser.click("button[name=whom][value=payer]").await;
    browser.find(".timeline .step-wait").await;
    tour.at(&format!("/staff/disputes/{id}")).await;
    tour.inspect("dispute").await;
    browser.click("section[aria-labelledby=outcome-title] button").await;
    browser.find("#faults").await;
    tour.inspect("dispute-fault").await;
    browser.fill("#answer", "Le second paiement vous est rendu").await;
    browser.click("section[aria-labelledby=outcome-title] button").await;
    browser.find("table.effect").await;
    tour.inspect("confirm").await;
    browser.click(SEND).await;
    tour.at(&format!("/staff/disputes/{id}")).await;
    tour.inspect("proposed").await;
    assert_eq!(state(app, id), DisputeState::Proposed);
    tour.open(&format!("/staff/payments/{payment}/dispute")).await;
    tour.inspect("open").await;

    let refund = app.ledger.read(|reader| reader.dispute(id)).unwrap().unwrap().refund.unwrap();
    let second = ledger::Actor { id: 1_000_001, name: "Salma Bennis".to_owned() };
    let word = |word: &str| word.to_owned();
    let entry =
        ledger::AuditEntry { actor: word("salma"), action: word("test"), subject: word("x"), detail: String::new() };
    app.hub.decide_refund(refund, true, String::new(), second, entry).await.unwrap();
    app.settle().await;
    assert_eq!(state(app, id), DisputeState::Upheld);
    tour.open(&format!("/payments/{reference}")).await;
    browser.find(".dispute-list a").await;
    tour.inspect("receipt").await;
    browser.click(".dispute-list a").await;
    tour.at(&format!("/payments/{reference}/disputes/{id}")).await;
    tour.inspect("answered").await;
    tour.assert_quiet(&[422]).await;
}

tours!(everywhere a_complaint_is_made_and_answered ("disputes", a_complaint, Setup::default()));
