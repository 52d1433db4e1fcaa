//! The one door to the use cases: every channel holds a [`Hub`] and nothing else.

mod billers;
mod board;
mod branding;
mod card;
mod cash;
mod desk;
pub(crate) mod detail;
mod disputes;
mod files;
mod finance;
mod find;
mod guard;
mod holds;
mod ledger_calls;
mod links;
mod outcomes;
mod personal;
mod quote;
mod refunds;
mod register;
mod reports;
mod secrets;
mod token;
mod view;
mod voice;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use biller_adapters::{BillSource, BillerClient, Connector};
use chrono::{DateTime, TimeDelta, Utc};
use ledger::{Account, AccountKind, Channel, Ledger, LedgerError, Money};
use secrecy::SecretString;
use settlement::terms::Terms;
use tokio::sync::Semaphore;

pub(crate) use card::oid_of as card_oid;
pub use cash::import_networks;
pub use files::FileOutcome;
pub(crate) use quote::show_stored as show_quote;
pub(crate) use view::show as show_payment;

use crate::api::Infrastructure;
use crate::catalogue::{Biller, Catalogue, ReceivableType};
use crate::disputes::DisputeRules;
use crate::exchanges::ExchangeLog;
use crate::gateways::cmi::client::CmiClient;
use crate::tariff::StampDuty;

/// Slices of what payments left for rules that are dropped at once: what is past them goes with the next run.
const TRACE_SLICES_MAX: usize = 200;

/// The time of day, injected so that expiry is tested without waiting.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
/// Looks the value of a secret up by the name that a biller's or network's file gives it.
pub type Secrets = Arc<dyn Fn(&str) -> Option<SecretString> + Send + Sync>;

/// Rules that are the operator's choice.
#[derive(Debug, Clone)]
pub struct HubSettings {
    /// How long a look-up may be chosen from before it must be made again.
    pub inquiry_lifetime: TimeDelta,
    /// How long the gateway's page stays open: 30 to 2700 s.
    pub card_session: Duration,
    /// Where the gateway's server posts outcomes: absolute, reachable from the gateway.
    pub callback_url: String,
    /// The duty on cash.
    pub stamp_duty: StampDuty,
    /// How long a reference payable at an outlet lives at most; never longer than its quote.
    pub cash_reference_lifetime: TimeDelta,
    /// How long before its end its payer is reminded.
    pub cash_reference_reminder: TimeDelta,
    /// The name under which the card gateway's receivable is kept.
    pub gateway_account: String,
    /// Makes the tokens of payment links; the same over restarts and on every node. The default is this process's own:
    /// links that it made and did not send in its life are never sent.
    pub link_key: SecretString,
    /// Where settlement files and messages to the bank are.
    pub settlement_folder: PathBuf,
    /// The highest amount that one person books for a break.
    pub break_alone_max: Money,
    /// The most of a payment that goes back without a second person.
    pub refund_alone_max: Money,
    /// How long money is held before it is let go by itself: less than the gateway holds it.
    pub hold_lifetime: TimeDelta,
    /// How long a biller or a gateway may leave an outcome unknown before two people may decide it without being called.
    pub unknown_age: TimeDelta,
    /// When a dispute can be opened, and by when it is to be answered.
    pub disputes: DisputeRules,
    /// The domains to which reports may be mailed, in small letters; none: none is mailed.
    pub report_domains: Vec<String>,
    /// The most rows of a report that is handed out as it is read; a longer one is written behind the scenes.
    pub report_rows_at_once: i64,
}

impl Default for HubSettings {
    fn default() -> Self {
        Self {
            inquiry_lifetime: TimeDelta::minutes(30),
            card_session: Duration::from_secs(900),
            callback_url: String::new(),
            stamp_duty: StampDuty::default(),
            cash_reference_lifetime: TimeDelta::hours(48),
            cash_reference_reminder: TimeDelta::hours(3),
            gateway_account: "cmi".to_owned(),
            link_key: hex::encode(rand::random::<[u8; 32]>()).into(),
            settlement_folder: "settlement".into(),
            break_alone_max: Money::ZERO,
            refund_alone_max: Money::ZERO,
            hold_lifetime: TimeDelta::hours(120),
            unknown_age: TimeDelta::hours(24),
            disputes: DisputeRules::default(),
            report_domains: Vec::new(),
            report_rows_at_once: crate::reports::runs::ROWS_AT_ONCE_MAX,
        }
    }
}

/// What a hub is made of.
pub struct HubParts {
    /// The ledger, migrated and open.
    pub ledger: Arc<Ledger>,
    /// Speaks to billers.
    pub client: Arc<BillerClient>,
    /// Speaks to the card gateway.
    pub cmi: CmiClient,
    /// Secrets of billers and networks by name.
    pub secrets: Secrets,
    /// The time of day.
    pub clock: Clock,
    /// The operator's choices.
    pub settings: HubSettings,
}

