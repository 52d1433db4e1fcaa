//! What stands against fraud, as rows: rules, lists, what was decided of payments that were to start, and cases that wait
//! for a person. What a rule says is the use cases' text.

mod cases;
mod history;
mod hits;
mod lists;
mod rules;

pub use cases::{CaseOutcome, GuardCase};
pub use history::PastPayment;
pub use hits::{GuardHit, NewGuardHit};
pub use lists::{GuardEntry, KeptEntry, NewGuardEntry};
pub use rules::{RuleDecided, StoredRule};

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::bills::{CustomerKey, first_half};
use crate::payment_words::PaymentWord;
use crate::personal::Keyring;
use crate::vocabulary::{UnknownWord, words};

words! {
    /// What is counted or listed.
    GuardSubject: "phone, contract, outlet, card" {
        /// The payer's phone.
        Phone = 1, "phone";
        /// The biller's customer.
        Contract = 2, "contract";
        /// The outlet that takes the cash.
        Outlet = 3, "outlet";
        /// The card, by the digits that may be kept of it: known once it was accepted, so that nothing is counted by it.
        Card = 4, "card";
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
    GuardOutcome: "refused, in review, would refuse, would review" {
        /// The payment was refused.
        Refused = 1, "refused";
        /// It waits for a person.
        InReview = 2, "in review";
        /// It went on; a rule that only simulates would have refused it.
        WouldRefuse = 3, "would refuse";
        /// It went on; a rule that only simulates would have had it reviewed.
        WouldReview = 4, "would review";
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
}

impl GuardKey {
    /// What it is.
    pub const fn subject(&self) -> GuardSubject {
        match self {
            Self::Phone(_) => GuardSubject::Phone,
            Self::Contract(_) => GuardSubject::Contract,
            Self::Outlet(_) => GuardSubject::Outlet,
            Self::Card(_) => GuardSubject::Card,
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
            Self::Card(digits) => {
                first_half(&Sha256::new().chain_update("card\0").chain_update(digits).finalize()).to_vec()
            }
        }
    }

    /// All that it may stand as in rows.
    fn forms(&self, keys: &Keyring) -> Vec<Vec<u8>> {
        match self {
            Self::Phone(phone) => PaymentWord::Phone(phone.clone()).forms(keys),
            Self::Contract(key) => key.forms(keys),
            Self::Outlet(_) | Self::Card(_) => vec![self.digest(keys)],
        }
    }
}
