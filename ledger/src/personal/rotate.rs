//! Sealing anew under the first key, and digesting anew what was digested without one: in bounded steps, while payments
//! go on. What a step did is known from the rows, so that it can stop anywhere.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::columns::{ALL, Column, PAYMENTS_PHONE};
use super::keyring::{LOOK_UP, LOOK_UP_KEY};
use super::text::{Sealed, SealedText};
use crate::ledger::Reader;
use crate::payment_words::{PaymentWord, word_digest};
use crate::storage::schema::{payment_words, payments, personal_keys, quotes};
use crate::storage::{Conn, DatabaseUrl, StorageError, connect};
use crate::writer::WriteOp;

/// Rows of a step: the writer is held up for some milliseconds.
const STEP: i64 = 500;
/// Payments of one word that are digested anew at once.
const OF_A_WORD_MAX: i64 = 10_000;

/// How far texts were looked at. The default is from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SealedUpto {
    column: usize,
    row: i64,
}

/// Texts of one column that are not sealed under the first key.
#[derive(Debug)]
pub struct Stale {
    column: &'static Column,
    rows: Vec<(i64, Sealed)>,
    upto: SealedUpto,
}

impl Stale {
    /// `table.column`.
    pub fn place(&self) -> &'static str {
        self.column.place
    }

    /// Where to go on.
    pub fn upto(&self) -> SealedUpto {
        self.upto
    }
}

/// What was digested without a key, by numbers.
#[derive(Debug, Default)]
pub struct OldWords {
    upto: i64,
    quotes: Vec<(i64, Vec<u8>)>,
    phones: Vec<(i64, Sealed)>,
}

#[derive(QueryableByName)]
struct StaleRow {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = SealedText)]
    text: Sealed,
}

impl Reader<'_> {
    /// The next texts to be sealed anew, some hundreds of one column at most; `None`: there are none from here on. Where
    /// several texts have one row's number, those that are left of it are found again.
    pub fn stale_texts(&mut self, from: SealedUpto) -> Result<Option<Stale>, StorageError> {
        let mark = self.keys.mark()?;
        let columns = ALL.iter().copied().chain([&LOOK_UP_KEY]).enumerate();
        for (index, column) in columns.skip(from.column) {
            let (table, text, row) = (column.table, column.column, row_of(column));
            let first = if index == from.column { from.row } else { 0 };
            let query = diesel::sql_query(format!(
                "SELECT CAST({row} AS BIGINT) AS number, {text} AS text FROM {table} \
                 WHERE {text} IS NOT NULL AND SUBSTR({text}, 1, {}) <> $1 AND {row} >= $2 ORDER BY {row} LIMIT {STEP}",
                mark.len()
            ))
            .bind::<Text, _>(mark.clone())
            .bind::<BigInt, _>(first);
            let rows: Vec<StaleRow> = match &mut *self.connection {
                Conn::Sqlite(c) => query.load(c)?,
                Conn::Pg(c) => query.load(c)?,
            };
            if let Some(last) = rows.last() {
                let upto = SealedUpto { column: index, row: last.number };
                let rows = rows.into_iter().map(|StaleRow { number, text }| (number, text)).collect();
                return Ok(Some(Stale { column, rows, upto }));
            }
        }
        Ok(None)
    }

    /// The next digests that were made without a key; `None`: there are none left.
    pub fn old_words(&mut self) -> Result<Option<OldWords>, StorageError> {
        let row = personal_keys::table.filter(personal_keys::name.eq(LOOK_UP));
        let bounds: Option<(i64, i64)> =
            row.select((personal_keys::old_upto, personal_keys::old_beyond)).get_result(self.connection).optional()?;
        let Some((upto, beyond)) = bounds.filter(|(upto, beyond)| upto + 1 < *beyond) else { return Ok(None) };
        let customers: Vec<(i64, Option<Vec<u8>>)> = quotes::table
            .filter(quotes::id.gt(upto).and(quotes::id.lt(beyond)))
            .order(quotes::id)
            .limit(STEP)
            .select((quotes::id, quotes::customer))
            .load(self.connection)?;
        let phones: Vec<(i64, Option<Sealed>)> = payments::table
            .filter(payments::id.gt(upto).and(payments::id.lt(beyond)))
            .order(payments::id)
            .limit(STEP)
            .select((payments::id, payments::phone))
            .load(self.connection)?;
        // As far as both lists reach.
        let full = |count: usize| i64::try_from(count).is_ok_and(|count| count >= STEP);
        let mut end = beyond - 1;
        for (count, last) in
            [(customers.len(), customers.last().map(|row| row.0)), (phones.len(), phones.last().map(|row| row.0))]
        {
            end = if full(count) { end.min(last.unwrap_or(end)) } else { end };
        }
        Ok(Some(OldWords {
            upto: end,
            quotes: customers.into_iter().filter_map(|(id, key)| Some((id, key?))).filter(|row| row.0 <= end).collect(),
            phones: phones
                .into_iter()
                .filter_map(|(id, phone)| Some((id, phone?)))
                .filter(|row| row.0 <= end)
                .collect(),
        }))
    }
}

