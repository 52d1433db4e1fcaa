//! The client against real sockets: a server that drops, delays, garbles, floods and redirects.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail by panicking too")]

mod server;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use biller_adapters::{
    Article, ArticleKind, BillQuery, BillerClient, BillerFailure, CancelOutcome, Cancellation, ClientSettings,
    ConfirmOutcome, Confirmation, ConnectorSettings, FindOutcome, StatusOutcome, parse_bill_file,
};
use chrono::{DateTime, Utc};
use ledger::{Channel, Instrument, Language, Money};
use rstest::rstest;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use server::{Act, SECRET, Server, build, http, signed, tls_server};

const COOLDOWN: Duration = Duration::from_secs(30);
const ANSWER_BYTES_MAX: usize = 4096;

const CONFIRMED: &str = r#"{"outcome":"confirmed","receipt_number":"R-1","date":null}"#;
const REFUSED: &str = r#"{"outcome":"refused","code":"7","message":"no"}"#;
const PENDING: &str = r#"{"outcome":"pending"}"#;
const NOTHING_DUE: &str = r#"{"outcome":"nothing_due"}"#;

fn to_confirmation(body: &str) -> Act {
    Act::Send(signed("000000000043", body))
}

fn to_query(body: &str) -> Act {
    Act::Send(signed("000000000042", body))
}

fn settings() -> ClientSettings {
    ClientSettings {
        answer_bytes_max: ANSWER_BYTES_MAX,
        breaker_failures: 3,
        breaker_cooldown: COOLDOWN,
        ..ClientSettings::default()
    }
}

/// Patient, so that a busy machine does not change an outcome.
fn client() -> BillerClient {
    BillerClient::new(settings()).unwrap()
}

/// Gives silent servers up soon.
fn hasty_client() -> BillerClient {
    let soon = Duration::from_millis(300);
    BillerClient::new(ClientSettings { find_timeout: soon, confirm_timeout: soon, ..settings() }).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-23T10:05:00Z".parse().unwrap()
}

fn query() -> BillQuery {
    BillQuery {
        reference: "000000000042".into(),
        biller: 1020,
        receivable_type: "02".into(),
        channel: Channel::Web,
        language: Language::Fr,
        fields: [("contract".into(), "12345678".into())].into(),
        asked_at: now(),
    }
}

fn confirmation() -> Confirmation {
    Confirmation {
        reference: "000000000043".into(),
        biller: 1020,
        receivable_type: "02".into(),
        fields: query().fields,
        biller_reference: "700000000001".into(),
        articles: vec![Article {
            id: "A1".into(),
            kind: ArticleKind::Receivable,
            description: "Octobre".into(),
            amount: Money::from_minor(16_800),
            date: None,
        }],
        opaque: vec![(String::new(), String::new())],
        principal: Money::from_minor(16_800),
        paid_at: now(),
        channel: Channel::Web,
        instrument: Instrument::Card,
        authorisation: "P12345".into(),
    }
}

/// The biller may have booked in each of these; none may send the money back, and none is repeated blindly.
#[rstest]
#[case::dropped_after_reading(Act::Drop)]
#[case::silent(Act::Stall(Vec::new()))]
#[case::half_an_answer(Act::Stall(signed("000000000043", REFUSED)[..150].to_vec()))]
#[case::cut_off(Act::Send(signed("000000000043", REFUSED)[..150].to_vec()))]
#[case::garbled(Act::Send(b"\x00\xff\x13garbage".to_vec()))]
#[case::not_signed(Act::Send(http("200 OK", "", REFUSED)))]
#[case::signed_for_another(Act::Send(signed("000000000099", REFUSED)))]
#[case::http_400(Act::Send(http("400 Bad Request", "", REFUSED)))]
#[case::http_500(Act::Send(http("500 Internal Server Error", "", "")))]
#[case::http_503(Act::Send(http("503 Service Unavailable", "", "")))]
#[case::announced_too_long(Act::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".to_vec()))]
#[case::endless(Act::Stall([b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b' '; 2 * ANSWER_BYTES_MAX]].concat()))]
#[tokio::test]
async fn a_confirmation_without_a_clear_word_is_unknown(#[case] act: Act) {
    let server = Server::play(vec![act, to_confirmation(REFUSED)]).await;
    let outcome = hasty_client().confirm(&*server.json(), &confirmation(), now()).await;
    assert!(matches!(outcome, ConfirmOutcome::Unknown(_)), "{outcome:?}");
    assert_eq!(server.count(), 1, "sent once");
}

