//! Numbers under which payments of a time stand.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamp};

use crate::ledger::Reader;
use crate::storage::schema::payments;
use crate::storage::{Conn, StorageError};

/// The first and the last moment of each block: one look at either end of it.
const ENDS: &str = "SELECT b.first AS first, b.beyond AS beyond, \
    (SELECT p.created_at FROM payments p WHERE p.id >= b.first AND p.id < b.beyond ORDER BY p.id LIMIT 1) AS oldest, \
    (SELECT p.created_at FROM payments p WHERE p.id >= b.first AND p.id < b.beyond ORDER BY p.id DESC LIMIT 1) AS newest \
    FROM id_blocks b ORDER BY b.first";

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
    /// The least number of a payment started at or after `from`, and the least above all that were started before `until`.
    /// Several processes hand out blocks side by side: what lies between may be of another time too.
    pub(super) fn numbers_of(
        &mut self,
        from: Option<NaiveDateTime>,
        until: Option<NaiveDateTime>,
    ) -> Result<(i64, i64), StorageError> {
        if from.is_none() && until.is_none() {
            return Ok((0, i64::MAX));
        }
        let query = diesel::sql_query(ENDS);
        let blocks: Vec<Ends> = match &mut *self.connection {
            Conn::Sqlite(c) => query.load(c)?,
            Conn::Pg(c) => query.load(c)?,
        };
        let (mut least, mut above) = (i64::MAX, 0);
        for block in &blocks {
            let (Some(oldest), Some(newest)) = (block.oldest, block.newest) else { continue };
            if from.is_none_or(|from| newest >= from) {
                let at = match from {
                    Some(from) if oldest < from => self.first_at(block, from)?,
                    _ => block.first,
                };
                least = least.min(at);
            }
            if until.is_none_or(|until| oldest < until) {
                let at = match until {
                    Some(until) if newest >= until => self.first_at(block, until)?,
                    _ => block.beyond,
                };
                above = above.max(at);
            }
        }
        Ok((least, above))
    }

    /// The number of a block's first payment at or after a moment; within a block numbers grow with time.
    fn first_at(&mut self, block: &Ends, at: NaiveDateTime) -> Result<i64, StorageError> {
        let (mut low, mut high) = (block.first, block.beyond);
        while low < high {
            let middle = low + (high - low) / 2;
            let found: Option<(i64, NaiveDateTime)> = payments::table
                .filter(payments::id.ge(middle))
                .filter(payments::id.lt(high))
                .order(payments::id.asc())
                .limit(1)
                .select((payments::id, payments::created_at))
                .load(self.connection)?
                .pop();
            match found {
                Some((id, made)) if made < at => low = id + 1,
                // The first from the middle on is late enough, or there is none: it lies below, or is that one.
                _ => high = middle,
            }
        }
        Ok(low)
    }
}
