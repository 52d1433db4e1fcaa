//! Who is believed, and who is not.

use chrono::TimeDelta;
use reqwest::Method;
use rstest::rstest;
use sandbox::{NetworkAnswer, NetworkSignature, NetworkSystem};
use serde_json::json;

use super::{Counter, OUTLET, import_networks, refused, system};
use crate::support::{Backend, secret_of};

const PATH: &str = "/agents/v1/outlets/20001/shifts?limit=5";
const SHIFTS: &str = "/agents/v1/outlets/20001/shifts";

/// Changes a header; `-` takes it out, `+` sends it twice.
fn with(mut signature: NetworkSignature, name: &str, value: &str) -> NetworkSignature {
    let at = signature.headers.iter().position(|(known, _)| *known == name).unwrap();
    match value {
        "-" => drop(signature.headers.remove(at)),
        "+" => signature.headers.push(signature.headers[at].clone()),
        value => value.clone_into(&mut signature.headers[at].1),
    }
    signature
}

async fn send(counter: &Counter, target: &str, signature: &NetworkSignature) -> NetworkAnswer {
    counter.system.send(Method::GET, target, signature, Vec::new(), 0).await.unwrap()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_header_counts(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    let sign = || counter.system.sign("GET", PATH, b"", &NetworkSystem::fresh_request());
    assert_eq!(send(&counter, PATH, &sign()).await.status, 200);
    let before = counter.app.database.number("SELECT COUNT(*) FROM agent_requests");
    let names =
        ["X-Fatoura-Network", "X-Fatoura-Key", "X-Fatoura-Timestamp", "X-Fatoura-Request", "X-Fatoura-Signature"];
    for name in names {
        for change in ["-", "+", "", "é", "\u{20ac}", "   ", "a b c"] {
            let answer = send(&counter, PATH, &with(sign(), name, change)).await;
            refused(&answer, 400, "bad-header");
            assert!(answer.text("/detail").contains(&name.to_lowercase()), "{answer:?}");
        }
    }
    let now = counter.app.now().timestamp();
    let old = (now - 310).to_string();
    let soon = (now + 310).to_string();
    let other = (now - 7).to_string();
    let stale = [("X-Fatoura-Timestamp", old.as_str()), ("X-Fatoura-Timestamp", "0"), ("X-Fatoura-Timestamp", &soon)];
    for (name, value) in stale {
        refused(&send(&counter, PATH, &with(sign(), name, value)).await, 401, "stale-timestamp");
    }
    let wrong = "0".repeat(64);
    let changes = [
        ("X-Fatoura-Network", "BARID"),
        ("X-Fatoura-Network", "NOBODY"),
        ("X-Fatoura-Key", "NETWORK_SECRET_ATLAS_NEXT"),
        ("X-Fatoura-Key", "NETWORK_SECRET_BARID"),
        ("X-Fatoura-Key", "PATH"),
        ("X-Fatoura-Timestamp", other.as_str()),
        ("X-Fatoura-Request", "another-request-id"),
        ("X-Fatoura-Signature", &wrong),
    ];
    let mut answers = Vec::new();
    for (name, value) in changes {
        let mut answer = send(&counter, PATH, &with(sign(), name, value)).await;
        refused(&answer, 401, "bad-signature");
        answer.body["trace_id"] = json!("");
        answers.push(answer);
    }
    // Nothing tells an unknown network from a wrong signature.
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(counter.app.database.number("SELECT COUNT(*) FROM agent_requests"), before);
    counter.app.finish().await;
}

#[rstest]
#[case::method("POST", SHIFTS, r#"{"till":"1","opening_cash":"0.00"}"#, false)]
#[case::as_signed("POST", SHIFTS, r#"{"till":"1","opening_cash":"500.00"}"#, true)]
#[case::other_path("POST", "/agents/v1/outlets/20002/shifts", r#"{"till":"1","opening_cash":"500.00"}"#, false)]
#[case::query_added("POST", "/agents/v1/outlets/20001/shifts?a=1", r#"{"till":"1","opening_cash":"500.00"}"#, false)]
#[case::space_in_body("POST", SHIFTS, r#"{"till":"1", "opening_cash":"500.00"}"#, false)]
#[case::no_body("POST", SHIFTS, "", false)]
#[case::read_instead("GET", SHIFTS, "", false)]
#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_request_is_signed(
    #[case] method: &str,
    #[case] target: &str,
    #[case] body: &str,
    #[case] taken: bool,
) {
    let counter = Counter::open(Backend::Sqlite).await.unwrap();
    let signed = br#"{"till":"1","opening_cash":"500.00"}"#;
    let signature = counter.system.sign("POST", SHIFTS, signed, &NetworkSystem::fresh_request());
    let method: Method = method.parse().unwrap();
    let answer = counter.system.send(method, target, &signature, body.as_bytes().to_vec(), 0).await.unwrap();
    if taken {
        assert_eq!(answer.status, 200, "{answer:?}");
    } else {
        refused(&answer, 401, "bad-signature");
    }
    assert_eq!(counter.app.database.number("SELECT COUNT(*) FROM shifts"), i64::from(taken));
    counter.app.finish().await;
}

