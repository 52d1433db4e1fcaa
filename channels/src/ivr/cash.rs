//! The seam to references that are paid in cash at an outlet. A hub that makes them says so by
//! `UseCases::cash_references`; without it the menu has no such entry.

use ledger::{Language, Money};
use payments::api::QuoteError;

use crate::use_cases::Later;

/// "Make me a reference to pay this in cash."
#[derive(Debug, Clone)]
#[cfg_attr(not(test), expect(dead_code, reason = "read by whoever makes references, which no hub does yet"))]
pub(crate) struct CashRequest {
    /// The inquiry's reference.
    pub inquiry: String,
    /// The chosen lines.
    pub articles: Vec<String>,
    /// The caller's number, `+212...`, if it is not withheld.
    pub phone: Option<String>,
    /// The caller's language.
    pub language: Language,
    /// The same step of the same call is the same reference.
    pub idempotency_key: String,
}

/// A reference to be read aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CashReference {
    /// Its digits.
    pub digits: String,
    /// What is to be paid, duty and fee included.
    pub total: Money,
}

/// Makes references that are paid in cash.
pub(crate) trait CashReferences {
    /// Makes one; it is refused as a quote is.
    fn make(&self, request: CashRequest) -> Later<'_, CashReference, QuoteError>;
}
