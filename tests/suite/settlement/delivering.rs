//! kill -9 again and again while files are brought to billers, over a slow line: each arrives under its name, whole, once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use mail_parser::{MessageParser, MimeHeaders};
use rand::RngExt;
use rstest::rstest;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, PublicKey};
use sandbox::{DroppedFile, FaultKind, FaultRule, RunningSandbox, Sandbox, SandboxConfig};
use tokio::task::block_in_place;

use super::seeding::pay_many;
use super::{end_leases, files, ran};
use crate::cli::Ran;
use crate::crash::program::{Place, biller_file};
use crate::support::{Backend, TestDatabase};

/// Gets two forms of file by SFTP, and one by mail and SFTP.
const BILLERS: [u16; 2] = [1002, 1401];
/// The one that has a day of many payments, and what counts as half of its file.
const LARGE: u16 = 1002;
const PAYMENTS: usize = 2_000;
const HALF: usize = 64 * 1024;
const KILLS_INSIDE: u32 = 2;
/// Days that are settled, and longest wait for all of their files.
const DAYS: i64 = 12;
const WAIT_MAX: Duration = Duration::from_secs(240);
/// How slow the servers' answers are, and how long a connection that was cut may still be worked for there. A run under
/// another lease begins a minute after a kill.
const SLOW_MS: u64 = 12;
const AFTER_KILL: Duration = Duration::from_millis(80);

pub(super) fn key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}

