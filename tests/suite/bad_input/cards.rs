//! Card numbers where none belongs: refused in the payer's language, and neither kept, nor sent on, nor logged.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex, Once};

use rstest::rstest;
use tracing_subscriber::fmt::MakeWriter;

use super::books::texts;
use super::client::{FORM, Visitor, encoded};
use super::{books, start, unharmed};
use crate::support::Backend;

/// Every log line of this process, from all tests: so the numbers below stand nowhere else in the suite.
static LINES: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(Arc::default);

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Keeper;

impl<'a> MakeWriter<'a> for Keeper {
    type Writer = Kept;

    fn make_writer(&'a self) -> Kept {
        Kept
    }
}

pub fn keep_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = "debug,hyper=info,h2=info";
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Keeper);
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    });
}

pub fn logs() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap()).into_owned()
}

#[rstest]
#[case::sqlite_ar(Backend::Sqlite, "ar", "4539578763621486", "يشبه رقم بطاقة")]
#[case::sqlite_fr(Backend::Sqlite, "fr", "5425233430109903", "ressemble à un numéro de carte")]
#[case::postgres_en(Backend::Postgres, "en", "374245455400126", "looks like a card number")]
#[tokio::test(flavor = "multi_thread")]
async fn nowhere(#[case] backend: Backend, #[case] language: &'static str, #[case] card: &str, #[case] says: &str) {
    keep_logs();
    let Some(app) = start(backend).await else { return };
    let visitor = Visitor::new(&app, language).await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let inquiry = visitor.inquiry(1101, "02", "0612345678").await;
    let free = visitor.inquiry(1901, "01", "anything").await;
    let before = books(&app);
    let grouped = format!("{} {} {}", &card[..4], &card[4..10], &card[10..]);
    let eastern: String = card.chars().map(|c| char::from_u32(0x660 + c.to_digit(10).unwrap()).unwrap()).collect();
    let key = "00112233445566778899aabbccddeeff";
    for number in
        [card.to_owned(), grouped, card.replace("", "-").trim_matches('-').to_owned(), eastern, format!("VEH-{card}")]
    {
        let mail = format!("{number}@example.ma");
        let path = |path: &str| visitor.path(path);
        for (path, fields) in [
            (path("/billers/1001/01"), vec![("f.contract", number.as_str())]),
            (path("/billers/1201/02"), vec![("f.contract", number.as_str())]),
            (path("/billers/1901/01"), vec![("f.contract", number.as_str())]),
            (path("/billers/1901/01"), vec![("f.contract", "1"), ("f.note", number.as_str())]),
            (path("/billers/1901/01"), vec![("f.contract", "1"), ("f.pin", number.as_str())]),
            (inquiry.clone(), vec![("amount", number.as_str())]),
            (free.clone(), vec![("amount", number.as_str())]),
            (quote.clone(), vec![("phone", number.as_str()), ("terms", "1"), ("key", key)]),
            (quote.clone(), vec![("phone", "0612345678"), ("email", mail.as_str()), ("terms", "1"), ("key", key)]),
            (path("/find"), vec![("reference", number.as_str()), ("phone", "0612345678")]),
            (path("/find"), vec![("reference", "0000-0001-0000-0010"), ("phone", number.as_str())]),
        ] {
            let answer = visitor.post(&path, &fields).await;
            assert_eq!(answer.status, 422, "{path} {fields:?}: {}", answer.body);
            assert!(answer.body.contains(says), "{path} {fields:?}: {}", answer.body);
            assert!(!answer.body.contains(&number), "{path} {fields:?} sends it back");
        }
    }
    // In names, addresses, other fields and the callback it is not read, and leaves no trace either.
    for (method, target, body) in [
        ("POST", visitor.path("/billers/1001/01"), encoded(&[("csrf", &visitor.token), (&format!("f.{card}"), card)])),
        ("POST", inquiry.clone(), encoded(&[("csrf", &visitor.token), ("article", card), ("amount", "20")])),
        ("POST", quote.clone(), encoded(&[("csrf", card), ("pan", card)])),
        ("POST", quote.clone(), encoded(&[("csrf", &visitor.token), ("pan", card), ("key", card)])),
        ("GET", visitor.path(&format!("/payments/{card}")), String::new()),
        ("GET", visitor.path(&format!("/payments/{card}/status")), String::new()),
        ("GET", visitor.path(&format!("/bills/{card}")), String::new()),
        ("GET", visitor.path(&format!("/{card}")), String::new()),
        ("GET", visitor.path(&format!("/?q={card}")), String::new()),
        ("GET", visitor.path(&format!("/billers/{card}/{card}")), String::new()),
        ("GET", format!("/assets/{card}"), String::new()),
        ("POST", "/webhooks/cmi".to_owned(), encoded(&[("oid", card), ("pan", card), (card, card), ("HASH", card)])),
        ("POST", "/webhooks/cmi".to_owned(), encoded(&[(card, "1"), (card, "2")])),
        ("POST", "/webhooks/cmi".to_owned(), format!("{{\"pan\":\"{card}\"}}")),
    ] {
        visitor.send(method, &target, &[("content-type", FORM)], body.as_bytes()).await;
    }
    unharmed(&app, &before).await;
    app.settle().await;
    assert!(!texts(&app).contains(card), "a card number was kept");
    let logs = logs();
    assert!(logs.contains("request refused"), "the logs were not captured: {logs}");
    let line = logs.lines().find(|line| line.contains(card));
    assert_eq!(line, None, "a card number was logged");
    app.finish().await;
}