/// The use cases of the hub.
pub struct Hub {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) client: Arc<BillerClient>,
    pub(crate) cmi: CmiClient,
    pub(crate) settings: HubSettings,
    /// One permit for each connection that reads. Whoever asks first reads first, and no more threads are kept waiting
    /// than can read.
    reading: Arc<Semaphore>,
    /// Reads of much, one at a time.
    reading_whole: Arc<Semaphore>,
    secrets: Secrets,
    clock: Clock,
    billers: RwLock<Billers>,
    networks: RwLock<cash::StoredNetworks>,
    board: board::Board,
    guard: guard::Guard,
    pub(crate) exchanges: Arc<ExchangeLog>,
}

/// The billers as they stood when they were last read.
#[derive(Default)]
struct Billers {
    version: i64,
    /// The same of what is shown of them and of what they take: grows whenever that changes.
    standing: (i64, i64),
    /// On which channels billers are suspended; `None` is all of them.
    suspended: HashMap<u16, Vec<Option<Channel>>>,
    catalogue: Arc<Catalogue>,
    connectors: HashMap<u16, Arc<dyn Connector>>,
}

impl Hub {
    /// A hub over an open ledger, with the billers that are stored there.
    pub fn open(parts: HubParts) -> Result<Self, Infrastructure> {
        let HubParts { ledger, client, cmi, secrets, clock, settings } = parts;
        let exchanges = Arc::new(ExchangeLog::new(Arc::clone(&clock)));
        let hub = Self {
            reading: Arc::new(Semaphore::new(ledger.readers_max())),
            reading_whole: Arc::new(Semaphore::new(1)),
            ledger,
            client,
            cmi,
            settings,
            secrets,
            clock,
            billers: RwLock::default(),
            networks: RwLock::default(),
            board: board::Board::default(),
            guard: guard::Guard::default(),
            exchanges,
        };
        hub.read_billers()?;
        hub.read_networks()?;
        Ok(hub)
    }

