//! Networks of cash agents as the hub knows them: what `network import` reads.

pub mod import;

use ledger::{Language, Money};
use serde::{Deserialize, Serialize};

use crate::api::cash::CounterFault;
use crate::catalogue::{FeeSlab, Trilingual};

/// One network of agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// 2 to 12 capitals and digits, beginning with a capital; its accounts are kept under it.
    pub code: String,
    /// Its name.
    pub name: Trilingual,
    /// Whether its outlets take payments.
    pub active: bool,
    /// Names of the environment variables that hold the secrets of its system: none for a network that works with the
    /// outlet screen alone, two while one replaces the other.
    pub secrets: Vec<String>,
    /// What a drawer may be off by without a supervisor, inclusive.
    pub tolerance: Money,
    /// Below this an outlet's float is low.
    pub low_float: Money,
    /// What becomes of payments that are pending when a shift closes.
    pub pending_at_closure: PendingAtClosure,
    /// Where warnings go.
    pub alert_mail: String,
    /// The language of warnings.
    pub alert_language: Language,
    /// What it earns for a confirmed payment, by the principal; slabs as customers' fees have them, the VAT being the
    /// network's own.
    pub commission: Vec<FeeSlab>,
    /// Its outlets.
    pub outlets: Vec<Outlet>,
}

/// What becomes of payments that are pending when a shift closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingAtClosure {
    /// They are carried over by name to the till's next shift.
    Carry,
    /// The shift does not close.
    Block,
}

/// One outlet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    /// 3 to 10 digits, unique over all networks: the name of its float.
    pub number: String,
    /// What stands over its door.
    pub name: Trilingual,
    /// Its city.
    pub city: Trilingual,
    /// Whether it takes payments.
    pub active: bool,
    /// Its tills: 1 to 20 letters, digits and hyphens each.
    pub tills: Vec<String>,
}

/// All networks, in the order of their codes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Networks {
    networks: Vec<Network>,
}

impl Networks {
    /// These networks.
    pub fn new(mut networks: Vec<Network>) -> Self {
        networks.sort_by(|a, b| a.code.cmp(&b.code));
        Self { networks }
    }

    /// Every network.
    pub fn all(&self) -> &[Network] {
        &self.networks
    }

    /// The network of a code.
    pub fn get(&self, code: &str) -> Option<&Network> {
        self.networks.iter().find(|network| network.code == code)
    }

    /// An outlet by its number, with its network, whether they are active or not.
    pub fn outlet(&self, number: &str) -> Option<(&Network, &Outlet)> {
        let of = |network: &'_ Network| network.outlets.iter().position(|outlet| outlet.number == number);
        let network = self.networks.iter().find(|network| of(network).is_some())?;
        Some((network, network.outlets.get(of(network)?)?))
    }

    /// An outlet that takes payments now.
    pub fn open_outlet(&self, number: &str) -> Result<(&Network, &Outlet), CounterFault> {
        let (network, outlet) = self.outlet(number).ok_or(CounterFault::UnknownOutlet)?;
        if network.active && outlet.active { Ok((network, outlet)) } else { Err(CounterFault::Inactive) }
    }

    /// A till of an outlet that takes payments now.
    pub fn open_till(&self, number: &str, till: &str) -> Result<(&Network, &Outlet), CounterFault> {
        let (network, outlet) = self.open_outlet(number)?;
        let known = outlet.tills.iter().any(|known| known == till);
        if known { Ok((network, outlet)) } else { Err(CounterFault::UnknownTill) }
    }
}
