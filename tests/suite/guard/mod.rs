//! Fraud: payments that rules and lists stop before anything is taken, and what staff do about them.

mod addresses;
mod bad_input;
mod cards;
mod channels;
mod importing;
mod pages;
mod reviewing;
mod rights;
mod stopping;
mod velocity;

use ledger::{Actor, AuditEntry, GuardList, GuardSubject, Money, RuleDecided};
use payments::api::{Quote, StartError};
use payments::guard::{Action, HitView, Kind, Listed, Mode, Rule, Scope, Stopped};
use staff::Role;

use crate::support::{Backend, Bill, Colleague, TestApp};

/// Three bills of biller 1001 and one of 1002.
pub const BILLS: [Bill; 4] =
    [(1001, "01", "12345678"), (1001, "02", "11111111"), (1002, "01", "1002001"), (1001, "02", "12345678")];

/// Somebody of the staff.
pub fn somebody(id: i64) -> Actor {
    Actor { id, name: format!("person {id}") }
}

/// An entry of the audit log.
pub fn entry() -> AuditEntry {
    let word = |word: &str| word.to_owned();
    AuditEntry { actor: word("test"), action: word("test"), subject: word("guard"), detail: String::new() }
}

/// A rule of everybody, that decides.
pub fn rule(code: &str, kind: Kind, action: Action) -> Rule {
    Rule { code: code.to_owned(), kind, scope: Scope::default(), action, mode: Mode::On }
}

/// At most so many payments of a phone in ten minutes.
pub fn velocity(count: u32, action: Action) -> Rule {
    let (subject, count_max, sum_max) = (GuardSubject::Phone, Some(count), None);
    rule("phone-10", Kind::Velocity { subject, minutes: 10, count_max, sum_max }, action)
}

/// No payment of more than a dirham.
pub fn cap(action: Action) -> Rule {
    rule("cap", Kind::Cap { amount_max: Money::from_minor(100) }, action)
}

/// Puts a rule in force, by two people; its row.
pub async fn hold(app: &TestApp, rule: Rule) -> i64 {
    assert_eq!(rule.faults(), []);
    let row = app.hub.propose_guard_rule(rule, somebody(1), entry()).await.unwrap().unwrap();
    let decided = app.hub.decide_guard_rule(row, true, somebody(2), entry()).await.unwrap();
    assert_eq!(decided, RuleDecided::Done);
    row
}

/// Puts somebody on a list for good.
pub async fn list(app: &TestApp, list: GuardList, who: Listed) -> i64 {
    app.hub.add_guard_entry(list, who, "test".to_owned(), None, somebody(1), entry()).await.unwrap()
}

/// What stopped a payment.
#[track_caller]
pub fn stopped<T: std::fmt::Debug>(result: Result<T, StartError>) -> Stopped {
    match result {
        Err(StartError::Stopped(stopped)) => stopped,
        other => panic!("not stopped: {other:?}"),
    }
}

/// All decisions, the newest first.
pub async fn hits(app: &TestApp) -> Vec<HitView> {
    app.hub.guard_hits(None, None, 100).await.unwrap()
}

/// How many payments there are.
pub fn payments_made(app: &TestApp) -> i64 {
    app.database.number("SELECT COUNT(*) FROM payments")
}

/// Starts the payment of a quote by a phone, under a key of the quote's own.
pub async fn start(app: &TestApp, quote: &Quote, phone: &str) -> Result<String, StartError> {
    app.start_payment(quote, phone, &quote.reference).await.map(|redirect| redirect.payment)
}

/// A member at work.
pub async fn at_work(app: &TestApp, language: &'static str, login: &str, role: Role) -> Colleague {
    let who = app.colleague(language, login, role);
    who.sign_in(app).await;
    who
}

/// A hub with one payment that waits for a person; its quote and case.
pub async fn with_case(backend: Backend) -> Option<(TestApp, Quote, i64)> {
    let app = TestApp::start(backend).await?;
    hold(&app, cap(Action::Review)).await;
    let quote = app.quote(BILLS[0]).await;
    let told = stopped(start(&app, &quote, crate::support::PHONE).await);
    assert!(told.in_review);
    let case = app.hub.guard_cases(0, 10).await.unwrap().remove(0);
    assert_eq!(told.reference, format!("G{:012}", case.case.hit.id));
    Some((app, quote, case.case.id))
}
