//! A whole hub on a port of its own, over a database of its own, with the sandbox for the outside world. People act
//! through roles: see [`Payer`].

mod bank;
mod caller;
mod colleague;
mod counter;
mod database;
mod gateway_hash;
mod line;
mod payer;
mod phone;
mod schemas;

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use biller_adapters::{BillerClient, ClientSettings};
use channels::{AgentsLimits, ChannelState, Teleoperators, VoiceSettings, WebLimits, WebSettings};
use chrono::{DateTime, TimeDelta, Utc};
use fatoura::notify::{Mailer, Notifier, SmtpSecurity, SmtpSettings, TwilioClient, TwilioSender, TwilioSettings};
use ledger::Ledger;
use payments::dispatch::Dispatcher;
use payments::gateways::cmi::CmiSettings;
use payments::gateways::cmi::client::CmiClient;
use payments::{Clock, Hub, HubParts, HubSettings};
use sandbox::{Control, RunningSandbox, Sandbox, SandboxConfig};
use staff::{Staff, StaffParts};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

pub use bank::Bank;
pub use caller::{Bill, OTHER_PHONE, PHONE, cash_box, identify, money, wallet};
pub use colleague::{Colleague, PASSWORD, STAFF_KEY, code_at, shown_secret, take_in, unbase32};
pub use counter::{Counter, agent, pieces};
pub use database::{Backend, DATA_KEY, TestDatabase, skip};
pub use line::Line;
pub use payer::{ANSWER_MAX, Form, Page, Payer, form};
pub use phone::Phone;
pub use schemas::assert_messages_are_valid;

/// A running hub and its world.
pub struct TestApp {
    pub hub: Arc<Hub>,
    pub ledger: Arc<Ledger>,
    pub url: String,
    pub sandbox: RunningSandbox,
    pub control: Control,
    pub dispatcher: Dispatcher,
    /// The gateway as payers and banks see it.
    pub bank: Bank,
    pub database: TestDatabase,
    pub staff: Arc<Staff>,
    /// Where settlement files are.
    pub settlement: tempfile::TempDir,
    ahead: Arc<Mutex<TimeDelta>>,
    server: ServerHandle,
}

/// A dispatcher at work.
pub struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Lets it finish what it has begun.
    pub async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

/// What a test changes of the usual set-up.
pub struct Setup {
    pub automatic_capture: bool,
    pub limits: WebLimits,
    /// Failures in a row that open a biller's breaker.
    pub breaker_failures: u32,
    /// How long billers, gateway, SMS and mail are waited for.
    pub patience: Duration,
    /// Whether bill files are there from the start.
    pub bill_files: bool,
    /// Whether the hub stands behind a proxy.
    pub trust_proxy: bool,
    /// What is in front of the hub's own address where the voice provider calls it; `None`: nothing.
    pub voice_url: Option<&'static str>,
    /// Whether callers may key cards.
    pub voice_cards: bool,
    /// How much a network's system may ask.
    pub agents_limits: AgentsLimits,
    /// The most rows of a report that is handed out as it is read.
    pub report_rows: i64,
}

impl Default for Setup {
    fn default() -> Self {
        let plenty = NonZeroU32::new(1_000_000).unwrap();
        let limits = WebLimits {
            lookups_per_minute: plenty,
            lookup_burst: plenty,
            searches_per_minute: plenty,
            starts_per_minute: plenty,
            addresses_max: 1_000,
        };
        Self {
            automatic_capture: true,
            limits,
            // Faults are told apart from a breaker's rest; the breaker has tests of its own.
            breaker_failures: 1_000,
            patience: Duration::from_millis(1_500),
            bill_files: true,
            trust_proxy: false,
            voice_url: None,
            voice_cards: true,
            agents_limits: AgentsLimits { requests_per_second: plenty, lookups_per_minute: plenty },
            report_rows: payments::reports::runs::ROWS_AT_ONCE_MAX,
        }
    }
}

impl TestApp {
    /// `None` where the database is not to be had.
    pub async fn start(backend: Backend) -> Option<Self> {
        Self::start_with(backend, Setup::default()).await
    }

