//! Rules against fraud, as pure functions: what a rule says, and what it finds in what was paid before.
//!
//! A rule counts the payments that somebody *started* in a sliding time, the one that is to start with them; a sum leaves
//! out those whose money was never taken or went back. The payments of the same quote are never counted: who turns back
//! from the gateway's page and goes on is one payer. Two payments that start at the same moment do not see each other, and
//! may both pass a rule that only one of them may; by address and by card that holds for two processes only, as in one
//! process they take turns. By card payments are counted that its bank has accepted and whose money stayed, from that moment.

mod finding;
mod rule;
#[cfg(test)]
mod tests;

pub use finding::{Attempt, Finding, past_since};
pub use rule::{Action, Kind, Mode, Rule, RuleFault, Scope};

use ledger::{GuardCase, GuardHit, Money, StoredRule};

/// Most payments of somebody that a rule looks at: its counts stay below.
pub const HISTORY_MAX: usize = 500;
/// Most rules that hold at a time.
pub const RULES_MAX: usize = 100;

/// A rule in force, or one that waits for a second person.
#[derive(Debug, Clone)]
pub struct RuleView {
    /// The row.
    pub stored: StoredRule,
    /// What it says.
    pub rule: Rule,
    /// Quotes that it has hit so far; no more than a thousand are counted.
    pub hits: i64,
}

/// What a rule would have found in the last payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trial {
    /// How many payments it was tried on.
    pub payments: i64,
    /// How many of them it would have spoken against.
    pub hits: i64,
}

/// A decision, with what was found.
#[derive(Debug, Clone)]
pub struct HitView {
    /// The row.
    pub hit: GuardHit,
    /// What was found.
    pub finding: Finding,
}

/// A case, with what was found.
#[derive(Debug, Clone)]
pub struct CaseView {
    /// The row.
    pub case: GuardCase,
    /// What was found.
    pub finding: Finding,
    /// The payments that were counted, the newest first: number and total.
    pub related: Vec<(i64, Money)>,
    /// The customer's identifier as it may be shown; empty once the quote is forgotten.
    pub contract: String,
}

/// Why nothing was taken, as much of it as the payer hears.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the payment {} ({reference})", if *.in_review { "is being checked" } else { "was refused" })]
pub struct Stopped {
    /// Whether a person looks at it first; else it is refused.
    pub in_review: bool,
    /// What staff find it by.
    pub reference: String,
}

/// Somebody to be listed, as staff name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// A phone as typed.
    Phone(String),
    /// The payer's phone of a payment, by its reference or number.
    PhoneOf(String),
    /// A biller's customer, by biller, receivable type and identifier as typed.
    Contract(u16, String, String),
    /// The customer of a payment, by its reference or number.
    ContractOf(String),
    /// An outlet by its number.
    Outlet(String),
    /// A card by its mask.
    Card(String),
    /// The card of a payment, by its reference or number.
    CardOf(String),
    /// An internet address or a network.
    Network(String),
    /// The payer's address of a payment, by its reference or number.
    AddressOf(String),
}

/// A line of a file of entries.
#[derive(Debug, Clone)]
pub struct ListLine {
    /// On which list.
    pub list: ledger::GuardList,
    /// Who.
    pub who: Listed,
    /// Why.
    pub reason: String,
    /// When it ends; `None`: never.
    pub ends_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// Why nobody was listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Not a Moroccan phone number.
    #[error(transparent)]
    Phone(#[from] crate::phone::PhoneError),
    /// No such biller or receivable type, or it takes no such identifier.
    #[error("no biller takes this contract")]
    Contract,
    /// Not an internet address or a network that can be listed.
    #[error(transparent)]
    Network(#[from] ledger::NetworkFault),
    /// No such payment, or it has none.
    #[error("no payment has it")]
    Payment,
    /// No such outlet.
    #[error("no such outlet")]
    Outlet,
    /// Not a mask of a card.
    #[error("not one to six digits, stars and the last four digits of a card")]
    Card,
    /// It is on this list already.
    #[error("it is on this list already")]
    Listed,
    /// It would end before it begins.
    #[error("it would be over already")]
    Over,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] crate::api::Infrastructure),
}
