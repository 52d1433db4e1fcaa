//! What every biller protocol has in common.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Channel, Instrument, Language, Money};
use serde::{Deserialize, Serialize};

/// A request for what a customer owes one biller for one receivable type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillQuery {
    /// The hub's reference of this look-up: 12 digits.
    pub reference: String,
    /// 4-digit biller code, >= 1000.
    pub biller: u16,
    /// Receivable type: exactly 2 digits, the leading zero kept.
    pub receivable_type: String,
    /// The channel of the payer.
    pub channel: Channel,
    /// The payer's language.
    pub language: Language,
    /// The identification form as filled in and validated: field name -> value. Labels are not in it.
    pub fields: BTreeMap<String, String>,
    /// When the hub asked.
    pub asked_at: DateTime<Utc>,
}

/// Kinds of article: the FATOURATI numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArticleKind {
    /// 0: an amount due, which the customer may leave for later.
    Receivable,
    /// 1: a fee of the biller's own.
    Fee,
    /// 2: always rides along.
    Mandatory,
    /// 3: stamp duty already computed by the biller.
    StampDuty,
}

/// One unpaid line of a customer at a biller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// The biller's identifier of the line, unique for the customer.
    pub id: String,
    /// Its kind.
    pub kind: ArticleKind,
    /// What the biller calls it. Shown to the payer as it came.
    pub description: String,
    /// What is due.
    pub amount: Money,
    /// The invoice's date, where the biller gives one.
    pub date: Option<NaiveDate>,
}

/// What one fetch brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedBill {
    /// The biller's (or biller hub's) reference of this fetch, to be given back with the confirmation.
    pub biller_reference: String,
    /// Unpaid lines, in the biller's order.
    pub articles: Vec<Article>,
    /// The biller's opaque context: given back byte for byte, in order, also where a name is empty; never shown.
    pub opaque: Vec<(String, String)>,
}

/// The outcomes of a fetch; a biller that cannot be asked is a [`BillerFailure`] instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindOutcome {
    /// Something is due.
    Bills(FetchedBill),
    /// The customer is known and owes nothing.
    NothingDue,
    /// The biller knows no such customer.
    UnknownCustomer,
}

/// "It was paid": everything a connector needs to tell a biller so, stored once and sent unchanged however often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The hub's reference of the payment, 12 digits: the biller's key against duplicates.
    pub reference: String,
    /// 4-digit biller code.
    pub biller: u16,
    /// 2-digit receivable type.
    pub receivable_type: String,
    /// The identification form as sent with the fetch.
    pub fields: BTreeMap<String, String>,
    /// The reference of the fetch, empty where the biller takes payments without one.
    pub biller_reference: String,
    /// The lines paid, each with the amount paid for it.
    pub articles: Vec<Article>,
    /// The opaque context of the fetch.
    pub opaque: Vec<(String, String)>,
    /// What the biller is paid: the principal, without the hub's fee and duty.
    pub principal: Money,
    /// When the money was taken.
    pub paid_at: DateTime<Utc>,
    /// The payer's channel.
    pub channel: Channel,
    /// What was paid with.
    pub instrument: Instrument,
    /// The gateway's authorisation code, or empty.
    pub authorisation: String,
}

/// The biller's word on a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmOutcome {
    /// The biller booked it (now or at an earlier try).
    Confirmed(BillerReceipt),
    /// The biller says no, for good.
    Refused(Refusal),
    /// Sent or possibly sent, and no final word: ask the status, then send the same again.
    Unknown(String),
}

/// The biller's own proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillerReceipt {
    /// The biller's receipt number.
    pub number: String,
    /// The day the biller booked it, where it says so.
    pub date: Option<NaiveDate>,
}

/// A final no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The protocol's code.
    pub code: String,
    /// The biller's words, for staff; not shown to payers.
    pub message: String,
}

/// The answer to "what became of my confirmation?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusOutcome {
    /// It was booked.
    Confirmed(BillerReceipt),
    /// It was refused.
    Refused(Refusal),
    /// It never arrived: send it again. Not a refusal: an earlier try may still be on its way.
    NotFound,
    /// Still being worked on, or no answer.
    Pending(String),
    /// The protocol has no such question: sending the same confirmation again is how one asks.
    NotOffered,
}

/// "Undo it": the same-day cancellation of a confirmed payment, where the biller allows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// What was confirmed.
    pub confirmation: Confirmation,
    /// When it was cancelled: part of the body, so kept with the first try.
    pub cancelled_at: DateTime<Utc>,
    /// Why, in a few words for the biller.
    pub reason: String,
}

