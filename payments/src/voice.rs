//! Calls at the voice server: what the dialogue keeps, whom it hands over, and cards by the provider's own capture.

use ledger::Language;
pub use ledger::{Handover, HandoverReason, NewHandover, TakenStep, VoiceCall, voice_request};
use secrecy::SecretString;

/// A step of a call that is answered.
#[derive(Debug, Clone)]
pub struct VoiceStep {
    /// The call's number.
    pub call: i64,
    /// Which step, counted from 0.
    pub step: i32,
    /// Digest of what the request said.
    pub request: [u8; 16],
    /// The whole answer.
    pub answer: String,
    /// Where the dialogue stands after it.
    pub state: String,
    /// The biller at which a bill was found, if one was.
    pub biller: Option<u16>,
    /// Whether the answer ends the call.
    pub ends: bool,
    /// The caller is handed over with it.
    pub handover: Option<NewHandover>,
}

/// "Charge this card": the voice provider took its number, and the gateway gave this word for it.
#[derive(Debug, Clone)]
pub struct ChargeToken {
    /// The quote's reference.
    pub quote: String,
    /// The caller's key: the same step of the same call is the same payment, charged once.
    pub idempotency_key: String,
    /// The gateway's word for the card; never kept.
    pub token: SecretString,
    /// The card's mask, as the provider gave it.
    pub card_mask: String,
    /// Where the receipt goes.
    pub phone: Option<String>,
    /// The caller's language.
    pub language: Language,
}

/// What became of a charge. The text is the payment's reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeOutcome {
    /// The money was taken or is held; the biller is being told.
    Accepted(String),
    /// The bank refused; no money was taken and the bill is free again.
    Declined(String),
    /// Nobody knows yet: the gateway is asked again, and the payer is told by SMS. No second payment meanwhile.
    Unknown(String),
}
