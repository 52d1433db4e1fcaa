//! What stands against fraud, as rows: rules, lists, what was decided of payments that were to start, and cases that wait
//! for a person. What a rule says is the use cases' text.

mod cases;
mod history;
mod hits;
mod lists;
mod network;
mod rules;
mod traces;

pub use cases::{CaseOutcome, GuardCase};
pub use history::PastPayment;
pub use hits::{GuardHit, NewGuardHit};
pub use lists::{GuardEntry, KeptEntry, NewGuardEntry};
pub use network::{Network, NetworkFault};
pub use rules::{RuleDecided, StoredRule};
pub use traces::{GUARD_WINDOW_MAX, GuardTrace};

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::bills::{CustomerKey, first_half};
use crate::payment_words::{PaymentWord, word_digest};
use crate::personal::Keyring;
use crate::vocabulary::{UnknownWord, words};

words! {
    /// What is counted or listed.
    GuardSubject: "phone, contract, outlet, card, address" {
        /// The payer's phone.
        Phone = 1, "phone";
        /// The biller's customer.
        Contract = 2, "contract";
        /// The outlet that takes the cash.
        Outlet = 3, "outlet";
        /// The card, by the digits that may be kept of it: known once its bank has accepted.
        Card = 4, "card";
        /// The payer's internet address: known on the web alone.
        Address = 5, "address";
    }
}

words! {
    /// A list.
    GuardList: "block, allow" {
        /// Nothing is taken.
        Block = 1, "block";
        /// No rule is asked; a block still holds.
        Allow = 2, "allow";
    }
}

words! {
    /// Where a proposed rule stands.
    GuardRuleState: "proposed, in force, refused, replaced" {
        /// It waits for a second person.
        Proposed = 1, "proposed";
        /// It holds.
        InForce = 2, "in force";
        /// The second person refused it, or whoever proposed it took it back.
        Refused = 3, "refused";
        /// A later one of its code holds.
        Replaced = 4, "replaced";
    }
}

words! {
    /// What speaks against a payment.
    GuardSource: "rule, list" {
        /// A rule, by the number of its row.
        Rule = 1, "rule";
        /// An entry of a list.
        List = 2, "list";
    }
}

words! {
    /// What was decided.
    GuardOutcome: "refused, in review, would refuse, would review, not counted" {
        /// The payment was refused, or its money sent back.
        Refused = 1, "refused";
        /// It waits for a person.
        InReview = 2, "in review";
        /// It went on; a rule that only simulates would have refused it.
        WouldRefuse = 3, "would refuse";
        /// It went on; a rule that only simulates would have had it reviewed.
        WouldReview = 4, "would review";
        /// It went on: the rule could not count it.
        NotCounted = 5, "not counted";
    }
}

words! {
    /// Where a case stands.
    GuardCaseState: "open, released, refused, used, expired" {
        /// It waits for a person.
        Open = 1, "open";
        /// The quote may be paid, once, until the case ends.
        Released = 2, "released";
        /// A person refused it.
        Refused = 3, "refused";
        /// A payment was started from it.
        Used = 4, "used";
        /// Its time ran out.
        Expired = 5, "expired";
    }
}

/// Whose payments are counted, and who is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardKey {
    /// A phone, as `+212612345678`.
    Phone(String),
    /// A biller's customer.
    Contract(CustomerKey),
    /// An outlet by its number.
    Outlet(String),
    /// A card by the digits that a mask shows: `400000*0010`.
    Card(String),
    /// A network, or what a payer's own address is known by.
    Address(Network),
    /// The payer's address of a payment, by what that has left of it.
    Traced(GuardTrace),
}

/// 128 bits that stand for a card by the digits that a mask shows.
fn card_digest(digits: &str) -> [u8; 16] {
    first_half(&Sha256::new().chain_update("card\0").chain_update(digits).finalize())
}

/// 128 bits that stand for a network, to be digested under the database's key.
fn network_digest(network: &Network) -> [u8; 16] {
    word_digest("address", &network.to_string())
}

impl GuardKey {
    /// What it is.
    pub const fn subject(&self) -> GuardSubject {
        match self {
            Self::Phone(_) => GuardSubject::Phone,
            Self::Contract(_) => GuardSubject::Contract,
            Self::Outlet(_) => GuardSubject::Outlet,
            Self::Card(_) => GuardSubject::Card,
            Self::Address(_) | Self::Traced(_) => GuardSubject::Address,
        }
    }

    /// The length of a network, of 128 bits; `None` where it is no network that payers are a part of.
    fn length(&self) -> Option<i16> {
        match self {
            Self::Address(network) => Some(network.length().into()),
            _ => None,
        }
    }

    /// 128 bits that stand for it.
    fn digest(&self, keys: &Keyring) -> Vec<u8> {
        match self {
            Self::Phone(phone) => PaymentWord::Phone(phone.clone()).digest(keys),
            Self::Contract(key) => PaymentWord::Customer(*key).digest(keys),
            Self::Outlet(outlet) => {
                first_half(&Sha256::new().chain_update("outlet\0").chain_update(outlet).finalize()).to_vec()
            }
            Self::Card(digits) => card_digest(digits).to_vec(),
            Self::Address(network) => GuardTrace::of_address(network, keys).0.to_vec(),
            Self::Traced(trace) => trace.0.to_vec(),
        }
    }

    /// All that it may stand as in rows.
    fn forms(&self, keys: &Keyring) -> Vec<Vec<u8>> {
        match self {
            Self::Phone(phone) => PaymentWord::Phone(phone.clone()).forms(keys),
            Self::Contract(key) => key.forms(keys),
            Self::Outlet(_) | Self::Card(_) | Self::Address(_) | Self::Traced(_) => vec![self.digest(keys)],
        }
    }
}
