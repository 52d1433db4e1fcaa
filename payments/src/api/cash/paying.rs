//! Paying over the counter, cancelling, and giving cash back.

use chrono::{DateTime, Utc};
use ledger::{Actor, Language, Money};

use super::CounterFault;
use crate::api::{Infrastructure, PaymentView};

/// What is paid at a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CashSubject {
    /// A quote made for AGT and cash: its public reference.
    Quote(String),
    /// A 13-digit reference that the customer made elsewhere, as typed or scanned.
    Reference(String),
}

/// Who sends a payment, and by what it is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CashKey {
    /// The outlet screen: a key of the page against a double click.
    Screen(String),
    /// A network's own system: its own reference of the payment (1 to 64 characters), unique for the network. The same
    /// again with the same content is answered with the first payment; with another it is a [`PayCashError::KeyConflict`].
    Network(String),
}

/// "The customer hands over the cash."
#[derive(Debug, Clone)]
pub struct PayCash {
    /// The outlet's number.
    pub outlet: String,
    /// The till's name.
    pub till: String,
    /// What is paid.
    pub subject: CashSubject,
    /// The key against doubles.
    pub key: CashKey,
    /// What the customer handed over, to work out the change; `None` where the caller does not know.
    pub tendered: Option<Money>,
    /// Where the SMS goes (`+212...`), if the customer wants one.
    pub phone: Option<String>,
    /// The customer's language.
    pub language: Language,
    /// Who takes the cash.
    pub actor: Actor,
    /// Whether a till without an open shift opens one by itself, with an empty drawer: for networks' own systems, which
    /// keep their drawers themselves. A screen says `false`.
    pub opens_shift: bool,
}

/// Why a payment could not start. No float was drawn on: the cash stays the customer's.
#[derive(Debug, thiserror::Error)]
pub enum PayCashError {
    /// The outlet or till cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// The till has no open shift.
    #[error("the till has no open shift")]
    NoShift,
    /// No such quote.
    #[error("no such quote")]
    UnknownQuote,
    /// No such 13-digit reference, or its check digit is wrong.
    #[error("no such reference")]
    UnknownReference,
    /// The quote's or the reference's time is over.
    #[error("the quote or reference has expired")]
    Expired,
    /// The reference was paid before.
    #[error("this reference is already paid")]
    ReferenceUsed,
    /// The reference was cancelled by whoever made it.
    #[error("this reference was cancelled")]
    ReferenceCancelled,
    /// Some line is being paid on this or another channel.
    #[error("this bill is already being paid")]
    BeingPaid,
    /// Some line is already paid.
    #[error("this bill is already paid")]
    AlreadyPaid,
    /// Same key, other content.
    #[error("this key was used for another request")]
    KeyConflict,
    /// The network's own reference is empty or longer than 64 characters, or holds control characters.
    #[error("the network's reference must have 1 to 64 characters")]
    BadKey,
    /// The quote is for another channel or instrument.
    #[error("this quote is not payable in cash at an outlet")]
    WrongInstrument,
    /// The customer handed over less than the total.
    #[error("{tendered} is less than the total of {total}")]
    TooLittle {
        /// What was handed over.
        tendered: Money,
        /// What is to be paid.
        total: Money,
    },
    /// The outlet's float does not hold that much.
    #[error("the float holds {available}, the payment needs {needed}")]
    FloatTooLow {
        /// What is left of the float, payments under way counted.
        available: Money,
        /// The payment's total.
        needed: Money,
    },
    /// The biller is unavailable now.
    #[error("the biller is unavailable")]
    Unavailable,
    /// Fraud is suspected: it is refused, or a person looks at it first.
    #[error(transparent)]
    Stopped(#[from] crate::guard::Stopped),
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// What the person at the counter is to do about a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instruction {
    /// Confirmed: hand over the receipt.
    HandReceipt,
    /// The biller has not answered: hand over the slip, keep the cash; an SMS follows. Not to be paid again.
    TellPending,
    /// The biller is being asked to cancel: keep the cash until it agrees.
    AwaitCancellation,
    /// The payment does not stand: give this much cash back, then say so by [`crate::Hub::give_cash_back`].
    GiveCashBack(Money),
    /// The cash was given back.
    CashGivenBack(Money),
}

/// A cash payment, as its outlet and network see it.
#[derive(Debug, Clone)]
pub struct CashPayment {
    /// The payment as everybody sees it.
    pub payment: PaymentView,
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The till.
    pub till: String,
    /// The shift's number.
    pub shift: i64,
    /// The network's own reference, if its system sent the payment.
    pub network_reference: Option<String>,
    /// The 13-digit reference that was paid, if one was.
    pub cash_reference: Option<String>,
    /// What was handed over.
    pub tendered: Option<Money>,
    /// What was given in change.
    pub change: Option<Money>,
    /// Who took the cash.
    pub actor: Actor,
    /// What is to be done now.
    pub instruction: Instruction,
    /// Whether [`crate::Hub::cancel_cash`] may be asked now, as far as the hub can tell.
    pub cancellable: bool,
    /// Why the biller refused to cancel, if it did.
    pub cancellation_refused: Option<String>,
    /// How often its receipt was printed.
    pub prints: u32,
}

/// "The customer wants it undone."
#[derive(Debug, Clone)]
pub struct CancelCash {
    /// The payment's public reference.
    pub payment: String,
    /// The outlet that asks; only the one that took the cash may.
    pub outlet: String,
    /// Why, in a few words that the biller is told (at most 100 characters).
    pub reason: String,
    /// Who asks.
    pub actor: Actor,
}

/// Why a payment cannot be cancelled. Nothing changed; what is left is a refund by the back office.
#[derive(Debug, thiserror::Error)]
pub enum CancelCashError {
    /// No such payment at this outlet.
    #[error("no such payment at this outlet")]
    UnknownPayment,
    /// No reason was given, or one of more than 100 characters.
    #[error("a reason of 1 to 100 characters is needed")]
    NoReason,
    /// The biller has not answered yet: it must be confirmed first.
    #[error("the payment is still pending")]
    StillPending,
    /// It is cancelled, returned, or was never confirmed.
    #[error("the payment does not stand any more")]
    NotConfirmed,
    /// The biller does not allow cancellation of this type.
    #[error("the biller allows no cancellation")]
    NotAllowed,
    /// It was paid on another day (Africa/Casablanca).
    #[error("only payments of the same day can be cancelled")]
    NotSameDay,
    /// Its shift is closed.
    #[error("the shift is closed")]
    ShiftClosed,
    /// The biller was asked before and refused: its words.
    #[error("the biller refused: {0}")]
    Refused(String),
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Why cash cannot be written down as given back.
#[derive(Debug, thiserror::Error)]
pub enum GiveBackError {
    /// The outlet or till cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// No cash of this number is to be given back at this outlet.
    #[error("no such cash is to be given back at this outlet")]
    NothingOwed,
    /// It was given back before.
    #[error("the cash was given back before")]
    GivenBack,
    /// The till has no open shift.
    #[error("the till has no open shift")]
    NoShift,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Cash that lies at an outlet and belongs to a customer.
#[derive(Debug, Clone)]
pub struct CashOwed {
    /// The number of the payment, of its refund or of the late cash it is about: what [`crate::Hub::give_cash_back`] takes.
    pub id: i64,
    /// The public reference of the payment; `None` for late cash.
    pub payment: Option<String>,
    /// How much.
    pub amount: Money,
    /// Since when.
    pub since: DateTime<Utc>,
}
