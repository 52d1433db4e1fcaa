//! The SMS provider.

use rstest::rstest;
use sandbox::{FaultKind, FaultRule};
use serde_json::Value;

use crate::support::{Receiver, client, start, value};

const URL: &str = "/twilio/2010-04-01/Accounts/ACsandbox/Messages.json";

async fn send(base: &str, token: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let request = client().post(format!("{base}{URL}")).basic_auth("ACsandbox", Some(token)).form(form);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

const TO: (&str, &str) = ("To", "+212612345678");
const FROM: (&str, &str) = ("From", "+15005550006");

#[rstest]
#[case("sandbox-token", &[TO, FROM, ("Body", "Reçu 42")], 201, None)]
#[case("sandbox-token", &[TO, ("MessagingServiceSid", "MG1"), ("Body", "x")], 201, None)]
#[case("wrong", &[TO, FROM, ("Body", "x")], 401, Some(20003))]
#[case("sandbox-token", &[("To", "0612345678"), FROM, ("Body", "x")], 400, Some(21211))]
#[case("sandbox-token", &[("To", "+0612345678"), FROM, ("Body", "x")], 400, Some(21211))]
#[case("sandbox-token", &[FROM, ("Body", "x")], 400, Some(21604))]
#[case("sandbox-token", &[TO, ("Body", "x")], 400, Some(21603))]
#[case("sandbox-token", &[TO, FROM], 400, Some(21602))]
#[actix_web::test]
async fn messages(#[case] token: &str, #[case] form: &[(&str, &str)], #[case] status: u16, #[case] code: Option<u64>) {
    let sandbox = start().await;
    let (found, answer) = send(&sandbox.base_url(), token, form).await;
    assert_eq!((found, answer["code"].as_u64()), (status, code), "{answer}");
    assert_eq!(sandbox.control().sms().len(), usize::from(status == 201));
    if status == 201 {
        assert!(answer["sid"].as_str().unwrap().starts_with("SM"));
        assert_eq!((&answer["status"], &answer["to"]), (&"queued".into(), &"+212612345678".into()));
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn arabic_counts_ucs2_and_shows_in_the_inbox() {
    let sandbox = start().await;
    let body = "م".repeat(71);
    let (_, answer) = send(&sandbox.base_url(), "sandbox-token", &[TO, FROM, ("Body", &body)]).await;
    assert_eq!(answer["num_segments"], "2");
    let inbox = client().get(format!("{}/inbox/sms", sandbox.base_url())).send().await.unwrap().text().await.unwrap();
    assert!(inbox.contains(&format!("<pre dir=\"auto\">{body}</pre>")), "{inbox}");
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_status_callback_follows() {
    let sandbox = start().await;
    let hub = Receiver::start(204, "").await;
    let form = [TO, FROM, ("Body", "x"), ("StatusCallback", &hub.url)];
    let (_, answer) = send(&sandbox.base_url(), "sandbox-token", &form).await;
    let came = hub.wait_for(1).await;
    assert_eq!(value(&came[0], "MessageSid"), answer["sid"].as_str().unwrap());
    assert_eq!(value(&came[0], "MessageStatus"), "delivered");
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_dropped_answer_was_sent_all_the_same() {
    let sandbox = start().await;
    sandbox.control().set_fault(FaultRule::new("sms", FaultKind::DropAfter).times(1)).unwrap();
    let url = format!("{}{URL}", sandbox.base_url());
    let request = client().post(url).basic_auth("ACsandbox", Some("sandbox-token")).form(&[TO, FROM, ("Body", "x")]);
    assert!(request.send().await.is_err());
    assert_eq!(sandbox.control().sms().len(), 1);
    sandbox.stop().await;
}
