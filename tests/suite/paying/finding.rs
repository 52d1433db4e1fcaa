//! Finding bills: four outcomes, never two.

use std::time::Duration;

use biller_adapters::{BillFile, parse_bill_file};
use chrono::{TimeDelta, Utc};
use ledger::{Channel, Instrument};
use payments::FileOutcome;
use payments::api::{FindError, Found, QuoteError, StartError};
use rstest::rstest;
use sandbox::FaultKind;

use super::{APPROVED, FILE, JSON, SOAP};
use crate::support::{Backend, Bill, PHONE, Setup, TestApp, identify, pull_bill_files};

/// The outcome in a word.
async fn outcome(app: &TestApp, bill: Bill) -> String {
    match app.find(bill).await {
        Ok(Found::Bill(inquiry)) => format!("{} line(s)", inquiry.articles.len()),
        Ok(Found::NothingDue) => "nothing due".to_owned(),
        Ok(Found::UnknownCustomer) => "unknown".to_owned(),
        Err(FindError::Unavailable) => "unavailable".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

const OUTCOMES: [(Bill, &str); 13] = [
    ((1001, "01", "12345678"), "4 line(s)"),
    ((1001, "01", "22222222"), "nothing due"),
    ((1001, "01", "99999999"), "unknown"),
    ((1002, "01", "1002001"), "4 line(s)"),
    // 000 without articles, and 302.
    ((1002, "01", "1002003"), "nothing due"),
    ((1102, "01", "1102003"), "nothing due"),
    ((1002, "01", "1002999"), "unknown"),
    ((1202, "01", "AM100001"), "1 line(s)"),
    ((1202, "01", "AM100002"), "nothing due"),
    ((1202, "01", "AM999999"), "unknown"),
    // A top-up has no look-up: anything can be paid.
    ((1101, "02", "0612345678"), "0 line(s)"),
    ((1302, "01", "EL-77"), "1 line(s)"),
    ((1401, "01", "LOG-501"), "3 line(s)"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn outcomes(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    for (bill, expected) in OUTCOMES {
        assert_eq!(outcome(&app, bill).await, expected, "{bill:?}");
    }
    // What is wrong with the form is said before anything is asked.
    app.fault("biller:1001 find", FaultKind::Down, 0);
    assert!(outcome(&app, (1001, "01", "1234")).await.starts_with("Form("));
    assert_eq!(outcome(&app, (1999, "01", "1")).await, "UnknownBiller");
    assert_eq!(outcome(&app, (1001, "09", "12345678")).await, "UnknownBiller");
    let found = app.find_by(Channel::Pos, 1001, "01", identify(1001, "12345678")).await;
    assert!(matches!(found, Err(FindError::ChannelClosed)), "{found:?}");
    app.finish().await;
}

/// A biller that cannot be asked is neither "nothing due" nor "unknown". Two tries are made of a look-up.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn faults_are_no_outcome(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(JSON, SOAP)] bill: Bill,
) {
    let setup = Setup { patience: Duration::from_millis(400), ..Setup::default() };
    let Some(app) = TestApp::start_with(backend, setup).await else { return };
    let place = format!("biller:{} find", bill.0);
    let faults = [
        (FaultKind::Down, "unavailable"),
        (FaultKind::DropBefore, "unavailable"),
        (FaultKind::DropAfter, "unavailable"),
        (FaultKind::Garble, "unavailable"),
        (FaultKind::Delay { ms: 1_500 }, "unavailable"),
        (FaultKind::Refuse, "unavailable"),
        (FaultKind::AnswerTwice, "1 line(s)"),
    ];
    for (fault, expected) in faults {
        app.fault(&place, fault, 0);
        assert_eq!(outcome(&app, bill).await, expected, "{fault:?}");
        app.control.clear_faults();
    }
    // The second try makes up for one fault.
    for fault in [FaultKind::Down, FaultKind::DropAfter, FaultKind::Garble] {
        app.fault(&place, fault, 1);
        assert_eq!(outcome(&app, bill).await, "1 line(s)", "{fault:?}");
    }
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_breaker_is_seen_before_anything_is_filled_in(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(app) = TestApp::start_with(backend, Setup { breaker_failures: 3, ..Setup::default() }).await else {
        return;
    };
    let payer = app.payer("fr");
    let quote = app.quote(JSON).await;
    let form = "/fr/billers/1001/01";
    assert!(payer.get(form).await.body.contains("f.contract"));
    app.fault("biller:1001 find", FaultKind::Down, 0);
    for _ in 0..3 {
        assert!(app.hub.is_available(1001, Channel::Web));
        assert_eq!(outcome(&app, JSON).await, "unavailable");
    }
    assert!(!app.hub.is_available(1001, Channel::Web));
    let page = payer.get(form).await;
    assert!(!page.body.contains("f.contract"), "{}", page.text());
    assert!(matches!(app.start_payment(&quote, PHONE, "a").await, Err(StartError::Unavailable)));
    assert!(app.hub.is_available(1101, Channel::Web), "one biller's breaker is its own");
    app.control.clear_faults();
    assert_eq!(outcome(&app, JSON).await, "unavailable", "it is left alone for a while");
    app.pass(TimeDelta::seconds(31));
    assert_eq!(outcome(&app, JSON).await, "1 line(s)");
    assert!(app.hub.is_available(1001, Channel::Web));
    assert!(payer.get(form).await.body.contains("f.contract"));
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bill_files(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start_with(backend, Setup { bill_files: false, ..Setup::default() }).await else {
        return;
    };
    assert_eq!(outcome(&app, FILE).await, "unavailable", "nothing is known before the first file");
    app.fault("biller:1202 find", FaultKind::Garble, 0);
    for (biller, outcome) in app.hub.pull_bill_files().await.unwrap() {
        let imported = matches!(outcome, FileOutcome::Imported(1, _));
        assert_eq!(imported, biller != 1202, "{biller}: {outcome:?}");
    }
    assert_eq!(outcome(&app, FILE).await, "unavailable");
    app.control.clear_faults();
    let pulled = app.hub.pull_bill_files().await.unwrap();
    assert!(pulled.contains(&(1202, FileOutcome::Imported(1, 1))), "{pulled:?}");
    assert!(pulled.contains(&(1301, FileOutcome::Unchanged)), "{pulled:?}");
    assert_eq!(outcome(&app, FILE).await, "1 line(s)");
    // While the biller is away its file is served.
    app.fault("biller:1202 find", FaultKind::Down, 0);
    assert_eq!(outcome(&app, FILE).await, "1 line(s)");
    app.control.clear_faults();

    let second: BillFile = {
        app.control.add_article(1202, "01", "AM100002", "AM-2", 7_000).unwrap();
        let bytes = file_of(&app, 1202).await;
        parse_bill_file(&bytes).unwrap()
    };
    let good = second.to_bytes().unwrap();
    let text = String::from_utf8(good.clone()).unwrap();
    let refused = [
        ("a wrong sum", text.replace("T;2;470.00", "T;2;471.00")),
        ("a wrong count", text.replace("T;2;", "T;3;")),
        ("a changed line", text.replace("400.00", "4.00")),
        ("cut off", text[..text.len() / 2].to_owned()),
        ("another biller's", text.replace(";1202;", ";1301;")),
        ("nothing", String::new()),
    ];
    for (what, text) in refused {
        let outcome = app.hub.import_bill_file(1202, text.as_bytes()).await.unwrap();
        assert!(matches!(outcome, FileOutcome::Refused(_)), "{what}: {outcome:?}");
    }
    let mut older = second.clone();
    older.sequence = 0;
    let older = app.hub.import_bill_file(1202, &older.to_bytes().unwrap()).await.unwrap();
    assert!(matches!(older, FileOutcome::Refused(_)), "{older:?}");
    assert_eq!(outcome(&app, FILE).await, "1 line(s)", "the old file serves on");
    assert_eq!(outcome(&app, (1202, "01", "AM100002")).await, "nothing due");
    assert_eq!(app.hub.import_bill_file(1202, &good).await.unwrap(), FileOutcome::Imported(2, 2));
    assert_eq!(outcome(&app, (1202, "01", "AM100002")).await, "1 line(s)");
    assert_eq!(app.hub.import_bill_file(1202, &good).await.unwrap(), FileOutcome::Unchanged);
    app.finish().await;
}

/// The file as the biller drops it now.
async fn file_of(app: &TestApp, biller: u16) -> Vec<u8> {
    let base = format!("{}/files/{biller}", app.sandbox.base_url());
    let settings = biller_adapters::ConnectorSettings::FlatFile {
        bills_url: format!("{base}/bills.csv"),
        payments_url: format!("{base}/payments"),
        secret_env: "X".to_owned(),
    };
    let connector = settings.build(biller, &|_: &str| Some("sandbox-biller-secret".into())).unwrap();
    let client = biller_adapters::BillerClient::new(biller_adapters::ClientSettings::default()).unwrap();
    client.fetch_bill_file(connector.as_ref(), app.now()).await.unwrap()
}

/// A file bill that was paid stays busy until a file of the biller's says what is due.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_paid_since_the_last_file_is_not_payable_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let bill = (1301, "01", "ET2026001");
    let inquiry = app.inquire(bill).await;
    let part = Some(crate::support::money("1000.00"));
    let quote = app.price(&inquiry, part, Channel::Web, Instrument::Card).await.unwrap();
    let stale = app.price(&inquiry, part, Channel::Web, Instrument::Card).await.unwrap();
    let redirect = app.start_payment(&quote, PHONE, "a").await.unwrap();
    app.bank.pay(&redirect, APPROVED).await;
    app.settle().await;
    assert!(app.inquire(bill).await.articles[0].busy, "the file does not know what is left");
    let again = app.price(&inquiry, part, Channel::Web, Instrument::Card).await;
    assert!(matches!(again, Err(QuoteError::Busy)), "{again:?}");
    assert!(matches!(app.start_payment(&stale, PHONE, "b").await, Err(StartError::AlreadyPaid)));
    app.pass(TimeDelta::seconds(1));
    pull_changed(&app).await;
    let rest = app.inquire(bill).await;
    assert_eq!((rest.articles[0].busy, rest.articles[0].article.amount), (false, crate::support::money("4999.99")));
    app.finish().await;
}

async fn pull_changed(app: &TestApp) {
    let pulled = app.hub.pull_bill_files().await.unwrap();
    assert!(pulled.contains(&(1301, FileOutcome::Imported(2, 2))), "{pulled:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_inquiry_expires(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start_with(backend, Setup { bill_files: false, ..Setup::default() }).await else {
        return;
    };
    pull_bill_files(&app.hub).await;
    let inquiry = app.inquire(JSON).await;
    app.pass(TimeDelta::minutes(29));
    assert!(app.hub.inquiry(&inquiry.reference).await.unwrap().is_some());
    assert!(app.price(&inquiry, None, Channel::Web, Instrument::Card).await.is_ok());
    app.pass(TimeDelta::minutes(1));
    assert!(app.hub.inquiry(&inquiry.reference).await.unwrap().is_none());
    let late = app.price(&inquiry, None, Channel::Web, Instrument::Card).await;
    assert!(matches!(late, Err(QuoteError::InquiryExpired)), "{late:?}");
    app.pass(TimeDelta::days(2));
    app.hub.prune().await.unwrap();
    assert_eq!(app.database.number("SELECT COUNT(*) FROM inquiries"), 0);
    app.finish().await;
}

const SECRET: &str = "s3cret-PIN-4711";

/// Biller 1302 asks for a PIN now.
async fn plant_a_password(app: &TestApp) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/billers/1302.toml");
    let field = "\n[[receivable_type.field]]\nname = \"pin\"\nkind = \"password\"\n\
                 label = { ar = \"PIN\", fr = \"PIN\", en = \"PIN\" }\n";
    let text = std::fs::read_to_string(file).unwrap() + field;
    let base = app.sandbox.base_url();
    let billers = payments::catalogue::import::parse(&text, &|_: &str| Some(base.clone())).unwrap();
    payments::import_billers(&app.ledger, &billers, Utc::now()).unwrap();
    assert!(app.hub.reload_billers().await.unwrap());
}

/// How the payment that needed the password ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Confirmed,
    Refused,
    Declined,
    Abandoned,
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_dropped(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Ending::Confirmed, Ending::Refused, Ending::Declined, Ending::Abandoned)] ending: Ending,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    plant_a_password(&app).await;
    let mut fields = identify(1302, "EL-77");
    fields.insert("pin".to_owned(), SECRET.to_owned());
    let found = app.find_by(Channel::Web, 1302, "01", fields).await.unwrap();
    let Found::Bill(inquiry) = found else { panic!("{found:?}") };
    // The payer went back once and chose anew.
    let _first = app.price(&inquiry, None, Channel::Web, Instrument::Card).await.unwrap();
    let quote = app.price(&inquiry, None, Channel::Web, Instrument::Card).await.unwrap();
    let redirect = app.start_payment(&quote, PHONE, "a").await.unwrap();
    assert!(app.database.everything().contains(SECRET), "it is needed for the confirmation");
    match ending {
        Ending::Confirmed => app.bank.pay(&redirect, APPROVED).await,
        Ending::Refused => {
            app.fault("biller:1302 confirm", FaultKind::Refuse, 1);
            app.bank.pay(&redirect, APPROVED).await;
        }
        Ending::Declined => app.bank.pay(&redirect, super::DECLINED).await,
        Ending::Abandoned => {}
    }
    app.settle().await;
    if matches!(ending, Ending::Declined | Ending::Abandoned) {
        // It may still be paid as long as the quote lives.
        for _ in 0..9 {
            app.pass(TimeDelta::days(1));
            app.settle().await;
        }
        app.hub.prune().await.unwrap();
    }
    let left: Vec<String> =
        app.database.everything().lines().filter(|row| row.contains(SECRET)).map(str::to_owned).collect();
    assert_eq!(left, Vec::<String>::new());
    app.finish().await;
}
