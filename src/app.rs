//! Wiring: the ledger, the hub, the messenger, the channels. Real parts or doubles are chosen here and nowhere else.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use actix_web::web;
use anyhow::{Context, bail};
use biller_adapters::BillerClient;
use channels::ChannelState;
use chrono::{TimeDelta, Utc};
use ledger::{JobClaimed, Ledger, StorageError};
use payments::dispatch::Dispatcher;
use payments::disputes::DisputeRules;
use payments::gateways::cmi::client::CmiClient;
use payments::messages::Messenger;
use payments::{Clock, Hub, HubParts, HubSettings, Secrets};
use secrecy::SecretString;
use staff::{Staff, StaffParts};
use tokio::sync::{Notify, watch};

use crate::config::{Config, Environment, ReconcileConfig, RetentionConfig, SettlementConfig};
use crate::data_keys;
use crate::delivery::Courier;
use crate::jobs::{self, Ended, Parts, Runner, Warnings};
use crate::metrics::{Heard, Metrics};
use crate::notify::{Mailer, Notifier, TwilioClient};
use crate::readiness::Readiness;

/// What reaches into the program from outside besides its configuration; tests put doubles here.
pub struct Outside {
    /// Secrets of billers and networks by name.
    pub secrets: Secrets,
    /// The time of day.
    pub clock: Clock,
    /// Carries SMS and mails; `None`: what the configuration says.
    pub messenger: Option<Arc<dyn Messenger>>,
}

impl Outside {
    /// The real one, with secrets from the environment.
    pub fn real(environment: &Environment) -> Self {
        let environment = environment.clone();
        Self { secrets: Arc::new(move |name| environment.secret(name)), clock: Arc::new(Utc::now), messenger: None }
    }
}

/// The parts of the program, put together and not yet running.
pub struct App {
    /// The one ledger.
    pub ledger: Arc<Ledger>,
    /// The use cases.
    pub hub: Arc<Hub>,
    /// Works off the outbox.
    pub dispatcher: Dispatcher,
    /// What the routes share.
    pub state: web::Data<ChannelState>,
    /// Jobs that a person is called for.
    pub warnings: Warnings,
    /// What is counted for Prometheus.
    pub metrics: web::Data<Metrics>,
    /// Where it is served; `None`: nowhere.
    pub metrics_address: Option<SocketAddr>,
    /// What collectors have to know; `None`: nothing.
    pub(crate) metrics_token: Option<SecretString>,
    courier: Arc<Courier>,
    clock: Clock,
    retention: RetentionConfig,
    settlement: SettlementConfig,
    reconcile: ReconcileConfig,
    stopping: Arc<AtomicBool>,
}

impl App {
    /// Puts the parts together over a migrated database. Blocks while it opens the database.
    pub fn open(config: &Config, outside: Outside) -> anyhow::Result<Self> {
        let database = &config.database;
        let keys = data_keys::of(database)?;
        Self::over(config, outside, |waker| Ledger::open(&database.url, &keys, database.readers, waker))
    }

    /// The same for a command beside a running hub, to whose ledger it leaves all that can be put off.
    pub fn open_beside(config: &Config, outside: Outside) -> anyhow::Result<Self> {
        let keys = data_keys::of(&config.database)?;
        Self::over(config, outside, |_| Ledger::open_beside(&config.database.url, &keys))
    }

