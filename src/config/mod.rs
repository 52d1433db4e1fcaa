//! The configuration: one small struct a concern, read from the environment once, all faults reported at once.
//!
//! `docs/configuration.md` holds the table of all variables; a test compares it with [`variables`].

mod address;
mod billers;
mod cmi;
mod database;
mod delivery;
mod disputes;
mod environment;
mod limits;
mod log;
mod metrics;
mod payments;
mod reconcile;
mod reports;
mod retention;
mod settlement;
mod smtp;
mod staff;
mod tls;
mod twilio;
mod voice;
mod web;

use std::net::SocketAddr;

use ::payments::gateways::cmi::CmiSettings;
use biller_adapters::ClientSettings;
use channels::{VoiceSettings, WebLimits};
use secrecy::SecretString;

pub use self::database::DatabaseConfig;
pub use self::delivery::RemoteSource;
pub(crate) use self::delivery::sftp_key_variable;
pub use self::disputes::DisputesConfig;
pub use self::environment::{ConfigFaults, Environment, Unset, Variable};
pub use self::log::LogConfig;
pub use self::payments::PaymentsConfig;
pub use self::reconcile::ReconcileConfig;
pub use self::retention::RetentionConfig;
pub use self::settlement::SettlementConfig;
pub use self::staff::StaffConfig;
pub use self::tls::TlsConfig;
pub use self::web::WebConfig;
use crate::notify::{SmtpSettings, TwilioSettings};
use environment::Reader;

/// Everything that `serve` runs on.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the ledger is kept.
    pub database: DatabaseConfig,
    /// Where the program listens.
    pub web: WebConfig,
    /// TLS by the program itself; `None`: a proxy ends it.
    pub tls: Option<TlsConfig>,
    /// The merchant account at the card gateway.
    pub cmi: CmiSettings,
    /// The SMS provider; `None`: no SMS.
    pub twilio: Option<TwilioSettings>,
    /// The voice server; `None`: calls are not answered.
    pub voice: Option<VoiceSettings>,
    /// The mail server; `None`: no mail.
    pub smtp: Option<SmtpSettings>,
    /// How patiently billers are spoken to.
    pub billers: ClientSettings,
    /// How often one address may ask.
    pub limits: WebLimits,
    /// Rules of payments.
    pub payments: PaymentsConfig,
    /// When complaints can be opened, and by when they are to be answered.
    pub disputes: DisputesConfig,
    /// How long personal data is kept.
    pub retention: RetentionConfig,
    /// Settlement files and the bank.
    pub settlement: SettlementConfig,
    /// Reconciliation.
    pub reconcile: ReconcileConfig,
    /// The domains to which reports may be mailed, in small letters; none: none is mailed.
    pub report_domains: Vec<String>,
    /// Pages for staff; `None`: none are served.
    pub staff: Option<StaffConfig>,
    /// Where metrics are served; `None`: nowhere.
    pub metrics: Option<SocketAddr>,
    /// What collectors have to know; `None`: nothing.
    pub metrics_token: Option<SecretString>,
}

impl Config {
    /// All of it, or everything that is wrong.
    pub fn read(environment: &Environment) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(environment);
        reader.refuse_unknown(&known());
        let database = DatabaseConfig::read(&mut reader);
        let web = WebConfig::read(&mut reader);
        DatabaseConfig::require_keys(&mut reader, web.as_ref().map(|web| web.public_url.as_str()));
        let tls = TlsConfig::read(&mut reader);
        let cmi = cmi::read(&mut reader);
        let twilio = twilio::read(&mut reader);
        let voice = voice::read(&mut reader, web.as_ref().map(|web| web.public_url.as_str()));
        let smtp = smtp::read(&mut reader);
        let billers = billers::read(&mut reader);
        let limits = limits::read(&mut reader);
        let payments = PaymentsConfig::read(&mut reader);
        let disputes = DisputesConfig::read(&mut reader);
        let retention = RetentionConfig::read(&mut reader);
        let settlement = SettlementConfig::read(&mut reader);
        let reconcile = ReconcileConfig::read(&mut reader);
        let report_domains = reports::read(&mut reader);
        let staff = StaffConfig::read(&mut reader);
        let (metrics, metrics_token) = (metrics::read(&mut reader), metrics::token(&mut reader));
        if let Some(web) = web.as_ref().filter(|web| tls.is_some() && web.public_url.starts_with("http://")) {
            reader.clash(format!(
                "FATOURA_PUBLIC_URL: expected https://, since FATOURA_TLS_CERTIFICATE is set; found {:?}",
                web.public_url
            ));
        }
        let whole = || {
            Some(Self {
                database: database?,
                web: web?,
                tls,
                cmi: cmi?,
                twilio,
                voice,
                smtp,
                billers: billers?,
                limits: limits?,
                payments: payments?,
                disputes: disputes?,
                retention: retention?,
                settlement: settlement?,
                reconcile: reconcile?,
                report_domains,
                staff,
                metrics,
                metrics_token,
            })
        };
        let whole = whole();
        reader.finish(whole)
    }
}

impl DatabaseConfig {
    /// What the commands on the ledger need, and no more.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(environment);
        let database = Self::read(&mut reader);
        reader.finish(database)
    }
}

impl RetentionConfig {
    /// What jobs on the database need besides.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(environment);
        let retention = Self::read(&mut reader);
        reader.finish(retention)
    }
}

impl SettlementConfig {
    /// What jobs on the database need besides.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(environment);
        let settlement = Self::read(&mut reader);
        reader.finish(settlement)
    }
}

impl ReconcileConfig {
    /// What commands and jobs on the database need besides.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(environment);
        let reconcile = Self::read(&mut reader);
        reader.finish(reconcile)
    }
}

impl LogConfig {
    /// What every command needs.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(environment);
        let log = Self::read(&mut reader);
        reader.finish(log)
    }
}

/// Every variable by concern, in the order of the documentation.
pub fn variables() -> Vec<(&'static str, &'static [&'static Variable])> {
    vec![
        ("Database", database::VARIABLES),
        ("Web", web::VARIABLES),
        ("TLS", tls::VARIABLES),
        ("Card gateway", cmi::VARIABLES),
        ("SMS", twilio::VARIABLES),
        ("Voice", voice::VARIABLES),
        ("Mail", smtp::VARIABLES),
        ("Billers", billers::VARIABLES),
        ("Payments", payments::VARIABLES),
        ("Disputes", disputes::VARIABLES),
        ("Retention", retention::VARIABLES),
        ("Settlement", settlement::VARIABLES),
        ("Reconciliation", reconcile::VARIABLES),
        ("Delivery of files", delivery::VARIABLES),
        ("Reports", reports::VARIABLES),
        ("Staff", staff::VARIABLES),
        ("Limits", limits::VARIABLES),
        ("Metrics", metrics::VARIABLES),
        ("Log", log::VARIABLES),
    ]
}

fn known() -> Vec<&'static Variable> {
    variables().into_iter().flat_map(|(_, list)| list.iter().copied()).collect()
}

#[cfg(test)]
mod tests;
