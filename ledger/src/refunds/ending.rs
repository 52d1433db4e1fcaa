//! What becomes of refunds at the gateway.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Refund, RefundRow, RefundState};
use crate::money::Money;
use crate::postings::{self, Moment};
use crate::reconciliation::{BreakKind, BreakSubject};
use crate::states::{PostingKind, TaskKind};
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{incidents, outbox, refunds};
use crate::writer::{RequestKey, WriteOp};

/// Longest words of the gateway kept, in characters.
const WORDS_MAX: usize = 300;

/// How a refund ended at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundEnd {
    /// The money went back.
    Paid,
    /// The gateway did not give it back, and will not.
    Failed,
}

/// Whether the gateway may be asked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundAsk {
    /// Written down that it is: the refund as it stands.
    Asked(Box<Refund>),
    /// It was asked for since the caller looked: what comes of that is to be heard first.
    Overtaken,
    /// It is not pending any more.
    Over(RefundState),
    /// No such refund.
    NoSuchRefund,
}

fn short(words: &str) -> String {
    words.chars().take(WORDS_MAX).collect()
}

impl WriteOp<'_> {
    /// Writes down that the gateway is going to be asked for a refund, and what it had credited before the first time.
    /// `asks` is how often it was asked when the caller heard that nothing was given back: of two who heard so, one asks.
    pub fn ask_refund(
        &mut self,
        id: i64,
        asks: i32,
        credited: Money,
        now: DateTime<Utc>,
    ) -> Result<RefundAsk, StorageError> {
        let Some(found) = self.found_refund(id)? else { return Ok(RefundAsk::NoSuchRefund) };
        let before = found.credited_before.unwrap_or(credited);
        let changed = diesel::update(refunds::table.filter(refunds::id.eq(id)))
            .filter(refunds::state.eq(RefundState::Pending.code()))
            .filter(refunds::asks.eq(asks))
            .set((
                refunds::asks.eq(asks + 1),
                refunds::asked_at.eq(Some(now.naive_utc())),
                refunds::credited_before.eq(Some(before.minor())),
            ))
            .execute(self.connection)?;
        let Some(after) = self.found_refund(id)? else { return Ok(RefundAsk::NoSuchRefund) };
        Ok(match (changed, after.state) {
            (1, _) => RefundAsk::Asked(Box::new(after)),
            (_, RefundState::Pending) => RefundAsk::Overtaken,
            (_, state) => RefundAsk::Over(state),
        })
    }

    /// Has the gateway asked again what became of a pending refund that no task is about any more, and closes what called a
    /// person. Whether it is.
    pub fn take_refund_up(&mut self, id: i64, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let found = self.found_refund(id)?;
        let Some(found) = found.filter(|found| found.state == RefundState::Pending) else { return Ok(false) };
        // Two people who ask at once wait for one another.
        self.held_for(found.payment)?;
        let open: i64 = outbox::table
            .filter(outbox::payment_id.eq(id))
            .filter(outbox::kind.eq(TaskKind::Refund.code()))
            .filter(outbox::done_at.is_null())
            .count()
            .get_result(self.connection)?;
        if open > 0 {
            return Ok(false);
        }
        diesel::update(incidents::table.filter(incidents::payment_id.eq(id)).filter(incidents::closed_at.is_null()))
            .set(incidents::closed_at.eq(Some(now.naive_utc())))
            .execute(self.connection)?;
        self.add_task(TaskKind::Refund, id, now, now)?;
        Ok(true)
    }

    /// Whether a refund was kept under a key before.
    pub fn is_refund_known(&mut self, key: &RequestKey) -> Result<bool, StorageError> {
        let known = refunds::table.filter(refunds::request_key.eq(key.key.as_slice()));
        Ok(known.count().get_result::<i64>(self.connection)? > 0)
    }

    /// Ends a pending refund, with the task that led to it. Where it stands; `None` if there is no such refund. One that
    /// ended before stays as it is.
    pub fn end_refund(
        &mut self,
        id: i64,
        end: RefundEnd,
        words: &str,
        task: Option<i64>,
        moment: Moment,
        cut_off: DateTime<Utc>,
    ) -> Result<Option<RefundState>, StorageError> {
        let Some(found) = self.found_refund(id)? else { return Ok(None) };
        let (row, others) = self.held_for(found.payment)?;
        if let Some(task) = task {
            diesel::update(outbox::table.filter(outbox::id.eq(task)).filter(outbox::done_at.is_null()))
                .set(outbox::done_at.eq(Some(moment.at.naive_utc())))
                .execute(self.connection)?;
        }
        let state = match end {
            RefundEnd::Paid => RefundState::Done,
            RefundEnd::Failed => RefundState::Failed,
        };
        let changed = diesel::update(refunds::table.filter(refunds::id.eq(id)))
            .filter(refunds::state.eq(RefundState::Pending.code()))
            .set((
                refunds::state.eq(state.code()),
                refunds::ended_at.eq(Some(moment.at.naive_utc())),
                refunds::gateway_words.eq(short(words)),
            ))
            .execute(self.connection)?;
        if changed != 1 {
            return Ok(self.found_refund(id)?.map(|found| found.state));
        }
        match end {
            RefundEnd::Paid => {
                self.pay_refund(id, &row, &others, &found.amounts, moment)?;
                // A report that told of it while nothing was known here was right.
                self.settle_breaks(BreakSubject::Refund, id, &[BreakKind::StatusDiffers], moment.at)?;
            }
            RefundEnd::Failed => {
                let decided = postings::refund_decided(biller_code(row.biller)?, &found.amounts, moment)?;
                let reversed = postings::reversed(PostingKind::RefundReversed, &decided, moment)?;
                let stored: RefundRow = refunds::table
                    .filter(refunds::id.eq(id))
                    .select(RefundRow::as_select())
                    .get_result(self.connection)?;
                let window = self.window_of_part(&row, &found.amounts, cut_off, moment)?;
                let posting = self.post_with(&reversed, window, stored.decided_posting)?;
                diesel::update(refunds::table.filter(refunds::id.eq(id)))
                    .set(refunds::reversed_posting.eq(Some(posting)))
                    .execute(self.connection)?;
            }
        }
        self.end_dispute_of(id, state, "", None, moment.at)?;
        // Nobody has to look any more.
        diesel::update(incidents::table.filter(incidents::payment_id.eq(id)).filter(incidents::closed_at.is_null()))
            .set(incidents::closed_at.eq(Some(moment.at.naive_utc())))
            .execute(self.connection)?;
        Ok(Some(state))
    }
}
