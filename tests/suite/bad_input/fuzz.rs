//! Ten seconds of rubbish at every route: no 5xx, no hang, no change.

use std::time::{Duration, Instant};

use rand::prelude::*;
use rstest::rstest;

use super::client::{FORM, Visitor, exchange, request};
use super::{HOSTILE, books, start, unharmed};
use crate::support::Backend;

const METHODS: [&str; 8] = ["GET", "GET", "POST", "POST", "POST", "PUT", "HEAD", "X"];
const PATHS: [&str; 24] = [
    "/",
    "/{l}",
    "/{l}/",
    "/{l}/terms",
    "/{l}/billers/{x}",
    "/{l}/billers/1001/{x}",
    "/{l}/billers/1001/01",
    "/{l}/billers/1202/01",
    "/{l}/billers/1901/01",
    "{inquiry}",
    "{quote}",
    "/{l}/bills/{x}",
    "/{l}/quotes/{x}",
    "/{l}/payments/{x}",
    "/{l}/payments/{x}/status",
    "/{l}/payments/{x}/receipt.pdf",
    "/{l}/find",
    "/webhooks/cmi",
    "/{l}/staff/sign-in",
    "/{l}/staff/sign-in?next={x}",
    "/{l}/staff/second-factor",
    "/{l}/staff/audit?before={x}",
    "/{l}/staff/{x}",
    "/{l}/staff/password",
];
const NAMES: [&str; 19] = [
    "f.contract",
    "f.note",
    "f.level",
    "f.",
    "article",
    "amount",
    "phone",
    "email",
    "terms",
    "reference",
    "oid",
    "HASH",
    "q",
    "login",
    "password",
    "next",
    "code",
    "session",
    "\0",
];
const HEADERS: [&str; 10] = [
    "accept-language",
    "cookie",
    "x-forwarded-for",
    "content-encoding",
    "accept-encoding",
    "range",
    "if-none-match",
    "origin",
    "expect",
    "x-forwarded-proto",
];

#[rstest]
#[case::sqlite(Backend::Sqlite, 20_261)]
#[case::postgres(Backend::Postgres, 20_262)]
#[tokio::test(flavor = "multi_thread")]
async fn rubbish(#[case] backend: Backend, #[case] seed: u64) {
    let Some(app) = start(backend).await else { return };
    let visitor = Visitor::new(&app, "fr").await;
    let inquiry = visitor.inquiry(1001, "02", "11111111").await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let before = books(&app);
    let mut random = StdRng::seed_from_u64(seed);
    let start = Instant::now();
    let mut sent = 0;
    while sent < 1_500 && start.elapsed() < Duration::from_secs(10) {
        let method = *METHODS.choose(&mut random).unwrap();
        let path = PATHS
            .choose(&mut random)
            .unwrap()
            .replace("{l}", ["ar", "fr", "en", "xx"].choose(&mut random).unwrap())
            .replace("{inquiry}", &inquiry)
            .replace("{quote}", &quote)
            .replace("{x}", &escaped(&word(&mut random)));
        let mut fields: Vec<String> = Vec::new();
        if random.random_bool(0.7) {
            fields.push(format!("csrf={}", visitor.token));
        }
        for _ in 0..random.random_range(0..6) {
            // Terms and key stay out: a well-formed form would rightly start a payment.
            fields.push(format!("{}={}", escaped(NAMES.choose(&mut random).unwrap()), escaped(&word(&mut random))));
        }
        let body = fields.join("&").into_bytes();
        let body = if random.random_bool(0.1) { bytes(&mut random) } else { body };
        let kind = *[FORM, FORM, FORM, "application/json", "text/plain", ""].choose(&mut random).unwrap();
        let name = *HEADERS.choose(&mut random).unwrap();
        let value: String = word(&mut random).chars().filter(|c| !c.is_control()).collect();
        let mut headers = vec![("content-type", kind), ("cookie", visitor.cookie.as_str())];
        if random.random_bool(0.3) {
            headers.push((name, &value));
        }
        let raw = request(method, &path, &headers, &body);
        let answer = exchange(&app, &raw).await;
        let status = answer.as_ref().map_or(400, |answer| answer.status);
        assert!((200..500).contains(&status), "seed {seed}: {:?}\n{answer:?}", String::from_utf8_lossy(&raw));
        sent += 1;
    }
    assert!(sent > 50, "{sent}");
    let after = books(&app);
    // Choosing a line and an amount by luck makes a quote, which binds nobody.
    unharmed(&app, &super::Books { quotes: after.quotes, ..before }).await;
    app.finish().await;
}

fn word(random: &mut StdRng) -> String {
    match random.random_range(0..8) {
        0 => (*HOSTILE.choose(random).unwrap()).to_owned(),
        1 => random.random::<u64>().to_string(),
        2 => "0612345678".to_owned(),
        3 => "x".repeat(random.random_range(0..3_000)),
        4 => (0..random.random_range(0..40)).map(|_| random.random::<char>()).collect(),
        5 => "11111111".to_owned(),
        6 => (0..16).map(|_| *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".choose(random).unwrap()).map(char::from).collect(),
        _ => String::from_utf8_lossy(&bytes(random)).into_owned(),
    }
}

fn bytes(random: &mut StdRng) -> Vec<u8> {
    (0..random.random_range(0..60)).map(|_| random.random()).collect()
}

/// Escaped as it should be, or now and then not quite.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
            b => format!("%{b:02x}"),
        })
        .collect()
}
