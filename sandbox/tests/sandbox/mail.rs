//! The mail sink, with a real client and a bare one.

use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rstest::rstest;
use sandbox::{FaultKind, FaultRule, RunningSandbox};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::support::{client, start};

fn mailer(sandbox: &RunningSandbox) -> AsyncSmtpTransport<Tokio1Executor> {
    let address = sandbox.smtp_addr();
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
        .port(address.port())
        .credentials(Credentials::new("hub".into(), "any".into()))
        .build()
}

fn letter() -> Message {
    let pdf =
        Attachment::new("reçu.pdf".into()).body(b"%PDF-1.7 \x00\xff".to_vec(), "application/pdf".parse().unwrap());
    Message::builder()
        .from("hub@example.ma".parse().unwrap())
        .to("client@example.ma".parse().unwrap())
        .subject("Reçu وصل")
        .multipart(MultiPart::mixed().singlepart(SinglePart::plain(".dot first\r\nشكرا".to_owned())).singlepart(pdf))
        .unwrap()
}

#[actix_web::test]
async fn a_real_client_delivers_and_the_page_shows() {
    let sandbox = start().await;
    mailer(&sandbox).send(letter()).await.unwrap();
    let mails = sandbox.control().mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("hub@example.ma", &["client@example.ma".to_owned()][..])
    );
    let page = format!("{}/inbox/mail/{}", sandbox.base_url(), mails[0].id);
    let shown = client().get(&page).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("Reçu وصل") && shown.contains(".dot first") && shown.contains("شكرا"), "{shown}");
    let attachment = client().get(format!("{page}/attachments/0")).send().await.unwrap();
    assert_eq!(attachment.headers()["content-type"], "application/pdf");
    assert!(attachment.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(attachment.bytes().await.unwrap().as_ref(), b"%PDF-1.7 \x00\xff");
    assert_eq!(client().get(format!("{page}/attachments/1")).send().await.unwrap().status(), 404);
    sandbox.stop().await;
}

#[rstest]
#[case(FaultKind::Refuse, false, 0)]
#[case(FaultKind::DropBefore, false, 0)]
#[case(FaultKind::DropAfter, false, 1)]
#[case(FaultKind::Garble, false, 1)]
#[case(FaultKind::Down, false, 0)]
#[case(FaultKind::AnswerTwice, true, 2)]
#[case(FaultKind::Delay { ms: 5 }, true, 1)]
#[actix_web::test]
async fn faults(#[case] kind: FaultKind, #[case] sent: bool, #[case] delivered: usize) {
    let sandbox = start().await;
    sandbox.control().set_fault(FaultRule::new("smtp", kind).times(1)).unwrap();
    assert_eq!(mailer(&sandbox).send(letter()).await.is_ok(), sent);
    assert_eq!(sandbox.control().mails().len(), delivered);
    mailer(&sandbox).send(letter()).await.unwrap();
    assert_eq!(sandbox.control().mails().len(), delivered + 1);
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_conversation_line_by_line() {
    let sandbox = start().await;
    let (reader, mut writer) = TcpStream::connect(sandbox.smtp_addr()).await.unwrap().into_split();
    let mut lines = BufReader::new(reader).lines();
    for (said, code) in [
        ("", "220"),
        ("HELO me", "250"),
        ("DATA", "503"),
        ("RCPT TO:<a@b.ma>", "503"),
        ("MAIL FROM:nobody", "501"),
        ("MAIL FROM:<> SIZE=99999999", "552"),
        ("MAIL FROM:<>", "250"),
        ("RCPT TO:<nobody>", "501"),
        ("RCPT TO:<a@b.ma>", "250"),
        ("RSET", "250"),
        ("DATA", "503"),
        ("mail from:<c@d.ma>", "250"),
        ("rcpt to:<a@b.ma>", "250"),
        ("DATA", "354"),
        ("Subject: x\r\n\r\n..\r\n..two\r\nend\r\n.", "250"),
        ("BDAT 1", "502"),
        ("AUTH CRAM-MD5", "504"),
        ("QUIT", "221"),
    ] {
        if !said.is_empty() {
            writer.write_all(format!("{said}\r\n").as_bytes()).await.unwrap();
        }
        let answer = lines.next_line().await.unwrap().unwrap();
        assert!(answer.starts_with(code), "{said}: {answer}");
    }
    assert_eq!(sandbox.control().mails()[0].raw, b"Subject: x\r\n\r\n.\r\n.two\r\nend\r\n");
    sandbox.stop().await;
}
