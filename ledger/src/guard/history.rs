//! Payments of a time that somebody started, for rules that count them.
//!
//! They are found as at the desk: by words put in order behind the writer, and by what has no words yet. Numbers are in the
//! order of time within a block only, so a time is bounded block by block: of what lies before the first block whose last
//! payment is young enough nothing is read. By address and by card they are found by what they have left, at once.

use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamp};

use super::{GuardKey, GuardSubject};
use crate::bills::CustomerKey;
use crate::ledger::Reader;
use crate::money::Money;
use crate::personal::columns::PAYMENTS_PHONE;
use crate::states::PaymentState;
use crate::storage::schema::{agent_payments, guard_traces, id_blocks, payment_words, payments, quotes};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{Channel, Instrument};

/// The first number of the first block with a payment since a moment: one look at the end of each. All blocks: every
/// command and every start of a process takes one, so that no number of them is a time.
const FLOOR: &str = "SELECT MIN(b.first) AS first FROM id_blocks b \
    WHERE (SELECT p.created_at FROM payments p WHERE p.id >= b.first AND p.id < b.beyond ORDER BY p.id DESC LIMIT 1) >= $1";

#[derive(QueryableByName)]
struct Floor {
    #[diesel(sql_type = Nullable<BigInt>)]
    first: Option<i64>,
}

/// A payment as rules count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastPayment {
    /// Its number.
    pub id: i64,
    /// The quote's number.
    pub quote: i64,
    /// The biller.
    pub biller: u16,
    /// Where it was started.
    pub channel: Channel,
    /// What it is paid with.
    pub instrument: Instrument,
    /// Where it stands.
    pub state: PaymentState,
    /// What is paid in all.
    pub total: Money,
    /// When it was started; seen by its card, when that was accepted (UTC).
    pub created_at: NaiveDateTime,
}

type Row = (i64, i64, i32, i16, i16, i16, i64, i64, i64, i64, NaiveDateTime);

const COLUMNS: (
    payments::id,
    payments::quote_id,
    payments::biller,
    payments::channel,
    payments::instrument,
    payments::state,
    payments::principal,
    payments::fee,
    payments::vat,
    payments::duty,
    payments::created_at,
) = (
    payments::id,
    payments::quote_id,
    payments::biller,
    payments::channel,
    payments::instrument,
    payments::state,
    payments::principal,
    payments::fee,
    payments::vat,
    payments::duty,
    payments::created_at,
);

fn past(row: Row) -> Result<PastPayment, StorageError> {
    let (id, quote, biller, channel, instrument, state, principal, fee, vat, duty, created_at) = row;
    let damaged = |what: &str| StorageError::Damaged(format!("{what} of payment {id}"));
    let total = [fee, vat, duty].into_iter().try_fold(principal, i64::checked_add);
    Ok(PastPayment {
        id,
        quote,
        biller: u16::try_from(biller).map_err(|_| damaged("biller"))?,
        channel: Channel::from_code(channel).ok_or_else(|| damaged("channel"))?,
        instrument: Instrument::from_code(instrument).ok_or_else(|| damaged("instrument"))?,
        state: PaymentState::from_code(state).ok_or_else(|| damaged("state"))?,
        total: Money::from_minor(total.ok_or_else(|| damaged("total"))?),
        created_at,
    })
}

/// Whether payments are found by what they have left.
const fn is_traced(key: &GuardKey) -> bool {
    matches!(key, GuardKey::Card(_) | GuardKey::Address(_) | GuardKey::Traced(_))
}

