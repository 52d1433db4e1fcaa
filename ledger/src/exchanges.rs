//! What was said to others and heard from them about payments, as rows: written behind, read in a payment's story, and kept
//! for a while.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ledger::Reader;
use crate::personal::columns::{EXCHANGES_HEARD, EXCHANGES_SENT};
use crate::personal::{Keyring, Sealed};
use crate::storage::rows::biller_code;
use crate::storage::schema::exchanges;
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{UnknownWord, words};
use crate::writer::WriteOp;

words! {
    /// How an exchange with another side ended.
    ExchangeEnd: "answered, refused, failed" {
        /// With an answer that says yes, or what was asked.
        Answered = 1, "answered";
        /// With an answer that says no.
        Refused = 2, "refused";
        /// Without an answer of use.
        Failed = 3, "failed";
    }
}

/// Exchanges of one insert: columns x rows stays below SQLite's 32,766 parameters.
const ROWS_PER_INSERT: usize = 1_000;

/// One exchange with a biller or the gateway. Bodies have been cut, and what must not be kept was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptExchange {
    /// The payment.
    pub payment: i64,
    /// When it began (UTC).
    pub at: NaiveDateTime,
    /// The biller; `None`: the card gateway.
    pub biller: Option<u16>,
    /// Whether the other side began it.
    pub is_incoming: bool,
    /// What it was for, in the program's word.
    pub operation: String,
    /// How it ended.
    pub end: ExchangeEnd,
    /// HTTP status; 0: none.
    pub status: u16,
    /// How long it took.
    pub took_ms: i64,
    /// Why there was no answer of use, or the other side's code.
    pub said: String,
    /// What was sent.
    pub sent: String,
    /// What was heard.
    pub heard: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = exchanges)]
struct ExchangeRow {
    id: i64,
    payment_id: i64,
    at: NaiveDateTime,
    biller: Option<i32>,
    is_incoming: bool,
    operation: String,
    ended: i16,
    status: i32,
    took_ms: i64,
    said: String,
    sent: Sealed,
    heard: Sealed,
}

impl KeptExchange {
    fn read(row: ExchangeRow, keys: &Keyring) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of exchange {}", row.id));
        Ok(Self {
            payment: row.payment_id,
            at: row.at,
            biller: row.biller.map(biller_code).transpose()?,
            is_incoming: row.is_incoming,
            end: ExchangeEnd::from_code(row.ended).ok_or_else(|| damaged("end"))?,
            status: u16::try_from(row.status).map_err(|_| damaged("status"))?,
            operation: row.operation,
            took_ms: row.took_ms,
            said: row.said,
            sent: keys.open(&EXCHANGES_SENT, row.id, &row.sent)?,
            heard: keys.open(&EXCHANGES_HEARD, row.id, &row.heard)?,
        })
    }
}

impl WriteOp<'_> {
    /// Keeps exchanges.
    pub fn keep_exchanges(&mut self, kept: &[KeptExchange]) -> Result<(), StorageError> {
        for part in kept.chunks(ROWS_PER_INSERT) {
            let mut rows = Vec::with_capacity(part.len());
            for exchange in part {
                let id = self.next_id()?;
                rows.push((
                    exchanges::id.eq(id),
                    exchanges::payment_id.eq(exchange.payment),
                    exchanges::at.eq(exchange.at),
                    exchanges::biller.eq(exchange.biller.map(i32::from)),
                    exchanges::is_incoming.eq(exchange.is_incoming),
                    exchanges::operation.eq(&exchange.operation),
                    exchanges::ended.eq(exchange.end.code()),
                    exchanges::status.eq(i32::from(exchange.status)),
                    exchanges::took_ms.eq(exchange.took_ms),
                    exchanges::said.eq(&exchange.said),
                    exchanges::sent.eq(self.keys.seal(&EXCHANGES_SENT, id, &exchange.sent)?),
                    exchanges::heard.eq(self.keys.seal(&EXCHANGES_HEARD, id, &exchange.heard)?),
                ));
            }
            let insert = diesel::insert_into(exchanges::table).values(rows);
            match &mut *self.connection {
                Conn::Sqlite(c) => insert.execute(c)?,
                Conn::Pg(c) => insert.execute(c)?,
            };
        }
        Ok(())
    }

    /// Forgets exchanges of before a moment (UTC), at most so many; how many.
    pub fn prune_exchanges(&mut self, before: NaiveDateTime, most: i64) -> Result<usize, StorageError> {
        let old: Vec<i64> = exchanges::table
            .filter(exchanges::at.lt(before))
            .order(exchanges::at)
            .limit(most)
            .select(exchanges::id)
            .load(self.connection)?;
        Ok(diesel::delete(exchanges::table.filter(exchanges::id.eq_any(old))).execute(self.connection)?)
    }
}

impl Reader<'_> {
    /// A payment's exchanges in the order in which they began, at most so many.
    pub fn exchanges_of(&mut self, payment: i64, limit: i64) -> Result<Vec<KeptExchange>, StorageError> {
        let rows: Vec<ExchangeRow> = exchanges::table
            .filter(exchanges::payment_id.eq(payment))
            .order((exchanges::at, exchanges::id))
            .limit(limit)
            .select(ExchangeRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| KeptExchange::read(row, self.keys)).collect()
    }
}
