//! Forgetting: personal data that no law keeps, past its keeping time, and what was offered and never paid.
//!
//! Payments, postings and what billers confirmed stay; of a payment go the payer's phone and mail address, and what it is
//! found by through the phone.

use std::collections::HashSet;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::agents::CashReferenceState;
use crate::ledger::Reader;
use crate::payment_words::PaymentWord;
use crate::personal::Sealed;
use crate::personal::columns::PAYMENTS_PHONE;
use crate::states::PaymentState;
use crate::storage::schema::{
    cash_references, desk_quotes, id_blocks, payment_links, payment_words, payments, quotes, quotes_kept,
};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// How long after the end of its quote a payment may be written: what was on its way.
const PAID_LATE_MAX: TimeDelta = TimeDelta::hours(1);

/// The next payments that are old enough for their payers to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldPayers {
    /// Those that are over and still name a phone or a mail address.
    pub payments: Vec<i64>,
    /// The last one that was looked at.
    pub last: i64,
    /// Up to where nothing is left then: of which block, and which number. One that is still open holds it back.
    point: Option<(i64, i64)>,
}

/// The next quotes that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedQuotes {
    /// Those of which nothing came.
    pub idle: Vec<i64>,
    /// Those that were not paid, and that a link or a call still needs.
    kept: Vec<i64>,
    /// How many were not paid and stay with a cash reference, which ended with them.
    pub referred: usize,
    /// How many were looked at.
    pub looked_at: usize,
    /// Of which block, and up to which number.
    point: (i64, i64),
}

/// States of payments that are over.
pub(crate) fn final_states() -> Vec<i16> {
    PaymentState::ALL.iter().filter(|state| !state.is_open()).map(|state| state.code()).collect()
}

impl WriteOp<'_> {
    /// Takes phone and mail address off payments that are over; how many had any.
    pub fn forget_payers(&mut self, some: &[i64]) -> Result<usize, StorageError> {
        let over = || {
            payments::table.filter(payments::id.eq_any(some.to_vec())).filter(payments::state.eq_any(final_states()))
        };
        let phones: Vec<(i64, Option<Sealed>)> =
            over().select((payments::id, payments::phone)).load(self.connection)?;
        for (id, phone) in phones {
            let Some(phone) = self.keys.open_some(&PAYMENTS_PHONE, id, phone.as_ref())? else { continue };
            let word = payment_words::table
                .filter(payment_words::word.eq_any(PaymentWord::Phone(phone).forms(self.keys)))
                .filter(payment_words::payment_id.eq(id));
            diesel::delete(word).execute(self.connection)?;
        }
        let known = over().filter(payments::phone.is_not_null().or(payments::email.is_not_null()));
        let none = (payments::phone.eq(None::<Sealed>), payments::email.eq(None::<Sealed>));
        Ok(diesel::update(known).set(none).execute(self.connection)?)
    }

    /// Takes the phone off references that were made before this time and are over; how many had one.
    pub fn forget_reference_phones(&mut self, before: NaiveDateTime) -> Result<usize, StorageError> {
        let over = cash_references::table
            .filter(cash_references::phone.is_not_null())
            .filter(cash_references::created_at.lt(before))
            .filter(
                cash_references::state.ne(CashReferenceState::Open.code()).or(cash_references::expires_at.lt(before)),
            );
        Ok(diesel::update(over).set(cash_references::phone.eq(None::<Sealed>)).execute(self.connection)?)
    }

    /// Deletes payment links that ended before this time; how many.
    pub fn drop_links(&mut self, ended_before: NaiveDateTime) -> Result<usize, StorageError> {
        let ended = payment_links::table.filter(payment_links::expires_at.lt(ended_before));
        Ok(diesel::delete(ended).execute(self.connection)?)
    }

    /// Deletes quotes, of which the caller knows that nothing came of them.
    pub fn drop_quotes(&mut self, some: &[i64]) -> Result<usize, StorageError> {
        diesel::delete(quotes_kept::table.filter(quotes_kept::quote_id.eq_any(some.to_vec())))
            .execute(self.connection)?;
        Ok(diesel::delete(quotes::table.filter(quotes::id.eq_any(some.to_vec()))).execute(self.connection)?)
    }

    /// Old payments are not looked at again, once their payers are forgotten.
    pub fn payers_forgotten(&mut self, done: &OldPayers) -> Result<(), StorageError> {
        let Some((block, upto)) = done.point else { return Ok(()) };
        diesel::update(id_blocks::table.filter(id_blocks::first.eq(block)))
            .set(id_blocks::forgotten_upto.eq(upto))
            .execute(self.connection)?;
        Ok(())
    }

    /// Quotes are not looked at again, once those are deleted of which nothing came; those that a link or a call needs are
    /// looked at by themselves.
    pub fn quotes_looked_at(&mut self, done: &EndedQuotes) -> Result<(), StorageError> {
        for quote in &done.kept {
            let row = quotes_kept::quote_id.eq(quote);
            match &mut *self.connection {
                Conn::Sqlite(c) => diesel::insert_or_ignore_into(quotes_kept::table).values(row).execute(c)?,
                Conn::Pg(c) => {
                    diesel::insert_into(quotes_kept::table).values(row).on_conflict_do_nothing().execute(c)?
                }
            };
        }
        diesel::update(id_blocks::table.filter(id_blocks::first.eq(done.point.0)))
            .set(id_blocks::quotes_upto.eq(done.point.1))
            .execute(self.connection)?;
        Ok(())
    }
}

