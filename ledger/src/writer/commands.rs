//! What the writer is asked to do with money, and what it answers.

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use crate::accounts::Account;
use crate::agents::{Actor, AgentPay};
use crate::bills::{BillClaim, first_half};
use crate::guard::{GuardTrace, Network};
use crate::money::Money;
use crate::postings::{Amounts, Moment};
use crate::references::Reference;
use crate::states::PaymentState;
use crate::vocabulary::{Channel, Instrument, Language};

/// A caller's key against doubles, with a digest of what it asks for: same key and same input is the same request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestKey {
    pub(crate) key: [u8; 16],
    pub(crate) input: [u8; 16],
}

impl RequestKey {
    /// The key of a caller (`scope` tells callers apart) for an input, written out in full.
    pub fn of(scope: &str, key: &str, input: &str) -> Self {
        let half = |text: String| first_half(&Sha256::digest(text.as_bytes()));
        Self { key: half(format!("{scope}\n{key}")), input: half(input.to_owned()) }
    }
}

/// Where the money of a payment is when it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Funds {
    /// Still with the payer, who is sent to a gateway; its outcome is asked for at this time if nothing is heard.
    Awaited {
        /// The gateway's receivable.
        account: Account,
        /// When the gateway is asked for the first time.
        poll_at: DateTime<Utc>,
    },
    /// In hand: drawn from this account in the same posting.
    InHand(Account),
}

/// "This quote is being paid": the intent, the reservation of its bills and, where it is in hand, the money.
#[derive(Debug, Clone)]
pub struct Pay {
    /// The caller's key.
    pub key: RequestKey,
    /// Whether only an earlier request under the key is answered, as something stands in the way of a new payment.
    pub only_replay: bool,
    /// The quote's number.
    pub quote: i64,
    /// The biller.
    pub biller: u16,
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// The payer's language.
    pub language: Language,
    /// The amounts.
    pub amounts: Amounts,
    /// The bills it pays.
    pub bills: Vec<BillClaim>,
    /// Where the SMS goes.
    pub phone: Option<String>,
    /// Where the mail goes.
    pub email: Option<String>,
    /// Where the payer comes from, where a rule counts it: kept as a digest beside the payment in the same commit.
    pub address: Option<Network>,
    /// Where the money is.
    pub funds: Funds,
    /// The counter that takes it, for cash: kept beside the payment in the same commit.
    pub agent: Option<Box<AgentPay>>,
    /// Now.
    pub moment: Moment,
}

/// What became of a [`Pay`]. Refusals are tested in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayOutcome {
    /// A new payment.
    Started(Reference),
    /// The same request as before: the payment it started.
    Replayed(Reference),
    /// The key was used for another request.
    KeyConflict,
    /// There was no such request before, and only that was asked.
    NotStarted,
    /// The counter's shift is closed.
    ShiftClosed,
    /// The reference that is to be used up was used, cancelled, or has expired.
    ReferenceOver,
    /// Another payment of the same bill is under way: its number.
    BeingPaid(i64),
    /// Some bill was paid since it was quoted.
    AlreadyPaid,
    /// The account that the money is drawn from does not hold that much.
    InsufficientFunds,
}

/// How far the gateway got with the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Held; the hub has to capture.
    Held,
    /// Held, and the answer that is about to leave asks for the capture.
    CaptureAsked,
    /// Captured, as the gateway itself says.
    Captured,
}

/// One step of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The gateway accepted. Heard in any state in which no money was held before, also after a refusal or an expiry.
    Accept {
        /// How far it got.
        hold: Hold,
        /// The amount, which must be the payment's total.
        amount: Money,
        /// Authorisation code, or empty.
        authorisation: String,
        /// Masked card number, or empty.
        card_mask: String,
        /// The gateway's transaction id, or empty.
        gateway_reference: String,
        /// Whether the money may not stay: nothing, or no more, is taken of the card.
        is_refused: bool,
        /// What the card is known by, where a rule counts it: kept beside the payment in the same commit if the money stays.
        counted: Option<GuardTrace>,
    },
    /// What was held is captured.
    Captured,
    /// The biller booked it.
    Confirm {
        /// The biller's receipt number.
        receipt_number: String,
        /// Its date, where the biller gives one.
        receipt_date: Option<NaiveDate>,
        /// The biller's first cut-off after the moment of the step: where the settlement window ends that is opened if
        /// none is open.
        cut_off: DateTime<Utc>,
    },
    /// The payer's bank refused; the bill is free again.
    Decline,
    /// The time to pay ran out and the gateway holds nothing; the bill is free again.
    Expire,
    /// What is held is let go, by people or as its time is over: nothing was captured, and nothing is being captured.
    LetGo,
    /// The biller refused for good: the money goes back. To a float it is back at once.
    Return,
    /// The money went back.
    Returned,
    /// The biller is to be asked to cancel what it confirmed. Counters only, before their shift closes, and once.
    Cancel {
        /// Why, in words for the biller.
        reason: String,
        /// Who asks.
        actor: Actor,
    },
    /// The biller cancelled it.
    Cancelled {
        /// As for [`Self::Confirm`].
        cut_off: DateTime<Utc>,
    },
    /// The biller refused to cancel: the payment stands.
    CancelRefused {
        /// The biller's words.
        refusal: String,
    },
}

/// "This payment goes one step on."
#[derive(Debug, Clone)]
pub struct Advance {
    /// The payment's number.
    pub payment: i64,
    /// The step.
    pub step: Step,
    /// The task that led to it, done with the same commit.
    pub task: Option<i64>,
    /// Now.
    pub moment: Moment,
}

/// What became of an [`Advance`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdvanceOutcome {
    /// It went from one state to another.
    Moved {
        /// The state before.
        from: PaymentState,
        /// The state now.
        to: PaymentState,
    },
    /// The step was taken before: nothing changed, the answer is the same.
    Unchanged(PaymentState),
    /// The step is not possible in this state; nothing changed.
    Refused(PaymentState),
    /// The payment's shift is closed: it cannot be cancelled any more; nothing changed.
    ShiftClosed,
    /// The amount is not the payment's; nothing changed.
    WrongAmount,
    /// No such payment.
    NoSuchPayment,
}