impl WriteOp<'_> {
    /// Seals texts under the first key; how many. One that changed meanwhile was sealed by whoever changed it.
    pub fn seal_anew(&mut self, stale: &Stale) -> Result<usize, StorageError> {
        self.leave_nothing_behind()?;
        let Column { table, column: text, .. } = stale.column;
        let row = row_of(stale.column);
        let mut sealed = 0;
        for (number, known) in &stale.rows {
            let plain = self.keys.open(stale.column, *number, known)?;
            let new = self.keys.seal(stale.column, *number, &plain)?;
            let update = diesel::sql_query(format!("UPDATE {table} SET {text} = $1 WHERE {row} = $2 AND {text} = $3"))
                .bind::<SealedText, _>(new)
                .bind::<BigInt, _>(*number)
                .bind::<SealedText, _>(known.clone());
            sealed += match &mut *self.connection {
                Conn::Sqlite(c) => update.execute(c)?,
                Conn::Pg(c) => update.execute(c)?,
            };
        }
        Ok(sealed)
    }

    /// Digests anew under the database's key; how many digests were found.
    pub fn digest_anew(&mut self, old: &OldWords) -> Result<usize, StorageError> {
        self.leave_nothing_behind()?;
        let mut words = Vec::new();
        for (quote, known) in &old.quotes {
            let new = self.keyed(known)?;
            let row = quotes::table.filter(quotes::id.eq(quote)).filter(quotes::customer.eq(known));
            if diesel::update(row).set(quotes::customer.eq(&new)).execute(self.connection)? > 0 {
                words.push((known.clone(), new));
            }
        }
        for (payment, phone) in &old.phones {
            let phone = self.keys.open(&PAYMENTS_PHONE, *payment, phone)?;
            let plain = word_digest("phone", &phone).to_vec();
            words.push((plain, PaymentWord::Phone(phone).digest(self.keys)));
        }
        words.sort_unstable();
        words.dedup();
        for (known, new) in &words {
            self.replace_word(known, new)?;
        }
        let row = personal_keys::table.filter(personal_keys::name.eq(LOOK_UP));
        diesel::update(row.filter(personal_keys::old_upto.lt(old.upto)))
            .set(personal_keys::old_upto.eq(old.upto))
            .execute(self.connection)?;
        Ok(words.len())
    }

    fn keyed(&self, known: &[u8]) -> Result<Vec<u8>, StorageError> {
        let digest: [u8; 16] =
            known.try_into().map_err(|_| StorageError::Damaged("a digest of a customer".to_owned()))?;
        Ok(self.keys.word(digest).to_vec())
    }

    fn replace_word(&mut self, known: &[u8], new: &[u8]) -> Result<(), StorageError> {
        loop {
            let found: Vec<i64> = payment_words::table
                .filter(payment_words::word.eq(known))
                .order(payment_words::payment_id)
                .limit(OF_A_WORD_MAX)
                .select(payment_words::payment_id)
                .load(self.connection)?;
            let Some(last) = found.last().copied() else { return Ok(()) };
            for payment in found {
                let row = (payment_words::word.eq(new), payment_words::payment_id.eq(payment));
                match &mut *self.connection {
                    Conn::Sqlite(c) => diesel::insert_or_ignore_into(payment_words::table).values(row).execute(c)?,
                    Conn::Pg(c) => {
                        diesel::insert_into(payment_words::table).values(row).on_conflict_do_nothing().execute(c)?
                    }
                };
            }
            let moved =
                payment_words::table.filter(payment_words::word.eq(known)).filter(payment_words::payment_id.le(last));
            diesel::delete(moved).execute(self.connection)?;
        }
    }

    /// SQLite writes over what a row said before, from here on: what is sealed or erased is not left in free space.
    pub(crate) fn leave_nothing_behind(&mut self) -> Result<(), StorageError> {
        if let Conn::Sqlite(sqlite) = &mut *self.connection {
            sqlite.batch_execute("PRAGMA secure_delete = ON")?;
        }
        Ok(())
    }
}

/// Moves what SQLite's log holds into the file and empties the log: it says what rows said before. Other readers may keep
/// it from being emptied; whether it was. PostgreSQL forgets by its own vacuum.
pub fn empty_log(url: &DatabaseUrl) -> Result<bool, StorageError> {
    #[derive(QueryableByName)]
    struct Emptied {
        #[diesel(sql_type = BigInt)]
        busy: i64,
    }
    match &mut connect(url)? {
        Conn::Sqlite(sqlite) => {
            let emptied: Emptied = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(sqlite)?;
            Ok(emptied.busy == 0)
        }
        Conn::Pg(_) => Ok(true),
    }
}

/// The row's number, in SQL.
fn row_of(column: &Column) -> &str {
    // The key for look-ups has a name instead.
    if *column == LOOK_UP_KEY { "old_upto - old_upto" } else { column.row }
}
