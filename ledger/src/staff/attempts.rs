//! Tries at a secret. A try is counted as failed before it is made and taken back when it succeeds: however many run
//! side by side, on however many nodes, no more are made than are counted.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::storage::StorageError;
use crate::storage::schema::staff_attempts;
use crate::writer::WriteOp;

/// Whether a try may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It may, and is counted; if it fails, the next one may be made at this time.
    Counted(NaiveDateTime),
    /// Not before this time.
    Blocked(NaiveDateTime),
}

impl WriteOp<'_> {
    /// Counts a try at a secret of this subject. `pause` is how long to wait after so many failures; failures are
    /// forgotten when none was added for `memory`.
    pub fn begin_attempt(
        &mut self,
        subject: &str,
        memory: TimeDelta,
        pause: impl Fn(i32) -> TimeDelta,
        now: NaiveDateTime,
    ) -> Result<Attempt, StorageError> {
        let row = staff_attempts::table.filter(staff_attempts::subject.eq(subject));
        diesel::update(row.filter(staff_attempts::last_at.lt(now - memory)))
            .set((staff_attempts::failures.eq(0), staff_attempts::blocked_until.eq(now)))
            .execute(self.connection)?;
        // From here on the row is ours until the commit: another node's try waits for it.
        let counted = diesel::update(row.filter(staff_attempts::blocked_until.le(now)))
            .set((staff_attempts::failures.eq(staff_attempts::failures + 1), staff_attempts::last_at.eq(now)))
            .execute(self.connection)?;
        let known: Option<(i32, NaiveDateTime)> = row
            .select((staff_attempts::failures, staff_attempts::blocked_until))
            .get_result(self.connection)
            .optional()?;
        match known {
            Some((_, until)) if counted == 0 => Ok(Attempt::Blocked(until)),
            Some((failures, _)) => {
                let until = now + pause(failures);
                diesel::update(row).set(staff_attempts::blocked_until.eq(until)).execute(self.connection)?;
                Ok(Attempt::Counted(until))
            }
            None => {
                let until = now + pause(1);
                let values = (
                    staff_attempts::subject.eq(subject),
                    staff_attempts::failures.eq(1),
                    staff_attempts::last_at.eq(now),
                    staff_attempts::blocked_until.eq(until),
                );
                diesel::insert_into(staff_attempts::table).values(values).execute(self.connection)?;
                Ok(Attempt::Counted(until))
            }
        }
    }

    /// Forgets the failures of a subject: a try succeeded.
    pub fn forget_attempts(&mut self, subject: &str) -> Result<(), StorageError> {
        diesel::delete(staff_attempts::table.filter(staff_attempts::subject.eq(subject))).execute(self.connection)?;
        Ok(())
    }

    /// Takes one try of a subject back: it succeeded, and the failures before it still count.
    pub fn take_back_attempt(&mut self, subject: &str, now: NaiveDateTime) -> Result<(), StorageError> {
        let row = staff_attempts::table.filter(staff_attempts::subject.eq(subject));
        diesel::update(row.filter(staff_attempts::failures.gt(0)))
            .set((staff_attempts::failures.eq(staff_attempts::failures - 1), staff_attempts::blocked_until.eq(now)))
            .execute(self.connection)?;
        Ok(())
    }
}
