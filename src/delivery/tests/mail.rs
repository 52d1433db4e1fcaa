//! By mail.

use chrono::TimeDelta;
use ledger::DeliveryMeans::Mail;
use mail_parser::{MessageParser, MimeHeaders};
use rstest::rstest;
use sandbox::{FaultKind, FaultRule};

use super::*;

#[rstest]
#[case::csv(NAME, CONTENT, "text/csv")]
#[case::any_bytes("1301_000001_20261124.txt", &[0, 10, 13, 10, 255, 46, 10, 46, 13, 10], "application/octet-stream")]
#[case::xml("1301_000001_20261124.xml", "<a>é</a>\n".as_bytes(), "application/xml")]
#[tokio::test]
async fn a_file_arrives_as_it_was_made(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] name: &str,
    #[case] content: &[u8],
    #[case] mime: &str,
) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, name, content, &[Mail]);
    assert_eq!(bench.run().await, (1, 0, 0));
    let mails = bench.sandbox.control().mails();
    assert_eq!((mails.len(), mails[0].to.as_slice()), (1, &[TO.to_owned()][..]));
    let mail = MessageParser::default().parse(&mails[0].raw).unwrap();
    assert_eq!(mail.subject(), Some(format!("Règlement Université Ibn Battouta : {name}").as_str()));
    let text = mail.body_text(0).unwrap();
    for part in [name, "1301", "pièce jointe", &format!("{} octets", content.len()), &hex(&Sha256::digest(content))] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let part = mail.attachment(0).unwrap();
    let kind = part.content_type().unwrap();
    assert_eq!(format!("{}/{}", kind.ctype(), kind.subtype().unwrap()), mime);
    assert_eq!((part.attachment_name(), part.contents()), (Some(name), content));
    let delivery = bench.delivery();
    assert_eq!((delivery.attempts, delivery.failure.as_str()), (1, ""));
    let id = format!("<{}>", mail.message_id().unwrap());
    assert_eq!(delivery.proof, format!("taken by the mail server for {TO} as {id}"));
    assert_eq!(bench.run().await, (0, 0, 0), "it is not due any more");
    assert_eq!(bench.sandbox.control().mails().len(), 1);
    bench.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_file_that_is_too_large_is_named_and_not_carried(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(bench) = Bench::start(backend).await else { return };
    let content = vec![b'x'; usize::try_from(letter::ATTACHED_MAX).unwrap() + 1];
    bench.make(1, NAME, &content, &[Mail]);
    assert_eq!(bench.run().await, (1, 0, 0));
    let mails = bench.sandbox.control().mails();
    let mail = MessageParser::default().parse(&mails[0].raw).unwrap();
    assert_eq!(mail.attachment_count(), 0);
    let text = mail.body_text(0).unwrap().replace("\r\n", " ");
    assert!(
        text.contains("limite : 10 Mo") && text.contains("https://pay.example.ma/fr/staff/settlement/windows/"),
        "{text}"
    );
    bench.stop().await;
}

/// Whether it is sent again, how many mails there are in the end, and whether a person is called at once.
#[rstest]
#[case::down(FaultKind::Down, 1, 0)]
#[case::refused(FaultKind::Refuse, 1, 1)]
#[case::lost_answer(FaultKind::DropAfter, 2, 0)]
#[case::lost_mail(FaultKind::DropBefore, 1, 0)]
#[tokio::test]
async fn bad_days(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] fault: FaultKind,
    #[case] mails: usize,
    #[case] called: usize,
) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[Mail]);
    let control = bench.sandbox.control();
    control.set_fault(FaultRule::new("smtp", fault).times(1)).unwrap();
    assert_eq!(bench.run().await, (0, 1, called));
    let failed = bench.delivery();
    assert!(failed.failure.contains("mail server") && failed.delivered_at.is_none(), "{failed:?}");
    assert_eq!(failed.due_at, (bench.now() + TimeDelta::minutes(1)).naive_utc());
    assert_eq!(bench.run().await, (0, 0, 0), "not before a minute is over");
    bench.pass(TimeDelta::minutes(1));
    assert_eq!(bench.run().await, (1, 0, 0));
    let ids: Vec<_> = control
        .mails()
        .iter()
        .map(|mail| MessageParser::default().parse(&mail.raw).unwrap().message_id().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), mails);
    assert!(ids.iter().all(|id| *id == ids[0]), "a repeated mail is known by its id: {ids:?}");
    assert_eq!(bench.delivery().attempts, 2);
    bench.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_changed_file_is_not_sent(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[Mail]);
    let path = biller_folder(bench.folder.path(), BILLER).join(NAME);
    std::fs::write(&path, b"1;two\r\n3;five\r\n").unwrap();
    assert_eq!(bench.run().await, (0, 1, 1));
    assert!(bench.delivery().failure.contains("not as it was made"));
    std::fs::remove_file(&path).unwrap();
    bench.pass(TimeDelta::minutes(1));
    assert_eq!(bench.run().await, (0, 1, 0), "a person was called before");
    assert!(bench.delivery().failure.contains("No such file"));
    assert!(bench.sandbox.control().mails().is_empty());
    bench.stop().await;
}

/// Nothing is configured, the terms changed: said, and mended by changing it back.
#[rstest]
#[tokio::test]
async fn what_a_person_must_mend(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(mut bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[Mail]);
    bench.wishes.mail = None;
    assert_eq!(bench.run().await, (0, 1, 1));
    assert!(bench.delivery().failure.contains("no mail address any more"));
    bench.wishes.mail = Some("autre@biller.example".to_owned());
    let working = std::mem::replace(&mut bench.courier, Arc::new(courier(&bench.folder, None)));
    bench.pass(TimeDelta::minutes(1));
    assert_eq!(bench.run().await, (0, 1, 0));
    assert!(bench.delivery().failure.contains("FATOURA_SMTP_HOST"));
    bench.courier = working;
    bench.pass(TimeDelta::minutes(5));
    assert_eq!(bench.run().await, (1, 0, 0));
    let mails = bench.sandbox.control().mails();
    assert_eq!(mails[0].to, ["autre@biller.example"], "it goes where the terms say now");
    bench.stop().await;
}

/// The schedule runs out on day five; one person is called, and the file is tried on.
#[rstest]
#[tokio::test]
async fn a_person_is_called_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[Mail]);
    let control = bench.sandbox.control();
    let fault = control.set_fault(FaultRule::new("smtp", FaultKind::Down)).unwrap();
    let begin = bench.now();
    let mut called = Vec::new();
    for _ in 0..28 {
        if bench.run().await.2 > 0 {
            called.push(bench.now() - begin);
        }
        bench.pass(bench.delivery().due_at.and_utc() - bench.now());
    }
    assert_eq!(called, [TimeDelta::minutes(156) + TimeDelta::days(5)]);
    assert!(bench.delivery().incident.is_some());
    control.clear_fault(fault);
    assert_eq!(bench.run().await, (1, 0, 0));
    bench.stop().await;
}
