use ledger::Money;
use rstest::rstest;
use secrecy::SecretString;

use super::*;
use crate::connector::BillerReceipt;
use crate::fixtures::{article, at, confirmation, connector, query, wire};
use crate::settings::ConnectorSettings;
use crate::signing::answer_signature;

fn json() -> Box<dyn Connector> {
    connector(&ConnectorSettings::JsonRest {
        base_url: "https://biller.example.ma/api".into(),
        secret_env: "SECRET".into(),
    })
}

fn signed(status: u16, reference: &str, body: &str) -> WireAnswer {
    let mut answer = wire(status, body);
    let signature = answer_signature(&SecretString::from("mac-secret"), reference, &answer).unwrap();
    answer.headers.push(("x-fatoura-signature".into(), signature));
    answer
}

fn found(body: &str) -> Result<FindOutcome, BillerFailure> {
    json().read_bills(&query(), &signed(200, "000000000042", body))
}

fn confirmed(body: &str) -> Result<ConfirmOutcome, BillerFailure> {
    json().read_confirmation(&confirmation(), &signed(200, "000000000043", body))
}

fn status(body: &str) -> Result<StatusOutcome, BillerFailure> {
    json().read_status(&confirmation(), &signed(200, "000000000043", body))
}

#[test]
fn a_look_up_and_its_signature() {
    let request = json().find_bills(&query()).unwrap();
    assert_eq!((request.method, request.url.as_str()), ("POST", "https://biller.example.ma/api/bills/find"));
    let body = r#"{"reference":"000000000042","receivable_type":"02","fields":{"contract":"12345678"},"language":"fr","channel":"WEB"}"#;
    assert_eq!(String::from_utf8(request.body).unwrap(), body);
    // Made with Python: hmac.new(b"mac-secret", b"POST\n/api/bills/find\n1795428000\n" + sha256(body).hexdigest(), "sha256").
    let expected = [
        ("Content-Type", "application/json"),
        ("X-Fatoura-Timestamp", "1795428000"),
        ("X-Fatoura-Reference", "000000000042"),
        ("X-Fatoura-Signature", "5d6c3bb32afbdb92ee09bff4361547ad8d9efeb6530c1769cc814d74784fe400"),
    ];
    assert_eq!(request.headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn a_confirmation_repeats_byte_for_byte() {
    let first = json().confirm(&confirmation(), at("2026-11-23T10:05:01Z")).unwrap();
    let again = json().confirm(&confirmation(), at("2026-11-24T10:05:01Z")).unwrap();
    assert_eq!(first.body, again.body);
    assert_ne!(first.headers, again.headers, "signed at another time");
    assert_eq!(first.url, "https://biller.example.ma/api/payments/confirm");
    let body = concat!(
        r#"{"reference":"000000000043","biller_reference":"700000000001","receivable_type":"02","#,
        r#""fields":{"contract":"12345678"},"articles":[{"id":"A1","kind":"receivable","amount":"168.00"},"#,
        r#"{"id":"A2","kind":"mandatory","amount":"2.00"}],"opaque":[["",""],["zone","12 & 13"]],"#,
        r#""amount":"170.00","currency":"504","paid_at":"2026-11-23T10:05:00Z","channel":"WEB","#,
        r#""instrument":"card","authorisation":"P12345"}"#
    );
    assert_eq!(String::from_utf8(first.body).unwrap(), body);
}

#[test]
fn a_status_question() {
    let request = json().status(&confirmation(), at("2026-11-23T10:05:01Z")).unwrap();
    assert_eq!(request.url, "https://biller.example.ma/api/payments/status");
    assert_eq!(request.body, br#"{"reference":"000000000043"}"#);
}

#[test]
fn amounts_that_do_not_add_up_are_not_sent() {
    let off = Confirmation { principal: Money::from_minor(17_001), ..confirmation() };
    assert!(matches!(json().confirm(&off, at("2026-11-23T10:05:01Z")), Err(BillerFailure::Misconfigured(_))));
}

#[test]
fn the_outcomes_of_a_look_up() {
    let bills = r#"{"outcome":"bills","biller_reference":"F-1","articles":[{"id":"A1","kind":"receivable","description":"Octobre 2026","amount":"168.00","date":"2026-10-31"},{"id":"A2","kind":"mandatory","description":"Taxe fixe","amount":"2.00","date":null}],"opaque":[["",""],["zone","12"]]}"#;
    let expected = FetchedBill {
        biller_reference: "F-1".into(),
        articles: vec![
            article("A1", ArticleKind::Receivable, 16_800, Some("2026-10-31")),
            article("A2", ArticleKind::Mandatory, 200, None),
        ],
        opaque: vec![(String::new(), String::new()), ("zone".into(), "12".into())],
    };
    assert_eq!(found(bills), Ok(FindOutcome::Bills(expected)));
    assert_eq!(found(r#"{"outcome":"nothing_due"}"#), Ok(FindOutcome::NothingDue));
    assert_eq!(found(r#"{"outcome":"unknown_customer"}"#), Ok(FindOutcome::UnknownCustomer));
    let refused = BillerFailure::Refused { code: "7".into(), message: "no".into() };
    assert_eq!(found(r#"{"outcome":"refused","code":"7","message":"no"}"#), Err(refused));
}

/// A bill with one article, parts of it replaced.
fn bill(article: &str) -> String {
    format!(r#"{{"outcome":"bills","biller_reference":"F","articles":[{article}],"opaque":[]}}"#)
}

#[rstest]
#[case::no_article(bill(""))]
#[case::number(bill(r#"{"id":"A","kind":"fee","description":"","amount":168.00,"date":null}"#))]
#[case::three_places(bill(r#"{"id":"A","kind":"fee","description":"","amount":"10.005","date":null}"#))]
#[case::no_places(bill(r#"{"id":"A","kind":"fee","description":"","amount":"10","date":null}"#))]
#[case::negative(bill(r#"{"id":"A","kind":"fee","description":"","amount":"-1.00","date":null}"#))]
#[case::zero(bill(r#"{"id":"A","kind":"fee","description":"","amount":"0.00","date":null}"#))]
#[case::kind(bill(r#"{"id":"A","kind":"tax","description":"","amount":"1.00","date":null}"#))]
#[case::date(bill(r#"{"id":"A","kind":"fee","description":"","amount":"1.00","date":"31/10/2026"}"#))]
#[case::no_id(bill(r#"{"id":" ","kind":"fee","description":"","amount":"1.00","date":null}"#))]
#[case::past_the_range(bill(r#"{"id":"A","kind":"fee","description":"","amount":"92233720368547758.07","date":null},{"id":"B","kind":"fee","description":"","amount":"0.01","date":null}"#))]
#[case::twice(bill(r#"{"id":"A","kind":"fee","description":"","amount":"1.00","date":null},{"id":"A","kind":"fee","description":"","amount":"1.00","date":null}"#))]
#[case::other_outcome(r#"{"outcome":"confirmed"}"#.into())]
#[case::cut_off(r#"{"outcome":"bi"#.into())]
#[case::empty(String::new())]
fn look_up_answers_that_make_no_sense(#[case] body: String) {
    let read = found(&body);
    assert!(matches!(read, Err(BillerFailure::BadAnswer(_))), "{read:?}");
}

#[test]
fn the_outcomes_of_a_confirmation_and_of_a_status_question() {
    let receipt = BillerReceipt { number: "R-1".into(), date: Some("2026-11-23".parse().unwrap()) };
    let yes = r#"{"outcome":"confirmed","receipt_number":"R-1","date":"2026-11-23"}"#;
    assert_eq!(confirmed(yes), Ok(ConfirmOutcome::Confirmed(receipt.clone())));
    assert_eq!(status(yes), Ok(StatusOutcome::Confirmed(receipt)));
    let refusal = Refusal { code: "7".into(), message: "no".into() };
    let no = r#"{"outcome":"refused","code":"7","message":"no"}"#;
    assert_eq!(confirmed(no), Ok(ConfirmOutcome::Refused(refusal.clone())));
    assert_eq!(status(no), Ok(StatusOutcome::Refused(refusal)));
    let pending = r#"{"outcome":"pending"}"#;
    assert!(matches!(confirmed(pending), Ok(ConfirmOutcome::Unknown(_))));
    assert!(matches!(status(pending), Ok(StatusOutcome::Pending(_))));
    let not_found = r#"{"outcome":"not_found"}"#;
    assert!(matches!(confirmed(not_found), Err(BillerFailure::BadAnswer(_))));
    assert_eq!(status(not_found), Ok(StatusOutcome::NotFound));
    let empty = r#"{"outcome":"confirmed","receipt_number":"","date":null}"#;
    assert!(matches!(confirmed(empty), Err(BillerFailure::BadAnswer(_))));
}

/// A refusal that cannot be trusted is no answer: it must never send money back.
#[rstest]
#[case::not_signed(wire(200, REFUSED))]
#[case::of_another_reference(signed(200, "000000000044", REFUSED))]
#[case::of_another_body({ let mut answer = signed(200, "000000000043", "{}"); answer.body = REFUSED.into(); answer })]
#[case::of_another_status({ let mut answer = signed(201, "000000000043", REFUSED); answer.status = 200; answer })]
#[case::upper_case({ let mut answer = signed(200, "000000000043", REFUSED); answer.headers[0].1.make_ascii_uppercase(); answer })]
#[case::http_201(signed(201, "000000000043", REFUSED))]
#[case::http_400(signed(400, "000000000043", REFUSED))]
#[case::http_500(signed(500, "000000000043", REFUSED))]
fn no_answer(#[case] answer: WireAnswer) {
    let read = json().read_confirmation(&confirmation(), &answer);
    assert!(matches!(read, Err(BillerFailure::BadAnswer(_))), "{read:?}");
    assert!(matches!(json().read_status(&confirmation(), &answer), Err(BillerFailure::BadAnswer(_))));
}

const REFUSED: &str = r#"{"outcome":"refused","code":"7","message":"no"}"#;

#[test]
fn failures_do_not_repeat_what_the_biller_said() {
    let Err(failure) = found(r#"{"outcome":"Fatima 0612345678"}"#) else { panic!() };
    assert!(!failure.to_string().contains("Fatima"), "{failure}");
}

fn cancellation() -> Cancellation {
    let cancelled_at = at("2026-11-23T11:00:00Z");
    Cancellation { confirmation: confirmation(), cancelled_at, reason: "wrong contract".into() }
}

fn cancelled(body: &str) -> Result<CancelOutcome, BillerFailure> {
    json().read_cancellation(&cancellation(), &signed(200, "000000000043", body))
}

#[test]
fn a_cancellation_repeats_byte_for_byte() {
    let first = json().cancel(&cancellation(), at("2026-11-23T11:00:01Z")).unwrap().unwrap();
    let again = json().cancel(&cancellation(), at("2026-11-24T11:00:01Z")).unwrap().unwrap();
    assert_eq!(first.body, again.body);
    assert_ne!(first.headers, again.headers, "signed at another time");
    assert_eq!(first.url, "https://biller.example.ma/api/payments/cancel");
    let body = concat!(
        r#"{"reference":"000000000043","amount":"170.00","currency":"504","#,
        r#""cancelled_at":"2026-11-23T11:00:00Z","reason":"wrong contract"}"#
    );
    assert_eq!(String::from_utf8(first.body).unwrap(), body);
}

#[rstest]
#[case(r#"{"outcome":"cancelled"}"#, "Cancelled")]
#[case(
    r#"{"outcome":"refused","code":"TOO_LATE","message":"booked"}"#,
    r#"Refused(Refusal { code: "TOO_LATE", message: "booked" })"#
)]
#[case(r#"{"outcome":"pending"}"#, r#"Unknown("the biller is still working on it")"#)]
fn answers_to_a_cancellation(#[case] body: &str, #[case] expected: &str) {
    assert_eq!(format!("{:?}", cancelled(body).unwrap()), expected);
}

#[rstest]
#[case::another_operation(r#"{"outcome":"confirmed","receipt_number":"R","date":null}"#)]
#[case::garbled("{")]
fn no_answer_to_a_cancellation(#[case] body: &str) {
    assert!(matches!(cancelled(body), Err(BillerFailure::BadAnswer(_))));
}

#[test]
fn an_unsigned_cancellation_is_no_answer() {
    let answer = wire(200, r#"{"outcome":"cancelled"}"#);
    assert!(matches!(json().read_cancellation(&cancellation(), &answer), Err(BillerFailure::BadAnswer(_))));
}
