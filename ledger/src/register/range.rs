//! Numbers under which payments of a time stand.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamp};

use crate::blocks::BlockEnds;
use crate::ledger::Reader;
use crate::storage::{Conn, StorageError};

/// Parts into which one statement divides a span of numbers: five statements go through thirty million.
const PROBES: i64 = 32;

/// A number, and the number and moment of the first payment from it on.
type Probed = (i64, Option<(i64, NaiveDateTime)>);

#[derive(QueryableByName)]
struct First {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    id: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    created_at: Option<NaiveDateTime>,
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
        let (mut least, mut above) = (i64::MAX, 0);
        for block in &self.payment_blocks()? {
            if from.is_none_or(|from| block.newest >= from) {
                let at = match from {
                    Some(from) if block.oldest < from => self.first_at(block, from)?,
                    _ => block.first,
                };
                least = least.min(at);
            }
            if until.is_none_or(|until| block.oldest < until) {
                let at = match until {
                    Some(until) if block.newest >= until => self.first_at(block, until)?,
                    _ => block.beyond,
                };
                above = above.max(at);
            }
        }
        Ok((least, above))
    }

    /// The number of a block's first payment at or after a moment; within a block numbers grow with time.
    fn first_at(&mut self, block: &BlockEnds, at: NaiveDateTime) -> Result<i64, StorageError> {
        let (mut low, mut high) = (block.first, block.beyond);
        while low < high {
            let (mut next_low, mut next_high) = (low, high);
            for (probe, found) in self.probed(low, high)? {
                match found {
                    Some((id, made)) if made < at => next_low = next_low.max(id + 1),
                    // The first from there on is late enough, or there is none: it lies below, or is that one.
                    _ => next_high = next_high.min(probe),
                }
            }
            (low, high) = (next_low, next_high);
        }
        Ok(low)
    }

    /// The first payment from each of some numbers on, all below `high`. One statement takes as long as a round trip.
    fn probed(&mut self, low: i64, high: i64) -> Result<Vec<Probed>, StorageError> {
        let step = ((high - low) / PROBES).max(1);
        let numbers = (1..PROBES).map(|turn| low + (turn - 1) * step + step / 2).take_while(|number| *number < high);
        let rows: Vec<String> = numbers.map(|number| format!("({number})")).collect();
        let first = |column: &str| {
            format!(
                "(SELECT p.{column} FROM payments p WHERE p.id >= n.number AND p.id < {high} ORDER BY p.id LIMIT 1) \
                 AS {column}"
            )
        };
        let text = format!(
            "WITH n (number) AS (VALUES {}) SELECT CAST(n.number AS BIGINT) AS number, {}, {} FROM n",
            rows.join(", "),
            first("id"),
            first("created_at")
        );
        let query = diesel::sql_query(text);
        let found: Vec<First> = match &mut *self.connection {
            Conn::Sqlite(c) => query.load(c)?,
            Conn::Pg(c) => query.load(c)?,
        };
        Ok(found.into_iter().map(|row| (row.number, row.id.zip(row.created_at))).collect())
    }
}
