//! Forgetting: personal data that no law keeps, past its keeping time, and what was offered and never paid.
//!
//! Payments, postings and what billers confirmed stay; of a payment go the payer's phone and mail address, and what it is
//! found by through the phone.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::agents::CashReferenceState;
use crate::ledger::Reader;
use crate::payment_words::PaymentWord;
use crate::states::PaymentState;
use crate::storage::StorageError;
use crate::storage::schema::{cash_references, desk_quotes, payment_links, payment_words, payments, quotes};
use crate::writer::WriteOp;

fn final_states() -> Vec<i16> {
    PaymentState::ALL.iter().filter(|state| !state.is_open()).map(|state| state.code()).collect()
}

impl WriteOp<'_> {
    /// Takes phone and mail address off payments that are over; how many had any.
    pub fn forget_payers(&mut self, some: &[i64]) -> Result<usize, StorageError> {
        let over = || {
            payments::table.filter(payments::id.eq_any(some.to_vec())).filter(payments::state.eq_any(final_states()))
        };
        let phones: Vec<(i64, Option<String>)> =
            over().select((payments::id, payments::phone)).load(self.connection)?;
        for (id, phone) in phones {
            let Some(phone) = phone else { continue };
            let word = payment_words::table
                .filter(payment_words::word.eq(PaymentWord::Phone(phone).digest()))
                .filter(payment_words::payment_id.eq(id));
            diesel::delete(word).execute(self.connection)?;
        }
        let known = over().filter(payments::phone.is_not_null().or(payments::email.is_not_null()));
        let none = (payments::phone.eq(None::<String>), payments::email.eq(None::<String>));
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
        Ok(diesel::update(over).set(cash_references::phone.eq(None::<String>)).execute(self.connection)?)
    }

    /// Deletes payment links that ended before this time; how many.
    pub fn drop_links(&mut self, ended_before: NaiveDateTime) -> Result<usize, StorageError> {
        let ended = payment_links::table.filter(payment_links::expires_at.lt(ended_before));
        Ok(diesel::delete(ended).execute(self.connection)?)
    }

    /// Deletes quotes, of which the caller knows that nothing came of them.
    pub fn drop_quotes(&mut self, some: &[i64]) -> Result<usize, StorageError> {
        Ok(diesel::delete(quotes::table.filter(quotes::id.eq_any(some.to_vec()))).execute(self.connection)?)
    }
}

impl Reader<'_> {
    /// Payments made before this time that are over and still name a phone or a mail address: the next by number after
    /// `after`. Reads old payments: for a daily job.
    pub fn payers_before(&mut self, before: NaiveDateTime, after: i64, limit: i64) -> Result<Vec<i64>, StorageError> {
        let known = payments::table
            .filter(payments::id.gt(after))
            .filter(payments::created_at.lt(before))
            .filter(payments::phone.is_not_null().or(payments::email.is_not_null()))
            .filter(payments::state.eq_any(final_states()))
            .order(payments::id)
            .limit(limit)
            .select(payments::id);
        Ok(known.load(self.connection)?)
    }

    /// Of the next quotes by number after `after` that ended before this time without a payment: those of which nothing
    /// else came either (no link, no reference, no teleoperator's call), and the last number that was looked at. Reads all
    /// quotes: for a daily job.
    pub fn idle_quotes_ended(
        &mut self,
        before: NaiveDateTime,
        after: i64,
        limit: i64,
    ) -> Result<(Vec<i64>, Option<i64>), StorageError> {
        let mut idle: Vec<i64> = quotes::table
            .left_join(payments::table)
            .filter(payments::id.nullable().is_null())
            .filter(quotes::expires_at.lt(before))
            .filter(quotes::id.gt(after))
            .order(quotes::id)
            .limit(limit)
            .select(quotes::id)
            .load(self.connection)?;
        let (Some(first), Some(last)) = (idle.first().copied(), idle.last().copied()) else {
            return Ok((idle, None));
        };
        let links = payment_links::table.filter(payment_links::quote_id.between(first, last));
        let mut used: Vec<i64> = links.select(payment_links::quote_id).load(self.connection)?;
        let references = cash_references::table.filter(cash_references::quote_id.between(first, last));
        used.extend(references.select(cash_references::quote_id).load::<i64>(self.connection)?);
        let calls = desk_quotes::table.filter(desk_quotes::quote_id.between(first, last));
        used.extend(calls.select(desk_quotes::quote_id).load::<i64>(self.connection)?);
        let used: HashSet<i64> = used.into_iter().collect();
        idle.retain(|id| !used.contains(id));
        Ok((idle, Some(last)))
    }
}