#[tokio::test]
async fn a_refused_connection_is_unknown() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server { port: gone.local_addr().unwrap().port(), requests: Arc::default() };
    drop(gone);
    let outcome = client().confirm(&*server.json(), &confirmation(), now()).await;
    let ConfirmOutcome::Unknown(why) = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("no connection"), "{why}");
    let found = client().find_bills(&*server.json(), &query()).await;
    assert!(matches!(found, Err(BillerFailure::Unreachable(_))), "{found:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::play(vec![to_confirmation(CONFIRMED)]).await;
    let location = format!("Location: http://127.0.0.1:{}/api/payments/confirm\r\n", elsewhere.port);
    for status in ["307 Temporary Redirect", "308 Permanent Redirect", "302 Found"] {
        let server = Server::play(vec![Act::Send(http(status, &location, ""))]).await;
        let outcome = client().confirm(&*server.json(), &confirmation(), now()).await;
        assert!(matches!(outcome, ConfirmOutcome::Unknown(_)), "{outcome:?}");
    }
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn clear_words_are_taken() {
    let twice = [signed("000000000043", CONFIRMED), signed("000000000043", REFUSED)].concat();
    let acts = vec![to_confirmation(CONFIRMED), to_confirmation(REFUSED), to_confirmation(PENDING), Act::Send(twice)];
    let server = Server::play(acts).await;
    let (client, connector) = (client(), server.json());
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(client.confirm(&*connector, &confirmation(), now()).await);
    }
    assert!(matches!(&heard[0], ConfirmOutcome::Confirmed(receipt) if receipt.number == "R-1"), "{heard:?}");
    assert!(matches!(&heard[1], ConfirmOutcome::Refused(refusal) if refusal.code == "7"), "{heard:?}");
    assert!(matches!(&heard[2], ConfirmOutcome::Unknown(_)), "{heard:?}");
    assert!(matches!(&heard[3], ConfirmOutcome::Confirmed(_)), "the first of two answers: {heard:?}");
}

#[tokio::test]
async fn a_repeat_has_the_same_body() {
    for connect in [Server::json, Server::soap, Server::flat] {
        let server = Server::play(vec![Act::Drop, Act::Drop]).await;
        let (client, connector) = (client(), connect(&server));
        client.confirm(&*connector, &confirmation(), now()).await;
        client.confirm(&*connector, &confirmation(), now() + Duration::from_secs(300)).await;
        let requests = server.requests.lock().unwrap();
        let bodies: Vec<_> = requests.iter().map(|request| request.split_once("\r\n\r\n").unwrap().1).collect();
        assert_eq!(bodies.len(), 2);
        assert!(!bodies[0].is_empty());
        assert_eq!(bodies[0], bodies[1]);
    }
}

#[tokio::test]
async fn look_ups_are_tried_twice() {
    let server = Server::play(vec![Act::Drop, to_query(NOTHING_DUE)]).await;
    let found = client().find_bills(&*server.json(), &query()).await;
    assert_eq!((found, server.count()), (Ok(FindOutcome::NothingDue), 2));

    let silent = Act::Stall(Vec::new());
    let server = Server::play(vec![silent.clone(), silent, to_query(NOTHING_DUE)]).await;
    let found = hasty_client().find_bills(&*server.json(), &query()).await;
    assert_eq!((found, server.count()), (Err(BillerFailure::TimedOut(300)), 2), "and not more");

    let server = Server::play(vec![to_query(REFUSED), to_query(NOTHING_DUE)]).await;
    let found = client().find_bills(&*server.json(), &query()).await;
    assert!(matches!(found, Err(BillerFailure::Refused { .. })), "{found:?}");
    assert_eq!(server.count(), 1, "a refusal is an answer");
}

#[rstest]
#[case::confirmed(to_confirmation(CONFIRMED), "Confirmed")]
#[case::refused(to_confirmation(REFUSED), "Refused")]
#[case::pending(to_confirmation(PENDING), "Pending")]
#[case::not_found(to_confirmation(r#"{"outcome":"not_found"}"#), "NotFound")]
#[case::dropped(Act::Drop, "Pending")]
#[case::not_signed(Act::Send(http("200 OK", "", r#"{"outcome":"not_found"}"#)), "Pending")]
#[case::http_404(Act::Send(http("404 Not Found", "", "")), "Pending")]
#[tokio::test]
async fn a_status_question(#[case] act: Act, #[case] expected: &str) {
    let server = Server::play(vec![act]).await;
    let outcome = client().status(&*server.json(), &confirmation(), now()).await;
    assert!(format!("{outcome:?}").starts_with(expected), "{outcome:?}");
}

