//! What people ask for by law about their own data, at the pages: handed out, put right, erased by two people.

mod bad_input;
mod erasing;
mod handing;
mod rectifying;

use ledger::{Payment, PersonRequest};
use staff::Role;

use crate::support::{Bill, Colleague, Page, TestApp};

/// 168.00.
pub const BILL: Bill = (1001, "01", "11111111");
pub const OTHER_BILL: Bill = (1001, "02", "11111111");
const APPROVED: &str = "4000000000000010";
/// Whose data is asked for, in the form in which it is typed and the one in which it is kept.
pub const PHONE: &str = "06 61 23 98 74";
pub const KEPT_PHONE: &str = "+212661239874";
/// The one that every payment of the tests has.
pub const MAIL: &str = "payer@example.ma";

/// An administrator at work.
pub async fn administrator(app: &TestApp, language: &'static str, login: &str) -> Colleague {
    let who = app.colleague(language, login, Role::Administrator);
    who.sign_in(app).await;
    who
}

/// Up to the gateway's door, by this phone.
pub async fn begun(app: &TestApp, bill: Bill, phone: &str) -> payments::api::CardRedirect {
    let quote = app.quote(bill).await;
    app.start_payment(&quote, phone, &quote.reference).await.unwrap()
}

/// A payment by this phone that is confirmed.
pub async fn paid(app: &TestApp, bill: Bill, phone: &str) -> Payment {
    let redirect = begun(app, bill, phone).await;
    app.bank.pay(&redirect, APPROVED).await;
    app.settle().await;
    app.payment(&redirect)
}

/// What the form that takes a request in holds.
pub fn typed<'a>(app: &TestApp, kind: &'a str, key: &'a str, day: &'a mut String) -> Vec<(&'static str, &'a str)> {
    *day = crate::finance::today(app).to_string();
    let day: &'a str = day;
    vec![
        ("kind", kind),
        ("key", key),
        ("phone", PHONE),
        ("mail", ""),
        ("biller", ""),
        ("contract", ""),
        ("reference", "lettre du 12 mai, dossier 7"),
        ("received", day),
        ("language", "fr"),
    ]
}

/// Takes a request in; its path.
pub async fn taken_in(app: &TestApp, who: &Colleague, kind: &str, key: &str) -> String {
    let mut day = String::new();
    let page = who.post("/personal", &typed(app, kind, key, &mut day)).await;
    assert!(page.status == 200 && page.path.contains("/personal/"), "{} {}", page.status, page.text());
    page.path.split_once("/staff").unwrap().1.to_owned()
}

/// The request that a path names.
pub fn stored(app: &TestApp, path: &str) -> PersonRequest {
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    app.ledger.read(|reader| reader.person_request(id)).unwrap().unwrap()
}

/// Looks up what is held.
pub async fn looked(who: &Colleague, path: &str) -> Page {
    let page = who.post(path, &[]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page
}

/// How often an action stands in the audit log.
pub fn count(app: &TestApp, action: &str) -> usize {
    app.audit().iter().filter(|line| line.contains(&format!(" {action} "))).count()
}

/// Puts the words in order by which payments are found, as the job does.
pub fn put_in_order(app: &TestApp) {
    tokio::task::block_in_place(|| {
        let missing = app.ledger.read(|reader| reader.missing_words(100)).unwrap();
        app.ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    });
}