/// The biller's word on a cancellation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelOutcome {
    /// The payment no longer counts at the biller (now or since an earlier try).
    Cancelled,
    /// The biller says no: the payment stands.
    Refused(Refusal),
    /// Sent or possibly sent, and no final word: send the same again.
    Unknown(String),
    /// The protocol knows no cancellation.
    NotOffered,
}

/// Where a biller's bills come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillSource<'a> {
    /// Asked over the wire for each look-up.
    Live,
    /// A bill file, pulled from this URL and imported; look-ups are served from what was imported.
    File {
        /// Where the file is pulled from.
        bills_url: &'a str,
    },
}

/// Why a biller could not be asked, or what it said made no sense. For fetches: nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BillerFailure {
    /// The breaker is open: the biller failed several times in a row and is left alone for a while.
    #[error("the biller is unavailable: too many failures in a row")]
    CircuitOpen,
    /// No connection, or it broke.
    #[error("the biller cannot be reached: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("the biller did not answer within {0} ms")]
    TimedOut(u64),
    /// An answer that the protocol does not allow (garbled, bad signature, HTTP 5xx, oversized).
    #[error("the biller's answer makes no sense: {0}")]
    BadAnswer(String),
    /// The biller refuses the look-up itself (its code and words).
    #[error("the biller refused the request: {code} {message}")]
    Refused {
        /// The protocol's code.
        code: String,
        /// The biller's words.
        message: String,
    },
    /// The request could not be built from what was given: a fault in the biller's configuration.
    #[error("the connector is misconfigured: {0}")]
    Misconfigured(String),
}

/// A request ready to be sent by the client.
#[derive(Clone, PartialEq, Eq)]
pub struct WireRequest {
    /// HTTP method.
    pub method: &'static str,
    /// Absolute URL.
    pub url: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body, empty for none.
    pub body: Vec<u8>,
}

/// An answer as it came, bounded in size by the client.
#[derive(Clone, PartialEq, Eq)]
pub struct WireAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Names and sizes only: bodies and header values hold customers' data and signatures.
impl fmt::Debug for WireRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireRequest({} {}, {} bytes)", self.method, self.url, self.body.len())
    }
}

/// Status and size only, for the same reason.
impl fmt::Debug for WireAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireAnswer({}, {} bytes)", self.status, self.body.len())
    }
}

impl WireAnswer {
    /// The first header of a name given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// One biller's protocol: builds requests and reads answers. No IO and no clock, so that every word of a protocol can
/// be tested without either.
///
/// The body of a confirmation (and of a cancellation) depends on its argument alone: a repeat is byte for byte the
/// first. Only signing headers follow `now`.
///
/// A reader's `Err` means that the answer is none (garbled, badly signed, an HTTP error): whoever sent a confirmation
/// must then take its outcome as unknown.
pub trait Connector: Send + Sync {
    /// The biller's code.
    fn biller(&self) -> u16;

    /// Where bills come from.
    fn source(&self) -> BillSource<'_> {
        BillSource::Live
    }

    /// Asks for a customer's bills; `Misconfigured` where they come from a file.
    fn find_bills(&self, query: &BillQuery) -> Result<WireRequest, BillerFailure>;

    /// Reads the answer to [`Self::find_bills`].
    fn read_bills(&self, query: &BillQuery, answer: &WireAnswer) -> Result<FindOutcome, BillerFailure>;

    /// Asks for the bill file; `None` where bills are asked for live.
    fn bill_file(&self, _now: DateTime<Utc>) -> Option<WireRequest> {
        None
    }

    /// Tells the biller that it was paid.
    fn confirm(&self, confirmation: &Confirmation, now: DateTime<Utc>) -> Result<WireRequest, BillerFailure>;

    /// Reads the answer to [`Self::confirm`].
    fn read_confirmation(
        &self,
        confirmation: &Confirmation,
        answer: &WireAnswer,
    ) -> Result<ConfirmOutcome, BillerFailure>;

    /// Asks what became of a confirmation; `None` where the protocol has no such question.
    fn status(&self, _confirmation: &Confirmation, _now: DateTime<Utc>) -> Option<WireRequest> {
        None
    }

    /// Reads the answer to [`Self::status`].
    fn read_status(&self, _confirmation: &Confirmation, _answer: &WireAnswer) -> Result<StatusOutcome, BillerFailure> {
        Ok(StatusOutcome::NotOffered)
    }

    /// Cancels a confirmed payment; `None` where the protocol has no cancellation.
    fn cancel(&self, _cancellation: &Cancellation, _now: DateTime<Utc>) -> Option<Result<WireRequest, BillerFailure>> {
        None
    }

    /// Reads the answer to [`Self::cancel`].
    fn read_cancellation(
        &self,
        _cancellation: &Cancellation,
        _answer: &WireAnswer,
    ) -> Result<CancelOutcome, BillerFailure> {
        Ok(CancelOutcome::NotOffered)
    }
}