    pub async fn start_with(backend: Backend, setup: Setup) -> Option<Self> {
        let database = TestDatabase::make(backend)?;
        let config = SandboxConfig { slow_callback_ms: 300, ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config.clone()).await.unwrap();
        let base = sandbox.base_url();
        let wake = Arc::new(Notify::new());
        let waker = Arc::clone(&wake);
        let ledger = Arc::new(
            Ledger::open(
                &database.url,
                &ledger::DataKeys::of_bytes(crate::support::DATA_KEY),
                8,
                Arc::new(move || waker.notify_one()),
            )
            .unwrap(),
        );
        import(&ledger, &base);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ahead = Arc::new(Mutex::new(TimeDelta::zero()));
        let offset = Arc::clone(&ahead);
        let clock: Clock = Arc::new(move || Utc::now() + *offset.lock().unwrap());
        let (offset, begin) = (Arc::clone(&ahead), Instant::now());
        let monotonic = Arc::new(move || {
            let ahead = offset.lock().unwrap().to_std().unwrap();
            begin + begin.elapsed() + ahead
        });
        let settings = ClientSettings {
            find_timeout: setup.patience,
            confirm_timeout: setup.patience,
            breaker_failures: setup.breaker_failures,
            ..ClientSettings::default()
        };
        let settlement = tempfile::tempdir().unwrap();
        let hub = Arc::new(
            Hub::open(HubParts {
                ledger: Arc::clone(&ledger),
                client: Arc::new(BillerClient::with_clock(settings, monotonic).unwrap()),
                cmi: CmiClient::new(cmi(&base, &config, &setup)).unwrap(),
                secrets: Arc::new(move |name| Some(secret_of(name, &config.biller_secret).into())),
                clock: Arc::clone(&clock),
                settings: HubSettings {
                    callback_url: format!("{url}/webhooks/cmi"),
                    settlement_folder: settlement.path().to_owned(),
                    report_domains: vec!["hub.example.ma".to_owned()],
                    report_rows_at_once: setup.report_rows,
                    ..HubSettings::default()
                },
            })
            .unwrap(),
        );
        let bank = Bank::new(&base, &format!("{url}/webhooks/cmi"));
        if setup.bill_files {
            pull_bill_files(&hub).await;
        }
        let messenger = notifier(&hub, &sandbox, &url, setup.patience);
        let dispatcher = Dispatcher::new(Arc::clone(&hub), Arc::new(messenger), wake);
        let web = WebSettings {
            public_url: url.clone(),
            cookie_key: "a cookie key for tests, long enough to be one".into(),
            trust_proxy: setup.trust_proxy,
            secure_cookies: false,
            limits: setup.limits,
        };
        let voice = VoiceSettings {
            auth_token: SandboxConfig::default().twilio_auth_token.into(),
            public_url: setup.voice_url.map_or_else(|| url.clone(), str::to_owned),
            teleoperators: Teleoperators::Number("+212522000000".to_owned()),
            pay_connector: setup.voice_cards.then(|| "cmi".to_owned()),
        };
        let parts = StaffParts { ledger: Arc::clone(&ledger), clock: Arc::clone(&clock), key: STAFF_KEY.into() };
        let staff = Arc::new(Staff::open(parts).unwrap());
        let state = ChannelState::new(Arc::clone(&hub), web, clock).with_staff(Arc::clone(&staff));
        let state = state.with_voice(Some(voice));
        let state = state.with_agents_limits(Arc::clone(&hub), setup.agents_limits);
        let state = web::Data::new(state);
        let server = HttpServer::new(move || App::new().app_data(state.clone()).configure(channels::configure))
            .workers(2)
            // As the program: what is sent as an idle connection is closed would be lost.
            .keep_alive(Duration::from_secs(75))
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        let control = sandbox.control();
        Some(Self {
            hub,
            ledger,
            url,
            sandbox,
            control,
            dispatcher,
            bank,
            database,
            staff,
            settlement,
            ahead,
            server: handle,
        })
    }

    /// Moves all clocks on: the hub's, the billers', the gateway's.
    pub fn pass(&self, time: TimeDelta) {
        *self.ahead.lock().unwrap() += time;
        self.control.pass(time);
    }

