//! References payable at an outlet, and cash that comes late for one.

use chrono::{DateTime, Utc};
use ledger::{Actor, Channel, Language, LateCash, LateReason, Money};

use super::{CounterFault, Instruction};
use crate::api::{Infrastructure, Quote, QuoteError};

/// What a reference is made for.
#[derive(Debug, Clone)]
pub enum ReferenceSubject {
    /// A quote of any channel: the same lines and amount are priced again for cash.
    Quote(String),
    /// A choice from a look-up.
    Choice {
        /// The inquiry's reference.
        inquiry: String,
        /// Ids of the ticked lines.
        articles: Vec<String>,
        /// The amount to pay, where the rule lets the payer choose.
        amount: Option<Money>,
    },
}

/// "I want to pay this in cash somewhere."
#[derive(Debug, Clone)]
pub struct MakeCashReference {
    /// What for.
    pub subject: ReferenceSubject,
    /// The channel on which it is made.
    pub channel: Channel,
    /// Where the reference is sent and the reminder goes (`+212...`); optional.
    pub phone: Option<String>,
    /// The payer's language.
    pub language: Language,
    /// The caller's key: the same request again is the same reference, sent once. `None` makes another each time.
    pub idempotency_key: Option<String>,
}

/// Why no reference was made.
#[derive(Debug, thiserror::Error)]
pub enum CashReferenceError {
    /// The choice cannot be priced for cash at an outlet.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// No such quote.
    #[error("no such quote")]
    UnknownQuote,
    /// The quote's time is over.
    #[error("the quote has expired")]
    Expired,
    /// Same key, other content.
    #[error("this key was used for another reference")]
    KeyConflict,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Where a reference stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CashReferenceStanding {
    /// Payable.
    Open,
    /// Paid, or being paid.
    Used,
    /// Cancelled by whoever made it.
    Cancelled,
    /// Its time is over.
    Expired,
}

/// A reference payable at an outlet.
#[derive(Debug, Clone)]
pub struct CashReference {
    /// 13 digits, the last one a check digit; also what a QR code holds.
    pub digits: String,
    /// What is to be paid, fee and stamp duty included.
    pub quote: Quote,
    /// Where it stands.
    pub standing: CashReferenceStanding,
    /// The channel on which it was made.
    pub channel: Channel,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The public reference of the payment that used it.
    pub payment: Option<String>,
}

/// Why a reference was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelReferenceError {
    /// No such reference.
    #[error("no such reference")]
    Unknown,
    /// It is paid or being paid.
    #[error("the reference is paid")]
    Used,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// "Cash was taken, and it cannot pay": for a reference that expired, was paid or cancelled, or whose bill was paid
/// meanwhile.
#[derive(Debug, Clone)]
pub struct ReportLateCash {
    /// The outlet's number.
    pub outlet: String,
    /// The till whose open shift the cash lies in; `None` where the network keeps its drawers itself.
    pub till: Option<String>,
    /// The 13 digits.
    pub reference: String,
    /// How much was taken.
    pub amount: Money,
    /// The network's own reference, or a key of the page: the same again is the same cash.
    pub key: String,
    /// Who reports it, and owns it until it is given back.
    pub actor: Actor,
}

/// Why late cash was not taken over.
#[derive(Debug, thiserror::Error)]
pub enum LateCashError {
    /// The outlet or till cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// No such reference.
    #[error("no such reference")]
    UnknownReference,
    /// The reference can still be paid: pay it.
    #[error("this reference can still be paid")]
    Payable,
    /// Nothing, or less.
    #[error("the amount must be above zero")]
    BadAmount,
    /// Same key, other content.
    #[error("this key was used for other cash")]
    KeyConflict,
    /// The till has no open shift.
    #[error("the till has no open shift")]
    NoShift,
    /// The outlet's float does not hold that much.
    #[error("the float holds {available}")]
    FloatTooLow {
        /// What is left.
        available: Money,
    },
    /// No such late cash.
    #[error("no such late cash")]
    UnknownCash,
    /// It was released before.
    #[error("this cash was released before")]
    Released,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Late cash, as the outlet and the back office see it.
#[derive(Debug, Clone)]
pub struct LateCashView {
    /// The row.
    pub cash: LateCash,
    /// The 13 digits it was taken for.
    pub reference: String,
    /// Why it was late.
    pub reason: LateReason,
    /// What is to be done.
    pub instruction: Option<Instruction>,
}
