//! The one door to the use cases: every channel holds a [`Hub`] and nothing else.

use std::sync::Arc;

use ledger::Channel;

use crate::api::{
    CallbackAnswer, CardRedirect, FindBills, FindError, Found, Infrastructure, Inquiry, MakeQuote, PaymentView, Quote,
    QuoteError, StartCardPayment, StartError,
};
use crate::catalogue::Catalogue;

/// The use cases of the hub.
pub struct Hub {
    catalogue: Arc<Catalogue>,
}

impl Hub {
    /// The billers as they stand now.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue)
    }

    /// Whether a biller can be asked and paid on a channel at this moment (offered there, breaker closed).
    pub fn is_available(&self, _biller: u16, _channel: Channel) -> bool {
        true
    }

    /// Asks the biller what a customer owes and keeps the answer as an inquiry.
    pub async fn find_bills(&self, _request: FindBills) -> Result<Found, FindError> {
        Err(not_yet().into())
    }

    /// An inquiry that has not expired.
    pub async fn inquiry(&self, _reference: &str) -> Result<Option<Inquiry>, Infrastructure> {
        Err(not_yet())
    }

    /// Prices a choice of lines.
    pub async fn make_quote(&self, _request: MakeQuote) -> Result<Quote, QuoteError> {
        Err(not_yet().into())
    }

    /// A quote, expired or not.
    pub async fn quote(&self, _reference: &str) -> Result<Option<Quote>, Infrastructure> {
        Err(not_yet())
    }

    /// Reserves the bill, writes the intent down and gives the form for the gateway's page.
    pub async fn start_card_payment(&self, _request: StartCardPayment) -> Result<CardRedirect, StartError> {
        Err(not_yet().into())
    }

    /// A payment by its public reference.
    pub async fn payment(&self, _reference: &str) -> Result<Option<PaymentView>, Infrastructure> {
        Err(not_yet())
    }

    /// A payment by reference and the phone it was made with (`+212...`); `None` if either differs.
    pub async fn find_payment(&self, _reference: &str, _phone: &str) -> Result<Option<PaymentView>, Infrastructure> {
        Err(not_yet())
    }

    /// Hears the gateway's server-to-server callback: all fields received, decoded, in order.
    pub async fn card_callback(&self, _fields: Vec<(String, String)>) -> Result<CallbackAnswer, Infrastructure> {
        Err(not_yet())
    }
}

fn not_yet() -> Infrastructure {
    Infrastructure::Failed("not wired".to_owned())
}