    /// The hub's time.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.ahead.lock().unwrap()
    }

    /// Works off what is due, and what comes of it.
    pub async fn settle(&self) {
        for _ in 0..50 {
            if self.dispatcher.step().await.unwrap() == 0 {
                return;
            }
        }
        panic!("the outbox does not come to rest");
    }

    /// Works the outbox off in the background, as the program does, until the test ends.
    pub fn work(&self) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let dispatcher = self.dispatcher.clone();
        Worker { stop, task: tokio::spawn(async move { dispatcher.run(stopped).await }) }
    }

    /// A payer at the web pages.
    pub fn payer(&self, language: &'static str) -> Payer {
        Payer::new(&self.url, language)
    }

    /// A second hub over the same database, as another process would be: its dispatcher, and its ledger to be closed.
    pub fn other_hub(&self) -> (Dispatcher, Arc<Ledger>) {
        let (hub, ledger) = self.second_hub();
        let messenger = notifier(&hub, &self.sandbox, &self.url, Setup::default().patience);
        (Dispatcher::new(hub, Arc::new(messenger), Arc::new(Notify::new())), ledger)
    }

    /// The use cases of another process, and its ledger to be closed.
    pub fn second_hub(&self) -> (Arc<Hub>, Arc<Ledger>) {
        let ledger = Arc::new(
            Ledger::open(&self.database.url, &ledger::DataKeys::of_bytes(crate::support::DATA_KEY), 8, Arc::new(|| {}))
                .unwrap(),
        );
        let (config, setup) = (SandboxConfig::default(), Setup::default());
        let base = self.sandbox.base_url();
        let offset = Arc::clone(&self.ahead);
        let client = ClientSettings { confirm_timeout: setup.patience, ..ClientSettings::default() };
        let hub = Hub::open(HubParts {
            ledger: Arc::clone(&ledger),
            client: Arc::new(BillerClient::new(client).unwrap()),
            cmi: CmiClient::new(cmi(&base, &config, &setup)).unwrap(),
            secrets: Arc::new(move |_| Some(config.biller_secret.clone().into())),
            clock: Arc::new(move || Utc::now() + *offset.lock().unwrap()),
            settings: HubSettings { callback_url: format!("{}/webhooks/cmi", self.url), ..HubSettings::default() },
        });
        (Arc::new(hub.unwrap()), ledger)
    }

    /// Takes the billers' definitions in again, with the sandbox at another address.
    pub async fn import_billers(&self, sandbox_url: &str) {
        import(&self.ledger, sandbox_url);
        assert!(self.hub.reload_billers().await.unwrap());
    }

    /// What is wrong with the books now.
    pub fn book_faults(&self) -> Vec<String> {
        let report = ledger::check_books(&self.database.url).unwrap();
        report.faults.iter().map(ToString::to_string).collect()
    }

    /// Ends a test: nothing due may be left undone, and the books are right.
    pub async fn finish(self) {
        self.settle().await;
        let now = self.now();
        let (waiting, _) = self.ledger.read(|reader| reader.outbox_backlog(now)).unwrap();
        assert_eq!(waiting, 0, "tasks were left undone");
        assert_eq!(self.book_faults(), Vec::<String>::new());
        self.server.stop(false).await;
        self.sandbox.stop().await;
        self.ledger.close();
    }
}

/// A network's secret is told from another's by its name; billers share one.
pub fn secret_of(name: &str, biller_secret: &str) -> String {
    if name.starts_with("NETWORK_") { format!("a test's value of {name}") } else { biller_secret.to_owned() }
}

/// Every bill file, which must be new.
pub async fn pull_bill_files(hub: &Hub) {
    for (biller, outcome) in hub.pull_bill_files().await.unwrap() {
        assert!(matches!(outcome, payments::FileOutcome::Imported(..)), "{biller}: {outcome:?}");
    }
}

fn cmi(base: &str, config: &SandboxConfig, setup: &Setup) -> CmiSettings {
    CmiSettings {
        client_id: config.cmi_client_id.clone(),
        store_key: config.cmi_store_key.clone().into(),
        gateway_url: format!("{base}/fim/est3Dgate"),
        api_url: format!("{base}/fim/api"),
        api_user: config.cmi_api_user.clone(),
        api_password: config.cmi_api_password.clone().into(),
        automatic_capture: setup.automatic_capture,
        fallback_email: "payer@hub.example.ma".into(),
        connect_timeout: CmiSettings::CONNECT_TIMEOUT,
        timeout: setup.patience,
    }
}

fn notifier(hub: &Arc<Hub>, sandbox: &RunningSandbox, public_url: &str, timeout: Duration) -> Notifier {
    let config = SandboxConfig::default();
    let twilio = TwilioClient::new(TwilioSettings {
        base_url: format!("{}/twilio", sandbox.base_url()),
        account_sid: config.twilio_account_sid,
        auth_token: config.twilio_auth_token.into(),
        sender: TwilioSender::From("Fatoura".to_owned()),
        status_callback: None,
        timeout,
    });
    let mail = Mailer::new(SmtpSettings {
        host: sandbox.smtp_addr().ip().to_string(),
        port: sandbox.smtp_addr().port(),
        security: SmtpSecurity::None,
        credentials: None,
        from: "Fatoura <recus@hub.example.ma>".to_owned(),
        timeout,
    });
    let catalogue = Arc::clone(hub);
    Notifier::new(Arc::new(move || catalogue.catalogue()), public_url, Some(twilio.unwrap()), Some(mail.unwrap()))
}

/// The billers that the sandbox plays, and the networks of the demo.
fn import(ledger: &Ledger, sandbox_url: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/billers");
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let variables = |name: &str| (name == "SANDBOX_URL").then(|| sandbox_url.to_owned());
        let billers = payments::catalogue::import::parse(&text, &variables).unwrap();
        payments::import_billers(ledger, &billers, Utc::now()).unwrap();
    }
    let networks = include_str!("../../../sandbox/networks/networks.toml");
    let networks = payments::networks::import::parse(networks).unwrap();
    assert!(payments::import_networks(ledger, &networks, Utc::now()).unwrap().is_empty());
}
