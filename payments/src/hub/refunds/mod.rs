//! Refunds: looked through, proposed, decided. What is done stands in the audit log by the same commit.

use ledger::{
    AccountKind, Actor, AuditEntry, Moment, NewRefund, Payment, PaymentState, Reference, Refund, RefundDecision,
    RefundEffect, RefundFilter, RefundKept, RefundState, Refundable, RequestKey, TaskKind,
};

use super::Hub;
use crate::api::Infrastructure;
use crate::refunds::{RefundFault, RefundView, RefundWish, RefundedPayment};

/// Most rows of a page.
const PAGE_MAX: i64 = 200;

impl Hub {
    /// Refunds below a number, the newest first, at most 200, each with its payment.
    pub async fn refunds(
        &self,
        filter: RefundFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(Refund, Payment)>, Infrastructure> {
        self.read(move |reader| {
            let mut found = Vec::new();
            for refund in reader.refunds_before(filter, before, limit.clamp(1, PAGE_MAX))? {
                found.extend(reader.payment_of(refund.payment)?.map(|payment| (refund, payment)));
            }
            Ok(found)
        })
        .await
    }

    /// A refund by its number.
    pub async fn refund_view(&self, id: i64) -> Result<Option<RefundView>, Infrastructure> {
        self.read(move |reader| {
            let Some(refund) = reader.refund(id)? else { return Ok(None) };
            let Some(payment) = reader.payment_of(refund.payment)? else { return Ok(None) };
            let pending = refund.state == RefundState::Pending;
            let task = if pending { reader.open_task(TaskKind::Refund, id)? } else { None };
            let trouble = match &task {
                Some(note) => note.clone(),
                None if pending => reader.incident_words(id)?.unwrap_or_default(),
                None => String::new(),
            };
            Ok(Some(RefundView { is_stuck: pending && task.is_none(), refund, payment, trouble }))
        })
        .await
    }

    /// The number of the payment that somebody names by its number or its public reference.
    pub async fn payment_named(&self, text: &str) -> Result<Option<i64>, Infrastructure> {
        let (reference, number) = (text.parse::<Reference>().ok(), text.parse::<i64>().ok());
        self.read(move |reader| {
            let found = match (reference, number) {
                (Some(reference), _) => reader.payment(reference)?,
                (None, Some(number)) => reader.payment_of(number)?,
                (None, None) => None,
            };
            Ok(found.map(|payment| payment.id))
        })
        .await
    }

    /// A payment, and what of it went back or may.
    pub async fn refunded_payment(&self, payment: i64) -> Result<Option<RefundedPayment>, Infrastructure> {
        let found = self.read(move |reader| Ok((reader.payment_of(payment)?, reader.refunds_of(payment)?)));
        let (Some(payment), refunds) = found.await? else { return Ok(None) };
        let reserved = refunds.iter().filter(|refund| refund.state.is_reserved()).map(|refund| refund.amounts);
        let left = Refundable::of(&payment.amounts, reserved);
        let left = left.ok_or_else(|| Infrastructure::Failed(format!("refunds of payment {}", payment.id)))?;
        Ok(Some(RefundedPayment { payment, refunds, left }))
    }

    /// What a refund would do.
    pub async fn refund_effect(&self, wish: RefundWish, by: Actor) -> Result<RefundEffect, RefundFault> {
        let new = self.new_refund(wish, by).await?;
        let effect = self.write(move |op| op.refund_effect(&new)).await?;
        effect.map_err(RefundFault::Refused)
    }

    /// The refund that this very form led to before.
    pub async fn refund_of_form(&self, wish: RefundWish, by: Actor) -> Result<Option<i64>, Infrastructure> {
        let (key, payment) = (refund_key(&wish, &by), wish.payment);
        self.read(move |reader| reader.refund_under(payment, &key)).await
    }

    /// Proposes a refund, or makes it where one person may; its number. What was `seen` must be what it does.
    pub async fn propose_refund(
        &self,
        wish: RefundWish,
        seen: RefundEffect,
        by: Actor,
        entry: impl Fn(i64) -> AuditEntry + Send + 'static,
    ) -> Result<i64, RefundFault> {
        let new = self.new_refund(wish, by).await?;
        let (now, known) = (self.now(), new.key);
        let outcome = self.write(move |op| {
            if !op.is_refund_known(&known)? {
                match op.refund_effect(&new)? {
                    Ok(effect) if effect != seen => return Ok(Err(Box::new(effect))),
                    _ => {}
                }
                let kept = op.propose_refund(&new)?;
                if let RefundKept::Kept(id, _) = kept {
                    op.audit(&entry(id), now)?;
                }
                return Ok(Ok(kept));
            }
            op.propose_refund(&new).map(Ok)
        });
        match outcome.await? {
            Ok(RefundKept::Kept(id, _)) => Ok(id),
            Ok(RefundKept::KeyConflict) => Err(RefundFault::KeyConflict),
            Ok(RefundKept::Refused(refusal)) => Err(RefundFault::Refused(refusal)),
            Err(effect) => Err(RefundFault::Changed(effect)),
        }
    }

    /// Says yes or no to what another person proposed.
    pub async fn decide_refund(
        &self,
        id: i64,
        approve: bool,
        note: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<RefundDecision, RefundFault> {
        let found = self.read(move |reader| match reader.refund(id)? {
            Some(refund) => reader.payment_of(refund.payment),
            None => Ok(None),
        });
        let Some(payment) = found.await? else { return Ok(RefundDecision::NoSuchRefund) };
        if approve {
            self.require_outlet(&payment)?;
        }
        let moment = Moment::of(self.now());
        let cut_off = self.next_cut_off(payment.biller, moment.at);
        let decided = self.write(move |op| {
            let decision = op.decide_refund(id, approve, &note, &by, moment, cut_off)?;
            if matches!(decision, RefundDecision::Decided(_)) {
                op.audit(&entry, moment.at)?;
            }
            Ok(decision)
        });
        Ok(decided.await?)
    }

    /// Takes back what oneself proposed.
    pub async fn withdraw_refund(
        &self,
        id: i64,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<RefundDecision, Infrastructure> {
        let moment = Moment::of(self.now());
        self.write(move |op| {
            let decision = op.withdraw_refund(id, &by, moment)?;
            if matches!(decision, RefundDecision::Decided(_)) {
                op.audit(&entry, moment.at)?;
            }
            Ok(decision)
        })
        .await
    }

    /// Has the gateway asked once more what became of a pending refund that nothing asks about by itself any more. Whether
    /// it is asked.
    pub async fn ask_again(&self, id: i64, entry: AuditEntry) -> Result<bool, Infrastructure> {
        self.write_audited(entry, move |op, now| op.take_refund_up(id, now)).await
    }

    pub(in crate::hub) async fn new_refund(&self, wish: RefundWish, actor: Actor) -> Result<NewRefund, RefundFault> {
        let id = wish.payment;
        let payment = self.read(move |reader| reader.payment_of(id)).await?;
        let payment = payment.ok_or(RefundFault::Refused(ledger::Refusal::NoSuchPayment))?;
        if payment.state == PaymentState::Confirmed {
            self.require_outlet(&payment)?;
        }
        let moment = Moment::of(self.now());
        let key = refund_key(&wish, &actor);
        let RefundWish { payment: id, principal, fee, reason, note, .. } = wish;
        Ok(NewRefund {
            key,
            payment: id,
            principal,
            fee,
            reason,
            note,
            alone_max: self.settings.refund_alone_max,
            actor,
            moment,
            cut_off: self.next_cut_off(payment.biller, moment.at),
        })
    }

    /// Cash goes back where it was taken.
    fn require_outlet(&self, payment: &Payment) -> Result<(), RefundFault> {
        let is_cash = payment.funds.kind == AccountKind::AgentFloat;
        if is_cash && self.networks().open_outlet(&payment.funds.owner).is_err() {
            return Err(RefundFault::OutletGone);
        }
        Ok(())
    }
}

/// The form's key, with all that it asks for.
fn refund_key(wish: &RefundWish, by: &Actor) -> RequestKey {
    let RefundWish { payment, principal, fee, reason, note, key } = wish;
    let input = format!("{payment}\n{principal}\n{fee}\n{reason}\n{note}");
    RequestKey::of(&format!("refund by {}", by.id), key, &input)
}
