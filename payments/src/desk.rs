//! The teleoperator's desk: calls, what is made for a caller, and what is found of a customer.
//!
//! Whoever calls these has signed in and may work at the desk: the hub knows no roles. It holds that a call is one
//! operator's own, and that nothing is done in it after it was closed.

use chrono::{DateTime, Utc};
pub use ledger::{CallOutcome, DESK_CALLS_KEPT, DeskCall, DeskDay, DeskItem, DeskItemKind, DeskNote};
use ledger::{Handover, Language};

use crate::api::cash::{CashReference, CashReferenceError};
use crate::api::{Infrastructure, PaymentView, Quote, QuoteError};
use crate::links::{Link, MakeLinkError};

/// Longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 300;
/// Payments of a history at most.
pub const HISTORY_MAX: usize = 50;

/// What a searched text was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A phone: payments made with it.
    Phone,
    /// A payment's public reference.
    PaymentReference,
    /// A reference payable at an outlet.
    CashReference,
    /// A biller's receipt number.
    ReceiptNumber,
    /// A customer's identifier at a biller: payments for it, whoever made them.
    Contract,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Search {
    /// What the text can be, the likeliest first.
    pub readings: Vec<Reading>,
    /// Payments with the reading that found them, the newest first in each.
    pub payments: Vec<(Reading, PaymentView)>,
    /// A reference payable at an outlet.
    pub reference: Option<CashReference>,
}

/// What of a payment's customer is hidden unless somebody needs to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentCustomer {
    /// The phone it was made with.
    pub phone: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// The customer's identifier at the biller, in full.
    pub contract: String,
}

/// A link that was made in a call.
#[derive(Debug, Clone)]
pub struct SheetLink {
    /// The link.
    pub link: Link,
    /// What it pays.
    pub quote: Quote,
    /// The payment that was started from it.
    pub payment: Option<PaymentView>,
}

/// A reference that was made in a call.
#[derive(Debug, Clone)]
pub struct SheetReference {
    /// Its number.
    pub id: i64,
    /// The reference.
    pub reference: CashReference,
    /// The payment that used it up.
    pub payment: Option<PaymentView>,
}

/// All there is of a call.
#[derive(Debug, Clone)]
pub struct CallSheet {
    /// The call.
    pub call: DeskCall,
    /// What the caller had reached at the voice server; `None` for calls opened by hand.
    pub handover: Option<Handover>,
    /// Notes, the first one first.
    pub notes: Vec<DeskNote>,
    /// Links, the newest first.
    pub links: Vec<SheetLink>,
    /// References payable at an outlet, the newest first.
    pub references: Vec<SheetReference>,
}

/// "Send the caller a link."
#[derive(Debug, Clone)]
pub struct SendLink {
    /// The call's number.
    pub call: i64,
    /// The operator's number.
    pub operator: i64,
    /// The reference of a quote that was made in the call.
    pub quote: String,
    /// Where the SMS goes: a mobile, `+212...`.
    pub phone: Option<String>,
    /// Where the mail goes.
    pub email: Option<String>,
    /// The page's key against a double click.
    pub key: String,
}

/// "Make the caller a reference for cash."
#[derive(Debug, Clone)]
pub struct SendReference {
    /// The call's number.
    pub call: i64,
    /// The operator's number.
    pub operator: i64,
    /// The reference of a quote that was made in the call.
    pub quote: String,
    /// Where the SMS goes: a mobile, `+212...`.
    pub phone: Option<String>,
    /// The page's key against a double click.
    pub key: String,
}

/// Why something cannot be done in a call. Nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No such call, or another operator's.
    #[error("no such call of this operator")]
    UnknownCall,
    /// The call was closed.
    #[error("the call is closed")]
    Closed,
    /// It holds as many notes as a call may.
    #[error("the call holds too many notes")]
    TooManyNotes,
    /// The note is empty or longer than [`NOTE_CHARS_MAX`], or holds a card number.
    #[error("the note cannot be kept")]
    BadNote,
    /// The quote, link or reference was not made in this call.
    #[error("not made in this call")]
    NotOfThisCall,
    /// The choice cannot be priced.
    #[error(transparent)]
    Quote(QuoteError),
    /// No link could be made.
    #[error(transparent)]
    Link(MakeLinkError),
    /// No reference could be made.
    #[error(transparent)]
    Reference(CashReferenceError),
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// "This is who calls."
#[derive(Debug, Clone)]
pub struct Caller {
    /// `+212...`, normalised already.
    pub phone: Option<String>,
    /// A mail address.
    pub email: Option<String>,
    /// The language in which they are written to.
    pub language: Language,
}

/// A time from its first moment up to its end.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The first moment.
    pub from: DateTime<Utc>,
    /// The moment after the last.
    pub to: DateTime<Utc>,
}