    fn over(
        config: &Config,
        outside: Outside,
        open: impl FnOnce(Arc<dyn Fn() + Send + Sync>) -> Result<Ledger, StorageError>,
    ) -> anyhow::Result<Self> {
        let Outside { secrets, clock, messenger } = outside;
        // Certificates and accounts first: a fault of the configuration shows before anything is opened.
        let heard = Heard::default();
        let client = Arc::new(BillerClient::new(config.billers.clone())?.observed_by(heard.of_billers()));
        let cmi = CmiClient::new(config.cmi.clone())?.observed_by(heard.of_gateway());
        let sms = config.twilio.clone().map(TwilioClient::new).transpose()?;
        let mail = config.smtp.clone().map(Mailer::new).transpose()?;
        let courier = Courier::new(config)?;

        let wake = Arc::new(Notify::new());
        let waker = Arc::clone(&wake);
        let ledger = open(Arc::new(move || waker.notify_one()));
        let ledger = Arc::new(ledger.with_context(|| format!("the ledger at {}", config.database.url))?);
        let parts = HubParts {
            ledger: Arc::clone(&ledger),
            client,
            cmi,
            secrets,
            clock: Arc::clone(&clock),
            settings: hub_settings(config),
        };
        let hub = Arc::new(Hub::open(parts).context("the billers cannot be read from the ledger")?);

        let catalogue_of = Arc::clone(&hub);
        let messenger = messenger.unwrap_or_else(|| {
            let catalogue = Arc::new(move || catalogue_of.catalogue());
            Arc::new(Notifier::new(catalogue, &config.web.public_url, sms, mail))
        });
        let dispatcher = Dispatcher::new(Arc::clone(&hub), messenger, wake).observed_by(heard.of_tries());

        let stopping = Arc::new(AtomicBool::new(false));
        let outbox = dispatcher.clone();
        let readiness = Readiness::new(Arc::clone(&stopping), Arc::clone(&ledger), move || outbox.last_pass());
        let warnings = Warnings::default();
        let shown = Arc::clone(&warnings);
        let mut state = ChannelState::new(Arc::clone(&hub), config.web.settings(config.limits), Arc::clone(&clock))
            .with_voice(config.voice.clone())
            .with_readiness(Arc::new(move || readiness.checks()))
            .with_warnings(Arc::new(move || shown.lock().unwrap_or_else(PoisonError::into_inner).clone()));
        if let Some(settings) = &config.staff {
            let (ledger, clock) = (Arc::clone(&ledger), Arc::clone(&clock));
            let parts = StaffParts { ledger, clock, key: settings.key.clone() };
            state = state.with_staff(Arc::new(Staff::open(parts)?));
        }
        let metrics = Metrics::new(Arc::clone(&hub), Arc::clone(&ledger), Arc::clone(&clock), &heard);
        let metrics = web::Data::new(metrics);
        let (state, retention, settlement) = (web::Data::new(state), config.retention, config.settlement.clone());
        let (reconcile, courier) = (config.reconcile.clone(), Arc::new(courier));
        Ok(Self {
            ledger,
            hub,
            dispatcher,
            state,
            warnings,
            metrics,
            metrics_address: config.metrics,
            metrics_token: config.metrics_token.clone(),
            courier,
            clock,
            retention,
            settlement,
            reconcile,
            stopping,
        })
    }

    /// What jobs work with.
    pub(crate) fn job_parts(&self) -> Parts {
        let hub = Some((Arc::clone(&self.hub), self.dispatcher.clone(), Arc::clone(&self.courier)));
        Parts {
            ledger: Arc::clone(&self.ledger),
            clock: Arc::clone(&self.clock),
            retention: self.retention,
            settlement: self.settlement.clone(),
            reconcile: self.reconcile.clone(),
            hub,
        }
    }

    /// Runs a job now, as `fatoura job run` does: what it counted, in words. A run that fails is an error with its reason.
    pub async fn run_job(&self, name: &str) -> anyhow::Result<String> {
        let job = jobs::find(name).with_context(|| format!("there is no job {name:?}"))?;
        let parts = self.job_parts();
        jobs::take_in(jobs::JOBS, &parts).await?;
        let (runner, now) = (Runner::new(parts), (self.clock)());
        let JobClaimed::Run(fence) = runner.claim_by_hand(job, now).await? else { bail!("{name} is being run") };
        let (_stop, stopped) = watch::channel(false);
        match runner.run(job, &fence, now, 0, true, stopped).await {
            Ended::Done(report) => Ok(jobs::in_words(&report.to_json())),
            Ended::Failed(failure) => bail!("{name}: {}", failure.why),
            Ended::Stopped | Ended::Lost => bail!("{name} was cut off"),
        }
    }

    /// From now on the program says that it is not ready, so that load balancers turn away.
    pub fn turn_away(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

fn hub_settings(config: &Config) -> HubSettings {
    let payments = &config.payments;
    let usual = || format!("{}/webhooks/cmi", config.web.public_url);
    HubSettings {
        inquiry_lifetime: TimeDelta::minutes(payments.inquiry_minutes.into()),
        card_session: payments.card_session,
        callback_url: payments.callback_url.clone().unwrap_or_else(usual),
        stamp_duty: payments.stamp_duty.clone(),
        cash_reference_lifetime: TimeDelta::hours(payments.cash_reference_hours.into()),
        // A use of its own: HMAC with another text in front.
        link_key: config.web.cookie_key.clone(),
        settlement_folder: config.settlement.folder.clone(),
        break_alone_max: config.reconcile.alone_max,
        refund_alone_max: payments.refund_alone_max,
        unknown_age: TimeDelta::hours(payments.unknown_hours.into()),
        hold_lifetime: TimeDelta::hours(payments.hold_hours.into()),
        disputes: DisputeRules {
            cooling: TimeDelta::hours(config.disputes.cooling_hours.into()),
            turnaround_days: config.disputes.turnaround_days,
            reopen_within: TimeDelta::days(config.disputes.reopen_days.into()),
            holidays: config.reconcile.terms.holidays.clone(),
        },
        report_domains: config.report_domains.clone(),
        ..HubSettings::default()
    }
}
