//! Holds that people capture or let go. What is done stands in the audit log by the same commit.

use chrono::{DateTime, Utc};
use ledger::{Actor, AuditEntry, BillClaim, HoldOutcome, Moment, Money, NewCapture, NewRelease, Payment, PaymentState};

use super::detail::{self, QuoteDetail};
use super::{Hub, total};
use crate::amount_rule;
use crate::api::Infrastructure;
use crate::catalogue::Capture;
use crate::holds::{CaptureEffect, CaptureWish, HoldFault, HoldView};

impl Hub {
    /// When a payment that is held is let go by itself.
    pub(crate) fn hold_ends(&self, payment: &Payment) -> DateTime<Utc> {
        payment.state_since.and_utc() + self.settings.hold_lifetime
    }

    /// Whether payments of a biller wait for people once their money is held.
    pub(crate) fn is_captured_by_hand(&self, biller: u16) -> bool {
        self.catalogue().get(biller).is_some_and(|biller| biller.capture == Capture::Manual)
    }

    /// A payment and its hold; `None`: there is no such payment, or it never was held and is not.
    pub async fn hold_view(&self, payment: i64) -> Result<Option<HoldView>, Infrastructure> {
        let found = self.read(move |reader| Ok((reader.payment_of(payment)?, reader.hold_decision(payment)?)));
        let (Some(payment), decision) = found.await? else { return Ok(None) };
        if payment.state != PaymentState::Held && decision.is_none() {
            return Ok(None);
        }
        let (ends_at, is_by_hand) = (self.hold_ends(&payment), self.is_captured_by_hand(payment.biller));
        Ok(Some(HoldView { payment, decision, ends_at, is_by_hand }))
    }

    /// What a capture would take.
    pub async fn capture_effect(&self, wish: &CaptureWish) -> Result<CaptureEffect, HoldFault> {
        Ok(self.priced(wish).await?.0)
    }

    /// Has a hold captured, all or part of it. What was `seen` must be what it takes.
    pub async fn capture_hold(
        &self,
        wish: CaptureWish,
        seen: CaptureEffect,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<(), HoldFault> {
        let (effect, bills) = self.priced(&wish).await?;
        if effect != seen {
            return Err(HoldFault::Changed(effect));
        }
        let moment = Moment::of(self.now());
        let CaptureWish { payment, note, .. } = wish;
        let new = NewCapture { payment, amounts: effect.amounts, bills, note, actor: by, moment };
        let outcome = self.write(move |op| {
            let outcome = op.ask_capture(&new)?;
            if outcome == HoldOutcome::Done {
                op.audit(&entry, moment.at)?;
            }
            Ok(outcome)
        });
        match outcome.await? {
            HoldOutcome::Done => Ok(()),
            refused => Err(HoldFault::Refused(refused)),
        }
    }

    /// Lets a hold go: the payer has the money again.
    pub async fn let_hold_go(&self, payment: i64, note: String, by: Actor, entry: AuditEntry) -> Result<(), HoldFault> {
        if !self.hold_view(payment).await?.is_some_and(|view| view.is_by_hand || view.decision.is_some()) {
            return Err(HoldFault::NotByHand);
        }
        let moment = Moment::of(self.now());
        let new = NewRelease { payment, by: Some((by, note)), task: None, moment };
        match self.release(new, Some(entry)).await? {
            HoldOutcome::Done => Ok(()),
            refused => Err(HoldFault::Refused(refused)),
        }
    }

    /// Lets a hold go, for people or as its time is over, in one commit.
    pub(crate) async fn release(
        &self,
        new: NewRelease,
        entry: Option<AuditEntry>,
    ) -> Result<HoldOutcome, Infrastructure> {
        let after = new.clone();
        self.write_step(
            move |op| op.begin_release(&new),
            move |op, outcome| {
                let ended = op.end_release(&after, outcome)?;
                if let (HoldOutcome::Done, Some(entry)) = (ended, &entry) {
                    op.audit(entry, after.moment.at)?;
                }
                Ok(ended)
            },
        )
        .await
    }

    /// What a capture takes, and what of the bills it pays: the biller's rule and limits on what was chosen, and the fee by
    /// the tariff of the day on which it was quoted.
    async fn priced(&self, wish: &CaptureWish) -> Result<(CaptureEffect, Vec<BillClaim>), HoldFault> {
        let id = wish.payment;
        let payment = self.read(move |reader| reader.payment_of(id)).await?;
        let payment = payment.ok_or(HoldFault::Refused(HoldOutcome::NoSuchPayment))?;
        if payment.state != PaymentState::Held {
            return Err(HoldFault::Refused(HoldOutcome::NotHeld(payment.state)));
        }
        let decision = self.read(move |reader| reader.hold_decision(id)).await?;
        if decision.is_none() && !self.is_captured_by_hand(payment.biller) {
            return Err(HoldFault::NotByHand);
        }
        let (payment, quote) = self.with_quote(payment).await?;
        let stands = total(&payment.amounts)?;
        let detail: QuoteDetail = detail::read(&quote.detail)?;
        let paid = detail.paid_articles(payment.amounts.principal);
        // What was paid without a fetch stands for itself, and is paid whatever is taken of it.
        let claims = |articles: &[biller_adapters::Article]| -> Vec<BillClaim> {
            let claim = |(at, claim): (usize, &BillClaim)| {
                let is_whole = detail
                    .articles
                    .get(at)
                    .is_none_or(|due| articles.iter().any(|paid| paid.id == due.id && paid.amount >= due.amount));
                BillClaim { settles: claim.settles && is_whole, ..*claim }
            };
            quote.bills.iter().enumerate().map(claim).collect()
        };
        if wish.principal == payment.amounts.principal {
            let effect = CaptureEffect { amounts: payment.amounts, given_up: Money::ZERO };
            return Ok((effect, claims(&paid)));
        }
        // More than is held cannot be taken, and what was refused is asked for again as it was.
        if wish.principal > payment.amounts.principal || decision.is_some() {
            return Err(HoldFault::Refused(HoldOutcome::NotWithin(stands)));
        }
        let catalogue = self.catalogue();
        let kind = catalogue.get(quote.biller).and_then(|biller| biller.receivable_type(&quote.receivable_type));
        let missing = || Infrastructure::Failed(format!("the bill's type {} is gone", quote.receivable_type));
        let kind = kind.ok_or_else(missing)?;
        let all: Vec<String> = detail.articles.iter().map(|article| article.id.clone()).collect();
        let chosen = amount_rule::check(&kind.amount_rule, &detail.articles, &all, Some(wish.principal), kind.fetch)?;
        amount_rule::check_limits(&kind.limits, quote.channel, quote.instrument, chosen.principal)?;
        let quoted = quote.created_at.and_utc();
        let amounts = self.price(kind, chosen.principal, &chosen.articles, quote.instrument, quoted)?;
        let taken = total(&amounts)?;
        // A smaller principal may fall into a slab with a larger fee.
        let given_up = stands.checked_sub(taken).filter(|rest| rest.minor() >= 0);
        let given_up = given_up.ok_or(HoldFault::Refused(HoldOutcome::NotWithin(stands)))?;
        Ok((CaptureEffect { amounts, given_up }, claims(&chosen.articles)))
    }
}
