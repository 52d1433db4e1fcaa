//! Money that the gateway holds until people capture it: taken once, all or part of it, or let go; by the gateway's own books.

mod ending;
mod pages;

use ledger::{Actor, AuditEntry, Money, PaymentState};
use payments::api::CardRedirect;
use payments::holds::CaptureWish;
use sandbox::OrderState;

use crate::support::{Backend, Bill, TestApp};

/// 538.16, and a fee of 2.50 with 0.50 of VAT; less may be paid.
const BILL: Bill = (1102, "01", "1102001");
const APPROVED: &str = "4000000000000010";

/// A hub whose payments to one biller wait for people.
async fn by_hand(backend: Backend) -> Option<TestApp> {
    let app = TestApp::start(backend).await?;
    wait_for_people(&app).await;
    Some(app)
}

/// Takes the biller's file in, by which its payments wait.
pub async fn wait_for_people(app: &TestApp) {
    let text = include_str!("../../../sandbox/billers/1102.toml");
    let text = text.replacen("quote_lifetime_hours", "capture = \"manual\"\nquote_lifetime_hours", 1);
    let base = app.sandbox.base_url();
    let variables = |name: &str| (name == "SANDBOX_URL").then(|| base.clone());
    let billers = payments::catalogue::import::parse(&text, &variables).unwrap();
    payments::import_billers(&app.ledger, &billers, app.now()).unwrap();
    assert!(app.hub.reload_billers().await.unwrap());
}

/// A payment that is held.
pub async fn held(app: &TestApp) -> CardRedirect {
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (PaymentState::Held, OrderState::Authorised));
    redirect
}

fn person(id: i64) -> Actor {
    Actor { id: 1_000_000 + id, name: format!("person {id}") }
}

fn entry(action: &str, payment: i64) -> AuditEntry {
    AuditEntry {
        actor: "test".to_owned(),
        action: action.to_owned(),
        subject: format!("payment {payment}"),
        detail: String::new(),
    }
}

fn wish(payment: i64, principal: Money) -> CaptureWish {
    CaptureWish { payment, principal, note: String::new() }
}
