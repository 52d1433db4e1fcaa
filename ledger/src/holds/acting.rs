//! Holds captured and let go.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{HoldAct, HoldOutcome, NewCapture, NewRelease, decision};
use crate::bills::encode;
use crate::money::Money;
use crate::outbox::{Task, TaskResult};
use crate::postings::Unbalanced;
use crate::refunds::held_row;
use crate::states::{IncidentKind, PaymentState, TaskKind};
use crate::storage::schema::{hold_acts, incidents, outbox, payment_amounts, payments};
use crate::storage::{Conn, StorageError};
use crate::writer::{Advance, AdvanceOutcome, Step, WriteOp};

/// Longest words of the gateway kept, in characters.
const WORDS_MAX: usize = 300;

impl WriteOp<'_> {
    /// Writes down that a hold is to be captured, and with how much, and has the gateway asked now. The payment is of that
    /// much from here on: the money that is taken is all that it can pay with.
    pub fn ask_capture(&mut self, new: &NewCapture) -> Result<HoldOutcome, StorageError> {
        let Some(row) = held_row(self.connection, new.payment)? else { return Ok(HoldOutcome::NoSuchPayment) };
        let state = row.state()?;
        if state != PaymentState::Held {
            return Ok(HoldOutcome::NotHeld(state));
        }
        let before = decision(self.connection, new.payment)?;
        if before.as_ref().is_some_and(super::HoldDecision::is_capturing) {
            return Ok(HoldOutcome::Capturing);
        }
        let (total, now) = (new.amounts.total().ok_or(Unbalanced)?, new.moment.at.naive_utc());
        let stands = row.amounts().total().ok_or(Unbalanced)?;
        // What was refused is asked for again as it was: the payment is of that much already.
        let held = before.as_ref().map_or(stands, |before| before.held);
        let is_refused = before.is_some();
        if total > stands || (is_refused && total != stands) {
            return Ok(HoldOutcome::NotWithin(stands));
        }
        diesel::delete(hold_acts::table.filter(hold_acts::payment_id.eq(new.payment))).execute(self.connection)?;
        let values = (
            hold_acts::payment_id.eq(new.payment),
            hold_acts::act.eq(HoldAct::Capture.code()),
            (hold_acts::held.eq(held.minor()), hold_acts::amount.eq(total.minor())),
            hold_acts::asked_at.eq(now),
            (hold_acts::asked_by.eq(new.actor.id), hold_acts::asked_by_name.eq(&new.actor.name)),
            (hold_acts::note.eq(&new.note), hold_acts::words.eq("")),
        );
        diesel::insert_into(hold_acts::table).values(values).execute(self.connection)?;
        if !is_refused {
            let amounts = &new.amounts;
            diesel::update(payments::table.filter(payments::id.eq(new.payment)))
                .set((
                    payments::principal.eq(amounts.principal.minor()),
                    payments::fee.eq(amounts.fee.minor()),
                    payments::vat.eq(amounts.vat.minor()),
                    payments::duty.eq(amounts.duty.minor()),
                    payments::bills.eq(encode(&new.bills)),
                ))
                .execute(self.connection)?;
            self.list_amount(new.payment, total)?;
        }
        self.capture_now(new.payment, new.moment.at)?;
        Ok(HoldOutcome::Done)
    }

    /// The register finds it by what it is of now, too; the row that it had is held against the payment by whoever reads it.
    fn list_amount(&mut self, payment: i64, total: Money) -> Result<(), StorageError> {
        let row = (payment_amounts::total.eq(total.minor()), payment_amounts::payment_id.eq(payment));
        match &mut *self.connection {
            Conn::Sqlite(c) => diesel::insert_or_ignore_into(payment_amounts::table).values(row).execute(c)?,
            Conn::Pg(c) => {
                diesel::insert_into(payment_amounts::table).values(row).on_conflict_do_nothing().execute(c)?
            }
        };
        Ok(())
    }

    /// Puts a task that captures off to a time until which people may have their say, unless they had it meanwhile: then it
    /// is due now. One that `waits` for them asked nobody, and does not count as tried.
    pub fn put_capture_off(
        &mut self,
        task: &Task,
        until: DateTime<Utc>,
        note: &str,
        waits: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        held_row(self.connection, task.payment)?;
        let is_capturing = decision(self.connection, task.payment)?.is_some_and(|said| said.is_capturing());
        let at = if is_capturing { now } else { until };
        self.settle_task(task, &TaskResult::Again(at, note.to_owned()), now)?;
        if waits {
            let own = outbox::table.filter(outbox::id.eq(task.id)).filter(outbox::attempts.eq(task.attempts));
            diesel::update(own.filter(outbox::done_at.is_null()))
                .set(outbox::attempts.eq(0))
                .execute(self.connection)?;
        }
        Ok(())
    }

    /// Its task is due now, also where somebody looks at it at this moment: whoever does sees the word when it is done.
    fn capture_now(&mut self, payment: i64, now: DateTime<Utc>) -> Result<(), StorageError> {
        let at = now.naive_utc();
        let open = outbox::table
            .filter(outbox::payment_id.eq(payment))
            .filter(outbox::kind.eq(TaskKind::Capture.code()))
            .filter(outbox::done_at.is_null());
        if diesel::update(open).set(outbox::due_at.eq(at)).execute(self.connection)? > 0 {
            self.wake();
            return Ok(());
        }
        let called = incidents::table
            .filter(incidents::payment_id.eq(payment))
            .filter(incidents::closed_at.is_null())
            .filter(incidents::kind.eq(IncidentKind::UnresolvedCapture.code()));
        diesel::update(called).set(incidents::closed_at.eq(Some(at))).execute(self.connection)?;
        self.add_task(TaskKind::Capture, payment, now, now)
    }

    /// The gateway said no to a capture that people asked for: it holds, and they may say something else.
    pub fn refuse_capture(&mut self, payment: i64, words: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let words: String = words.chars().take(WORDS_MAX).collect();
        let asked = hold_acts::table
            .filter(hold_acts::payment_id.eq(payment))
            .filter(hold_acts::act.eq(HoldAct::Capture.code()))
            .filter(hold_acts::refused_at.is_null());
        let said = (hold_acts::refused_at.eq(Some(now.naive_utc())), hold_acts::words.eq(words));
        Ok(diesel::update(asked).set(said).execute(self.connection)? == 1)
    }

    /// Lets a hold go: the step, which [`Self::end_release`] goes on from, or why it is not possible.
    pub fn begin_release(&mut self, new: &NewRelease) -> Result<Result<Advance, HoldOutcome>, StorageError> {
        let Some(row) = held_row(self.connection, new.payment)? else { return Ok(Err(HoldOutcome::NoSuchPayment)) };
        let state = row.state()?;
        if state != PaymentState::Held {
            return Ok(Err(HoldOutcome::NotHeld(state)));
        }
        let before = decision(self.connection, new.payment)?;
        if before.as_ref().is_some_and(super::HoldDecision::is_capturing) {
            return Ok(Err(HoldOutcome::Capturing));
        }
        if let Some((actor, note)) = &new.by {
            let held = before.map_or(row.amounts().total().ok_or(Unbalanced)?, |before| before.held);
            diesel::delete(hold_acts::table.filter(hold_acts::payment_id.eq(new.payment))).execute(self.connection)?;
            let values = (
                hold_acts::payment_id.eq(new.payment),
                hold_acts::act.eq(HoldAct::LetGo.code()),
                (hold_acts::held.eq(held.minor()), hold_acts::amount.eq(Money::ZERO.minor())),
                hold_acts::asked_at.eq(new.moment.at.naive_utc()),
                (hold_acts::asked_by.eq(actor.id), hold_acts::asked_by_name.eq(&actor.name)),
                (hold_acts::note.eq(note), hold_acts::words.eq("")),
            );
            diesel::insert_into(hold_acts::table).values(values).execute(self.connection)?;
        }
        Ok(Ok(Advance { payment: new.payment, step: Step::LetGo, task: new.task, moment: new.moment }))
    }

    /// Hears what became of the step.
    pub fn end_release(&mut self, new: &NewRelease, outcome: AdvanceOutcome) -> Result<HoldOutcome, StorageError> {
        if let AdvanceOutcome::Moved { .. } = outcome {
            // Nothing is to be captured any more.
            diesel::update(outbox::table)
                .filter(outbox::payment_id.eq(new.payment))
                .filter(outbox::kind.eq(TaskKind::Capture.code()))
                .filter(outbox::done_at.is_null())
                .set((outbox::done_at.eq(Some(new.moment.at.naive_utc())), outbox::note.eq("let go")))
                .execute(self.connection)?;
            return Ok(HoldOutcome::Done);
        }
        // Somebody was faster in the same batch: the word was never said.
        if new.by.is_some() {
            diesel::delete(hold_acts::table.filter(hold_acts::payment_id.eq(new.payment))).execute(self.connection)?;
        }
        let state = held_row(self.connection, new.payment)?.map(|row| row.state()).transpose()?;
        Ok(state.map_or(HoldOutcome::NoSuchPayment, HoldOutcome::NotHeld))
    }
}
