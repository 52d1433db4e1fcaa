//! What a counter's pages look up with every request: one's own open shift.

use diesel::prelude::*;

use super::shifts::{Shift, ShiftState};
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::shifts;

impl Reader<'_> {
    /// The open shift of a member at an outlet; of several, the one opened first.
    pub fn open_shift_by(&mut self, outlet: &str, member: i64) -> Result<Option<Shift>, StorageError> {
        let own: Option<i64> = shifts::table
            .filter(shifts::outlet.eq(outlet))
            .filter(shifts::state.eq(ShiftState::Open.code()))
            .filter(shifts::opened_by.eq(member))
            .order(shifts::id)
            .select(shifts::id)
            .first(self.connection)
            .optional()?;
        own.map_or(Ok(None), |own| self.shift(own))
    }
}
