//! Requests that are not the provider's, or that no provider sends.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rstest::rstest;
use sandbox::Dial;
use sha1::Sha1;

use super::CALLER;
use crate::support::{Backend, Setup, TestApp};

type Form = Vec<(String, String)>;

fn form(fields: &[(&str, &str)]) -> Form {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The provider's signature, written a third time.
fn signature(url: &str, form: &Form) -> String {
    let mut sorted = form.clone();
    sorted.sort();
    let mut mac = Hmac::<Sha1>::new_from_slice(b"sandbox-token").unwrap();
    mac.update(url.as_bytes());
    sorted.iter().for_each(|(name, value)| mac.update(format!("{name}{value}").as_bytes()));
    STANDARD.encode(mac.finalize().into_bytes())
}

async fn send(app: &TestApp, path: &str, form: &Form, signature: &str) -> (u16, String) {
    let request = reqwest::Client::new().post(format!("{}{path}", app.url)).header("X-Twilio-Signature", signature);
    let answer = request.form(form).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Posts to a step as the provider would.
pub async fn post(app: &TestApp, step: i32, form: &Form) -> (u16, String) {
    let path = format!("/ivr/steps/{step}");
    let signature = signature(&format!("{}{path}", app.url), form);
    send(app, &path, form, &signature).await
}

#[rstest]
#[case::start("/ivr/start")]
#[case::step("/ivr/steps/1")]
#[case::status("/ivr/status")]
#[tokio::test(flavor = "multi_thread")]
async fn without_the_providers_signature_nothing_is_heard(#[case] path: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let phone = app.dial(CALLER).await;
    let good = form(&[("CallSid", &phone.call.sid), ("From", CALLER), ("Digits", "2"), ("CallStatus", "completed")]);
    let right = signature(&format!("{}{path}", app.url), &good);
    let mut other = good.clone();
    other[2].1 = "3".to_owned();
    let before = app.database.at_rest();
    let wrong = [
        (path.to_owned(), &good, String::new()),
        (path.to_owned(), &good, "nonsense".to_owned()),
        (path.to_owned(), &good, right[..27].to_owned()),
        (path.to_owned(), &other, right.clone()),
        (format!("{path}?a=1"), &good, right.clone()),
    ];
    for (path, form, signature) in wrong {
        let (status, body) = send(&app, &path, form, &signature).await;
        assert_eq!((status, body.as_str()), (403, "Forbidden"), "{path} {signature}");
    }
    assert_eq!(app.database.at_rest(), before);
    let (status, body) = send(&app, path, &good, &right).await;
    assert!(matches!(status, 200 | 204), "{status} {body}");
    app.finish().await;
}

#[rstest]
#[case::no_call("/ivr/start", &[("From", CALLER)], 400)]
#[case::empty_call("/ivr/start", &[("CallSid", "")], 400)]
#[case::hostile_call("/ivr/start", &[("CallSid", "'; DROP TABLE voice_calls; --")], 400)]
#[case::unknown_call("/ivr/steps/1", &[("CallSid", "CAunknown"), ("Digits", "1")], 404)]
#[case::no_step("/ivr/steps/x", &[("CallSid", "CA1")], 404)]
#[case::negative("/ivr/steps/-1", &[("CallSid", "CA1")], 404)]
#[case::huge("/ivr/steps/99999999999999999999", &[("CallSid", "CA1")], 404)]
#[case::nowhere("/ivr/other", &[("CallSid", "CA1")], 404)]
#[case::odd_status("/ivr/status", &[("CallSid", "CA1"), ("CallStatus", "<script>")], 204)]
#[case::status_of_nobody("/ivr/status", &[("CallSid", "CA1"), ("CallStatus", "completed")], 204)]
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_make_no_sense(#[case] path: &str, #[case] fields: &[(&str, &str)], #[case] expected: u16) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let form = form(fields);
    let (status, body) = send(&app, path, &form, &signature(&format!("{}{path}", app.url), &form)).await;
    assert_eq!(status, expected, "{body}");
    assert!(!body.contains("voice_calls") && !body.contains('<'), "{body}");
    app.finish().await;
}

#[rstest]
#[case::get("GET", "", 405)]
#[case::put("PUT", "a=1", 405)]
#[case::json("POST", "{}", 400)]
#[tokio::test(flavor = "multi_thread")]
async fn other_methods_and_bodies(#[case] method: &str, #[case] body: &'static str, #[case] expected: u16) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    for path in ["/ivr/start", "/ivr/steps/1", "/ivr/status"] {
        let request = reqwest::Client::new().request(method.parse().unwrap(), format!("{}{path}", app.url));
        let kind = if method == "POST" { "application/json" } else { "application/x-www-form-urlencoded" };
        let answer = request.header("content-type", kind).body(body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{method} {path}");
        assert_eq!(answer.headers().contains_key("allow"), expected == 405);
    }
    let long = "9".repeat(20_000);
    let form = form(&[("CallSid", "CA1"), ("Digits", &long)]);
    assert_eq!(post(&app, 1, &form).await.0, 413);
    let many: Form = (0..150).map(|at| (format!("x{at}"), String::new())).collect();
    assert_eq!(post(&app, 1, &many).await.0, 413);
    app.finish().await;
}

/// Values that no keypad sends are wrong entries: a caller is asked again, and no request gets a 5xx.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn hostile_digits(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("<Hangup/>", "1;2", "\u{661}", "-1", "1e3", "\0", "99999999999999999999999999", "' OR 1=1 --")]
    digits: &str,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    for (before, step) in [(&[][..], 1), (&["2"][..], 2), (&["2", "1", "2"][..], 4), (&super::TO_BILL[..], 6)] {
        let phone = app.dial_and_press(CALLER, before).await;
        let form = form(&[("CallSid", &phone.call.sid), ("Digits", digits)]);
        let (status, body) = post(&app, step, &form).await;
        assert!(status == 200 && body.contains("<Gather") && body.contains("valable"), "{status} {body}");
        assert!(!body.contains(digits) || digits.len() < 3, "{body}");
    }
    app.finish().await;
}

/// A step that the call has not reached asks again what the call stands at, and moves nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn steps_out_of_turn(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &["2"]).await;
    let ahead = form(&[("CallSid", &phone.call.sid), ("Result", "success"), ("PaymentToken", "tok_1")]);
    for step in [3, 7, 999] {
        assert_eq!(post(&app, step, &ahead).await, (200, phone.call.last_answer.clone()));
    }
    // An earlier step with other keys is still answered as it was.
    let other = form(&[("CallSid", &phone.call.sid), ("Digits", "3")]);
    assert_eq!(post(&app, 1, &other).await, (200, phone.call.last_answer.clone()));
    assert!(phone.press("1").await.contains("Quelle facture"));
    phone.press("h").await;
    let after = form(&[("CallSid", &phone.call.sid), ("Digits", "1")]);
    let (status, body) = post(&app, 3, &after).await;
    assert!(status == 200 && body.ends_with("<Response><Hangup/></Response>"), "{body}");
    app.finish().await;
}

