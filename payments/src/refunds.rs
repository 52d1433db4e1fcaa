//! Refunds of confirmed payments, as people propose and decide them.

use ledger::Money;
use ledger::{Payment, Refund, RefundEffect, RefundReason, Refundable, Refusal};

use crate::api::Infrastructure;

/// A payment, and what of it went back or may.
#[derive(Debug, Clone)]
pub struct RefundedPayment {
    /// The payment.
    pub payment: Payment,
    /// Its refunds, in order.
    pub refunds: Vec<Refund>,
    /// What is left to be given back.
    pub left: Refundable,
}

/// A refund and its payment.
#[derive(Debug, Clone)]
pub struct RefundView {
    /// The refund.
    pub refund: Refund,
    /// The payment.
    pub payment: Payment,
    /// What the gateway was last found to say, or why a person must look; empty where there is nothing.
    pub trouble: String,
    /// Whether nothing will ask the gateway by itself any more.
    pub is_stuck: bool,
}

/// A refund as somebody wants it.
#[derive(Debug, Clone)]
pub struct RefundWish {
    /// The payment's number.
    pub payment: i64,
    /// What the biller gives back.
    pub principal: Money,
    /// What the hub gives back of its fee, VAT included.
    pub fee: Money,
    /// Why.
    pub reason: RefundReason,
    /// Why, in their words.
    pub note: String,
    /// The form's own key: the same form sent twice is one refund.
    pub key: String,
}

/// Why a refund is not made. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum RefundFault {
    /// The ledger's word.
    #[error("it is not possible: {0:?}")]
    Refused(Refusal),
    /// Cash goes back at the outlet that took it, which is closed, or which no network lists any more.
    #[error("the outlet that took the cash is closed")]
    OutletGone,
    /// The form's key was used for another refund.
    #[error("the key was used for another refund")]
    KeyConflict,
    /// It would book something else by now than was shown.
    #[error("it is another than was shown")]
    Changed(Box<RefundEffect>),
    /// Trouble of ours.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}
