//! What payers are told by SMS and mail, in three languages.
//!
//! Messages travel and are kept by others (Law 09-08): they name no person, and the contract is masked.

mod mail;
mod notices;
mod sms;

use chrono::{DateTime, Utc};
use ledger::{Instrument, Language, Money};

use crate::data::Look;

pub use mail::{LOGO_CID, MailText, mail};
pub use notices::{DisputeNotice, LowFloat, ReferenceNotice, dispute_mail, dispute_sms, low_float_mail, reference_sms};
pub use sms::sms_text;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageKind {
    /// The biller confirmed; the number of its own receipt.
    Confirmed {
        /// As the biller writes it.
        receipt_number: String,
    },
    /// The biller refused after the money was taken: the total is going back and the bill is still unpaid.
    Returning,
    /// The money went back. Cash is given back at the outlet that took it.
    Returned,
    /// The outlet cancelled the payment, and gives the cash back. An SMS only.
    Cancelled,
    /// Part or all of a payment that the biller booked was given back; the amounts are those of the refund.
    Refunded,
    /// A link by which the payer may pay; `link` is it, and `at` is when it ends.
    Request,
}

impl MessageKind {
    /// The middle of its keys: `mail-confirmed-heading`.
    fn word(&self) -> &'static str {
        match self {
            Self::Confirmed { .. } => "confirmed",
            Self::Returning => "returning",
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Request => "request",
        }
    }
}

/// Everything a message states; names are already in `language`, personal data already masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageData {
    /// What is said.
    pub kind: MessageKind,
    /// The reader's language; it also decides the direction of the mail.
    pub language: Language,
    /// The biller's name.
    pub biller: String,
    /// The receivable type's label, or empty.
    pub receivable: String,
    /// The customer's identifier at the biller, masked (`••••4821`), or empty.
    pub contract_masked: String,
    /// What the biller gets.
    pub principal: Money,
    /// The customer fee before tax.
    pub fee: Money,
    /// The value-added tax on the fee.
    pub vat: Money,
    /// The stamp duty (cash only).
    pub duty: Money,
    /// What the payer paid, gets back or is to pay: principal + fee + vat + duty.
    pub total: Money,
    /// The hub's reference of the payment; empty while there is none.
    pub payment_reference: String,
    /// What it was paid with: the money goes back the same way.
    pub instrument: Instrument,
    /// The card's mask as the gateway gave it, for cards.
    pub card_mask: Option<String>,
    /// When the biller confirmed or refused, when the money went back, or when the link ends.
    pub at: DateTime<Utc>,
    /// The payment's page, or the payment link.
    pub link: String,
    /// How the biller is shown; in mails alone.
    pub look: Look,
}

/// A reference that keeps its order in right-to-left text: after U+200E its digits and signs take the direction of Latin
/// letters (UAX #9, W7). The isolates that HTML uses would cost an SMS two characters and show as boxes on old phones.
fn left_to_right(language: Language, reference: &str) -> String {
    let mark = if language == Language::Ar && !reference.is_empty() { "\u{200E}" } else { "" };
    format!("{mark}{reference}")
}
