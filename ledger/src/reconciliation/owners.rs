//! Who follows breaks up that nobody has taken: the program gives them to whom it is told to.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;

use super::breaks::NOT_CLOSED;
use super::words::{BreakAction, BreakSource};
use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::breaks;
use crate::writer::WriteOp;

impl Reader<'_> {
    /// When the oldest open break was found that nobody follows up (UTC).
    pub fn break_unowned_since(&mut self) -> Result<Option<NaiveDateTime>, StorageError> {
        let unowned = breaks::table
            .filter(breaks::closed_at.is_null())
            .filter(breaks::state.eq_any(NOT_CLOSED))
            .filter(breaks::staff_id.is_null());
        Ok(unowned.select(min(breaks::opened_at)).get_result(self.connection)?)
    }

    /// Open breaks from a source that nobody follows up, the oldest first: their numbers.
    pub fn breaks_unowned(&mut self, source: BreakSource, limit: i64) -> Result<Vec<i64>, StorageError> {
        let unowned = breaks::table
            .filter(breaks::closed_at.is_null())
            .filter(breaks::state.eq_any(NOT_CLOSED))
            .filter(breaks::staff_id.is_null())
            .filter(breaks::source.eq(source.code()));
        Ok(unowned.order(breaks::id).limit(limit).select(breaks::id).load(self.connection)?)
    }
}

impl WriteOp<'_> {
    /// Gives those of some open breaks that nobody follows up to a member: how many.
    pub fn own_breaks(&mut self, ids: &[i64], to: &Actor, now: DateTime<Utc>) -> Result<usize, StorageError> {
        let mut given = 0;
        for id in ids {
            let changed = diesel::update(breaks::table.filter(breaks::id.eq(id)))
                .filter(breaks::state.eq_any(NOT_CLOSED))
                .filter(breaks::staff_id.is_null())
                .set((breaks::staff_id.eq(to.id), breaks::staff_name.eq(&to.name)))
                .execute(self.connection)?;
            if changed == 1 {
                self.note(*id, BreakAction::Assigned, &to.name, None, now)?;
                given += 1;
            }
        }
        Ok(given)
    }
}