impl Reader<'_> {
    /// What somebody started since a moment, that moment included, the newest first; so many at most.
    pub fn past_payments(
        &mut self,
        key: &GuardKey,
        since: NaiveDateTime,
        limit: i64,
    ) -> Result<Vec<PastPayment>, StorageError> {
        if is_traced(key) {
            return self.past_traced(key, since, limit);
        }
        let floor = self.first_block_since(since)?;
        floor.map_or(Ok(Vec::new()), |floor| self.past_payments_from(floor, key, since, limit))
    }

    /// [`Self::past_payments`] of several, each since a moment of its own.
    pub fn past_payments_of(
        &mut self,
        wanted: &[(GuardKey, NaiveDateTime)],
        limit: i64,
    ) -> Result<Vec<(GuardSubject, Vec<PastPayment>)>, StorageError> {
        let earliest = wanted.iter().filter(|(key, _)| !is_traced(key)).map(|(_, since)| *since).min();
        let floor = earliest.map(|earliest| self.first_block_since(earliest)).transpose()?.flatten();
        let mut found = Vec::new();
        for (key, since) in wanted {
            let past = match floor {
                _ if is_traced(key) => self.past_traced(key, *since, limit)?,
                Some(floor) => self.past_payments_from(floor, key, *since, limit)?,
                None => Vec::new(),
            };
            found.push((key.subject(), past));
        }
        Ok(found)
    }

    /// One range of an index, of rows that were committed with their payments.
    fn past_traced(
        &mut self,
        key: &GuardKey,
        since: NaiveDateTime,
        limit: i64,
    ) -> Result<Vec<PastPayment>, StorageError> {
        let rows: Vec<(Row, NaiveDateTime)> = guard_traces::table
            .inner_join(payments::table.on(payments::id.eq(guard_traces::payment_id)))
            .filter(guard_traces::value.eq(key.digest(self.keys)))
            .filter(guard_traces::traced_at.ge(since))
            .order(guard_traces::traced_at.desc())
            .limit(limit)
            .select((COLUMNS, guard_traces::traced_at))
            .load(self.connection)?;
        rows.into_iter().map(|(row, traced_at)| Ok(PastPayment { created_at: traced_at, ..past(row)? })).collect()
    }

    fn past_payments_from(
        &mut self,
        floor: i64,
        key: &GuardKey,
        since: NaiveDateTime,
        limit: i64,
    ) -> Result<Vec<PastPayment>, StorageError> {
        let mut rows: Vec<Row> = match key {
            GuardKey::Outlet(outlet) => agent_payments::table
                .inner_join(payments::table.on(payments::id.eq(agent_payments::payment_id)))
                .filter(agent_payments::outlet.eq(outlet))
                .filter(agent_payments::payment_id.ge(floor))
                .filter(payments::created_at.ge(since))
                .order(agent_payments::payment_id.desc())
                .limit(limit)
                .select(COLUMNS)
                .load(self.connection)?,
            // They are found by what they have left.
            GuardKey::Card(_) | GuardKey::Address(_) | GuardKey::Traced(_) => Vec::new(),
            GuardKey::Phone(_) | GuardKey::Contract(_) => {
                // What lacks its words first: what gets them in between is then found among the words.
                let mut rows = self.past_without_words(key, since, limit)?;
                let known: Vec<Row> = payment_words::table
                    .inner_join(payments::table.on(payments::id.eq(payment_words::payment_id)))
                    .filter(payment_words::word.eq_any(key.forms(self.keys)))
                    .filter(payment_words::payment_id.ge(floor))
                    .filter(payments::created_at.ge(since))
                    .order(payment_words::payment_id.desc())
                    .limit(limit)
                    .select(COLUMNS)
                    .load(self.connection)?;
                rows.extend(known);
                rows
            }
        };
        rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.10, row.0)));
        rows.dedup_by_key(|row| row.0);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        rows.into_iter().map(past).collect()
    }

    /// The biller's customer of a quote.
    pub fn customer_of_quote(&mut self, quote: i64) -> Result<Option<CustomerKey>, StorageError> {
        let found: Option<Option<Vec<u8>>> = quotes::table
            .filter(quotes::id.eq(quote))
            .select(quotes::customer)
            .get_result(self.connection)
            .optional()?;
        let damaged = || StorageError::Damaged(format!("customer of quote {quote}"));
        found.flatten().map(|key| CustomerKey::kept(key).ok_or_else(damaged)).transpose()
    }

    /// The first number of the first block with a payment since a moment.
    fn first_block_since(&mut self, since: NaiveDateTime) -> Result<Option<i64>, StorageError> {
        let query = diesel::sql_query(FLOOR).bind::<Timestamp, _>(since);
        let floor: Floor = match &mut *self.connection {
            Conn::Sqlite(c) => query.get_result(c)?,
            Conn::Pg(c) => query.get_result(c)?,
        };
        Ok(floor.first)
    }

    fn past_without_words(
        &mut self,
        key: &GuardKey,
        since: NaiveDateTime,
        limit: i64,
    ) -> Result<Vec<Row>, StorageError> {
        let open: Vec<(i64, i64, i64)> = id_blocks::table
            .filter(sql::<Bool>("NOT has_words"))
            .select((id_blocks::first, id_blocks::beyond, id_blocks::payments_upto))
            .load(self.connection)?;
        let mut found = Vec::new();
        for (first, beyond, upto) in open {
            let made = payments::table
                .inner_join(quotes::table)
                // One lower bound: given two, SQLite may begin at the lesser one.
                .filter(payments::id.gt(upto.max(first - 1)))
                .filter(payments::id.lt(beyond))
                .filter(payments::created_at.ge(since))
                .order(payments::id.desc())
                .limit(limit)
                .select(COLUMNS);
            let rows: Vec<Row> = match key {
                GuardKey::Phone(phone) => {
                    let phones = self.keys.forms(&PAYMENTS_PHONE, phone)?;
                    made.filter(payments::phone.eq_any(phones)).load(self.connection)?
                }
                GuardKey::Contract(key) => {
                    made.filter(quotes::customer.eq_any(key.forms(self.keys))).load(self.connection)?
                }
                GuardKey::Outlet(_) | GuardKey::Card(_) | GuardKey::Address(_) | GuardKey::Traced(_) => Vec::new(),
            };
            found.extend(rows);
        }
        Ok(found)
    }
}
