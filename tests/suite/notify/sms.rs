//! SMS as they arrive, and what the hub makes of a provider's bad days.

use std::time::Duration;

use fatoura::notify::TwilioSender;
use ledger::Language;
use payments::messages::{Delivery, Medium, Message, Messenger};
use rstest::rstest;
use sandbox::{FaultKind, FaultRule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{MOBILE, message, notifier, notifier_of, reason, start, twilio_settings, word};

#[rstest]
#[case(Language::Ar, "UCS-2", "كهرباء الدار البيضاء")]
#[case(Language::Fr, "GSM-7", "Électricité de Casablanca (**5678)")]
#[case(Language::En, "GSM-7", "Casablanca Electricity (**5678)")]
#[actix_web::test]
async fn an_sms_arrives_whole(#[case] language: Language, #[case] encoding: &str, #[case] biller: &str) {
    let sandbox = start().await;
    let sent = notifier_of(&sandbox).deliver(&message(Medium::Sms, language)).await;
    let inbox = sandbox.control().sms();
    assert_eq!(inbox.len(), 1, "{sent:?}");
    let sms = &inbox[0];
    assert_eq!(sent, Delivery::Sent(sms.sid.clone()));
    assert_eq!((sms.to.as_str(), sms.from.as_str(), sms.encoding.as_str()), (MOBILE, "+15005550006", encoding));
    assert!(sms.segments <= if language == Language::Ar { 3 } else { 1 }, "{}", sms.body);
    let link = format!("\nhttps://pay.example.ma/{language}/payments/7Qm2xK94");
    for part in [biller, "174", "R-2026-004512", "7Qm2xK94", &link] {
        assert!(sms.body.contains(part), "{part}: {}", sms.body);
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_messaging_service_and_the_status_callback_are_asked_for() {
    let sandbox = start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = twilio_settings(&format!("{}/twilio", sandbox.base_url()));
    settings.sender = TwilioSender::MessagingService("MG1".to_owned());
    settings.status_callback = Some(format!("http://{}/status", listener.local_addr().unwrap()));
    let sent = notifier(Some(settings), None).deliver(&message(Medium::Sms, Language::Fr)).await;
    assert_eq!(word(&sent), "sent");
    assert_eq!(sandbox.control().sms()[0].from, "MG1");
    let heard = tokio::time::timeout(Duration::from_secs(10), listener.accept()).await.unwrap().unwrap();
    drop(heard);
    sandbox.stop().await;
}

#[rstest]
#[case::refused(FaultKind::Refuse, "rejected", 0)]
#[case::down(FaultKind::Down, "not sent", 0)]
#[case::lost_answer(FaultKind::DropAfter, "unknown", 1)]
#[case::lost_request(FaultKind::DropBefore, "unknown", 0)]
#[case::garbled(FaultKind::Garble, "unknown", 1)]
#[actix_web::test]
async fn an_sms_on_bad_days(#[case] fault: FaultKind, #[case] outcome: &str, #[case] arrived: usize) {
    let sandbox = start().await;
    sandbox.control().set_fault(FaultRule::new("sms", fault).times(1)).unwrap();
    let notifier = notifier_of(&sandbox);
    let delivery = notifier.deliver(&message(Medium::Sms, Language::Fr)).await;
    assert_eq!(word(&delivery), outcome, "{delivery:?}");
    assert_eq!(sandbox.control().sms().len(), arrived);
    assert_eq!(word(&notifier.deliver(&message(Medium::Sms, Language::Fr)).await), "sent");
    sandbox.stop().await;
}

#[rstest]
#[case("+212522123456")]
#[case("0612345678")]
#[case("")]
#[actix_web::test]
async fn sms_go_to_mobile_numbers_only(#[case] to: &str) {
    let sandbox = start().await;
    let message = Message { to: to.to_owned(), ..message(Medium::Sms, Language::Fr) };
    assert_eq!(notifier_of(&sandbox).deliver(&message).await, Delivery::Rejected("not a mobile number".to_owned()));
    assert_eq!(sandbox.control().sms().len(), 0);
    sandbox.stop().await;
}

#[actix_web::test]
async fn refused_credentials_can_be_mended() {
    let sandbox = start().await;
    let mut settings = twilio_settings(&format!("{}/twilio", sandbox.base_url()));
    settings.auth_token = "wrong-token".into();
    let delivery = notifier(Some(settings), None).deliver(&message(Medium::Sms, Language::Fr)).await;
    assert_eq!(word(&delivery), "not sent");
    assert!(reason(&delivery).contains("credentials") && reason(&delivery).contains("20003"), "{delivery:?}");
    sandbox.stop().await;
}

/// Answers one HTTP request with this status line and body, whatever it says.
async fn answering(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        while !String::from_utf8_lossy(&heard).contains("7Qm2xK94") {
            assert!(socket.read_buf(&mut heard).await.unwrap() > 0);
        }
        let head = format!("HTTP/1.1 {status}\r\nlocation: /x\r\ncontent-length: {}\r\n\r\n", body.len());
        socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    });
    url
}

#[rstest]
#[case("400 X", r#"{"code":21211,"message":"The 'To' number +212612345678 is not valid"}"#, "rejected")]
#[case("400 X", r#"{"code":21614}"#, "rejected")]
#[case("400 X", r#"{"code":21612}"#, "rejected")]
#[case("403 X", r#"{"code":21408}"#, "rejected")]
#[case("400 X", r#"{"code":21606,"message":"The 'From' number is not ours"}"#, "not sent")]
#[case("403 X", r#"{"code":20003}"#, "not sent")]
#[case("429 X", r#"{"code":20429}"#, "not sent")]
#[case("500 X", "", "not sent")]
#[case("504 X", "<html>", "unknown")]
#[case("307 X", "", "not sent")]
#[case("201 X", r#"{"sid":"SM +212612345678"}"#, "unknown")]
#[case("200 X", "<html>", "unknown")]
#[actix_web::test]
async fn what_twilio_can_answer(#[case] status: &'static str, #[case] body: &'static str, #[case] outcome: &str) {
    let url = answering(status, body).await;
    let delivery = notifier(Some(twilio_settings(&url)), None).deliver(&message(Medium::Sms, Language::Fr)).await;
    assert_eq!(word(&delivery), outcome, "{delivery:?}");
}

#[actix_web::test]
async fn an_sms_whose_answer_takes_too_long_was_perhaps_taken() {
    let sandbox = start().await;
    sandbox.control().set_fault(FaultRule::new("sms", FaultKind::Delay { ms: 4_000 })).unwrap();
    let delivery = notifier_of(&sandbox).deliver(&message(Medium::Sms, Language::Fr)).await;
    assert_eq!(word(&delivery), "unknown", "{delivery:?}");
    assert!(reason(&delivery).contains("in time"), "{delivery:?}");
    sandbox.stop().await;
}
