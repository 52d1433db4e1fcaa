//! Refunds: proposed and decided at the pages, given back through the gateway exactly once, whatever becomes of its answers.

mod cash;
mod gateway;
mod pages;
mod reported;

use ledger::{Actor, Refund, RefundReason, RefundState};
use payments::refunds::RefundWish;

use crate::support::{Bill, Colleague, Page, TestApp, money};

/// 168.00.
const BILL: Bill = (1001, "01", "11111111");
const APPROVED: &str = "4000000000000010";

fn person(id: i64) -> Actor {
    Actor { id: 1_000_000 + id, name: format!("person {id}") }
}

/// A refund of a payment's principal, decided by a second person; its number.
pub async fn refund(app: &TestApp, payment: i64, principal: &str, key: &str) -> i64 {
    refund_parts(app, payment, (principal, "0.00"), key).await
}

/// A refund of principal and fee, decided by a second person; its number.
pub async fn refund_parts(app: &TestApp, payment: i64, (principal, fee): (&str, &str), key: &str) -> i64 {
    let wish = RefundWish {
        payment,
        principal: money(principal),
        fee: money(fee),
        reason: RefundReason::PaidTwice,
        note: String::new(),
        key: key.to_owned(),
    };
    let effect = app.hub.refund_effect(wish.clone(), person(1)).await.unwrap();
    let entry = |action: &str, id: i64| ledger::AuditEntry {
        actor: "test".to_owned(),
        action: action.to_owned(),
        subject: format!("refund {id}"),
        detail: String::new(),
    };
    let asked = move |id| entry("refund-requested", id);
    let id = app.hub.propose_refund(wish, effect, person(1), asked).await.unwrap();
    app.hub.decide_refund(id, true, String::new(), person(2), entry("refund-approved", id)).await.unwrap();
    id
}

fn stored(app: &TestApp, id: i64) -> Refund {
    app.ledger.read(|reader| reader.refund(id)).unwrap().unwrap()
}

fn state(app: &TestApp, id: i64) -> RefundState {
    stored(app, id).state
}

/// Sends the hidden fields of a page's form, as its button does.
async fn send(who: &Colleague, page: &Page, action: &str) -> Page {
    let fields = page.fields_to(action).unwrap_or_else(|| panic!("no form to {action}: {}", page.text()));
    who.browser.post(&page.path, &fields).await
}

fn last_refund(app: &TestApp, payment: i64) -> i64 {
    app.ledger.read(|reader| reader.refunds_of(payment)).unwrap().last().unwrap().id
}

/// What the form of a refund without a fee holds.
fn typed<'a>(principal: &'a str, key: &'a str) -> [(&'static str, &'a str); 5] {
    [("principal", principal), ("fee", ""), ("reason", "paid-twice"), ("note", ""), ("key", key)]
}