/// While one secret replaces another both sign; one that left the file signs no more.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_replaced(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    let next = system(&counter.app, "ATLAS", "NETWORK_SECRET_ATLAS_NEXT", &counter.ahead);
    let path = format!("/outlets/{OUTLET}/float");
    for system in [&counter.system, &next] {
        assert_eq!(system.get(&path).await.unwrap().status, 200);
    }
    // The right name with the other's value.
    let mixed = counter.system.clone().with_secret("NETWORK_SECRET_ATLAS", &secret_of("NETWORK_SECRET_ATLAS_NEXT", ""));
    refused(&mixed.get(&path).await.unwrap(), 401, "bad-signature");
    import_networks(&counter.app, |text| text.replace(r#""NETWORK_SECRET_ATLAS", "#, "")).await;
    refused(&counter.system.get(&path).await.unwrap(), 401, "bad-signature");
    assert_eq!(next.get(&path).await.unwrap().status, 200);
    counter.app.finish().await;
}

/// A request id is taken once, by whatever node, whatever it asks for; the network's other requests go on.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_taken_in_once(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    let id = NetworkSystem::fresh_request();
    let body = br#"{"till":"1","opening_cash":"500.00"}"#;
    let signature = counter.system.sign("POST", SHIFTS, body, &id);
    let send = || counter.system.send(Method::POST, SHIFTS, &signature, body.to_vec(), 0);
    let answers = [send().await, send().await, send().await].map(Result::unwrap);
    assert_eq!(answers[0].status, 200);
    refused(&answers[1], 409, "request-replayed");
    refused(&answers[2], 409, "request-replayed");
    // The same id under another signature is the same id; reads are no exception.
    let read = counter.system.sign("GET", PATH, b"", &id);
    refused(&counter.system.send(Method::GET, PATH, &read, Vec::new(), 0).await.unwrap(), 409, "request-replayed");
    // Another network's ids are its own.
    let barid = system(&counter.app, "BARID", "NETWORK_SECRET_BARID", &counter.ahead);
    let float = "/agents/v1/outlets/10001/float";
    let theirs = barid.sign("GET", float, b"", &id);
    assert_eq!(barid.send(Method::GET, float, &theirs, Vec::new(), 0).await.unwrap().status, 200);
    // When its time is over the timestamp refuses the request. The rows stay for a while: a body may arrive later than
    // its timestamp was looked at, and another node's clock may be behind.
    let kept = async || {
        counter.app.hub.prune().await.unwrap();
        counter.app.database.number("SELECT COUNT(*) FROM agent_requests")
    };
    let all = kept().await;
    counter.pass(TimeDelta::minutes(6));
    refused(&send().await.unwrap(), 401, "stale-timestamp");
    counter.pass(TimeDelta::minutes(8));
    assert_eq!((kept().await, all > 0), (all, true));
    counter.pass(TimeDelta::minutes(2));
    assert_eq!(kept().await, 0);
    counter.app.finish().await;
}
