//! Money that the gateway holds until people capture it, as they look at it and say what becomes of it.

use chrono::{DateTime, Utc};
use ledger::{Amounts, HoldDecision, HoldOutcome, Money, Payment};

use crate::amount_rule::ChoiceError;
use crate::api::Infrastructure;

/// A payment that was held, and what people said of it.
#[derive(Debug, Clone)]
pub struct HoldView {
    /// The payment.
    pub payment: Payment,
    /// What was said last.
    pub decision: Option<HoldDecision>,
    /// When the hold is let go by itself.
    pub ends_at: DateTime<Utc>,
    /// Whether its biller's payments wait for people.
    pub is_by_hand: bool,
}

/// A capture as somebody wants it.
#[derive(Debug, Clone)]
pub struct CaptureWish {
    /// The payment's number.
    pub payment: i64,
    /// What the biller gets of it.
    pub principal: Money,
    /// Why, or empty.
    pub note: String,
}

/// What a capture takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureEffect {
    /// What is taken, by its parts.
    pub amounts: Amounts,
    /// What the payer has again of what is held.
    pub given_up: Money,
}

/// Why a hold is not captured, or not let go. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum HoldFault {
    /// The ledger's word.
    #[error("it is not possible: {0:?}")]
    Refused(HoldOutcome),
    /// The biller takes no such amount for this bill.
    #[error(transparent)]
    Amount(#[from] ChoiceError),
    /// This payment does not wait for people.
    #[error("it is captured without people")]
    NotByHand,
    /// It would take something else by now than was shown.
    #[error("it is another than was shown")]
    Changed(CaptureEffect),
    /// Trouble of ours.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}
