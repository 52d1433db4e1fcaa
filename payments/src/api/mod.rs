//! What channels say to the hub and hear from it. All of it is data: no channel sees a row or a protocol.

pub mod cash;

use std::collections::BTreeMap;
use std::net::IpAddr;

use biller_adapters::{Article, BillerReceipt};
use chrono::{DateTime, Utc};
use ledger::{Channel, Instrument, Language, Money};

/// "What does this customer owe?"
#[derive(Debug, Clone)]
pub struct FindBills {
    /// The biller's code.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// The identification form as typed; unknown fields are refused.
    pub fields: BTreeMap<String, String>,
    /// Where the payer is.
    pub channel: Channel,
    /// The payer's language.
    pub language: Language,
}

/// What a look-up found.
#[derive(Debug, Clone)]
pub enum Found {
    /// Something can be paid: the bill stands under its inquiry's reference.
    Bill(Inquiry),
    /// The customer is known and owes nothing.
    NothingDue,
    /// The biller knows no such customer.
    UnknownCustomer,
}

/// A fetched bill, kept while the payer chooses what to pay of it.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// Unguessable public reference (URL-safe).
    pub reference: String,
    /// The biller's code.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// The customer's identifier, masked: `••••••7890`.
    pub contract_masked: String,
    /// The unpaid lines, empty for a type without a fetch.
    pub articles: Vec<PayableArticle>,
    /// When it must be fetched again.
    pub expires_at: DateTime<Utc>,
}

/// An unpaid line and whether it can be paid now.
#[derive(Debug, Clone)]
pub struct PayableArticle {
    /// The line.
    pub article: Article,
    /// Always rides along.
    pub mandatory: bool,
    /// Being paid at this moment, or already paid, on whatever channel.
    pub busy: bool,
}

/// One fault of a form, for the field it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name.
    pub field: String,
    /// What is wrong with it.
    pub kind: FieldFaultKind,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFaultKind {
    /// Required and empty.
    Missing,
    /// Fewer characters than this.
    TooShort(u16),
    /// More characters than this.
    TooLong(u16),
    /// Not digits.
    NotInteger,
    /// Not a number.
    NotDecimal,
    /// Does not match the pattern.
    BadFormat,
    /// Not one of the list.
    NotAChoice,
    /// A card number, which the hub must not keep.
    CardNumber,
    /// Not a field of this form.
    UnknownField,
}

/// Why a look-up has no outcome.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// No such biller or receivable type.
    #[error("no such biller or receivable type")]
    UnknownBiller,
    /// Not offered on this channel.
    #[error("not offered on this channel")]
    ChannelClosed,
    /// The form has faults; nothing was asked of the biller.
    #[error("the identification form has {} fault(s)", .0.len())]
    Form(Vec<FieldFault>),
    /// The biller cannot be asked at the moment.
    #[error("the biller is unavailable")]
    Unavailable,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Our own trouble, never a statement about a bill: the caller may try again.
#[derive(Debug, thiserror::Error)]
pub enum Infrastructure {
    /// Everything is full: come back after this many seconds.
    #[error("overloaded, retry after {0} s")]
    Overloaded(u32),
    /// The database or another part of ours failed; details are in the log under the trace id.
    #[error("{0}")]
    Failed(String),
}

