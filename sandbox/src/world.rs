//! The state that all servers of a sandbox share.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::bank::BankState;
use crate::book::Book;
use crate::config::{SandboxConfig, SandboxError};
use crate::days::DaysState;
use crate::faults::{self, FaultRule, Injected};
use crate::gateway::{CardOrder, CardToken};
use crate::sftp::DroppedFile;
use crate::sms::SmsMessage;
use crate::smtp::MailMessage;
use crate::store::Store;
use crate::voice::{Keyed, PhoneCall};

/// Everything that happened, as kept over a restart.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    pub book: Book,
    /// By order number.
    pub orders: BTreeMap<String, CardOrder>,
    pub sms: Vec<SmsMessage>,
    pub mails: Vec<MailMessage>,
    /// Calls of the voice provider, oldest first.
    pub calls: Vec<PhoneCall>,
    /// Cards that the connector made tokens of, by token.
    pub tokens: BTreeMap<String, CardToken>,
    /// What was put on the file server.
    pub dropped: Vec<DroppedFile>,
    pub bank: BankState,
    /// What was told of days, and the books of networks.
    pub days: DaysState,
    pub faults: Vec<FaultRule>,
    /// The last bill file of each file biller.
    pub files: BTreeMap<u16, FileState>,
    /// Source of numbers: receipts, transactions, messages, faults.
    pub last_number: u64,
}

/// The bill file that was handed out last: its number moves on when its lines change, and only then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileState {
    pub sequence: u64,
    pub created: NaiveDate,
    /// SHA-256 of the lines between header and trailer.
    pub digest: String,
}

impl State {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }
}

/// Shared by every handler.
pub(crate) struct World {
    pub config: SandboxConfig,
    pub client: reqwest::Client,
    state: Mutex<State>,
    /// How far the billers' and the gateway's clocks were moved on.
    ahead: Mutex<TimeDelta>,
    store: Option<Store>,
    /// Where the sandbox itself listens, once it does.
    pub base_url: OnceLock<String>,
    /// Cards that are being keyed at the voice provider, by call: never kept.
    pub cards_keyed: Mutex<HashMap<String, Keyed>>,
}

impl World {
    /// Loads what an earlier run left, where there is a data folder.
    pub fn open(config: SandboxConfig, client: reqwest::Client) -> Result<Self, SandboxError> {
        let store = config.data_dir.as_deref().map(Store::open).transpose()?;
        let state = store.as_ref().map(Store::load).transpose()?.flatten().unwrap_or_default();
        Ok(Self {
            config,
            client,
            state: Mutex::new(state),
            ahead: Mutex::default(),
            store,
            base_url: OnceLock::new(),
            cards_keyed: Mutex::default(),
        })
    }

    /// The time of day at billers and gateway.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the time of day on.
    pub fn pass(&self, time: TimeDelta) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }

    /// Looks at the state. Never held over an await.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state and keeps it: on disk before the caller goes on, so that no answer outlives its booking.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        if let Some(store) = &self.store
            && let Err(fault) = store.save(&state)
        {
            tracing::error!(%fault, "the sandbox's data could not be kept");
        }
        result
    }

    /// The faults that this call meets.
    pub fn take_faults(&self, target: &str, call: &str) -> Injected {
        if self.read(|state| state.faults.is_empty()) {
            return Injected::default();
        }
        self.change(|state| faults::take(&mut state.faults, target, call))
    }

    // A handler that panicked left the state as it was between two statements: usable for a test environment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
