//! Disputes: opened, looked through, followed up, closed. What staff do stands in the audit log by the same commit.

use ledger::{
    Actor, AuditEntry, BreakSubject, Dispute, DisputeAction, DisputeEffect, DisputeFilter, DisputeKind, DisputeOpened,
    DisputeOutcome, DisputeState, Money, NewDispute, NewRefund, Payment, RefundEffect, RefundKept, RefundReason,
};

use super::Hub;
use crate::api::Infrastructure;
use crate::disputes::{DISPUTES_PAGE, DisputeFault, DisputeView, DisputeWish, DisputedPayment, PayerStep, kinds_for};
use crate::refunds::{RefundFault, RefundWish};

impl Hub {
    /// Disputes below a number, the newest first, at most 50, each with its payment.
    pub async fn disputes(
        &self,
        filter: DisputeFilter,
        before: Option<i64>,
    ) -> Result<Vec<(Dispute, Payment)>, Infrastructure> {
        let (limit, now) = (i64::try_from(DISPUTES_PAGE).unwrap_or(i64::MAX), self.now());
        self.read(move |reader| {
            let mut found = Vec::new();
            for dispute in reader.disputes_before(&filter, before, limit, now)? {
                found.extend(reader.payment_of(dispute.payment)?.map(|payment| (dispute, payment)));
            }
            Ok(found)
        })
        .await
    }

    /// A dispute by its number.
    pub async fn dispute_view(&self, id: i64) -> Result<Option<DisputeView>, Infrastructure> {
        let (since, now) = (self.now() - self.settings.disputes.reopen_within, self.now().naive_utc());
        self.read(move |reader| {
            let Some(dispute) = reader.dispute(id)? else { return Ok(None) };
            let Some(payment) = reader.payment_of(dispute.payment)? else { return Ok(None) };
            let refund = match dispute.refund {
                Some(refund) => reader.refund(refund)?,
                None => None,
            };
            let is_recent = dispute.closed_at.is_some_and(|closed| closed >= since.naive_utc() && closed <= now);
            let can_reopen = matches!(dispute.state, DisputeState::Upheld | DisputeState::Rejected)
                && dispute.reopened_at.is_none()
                && is_recent;
            Ok(Some(DisputeView {
                events: reader.dispute_events(id)?,
                breaks: reader.breaks_about(BreakSubject::Payment, payment.id)?,
                refund,
                can_reopen,
                dispute,
                payment,
            }))
        })
        .await
    }

    /// A payment by its number, and what was or can be complained of about it.
    pub async fn disputed_payment(&self, payment: i64) -> Result<Option<DisputedPayment>, Infrastructure> {
        let found = self.read(move |reader| {
            let Some(payment) = reader.payment_of(payment)? else { return Ok(None) };
            let mut disputes = Vec::new();
            for dispute in reader.disputes_of(payment.id)? {
                let events = reader.dispute_events(dispute.id)?;
                disputes.push((dispute, events));
            }
            Ok(Some((!reader.refunds_of(payment.id)?.is_empty(), payment, disputes)))
        });
        let Some((is_refunded, payment, disputes)) = found.await? else { return Ok(None) };
        let cools_until = self.settings.disputes.cools_until(&payment, self.now());
        Ok(Some(DisputedPayment { kinds: kinds_for(&payment, is_refunded), cools_until, payment, disputes }))
    }

    /// Opens a dispute; its number, also where one of its kind was open before. `entry` is for the audit log.
    pub async fn open_dispute(
        &self,
        wish: DisputeWish,
        by: Option<Actor>,
        entry: impl Fn(i64) -> Option<AuditEntry> + Send + 'static,
    ) -> Result<i64, DisputeFault> {
        let known = self.disputed_payment(wish.payment).await?.ok_or(DisputeFault::Nothing)?;
        if !known.kinds.contains(&wish.kind) {
            return Err(DisputeFault::DoesNotFit);
        }
        if let (DisputeKind::NotCredited, Some(until)) = (wish.kind, known.cools_until) {
            return Err(DisputeFault::NotYet(until));
        }
        let now = self.now();
        let DisputeWish { payment, kind, origin, told, phone, email, language } = wish;
        let (biller, due_at) = (known.payment.biller, self.settings.disputes.due_at(now));
        let new = NewDispute { payment, biller, kind, origin, told, phone, email, language, due_at, by, now };
        let opened = self.write(move |op| {
            let opened = op.open_dispute(&new)?;
            if let (DisputeOpened::Opened(id), entry) = (opened, &entry)
                && let Some(entry) = entry(id)
            {
                op.audit(&entry, now)?;
            }
            Ok(opened)
        });
        match opened.await? {
            DisputeOpened::Opened(id) | DisputeOpened::Standing(id) => Ok(id),
            DisputeOpened::TooMany => Err(DisputeFault::TooMany),
        }
    }

    /// What the payer does about a dispute.
    pub async fn step_of_payer(
        &self,
        id: i64,
        step: PayerStep,
        note: String,
    ) -> Result<DisputeOutcome, Infrastructure> {
        let now = self.now();
        let action = match step {
            PayerStep::Answer => DisputeAction::PayerAnswered,
            PayerStep::Withdraw => DisputeAction::Withdrawn,
            PayerStep::Reopen => return self.reopen_dispute(id, note, None, None).await,
        };
        self.write(move |op| op.step_dispute(id, action, &note, None, now)).await
    }

