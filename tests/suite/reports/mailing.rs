//! Reports by mail: schedules that people keep, and mails that leave once, whoever runs them.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{Actor, AuditEntry, Language};
use mail_parser::MessageParser;
use payments::reports::ReportKind;
use payments::reports::schedules::{Every, ReportDays, ReportForm, Schedule};
use rstest::rstest;
use sandbox::{Control, FaultKind, FaultRule, Sandbox, SandboxConfig};
use staff::Role;
use tokio::task::block_in_place;

use super::reader;
use crate::crash::program::Place;
use crate::support::{Backend, TestApp, TestDatabase};

/// The hub of the program with a mail server, and a clock that is moved by hand.
struct Post {
    sandbox: sandbox::RunningSandbox,
    control: Control,
    place: Place,
    now: Arc<Mutex<DateTime<Utc>>>,
    app: fatoura::app::App,
}

impl Post {
    async fn open(backend: Backend, now: &str) -> Option<Self> {
        let database = TestDatabase::make(backend)?;
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let (control, base, smtp) = (sandbox.control(), sandbox.base_url(), sandbox.smtp_addr());
        let mut place = block_in_place(|| Place::new(database, base));
        for (name, value) in [
            ("FATOURA_SMTP_HOST", smtp.ip().to_string()),
            ("FATOURA_SMTP_PORT", smtp.port().to_string()),
            ("FATOURA_SMTP_SECURITY", "none".to_owned()),
            ("FATOURA_SMTP_FROM", "Fatoura <rapports@hub.example.ma>".to_owned()),
            ("FATOURA_REPORT_MAIL_DOMAINS", "hub.example.ma, Bank.example.ma".to_owned()),
        ] {
            place.set(name, &value);
        }
        let now = Arc::new(Mutex::new(now.parse().unwrap()));
        let app = Self::node(&place, &now);
        Some(Self { sandbox, control, place, now, app })
    }

    /// The parts of a process.
    fn node(place: &Place, now: &Arc<Mutex<DateTime<Utc>>>) -> fatoura::app::App {
        let now = Arc::clone(now);
        place.open(Arc::new(move || *now.lock().unwrap()))
    }

    fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    async fn schedule(&self, form: ReportForm, to: &[&str]) -> i64 {
        self.schedule_of(ReportKind::TrialBalance, form, to).await
    }

    async fn schedule_of(&self, kind: ReportKind, form: ReportForm, to: &[&str]) -> i64 {
        let schedule = Schedule {
            kind,
            biller: None,
            days: ReportDays::Yesterday,
            form,
            language: Language::Fr,
            recipients: to.iter().map(|to| (*to).to_owned()).collect(),
            every: Every::Day,
            at_minute: 8 * 60,
        };
        let entry = AuditEntry {
            actor: "adil".to_owned(),
            action: "report-scheduled".to_owned(),
            subject: String::new(),
            detail: String::new(),
        };
        let by = Actor { id: 1, name: "Adil".to_owned() };
        self.app.hub.make_report_schedule(&schedule, by, entry).await.unwrap().unwrap()
    }

    async fn work(&self) -> Result<String, String> {
        self.app.run_job("mail_reports").await.map_err(|error| error.to_string())
    }

    /// A run that says so, and leaves nothing.
    async fn sends(&self, said: &str) {
        let told = self.work().await.unwrap();
        assert!(told.split(", ").any(|count| count == said) && told.contains("again 0"), "{told}");
    }

    /// Recipient, Message-ID and file of each mail.
    fn mails(&self) -> Vec<(String, String, Vec<u8>)> {
        let read = |mail: &sandbox::MailMessage| {
            let message = MessageParser::default().parse(&mail.raw).unwrap();
            let file = message.attachment(0).map(|file| file.contents().to_vec());
            (mail.to.join(" "), message.message_id().unwrap().to_owned(), file.unwrap_or_default())
        };
        self.control.mails().iter().map(read).collect()
    }

