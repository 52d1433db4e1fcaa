//! What a rare write may do: its statements run on the writer's connection, in a savepoint of its own.

use super::accounts::AccountCache;
use super::ids::Ids;
use crate::storage::{Conn, StorageError};

/// The writer's connection, lent to one write. No network call belongs inside.
pub struct WriteOp<'a> {
    pub(crate) connection: &'a mut Conn,
    pub(super) ids: &'a mut Ids,
    #[expect(dead_code, reason = "postings outside of payments come with settlement")]
    pub(super) accounts: &'a mut AccountCache,
    pub(super) wake: &'a mut bool,
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
}