    /// The billers as they stand now.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.billers.read().unwrap_or_else(PoisonError::into_inner).catalogue)
    }

    /// Whether a biller can be asked and paid on a channel at this moment (offered there, not suspended, breaker closed).
    pub fn is_available(&self, biller: u16, channel: Channel) -> bool {
        let catalogue = self.catalogue();
        let offered = catalogue
            .get(biller)
            .is_some_and(|biller| biller.receivable_types.iter().any(|kind| is_offered(kind, channel)));
        offered
            && !self.is_suspended(biller, channel)
            && self.connector(biller).is_some_and(|connector| self.answers(connector.as_ref()))
    }

    /// Whether look-ups reach their source: a file is served while its biller is away.
    fn answers(&self, connector: &dyn Connector) -> bool {
        matches!(connector.source(), BillSource::File { .. }) || self.client.is_available(connector.biller())
    }

    /// Reads the billers again if any changed; whether they did.
    pub async fn reload_billers(&self) -> Result<bool, Infrastructure> {
        let known = {
            let billers = self.billers.read().unwrap_or_else(PoisonError::into_inner);
            (billers.version, billers.standing)
        };
        let now = self.read(|reader| Ok((reader.billers_version()?, standing(reader)?))).await?;
        if now == known {
            return Ok(false);
        }
        self.read_billers()?;
        Ok(true)
    }

    fn read_billers(&self) -> Result<(), Infrastructure> {
        let (version, standing, stored, brands, held) = self
            .ledger
            .read(|reader| {
                let versions = (reader.billers_version()?, standing(reader)?);
                let (stored, brands) = (reader.billers()?, branding::in_force(reader)?);
                Ok((versions.0, versions.1, stored, brands, reader.suspensions_held()?))
            })
            .map_err(infrastructure)?;
        let brands = branding::shown(brands)?;
        let mut billers = Vec::with_capacity(stored.len());
        let mut connectors: HashMap<u16, Arc<dyn Connector>> = HashMap::with_capacity(stored.len());
        for stored in stored {
            let mut biller = Biller::from_stored(&stored.definition)
                .map_err(|error| Infrastructure::Failed(format!("biller {} as stored: {error}", stored.code)))?;
            biller.brand = brands.get(&stored.code).cloned();
            match biller.connector.build(biller.code, &*self.secrets) {
                Ok(connector) => drop(connectors.insert(biller.code, Arc::from(connector))),
                // Shown as unavailable: one biller's missing secret must not stop the others.
                Err(fault) => tracing::error!(biller = biller.code, %fault, "a biller cannot be reached"),
            }
            billers.push(biller);
        }
        let mut suspended: HashMap<u16, Vec<Option<Channel>>> = HashMap::new();
        for suspension in held {
            suspended.entry(suspension.biller).or_default().push(suspension.channel);
        }
        let catalogue = Arc::new(Catalogue::new(billers));
        let fresh = Billers { version, standing, suspended, catalogue, connectors };
        *self.billers.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// On which channels a biller is suspended.
    pub(crate) fn suspended(&self, biller: u16) -> Vec<Option<Channel>> {
        let billers = self.billers.read().unwrap_or_else(PoisonError::into_inner);
        billers.suspended.get(&biller).cloned().unwrap_or_default()
    }

    /// The connector of a biller, if it can be built.
    pub(crate) fn connector(&self, biller: u16) -> Option<Arc<dyn Connector>> {
        self.billers.read().unwrap_or_else(PoisonError::into_inner).connectors.get(&biller).cloned()
    }

    /// Now.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// The biller's first cut-off after an instant.
    pub(crate) fn next_cut_off(&self, biller: u16, after: DateTime<Utc>) -> DateTime<Utc> {
        let catalogue = self.catalogue();
        let terms = catalogue.get(biller).map(|biller| &biller.terms);
        terms.map_or_else(|| Terms::default().next_cut_off(after), |terms| terms.next_cut_off(after))
    }

    /// The customer's identifier in what a quote keeps, for the biller whose customer it is.
    pub fn contract_of(&self, biller: u16, receivable_type: &str, detail: &str) -> Result<String, Infrastructure> {
        self.catalogue().contract_of(biller, receivable_type, detail)
    }

    /// The receivable of the card gateway.
    pub(crate) fn gateway_account(&self) -> Account {
        Account::of(AccountKind::GatewayReceivable, self.settings.gateway_account.clone())
    }

    /// Deletes look-ups and request keys that have outlived their use, and the secrets in quotes; how many rows changed.
    pub async fn prune(&self) -> Result<usize, Infrastructure> {
        let now = self.now().naive_utc();
        let mut gone = self
            .write(move |op| {
                Ok(op.prune_inquiries(now)?
                    + op.prune_staff(now)?
                    + op.prune_voice(now)?
                    + op.prune_desk(now)?
                    + op.prune_requests(now)?
                    + op.prune_report_mails(now)?
                    + op.expire_guard_cases(now)?)
            })
            .await?;
        for first in 0..=u8::MAX {
            gone += self.write(move |op| op.prune_keys(first, now)).await?;
        }
        let at = self.now();
        for _ in 0..TRACE_SLICES_MAX {
            let dropped = self.write(move |op| op.drop_guard_traces(at)).await?;
            gone += dropped;
            if dropped == 0 {
                break;
            }
        }
        Ok(gone + self.forget_old_secrets().await?)
    }
}

/// Grows whenever something else is shown of billers, or one of them is suspended or let go on.
fn standing(reader: &mut ledger::Reader<'_>) -> Result<(i64, i64), ledger::StorageError> {
    Ok((reader.brands_published()?, reader.suspensions_changed()?))
}

/// Stores billers, each in place of what was under its code.
pub fn import_billers(ledger: &Ledger, billers: &[Biller], now: DateTime<Utc>) -> Result<(), Infrastructure> {
    let stored: Vec<(u16, String)> = billers
        .iter()
        .map(|biller| Ok((biller.code, serde_json::to_string(biller)?)))
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| Infrastructure::Failed(format!("a biller cannot be stored: {error}")))?;
    let write = move |op: &mut ledger::WriteOp<'_>| {
        stored.iter().try_for_each(|(code, definition)| op.put_biller(*code, definition, now.naive_utc()))
    };
    ledger.write_now(write).map_err(infrastructure)
}

/// Whether anything can be paid on a channel.
pub(crate) fn is_offered(kind: &ReceivableType, channel: Channel) -> bool {
    kind.limits
        .iter()
        .any(|limit| limit.channel == channel && crate::catalogue::matrix_allows(channel, limit.instrument))
}

/// The ledger's trouble as the channels hear it.
pub(crate) fn infrastructure(error: LedgerError) -> Infrastructure {
    match error {
        LedgerError::Overloaded(seconds) => Infrastructure::Overloaded(seconds),
        // Another process takes over within seconds.
        LedgerError::Closed => Infrastructure::Overloaded(5),
        LedgerError::OutcomeUnknown(_) | LedgerError::NotHeld | LedgerError::Storage(_) => {
            Infrastructure::Failed(error.to_string())
        }
    }
}

/// A sum that was checked when it was stored.
pub(crate) fn total(amounts: &ledger::Amounts) -> Result<Money, Infrastructure> {
    amounts.total().ok_or_else(|| Infrastructure::Failed("stored amounts do not add up".to_owned()))
}