    /// What a member of staff does about a dispute by words alone.
    pub async fn step_dispute(
        &self,
        id: i64,
        action: DisputeAction,
        note: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<DisputeOutcome, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let outcome = op.step_dispute(id, action, &note, Some(&by), now)?;
            if matches!(outcome, DisputeOutcome::Done(_)) {
                op.audit(&entry, now)?;
            }
            Ok(outcome)
        })
        .await
    }

    /// Says who follows a dispute up.
    pub async fn assign_dispute(
        &self,
        id: i64,
        to: Actor,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<DisputeOutcome, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let outcome = op.assign_dispute(id, &to, &by, now)?;
            if matches!(outcome, DisputeOutcome::Done(_)) {
                op.audit(&entry, now)?;
            }
            Ok(outcome)
        })
        .await
    }

    /// Opens a closed dispute once more; `by` and `entry` for a member of staff.
    pub async fn reopen_dispute(
        &self,
        id: i64,
        note: String,
        by: Option<Actor>,
        entry: Option<AuditEntry>,
    ) -> Result<DisputeOutcome, Infrastructure> {
        let (now, rules) = (self.now(), &self.settings.disputes);
        let (since, due_at) = ((now - rules.reopen_within).naive_utc(), rules.due_at(now));
        self.write(move |op| {
            let outcome = op.reopen_dispute(id, &note, by.as_ref(), since, due_at, now)?;
            if let (DisputeOutcome::Done(_), Some(entry)) = (outcome, &entry) {
                op.audit(entry, now)?;
            }
            Ok(outcome)
        })
        .await
    }

    /// Proposes that the biller puts a disputed payment right on its side. `answer` is what the payer is told by it.
    pub async fn propose_correction(
        &self,
        id: i64,
        answer: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<DisputeOutcome, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let outcome = op.propose_dispute_outcome(id, DisputeEffect::Correction, &answer, &by, now)?;
            if matches!(outcome, DisputeOutcome::Done(_)) {
                op.audit(&entry, now)?;
            }
            Ok(outcome)
        })
        .await
    }

    /// What a refund as the outcome of a dispute would do.
    pub async fn dispute_refund_effect(
        &self,
        view: &DisputeView,
        amounts: (Money, Money),
        key: &str,
        by: Actor,
    ) -> Result<RefundEffect, DisputeFault> {
        let new = self.refund_of_dispute(view, amounts, key, by).await?;
        let effect = self.write(move |op| op.refund_effect(&new)).await?;
        effect.map_err(DisputeFault::Refund)
    }

    /// Proposes a refund as the outcome of a dispute, with the dispute's number as its reference: both by one commit. A
    /// second person decides the refund, whatever its amount. What was `seen` must be what it does.
    pub async fn propose_dispute_refund(
        &self,
        view: &DisputeView,
        amounts: (Money, Money),
        answer: String,
        (key, seen): (&str, RefundEffect),
        by: Actor,
        entry: AuditEntry,
    ) -> Result<DisputeOutcome, DisputeFault> {
        let new = self.refund_of_dispute(view, amounts, key, by.clone()).await?;
        let (id, now) = (view.dispute.id, new.moment.at);
        let outcome = self.write(move |op| {
            if op.is_refund_known(&new.key)? {
                // The same form once more.
                return Ok(match op.propose_refund(&new)? {
                    RefundKept::Kept(..) => Ok(DisputeOutcome::Done(DisputeState::Proposed)),
                    _ => Err(DisputeFault::Changed(None)),
                });
            }
            // It holds the payment before the dispute is held, as the end of a refund does.
            match op.refund_effect(&new)? {
                Ok(effect) if effect != seen => return Ok(Err(DisputeFault::Changed(Some(Box::new(effect))))),
                Ok(_) => {}
                Err(refusal) => return Ok(Err(DisputeFault::Refund(refusal))),
            }
            // What is refused after this must leave no refund: so it is tried before.
            let outcome = op.propose_dispute_outcome(id, DisputeEffect::Refund, &answer, &by, now)?;
            if !matches!(outcome, DisputeOutcome::Done(_)) {
                return Ok(Ok(outcome));
            }
            let RefundKept::Kept(refund, _) = op.propose_refund(&new)? else {
                return Err(ledger::StorageError::Conflict("a payment was refunded meanwhile".to_owned()));
            };
            op.name_dispute_refund(id, refund)?;
            op.audit(&entry, now)?;
            Ok(Ok(outcome))
        });
        outcome.await?
    }

    async fn refund_of_dispute(
        &self,
        view: &DisputeView,
        (principal, fee): (Money, Money),
        key: &str,
        by: Actor,
    ) -> Result<NewRefund, DisputeFault> {
        if let Some(found) = view.blocking_break() {
            return Err(DisputeFault::Break(found));
        }
        let dispute = &view.dispute;
        let reason = match dispute.kind {
            DisputeKind::PaidTwice => RefundReason::PaidTwice,
            DisputeKind::WrongContract => RefundReason::WrongBill,
            DisputeKind::WrongAmount => RefundReason::WrongAmount,
            _ => RefundReason::Other,
        };
        let note = format!("D{}", dispute.id);
        let wish = RefundWish { payment: dispute.payment, principal, fee, reason, note, key: key.to_owned() };
        match self.new_refund(wish, by).await {
            Ok(new) => Ok(NewRefund { alone_max: Money::ZERO, ..new }),
            Err(RefundFault::Refused(refusal)) => Err(DisputeFault::Refund(refusal)),
            Err(RefundFault::OutletGone) => Err(DisputeFault::OutletGone),
            Err(RefundFault::KeyConflict) => Err(DisputeFault::Changed(None)),
            Err(RefundFault::Changed(effect)) => Err(DisputeFault::Changed(Some(effect))),
            Err(RefundFault::Infrastructure(trouble)) => Err(trouble.into()),
        }
    }
}
