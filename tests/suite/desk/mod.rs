//! Teleoperators at their desk: callers, bills, links and references, what is shown and to whom.

mod access;
mod callers;
mod cards;
mod offers;
mod searching;

use serde_json::Value;
use staff::Role;

use crate::support::{Colleague, Page, TestApp};

/// Biller, receivable type, contract.
const WATER: (&str, &str) = ("1001.02", "11111111");
const CALLER: &str = "0612345678";
const APPROVED: &str = "4000000000000010";

/// A teleoperator who is signed in.
pub async fn operator(app: &TestApp, language: &'static str, login: &str) -> Colleague {
    let operator = app.colleague(language, login, Role::Teleoperator);
    operator.sign_in(app).await;
    operator
}

/// Fields of a form as a page offers them, but for its token, which [`Colleague::post`] brings.
pub fn offered(page: &Page, end: &str) -> Vec<(String, String)> {
    let mut fields = page.fields_to(end).unwrap_or_else(|| panic!("no form to {end}: {}", page.text()));
    fields.retain(|(name, _)| name != "csrf");
    fields
}

pub async fn send(operator: &Colleague, path: &str, fields: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    operator.post(path, &fields).await
}

/// The path of a page below the pages for staff.
pub fn below(page: &Page) -> String {
    page.path.split_once("/staff").unwrap().1.to_owned()
}

/// Opens a call by hand: its path.
pub async fn open_call(operator: &Colleague, phone: &str) -> String {
    let sheet = operator.post("/desk/calls", &[("phone", phone), ("language", "fr")]).await;
    assert_eq!(sheet.status, 200, "{}", sheet.text());
    below(&sheet)
}

/// Finds a bill in a call: the page to choose from.
pub async fn find(operator: &Colleague, call: &str, (bill, contract): (&str, &str)) -> Page {
    let page = operator.post(&format!("{call}/find?bill={bill}"), &[("f.contract", contract)]).await;
    assert!(page.status == 200 && page.path.contains("/bills/"), "{} {}", page.status, page.text());
    page
}

/// Prices all of it: the page of the quote.
pub async fn price(operator: &Colleague, call: &str, bill: (&str, &str)) -> Page {
    let bills = find(operator, call, bill).await;
    let path = below(&bills);
    let quote = send(operator, &path, &offered(&bills, &path)).await;
    assert!(quote.status == 200 && quote.path.contains("/quotes/"), "{} {}", quote.status, quote.text());
    quote
}

/// Sends a link for a bill by SMS: the sheet.
pub async fn send_link(operator: &Colleague, call: &str, bill: (&str, &str)) -> Page {
    let quote = price(operator, call, bill).await;
    let sheet = send(operator, &format!("{}/link", below(&quote)), &offered(&quote, "/link")).await;
    assert_eq!((sheet.status, below(&sheet)), (200, call.to_owned()), "{}", sheet.text());
    sheet
}

/// What the script is told of the links and references of a call: the states.
async fn states(operator: &Colleague, call: &str) -> Vec<String> {
    let answer = operator.get(&format!("{call}/status")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let status: Value = serde_json::from_str(&answer.body).unwrap();
    status["items"].as_array().unwrap().iter().map(|item| item["state"].as_str().unwrap().to_owned()).collect()
}

/// The path of the link in the last SMS.
fn link_in_sms(app: &TestApp) -> String {
    let text = app.control.sms().pop().unwrap().body;
    text.split_once(&app.url).unwrap_or_else(|| panic!("{text}")).1.trim().to_owned()
}

/// Accepts the terms behind a link: the page that leads to the gateway.
async fn accept(app: &TestApp, path: &str) -> Page {
    let payer = app.payer("fr");
    let mut fields = payer.get(path).await.fields();
    fields.push(("terms".to_owned(), "1".to_owned()));
    payer.post(path, &fields).await
}
