//! `demo`: the hub and its outside world in one process, ready to be tried.

mod billers;
mod files;
mod introduction;
mod keys;
mod networks;
mod staff;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use biller_adapters::ClientSettings;
use channels::{Teleoperators, VoiceSettings, WebLimits};
use chrono::Utc;
use ledger::DatabaseUrl;
use payments::gateways::cmi::CmiSettings;
use payments::tariff::StampDuty;
use sandbox::{RunningSandbox, SandboxConfig};
use secrecy::SecretString;
use settlement::files::{AccountForm, PayingAccount, TransferVersion};
use settlement::{BankHolidays, BankTerms};

use super::sandbox::{PortFlags, make_folder};
use super::{Outcome, biller, block_on, migrate, stop_in_order};
use crate::app::{App, Outside};
use crate::cli::DemoArgs;
use crate::config::{
    Config, DatabaseConfig, DisputesConfig, PaymentsConfig, ReconcileConfig, RetentionConfig, SettlementConfig,
    StaffConfig, WebConfig,
};
use crate::notify::{SmtpSecurity, SmtpSettings, TwilioSender, TwilioSettings};
use crate::running::Running;
use crate::server;
use crate::signals::StopSignals;

/// Billers' secrets are looked up under such names; the sandbox's billers share one.
const SECRET_PREFIX: &str = "BILLER_SECRET_";
/// Those of networks, whose systems share another.
const NETWORK_SECRET_PREFIX: &str = "NETWORK_SECRET_";
/// The hub's account at the sandbox's bank.
const OWN_RIB: &str = "011780000000123456789047";
const NETWORK_SECRET: &str = "sandbox-network-secret";

pub(super) fn run(args: &DemoArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    make_folder(&args.data)?;
    let (ledger, own) = (args.data.join("fatoura.db"), args.data.join("cookie.key"));
    if ledger.exists() && !own.exists() {
        bail!(
            "{} is not a demo's ledger, and a demo fills floats and lets people in whose password is known: choose \
             another folder with --data",
            ledger.display()
        );
    }
    let cookie_key = keys::load_or_make(&args.data.join("cookie.key"))?;
    let staff_key = keys::load_or_make(&args.data.join("staff.key"))?;
    let database = DatabaseUrl::Sqlite(args.data.join("fatoura.db"));
    migrate::migrate(&database)?;
    // The hub's port first: a sandbox should not come up for a demo that cannot.
    let listener = server::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)), "--port")?;
    let address = listener.local_addr()?;
    block_on(async {
        let mut signals = StopSignals::listen()?;
        let outside = SandboxConfig {
            http_port: args.sandbox_port,
            smtp_port: args.smtp_port,
            sftp_port: args.sftp_port,
            data_dir: Some(args.data.clone()),
            voice_url: Some(format!("http://{address}/ivr/start")),
            closes_days: true,
            ..SandboxConfig::default()
        };
        let flags = PortFlags { http: "--sandbox-port", smtp: "--smtp-port", sftp: "--sftp-port" };
        let sandbox = super::sandbox::start(outside.clone(), &flags).await?;
        let mut config = config(&database, address, (cookie_key, staff_key.clone()), &sandbox, &outside);
        config.settlement.folder = args.data.join("settlement");
        files::bring(&mut config.settlement, &sandbox, &args.data)?;
        biller::store(&config.database, &files::of_sandbox(billers::read(&sandbox.base_url())?, &sandbox))?;
        networks::store(&config.database)?;
        let app = App::open(&config, of_sandbox(&outside))?;
        let ledger = Arc::clone(&app.ledger);
        networks::fill_floats(&app.hub, &sandbox.control()).await?;
        let mut running = Running::start(app, &config.web, None, listener).await?;
        let staff = staff::take_in(&ledger, &staff_key)?;
        introduction::print(out, &config.web.public_url, &sandbox, &args.data, &staff)?;
        let broken = tokio::select! {
            () = signals.next() => None,
            part = running.broken() => Some(part),
        };
        // Whoever read the introduction may be gone: that must not keep the parts from stopping in order.
        let _ = writeln!(out, "\nStopping...").and_then(|()| out.flush());
        let stop = async {
            running.stop().await;
            sandbox.stop().await;
        };
        let outcome = stop_in_order(&mut signals, stop).await?;
        match broken {
            None => Ok(outcome),
            Some(part) => bail!("{part} by itself; see the log"),
        }
    })
}

