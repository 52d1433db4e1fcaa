//! The register: payments found by whatever is known of them, and the whole story of one.

mod exchanges;
mod filters;
mod generated;
mod searching;
mod story;

use ledger::{Payment, PaymentState};
use staff::Role;

use crate::support::{Backend, Colleague, Page, TestApp};

/// A member at work.
pub async fn at_work(app: &TestApp, language: &'static str, login: &str, role: Role) -> Colleague {
    let who = app.colleague(language, login, role);
    who.sign_in(app).await;
    who
}

/// Payments of two billers in several states, on several ways.
pub async fn paid(backend: Backend) -> Option<TestApp> {
    let app = TestApp::start(backend).await?;
    let payer = app.payer("fr");
    for (biller, kind, contract, card) in [
        (1001, "01", "12345678", "4000000000000010"),
        (1001, "02", "11111111", "4000000000000010"),
        (1001, "02", "12345678", "4000000000000002"),
    ] {
        let redirect = payer.up_to_gateway(biller, kind, contract).await;
        payer.pay_by_card(&redirect, card).await;
    }
    app.settle().await;
    // One whose payer is still at the gateway.
    payer.up_to_gateway(1001, "01", "11111111").await;
    Some(app)
}

/// Every payment, the newest first.
pub fn all(app: &TestApp) -> Vec<Payment> {
    let query = ledger::PaymentQuery::default();
    app.ledger.read(|reader| reader.search_payments(&query, None, 200)).unwrap().payments
}

/// One in a state.
pub fn one_in(app: &TestApp, state: PaymentState) -> Payment {
    all(app).into_iter().find(|payment| payment.state == state).unwrap()
}

/// The numbers that a list shows, in order.
pub fn numbers(page: &Page) -> Vec<i64> {
    let rows = page.body.split("<th scope=\"row\"><a href=\"").skip(1);
    rows.map(|row| row.split('"').next().unwrap().rsplit('/').next().unwrap().parse().unwrap()).collect()
}

/// Puts the register in order.
pub fn index(app: &TestApp) {
    loop {
        let (words, facts) =
            app.ledger.read(|reader| Ok((reader.missing_words(100)?, reader.missing_facts(100, app.now())?))).unwrap();
        if words.is_empty() && facts.is_empty() {
            return;
        }
        app.ledger
            .write_now(move |op| {
                op.add_words(&words)?;
                op.add_facts(&facts)
            })
            .unwrap();
    }
}