/// Behind a proxy the signed address is not the one that the hub listens on.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_public_address_is_what_is_signed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let public = "https://voice.example.ma/fatoura";
    let setup = Setup { voice_url: Some(public), ..Setup::default() };
    let Some(app) = TestApp::start_with(backend, setup).await else { return };
    let form = form(&[("CallSid", "CA1"), ("From", CALLER)]);
    let (status, body) = send(&app, "/ivr/start", &form, &signature(&format!("{public}/ivr/start"), &form)).await;
    assert!(status == 200 && body.contains("action=\"https://voice.example.ma/fatoura/ivr/steps/1\""), "{body}");
    let own = signature(&format!("{}/ivr/start", app.url), &form);
    assert_eq!(send(&app, "/ivr/start", &form, &own).await.0, 403);
    app.finish().await;
}

/// A card number where none belongs is neither kept nor charged.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_gives_the_card_away(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_as(Dial::from(CALLER)).await;
    for keys in super::TO_WAY {
        phone.press(keys).await;
    }
    phone.press("3").await;
    let leaked = form(&[
        ("CallSid", &phone.call.sid),
        ("Result", "success"),
        ("PaymentToken", "4000000000000010"),
        ("PaymentCardNumber", "4000000000000010"),
    ]);
    let (status, body) = post(&app, 8, &leaked).await;
    assert!(status == 200 && body.contains("La carte n’a pas pu être lue"), "{body}");
    assert!(!app.database.everything().contains("4000000000000010"));
    assert_eq!(app.control.orders().len(), 0);
    app.finish().await;
}
