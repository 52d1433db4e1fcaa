//! Payments as their payers may see them.

use biller_adapters::BillerReceipt;
use ledger::{Payment, PaymentState, Reference};
use subtle::ConstantTimeEq;

use super::Hub;
use super::detail::{self, QuoteDetail};
use super::quote::show_amounts;
use crate::api::{Infrastructure, PaymentView, Standing};

impl Hub {
    /// A payment by its public reference.
    pub async fn payment(&self, reference: &str) -> Result<Option<PaymentView>, Infrastructure> {
        self.stored_payment(reference).await?.map(|(payment, quote)| show(&payment, &quote)).transpose()
    }

    /// A payment by reference and the phone it was made with (`+212...`); `None` if either differs.
    pub async fn find_payment(&self, reference: &str, phone: &str) -> Result<Option<PaymentView>, Infrastructure> {
        let Some((payment, quote)) = self.stored_payment(reference).await? else { return Ok(None) };
        let known = payment.phone()?.unwrap_or_default();
        let is_theirs = !known.is_empty() && bool::from(known.as_bytes().ct_eq(phone.as_bytes()));
        is_theirs.then(|| show(&payment, &quote)).transpose()
    }

    async fn stored_payment(&self, reference: &str) -> Result<Option<(Payment, ledger::Quote)>, Infrastructure> {
        let Ok(reference) = reference.parse::<Reference>() else { return Ok(None) };
        let payment = self.read(move |reader| reader.payment(reference)).await?;
        match payment {
            Some(payment) => Ok(Some(self.with_quote(payment).await?)),
            None => Ok(None),
        }
    }

    /// A payment with the quote it discharges.
    pub(crate) async fn with_quote(&self, payment: Payment) -> Result<(Payment, ledger::Quote), Infrastructure> {
        let id = payment.quote;
        let quote = self.read(move |reader| reader.quote_of(id)).await?;
        let missing = || Infrastructure::Failed(format!("payment {} has no quote {id}", payment.id));
        let quote = quote.ok_or_else(missing)?;
        Ok((payment, quote))
    }
}

/// One payment, as its payer may see it.
pub(crate) fn show(payment: &Payment, quote: &ledger::Quote) -> Result<PaymentView, Infrastructure> {
    let detail: QuoteDetail = detail::read(&quote.detail)?;
    Ok(PaymentView {
        reference: payment.reference.to_string(),
        quote: quote.reference.to_string(),
        biller: payment.biller,
        receivable_type: quote.receivable_type.clone(),
        articles: detail.paid_articles(payment.amounts.principal),
        contract_masked: detail.contract_masked,
        amounts: show_amounts(&payment.amounts)?,
        channel: payment.channel,
        instrument: payment.instrument,
        language: payment.language,
        card_mask: payment.card_mask.clone(),
        standing: standing(payment),
        started_at: payment.created_at.and_utc(),
        standing_since: payment.state_since.and_utc(),
    })
}

fn standing(payment: &Payment) -> Standing {
    match payment.state {
        PaymentState::Awaiting => Standing::AwaitingPayer,
        PaymentState::Held | PaymentState::Taken => Standing::Confirming,
        PaymentState::Confirmed => Standing::Confirmed(BillerReceipt {
            number: payment.receipt_number.clone().unwrap_or_default(),
            date: payment.receipt_date,
        }),
        PaymentState::Declined => Standing::Declined,
        PaymentState::Expired => Standing::Expired,
        PaymentState::Returning => Standing::Returning,
        PaymentState::Returned => Standing::Returned,
        PaymentState::Cancelling => Standing::Cancelling,
        PaymentState::Cancelled => Standing::Cancelled,
    }
}
