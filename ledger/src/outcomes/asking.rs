//! Having a biller or a gateway asked once more: one person may, as it decides nothing.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::looking::Standing;
use super::{OutcomeAbout, OutcomeSubject};
use crate::storage::StorageError;
use crate::storage::schema::{incidents, outbox};
use crate::writer::WriteOp;

impl WriteOp<'_> {
    /// Has it asked now what became of a payment, and closes what called people. `false`, and nothing done: it is known, or
    /// being asked.
    pub fn take_payment_up(&mut self, payment: i64, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let Some(standing) = Standing::of(self.connection, OutcomeAbout::Payment(payment), true)? else {
            return Ok(false);
        };
        let (kind, at) = (standing.subject.task(), now.naive_utc());
        if !standing.asked.open.is_empty() {
            return self.hasten_task(payment, kind, now);
        }
        self.close_incidents(payment, standing.subject, at)?;
        self.add_task(kind, payment, now, now)?;
        // What was asked before may have arrived: its status is asked first.
        diesel::update(outbox::table)
            .filter(outbox::payment_id.eq(payment))
            .filter(outbox::kind.eq(kind.code()))
            .filter(outbox::done_at.is_null())
            .set(outbox::attempts.eq(1))
            .execute(self.connection)?;
        Ok(true)
    }

    /// Nobody has to look at it any more.
    pub(super) fn close_incidents(
        &mut self,
        about: i64,
        subject: OutcomeSubject,
        at: NaiveDateTime,
    ) -> Result<(), StorageError> {
        let open = incidents::table
            .filter(incidents::payment_id.eq(about))
            .filter(incidents::closed_at.is_null())
            .filter(incidents::kind.eq(subject.incident().code()));
        diesel::update(open).set(incidents::closed_at.eq(Some(at))).execute(self.connection)?;
        Ok(())
    }
}
