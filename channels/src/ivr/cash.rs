//! References that are paid in cash at an outlet, as the dialogue asks for them. Use cases without them
//! (`UseCases::cash_references`) leave that entry out of the menu.

use ledger::{Channel, Language, Money};
use payments::Hub;
use payments::api::cash::{CashReferenceError, MakeCashReference, ReferenceSubject};
use payments::api::{Infrastructure, QuoteError};

use crate::use_cases::Later;

/// "Make me a reference to pay this in cash."
#[derive(Debug, Clone)]
pub(crate) struct CashRequest {
    /// The inquiry's reference.
    pub inquiry: String,
    /// The chosen lines.
    pub articles: Vec<String>,
    /// The caller's number, `+212...`, if it is not withheld.
    pub phone: Option<String>,
    /// The caller's language.
    pub language: Language,
    /// The step's key: the step again is the same reference.
    pub key: String,
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

impl CashReferences for Hub {
    fn make(&self, request: CashRequest) -> Later<'_, CashReference, QuoteError> {
        Box::pin(async move {
            let CashRequest { inquiry, articles, phone, language, key } = request;
            let subject = ReferenceSubject::Choice { inquiry, articles, amount: None };
            let idempotency_key = Some(key);
            let request = MakeCashReference { subject, channel: Channel::Ivr, phone, language, idempotency_key };
            match self.make_cash_reference(request).await {
                Ok(made) => Ok(CashReference { digits: made.digits, total: made.quote.amounts.total }),
                Err(CashReferenceError::Quote(error)) => Err(error),
                Err(CashReferenceError::UnknownQuote | CashReferenceError::Expired) => Err(QuoteError::InquiryExpired),
                Err(CashReferenceError::KeyConflict) => {
                    Err(Infrastructure::Failed("a step's key was used for another reference".to_owned()).into())
                }
                Err(CashReferenceError::Infrastructure(trouble)) => Err(trouble.into()),
            }
        })
    }
}