/// The program where files are to be brought.
struct Delivering {
    place: Place,
    environment: Vec<(&'static str, String)>,
}

impl Delivering {
    fn new(database: TestDatabase, sandbox: &RunningSandbox) -> Self {
        let place = Place::new(database, sandbox.base_url());
        fs::write(place.path("key"), key().to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
        let environment = vec![
            ("FATOURA_SFTP_KEY_HUB", place.path("key").display().to_string()),
            ("FATOURA_SMTP_HOST", "127.0.0.1".to_owned()),
            ("FATOURA_SMTP_PORT", sandbox.smtp_addr().port().to_string()),
            ("FATOURA_SMTP_SECURITY", "none".to_owned()),
            ("FATOURA_SMTP_FROM", "Fatoura <reglements@hub.example.ma>".to_owned()),
        ];
        let delivering = Self { place, environment };
        for biller in BILLERS {
            let mail = if biller == 1401 { "mail = \"comptabilite@biller.example\"\n\n" } else { "" };
            let wishes = format!(
                "\n[settlement.delivery]\n{mail}[settlement.delivery.sftp]\nhost = \"127.0.0.1\"\nport = {}\nuser = \
                 \"b{biller}\"\nfolder = \"/reglements\"\nkey = \"hub\"\nhost_key = \"{}\"\n\n[[receivable_type]]",
                sandbox.sftp_addr().port(),
                sandbox.sftp_host_key()
            );
            let text = fs::read_to_string(biller_file(biller)).unwrap();
            let path = delivering.place.path(&format!("{biller}.toml"));
            fs::write(&path, text.replacen("\n[[receivable_type]]", &wishes, 1)).unwrap();
            delivering.ran(&["biller", "import", path.to_str().unwrap()]);
        }
        delivering
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.place.command(words);
        command.envs(self.environment.iter().cloned());
        command
    }

    fn ran(&self, words: &[&str]) -> String {
        Ran::of(block_in_place(|| self.command(words).output().unwrap())).done()
    }

    /// Settles days that are to come, as if they were over.
    fn settle(&self) {
        self.ran(&["job", "run", "open_windows"]);
        let as_of = (Utc::now() + TimeDelta::days(DAYS)).to_rfc3339();
        self.ran(&["job", "run", "close_windows", "--as-of", &as_of]);
        self.ran(&["job", "run", "settle_windows"]);
        self.ran(&["job", "run", "make_settlement_files"]);
    }

    fn number(&self, query: &str) -> i64 {
        block_in_place(|| self.place.database.number(query))
    }

    fn delivered(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM deliveries WHERE delivered_at IS NOT NULL")
    }

    /// What failed because a kill cut it off, or its predecessor did, is due again.
    fn make_due(&self) {
        let due = "UPDATE deliveries SET due_at = asked_at WHERE delivered_at IS NULL";
        block_in_place(|| self.place.database.run(due));
        end_leases(&self.place);
    }

    /// The content of each file that was made for a biller, by name.
    fn made(&self, biller: u16) -> BTreeMap<String, Vec<u8>> {
        let paths = files(&self.place).remove(&biller.to_string()).unwrap();
        let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_files_are_brought(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let client_key = Some(PublicKey::from(&key()).to_openssh().unwrap());
    let sandbox =
        Sandbox::start(SandboxConfig { sftp_client_key: client_key, ..SandboxConfig::default() }).await.unwrap();
    let control = sandbox.control();
    let hub = block_in_place(|| Delivering::new(database, &sandbox));
    hub.ran(&["job", "run", "open_windows"]);
    block_in_place(|| pay_many(&hub.place.database, LARGE, PAYMENTS));
    hub.settle();
    for (target, call) in [("sftp", "write"), ("sftp", "stat"), ("sftp", "rename"), ("smtp", "mail")] {
        control.set_fault(FaultRule::new(target, FaultKind::Delay { ms: SLOW_MS }).on(call)).unwrap();
    }
    let all = hub.number("SELECT COUNT(*) FROM deliveries");
    let (mut kills, until) = (0, Instant::now() + WAIT_MAX);
    // What a biller that looks all the time would have taken for a file.
    let mut seen: BTreeMap<(String, String), Vec<u8>> = BTreeMap::new();
    let mut look = || {
        for file in control.dropped_files() {
            let name = file.path.rsplit('/').next().unwrap().to_owned();
            if !name.starts_with('.') {
                let first = seen.entry((file.user, name)).or_insert_with(|| file.bytes.clone());
                assert_eq!(*first, file.bytes, "{} changed after it had its name", file.path);
            }
        }
    };
    // The first kills fall inside of a large file.
    let mut inside = 0;
    while hub.delivered() < all {
        assert!(Instant::now() < until, "{} of {all} after {kills} kills", hub.delivered());
        hub.make_due();
        let mut command = hub.command(&["job", "run", "deliver_files"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (before, began) = (hub.delivered(), Utc::now());
        let is_half = || {
            let grows = |file: &DroppedFile| file.path.contains("/.") && file.bytes.len() >= HALF && file.at >= began;
            control.dropped_files().iter().any(grows)
        };
        loop {
            look();
            if inside < KILLS_INSIDE && is_half() {
                inside += 1;
                break;
            }
            if child.try_wait().unwrap().is_some() || (inside == KILLS_INSIDE && hub.delivered() > before) {
                tokio::time::sleep(Duration::from_millis(rand::rng().random_range(0..250))).await;
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        kills += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        block_in_place(|| child.wait()).unwrap();
        tokio::time::sleep(AFTER_KILL).await;
        look();
    }
    assert!(kills >= 3 && inside == KILLS_INSIDE, "{kills} kills, {inside} inside of a file, for {all} deliveries");

    // By SFTP: what was made, and nothing else that is not plainly a part.
    for biller in BILLERS {
        let user = format!("b{biller}");
        let (made, there) = (hub.made(biller), control.dropped_files());
        let whole = there.iter().filter(|file| file.user == user && !file.path.contains("/."));
        let names: Vec<&str> = whole.clone().map(|file| file.path.strip_prefix("reglements/").unwrap()).collect();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "each once: {names:?}");
        let there: BTreeMap<String, Vec<u8>> =
            names.iter().zip(whole).map(|(name, file)| ((*name).to_owned(), file.bytes.clone())).collect();
        assert!(there == made, "{:?} and not {:?}", there.keys(), made.keys());
        assert!(
            made.iter().all(|(name, bytes)| seen.get(&(user.clone(), name.clone())).is_none_or(|was| was == bytes))
        );
    }
    // By mail: at least once, and known by its id where a kill fell between the server's word and ours.
    let made = hub.made(1401);
    let mut by_id: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for mail in control.mails() {
        let mail = MessageParser::default().parse(&mail.raw).unwrap();
        let part = mail.attachment(0).unwrap();
        let file = (part.attachment_name().unwrap().to_owned(), part.contents().to_vec());
        by_id.entry(mail.message_id().unwrap().to_owned()).or_default().push(file);
    }
    let mails: usize = by_id.values().map(Vec::len).sum();
    let named: BTreeMap<String, Vec<u8>> = by_id.values().map(|copies| copies[0].clone()).collect();
    assert!(by_id.values().all(|copies| copies.iter().all(|copy| *copy == copies[0])), "one id, one content");
    assert!(named == made && by_id.len() == made.len(), "{:?} and not {:?}", named.keys(), made.keys());
    assert!(mails - made.len() <= kills as usize, "{mails} mails for {} files after {kills} kills", made.len());
    // One proof each, and nobody was called for what a kill cut off.
    assert_eq!(hub.number("SELECT COUNT(*) FROM deliveries WHERE proof = ''"), 0);
    assert_eq!(hub.number("SELECT COUNT(*) FROM deliveries WHERE incident_id IS NOT NULL"), 0);
    assert!(ran(&hub.place, &["settlement", "list", "--last", "1000"]).done().contains("settled"));
    assert!(hub.ran(&["job", "run", "deliver_files"]).contains("delivered 0"));
    hub.place.check_books();
    sandbox.stop().await;
}
