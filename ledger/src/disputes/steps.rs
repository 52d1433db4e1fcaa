//! Disputes opened and followed up. Each step is a row, and in the same commit a task for the payer where they hear of it.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::{
    DISPUTE_EVENTS_MAX, DISPUTES_MAX, Dispute, DisputeAction, DisputeEffect, DisputeKind, DisputeOrigin, DisputeRow,
    DisputeState,
};
use crate::agents::Actor;
use crate::personal::Sealed;
use crate::personal::columns::{DISPUTE_EVENTS_NOTE, DISPUTES_ANSWER, DISPUTES_EMAIL, DISPUTES_PHONE, DISPUTES_TOLD};
use crate::refunds::RefundState;
use crate::states::TaskKind;
use crate::storage::schema::{dispute_events, disputes};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::Language;
use crate::writer::WriteOp;

/// A dispute to be opened.
#[derive(Debug, Clone)]
pub struct NewDispute {
    /// The payment's number.
    pub payment: i64,
    /// The payment's biller.
    pub biller: u16,
    /// What it is about.
    pub kind: DisputeKind,
    /// Who opens it.
    pub origin: DisputeOrigin,
    /// What is said.
    pub told: String,
    /// Where the payer is told: a mobile phone.
    pub phone: Option<String>,
    /// Where the payer is told: a mail address.
    pub email: Option<String>,
    /// The payer's language.
    pub language: Language,
    /// It is to be answered before this.
    pub due_at: DateTime<Utc>,
    /// The member of staff; `None`: the payer.
    pub by: Option<Actor>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What became of opening a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeOpened {
    /// It is open: its number.
    Opened(i64),
    /// One of this kind is open for the payment: its number.
    Standing(i64),
    /// The payment has as many as one can have.
    TooMany,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeOutcome {
    /// Done: where it stands now.
    Done(DisputeState),
    /// There is no such dispute.
    NoSuchDispute,
    /// It cannot be done where the dispute stands.
    NotNow(DisputeState),
    /// Whoever proposed an outcome cannot approve it.
    SamePerson,
    /// It was opened once more before, or closed too long ago.
    NotAgain,
    /// Another of this kind is open for the payment: its number.
    Another(i64),
    /// It has as many events as one can have: it can only be closed.
    TooMuch,
}

impl WriteOp<'_> {
    /// Opens a dispute, unless one of its kind is open for the payment.
    pub fn open_dispute(&mut self, new: &NewDispute) -> Result<DisputeOpened, StorageError> {
        if let Some(standing) = self.open_dispute_of(new.payment, new.kind)? {
            return Ok(DisputeOpened::Standing(standing));
        }
        let of_payment = disputes::table.filter(disputes::payment_id.eq(new.payment));
        if of_payment.count().get_result::<i64>(self.connection)? >= DISPUTES_MAX {
            return Ok(DisputeOpened::TooMany);
        }
        let id = self.next_id()?;
        let values = (
            disputes::id.eq(id),
            (disputes::payment_id.eq(new.payment), disputes::biller.eq(i32::from(new.biller))),
            (disputes::kind.eq(new.kind.code()), disputes::origin.eq(new.origin.code())),
            disputes::state.eq(DisputeState::Open.code()),
            disputes::told.eq(self.keys.seal(&DISPUTES_TOLD, id, &new.told)?),
            disputes::phone.eq(self.keys.seal_some(&DISPUTES_PHONE, id, new.phone.as_deref())?),
            disputes::email.eq(self.keys.seal_some(&DISPUTES_EMAIL, id, new.email.as_deref())?),
            disputes::language.eq(new.language.code()),
            disputes::opened_at.eq(new.now.naive_utc()),
            disputes::opened_by.eq(new.by.as_ref().map(|by| by.id)),
            disputes::opened_by_name.eq(name(new.by.as_ref())),
            disputes::due_at.eq(new.due_at.naive_utc()),
            (disputes::staff_name.eq(""), disputes::proposed_by_name.eq("")),
            (
                disputes::effect.eq(DisputeEffect::Nothing.code()),
                disputes::answer.eq(self.keys.seal(&DISPUTES_ANSWER, id, "")?),
            ),
        );
        diesel::insert_into(disputes::table).values(values).execute(self.connection)?;
        let dispute = self.held_dispute(id)?;
        let dispute = dispute.ok_or_else(|| StorageError::Damaged(format!("dispute {id} was not kept")))?;
        self.tell_dispute(&dispute, DisputeAction::Opened, DisputeState::Open, "", new.by.as_ref(), new.now)?;
        Ok(DisputeOpened::Opened(id))
    }

    /// The number of a payment's open dispute of a kind.
    fn open_dispute_of(&mut self, payment: i64, kind: DisputeKind) -> Result<Option<i64>, StorageError> {
        let open: Vec<i16> =
            DisputeState::ALL.iter().filter(|state| !state.is_closed()).map(|state| state.code()).collect();
        Ok(disputes::table
            .filter(disputes::payment_id.eq(payment))
            .filter(disputes::kind.eq(kind.code()))
            .filter(disputes::state.eq_any(open))
            .select(disputes::id)
            .first(self.connection)
            .optional()?)
    }

    /// Says who follows a dispute up.
    pub fn assign_dispute(
        &mut self,
        id: i64,
        to: &Actor,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<DisputeOutcome, StorageError> {
        let owner = (disputes::staff_id.eq(Some(to.id)), disputes::staff_name.eq(&to.name));
        let outcome = self.step_dispute(id, DisputeAction::Assigned, &to.name, Some(by), now)?;
        if matches!(outcome, DisputeOutcome::Done(_)) {
            diesel::update(disputes::table.filter(disputes::id.eq(id))).set(owner).execute(self.connection)?;
        }
        Ok(outcome)
    }

    /// Does what needs no more than the words: asks, answers, notes, closes without money, refuses, approves a correction.
    /// What a refund is about goes by the refund.
    pub fn step_dispute(
        &mut self,
        id: i64,
        action: DisputeAction,
        note: &str,
        by: Option<&Actor>,
        now: DateTime<Utc>,
    ) -> Result<DisputeOutcome, StorageError> {
        let Some(dispute) = self.held_dispute(id)? else { return Ok(DisputeOutcome::NoSuchDispute) };
        let by_refund = dispute.state == DisputeState::Proposed && dispute.effect == DisputeEffect::Refund;
        let next = action.leads(dispute.state).filter(|next| !by_refund || *next == dispute.state);
        let Some(next) = next else { return Ok(DisputeOutcome::NotNow(dispute.state)) };
        // What is proposed is approved by its own word.
        if dispute.state == DisputeState::Proposed && action == DisputeAction::Upheld {
            return Ok(DisputeOutcome::NotNow(dispute.state));
        }
        let is_own = |by: &Actor| dispute.proposed_by.as_ref().is_some_and(|proposer| proposer.id == by.id);
        if action == DisputeAction::Approved && by.is_none_or(is_own) {
            return Ok(DisputeOutcome::SamePerson);
        }
        if !next.is_closed() && self.is_full(id)? {
            return Ok(DisputeOutcome::TooMuch);
        }
        self.take_step(&dispute, action, next, note, by, now)?;
        Ok(DisputeOutcome::Done(next))
    }

    /// Proposes an outcome that moves money: a correction by the biller, or a refund, which is named by the same commit.
    /// `note` is what the payer is told once it is done.
    pub fn propose_dispute_outcome(
        &mut self,
        id: i64,
        effect: DisputeEffect,
        note: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<DisputeOutcome, StorageError> {
        let Some(dispute) = self.held_dispute(id)? else { return Ok(DisputeOutcome::NoSuchDispute) };
        let Some(next) = DisputeAction::Proposed.leads(dispute.state) else {
            return Ok(DisputeOutcome::NotNow(dispute.state));
        };
        if self.is_full(id)? {
            return Ok(DisputeOutcome::TooMuch);
        }
        self.take_step(&dispute, DisputeAction::Proposed, next, note, Some(by), now)?;
        diesel::update(disputes::table.filter(disputes::id.eq(id)))
            .set((
                disputes::effect.eq(effect.code()),
                disputes::proposed_by.eq(Some(by.id)),
                disputes::proposed_by_name.eq(&by.name),
            ))
            .execute(self.connection)?;
        Ok(DisputeOutcome::Done(next))
    }

    /// Names the refund that a dispute's outcome is.
    pub fn name_dispute_refund(&mut self, id: i64, refund: i64) -> Result<(), StorageError> {
        let of = disputes::table.filter(disputes::id.eq(id));
        diesel::update(of).set(disputes::refund_id.eq(Some(refund))).execute(self.connection)?;
        Ok(())
    }

    /// Opens a closed dispute once more, if it was closed after `closed_since` and never before opened again.
    pub fn reopen_dispute(
        &mut self,
        id: i64,
        note: &str,
        by: Option<&Actor>,
        closed_since: NaiveDateTime,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<DisputeOutcome, StorageError> {
        let Some(dispute) = self.held_dispute(id)? else { return Ok(DisputeOutcome::NoSuchDispute) };
        let Some(next) = DisputeAction::Reopened.leads(dispute.state) else {
            return Ok(DisputeOutcome::NotNow(dispute.state));
        };
        if dispute.reopened_at.is_some() || dispute.closed_at.is_none_or(|closed| closed < closed_since) {
            return Ok(DisputeOutcome::NotAgain);
        }
        if let Some(other) = self.open_dispute_of(dispute.payment, dispute.kind)? {
            return Ok(DisputeOutcome::Another(other));
        }
        self.take_step(&dispute, DisputeAction::Reopened, next, note, by, now)?;
        diesel::update(disputes::table.filter(disputes::id.eq(id)))
            .set((
                disputes::reopened_at.eq(Some(now.naive_utc())),
                disputes::due_at.eq(due_at.naive_utc()),
                disputes::late_at.eq(None::<NaiveDateTime>),
            ))
            .execute(self.connection)?;
        Ok(DisputeOutcome::Done(next))
    }

    /// Notes of disputes that they were not answered by their day, once; how many.
    pub fn note_late_disputes(&mut self, ids: &[i64], now: DateTime<Utc>) -> Result<usize, StorageError> {
        let mut noted = 0;
        for id in ids {
            let Some(dispute) = self.held_dispute(*id)?.filter(|dispute| dispute.is_late(now)) else { continue };
            if dispute.late_at.is_none() {
                self.take_step(&dispute, DisputeAction::Late, dispute.state, "", None, now)?;
                let late = disputes::late_at.eq(Some(now.naive_utc()));
                diesel::update(disputes::table.filter(disputes::id.eq(id))).set(late).execute(self.connection)?;
                noted += 1;
            }
        }
        Ok(noted)
    }

    /// Takes phone and mail address off disputes that were closed before this time; how many had any.
    pub fn forget_dispute_contacts(&mut self, before: NaiveDateTime) -> Result<usize, StorageError> {
        let known = disputes::table
            .filter(disputes::phone.is_not_null().or(disputes::email.is_not_null()))
            .filter(disputes::closed_at.lt(before));
        let none = (disputes::phone.eq(None::<Sealed>), disputes::email.eq(None::<Sealed>));
        Ok(diesel::update(known).set(none).execute(self.connection)?)
    }

    /// What became of a refund closes the dispute that it is the outcome of, or opens it again.
    pub(crate) fn end_dispute_of(
        &mut self,
        refund: i64,
        state: RefundState,
        note: &str,
        by: Option<&Actor>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let action = match state {
            RefundState::Done => DisputeAction::Upheld,
            RefundState::Refused | RefundState::Withdrawn => DisputeAction::Refused,
            RefundState::Failed => DisputeAction::RefundFailed,
            RefundState::Proposed | RefundState::Pending => return Ok(()),
        };
        let of: Option<i64> = disputes::table
            .filter(disputes::refund_id.eq(refund))
            .select(disputes::id)
            .get_result(self.connection)
            .optional()?;
        let Some(id) = of else { return Ok(()) };
        let Some(dispute) = self.held_dispute(id)? else { return Ok(()) };
        let Some(next) = action.leads(dispute.state).filter(|_| dispute.state == DisputeState::Proposed) else {
            return Ok(());
        };
        let said = if next.is_closed() { dispute.answer.clone() } else { note.to_owned() };
        self.take_step(&dispute, action, next, &said, by, now)
    }

    /// A dispute that nobody else can change before the commit.
    fn held_dispute(&mut self, id: i64) -> Result<Option<Dispute>, StorageError> {
        let row = disputes::table.filter(disputes::id.eq(id));
        if let Conn::Pg(c) = &mut *self.connection {
            row.select(disputes::id).for_update().get_result::<i64>(c).optional()?;
        }
        let found: Option<DisputeRow> = row.select(DisputeRow::as_select()).get_result(self.connection).optional()?;
        found.map(|row| Dispute::read(row, self.keys)).transpose()
    }

    fn is_full(&mut self, id: i64) -> Result<bool, StorageError> {
        let events = dispute_events::table.filter(dispute_events::dispute_id.eq(id));
        Ok(events.count().get_result::<i64>(self.connection)? >= DISPUTE_EVENTS_MAX)
    }

    fn take_step(
        &mut self,
        dispute: &Dispute,
        action: DisputeAction,
        next: DisputeState,
        note: &str,
        by: Option<&Actor>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let row = disputes::table.filter(disputes::id.eq(dispute.id));
        if next != dispute.state {
            let closed = next.is_closed().then(|| now.naive_utc());
            diesel::update(row)
                .set((disputes::state.eq(next.code()), disputes::closed_at.eq(closed)))
                .execute(self.connection)?;
        }
        // What comes to nothing is no outcome of it any more; the refund stays named in the refund's own story.
        if dispute.state == DisputeState::Proposed && !next.is_closed() && next != dispute.state {
            let none = (disputes::proposed_by.eq(None::<i64>), disputes::proposed_by_name.eq(""));
            let nothing = (
                disputes::effect.eq(DisputeEffect::Nothing.code()),
                disputes::answer.eq(self.keys.seal(&DISPUTES_ANSWER, dispute.id, "")?),
            );
            diesel::update(row).set((none, nothing)).execute(self.connection)?;
        }
        if action == DisputeAction::Reopened {
            let nothing = (
                disputes::effect.eq(DisputeEffect::Nothing.code()),
                disputes::answer.eq(self.keys.seal(&DISPUTES_ANSWER, dispute.id, "")?),
            );
            diesel::update(row).set(nothing).execute(self.connection)?;
        }
        let is_answer = action == DisputeAction::Proposed || (next.is_closed() && action != DisputeAction::Approved);
        if is_answer {
            diesel::update(row)
                .set(disputes::answer.eq(self.keys.seal(&DISPUTES_ANSWER, dispute.id, note)?))
                .execute(self.connection)?;
        }
        self.tell_dispute(dispute, action, next, note, by, now)
    }

    /// Writes down what was done, and has the payer told.
    fn tell_dispute(
        &mut self,
        dispute: &Dispute,
        action: DisputeAction,
        state: DisputeState,
        note: &str,
        by: Option<&Actor>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let event = self.next_id()?;
        let values = (
            dispute_events::id.eq(event),
            dispute_events::dispute_id.eq(dispute.id),
            dispute_events::action.eq(action.code()),
            dispute_events::state.eq(state.code()),
            dispute_events::note.eq(self.keys.seal(&DISPUTE_EVENTS_NOTE, event, note)?),
            dispute_events::made_at.eq(now.naive_utc()),
            dispute_events::made_by.eq(by.map(|by| by.id)),
            dispute_events::made_by_name.eq(name(by)),
        );
        diesel::insert_into(dispute_events::table).values(values).execute(self.connection)?;
        if !action.is_told() {
            return Ok(());
        }
        if dispute.phone.is_some() {
            self.add_task(TaskKind::SmsDispute, event, now, now)?;
        }
        if dispute.email.is_some() {
            self.add_task(TaskKind::MailDispute, event, now, now)?;
        }
        Ok(())
    }
}

fn name(by: Option<&Actor>) -> &str {
    by.map_or("", |by| by.name.as_str())
}
