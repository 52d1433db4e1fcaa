//! The built program at a place of its own: database, port, environment, log; and the same parts in this process with
//! the clock moved on.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use fatoura::app::{App, Outside};
use fatoura::config::{Config, Environment};
use fatoura::running::Running;
use ledger::DatabaseUrl;
use payments::Clock;
use sandbox::Control;
use tempfile::TempDir;
use tokio::task::block_in_place;
use tokio::time::sleep;

use super::{WAIT_MAX, proofs};
use crate::support::{STAFF_KEY, TestDatabase, secret_of};

/// The billers that payments go to.
pub const BILLERS: [u16; 4] = [1001, 1002, 1202, 1401];

/// How the clock is moved on: first by less than a lease, so that what comes of a task is seen before the next one's turn,
/// until card sessions are over; then over the last looks at the gateway.
const STEPS: [(usize, TimeDelta); 2] = [(30, TimeDelta::seconds(90)), (12, TimeDelta::hours(6))];

/// Where the program runs, over all its lives.
pub struct Place {
    pub base: String,
    pub database: TestDatabase,
    environment: Vec<(String, String)>,
    folder: TempDir,
}

/// What the program needs to know, over this database and beside this sandbox.
pub fn environment(database: &DatabaseUrl, sandbox: &str, base: &str) -> Vec<(String, String)> {
    let mut environment: Vec<(String, String)> = [
        ("FATOURA_DATABASE_URL", url_of(database)),
        ("FATOURA_DATA_KEYS", ledger::DataKeys::of_bytes(crate::support::DATA_KEY).to_list()),
        ("FATOURA_DATABASE_READERS", "4".to_owned()),
        ("FATOURA_LISTEN", base.trim_start_matches("http://").to_owned()),
        ("FATOURA_PUBLIC_URL", base.to_owned()),
        ("FATOURA_COOKIE_KEY", "0123456789abcdef0123456789abcdef".to_owned()),
        ("FATOURA_CMI_CLIENT_ID", "600001234".to_owned()),
        ("FATOURA_CMI_STORE_KEY", "TEST1234".to_owned()),
        ("FATOURA_CMI_GATEWAY_URL", format!("{sandbox}/fim/est3Dgate")),
        ("FATOURA_CMI_API_URL", format!("{sandbox}/fim/api")),
        ("FATOURA_CMI_API_USER", "api".to_owned()),
        ("FATOURA_CMI_API_PASSWORD", "sandbox-api".to_owned()),
        ("FATOURA_CMI_FALLBACK_EMAIL", "payer@hub.example.ma".to_owned()),
        ("FATOURA_TWILIO_ACCOUNT_SID", "ACsandbox".to_owned()),
        ("FATOURA_TWILIO_AUTH_TOKEN", "sandbox-token".to_owned()),
        ("FATOURA_TWILIO_SENDER", "Fatoura".to_owned()),
        ("FATOURA_TWILIO_BASE_URL", format!("{sandbox}/twilio")),
        ("FATOURA_BILLER_BREAKER_FAILURES", "100".to_owned()),
        ("FATOURA_LOOKUPS_PER_MINUTE", "10000".to_owned()),
        ("FATOURA_LOOKUP_BURST", "10000".to_owned()),
        ("FATOURA_STARTS_PER_MINUTE", "10000".to_owned()),
        ("FATOURA_STAFF_PAGES", "true".to_owned()),
        ("FATOURA_STAFF_KEY", STAFF_KEY.to_owned()),
        ("FATOURA_VOICE_AUTH_TOKEN", "sandbox-token".to_owned()),
        ("FATOURA_VOICE_TELEOPERATOR", "+212522000000".to_owned()),
        ("FATOURA_VOICE_PAY_CONNECTOR", "cmi".to_owned()),
        ("FATOURA_BANK_NAME", "Fatoura SA".to_owned()),
        ("FATOURA_BANK_RIB", "007780000012345678901209".to_owned()),
        ("NETWORK_SECRET_ATLAS", secret_of("NETWORK_SECRET_ATLAS", "")),
        ("SANDBOX_URL", sandbox.to_owned()),
        ("RUST_LOG", "warn".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    environment.extend(BILLERS.map(|biller| (format!("BILLER_SECRET_{biller}"), "sandbox-biller-secret".to_owned())));
    environment
}

impl Place {
    /// Over a migrated database, with the billers imported.
    pub fn new(database: TestDatabase, sandbox: String) -> Self {
        biller_adapters::init_tls();
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        let environment = environment(&database.url, &sandbox, &base);
        let place = Self { base, database, environment, folder: tempfile::tempdir().unwrap() };
        let mut import = place.command(&["biller", "import"]);
        let output = import.args(BILLERS.map(biller_file)).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        place
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Has figures served; where.
    pub fn metrics(&mut self) -> String {
        let address = format!("127.0.0.1:{}", free_port());
        self.set("FATOURA_METRICS_LISTEN", &address);
        address
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fatoura"));
        command.args(words).current_dir(&self.folder).env_clear().envs(self.environment.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// A file of the program's own folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> PathBuf {
        self.path("log")
    }

    /// Starts the program.
    pub fn serve(&self) -> Program {
        self.serve_at(self.base.clone())
    }

    /// Starts it as another node, on a port of its own.
    pub fn serve_beside(&self) -> Program {
        self.serve_at(format!("http://127.0.0.1:{}", free_port()))
    }

    fn serve_at(&self, base: String) -> Program {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut command = self.command(&["serve"]);
        command.env("FATOURA_LISTEN", base.trim_start_matches("http://"));
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        Program { child, base, log: self.log() }
    }

    /// The books are right, by the program's own word.
    pub fn check_books(&self) {
        let output = block_in_place(|| self.command(&["check-books"]).output().unwrap());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The program's own parts in this process, by another clock.
    pub fn open(&self, clock: Clock) -> App {
        let environment: Environment = self.environment.iter().cloned().collect();
        let config = Config::read(&environment).unwrap();
        let outside = Outside { clock, ..Outside::real(&environment) };
        block_in_place(|| App::open(&config, outside)).unwrap()
    }

    /// The whole program in this process, by another clock.
    pub async fn start(&self, clock: Clock) -> Running {
        let environment: Environment = self.environment.iter().cloned().collect();
        let web = Config::read(&environment).unwrap().web;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Running::start(self.open(clock), &web, None, listener).await.unwrap()
    }

    /// Works off the outbox with the program's own parts, while all clocks move past leases, resolvers and card sessions,
    /// until nothing is left to do.
    pub async fn settle(&self, control: &Control) {
        let ahead = Arc::new(Mutex::new(TimeDelta::zero()));
        let offset = Arc::clone(&ahead);
        let app = self.open(Arc::new(move || Utc::now() + *offset.lock().unwrap()));
        let until = Instant::now() + WAIT_MAX;
        for step in STEPS.iter().flat_map(|(times, step)| std::iter::repeat_n(*step, *times)) {
            while app.dispatcher.step().await.unwrap() > 0 {
                assert!(Instant::now() < until, "the outbox does not come to rest");
            }
            if proofs::open_tasks(self) == 0 {
                break;
            }
            *ahead.lock().unwrap() += step;
            control.pass(step);
        }
        block_in_place(|| app.ledger.close());
    }
}

/// A biller's file as the sandbox offers it.
pub fn biller_file(biller: u16) -> String {
    format!("{}/sandbox/billers/{biller}.toml", env!("CARGO_MANIFEST_DIR"))
}

fn url_of(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(url) => url.clone(),
    }
}

/// A port below those that the system gives to connections: it is still free after a restart.
fn free_port() -> u16 {
    let tried = std::iter::repeat_with(|| 20_000 + rand::random::<u16>() % 10_000).take(100);
    tried.into_iter().find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// One life of the program.
pub struct Program {
    child: Child,
    base: String,
    log: PathBuf,
}

impl Program {
    /// Waits until it takes work.
    pub async fn ready(&mut self) {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        let until = Instant::now() + WAIT_MAX;
        loop {
            let answer = http.get(format!("{}/health/ready", self.base)).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            let log = || fs::read_to_string(&self.log).unwrap();
            assert!(ended.is_none() && Instant::now() < until, "{ended:?}, its log:\n{}", log());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// kill -9, and nothing of it is left.
    pub fn kill(&mut self) {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "it ended by itself: {ended:?}, its log:\n{}", fs::read_to_string(&self.log).unwrap());
        self.child.kill().unwrap();
        block_in_place(|| self.child.wait()).unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails if it is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
