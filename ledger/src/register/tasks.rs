//! Tasks that a member of staff asks for.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::states::TaskKind;
use crate::storage::StorageError;
use crate::storage::schema::outbox;
use crate::writer::WriteOp;

impl WriteOp<'_> {
    /// Asks for a task of a payment once more; `false`, and nothing done: one of the kind waits already.
    pub fn repeat_task(&mut self, payment: i64, kind: TaskKind, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let waits: i64 = outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::payment_id.eq(payment))
            .filter(outbox::kind.eq(kind.code()))
            .count()
            .get_result(self.connection)?;
        if waits > 0 {
            return Ok(false);
        }
        self.add_task(kind, payment, now, now)?;
        Ok(true)
    }

    /// Makes a task of a payment that waits for its next try due now; `false`, and nothing done: none waits, or somebody
    /// works on it.
    pub fn hasten_task(&mut self, payment: i64, kind: TaskKind, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let at = now.naive_utc();
        let waiting = outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::payment_id.eq(payment))
            .filter(outbox::kind.eq(kind.code()))
            .filter(outbox::leased_until.le(at))
            .filter(outbox::due_at.gt(at));
        let hastened = diesel::update(waiting).set(outbox::due_at.eq(at)).execute(self.connection)? > 0;
        if hastened {
            self.wake();
        }
        Ok(hastened)
    }
}
