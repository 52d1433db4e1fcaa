//! Files that are brought to the sandbox, and what becomes of them on bad days.

mod fetching;
mod mail;
mod orders;
mod sftp;

use std::sync::Mutex;
use std::time::Duration;

use chrono::TimeDelta;
use ledger::{NewDelivery, NewFile, SettlementFileKind};
use sandbox::{RunningSandbox, Sandbox, SandboxConfig};
use tempfile::TempDir;

use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, PublicKey};

use super::*;
use crate::notify::{SmtpSecurity, SmtpSettings};
use crate::test_database::{Backend, TestDatabase};

/// The biller of every test.
const BILLER: u16 = 1301;
const NAME: &str = "1301_000001_20261124.csv";
const CONTENT: &[u8] = b"1;two\r\n3;four\r\n";
const TO: &str = "comptabilite@biller.example";

/// The hub's key.
fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

fn public(seed: u8) -> String {
    PublicKey::from(&key(seed)).to_openssh().unwrap()
}

/// A ledger with files to be brought, a courier, and the world.
struct Bench {
    folder: TempDir,
    ledger: Arc<Ledger>,
    /// Gone after the ledger.
    _database: TestDatabase,
    sandbox: RunningSandbox,
    courier: Arc<Courier>,
    wishes: Wishes,
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl Bench {
    /// `None` without a server of that kind.
    async fn start(backend: Backend) -> Option<Self> {
        let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::make(backend)?);
        let ledger = Arc::new(Ledger::open_beside(&database.url, &ledger::DataKeys::of_bytes([7; 32])).unwrap());
        let config = SandboxConfig { sftp_client_key: Some(public(1)), ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.unwrap();
        let courier = Arc::new(courier(&folder, Some(sandbox.smtp_addr().port())));
        let server = Sftp {
            host: "127.0.0.1".to_owned(),
            port: sandbox.sftp_addr().port(),
            user: "fatoura".to_owned(),
            folder: "/reglements".to_owned(),
            key: "ibn-battouta".to_owned(),
            host_key: sandbox.sftp_host_key(),
        };
        let wishes = Wishes { mail: Some(TO.to_owned()), sftp: Some(server) };
        let now = Arc::new(Mutex::new("2026-11-24T17:05:00Z".parse().unwrap()));
        Some(Self { folder, ledger, _database: database, sandbox, courier, wishes, now })
    }

    /// Makes a file of these bytes that is to be brought by these means.
    fn make(&self, window: i64, name: &str, content: &[u8], means: &[DeliveryMeans]) {
        let folder = biller_folder(self.folder.path(), BILLER);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), content).unwrap();
        let target = |means| NewDelivery { means, target: "as it was".to_owned() };
        let file = NewFile {
            window,
            biller: BILLER,
            kind: SettlementFileKind::Csv,
            name: name.to_owned(),
            digest: hex(&Sha256::digest(content)),
            bytes: content.len().try_into().unwrap(),
            deliveries: means.iter().copied().map(target).collect(),
        };
        let now = self.now();
        self.ledger.write_now(move |op| op.keep_file(&file, now)).unwrap();
    }

    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    /// One run of the job: arrived, to be tried again, called for.
    async fn run(&self) -> (usize, usize, usize) {
        let wishes = self.wishes.clone();
        let wishes_of: WishesOf =
            Arc::new(move |biller| (biller == BILLER).then(|| ("Université Ibn Battouta".to_owned(), wishes.clone())));
        let now = Arc::clone(&self.now);
        let clock: Clock = Arc::new(move || *now.lock().unwrap());
        let done = deliver_files(&self.courier, &self.ledger, &wishes_of, self.now(), &clock).await.unwrap();
        (done.delivered, done.again, done.called)
    }

    /// The first delivery of the first file.
    fn delivery(&self) -> Delivery {
        let deliveries = self.ledger.read(|reader| {
            let file = reader.files_of(1)?.remove(0);
            reader.deliveries_of(file.id)
        });
        deliveries.unwrap().remove(0)
    }

    async fn stop(self) {
        self.ledger.close();
        self.sandbox.stop().await;
    }
}

fn courier(folder: &TempDir, smtp_port: Option<u16>) -> Courier {
    let mail = smtp_port.map(|port| {
        Mailer::new(SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port,
            security: SmtpSecurity::None,
            credentials: None,
            from: "Fatoura <reglements@hub.example.ma>".to_owned(),
            timeout: Duration::from_millis(1_500),
        })
        .unwrap()
    });
    let path = folder.path().join("key");
    std::fs::write(&path, key(1).to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    let keys = Keys::load(&BTreeMap::from([("FATOURA_SFTP_KEY_IBN_BATTOUTA".to_owned(), path)])).unwrap();
    let (folder, public_url) = (folder.path().to_owned(), "https://pay.example.ma".to_owned());
    Courier { mail, folder, public_url, keys, bank: None, sources: Vec::new() }
}
