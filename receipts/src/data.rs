//! What a receipt states.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Channel, Instrument, Language, Money};
use serde::{Deserialize, Serialize};

/// How a biller is shown: what is absent or empty is as for billers without branding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The ground of the head, and the colour of texts on it.
    pub ground: Option<([u8; 3], [u8; 3])>,
    /// Links and buttons, and marks in the head of a receipt; white texts are read on it.
    pub accent: Option<[u8; 3]>,
    /// The logo as PNG: vector ones are not drawn.
    pub logo: Option<Arc<Vec<u8>>>,
    /// Where payers reach the biller.
    pub contact: String,
    /// The biller's own last line.
    pub footer: String,
}

/// One line of the bill that was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptArticle {
    /// The biller's words for it, already in the reader's language where the biller has one.
    pub label: String,
    /// What was paid of it.
    pub amount: Money,
}

/// Everything a receipt shows; texts are already in `language`, personal data already masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptData {
    /// The reader's language; it also decides the direction of the page.
    pub language: Language,
    /// The biller's name.
    pub biller: String,
    /// The receivable type's label.
    pub receivable: String,
    /// The customer's identifier at the biller, masked (`••••4821`).
    pub contract_masked: String,
    /// The lines that were paid.
    pub articles: Vec<ReceiptArticle>,
    /// What goes to the biller: the sum of the articles.
    pub principal: Money,
    /// The customer fee before tax.
    pub fee: Money,
    /// The value-added tax on the fee.
    pub vat: Money,
    /// The stamp duty (cash only).
    pub duty: Money,
    /// What the payer paid: principal + fee + vat + duty.
    pub total: Money,
    /// The hub's reference of the payment.
    pub payment_reference: String,
    /// The number of the biller's own receipt.
    pub biller_receipt: String,
    /// The date of the biller's own receipt, where it gave one.
    pub biller_date: Option<NaiveDate>,
    /// When the money was taken.
    pub paid_at: DateTime<Utc>,
    /// The way by which the payer came.
    pub channel: Channel,
    /// What it was paid with.
    pub instrument: Instrument,
    /// The card's mask as the gateway gave it, for cards.
    pub card_mask: Option<String>,
    /// Where anyone can check the receipt; it is what the QR code says.
    pub verify_url: String,
    /// Whether this is a second print.
    pub duplicate: bool,
    /// How the biller is shown.
    #[serde(skip)]
    pub look: Look,
}
