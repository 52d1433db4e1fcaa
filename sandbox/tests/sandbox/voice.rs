//! The pay connector, token charges, and a telephone without a hub.

use rstest::rstest;
use sandbox::{Dial, OrderState, PhoneKeys};
use serde_json::{Value, json};

use crate::support::{Receiver, client, start, value};

async fn tokenize(base: &str, password: &str, body: &Value) -> (u16, Value) {
    let request = client().post(format!("{base}/fim/connector")).basic_auth("api", Some(password)).json(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn card(number: &str) -> Value {
    json!({ "method": "tokenize", "cardnumber": number, "expiry_month": "12", "expiry_year": "40", "cvv": "123" })
}

async fn charge(base: &str, oid: &str, kind: &str, token: &str) -> String {
    let xml = format!(
        "<CC5Request><Name>api</Name><Password>sandbox-api</Password><ClientId>600001234</ClientId><Type>{kind}</Type>\
         <OrderId>{oid}</OrderId><Total>168.00</Total><Currency>504</Currency>\
         <Extra><PAYMENTTOKEN>{token}</PAYMENTTOKEN></Extra></CC5Request>"
    );
    client().post(format!("{base}/fim/api")).form(&[("DATA", xml)]).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_token_is_charged_once_and_an_order_too() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let (status, made) = tokenize(&base, "sandbox-api", &card("4000000000000010")).await;
    assert_eq!((status, &made["error_code"]), (200, &Value::Null));
    let token = made["token_id"].as_str().unwrap();
    assert!(charge(&base, "H1", "Auth", token).await.contains("<ProcReturnCode>00</ProcReturnCode>"));
    let order = sandbox.control().order("H1").unwrap();
    assert_eq!(
        (order.state, order.captured_minor, order.mask.as_str()),
        (OrderState::Captured, 16_800, "4***********0010")
    );
    let again = charge(&base, "H1", "Auth", token).await;
    assert!(again.contains("exists already"), "{again}");
    let used = charge(&base, "H2", "Auth", token).await;
    assert!(used.contains("<Response>Error</Response>") && used.contains("was used"), "{used}");
    sandbox.stop().await;
}

#[rstest]
#[case("4000000000000028", "PreAuth", "00", Some(OrderState::Authorised))]
#[case("4000000000000036", "Auth", "05", Some(OrderState::Declined))]
#[case("4000000000000044", "Auth", "51", Some(OrderState::Declined))]
#[case("4222222222222", "Auth", "14", Some(OrderState::Declined))]
#[tokio::test]
async fn what_the_bank_says(
    #[case] number: &str,
    #[case] kind: &str,
    #[case] code: &str,
    #[case] state: Option<OrderState>,
) {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let (_, made) = tokenize(&base, "sandbox-api", &card(number)).await;
    let answer = charge(&base, "H1", kind, made["token_id"].as_str().unwrap()).await;
    assert!(answer.contains(&format!("<ProcReturnCode>{code}</ProcReturnCode>")), "{answer}");
    assert_eq!(sandbox.control().order("H1").map(|order| order.state), state);
    sandbox.stop().await;
}

#[rstest]
#[case::password("wrong", card("4000000000000010"), 401)]
#[case::check_digit("sandbox-api", card("4000000000000011"), 200)]
#[case::method("sandbox-api", json!({ "method": "charge", "cardnumber": "4000000000000010" }), 200)]
#[case::expiry("sandbox-api", json!({ "method": "tokenize", "cardnumber": "4000000000000010", "expiry_month": "13", "expiry_year": "40", "cvv": "123" }), 200)]
#[case::code("sandbox-api", json!({ "method": "tokenize", "cardnumber": "4000000000000010", "expiry_month": "12", "expiry_year": "40", "cvv": "1" }), 200)]
#[case::shape("sandbox-api", json!([1]), 400)]
#[tokio::test]
async fn cards_without_a_token(#[case] password: &str, #[case] body: Value, #[case] expected: u16) {
    let sandbox = start().await;
    let (status, answer) = tokenize(&sandbox.base_url(), password, &body).await;
    assert_eq!(status, expected, "{answer}");
    assert!(answer["token_id"].is_null() && answer["error_code"].is_string(), "{answer}");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_hub_that_does_not_speak_twiml_is_hung_up_on() {
    let sandbox = start().await;
    let control = sandbox.control();
    for (status, answer) in [(200, "hello"), (200, "<Other/>"), (500, "no"), (403, "Forbidden")] {
        let hub = Receiver::start(status, answer).await;
        let url = Some(hub.url.replace("/webhooks/cmi", "/ivr/start"));
        let call = control.dial(Dial { url, ..Dial::from("+212612345678") }).await.unwrap();
        assert!(call.ended, "{call:?}");
        // The call, and the word that it is over.
        let received = hub.wait_for(2).await;
        assert_eq!((value(&received[0], "CallStatus"), value(&received[1], "CallStatus")), ("ringing", "completed"));
        assert_eq!(value(&received[0], "From"), "+212612345678");
        assert!(control.press(&call.sid, PhoneKeys::Keys("1".into())).await.is_err());
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn the_control_interface_and_the_page() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let hub = Receiver::start(
        200,
        "<Response><Gather numDigits=\"1\" action=\"http://127.0.0.1:1/x\"><Say language=\"fr-FR\">Bonjour &amp; bienvenue</Say></Gather></Response>",
    )
    .await;
    let put = |path: String, body: Value| async move {
        let answer = client().put(path).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let dial = json!({ "from": "+212612345678", "to": "+212520000000", "url": hub.url });
    let (status, call) = put(format!("{base}/control/calls"), dial).await;
    assert_eq!((status, &call["ended"]), (201, &json!(false)), "{call}");
    assert_eq!(call["lines"][0], json!({ "said": { "language": "fr-FR", "text": "Bonjour & bienvenue" } }));
    let sid = call["sid"].as_str().unwrap().to_owned();
    for (keys, expected) in [("x", 400), ("r", 200), ("h", 200), ("1", 400)] {
        let (status, answer) = put(format!("{base}/control/calls/{sid}/keys"), json!({ "keys": keys })).await;
        assert_eq!(status, expected, "{keys}: {answer}");
    }
    assert_eq!(put(format!("{base}/control/calls/CAx/keys"), json!({ "keys": "1" })).await.0, 404);
    for bad in [json!({}), json!({ "from": "0612345678", "to": "x" })] {
        assert_eq!(put(format!("{base}/control/calls"), bad).await.0, 400);
    }
    let page = client().get(format!("{base}/calls/{sid}")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Bonjour &#38; bienvenue") && page.contains("byte for byte"), "{page}");
    let list = client().get(format!("{base}/calls")).send().await.unwrap().text().await.unwrap();
    assert!(list.contains(&sid) && list.contains("over"));
    sandbox.stop().await;
}