fn of_sandbox(sandbox: &SandboxConfig) -> Outside {
    let secret = SecretString::from(sandbox.biller_secret.as_str());
    Outside {
        secrets: Arc::new(move |name| match name {
            name if name.starts_with(SECRET_PREFIX) => Some(secret.clone()),
            name if name.starts_with(NETWORK_SECRET_PREFIX) => Some(NETWORK_SECRET.into()),
            _ => None,
        }),
        clock: Arc::new(Utc::now),
        messenger: None,
    }
}

/// The account out of which the demo pays billers.
fn bank() -> BankTerms {
    let account = PayingAccount {
        name: "Fatoura SA".to_owned(),
        rib: OWN_RIB.to_owned(),
        bic: Some("BMCEMAMC".to_owned()),
        clearing_member: None,
        form: AccountForm::Rib,
        batch_booking: false,
    };
    BankTerms { account, version: TransferVersion::V09, is_delivered: false, holidays: BankHolidays::default() }
}

/// The real parts, all of them pointed at the sandbox.
fn config(
    database: &DatabaseUrl,
    listen: SocketAddr,
    (cookie_key, staff_key): (SecretString, SecretString),
    sandbox: &RunningSandbox,
    accounts: &SandboxConfig,
) -> Config {
    let base = sandbox.base_url();
    let smtp = sandbox.smtp_addr();
    Config {
        database: DatabaseConfig { url: database.clone(), readers: 4, keys: None },
        web: WebConfig {
            listen,
            public_url: format!("http://{listen}"),
            cookie_key,
            trust_proxy: false,
            workers: None,
            drain: Duration::ZERO,
            stop: Duration::from_secs(5),
        },
        tls: None,
        cmi: CmiSettings {
            client_id: accounts.cmi_client_id.clone(),
            store_key: accounts.cmi_store_key.as_str().into(),
            gateway_url: format!("{base}/fim/est3Dgate"),
            api_url: format!("{base}/fim/api"),
            api_user: accounts.cmi_api_user.clone(),
            api_password: accounts.cmi_api_password.as_str().into(),
            automatic_capture: true,
            fallback_email: "payer@fatoura.example".to_owned(),
            connect_timeout: CmiSettings::CONNECT_TIMEOUT,
            timeout: CmiSettings::TIMEOUT,
        },
        twilio: Some(TwilioSettings {
            base_url: format!("{base}/twilio"),
            account_sid: accounts.twilio_account_sid.clone(),
            auth_token: accounts.twilio_auth_token.as_str().into(),
            sender: TwilioSender::From("Fatoura".to_owned()),
            status_callback: None,
            timeout: Duration::from_secs(10),
        }),
        voice: Some(VoiceSettings {
            auth_token: accounts.twilio_auth_token.as_str().into(),
            public_url: format!("http://{listen}"),
            teleoperators: Teleoperators::Number("+212522000000".to_owned()),
            pay_connector: Some("cmi".to_owned()),
        }),
        smtp: Some(SmtpSettings {
            host: smtp.ip().to_string(),
            port: smtp.port(),
            security: SmtpSecurity::None,
            credentials: None,
            from: "Fatoura <recus@fatoura.example>".to_owned(),
            timeout: Duration::from_secs(10),
        }),
        billers: ClientSettings::default(),
        limits: WebLimits::default(),
        payments: PaymentsConfig {
            inquiry_minutes: 30,
            card_session: Duration::from_secs(900),
            callback_url: None,
            stamp_duty: StampDuty::default(),
            cash_reference_hours: 48,
            refund_alone_max: ledger::Money::ZERO,
            unknown_hours: 24,
            hold_hours: 120,
        },
        disputes: DisputesConfig::default(),
        retention: RetentionConfig::default(),
        settlement: SettlementConfig {
            folder: "settlement".into(),
            bank: Some(bank()),
            bank_server: None,
            keys: BTreeMap::new(),
            sources: Vec::new(),
        },
        reconcile: ReconcileConfig::default(),
        report_domains: vec!["hub.example.ma".to_owned()],
        staff: Some(StaffConfig { key: staff_key }),
        metrics: None,
        metrics_token: None,
    }
}

/// Where a path is shown to people: relative ones from where they are.
fn shown(folder: &Path, file: &str) -> String {
    folder.join(file).display().to_string()
}
