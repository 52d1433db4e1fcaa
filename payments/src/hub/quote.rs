//! Pricing a choice.

use biller_adapters::Article;
use chrono::{DateTime, TimeDelta, Utc};
use ledger::{Amounts, BillClaim, Instrument, Moment, NewQuote, Reference};

use super::detail::{self, InquiryDetail, QuoteDetail, bill_key, contract_masked};
use super::{Hub, total};
use crate::amount_rule;
use crate::api::{self, Infrastructure, MakeQuote, Quote, QuoteError};
use crate::catalogue::ReceivableType;
use crate::tariff;

impl Hub {
    /// Prices a choice of lines.
    pub async fn make_quote(&self, request: MakeQuote) -> Result<Quote, QuoteError> {
        let stored = self.stored_inquiry(&request.inquiry).await?;
        let (reference, stored) = stored.ok_or(QuoteError::InquiryExpired)?;
        let catalogue = self.catalogue();
        let biller = catalogue.get(stored.biller).ok_or(QuoteError::InquiryExpired)?;
        let kind = biller.receivable_type(&stored.receivable_type).ok_or(QuoteError::InquiryExpired)?;
        if self.is_suspended(biller.code, request.channel) {
            return Err(QuoteError::Unavailable);
        }
        let InquiryDetail { fields, bill } = detail::read(&stored.detail)?;
        let chosen =
            amount_rule::check(&kind.amount_rule, &bill.articles, &request.articles, request.amount, kind.fetch)?;
        amount_rule::check_limits(&kind.limits, request.channel, request.instrument, chosen.principal)?;
        let now = self.now();
        let amounts = self.price(kind, chosen.principal, &chosen.articles, request.instrument, now)?;
        let standings = self.standings(biller.code, kind, &fields, &chosen.articles).await?;
        let mut claims = Vec::with_capacity(chosen.articles.len());
        for article in &chosen.articles {
            let key = bill_key(biller.code, kind, &fields, article);
            if standings.of(&key).is_some_and(|standing| standings.is_busy(standing)) {
                return Err(QuoteError::Busy);
            }
            // What is paid less than its due stays open for the rest.
            let settles = due(&bill.articles, article) <= article.amount;
            claims.push(BillClaim { key, generation: standings.generation(&key), settles });
        }
        let quote_detail = QuoteDetail {
            contract_masked: contract_masked(kind, &fields),
            contract_field: detail::contract_field(kind, &fields),
            fields,
            biller_reference: bill.biller_reference,
            articles: chosen.articles,
            opaque: bill.opaque,
        };
        let new = NewQuote {
            inquiry: reference.to_string(),
            biller: biller.code,
            receivable_type: kind.code.clone(),
            channel: request.channel,
            instrument: request.instrument,
            amounts,
            customer: detail::customer_key(biller.code, kind, &quote_detail.fields),
            bills: claims,
            detail: detail::write(&quote_detail)?,
            created_at: now.naive_utc(),
            expires_at: (now + TimeDelta::hours(i64::from(biller.quote_lifetime_hours))).naive_utc(),
        };
        let kept = self.write(move |op| op.keep_quote(&new)).await?;
        Ok(show(&kept, quote_detail)?)
    }

    /// The lines of a price: fee and VAT on the principal, duty on the receipt's total.
    pub(super) fn price(
        &self,
        kind: &ReceivableType,
        principal: ledger::Money,
        articles: &[Article],
        instrument: Instrument,
        now: DateTime<Utc>,
    ) -> Result<Amounts, Infrastructure> {
        let failed = |error: tariff::TariffError| Infrastructure::Failed(error.to_string());
        let fee = tariff::fee(&kind.fees, principal, Moment::of(now).day).map_err(failed)?;
        let duty = ledger::Money::ZERO;
        let mut amounts = Amounts { principal, fee: fee.fee, vat: fee.vat, duty };
        let discharged = total(&amounts)?;
        let stamp = &self.settings.stamp_duty;
        amounts.duty = stamp.on(discharged, instrument, kind.tax, articles).map_err(failed)?;
        total(&amounts)?;
        Ok(amounts)
    }

    /// A quote, expired or not.
    pub async fn quote(&self, reference: &str) -> Result<Option<Quote>, Infrastructure> {
        let Ok(reference) = reference.parse::<Reference>() else { return Ok(None) };
        let stored = self.read(move |reader| reader.quote(reference)).await?;
        stored.map(|stored| show_stored(&stored)).transpose()
    }
}

/// A stored quote as channels see it.
pub(crate) fn show_stored(stored: &ledger::Quote) -> Result<Quote, Infrastructure> {
    show(stored, detail::read(&stored.detail)?)
}

/// What is due for a line.
fn due(articles: &[Article], chosen: &Article) -> ledger::Money {
    articles.iter().find(|article| article.id == chosen.id).map_or(chosen.amount, |article| article.amount)
}

fn show(stored: &ledger::Quote, detail: QuoteDetail) -> Result<Quote, Infrastructure> {
    Ok(Quote {
        reference: stored.reference.to_string(),
        inquiry: stored.inquiry.clone(),
        biller: stored.biller,
        receivable_type: stored.receivable_type.clone(),
        contract_masked: detail.contract_masked,
        articles: detail.articles,
        amounts: show_amounts(&stored.amounts)?,
        channel: stored.channel,
        instrument: stored.instrument,
        expires_at: stored.expires_at.and_utc(),
    })
}

/// Amounts as channels see them, with their sum.
pub(super) fn show_amounts(amounts: &Amounts) -> Result<api::Amounts, Infrastructure> {
    let Amounts { principal, fee, vat, duty } = *amounts;
    Ok(api::Amounts { principal, fee, vat, duty, total: total(amounts)? })
}
