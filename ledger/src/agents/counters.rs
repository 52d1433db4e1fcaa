//! What a counter's pages look up with every request: one's own open shift, and what is left of floats.

use std::collections::HashMap;

use diesel::prelude::*;

use super::shifts::{Shift, ShiftState};
use crate::accounts::AccountKind;
use crate::ledger::Reader;
use crate::money::{MAD, Money};
use crate::storage::StorageError;
use crate::storage::schema::{accounts, shifts};

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

    /// What is left of the floats of outlets, by number; payments under way counted. An outlet that never had any is
    /// missing.
    pub fn floats(&mut self, outlets: &[String]) -> Result<HashMap<String, Money>, StorageError> {
        let rows: Vec<(String, i64)> = accounts::table
            .filter(accounts::kind.eq(AccountKind::AgentFloat.code()))
            .filter(accounts::owner.eq_any(outlets))
            .filter(accounts::currency.eq(MAD))
            .select((accounts::owner, accounts::balance))
            .load(self.connection)?;
        Ok(rows.into_iter().map(|(owner, balance)| (owner, Money::from_minor(-balance))).collect())
    }
}
