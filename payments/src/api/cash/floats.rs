//! Floats, and the register of stamp duty.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Actor, FloatRequestKind, Money, PostingKind};

use super::CounterFault;
use crate::api::Infrastructure;

/// An outlet's float as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloatView {
    /// The outlet's number.
    pub outlet: String,
    /// What is left, payments under way counted.
    pub available: Money,
    /// Below this the network is warned.
    pub low_below: Money,
    /// Whether it is low.
    pub is_low: bool,
}

/// "Money was put into our account", or "we want some of it back".
#[derive(Debug, Clone)]
pub struct RequestFloat {
    /// The outlet's number.
    pub outlet: String,
    /// Top-up or withdrawal.
    pub kind: FloatRequestKind,
    /// How much, above zero.
    pub amount: Money,
    /// The reference of the bank's transfer or receipt (3 to 100 characters); a transfer counts once for a network.
    pub proof: String,
    /// A key of the page against a double click.
    pub key: String,
    /// Who asks.
    pub actor: Actor,
}

/// "I have seen the proof."
#[derive(Debug, Clone)]
pub struct DecideFloat {
    /// The request's number.
    pub request: i64,
    /// Yes or no.
    pub approve: bool,
    /// What the requester is told; needed for a no (1 to 200 characters).
    pub note: String,
    /// Who decides: not who asked.
    pub actor: Actor,
}

/// Why a float's request was not taken or decided.
#[derive(Debug, thiserror::Error)]
pub enum FloatError {
    /// The outlet cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// Nothing, or less.
    #[error("the amount must be above zero")]
    BadAmount,
    /// No proof of 3 to 100 characters.
    #[error("a proof of 3 to 100 characters is needed")]
    NoProof,
    /// This proof backs another request of the network.
    #[error("this proof was used before")]
    ProofUsed,
    /// Same key, other content.
    #[error("this key was used for another request")]
    KeyConflict,
    /// No such request.
    #[error("no such request")]
    UnknownRequest,
    /// It was decided before.
    #[error("the request was decided before")]
    Decided,
    /// Who asks cannot decide.
    #[error("a second person must decide")]
    SamePerson,
    /// A no needs a reason.
    #[error("a reason of 1 to 200 characters is needed")]
    NoNote,
    /// The float does not hold what is to be withdrawn.
    #[error("the float holds {available}")]
    FloatTooLow {
        /// What is left.
        available: Money,
    },
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// One line of a float's statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloatLine {
    /// Its number: lines are in the order of these, and a page ends with one.
    pub id: i64,
    /// When it was booked.
    pub at: DateTime<Utc>,
    /// The event, in the words of the books.
    pub event: PostingKind,
    /// What came in (above zero) or went out (below).
    pub amount: Money,
    /// What was left after it.
    pub balance: Money,
    /// The public reference of the payment it belongs to.
    pub payment: Option<String>,
    /// The network's own reference of that payment.
    pub network_reference: Option<String>,
    /// The number of the request for a top-up or withdrawal, or of late cash.
    pub subject: Option<i64>,
}

/// Lines of a statement, newest first.
#[derive(Debug, Clone)]
pub struct FloatStatement {
    /// The lines.
    pub lines: Vec<FloatLine>,
    /// Where the next page begins: the `before` of the next call; `None` after the last.
    pub next: Option<i64>,
}

/// Stamp duty of a month: what is declared and paid to the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRegister {
    /// The first day of the month (Africa/Casablanca).
    pub month: NaiveDate,
    /// Receipts on which duty was collected, cancelled ones taken off.
    pub receipts: i64,
    /// The sum discharged by them, without the duty.
    pub discharged: Money,
    /// The duty.
    pub duty: Money,
}
