//! A whole hub on a port of its own, over a database of its own, with the sandbox for the outside world. People act
//! through roles: see [`Payer`].

mod database;
mod payer;

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use biller_adapters::{BillerClient, ClientSettings};
use channels::{ChannelState, WebLimits, WebSettings};
use chrono::{DateTime, TimeDelta, Utc};
use fatoura::notify::{Mailer, Notifier, SmtpSecurity, SmtpSettings, TwilioClient, TwilioSender, TwilioSettings};
use ledger::Ledger;
use payments::dispatch::Dispatcher;
use payments::gateways::cmi::CmiSettings;
use payments::gateways::cmi::client::CmiClient;
use payments::{Clock, Hub, HubParts, HubSettings};
use sandbox::{Control, RunningSandbox, Sandbox, SandboxConfig};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

pub use database::{Backend, TestDatabase, skip};
pub use payer::{Page, Payer};

/// A running hub and its world.
pub struct TestApp {
    pub hub: Arc<Hub>,
    pub ledger: Arc<Ledger>,
    pub url: String,
    pub sandbox: RunningSandbox,
    pub control: Control,
    pub dispatcher: Dispatcher,
    pub database: TestDatabase,
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
        Self { automatic_capture: true, limits }
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
        let ledger = Arc::new(Ledger::open(&database.url, 8, Arc::new(move || waker.notify_one())).unwrap());
        import(&ledger, &base);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ahead = Arc::new(Mutex::new(TimeDelta::zero()));
        let offset = Arc::clone(&ahead);
        let clock: Clock = Arc::new(move || Utc::now() + *offset.lock().unwrap());
        let settings = ClientSettings {
            find_timeout: Duration::from_millis(1_500),
            confirm_timeout: Duration::from_millis(1_500),
            // Faults are told apart from a breaker's rest; the breaker has tests of its own.
            breaker_failures: 1_000,
            ..ClientSettings::default()
        };
        let hub = Arc::new(
            Hub::open(HubParts {
                ledger: Arc::clone(&ledger),
                client: Arc::new(BillerClient::new(settings).unwrap()),
                cmi: CmiClient::new(cmi(&base, &config, setup.automatic_capture)).unwrap(),
                secrets: Arc::new(move |_| Some(config.biller_secret.clone().into())),
                clock: Arc::clone(&clock),
                settings: HubSettings { callback_url: format!("{url}/webhooks/cmi"), ..HubSettings::default() },
            })
            .unwrap(),
        );
        for (biller, outcome) in hub.pull_bill_files().await.unwrap() {
            assert!(matches!(outcome, payments::FileOutcome::Imported(..)), "{biller}: {outcome:?}");
        }
        let messenger = notifier(&hub, &sandbox, &url);
        let dispatcher = Dispatcher::new(Arc::clone(&hub), Arc::new(messenger), wake);
        let web = WebSettings {
            public_url: url.clone(),
            cookie_key: "a cookie key for tests, long enough to be one".into(),
            trust_proxy: false,
            secure_cookies: false,
            limits: setup.limits,
        };
        let state = web::Data::new(ChannelState::new(Arc::clone(&hub), web, clock));
        let server = HttpServer::new(move || App::new().app_data(state.clone()).configure(channels::configure))
            .workers(2)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        let control = sandbox.control();
        Some(Self { hub, ledger, url, sandbox, control, dispatcher, database, ahead, server: handle })
    }

    /// Moves the hub's clock on.
    pub fn pass(&self, time: TimeDelta) {
        *self.ahead.lock().unwrap() += time;
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

    /// Ends a test: nothing due may be left undone.
    pub async fn finish(self) {
        self.settle().await;
        let now = self.now();
        let (waiting, _) = self.ledger.read(|reader| reader.outbox_backlog(now)).unwrap();
        assert_eq!(waiting, 0, "tasks were left undone");
        self.server.stop(false).await;
        self.sandbox.stop().await;
        self.ledger.close();
    }
}

fn cmi(base: &str, config: &SandboxConfig, automatic_capture: bool) -> CmiSettings {
    CmiSettings {
        client_id: config.cmi_client_id.clone(),
        store_key: config.cmi_store_key.clone().into(),
        gateway_url: format!("{base}/fim/est3Dgate"),
        api_url: format!("{base}/fim/api"),
        api_user: config.cmi_api_user.clone(),
        api_password: config.cmi_api_password.clone().into(),
        automatic_capture,
        fallback_email: "payer@hub.example.ma".into(),
        connect_timeout: CmiSettings::CONNECT_TIMEOUT,
        timeout: Duration::from_millis(1_500),
    }
}

fn notifier(hub: &Arc<Hub>, sandbox: &RunningSandbox, public_url: &str) -> Notifier {
    let config = SandboxConfig::default();
    let timeout = Duration::from_millis(1_500);
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

/// The billers that the sandbox plays.
fn import(ledger: &Ledger, sandbox_url: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/billers");
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let variables = |name: &str| (name == "SANDBOX_URL").then(|| sandbox_url.to_owned());
        let billers = payments::catalogue::import::parse(&text, &variables).unwrap();
        payments::import_billers(ledger, &billers, Utc::now()).unwrap();
    }
}