    async fn close(self) {
        let Self { sandbox, app, .. } = self;
        block_in_place(|| app.ledger.close());
        sandbox.stop().await;
    }
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_mailed_once_whoever_runs_it(#[case] backend: Backend) {
    let Some(post) = Post::open(backend, "2026-11-30T06:00:00Z").await else { return };
    post.schedule(ReportForm::Csv, &["a@hub.example.ma", "b@bank.example.ma"]).await;
    post.sends("sent 0").await;
    post.pass(TimeDelta::hours(2));
    let other = Post::node(&post.place, &post.now);
    let (one, two) = tokio::join!(post.work(), other.run_job("mail_reports"));
    assert!(one.is_ok() || two.is_ok(), "{one:?} {two:?}");
    // Whoever came second finds nothing left.
    other.run_job("mail_reports").await.unwrap();
    post.work().await.unwrap();
    let mut mails = post.mails();
    mails.sort();
    let to: Vec<&str> = mails.iter().map(|(to, ..)| to.as_str()).collect();
    assert_eq!(to, ["a@hub.example.ma", "b@bank.example.ma"]);
    assert_ne!(mails[0].1, mails[1].1);
    for (.., file) in &mails {
        let text = String::from_utf8(file.clone()).unwrap();
        assert!(text.starts_with("\u{feff}Compte;") && text.ends_with("\r\n"), "{text}");
    }
    let log = post.app.ledger.read(|reader| reader.audit_rows(None, 100)).unwrap();
    let told: Vec<_> = log.iter().filter(|row| row.entry.action == "report-mailed").collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].entry.actor.starts_with("(report schedule ") && told[0].entry.detail.contains("@"), "{told:?}");
    block_in_place(|| other.ledger.close());
    post.close().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_made_up_for(#[case] backend: Backend) {
    let Some(post) = Post::open(backend, "2026-11-25T06:00:00Z").await else { return };
    let id = post.schedule(ReportForm::Xlsx, &["a@hub.example.ma"]).await;
    post.pass(TimeDelta::days(3) + TimeDelta::hours(2));
    post.sends("sent 4").await;
    let files = post.mails();
    assert!(files.iter().all(|(.., file)| file.starts_with(b"PK")), "workbooks");
    let due = post.app.ledger.read(move |reader| reader.report_mails_of(id, 10)).unwrap();
    let days: Vec<String> = due.iter().map(|mail| mail.due_at.to_string()).collect();
    assert_eq!(days, ["2026-11-28 07:00:00", "2026-11-27 07:00:00", "2026-11-26 07:00:00", "2026-11-25 07:00:00"]);
    // What is older than a month's report is left out.
    post.pass(TimeDelta::days(60));
    post.sends("sent 31").await;
    post.sends("sent 0").await;
    post.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_not_taken_is_tried_again_and_given_up_at_last() {
    let post = Post::open(Backend::Sqlite, "2026-11-30T06:00:00Z").await.unwrap();
    let id = post.schedule(ReportForm::Pdf, &["a@hub.example.ma"]).await;
    post.pass(TimeDelta::hours(2));
    post.control.set_fault(FaultRule::new("smtp", FaultKind::Down).on("mail")).unwrap();
    let failed = post.work().await.unwrap_err();
    assert!(failed.contains("mail server"), "{failed}");
    assert!(post.mails().is_empty());
    post.control.clear_faults();
    post.pass(TimeDelta::hours(1));
    post.sends("sent 1").await;
    assert!(post.mails()[0].2.starts_with(b"%PDF-"));

    post.control.set_fault(FaultRule::new("smtp", FaultKind::Down).on("mail")).unwrap();
    post.pass(TimeDelta::hours(23));
    post.work().await.unwrap_err();
    post.pass(TimeDelta::hours(25));
    let told = post.work().await;
    let mails = post.app.ledger.read(move |reader| reader.report_mails_of(id, 10)).unwrap();
    let given_up = mails.iter().filter(|mail| mail.ended_at.is_some() && !mail.is_sent).count();
    assert_eq!(given_up, 1, "{told:?} {mails:?}");
    post.close().await;
}

/// A report that cannot be made keeps no later one back, and is given up like a mail that nobody takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_made_keeps_no_other_back() {
    let post = Post::open(Backend::Sqlite, "2026-11-30T06:00:00Z").await.unwrap();
    let bad = post.schedule_of(ReportKind::Settlements, ReportForm::Csv, &["a@hub.example.ma"]).await;
    post.schedule(ReportForm::Csv, &["b@hub.example.ma"]).await;
    post.place.database.run("ALTER TABLE settlement_windows RENAME TO settlement_windows_away");
    post.pass(TimeDelta::hours(2));
    let failed = post.work().await.unwrap_err();
    assert!(failed.contains(&format!("report schedule {bad}")), "{failed}");
    let mails = post.mails();
    assert_eq!(mails.iter().map(|(to, ..)| to.as_str()).collect::<Vec<_>>(), ["b@hub.example.ma"]);
    let open = post.app.ledger.read(move |reader| reader.report_mails_of(bad, 10)).unwrap().remove(0);
    assert_eq!((open.is_sent, open.ended_at), (false, None));
    assert!(open.proof.contains("settlement_windows"), "{open:?}");
    // Given up after a day; what was due meanwhile is tried anew.
    post.pass(TimeDelta::hours(25));
    post.work().await.unwrap_err();
    let tried = post.app.ledger.read(move |reader| reader.report_mails_of(bad, 10)).unwrap();
    let ended: Vec<_> = tried.iter().map(|mail| (mail.is_sent, mail.ended_at.is_some())).collect();
    assert_eq!(ended, [(false, false), (false, true)], "{tried:?}");
    assert_eq!(post.mails().len(), 2);
    post.place.database.run("ALTER TABLE settlement_windows_away RENAME TO settlement_windows");
    post.sends("sent 1").await;
    post.close().await;
}

