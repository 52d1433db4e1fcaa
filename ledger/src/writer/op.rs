//! What a rare write may do: its statements run on the writer's connection, in a savepoint of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::accounts::AccountCache;
use super::commands::RequestKey;
use super::ids::Ids;
use crate::accounts::Account;
use crate::money::Money;
use crate::personal::Keyring;
use crate::postings::{Moment, Posting, Unbalanced};
use crate::states::TaskKind;
use crate::storage::schema::{accounts, entries, float_entries, postings, window_lines};
use crate::storage::{Conn, StorageError};

/// The writer's connection, lent to one write. No network call belongs inside.
pub struct WriteOp<'a> {
    pub(crate) connection: &'a mut Conn,
    pub(super) ids: &'a mut Ids,
    pub(super) accounts: &'a mut AccountCache,
    pub(super) wake: &'a mut bool,
    /// Seals personal data, and opens it.
    pub(crate) keys: &'a Arc<Keyring>,
}

impl WriteOp<'_> {
    /// A fresh number of at most 12 digits.
    pub fn next_id(&mut self) -> Result<i64, StorageError> {
        self.ids.next()
    }

    /// Whoever works off the outbox is told after the commit.
    pub(crate) fn wake(&mut self) {
        *self.wake = true;
    }

    /// The balance of an account, which no other process can change before this write ends.
    pub(crate) fn held_balance(&mut self, account: &Account) -> Result<i64, StorageError> {
        let id = self.accounts.id(self.connection, self.ids, account)?;
        let row = accounts::table.filter(accounts::id.eq(id)).select(accounts::balance);
        Ok(match &mut *self.connection {
            Conn::Sqlite(c) => row.get_result(c)?,
            Conn::Pg(c) => row.for_update().get_result(c)?,
        })
    }

    /// Books what belongs to no payment; the posting's number. `Conflict` where a guarded balance would not allow it.
    pub(crate) fn post(&mut self, posting: &Posting) -> Result<i64, StorageError> {
        self.post_with(posting, None, None)
    }

    /// [`Self::post`] into a settlement window, whose line is in order at once, or as the reversal of another posting.
    pub(crate) fn post_with(
        &mut self,
        posting: &Posting,
        window: Option<i64>,
        reverses: Option<i64>,
    ) -> Result<i64, StorageError> {
        let id = self.next_id()?;
        let moment = posting.moment();
        let values = (
            postings::id.eq(id),
            postings::kind.eq(posting.kind().code()),
            postings::booked_at.eq(moment.at.naive_utc()),
            postings::effective_on.eq(moment.day),
            (postings::reverses.eq(reverses), postings::window_id.eq(window)),
        );
        diesel::insert_into(postings::table).values(values).execute(self.connection)?;
        if let Some(window) = window {
            let line = (window_lines::window_id.eq(window), window_lines::posting_id.eq(id));
            diesel::insert_into(window_lines::table).values(line).execute(self.connection)?;
        }
        // In the order of account numbers, as batches do.
        let mut deltas = BTreeMap::<i64, i64>::new();
        for (line, entry) in (0i16..).zip(posting.entries()) {
            let account = self.accounts.id(self.connection, self.ids, &entry.account)?;
            let values = (
                entries::posting_id.eq(id),
                entries::line.eq(line),
                entries::account_id.eq(account),
                entries::amount.eq(entry.amount),
            );
            diesel::insert_into(entries::table).values(values).execute(self.connection)?;
            if entry.account.ceiling().is_some() {
                let values = (
                    float_entries::account_id.eq(account),
                    float_entries::posting_id.eq(id),
                    float_entries::amount.eq(entry.amount),
                );
                diesel::insert_into(float_entries::table).values(values).execute(self.connection)?;
            }
            let delta = deltas.entry(account).or_default();
            *delta = delta.checked_add(entry.amount).ok_or(Unbalanced)?;
        }
        for (account, delta) in deltas {
            let changed = diesel::update(accounts::table.filter(accounts::id.eq(account)))
                .set(accounts::balance.eq(accounts::balance + delta))
                .execute(self.connection)?;
            if changed != 1 {
                return Err(StorageError::Conflict("an account changed meanwhile".to_owned()));
            }
        }
        Ok(id)
    }

    /// Leaves a warning for the network if drawing this much brings a float below `low`; `subject` drew it.
    pub(crate) fn warn_if_low(
        &mut self,
        available: Money,
        drawn: Money,
        low: Money,
        subject: i64,
        moment: Moment,
    ) -> Result<(), StorageError> {
        let after = available.checked_sub(drawn);
        if available >= low && after.is_some_and(|after| after < low) {
            self.add_task(TaskKind::MailLowFloat, subject, moment.at, moment.at)?;
        }
        Ok(())
    }
}

/// Whether an earlier request under this key asked for the same.
pub(crate) fn is_replay(key: &RequestKey, stored_input: &[u8]) -> bool {
    key.input.as_slice() == stored_input
}
