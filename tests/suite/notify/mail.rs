//! Mails as they arrive, and what the hub makes of a mail server's bad days.

use fatoura::notify::{SmtpCredentials, SmtpSecurity, SmtpSettings};
use ledger::Language;
use mail_parser::{HeaderValue, MessageParser, MimeHeaders};
use payments::api::Standing;
use payments::messages::{Delivery, Medium, Message, MessageKind, Messenger};
use rstest::rstest;
use sandbox::{FaultKind, FaultRule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{ADDRESS, catalogue, message, notifier, notifier_of, reason, smtp_settings, start, word};

#[rstest]
#[case(Language::Ar, "تم تأكيد الأداء", "dir=\"rtl\"")]
#[case(Language::Fr, "Paiement confirmé", "dir=\"ltr\"")]
#[case(Language::En, "Payment confirmed", "dir=\"ltr\"")]
#[actix_web::test]
async fn a_confirmation_arrives_with_its_receipt(
    #[case] language: Language,
    #[case] heading: &str,
    #[case] direction: &str,
) {
    let sandbox = start().await;
    let message = message(Medium::Mail, language);
    assert_eq!(notifier_of(&sandbox).deliver(&message).await, Delivery::Sent(String::new()));
    let mails = sandbox.control().mails();
    assert_eq!((mails[0].from.as_str(), mails[0].to.as_slice()), ("recus@example.ma", &[ADDRESS.to_owned()][..]));
    let mail = MessageParser::default().parse(&mails[0].raw).unwrap();
    assert_eq!(mail.message_id(), Some("fatoura.4711@example.ma"));
    assert_eq!(mail.header("Auto-Submitted").and_then(HeaderValue::as_text), Some("auto-generated"));
    let biller = catalogue().get(1001).unwrap().name.get(language).to_owned();
    assert!(mail.subject().unwrap().contains(&biller), "{:?}", mail.subject());
    assert_eq!((mail.text_body_count(), mail.html_body_count(), mail.attachment_count()), (1, 1, 1));
    let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
    for part in [heading, "R-2026-004512", "7Qm2xK94", &format!("https://pay.example.ma/{language}/payments/7Qm2xK94")]
    {
        assert!(text.contains(part) && html.contains(part), "{part}: {text}");
    }
    assert!(html.contains(direction));
    let pdf = mail.attachment(0).unwrap();
    assert_eq!(pdf.attachment_name(), Some("fatoura-7Qm2xK94.pdf"));
    assert!(pdf.contents().starts_with(b"%PDF"));
    // The same bytes as the receipt of this payment rendered here: a receipt is a function of its data.
    let Standing::Confirmed(proof) = &message.payment.standing else { unreachable!() };
    let address = channels::payment_url("https://pay.example.ma", language, "7Qm2xK94");
    let data = channels::receipt_data(language, catalogue().get(1001), &message.payment, proof, address);
    assert_eq!(data.biller, biller);
    assert_eq!(pdf.contents(), receipts::render_pdf(&data).unwrap());
    sandbox.stop().await;
}

#[rstest]
#[case(MessageKind::Returning, Standing::Returning, "going back to your card")]
#[case(MessageKind::Returned, Standing::Returned, "back on your card")]
#[actix_web::test]
async fn money_that_goes_back_is_told_without_a_receipt(
    #[case] kind: MessageKind,
    #[case] standing: Standing,
    #[case] said: &str,
) {
    let sandbox = start().await;
    let mut message = message(Medium::Mail, Language::En);
    message.kind = kind;
    message.payment.standing = standing;
    assert_eq!(word(&notifier_of(&sandbox).deliver(&message).await), "sent");
    let mails = sandbox.control().mails();
    let mail = MessageParser::default().parse(&mails[0].raw).unwrap();
    assert_eq!(mail.attachment_count(), 0);
    assert!(mail.body_text(0).unwrap().contains(said), "{:?}", mail.body_text(0));
    sandbox.stop().await;
}

#[rstest]
#[case::refused(FaultKind::Refuse, "rejected", 0)]
#[case::down(FaultKind::Down, "not sent", 0)]
#[case::lost_answer(FaultKind::DropAfter, "unknown", 1)]
#[case::lost_mail(FaultKind::DropBefore, "unknown", 0)]
#[case::garbled(FaultKind::Garble, "unknown", 1)]
#[actix_web::test]
async fn a_mail_on_bad_days(#[case] fault: FaultKind, #[case] outcome: &str, #[case] arrived: usize) {
    let sandbox = start().await;
    sandbox.control().set_fault(FaultRule::new("smtp", fault).times(1)).unwrap();
    let notifier = notifier_of(&sandbox);
    let delivery = notifier.deliver(&message(Medium::Mail, Language::Fr)).await;
    assert_eq!(word(&delivery), outcome, "{delivery:?}");
    assert_eq!(sandbox.control().mails().len(), arrived);
    assert_eq!(word(&notifier.deliver(&message(Medium::Mail, Language::Fr)).await), "sent");
    sandbox.stop().await;
}

/// A mail server that says these lines: a greeting, then one per command, and the last for ever.
async fn mail_server(script: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut lines = script.iter().peekable();
        loop {
            let Some(line) = lines.next() else { return };
            if socket.write_all(format!("{line}\r\n").as_bytes()).await.is_err() {
                return;
            }
            let mut heard = vec![0; 512];
            match socket.read(&mut heard).await {
                Ok(read) if read > 0 => {}
                _ => return,
            }
        }
    });
    port
}

