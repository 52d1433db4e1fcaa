//! What payments leave where rules count by the payer's address or by card: digests by which they are found again, dropped
//! once no rule can look back so far. They are written with the payment, in its commit, and only while a rule counts them.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::{GuardKey, GuardSubject, Network};
use crate::bills::first_half;
use crate::ledger::Reader;
use crate::personal::Keyring;
use crate::storage::StorageError;
use crate::storage::schema::{guard_traces, payments};
use crate::writer::WriteOp;

/// The longest time that a rule can look back over, and so how long traces are kept.
pub const GUARD_WINDOW_MAX: TimeDelta = TimeDelta::days(30);
/// Traces that are dropped at once: the writer is held up for some milliseconds.
const DROPPED_AT_ONCE: i64 = 5_000;

/// A digest that a payment leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardTrace(pub(crate) [u8; 16]);

impl GuardTrace {
    /// Of a card by the digits that a mask shows: `400000*0010`.
    pub fn of_card(digits: &str) -> Self {
        Self(super::card_digest(digits))
    }

    /// Of a payer's address: few enough to be tried out, so that it is made under the database's key.
    pub(crate) fn of_address(address: &Network, keys: &Keyring) -> Self {
        Self(keys.word(super::network_digest(address)))
    }
}

impl Reader<'_> {
    /// The address from which a payment was started, by what it has left.
    pub fn address_of_payment(&mut self, payment: i64) -> Result<Option<GuardKey>, StorageError> {
        let started: Option<NaiveDateTime> = payments::table
            .filter(payments::id.eq(payment))
            .select(payments::created_at)
            .get_result(self.connection)
            .optional()?;
        let Some(started) = started else { return Ok(None) };
        let value: Option<Vec<u8>> = guard_traces::table
            .filter(guard_traces::traced_at.eq(started))
            .filter(guard_traces::payment_id.eq(payment))
            .filter(guard_traces::subject.eq(GuardSubject::Address.code()))
            .select(guard_traces::value)
            .first(self.connection)
            .optional()?;
        Ok(value.map(|value| GuardKey::Traced(GuardTrace(first_half(&value)))))
    }
}

impl WriteOp<'_> {
    /// Drops what payments have left of their payers' addresses.
    pub(crate) fn drop_addresses_of(&mut self, some: &[i64]) -> Result<(), StorageError> {
        let started: Vec<(i64, NaiveDateTime)> = payments::table
            .filter(payments::id.eq_any(some.to_vec()))
            .select((payments::id, payments::created_at))
            .load(self.connection)?;
        for (payment, started) in started {
            let left = guard_traces::table
                .filter(guard_traces::traced_at.eq(started))
                .filter(guard_traces::payment_id.eq(payment))
                .filter(guard_traces::subject.eq(GuardSubject::Address.code()));
            diesel::delete(left).execute(self.connection)?;
        }
        Ok(())
    }

    /// Drops traces that no rule can look back to, the oldest first, some thousands at most; how many.
    pub fn drop_guard_traces(&mut self, now: DateTime<Utc>) -> Result<usize, StorageError> {
        let before = (now - GUARD_WINDOW_MAX).naive_utc();
        let old = guard_traces::table.filter(guard_traces::traced_at.lt(before));
        let last: Option<NaiveDateTime> = old
            .order(guard_traces::traced_at)
            .offset(DROPPED_AT_ONCE - 1)
            .limit(1)
            .select(guard_traces::traced_at)
            .get_result(self.connection)
            .optional()?;
        Ok(match last {
            Some(last) => {
                diesel::delete(guard_traces::table.filter(guard_traces::traced_at.le(last))).execute(self.connection)?
            }
            None => diesel::delete(old).execute(self.connection)?,
        })
    }
}
