//! What the hub tells payers by SMS and mail. Use cases say what is to be said; how it is worded and sent is for the
//! [`Messenger`] chosen at wiring.

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{DisputeAction, DisputeState, Language, Money, RefundAmounts};
use secrecy::SecretString;

use crate::api::{PaymentView, Quote};

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// The biller confirmed: the receipt.
    Confirmed,
    /// The biller refused after the money was taken: it is going back.
    Returning,
    /// The money went back. Cash lies at the outlet that took it.
    Returned,
    /// The outlet that took the cash cancelled the payment, and gives the cash back.
    Cancelled,
    /// Part or all of a confirmed payment was given back. Cash lies at the outlet that took it.
    Refunded {
        /// What goes back.
        amounts: RefundAmounts,
        /// When it did.
        at: DateTime<Utc>,
    },
}

/// The way it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// To a mobile phone.
    Sms,
    /// To a mail address, with the receipt attached where there is one.
    Mail,
}

/// One message to one payer, in the payer's language (`payment.language`).
#[derive(Debug, Clone)]
pub struct Message {
    /// Stays the same over repeats, so that a repeated mail is known for one.
    pub id: i64,
    /// What it says.
    pub kind: MessageKind,
    /// The way it takes.
    pub medium: Medium,
    /// `+212...` or a mail address.
    pub to: String,
    /// The payment it is about.
    pub payment: PaymentView,
}

/// One message that is about no payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Stays the same over repeats.
    pub id: i64,
    /// The way it takes.
    pub medium: Medium,
    /// `+212...` or a mail address.
    pub to: String,
    /// The reader's language.
    pub language: Language,
    /// What it says; names are in the reader's language.
    pub kind: NoticeKind,
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeKind {
    /// To a network: an outlet's float is low.
    LowFloat {
        /// The network's name.
        network: String,
        /// The outlet's number.
        outlet: String,
        /// Its name and city.
        place: String,
        /// What is left.
        available: Money,
        /// Below this it is low.
        low_below: Money,
    },
    /// To a payer: thirteen digits to pay with at an outlet.
    CashReference {
        /// The digits.
        digits: String,
        /// The biller's name.
        biller: String,
        /// What is to be paid, fee and stamp duty included.
        total: Money,
        /// When the reference ends.
        expires_at: DateTime<Utc>,
        /// Whether it was told before.
        reminder: bool,
    },
    /// To a payer: where their complaint stands.
    Dispute(DisputeTold),
}

/// What a payer is told about a complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeTold {
    /// The complaint's number.
    pub number: i64,
    /// The biller's name.
    pub biller: String,
    /// What was done.
    pub action: DisputeAction,
    /// Where it stands after it.
    pub state: DisputeState,
    /// The question or the answer to the payer, or empty.
    pub words: String,
    /// The last day on which it is to be answered.
    pub due_on: NaiveDate,
    /// The payment's reference: its page shows the rest.
    pub payment: String,
}

/// A payment link to a payer.
#[derive(Debug, Clone)]
pub struct LinkMessage {
    /// Stays the same over repeats.
    pub id: i64,
    /// The way it takes.
    pub medium: Medium,
    /// `+212...` or a mail address.
    pub to: String,
    /// The payer's language.
    pub language: Language,
    /// The last part of the link's address: whoever has it can pay, and see the bill.
    pub token: SecretString,
    /// What is to be paid.
    pub quote: Quote,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The provider took it; the provider's own id, or empty.
    Sent(String),
    /// Certainly not taken; a later try may do better.
    NotSent(String),
    /// Will never be taken (no such number, malformed address).
    Rejected(String),
    /// Perhaps taken: the answer was lost.
    Unknown(String),
}

/// Words and sends messages. Reports without personal data or secrets: they are logged.
pub trait Messenger: Send + Sync {
    /// Sends one message once.
    fn deliver<'a>(&'a self, message: &'a Message) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;

    /// Sends one notice once.
    fn notify<'a>(&'a self, notice: &'a Notice) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;

    /// Sends one payment link once.
    fn deliver_link<'a>(&'a self, message: &'a LinkMessage) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;
}