const HELLO: &str = "250-x\r\n250 AUTH PLAIN";

#[rstest]
#[case::refuses_us(&["554 payer@example.ma no service"], "not sent")]
#[case::bad_password(&["220 x", HELLO, "535 no such user payer@example.ma"], "not sent")]
#[case::refuses_the_sender(&["220 x", HELLO, "235 ok", "550 no"], "not sent")]
#[case::no_such_recipient(&["220 x", HELLO, "235 ok", "250 ok", "550 payer@example.ma unknown"], "rejected")]
#[case::greylisted(&["220 x", HELLO, "235 ok", "250 ok", "451 payer@example.ma later"], "not sent")]
#[case::gone_before_the_mail(&["220 x", HELLO, "235 ok", "250 ok"], "not sent")]
#[case::refuses_the_mail(&["220 x", HELLO, "235 ok", "250 ok", "250 ok", "554 spam"], "rejected")]
#[actix_web::test]
async fn what_a_mail_server_can_answer(#[case] script: &'static [&'static str], #[case] outcome: &str) {
    let mut settings = smtp_settings(mail_server(script).await);
    settings.credentials = Some(SmtpCredentials { user: "hub".to_owned(), password: "wrong-token".into() });
    let delivery = notifier(None, Some(settings)).deliver(&message(Medium::Mail, Language::Fr)).await;
    assert_eq!(word(&delivery), outcome, "{delivery:?}");
}

#[actix_web::test]
async fn a_server_without_starttls_gets_nothing() {
    let sandbox = start().await;
    let settings = SmtpSettings { security: SmtpSecurity::StartTls, ..smtp_settings(sandbox.smtp_addr().port()) };
    let delivery = notifier(None, Some(settings)).deliver(&message(Medium::Mail, Language::Fr)).await;
    assert_eq!(word(&delivery), "not sent");
    assert!(sandbox.control().mails().is_empty());
    sandbox.stop().await;
}

#[actix_web::test]
async fn credentials_are_said_where_they_are_set() {
    let sandbox = start().await;
    let mut settings = smtp_settings(sandbox.smtp_addr().port());
    settings.credentials = Some(SmtpCredentials { user: "hub".to_owned(), password: "any".into() });
    let delivery = notifier(None, Some(settings)).deliver(&message(Medium::Mail, Language::Fr)).await;
    assert_eq!(word(&delivery), "sent");
    sandbox.stop().await;
}

#[rstest]
#[case("not an address")]
#[case("a@b.ma\r\nBcc: c@d.ma")]
#[case("")]
#[actix_web::test]
async fn malformed_addresses_are_rejected(#[case] to: &str) {
    let sandbox = start().await;
    let message = Message { to: to.to_owned(), ..message(Medium::Mail, Language::Fr) };
    assert_eq!(word(&notifier_of(&sandbox).deliver(&message).await), "rejected");
    assert!(sandbox.control().mails().is_empty());
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_mail_whose_answer_takes_too_long_was_perhaps_taken() {
    let sandbox = start().await;
    sandbox.control().set_fault(FaultRule::new("smtp", FaultKind::Delay { ms: 4_000 })).unwrap();
    let delivery = notifier_of(&sandbox).deliver(&message(Medium::Mail, Language::Fr)).await;
    assert_eq!(word(&delivery), "unknown", "{delivery:?}");
    assert!(reason(&delivery).contains("in time"), "{delivery:?}");
    sandbox.stop().await;
}
