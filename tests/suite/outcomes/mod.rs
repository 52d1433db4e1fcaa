//! Outcomes that nobody ever said: decided by two people at the pages, done once, and never against a late answer.

mod pages;
mod resolving;

use chrono::TimeDelta;
use ledger::{OutcomeProposal, OutcomeState, PaymentState};
use payments::api::CardRedirect;
use sandbox::FaultKind;

use crate::support::{Bill, Colleague, Page, TestApp};

/// 168.00.
const BILL: Bill = (1001, "01", "11111111");
const APPROVED: &str = "4000000000000010";

/// A payment that was taken and whose biller has said nothing for longer than people have to wait.
pub async fn unanswered(app: &TestApp, fault: FaultKind) -> CardRedirect {
    app.fault("biller:1001 confirm", fault, 0);
    app.fault("biller:1001 status", FaultKind::Down, 0);
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    assert_eq!(app.state(&redirect), PaymentState::Taken);
    app.pass(TimeDelta::hours(25));
    redirect
}

fn proposals(app: &TestApp, about: i64) -> Vec<OutcomeProposal> {
    app.ledger.read(|reader| reader.outcome_proposals(about)).unwrap()
}

fn states(app: &TestApp, about: i64) -> Vec<OutcomeState> {
    proposals(app, about).iter().map(|proposal| proposal.state).collect()
}

/// What the form of a confirmation holds.
pub fn says<'a>(verdict: &'a str, number: &'a str, evidence: &'a str) -> [(&'static str, &'a str); 4] {
    [("subject", "confirmation"), ("verdict", verdict), ("number", number), ("evidence", evidence)]
}

/// Looks at what a word does, and proposes it.
pub async fn propose(who: &Colleague, path: &str, typed: &[(&str, &str)]) -> Page {
    let look = who.post(path, typed).await;
    assert_eq!(look.status, 200, "{}", look.text());
    let fields = look.fields_to("/resolve").unwrap_or_else(|| panic!("no form: {}", look.text()));
    who.browser.post(&look.path, &fields).await
}

/// The second person's word on the proposal that waits.
pub async fn decide(app: &TestApp, who: &Colleague, path: &str, about: i64, decision: &str) -> Page {
    let id = proposals(app, about)[0].id.to_string();
    who.post(&format!("{path}/decide"), &[("proposal", &id), ("decision", decision), ("note", "vu")]).await
}
