//! Numbers for rows: taken from the database in blocks, handed out in order. They grow with time, are unique over all
//! processes, and have at most 12 digits, as billers' protocols want them.

use diesel::prelude::*;

use crate::storage::schema::{counters, id_blocks};
use crate::storage::{Conn, StorageError};

/// Numbers taken at once. What is left of a block when a process ends is lost: ten million starts are possible.
const BLOCK: i64 = 100_000;
/// More than a batch can use.
const LOW: i64 = 20_000;
/// The largest number of 12 digits.
const LAST: i64 = 999_999_999_999;

#[derive(Default)]
pub(super) struct Ids {
    next: i64,
    end: i64,
}

impl Ids {
    /// Makes sure that a batch finds enough numbers. Outside any batch's transaction: a rollback must not give numbers
    /// twice.
    pub fn refill(&mut self, connection: &mut Conn) -> Result<(), StorageError> {
        if self.end - self.next >= LOW {
            return Ok(());
        }
        let used = self.end;
        let end = connection.transaction(|connection| {
            let counter = counters::table.filter(counters::name.eq("ids"));
            let change = diesel::update(counter).set(counters::next.eq(counters::next + BLOCK));
            let end: i64 = match connection {
                Conn::Sqlite(c) => change.returning(counters::next).get_result(c)?,
                Conn::Pg(c) => change.returning(counters::next).get_result(c)?,
            };
            if end > LAST {
                return Err(StorageError::Failed("the 12-digit numbers are used up".to_owned()));
            }
            let block = (
                id_blocks::first.eq(end - BLOCK),
                id_blocks::beyond.eq(end),
                id_blocks::payments_upto.eq(0),
                id_blocks::postings_upto.eq(0),
                id_blocks::is_over.eq(false),
            );
            diesel::insert_into(id_blocks::table).values(block).execute(connection)?;
            end_block(connection, used)?;
            Ok(end)
        })?;
        (self.next, self.end) = (end - BLOCK, end);
        Ok(())
    }

    /// Gives the rest of the block up: nothing more is written under its numbers.
    pub fn close(&mut self, connection: &mut Conn) -> Result<(), StorageError> {
        let used = std::mem::take(self).end;
        end_block(connection, used)
    }

    /// Takes a new block at the next batch, and leaves the last one open: what was written under its numbers may come to
    /// light later.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The next number.
    pub fn next(&mut self) -> Result<i64, StorageError> {
        if self.next >= self.end {
            return Err(StorageError::Failed("one batch asked for more numbers than a block holds".to_owned()));
        }
        self.next += 1;
        Ok(self.next - 1)
    }
}

/// Says of the block up to a number that its process uses it no more.
fn end_block(connection: &mut Conn, beyond: i64) -> Result<(), StorageError> {
    let block = id_blocks::table.filter(id_blocks::beyond.eq(beyond)).filter(id_blocks::first.eq(beyond - BLOCK));
    diesel::update(block).set(id_blocks::is_over.eq(true)).execute(connection)?;
    Ok(())
}