/// First and last number of a block but one, and up to where it was worked on.
type BlockRow = (i64, i64, i64, bool);

impl Reader<'_> {
    /// The next payments by number after `after` that were made before this time and were not looked at in earlier runs:
    /// so many at most, of one block. `None`: there are none. Within a block numbers grow with time.
    pub fn payers_before(
        &mut self,
        before: NaiveDateTime,
        after: i64,
        limit: i64,
    ) -> Result<Option<OldPayers>, StorageError> {
        type Row = (i64, NaiveDateTime, i16, Option<Sealed>, Option<Sealed>);
        let blocks: Vec<BlockRow> = id_blocks::table
            .filter(id_blocks::beyond.gt(after))
            .filter(id_blocks::forgotten_upto.lt(id_blocks::beyond - 1))
            .order(id_blocks::first)
            .select((id_blocks::first, id_blocks::beyond, id_blocks::forgotten_upto, id_blocks::is_over))
            .load(self.connection)?;
        for (first, beyond, upto, is_over) in blocks {
            let (point, from) = (upto.max(first - 1), after.max(upto).max(first - 1));
            let next = || {
                let of_block = payments::table.filter(payments::id.gt(from)).filter(payments::id.lt(beyond));
                of_block.order(payments::id)
            };
            let oldest: Option<NaiveDateTime> =
                next().select(payments::created_at).first(self.connection).optional()?;
            if oldest.is_some_and(|oldest| oldest >= before) {
                continue;
            }
            let rows: Vec<Row> = next()
                .limit(limit)
                .select((payments::id, payments::created_at, payments::state, payments::phone, payments::email))
                .load(self.connection)?;
            let is_empty = rows.is_empty();
            let old: Vec<Row> = rows.into_iter().take_while(|(_, made, ..)| *made < before).collect();
            let Some(last) = old.last().map(|(id, ..)| *id) else {
                if is_empty && is_over && from == point {
                    let point = Some((first, beyond - 1));
                    return Ok(Some(OldPayers { payments: Vec::new(), last: beyond - 1, point }));
                }
                continue;
            };
            let over = final_states();
            let done = old.iter().take_while(|(_, _, state, ..)| over.contains(state)).last().map(|(id, ..)| *id);
            let point = done.filter(|_| from == point).map(|done| (first, done));
            let known =
                |(_, _, state, phone, email): &Row| over.contains(state) && (phone.is_some() || email.is_some());
            let payments = old.iter().filter(|row| known(row)).map(|(id, ..)| *id).collect();
            return Ok(Some(OldPayers { payments, last, point }));
        }
        Ok(None)
    }

    /// The next quotes that ended before this time and were not looked at before: so many at most, of one block. `None`:
    /// there are none.
    pub fn quotes_ended(&mut self, before: NaiveDateTime, limit: i64) -> Result<Option<EndedQuotes>, StorageError> {
        type Row = (i64, NaiveDateTime, NaiveDateTime);
        let blocks: Vec<BlockRow> = id_blocks::table
            .filter(id_blocks::quotes_upto.lt(id_blocks::beyond - 1))
            .order(id_blocks::first)
            .select((id_blocks::first, id_blocks::beyond, id_blocks::quotes_upto, id_blocks::is_over))
            .load(self.connection)?;
        for (first, beyond, upto, is_over) in blocks {
            let next = || {
                let of_block = quotes::table.filter(quotes::id.gt(upto.max(first - 1))).filter(quotes::id.lt(beyond));
                of_block.order(quotes::id)
            };
            let oldest: Option<NaiveDateTime> = next().select(quotes::expires_at).first(self.connection).optional()?;
            if oldest.is_some_and(|ends| ends >= before) {
                continue;
            }
            let columns = (quotes::id, quotes::created_at, quotes::expires_at);
            let rows: Vec<Row> = next().limit(limit).select(columns).load(self.connection)?;
            let found = rows.len();
            if found == 0 && is_over {
                let point = (first, beyond - 1);
                return Ok(Some(EndedQuotes { idle: Vec::new(), kept: Vec::new(), referred: 0, looked_at: 0, point }));
            }
            // One that ends late holds back those after it: it ends, too.
            let ended: Vec<Row> = rows.into_iter().take_while(|(_, _, ends)| *ends < before).collect();
            let (Some(from), Some(until)) =
                (ended.iter().map(|(_, made, _)| *made).min(), ended.iter().map(|(.., ends)| *ends).max())
            else {
                continue;
            };
            let ids: Vec<i64> = ended.iter().map(|(id, ..)| *id).collect();
            let paid = self.paid_among(&ids, from, until)?;
            let unpaid: Vec<i64> = ids.iter().filter(|id| !paid.contains(id)).copied().collect();
            let count = unpaid.len();
            let (idle, kept) = self.idle_among(unpaid)?;
            let referred = count - idle.len() - kept.len();
            // The last ones of a block in which there will be no more.
            let is_all = is_over && ids.len() == found && i64::try_from(found).is_ok_and(|found| found < limit);
            let upto = if is_all { beyond - 1 } else { ids.last().copied().unwrap_or(upto) };
            return Ok(Some(EndedQuotes { idle, kept, referred, looked_at: ids.len(), point: (first, upto) }));
        }
        Ok(None)
    }

    /// Of the quotes by number after `after` that links or calls needed: those that nothing needs any more, and the last
    /// one that was looked at.
    pub fn quotes_released(&mut self, after: i64, limit: i64) -> Result<(Vec<i64>, Option<i64>), StorageError> {
        let kept: Vec<i64> = quotes_kept::table
            .filter(quotes_kept::quote_id.gt(after))
            .order(quotes_kept::quote_id)
            .limit(limit)
            .select(quotes_kept::quote_id)
            .load(self.connection)?;
        let last = kept.last().copied();
        Ok((self.idle_among(kept)?.0, last))
    }

    /// Those of some quotes, made and ended in a time, for which there is a payment. Reads the payments of that time.
    fn paid_among(
        &mut self,
        some: &[i64],
        from: NaiveDateTime,
        until: NaiveDateTime,
    ) -> Result<HashSet<i64>, StorageError> {
        let (Some(first), Some(last)) = (some.first(), some.last()) else { return Ok(HashSet::new()) };
        let mut paid = HashSet::new();
        for (begin, beyond) in self.payment_runs(from, until + PAID_LATE_MAX)? {
            let run: Vec<i64> = payments::table
                .filter(payments::id.ge(begin))
                .filter(payments::id.lt(beyond))
                .filter(payments::quote_id.between(first, last))
                .select(payments::quote_id)
                .load(self.connection)?;
            paid.extend(run);
        }
        Ok(paid)
    }

    /// Unpaid quotes of which nothing came; and those that a link or a call needs, which both go one day. What a reference
    /// needs stays with it.
    fn idle_among(&mut self, unpaid: Vec<i64>) -> Result<(Vec<i64>, Vec<i64>), StorageError> {
        let (Some(first), Some(last)) = (unpaid.first().copied(), unpaid.last().copied()) else {
            return Ok((Vec::new(), Vec::new()));
        };
        let links = payment_links::table.filter(payment_links::quote_id.between(first, last));
        let mut needed: HashSet<i64> =
            links.select(payment_links::quote_id).load::<i64>(self.connection)?.into_iter().collect();
        let calls = desk_quotes::table.filter(desk_quotes::quote_id.between(first, last));
        needed.extend(calls.select(desk_quotes::quote_id).load::<i64>(self.connection)?);
        let references = cash_references::table.filter(cash_references::quote_id.between(first, last));
        let referred: HashSet<i64> =
            references.select(cash_references::quote_id).load::<i64>(self.connection)?.into_iter().collect();
        let (kept, idle): (Vec<i64>, Vec<i64>) =
            unpaid.into_iter().filter(|id| !referred.contains(id)).partition(|id| needed.contains(id));
        Ok((idle, kept))
    }
}