#[tokio::test]
async fn an_open_breaker_answers_at_once_and_closes_after_one_good_probe() {
    let mut acts = vec![Act::Drop; 4];
    acts.extend([to_confirmation(CONFIRMED), to_confirmation(CONFIRMED)]);
    let server = Server::play(acts).await;
    let time = Arc::new(Mutex::new(Instant::now()));
    let clock = Arc::clone(&time);
    let client = BillerClient::with_clock(settings(), Arc::new(move || *clock.lock().unwrap())).unwrap();
    let connector = server.json();
    for _ in 0..3 {
        assert!(client.is_available(1020));
        client.confirm(&*connector, &confirmation(), now()).await;
    }
    assert!(!client.is_available(1020));
    assert!(client.is_available(1021), "others are not concerned");
    let outcome = client.confirm(&*connector, &confirmation(), now()).await;
    assert_eq!(outcome, ConfirmOutcome::Unknown(BillerFailure::CircuitOpen.to_string()));
    let outcome = client.status(&*connector, &confirmation(), now()).await;
    assert_eq!(outcome, StatusOutcome::Pending(BillerFailure::CircuitOpen.to_string()));
    assert_eq!(client.find_bills(&*connector, &query()).await, Err(BillerFailure::CircuitOpen));
    assert_eq!(server.count(), 3, "nothing was sent");

    *time.lock().unwrap() += COOLDOWN;
    client.confirm(&*connector, &confirmation(), now()).await;
    assert!(!client.is_available(1020), "the probe failed");
    *time.lock().unwrap() += COOLDOWN;
    for _ in 0..2 {
        let outcome = client.confirm(&*connector, &confirmation(), now()).await;
        assert!(matches!(outcome, ConfirmOutcome::Confirmed(_)), "{outcome:?}");
    }
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn a_cancelled_probe_gives_its_place_back() {
    let mut acts = vec![Act::Drop; 3];
    acts.extend([Act::Stall(Vec::new()), to_confirmation(CONFIRMED)]);
    let server = Server::play(acts).await;
    let time = Arc::new(Mutex::new(Instant::now()));
    let clock = Arc::clone(&time);
    let client = BillerClient::with_clock(settings(), Arc::new(move || *clock.lock().unwrap())).unwrap();
    let connector = server.json();
    for _ in 0..3 {
        client.confirm(&*connector, &confirmation(), now()).await;
    }
    *time.lock().unwrap() += COOLDOWN;
    let confirmation = confirmation();
    let cancelled = tokio::time::timeout(Duration::from_millis(100), client.confirm(&*connector, &confirmation, now()));
    assert!(cancelled.await.is_err());
    let outcome = client.confirm(&*connector, &confirmation, now()).await;
    assert!(matches!(outcome, ConfirmOutcome::Confirmed(_)), "{outcome:?}");
}

#[tokio::test]
async fn refusals_and_pending_do_not_open_the_breaker() {
    let acts = [REFUSED, PENDING].iter().cycle().take(10).map(|body| to_confirmation(body)).collect();
    let server = Server::play(acts).await;
    let (client, connector) = (client(), server.json());
    for _ in 0..10 {
        client.confirm(&*connector, &confirmation(), now()).await;
        assert!(client.is_available(1020));
    }
    assert_eq!(server.count(), 10);
}

/// The answer of the protocol's page to the operation.
fn page_answer(operation: &str) -> Act {
    let page = include_str!("../../../docs/biller-fatourati-soap.md");
    let mut blocks = page.split("```xml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let body = blocks.find(|block| block.contains(&format!("<ns:{operation}Response "))).unwrap();
    Act::Send(http("200 OK", "Content-Type: text/xml; charset=utf-8\r\n", body))
}

#[tokio::test]
async fn soap_over_a_socket() {
    let fault = Act::Send(http("500 Internal Server Error", "", "<x/>"));
    let acts =
        vec![page_answer("getImpayes"), fault, page_answer("setConfirmation"), page_answer("setAnnulation"), Act::Drop];
    let server = Server::play(acts).await;
    let (client, connector) = (client(), server.soap());
    let Ok(FindOutcome::Bills(bill)) = client.find_bills(&*connector, &query()).await else { panic!() };
    assert_eq!(bill.articles.len(), 2);
    let outcome = client.confirm(&*connector, &confirmation(), now()).await;
    assert!(matches!(outcome, ConfirmOutcome::Unknown(_)), "{outcome:?}");
    assert_eq!(client.status(&*connector, &confirmation(), now()).await, StatusOutcome::NotOffered);
    let outcome = client.confirm(&*connector, &confirmation(), now()).await;
    assert!(matches!(&outcome, ConfirmOutcome::Confirmed(receipt) if receipt.number == "R-2026-1"), "{outcome:?}");
    let cancellation = Cancellation { confirmation: confirmation(), cancelled_at: now(), reason: "error".into() };
    assert_eq!(client.cancel(&*connector, &cancellation, now()).await, CancelOutcome::Cancelled);
    let outcome = client.cancel(&*connector, &cancellation, now()).await;
    assert!(matches!(outcome, CancelOutcome::Unknown(_)), "{outcome:?}");
    assert_eq!(client.cancel(&*server.flat(), &cancellation, now()).await, CancelOutcome::NotOffered);
    assert!(server.requests.lock().unwrap()[0].to_lowercase().contains("soapaction: \"http://skeleton."));
}

#[tokio::test]
async fn bill_files_over_a_socket() {
    let lines = "H;FATOURA-BILLS;1;1020;1;2026-11-23\nD;02;12345678;A1;0;Octobre;168.00;\n";
    let file = format!("{lines}T;1;168.00;{}\n", hex::encode(Sha256::digest(lines)));
    // Larger than other answers may be.
    let large = format!("{lines}{}", "C;02;1\n".repeat(ANSWER_BYTES_MAX));
    let acts = vec![
        Act::Drop,
        Act::Send(http("200 OK", "", &file)),
        Act::Send(http("200 OK", "", &large)),
        Act::Send(http("404 Not Found", "", "")),
        Act::Send(http("404 Not Found", "", "")),
    ];
    let server = Server::play(acts).await;
    let (client, connector) = (client(), server.flat());
    let bytes = client.fetch_bill_file(&*connector, now()).await.unwrap();
    assert_eq!(parse_bill_file(&bytes).unwrap().bills.len(), 1);
    let bytes = client.fetch_bill_file(&*connector, now()).await.unwrap();
    assert!(parse_bill_file(&bytes).is_err());
    let missing = client.fetch_bill_file(&*connector, now()).await;
    assert_eq!(missing, Err(BillerFailure::BadAnswer("HTTP 404".into())));
    let live = client.find_bills(&*connector, &query()).await;
    assert!(matches!(live, Err(BillerFailure::Misconfigured(_))), "{live:?}");
    assert_eq!(server.count(), 5, "404 is tried twice like any other fetch; nothing else was asked");
}

#[rstest]
#[case::known_authority(true, "localhost", true)]
#[case::unknown_authority(false, "localhost", false)]
#[case::another_name(true, "127.0.0.1", false)]
#[tokio::test]
async fn certificates_are_verified(#[case] known: bool, #[case] host: &str, #[case] confirmed: bool) {
    let authority = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls/authority.pem");
    let settings = ClientSettings { extra_root_certificate: known.then_some(authority), ..settings() };
    let connector = build(ConnectorSettings::JsonRest {
        base_url: format!("https://{host}:{}", tls_server()),
        secret_env: "S".into(),
    });
    let outcome = BillerClient::new(settings).unwrap().confirm(&*connector, &confirmation(), now()).await;
    assert_eq!(matches!(outcome, ConfirmOutcome::Confirmed(_)), confirmed, "{outcome:?}");
    if let ConfirmOutcome::Unknown(why) = outcome {
        assert!(why.contains("certificate"), "{why}");
    }
}

#[rstest]
#[case::missing("no-such-file.pem")]
#[case::no_certificate("server.key")]
fn a_root_certificate_that_is_none(#[case] name: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name);
    let made = BillerClient::new(ClientSettings { extra_root_certificate: Some(path), ..settings() });
    assert!(matches!(made.err(), Some(BillerFailure::Misconfigured(_))));
}

#[rstest]
#[case::plain_http_elsewhere("http://biller.example.ma", false)]
#[case::this_machine("http://localhost:8080/", true)]
#[case::this_machine_v6("http://[::1]:8080", true)]
#[case::tls("https://biller.example.ma/api", true)]
#[case::look_alike("http://localhost.example.ma", false)]
#[case::no_url("biller.example.ma", false)]
#[case::other_scheme("ftp://biller.example.ma", false)]
#[case::query("https://biller.example.ma/?a=1", false)]
#[case::credentials("https://a:b@biller.example.ma", false)]
fn addresses(#[case] base_url: &str, #[case] good: bool) {
    let settings = ConnectorSettings::JsonRest { base_url: base_url.into(), secret_env: "S".into() };
    let built = settings.build(1020, &|_| Some(SecretString::from(SECRET)));
    assert_eq!(built.is_ok(), good);
}

#[rstest]
#[case::missing(None)]
#[case::empty(Some(""))]
fn a_missing_secret_is_named(#[case] secret: Option<&str>) {
    let settings =
        ConnectorSettings::JsonRest { base_url: "https://biller.example.ma".into(), secret_env: "WATER".into() };
    let Err(failure) = settings.build(1020, &|_| secret.map(SecretString::from)) else { panic!() };
    assert!(failure.to_string().contains("WATER"), "{failure}");
}
