//! Disputes: opened by payers and staff, followed up, answered; what moves money by two people; each with its own eyes.

mod bad_input;
mod billers;
mod handling;
mod payers;
mod rights;

use ledger::{Dispute, DisputeAction, DisputeState};
use staff::{Role, Scope};

use crate::support::{Bill, Colleague, Page, TestApp, take_in};

/// 168.00.
pub const BILL: Bill = (1001, "01", "11111111");
pub const APPROVED: &str = "4000000000000010";
/// A key of a form.
pub const KEY: &str = "ab12";

/// A payment that is confirmed: its number and reference.
pub async fn paid(app: &TestApp) -> (i64, String) {
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let payment = app.payment(&redirect);
    (payment.id, payment.reference.to_string())
}

/// Opens a dispute as the payer does, on the payment's page; its number.
pub async fn complain(app: &TestApp, reference: &str, kind: &str, told: &str) -> i64 {
    let payer = app.payer("fr");
    let form = payer.get(&format!("/fr/payments/{reference}/dispute")).await;
    assert_eq!(form.status, 200, "{}", form.text());
    let page = payer.post(&form.path, &filled(&form, &[("kind", kind), ("told", told)])).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.reference().parse().unwrap()
}

/// A page's first form with these fields set.
pub fn filled(page: &Page, fields: &[(&str, &str)]) -> crate::support::Form {
    let mut all = page.fields();
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(crate::support::form(fields));
    all
}

pub fn stored(app: &TestApp, id: i64) -> Dispute {
    app.ledger.read(|reader| reader.dispute(id)).unwrap().unwrap()
}

pub fn state(app: &TestApp, id: i64) -> DisputeState {
    stored(app, id).state
}

/// What was done, in order.
pub fn done(app: &TestApp, id: i64) -> Vec<DisputeAction> {
    let events = app.ledger.read(|reader| reader.dispute_events(id)).unwrap();
    events.iter().map(|event| event.action).collect()
}

/// What an answer's form holds.
pub fn answer<'a>(outcome: &'a str, principal: &'a str) -> [(&'static str, &'a str); 5] {
    [("outcome", outcome), ("answer", "voilà"), ("principal", principal), ("fee", ""), ("key", KEY)]
}

/// Sends the hidden fields of a page's form, as its button does.
pub async fn send(who: &Colleague, page: &Page, action: &str) -> Page {
    let fields = page.fields_to(action).unwrap_or_else(|| panic!("no form to {action}: {}", page.text()));
    who.browser.post(&page.path, &fields).await
}

/// Somebody of a biller's own people, at work.
pub async fn of_biller(app: &TestApp, login: &str, biller: u16) -> Colleague {
    let scope = Scope { biller: Some(biller), ..Scope::default() };
    let secret = take_in(&app.ledger, login, Role::BillerUser, scope, app.now());
    let who = app.at_browser("fr", login, secret);
    who.sign_in(app).await;
    who
}
