//! Cash agents: payments over the counter, shifts, floats, references payable at an outlet, late cash, stamp duty.

mod cancel;
mod duty;
mod float;
mod late;
mod pay;
mod reference;
mod shift;
mod view;

use std::sync::{Arc, PoisonError};

use chrono::{DateTime, Utc};
use ledger::{Ledger, NewNetwork, OutletTaken};
use secrecy::SecretString;

use super::{Hub, infrastructure};
use crate::api::Infrastructure;
use crate::card_numbers;
use crate::networks::{Network, Networks};

/// The longest reason, in characters.
const REASON_MAX: usize = 200;

/// The networks as they stood when they were last read.
#[derive(Default)]
pub(super) struct StoredNetworks {
    version: i64,
    networks: Arc<Networks>,
}

/// The number of no shift: the ledger finds it closed, and what was done before is found without one.
const NO_SHIFT: i64 = 0;

impl Hub {
    /// The networks as they stand now.
    pub fn networks(&self) -> Arc<Networks> {
        Arc::clone(&self.networks.read().unwrap_or_else(PoisonError::into_inner).networks)
    }

    /// The secret of a network's system that is known by a name: one of those in its file, with a value in the environment.
    pub fn network_secret(&self, code: &str, name: &str) -> Option<SecretString> {
        let networks = self.networks();
        let known = networks.get(code).is_some_and(|network| network.secrets.iter().any(|secret| secret == name));
        if known { (self.secrets)(name) } else { None }
    }

    /// Remembers a signed request of a network's system until its signature is no longer good; whether it is new. It
    /// holds on every node and over restarts.
    pub async fn remember_request(
        &self,
        network: &str,
        request: &str,
        good_until: DateTime<Utc>,
    ) -> Result<bool, Infrastructure> {
        let (network, request, until) = (network.to_owned(), request.to_owned(), good_until.naive_utc());
        self.write(move |op| op.remember_request(&network, &request, until)).await
    }

    /// Reads the networks again if any changed; whether they did.
    pub async fn reload_networks(&self) -> Result<bool, Infrastructure> {
        let known = self.networks.read().unwrap_or_else(PoisonError::into_inner).version;
        let version = self.read(|reader| reader.networks_version()).await?;
        if version == known {
            return Ok(false);
        }
        self.read_networks()?;
        Ok(true)
    }

    pub(super) fn read_networks(&self) -> Result<(), Infrastructure> {
        let (version, stored) =
            self.ledger.read(|reader| Ok((reader.networks_version()?, reader.networks()?))).map_err(infrastructure)?;
        let networks = stored.into_iter().map(|stored| {
            serde_json::from_str::<Network>(&stored.definition)
                .map_err(|error| Infrastructure::Failed(format!("network {} as stored: {error}", stored.code)))
        });
        let networks = Arc::new(Networks::new(networks.collect::<Result<_, _>>()?));
        *self.networks.write().unwrap_or_else(PoisonError::into_inner) = StoredNetworks { version, networks };
        Ok(())
    }
}

/// Stores networks, each in place of what was under its code, all or none; the outlets that belong to other networks,
/// if any.
pub fn import_networks(
    ledger: &Ledger,
    networks: &[Network],
    now: DateTime<Utc>,
) -> Result<Vec<OutletTaken>, Infrastructure> {
    let stored: Vec<NewNetwork> = networks
        .iter()
        .map(|network| {
            let outlets = network.outlets.iter().map(|outlet| outlet.number.clone()).collect();
            Ok(NewNetwork { code: network.code.clone(), definition: serde_json::to_string(network)?, outlets })
        })
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| Infrastructure::Failed(format!("a network cannot be stored: {error}")))?;
    ledger.write_now(move |op| op.put_networks(&stored, now.naive_utc())).map_err(infrastructure)
}

/// A text of 1 to `most` characters that people typed, without white space at its ends; `None` for any other, and for one
/// with control characters or a card number in it.
fn typed(text: &str, most: usize) -> Option<String> {
    plain(text, most).filter(|text| !card_numbers::holds_one(text))
}

/// The same where long numbers are asked for, such as the reference of a bank's transfer: a tenth of those could be card
/// numbers by their check digit.
fn plain(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let sound = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    sound.then(|| text.to_owned())
}
