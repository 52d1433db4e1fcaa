//! The JSON protocol: signatures, outcomes, the book.

use rstest::rstest;
use sandbox::{BookingOutcome, FaultKind, FaultRule};
use serde_json::{Value, json};

use crate::support::{client, post_json, signed, start};

const FIND: &str = "/billers/1001/bills/find";
const CONFIRM: &str = "/billers/1001/payments/confirm";
const STATUS: &str = "/billers/1001/payments/status";

fn find(kind: &str, contract: &str) -> Value {
    json!({ "reference": "000000000042", "receivable_type": kind, "fields": { "contract": contract },
            "language": "fr", "channel": "WEB" })
}

/// A confirmation of every line of a fetched bill.
fn confirmation(reference: &str, kind: &str, contract: &str, bill: &Value) -> Value {
    let mut lines = bill["articles"].as_array().unwrap().clone();
    let cents: i64 = lines.iter().map(|l| l["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap()).sum();
    for line in &mut lines {
        let line = line.as_object_mut().unwrap();
        line.remove("description");
        line.remove("date");
    }
    json!({ "reference": reference, "biller_reference": bill["biller_reference"], "receivable_type": kind,
            "fields": { "contract": contract }, "articles": lines, "opaque": bill["opaque"],
            "amount": format!("{}.{:02}", cents / 100, cents % 100), "currency": "504",
            "paid_at": "2026-11-23T10:00:00Z", "channel": "WEB", "instrument": "card", "authorisation": "P12345" })
}

#[rstest]
#[case("1001", "01", "12345678", "bills", 4)]
#[case("1001", "02", "12345678", "bills", 3)]
#[case("1001", "01", "11111111", "bills", 1)]
#[case("1001", "01", "22222222", "nothing_due", 0)]
#[case("1001", "01", "99999999", "unknown_customer", 0)]
#[case("1001", "09", "11111111", "refused", 0)]
#[case("1101", "01", "0612345678", "bills", 1)]
#[case("1101", "01", "0612345679", "nothing_due", 0)]
#[case("1101", "02", "0612345678", "refused", 0)]
#[case("1201", "01", "TAX-2026-001", "bills", 3)]
#[case("1201", "01", "TAX-2026-002", "bills", 1)]
#[case("1201", "01", "TAX-2026-003", "nothing_due", 0)]
#[case("1201", "02", "VEH-1", "bills", 1)]
#[case("1302", "01", "EL-77", "refused", 0)] // the field level is missing
#[case("1401", "01", "LOG-501", "bills", 3)]
#[case("1401", "01", "LOG-502", "nothing_due", 0)]
#[actix_web::test]
async fn finds(
    #[case] biller: &str,
    #[case] kind: &str,
    #[case] contract: &str,
    #[case] outcome: &str,
    #[case] lines: usize,
) {
    let sandbox = start().await;
    let path = format!("/billers/{biller}/bills/find");
    let (status, answer) = post_json(&sandbox.base_url(), &path, &find(kind, contract)).await;
    assert_eq!((status, answer["outcome"].as_str()), (200, Some(outcome)), "{answer}");
    assert_eq!(answer["articles"].as_array().map_or(0, Vec::len), lines);
    sandbox.stop().await;
}

#[actix_web::test]
async fn books_once_and_answers_alike() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let (_, bill) = post_json(&base, FIND, &find("01", "12345678")).await;
    let body = confirmation("000000000043", "01", "12345678", &bill);
    let asked = json!({ "reference": "000000000043" });
    assert_eq!(post_json(&base, STATUS, &asked).await.1, json!({ "outcome": "not_found" }));
    let (_, first) = post_json(&base, CONFIRM, &body).await;
    assert_eq!(first["outcome"], "confirmed", "{first}");
    assert_eq!(post_json(&base, CONFIRM, &body).await.1, first);
    assert_eq!(post_json(&base, STATUS, &asked).await.1, first);
    assert_eq!(post_json(&base, FIND, &find("01", "12345678")).await.1["outcome"], "nothing_due");

    let mut other = body.clone();
    other["authorisation"] = "P99999".into();
    assert_eq!(post_json(&base, CONFIRM, &other).await.1["code"], "REFERENCE_REUSED");
    let second = confirmation("000000000044", "01", "12345678", &bill);
    assert_eq!(post_json(&base, CONFIRM, &second).await.1["code"], "ALREADY_PAID");

    let bookings = sandbox.control().bookings(1001);
    assert_eq!(bookings.len(), 2);
    assert_eq!((bookings[0].attempts, bookings[0].conflicts, bookings[0].minor), (2, 1, 60_855));
    assert!(matches!(bookings[1].outcome, BookingOutcome::Refused { .. }));
    sandbox.stop().await;
}

#[rstest]
#[case("/articles/3", None, "MANDATORY_MISSING")]
#[case("/articles/0/amount", Some("214.49"), "BAD_AMOUNT")]
#[case("/articles/0/id", Some("NONE"), "ALREADY_PAID")]
#[case("/articles/1/id", Some("E-2608"), "DUPLICATE_ARTICLE")]
#[case("/biller_reference", Some("F-2"), "BAD_BILLER_REFERENCE")]
#[case("/opaque/1/1", Some("13"), "OPAQUE_CHANGED")]
#[case("/fields/contract", Some(""), "FIELD_MISSING")]
#[actix_web::test]
async fn objects(#[case] pointer: &str, #[case] replacement: Option<&str>, #[case] code: &str) {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let (_, bill) = post_json(&base, FIND, &find("01", "12345678")).await;
    let mut body = confirmation("000000000043", "01", "12345678", &bill);
    match replacement {
        Some(text) => *body.pointer_mut(pointer).unwrap() = text.into(),
        None => drop(body["articles"].as_array_mut().unwrap().pop()),
    }
    let lines = body["articles"].as_array().unwrap();
    let cents: i64 = lines.iter().map(|l| l["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap()).sum();
    body["amount"] = format!("{}.{:02}", cents / 100, cents % 100).into();
    let (_, answer) = post_json(&base, CONFIRM, &body).await;
    assert_eq!(answer["code"], code, "{answer}");
    sandbox.stop().await;
}

#[rstest]
#[case("1101", "01", "0612345678", "250.00", true)]
#[case("1101", "01", "0612345678", "300.00", true)]
#[case("1101", "01", "0612345678", "249.99", false)]
#[case("1302", "01", "EL-77", "0.50", true)]
#[case("1302", "01", "EL-77", "20.00", true)]
#[case("1101", "02", "0699999999", "10.00", true)]
#[case("1101", "02", "0699999999", "1000.00", true)]
#[case("1101", "02", "0699999999", "15.00", false)]
#[case("1101", "02", "0699999999", "1010.00", false)]
#[case("1101", "02", "0699999999", "0.00", false)]
#[actix_web::test]
async fn holds_to_the_amount_rule(
    #[case] biller: &str,
    #[case] kind: &str,
    #[case] contract: &str,
    #[case] amount: &str,
    #[case] taken: bool,
) {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let fields = json!({ "contract": contract, "level": "CP" });
    let mut query = find(kind, contract);
    query["fields"] = fields.clone();
    let (_, bill) = post_json(&base, &format!("/billers/{biller}/bills/find"), &query).await;
    let empty = json!({ "biller_reference": "", "articles": [], "opaque": [] });
    let bill = if kind == "02" { &empty } else { &bill };
    let mut body = confirmation("000000000043", kind, contract, bill);
    body["fields"] = fields;
    body["amount"] = amount.into();
    if let Some(line) = body["articles"].get_mut(0) {
        line["amount"] = amount.into();
    }
    let (_, answer) = post_json(&base, &format!("/billers/{biller}/payments/confirm"), &body).await;
    assert_eq!(answer["outcome"] == "confirmed", taken, "{answer}");
    sandbox.stop().await;
}

#[rstest]
#[case("X-Fatoura-Signature", "00")]
#[case("X-Fatoura-Timestamp", "1000")]
#[case("X-Fatoura-Signature", "")]
#[actix_web::test]
async fn refuses_a_bad_signature(#[case] header: &str, #[case] value: &str) {
    let sandbox = start().await;
    let body = find("01", "11111111").to_string();
    let mut request = signed("POST", &sandbox.base_url(), FIND, "000000000042", &body).build().unwrap();
    request.headers_mut().insert(header.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap());
    assert_eq!(client().execute(request).await.unwrap().status(), 401);
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_pending_confirmation_is_settled_by_the_next_question() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    sandbox.control().set_fault(FaultRule::new("biller:1001", FaultKind::Pending).on("confirm").times(1)).unwrap();
    let (_, bill) = post_json(&base, FIND, &find("01", "11111111")).await;
    let body = confirmation("000000000043", "01", "11111111", &bill);
    assert_eq!(post_json(&base, CONFIRM, &body).await.1["outcome"], "pending");
    let (_, settled) = post_json(&base, STATUS, &json!({ "reference": "000000000043" })).await;
    assert_eq!(settled["outcome"], "confirmed");
    assert_eq!(post_json(&base, CONFIRM, &body).await.1, settled);
    assert_eq!(sandbox.control().bookings(1001).len(), 1);
    sandbox.stop().await;
}
