//! Bad input at every route: a clear refusal, and nothing done.

use std::num::NonZeroU32;

use channels::AgentsLimits;
use reqwest::Method;
use rstest::rstest;
use sandbox::NetworkSystem;
use serde_json::{Value, json};

use super::{Counter, OUTLET, refused, system};
use crate::support::{Backend, Setup};

fn long(count: usize) -> String {
    "x".repeat(count)
}

/// Route, body, status, code, and the field that is named.
fn cases(shift: i64) -> Vec<(String, Value, u16, &'static str, &'static str)> {
    let outlet = |rest: &str| format!("/outlets/{OUTLET}/{rest}");
    let find = || "/bills/find".to_owned();
    let quotes = || "/quotes".to_owned();
    let (pay, shifts, late) = (outlet("payments"), outlet("shifts"), outlet("late-cash"));
    let (moves, close) = (format!("/shifts/{shift}/movements"), format!("/shifts/{shift}/close"));
    let unknown_payment = "/payments/0000-0001-0000-0010/cancel".to_owned();
    vec![
        (find(), json!({}), 422, "bad-field", "biller"),
        (find(), json!({ "biller": "1001", "receivable_type": "02", "fields": {} }), 422, "bad-field", "biller"),
        (find(), json!({ "biller": 1e300, "receivable_type": "02", "fields": {} }), 422, "bad-field", "biller"),
        (find(), json!({ "biller": 1001, "receivable_type": 2, "fields": {} }), 422, "bad-field", "receivable_type"),
        (find(), json!({ "biller": 1001, "receivable_type": "02", "fields": [] }), 422, "bad-field", "fields"),
        (
            find(),
            json!({ "biller": 1001, "receivable_type": "02", "fields": { "contract": 1 } }),
            422,
            "bad-field",
            "fields.contract",
        ),
        (find(), json!({ "biller": 1001, "receivable_type": "02", "fields": {} }), 422, "bad-field", "fields.contract"),
        (
            find(),
            json!({ "biller": 1001, "receivable_type": "02", "fields": { "contract": "1" } }),
            422,
            "bad-field",
            "fields.contract",
        ),
        (
            find(),
            json!({ "biller": 1001, "receivable_type": "02", "fields": { "x": "1", "contract": "11111111" } }),
            422,
            "bad-field",
            "fields.x",
        ),
        (
            find(),
            json!({ "biller": 1001, "receivable_type": "02", "fields": {}, "language": "de" }),
            422,
            "bad-field",
            "language",
        ),
        (find(), json!({ "biller": 9998, "receivable_type": "02", "fields": {} }), 404, "unknown-biller", ""),
        (find(), json!({ "biller": 1001, "receivable_type": "77", "fields": {} }), 404, "unknown-biller", ""),
        (quotes(), json!({ "inquiry": "x", "articles": "A1" }), 422, "bad-field", "articles"),
        (quotes(), json!({ "inquiry": "x", "articles": [1] }), 422, "bad-field", "articles[0]"),
        (quotes(), json!({ "inquiry": "x", "articles": ["A1"], "amount": 168.42 }), 422, "bad-field", "amount"),
        (quotes(), json!({ "inquiry": "x", "articles": ["A1"], "amount": "10.005" }), 422, "bad-field", "amount"),
        (quotes(), json!({ "inquiry": "0000-0001-0000-0010", "articles": ["A1"] }), 409, "look-up-expired", ""),
        (pay.clone(), json!({}), 422, "bad-field", "reference"),
        (pay.clone(), json!({ "reference": "", "till": "1", "quote": "x" }), 422, "bad-field", "reference"),
        (pay.clone(), json!({ "reference": long(65), "till": "1", "quote": "x" }), 422, "bad-field", "reference"),
        (pay.clone(), json!({ "reference": "a\nb", "till": "1", "quote": "x" }), 422, "bad-field", "reference"),
        (pay.clone(), json!({ "reference": "a", "till": "1" }), 422, "bad-field", "quote"),
        (
            pay.clone(),
            json!({ "reference": "a", "till": "1", "quote": "x", "cash_reference": "1234567890128" }),
            422,
            "bad-field",
            "quote",
        ),
        (
            pay.clone(),
            json!({ "reference": "a", "till": "1", "quote": "x", "phone": "0512345678" }),
            422,
            "bad-field",
            "phone",
        ),
        (
            pay.clone(),
            json!({ "reference": "a", "till": "1", "quote": "x", "tendered": -5 }),
            422,
            "bad-field",
            "tendered",
        ),
        (
            pay.clone(),
            json!({ "reference": "a", "till": "1", "quote": "x", "amount": "1.00" }),
            422,
            "bad-field",
            "amount",
        ),
        (
            pay.clone(),
            json!({ "reference": "a", "till": "1", "quote": "x", "operator": "4111111111111111" }),
            422,
            "bad-field",
            "operator",
        ),
        (pay.clone(), json!({ "reference": "a", "till": "9", "quote": "x" }), 404, "unknown-till", ""),
        (pay.clone(), json!({ "reference": "a", "till": "1", "quote": "x" }), 404, "unknown-quote", ""),
        (
            pay,
            json!({ "reference": "a", "till": "1", "cash_reference": "1234567890123" }),
            404,
            "unknown-reference",
            "",
        ),
        (shifts.clone(), json!({ "till": "1" }), 422, "bad-field", "opening_cash"),
        (shifts.clone(), json!({ "till": "1", "opening_cash": "-1.00" }), 422, "bad-field", "opening_cash"),
        (
            shifts.clone(),
            json!({ "till": "1", "opening_cash": "99999999999999999.00" }),
            422,
            "bad-field",
            "opening_cash",
        ),
        (shifts, json!({ "till": "nine", "opening_cash": "1.00" }), 404, "unknown-till", ""),
        (
            moves.clone(),
            json!({ "reference": "m", "kind": "sideways", "amount": "1.00", "reason": "x" }),
            422,
            "bad-field",
            "kind",
        ),
        (
            moves.clone(),
            json!({ "reference": "m", "kind": "in", "amount": "0.00", "reason": "x" }),
            422,
            "bad-field",
            "amount",
        ),
        (
            moves,
            json!({ "reference": "m", "kind": "in", "amount": "1.00", "reason": "  " }),
            422,
            "bad-field",
            "reason",
        ),
        (
            "/shifts/7/movements".to_owned(),
            json!({ "reference": "m", "kind": "in", "amount": "1.00", "reason": "x" }),
            404,
            "unknown-shift",
            "",
        ),
        (close.clone(), json!({}), 422, "bad-field", "counted"),
        (
            close.clone(),
            json!({ "counted": [{ "denomination": "25.00", "pieces": 1 }] }),
            422,
            "bad-field",
            "counted[0].denomination",
        ),
        (
            close.clone(),
            json!({ "counted": [{ "denomination": "20.00", "pieces": -1 }] }),
            422,
            "bad-field",
            "counted[0].pieces",
        ),
        (
            close.clone(),
            json!({ "counted": [{ "denomination": "20.00", "pieces": 1.5 }] }),
            422,
            "bad-field",
            "counted[0].pieces",
        ),
        (
            close.clone(),
            json!({ "counted": [{ "denomination": "20.00", "pieces": 1, "x": 1 }] }),
            422,
            "bad-field",
            "counted[0].x",
        ),
        (
            close.clone(),
            json!({ "counted": [{ "denomination": "20.00", "pieces": 1 }, { "denomination": "20.00", "pieces": 1 }] }),
            422,
            "bad-field",
            "counted",
        ),
        (close, json!({ "counted": ["20.00"] }), 422, "bad-field", "counted[0]"),
        ("/shifts/x/close".to_owned(), json!({ "counted": [] }), 404, "unknown-shift", ""),
        (unknown_payment.clone(), json!({ "outlet": OUTLET }), 422, "bad-field", "reason"),
        (unknown_payment.clone(), json!({ "outlet": OUTLET, "reason": long(101) }), 422, "bad-field", "reason"),
        (unknown_payment, json!({ "outlet": OUTLET, "reason": "x" }), 404, "unknown-payment", ""),
        (
            late.clone(),
            json!({ "reference": "l", "cash_reference": "12345", "amount": "1.00" }),
            422,
            "bad-field",
            "cash_reference",
        ),
        (
            late.clone(),
            json!({ "reference": "l", "cash_reference": "1234567890128", "amount": "0.00" }),
            422,
            "bad-field",
            "amount",
        ),
        (
            late,
            json!({ "reference": "l", "cash_reference": "1234567890128", "amount": "1.00" }),
            404,
            "unknown-reference",
            "",
        ),
        (outlet("cash-owed/7/given-back"), json!({ "till": "1" }), 404, "nothing-owed", ""),
        (outlet("cash-owed/x/given-back"), json!({ "till": "1" }), 404, "nothing-owed", ""),
        (outlet("cash-owed/7/given-back"), json!({}), 422, "bad-field", "till"),
    ]
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_route(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    let shift = counter.open_shift("1", "0.00").await;
    let state = || {
        let tables =
            ["payments", "postings", "shifts", "shift_movements", "late_cash", "quotes", "outbox", "inquiries"];
        tables.map(|table| counter.app.database.number(&format!("SELECT COUNT(*) FROM {table}")))
    };
    let before = state();
    for (path, body, status, code, field) in cases(shift) {
        let answer = counter.post(&path, &body).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{path} {body}: {answer:?}");
        refused(&answer, status, code);
        let named = answer.body["faults"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(field.is_empty() || named.iter().any(|fault| fault["field"] == field), "{path} {body}: {answer:?}");
    }
    assert_eq!(state(), before);
    counter.app.finish().await;
}

#[rstest]
#[case("/payments", 400, "bad-query")]
#[case("/payments?reference=", 400, "bad-query")]
#[case("/payments?reference=a&reference=b", 400, "bad-query")]
#[case("/payments?reference=%ff%00", 400, "bad-query")]
#[case("/payments?reference=none", 404, "unknown-payment")]
#[case("/payments/x", 404, "unknown-payment")]
#[case("/payments/0000-0001-0000-0010?x=1", 400, "bad-query")]
#[case("/outlets/20001/payments?day=yesterday", 400, "bad-query")]
#[case("/outlets/20001/payments?day=9999-12-31", 400, "bad-query")]
#[case("/outlets/20001/payments?day=2026-02-30", 400, "bad-query")]
#[case("/outlets/20001/payments?limit=0", 400, "bad-query")]
#[case("/outlets/20001/payments?limit=101", 400, "bad-query")]
#[case("/outlets/20001/payments?limit=99999999999999999999", 400, "bad-query")]
#[case("/outlets/20001/payments?before=x", 400, "bad-query")]
#[case("/outlets/20001/payments?before=0000-001B", 400, "bad-query")]
#[case("/outlets/20001/float/statement?before=-1", 400, "bad-query")]
#[case("/outlets/20001/shifts?page=2", 400, "bad-query")]
#[case("/outlets/x/shifts", 404, "unknown-outlet")]
#[case("/shifts/999999999999", 404, "unknown-shift")]
#[case("/shifts/9999999999999", 404, "unknown-shift")]
#[case("/late-cash/1", 404, "unknown-late-cash")]
#[case("/billers/1", 404, "unknown-biller")]
#[case("/billers/99999", 404, "unknown-biller")]
#[case("/quotes/x", 404, "unknown-quote")]
#[case("/cash-references/123", 404, "unknown-reference")]
#[case("/nothing", 404, "no-such-address")]
#[case("/shifts/1/close", 405, "method-not-allowed")]
#[tokio::test(flavor = "multi_thread")]
async fn reads(#[case] path: &str, #[case] status: u16, #[case] code: &str) {
    let counter = Counter::open(Backend::Sqlite).await.unwrap();
    refused(&counter.get(path).await, status, code);
    counter.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies() {
    let counter = Counter::open(Backend::Sqlite).await.unwrap();
    let target = "/agents/v1/quotes";
    let send = async |body: Vec<u8>| {
        let signature = counter.system.sign("POST", target, &body, &NetworkSystem::fresh_request());
        counter.system.send(Method::POST, target, &signature, body, 0).await.unwrap()
    };
    for body in ["", "[]", "\"x\"", "{", "{\"inquiry\":\"a\",\"inquiry\":\"b\"}", "{}x", "{\"a\":1e999}"] {
        refused(&send(body.as_bytes().to_vec()).await, 400, "bad-json");
    }
    refused(&send(vec![b'{', 0xff, b'}']).await, 400, "bad-json");
    refused(&send(vec![b'['; 60_000]).await, 400, "bad-json");
    refused(&send(vec![b' '; 70_000]).await, 413, "body-too-large");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = b"{}".to_vec();
    let signature = counter.system.sign("POST", target, &body, &NetworkSystem::fresh_request());
    let mut request = client.post(format!("{}{target}", counter.app.url)).header("content-type", "text/plain");
    for (name, value) in signature.headers {
        request = request.header(name, value);
    }
    let answer = request.body(body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 415);
    // Below `/agents` everything is a problem for machines, whatever is asked for.
    for path in ["/agents", "/agents/", "/agents/v2/billers", "/agents/v1", "/agents/v1/billers/"] {
        let answer = client.get(format!("{}{path}", counter.app.url)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    }
    let answer = client.delete(format!("{}/agents/v1/quotes", counter.app.url)).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "POST"));
    counter.app.finish().await;
}

/// One network's flood is its own: it is told when to come back, and others go on. What is not signed costs it nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood() {
    let setup = Setup::default();
    let agents_limits = AgentsLimits { requests_per_second: NonZeroU32::MIN, ..setup.agents_limits };
    let setup = Setup { agents_limits, ..setup };
    let counter = Counter::open_with(Backend::Sqlite, setup, "300.00").await.unwrap();
    let path = format!("/outlets/{OUTLET}/float");
    let forger = counter.system.clone().with_secret("NETWORK_SECRET_ATLAS", "a secret that nobody gave out");
    for _ in 0..5 {
        refused(&forger.get(&path).await.unwrap(), 401, "bad-signature");
    }
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(counter.get(&path).await);
    }
    assert_eq!(answers[0].status, 200, "{answers:?}");
    let told = answers.iter().find(|answer| answer.status != 200).expect("an end of the allowance");
    refused(told, 429, "too-many-requests");
    assert!((1..=2).contains(&told.retry_after.unwrap()), "{told:?}");
    let barid = system(&counter.app, "BARID", "NETWORK_SECRET_BARID", &counter.ahead);
    assert_eq!(barid.get("/outlets/10001/float").await.unwrap().status, 200);
    counter.app.finish().await;
}