impl From<ledger::StorageError> for Infrastructure {
    fn from(error: ledger::StorageError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// "Make me a price for this."
#[derive(Debug, Clone)]
pub struct MakeQuote {
    /// The inquiry's reference.
    pub inquiry: String,
    /// Ids of the ticked lines; mandatory ones are added by the hub.
    pub articles: Vec<String>,
    /// The amount to pay, where the rule lets the payer choose; `None` pays what is due.
    pub amount: Option<Money>,
    /// Where the payer is.
    pub channel: Channel,
    /// What will be paid with.
    pub instrument: Instrument,
}

/// A bill with fee and duty added, under a reference that lives for a limited time.
#[derive(Debug, Clone)]
pub struct Quote {
    /// Unguessable public reference (URL-safe).
    pub reference: String,
    /// The inquiry it came from, to go back and choose again.
    pub inquiry: String,
    /// The biller's code.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// The customer's identifier, masked.
    pub contract_masked: String,
    /// The lines chosen, each with the amount to pay for it.
    pub articles: Vec<Article>,
    /// The amounts.
    pub amounts: Amounts,
    /// Channel and instrument for which it is good.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// The lines of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// What the biller gets.
    pub principal: Money,
    /// The hub's fee before VAT.
    pub fee: Money,
    /// VAT on the fee.
    pub vat: Money,
    /// Stamp duty (cash only).
    pub duty: Money,
    /// What the payer pays: the sum.
    pub total: Money,
}

/// Why there is no quote.
#[derive(Debug, thiserror::Error)]
pub enum QuoteError {
    /// No such inquiry, or too old: fetch again.
    #[error("the look-up has expired")]
    InquiryExpired,
    /// Nothing was chosen.
    #[error("no line was chosen")]
    NothingChosen,
    /// A line that the bill does not have.
    #[error("the bill has no line '{0}'")]
    UnknownArticle(String),
    /// The amount breaks the biller's rule; the bounds that would do.
    #[error("the amount is not allowed")]
    AmountNotAllowed {
        /// Least allowed.
        min: Option<Money>,
        /// Most allowed.
        max: Option<Money>,
        /// Step, if any.
        multiple: Option<Money>,
    },
    /// An amount is needed and none was given.
    #[error("an amount is required")]
    AmountRequired,
    /// Instrument not offered on this channel for this biller.
    #[error("this instrument is not offered on this channel")]
    InstrumentNotOffered,
    /// Some chosen line is being paid or is paid.
    #[error("already being paid or paid")]
    Busy,
    /// The biller is suspended on this channel.
    #[error("the biller takes no payments at the moment")]
    Unavailable,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// "I pay by card now."
#[derive(Debug, Clone)]
pub struct StartCardPayment {
    /// The quote's reference.
    pub quote: String,
    /// The channel's key against a double click: same key and same content, same payment.
    pub idempotency_key: String,
    /// Where receipts go: `+212...`; mobile or not, normalised already.
    pub phone: String,
    /// Where the mail goes, optional.
    pub email: Option<String>,
    /// Where the payer comes from, for rules against fraud.
    pub address: Option<IpAddr>,
    /// The payer's language.
    pub language: Language,
    /// Absolute base URL of the channel, for okUrl, failUrl and shopurl: `https://pay.example.ma`.
    pub public_url: String,
}

/// A form that the browser posts to the gateway's hosted page.
#[derive(Debug, Clone)]
pub struct CardRedirect {
    /// The payment's public reference.
    pub payment: String,
    /// The gateway's address.
    pub action: String,
    /// Field names and values, in order, to be rendered as they are (HTML-escaped).
    pub fields: Vec<(String, String)>,
}

/// Why a payment could not start. No money moved.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No such quote.
    #[error("no such quote")]
    UnknownQuote,
    /// The quote's time is over.
    #[error("the quote has expired")]
    Expired,
    /// Some line is being paid on this or another channel.
    #[error("this bill is already being paid")]
    BeingPaid,
    /// Some line is already paid.
    #[error("this bill is already paid")]
    AlreadyPaid,
    /// Same idempotency key, other content.
    #[error("this key was used for another request")]
    KeyConflict,
    /// This very request started a payment before, which is past the gateway: its reference, to show how it stands.
    #[error("the payment {0} of this request is past the gateway")]
    Over(String),
    /// The quote is for another channel or instrument.
    #[error("this quote is not payable by card")]
    WrongInstrument,
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

/// Where a payment stands, as a payer understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Waiting for the payer at the gateway.
    AwaitingPayer,
    /// Money held or taken; the biller is being told.
    Confirming,
    /// The biller booked it.
    Confirmed(BillerReceipt),
    /// Declined or abandoned; no money was taken and the bill is free again.
    Declined,
    /// The time to pay ran out; no money was taken.
    Expired,
    /// The biller refused after money was taken: it is going back.
    Returning,
    /// The money went back.
    Returned,
    /// Confirmed, and the biller is being asked to cancel it.
    Cancelling,
    /// Cancelled at the outlet that took the cash, which gives it back.
    Cancelled,
}

/// One payment, as its payer may see it.
#[derive(Debug, Clone)]
pub struct PaymentView {
    /// Public reference: what the payer quotes and types.
    pub reference: String,
    /// The quote paid.
    pub quote: String,
    /// The biller's code.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// The customer's identifier, masked.
    pub contract_masked: String,
    /// The lines paid.
    pub articles: Vec<Article>,
    /// The amounts.
    pub amounts: Amounts,
    /// Channel.
    pub channel: Channel,
    /// Instrument.
    pub instrument: Instrument,
    /// The payer's language.
    pub language: Language,
    /// Masked card number as the gateway gave it, or empty.
    pub card_mask: String,
    /// Where it stands.
    pub standing: Standing,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// When the standing was reached.
    pub standing_since: DateTime<Utc>,
}

/// The plain-text answer to a gateway callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackAnswer {
    /// `ACTION=POSTAUTH`: capture now.
    Capture,
    /// `APPROVED`: heard, nothing to capture.
    Approved,
    /// `FAILURE`: not believed.
    Failure,
    /// HTTP 400: no form data.
    NoData,
}
