//! Each kind of fault, seen by a client that reads bare bytes.

use rstest::rstest;
use sandbox::{FaultKind, FaultRule, RunningSandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{client, post_json, signed, start};

const TOP_UP: &str = "/billers/1101/payments/confirm";

fn top_up(reference: &str) -> Value {
    json!({ "reference": reference, "biller_reference": "", "receivable_type": "02",
            "fields": { "contract": "0612345678" }, "articles": [], "opaque": [], "amount": "20.00", "currency": "504",
            "paid_at": "2026-11-23T10:00:00Z", "channel": "WEB", "instrument": "card", "authorisation": "P1" })
}

/// Sends a signed confirmation over a bare socket; every byte that comes back until the peer closes.
async fn raw(sandbox: &RunningSandbox, body: &Value) -> Vec<u8> {
    let base = sandbox.base_url();
    let reference = body["reference"].as_str().unwrap();
    let request = signed("POST", &base, TOP_UP, reference, &body.to_string()).build().unwrap();
    let mut head = format!("POST {TOP_UP} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n");
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    let body = body.to_string();
    head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset counts as a close: what matters is that no byte of an answer came.
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

#[rstest]
#[case(FaultKind::DropAfter, "", 1)]
#[case(FaultKind::DropBefore, "", 0)]
#[case(FaultKind::Down, "HTTP/1.1 503", 0)]
#[case(FaultKind::Garble, "HTTP/1.1 200", 1)]
#[case(FaultKind::Delay { ms: 30 }, "HTTP/1.1 200", 1)]
#[case(FaultKind::Refuse, "HTTP/1.1 200", 1)]
#[case(FaultKind::AnswerTwice, "HTTP/1.1 200", 1)]
#[case(FaultKind::Pending, "HTTP/1.1 200", 1)]
#[actix_web::test]
async fn each_kind_on_the_wire(#[case] kind: FaultKind, #[case] starts: &str, #[case] received: usize) {
    let sandbox = start().await;
    sandbox.control().set_fault(FaultRule::new("biller:1101", kind).times(1)).unwrap();
    let asked = std::time::Instant::now();
    let answer = String::from_utf8_lossy(&raw(&sandbox, &top_up("000000000043")).await).into_owned();
    assert_eq!(answer.is_empty(), starts.is_empty(), "{answer}");
    assert!(answer.starts_with(starts), "{answer}");
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let outcome = parsed.as_ref().and_then(|value| value["outcome"].as_str());
    let bookings = sandbox.control().bookings(1101);
    assert_eq!(bookings.len(), received);
    match kind {
        FaultKind::Delay { ms } => assert!(asked.elapsed().as_millis() >= u128::from(ms)),
        FaultKind::Garble => assert_eq!(parsed, None, "{answer}"),
        FaultKind::Refuse => assert_eq!(outcome, Some("refused")),
        FaultKind::Pending => assert_eq!(outcome, Some("pending")),
        FaultKind::AnswerTwice => assert_eq!((outcome, bookings[0].attempts), (Some("confirmed"), 2)),
        _ => {}
    }
    // The fault was for one call: the same confirmation again gets its answer, and one booking stands.
    assert!(sandbox.control().faults().is_empty());
    let (_, again) = post_json(&sandbox.base_url(), TOP_UP, &top_up("000000000043")).await;
    assert_eq!(again["outcome"], if kind == FaultKind::Refuse { "refused" } else { "confirmed" });
    assert_eq!(sandbox.control().bookings(1101).len(), 1);
    sandbox.stop().await;
}

#[actix_web::test]
async fn only_the_named_target_and_call_fail() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let control = sandbox.control();
    control.set_fault(FaultRule::new("biller:1101", FaultKind::Down).on("status")).unwrap();
    control.set_fault(FaultRule::new("biller:1001", FaultKind::Down)).unwrap();
    assert_eq!(post_json(&base, TOP_UP, &top_up("000000000043")).await.0, 200);
    let status =
        || signed("POST", &base, "/billers/1101/payments/status", "000000000043", r#"{"reference":"000000000043"}"#);
    for _ in 0..3 {
        assert_eq!(status().send().await.unwrap().status(), 503);
    }
    control.clear_faults();
    assert_eq!(status().send().await.unwrap().status(), 200);
    sandbox.stop().await;
}

#[actix_web::test]
async fn faults_over_the_control_interface() {
    let sandbox = start().await;
    let faults = format!("{}/control/faults", sandbox.base_url());
    let put = |body: Value| client().put(&faults).body(body.to_string()).send();
    let rule = json!({ "target": "gateway", "call": "callback", "kind": "delay", "ms": 10, "times": 2 });
    let made = put(rule).await.unwrap();
    assert_eq!(made.status(), 201);
    let id = serde_json::from_str::<Value>(&made.text().await.unwrap()).unwrap()["id"].as_u64().unwrap();
    let listed: Value =
        serde_json::from_str(&client().get(&faults).send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(
        listed,
        json!([{ "id": id, "target": "gateway", "call": "callback", "kind": "delay", "ms": 10, "times": 2 }])
    );
    for bad in [
        json!({ "target": "biller:9999", "kind": "down" }),
        json!({ "target": "gateway", "call": "find", "kind": "down" }),
        json!({ "target": "gateway", "kind": "explode" }),
        json!({ "target": "gateway", "kind": "delay", "ms": 10_000_000 }),
        json!({ "target": "gateway", "kind": "down", "times": 0 }),
        json!([]),
    ] {
        assert_eq!(put(bad.clone()).await.unwrap().status(), 400, "{bad}");
    }
    let one = format!("{faults}/{id}");
    assert_eq!(client().delete(&one).send().await.unwrap().status(), 200);
    assert_eq!(client().delete(&one).send().await.unwrap().status(), 404);
    sandbox.stop().await;
}