/// Bills and references cannot be tried out in bulk; whoever may not look up goes on paying.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_look_ups() {
    let setup = Setup::default();
    let agents_limits = AgentsLimits { lookups_per_minute: NonZeroU32::new(12).unwrap(), ..setup.agents_limits };
    let setup = Setup { agents_limits, ..setup };
    let counter = Counter::open_with(Backend::Sqlite, setup, "300.00").await.unwrap();
    counter.open_shift("1", "0.00").await;
    let quote = counter.quote(1001, "02", "11111111").await;
    // Two at once: the second is a reference's, and what is malformed costs nothing.
    refused(&counter.post("/bills/find", &json!({})).await, 422, "bad-field");
    refused(&counter.get("/cash-references/1000000000007").await, 404, "unknown-reference");
    let wanted = json!({ "biller": 1001, "receivable_type": "02", "fields": { "contract": "11111111" } });
    for told in [counter.post("/bills/find", &wanted).await, counter.get("/cash-references/1000000000007").await] {
        refused(&told, 429, "too-many-requests");
        assert!((1..=6).contains(&told.retry_after.unwrap()), "{told:?}");
    }
    let barid = system(&counter.app, "BARID", "NETWORK_SECRET_BARID", &counter.ahead);
    assert_eq!(barid.get("/cash-references/1000000000007").await.unwrap().status, 404);
    let paid = counter.pay(&Counter::payment(&quote, "TX-1")).await;
    assert!((200..300).contains(&paid.status), "{paid:?}");
    counter.app.finish().await;
}
