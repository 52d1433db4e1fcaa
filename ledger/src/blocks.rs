//! Blocks of numbers by time. Each process hands out the numbers of its own block in order, so that within a block they grow
//! with time, and two blocks may be of the same time.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamp};

use crate::ledger::Reader;
use crate::storage::{Conn, StorageError};

/// A block, with the moments of the first and the last row of a kind that has a number of it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub(crate) struct BlockEnds {
    #[diesel(sql_type = BigInt)]
    pub first: i64,
    /// The first number that is not of it.
    #[diesel(sql_type = BigInt)]
    pub beyond: i64,
    #[diesel(sql_type = Timestamp)]
    pub oldest: NaiveDateTime,
    #[diesel(sql_type = Timestamp)]
    pub newest: NaiveDateTime,
}

#[derive(QueryableByName)]
struct Ends {
    #[diesel(sql_type = BigInt)]
    first: i64,
    #[diesel(sql_type = BigInt)]
    beyond: i64,
    #[diesel(sql_type = Nullable<Timestamp>)]
    oldest: Option<NaiveDateTime>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    newest: Option<NaiveDateTime>,
}

impl Reader<'_> {
    /// Blocks that hold payments, by the moments at which those were started.
    pub(crate) fn payment_blocks(&mut self) -> Result<Vec<BlockEnds>, StorageError> {
        self.block_ends("payments", "created_at")
    }

    /// Blocks that hold postings, by the moments at which those were booked.
    pub(crate) fn posting_blocks(&mut self) -> Result<Vec<BlockEnds>, StorageError> {
        self.block_ends("postings", "booked_at")
    }

    /// One look at either end of each block.
    fn block_ends(&mut self, table: &str, moment: &str) -> Result<Vec<BlockEnds>, StorageError> {
        let end = |order: &str| {
            format!(
                "(SELECT r.{moment} FROM {table} r WHERE r.id >= b.first AND r.id < b.beyond ORDER BY r.id {order} LIMIT 1)"
            )
        };
        let query = diesel::sql_query(format!(
            "SELECT b.first AS first, b.beyond AS beyond, {} AS oldest, {} AS newest FROM id_blocks b ORDER BY b.first",
            end("ASC"),
            end("DESC")
        ));
        let ends: Vec<Ends> = match &mut *self.connection {
            Conn::Sqlite(c) => query.load(c)?,
            Conn::Pg(c) => query.load(c)?,
        };
        let of = |ends: Ends| {
            let Ends { first, beyond, oldest, newest } = ends;
            Some(BlockEnds { first, beyond, oldest: oldest?, newest: newest? })
        };
        Ok(ends.into_iter().filter_map(of).collect())
    }
}
