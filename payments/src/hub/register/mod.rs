//! Payments found among all, and the whole story of one.

mod acting;
mod filters;

use ledger::{BreakSubject, CustomerKey};

use super::Hub;
use super::detail::{self, QuoteDetail};
use crate::api::Infrastructure;
use crate::desk::PaymentCustomer;
use crate::exchanges::SHOWN as EXCHANGES_SHOWN;
use crate::register::{PAGE, PaymentsPage, Story, Wanted};

/// Other payments of a customer that a story shows.
const RELATED_MAX: i64 = 20;

impl Hub {
    /// Payments that fit, with numbers below `before`, the newest first. Whoever asks has seen to whose they may be.
    pub async fn search_register(&self, wanted: Wanted, before: Option<i64>) -> Result<PaymentsPage, Infrastructure> {
        let Wanted { mut query, contract } = wanted;
        if let Some(contract) = contract {
            query.customers = Some(self.customers_of(query.biller, &contract));
        }
        self.read(move |reader| reader.search_payments(&query, before, PAGE)).await
    }

    /// Whose a contract of a biller may be: one customer for each receivable type that takes such a value.
    fn customers_of(&self, biller: Option<u16>, contract: &str) -> Vec<CustomerKey> {
        let catalogue = self.catalogue();
        let Some(biller) = biller.and_then(|code| catalogue.get(code)) else { return Vec::new() };
        let kinds = biller.receivable_types.iter();
        kinds.filter_map(|kind| detail::customer_key_of(biller.code, kind, contract)).collect()
    }

    /// Everything about a payment, by its number.
    pub async fn payment_story(&self, payment: i64) -> Result<Option<Story>, Infrastructure> {
        let found = self
            .read(move |reader| {
                let Some(payment) = reader.payment_of(payment)? else { return Ok(None) };
                let id = payment.id;
                let (quote, agent) = (reader.quote_of(payment.quote)?, reader.agent_payment(id)?);
                let reference = match agent.as_ref().and_then(|agent| agent.cash_reference) {
                    Some(reference) => reader.cash_reference_of(reference)?.map(|reference| reference.digits),
                    None => None,
                };
                let (links, refunds) = (reader.links_of(payment.quote)?, reader.refunds_of(id)?);
                let mut disputes = Vec::new();
                for dispute in reader.disputes_of(id)? {
                    let events = reader.dispute_events(dispute.id)?;
                    disputes.push((dispute, events));
                }
                let mut outcomes = reader.outcome_proposals(id)?;
                for refund in &refunds {
                    outcomes.extend(reader.outcome_proposals(refund.id)?);
                }
                outcomes.sort_by_key(|proposal| (proposal.proposed_at, proposal.id));
                let others = links.iter().map(|link| link.id).chain(refunds.iter().map(|refund| refund.id));
                let told = disputes.iter().flat_map(|(_, events)| events.iter().map(|event| event.id));
                let about: Vec<i64> = [id].into_iter().chain(others).chain(told).collect();
                let mut exchanges = Vec::new();
                for subject in [id].into_iter().chain(refunds.iter().map(|refund| refund.id)) {
                    exchanges.extend(reader.exchanges_of(subject, EXCHANGES_SHOWN)?);
                }
                exchanges.sort_by_key(|exchange| exchange.at);
                let story = Story {
                    exchanges,
                    receivable_type: String::new(),
                    contract_masked: String::new(),
                    articles: Vec::new(),
                    cancellation: reader.cancellation(id)?,
                    links,
                    cash_reference: reference,
                    postings: reader.postings_of(id)?,
                    tasks: reader.tasks_of(&about)?,
                    incidents: reader.incidents_of(&about)?,
                    notes: reader.payment_notes(id)?,
                    related: reader.related_payments(id, RELATED_MAX)?,
                    hold: reader.hold_decision(id)?,
                    outcomes,
                    breaks: reader.breaks_about(BreakSubject::Payment, id)?,
                    refunds,
                    disputes,
                    agent,
                    payment,
                };
                Ok(Some((story, quote)))
            })
            .await?;
        let Some((story, quote)) = found else { return Ok(None) };
        // Payments that were generated, or whose quotes are gone, tell their story without it.
        let Some(quote) = quote else { return Ok(Some(story)) };
        let detail: QuoteDetail = detail::read(&quote.detail)?;
        let articles = detail.paid_articles(story.payment.amounts.principal);
        let contract_masked = detail.contract_masked;
        Ok(Some(Story { receivable_type: quote.receivable_type, contract_masked, articles, ..story }))
    }

    /// What is hidden of a payment's customer.
    pub async fn story_customer(&self, story: &Story) -> Result<PaymentCustomer, Infrastructure> {
        let payment = &story.payment;
        if let Some(known) = self.payment_customer(&payment.reference.to_string()).await? {
            return Ok(known);
        }
        let (phone, email) = (payment.phone()?, payment.email()?);
        Ok(PaymentCustomer { phone, email, contract: story.contract_masked.clone() })
    }
}