/// Ended, a schedule mails nothing any more, not even what waits.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_ended_is_not_mailed() {
    let post = Post::open(Backend::Sqlite, "2026-11-30T06:00:00Z").await.unwrap();
    let id = post.schedule(ReportForm::Csv, &["a@hub.example.ma"]).await;
    post.pass(TimeDelta::hours(2));
    let entry = AuditEntry {
        actor: "adil".to_owned(),
        action: "report-schedule-ended".to_owned(),
        subject: String::new(),
        detail: String::new(),
    };
    assert!(post.app.hub.end_report_schedule(id, entry.clone()).await.unwrap());
    assert!(!post.app.hub.end_report_schedule(id, entry).await.unwrap());
    post.sends("sent 0").await;
    assert!(post.mails().is_empty());
    post.close().await;
}

/// What is still mailed stands before what is ended, however old it is.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn schedules_that_go_on_are_listed_first(#[case] backend: Backend) {
    let Some(post) = Post::open(backend, "2026-11-30T06:00:00Z").await else { return };
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(post.schedule(ReportForm::Csv, &["a@hub.example.ma"]).await);
    }
    let entry = AuditEntry {
        actor: "adil".to_owned(),
        action: "report-schedule-ended".to_owned(),
        subject: String::new(),
        detail: String::new(),
    };
    assert!(post.app.hub.end_report_schedule(ids[2], entry).await.unwrap());
    let listed = post.app.hub.report_schedules(10).await.unwrap();
    assert_eq!(listed.iter().map(|(row, _)| row.id).collect::<Vec<_>>(), [ids[1], ids[0], ids[2]]);
    assert_eq!(post.app.hub.report_schedules(2).await.unwrap().len(), 2);
    post.close().await;
}

const FORM: [(&str, &str); 8] = [
    ("kind", "transactions"),
    ("biller", "1001"),
    ("days", "yesterday"),
    ("form", "csv"),
    ("language", "ar"),
    ("every", "week"),
    ("time", "07:30"),
    ("recipients", "salma@HUB.example.ma, omar@hub.example.ma"),
];

fn with<'a>(field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    FORM.iter().map(|(name, usual)| if *name == field { (*name, value) } else { (*name, *usual) }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_made_and_ended_on_its_page() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = reader(&app, "omar", Role::Operations).await;
    let page = omar.post("/reports/schedules", &FORM).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/en/staff/reports/schedules"), "{}", page.text());
    assert!(page.text().contains("Each Monday") && page.body.contains("salma@hub.example.ma"), "{}", page.text());
    let (row, _) = app.hub.report_schedules(10).await.unwrap().remove(0);
    assert_eq!((row.says.biller, row.says.at_minute, row.says.language), (Some(1001), 450, Language::Ar));
    let page = omar.post(&format!("/reports/schedules/{}/end", row.id), &[]).await;
    assert!(page.text().contains("Ended") && !page.body.contains("/end\""), "{}", page.text());
    let done: Vec<_> = app.audit().into_iter().filter(|row| row.contains("report-schedule")).collect();
    assert_eq!(
        done,
        [
            format!("omar report-scheduled report schedule {0}", row.id),
            format!("omar report-schedule-ended report schedule {0}", row.id)
        ]
    );
    app.finish().await;
}

#[rstest]
#[case("recipients", "", 422, "Type at least one mail address")]
#[case("recipients", "salma", 422, "is not a mail address")]
#[case("recipients", "salma@elsewhere.ma", 422, "take an address of an allowed domain")]
#[case("recipients", "salma@sub.hub.example.ma", 422, "take an address of an allowed domain")]
#[case("recipients", "4000000000000002@hub.example.ma", 422, "card")]
#[case("time", "4000000000000002", 422, "card")]
#[case("time", "25:00", 422, "Type a time such as")]
#[case("kind", "outlets", 422, "Of one biller alone")]
#[case("kind", "vat", 400, "")]
#[case("kind", "gone", 400, "")]
#[case("days", "gone", 400, "")]
#[case("form", "doc", 400, "")]
#[case("every", "minute", 400, "")]
#[case("language", "de", 400, "")]
#[case("biller", "9998", 400, "")]
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_makes_no_schedule(
    #[case] field: &str,
    #[case] value: &str,
    #[case] status: u16,
    #[case] said: &str,
) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = reader(&app, "omar", Role::Operations).await;
    let page = omar.post("/reports/schedules", &with(field, value)).await;
    assert_eq!(page.status, status, "{}", page.text());
    assert!(page.text().contains(said) && !page.body.contains("4000000000000002"), "{}", page.text());
    assert_eq!(app.database.number("SELECT COUNT(*) FROM report_schedules"), 0);
    app.finish().await;
}
