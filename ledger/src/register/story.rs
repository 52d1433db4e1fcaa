//! What happened to one payment: postings, tasks, incidents.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::accounts::{Account, AccountKind};
use crate::bills::{BillKey, CustomerKey, decode};
use crate::ledger::Reader;
use crate::money::Money;
use crate::payment_words::PaymentWord;
use crate::refunds::KEPT_MAX;
use crate::states::{IncidentKind, PostingKind, TaskKind};
use crate::storage::StorageError;
use crate::storage::rows::Payment;
use crate::storage::schema::{
    accounts, entries, incidents, outbox, payment_tasks, payments, postings, quotes, refunds,
};

/// Tasks of a payment that are read at most: a payment has a handful, and each message sent again is one more.
pub const TASKS_OF_MAX: i64 = 200;

/// A posting of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedPosting {
    /// Its number.
    pub id: i64,
    /// The event.
    pub kind: PostingKind,
    /// When it was booked (UTC).
    pub booked_at: NaiveDateTime,
    /// Its effective date.
    pub effective_on: NaiveDate,
    /// The posting that it reverses.
    pub reverses: Option<i64>,
    /// The settlement window that it is in.
    pub window: Option<i64>,
    /// The refund that it is of.
    pub refund: Option<i64>,
    /// Its lines: debit above zero, credit below.
    pub entries: Vec<(Account, Money)>,
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTask {
    /// Its number.
    pub id: i64,
    /// What is to be done; `None`: a kind that only a later program knows.
    pub kind: Option<TaskKind>,
    /// The number of the payment, link or refund that it is about.
    pub about: i64,
    /// When it is to be tried next (UTC).
    pub due_at: NaiveDateTime,
    /// How often it was tried.
    pub attempts: i32,
    /// What the last try left behind.
    pub note: String,
    /// When it was asked for (UTC).
    pub created_at: NaiveDateTime,
    /// When it was done, or given to people (UTC).
    pub done_at: Option<NaiveDateTime>,
}

/// A call for a person about a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIncident {
    /// Its number.
    pub id: i64,
    /// What it is; `None`: a kind that only a later program knows.
    pub kind: Option<IncidentKind>,
    /// What was said.
    pub detail: String,
    /// Since when (UTC).
    pub created_at: NaiveDateTime,
    /// Until when (UTC).
    pub closed_at: Option<NaiveDateTime>,
}

impl Reader<'_> {
    /// The postings of a payment, with those of its refunds, in the order in which they were booked.
    pub fn postings_of(&mut self, payment: i64) -> Result<Vec<BookedPosting>, StorageError> {
        type Row = (i64, i16, NaiveDateTime, NaiveDate, Option<i64>, Option<i64>);
        let of_refunds = self.refund_postings(payment)?;
        let columns = (
            postings::id,
            postings::kind,
            postings::booked_at,
            postings::effective_on,
            postings::reverses,
            postings::window_id,
        );
        let mut rows: Vec<Row> =
            postings::table.filter(postings::payment_id.eq(payment)).select(columns).load(self.connection)?;
        if !of_refunds.is_empty() {
            let others = postings::table.filter(postings::id.eq_any(of_refunds.keys().copied())).select(columns);
            rows.extend(others.load::<Row>(self.connection)?);
        }
        rows.sort_unstable_by_key(|row| row.0);
        let mut lines = self.lines_of(rows.iter().map(|row| row.0).collect())?;
        let posting = |(id, kind, booked_at, effective_on, reverses, window)| {
            let kind = PostingKind::from_code(kind);
            Ok(BookedPosting {
                id,
                kind: kind.ok_or_else(|| StorageError::Damaged(format!("kind of posting {id}")))?,
                booked_at,
                effective_on,
                reverses,
                window,
                refund: of_refunds.get(&id).copied(),
                entries: lines.remove(&id).unwrap_or_default(),
            })
        };
        rows.into_iter().map(posting).collect()
    }

    /// The postings of a payment's refunds, each with its refund: they are booked beside the payment's own.
    fn refund_postings(&mut self, payment: i64) -> Result<BTreeMap<i64, i64>, StorageError> {
        type Row = (i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
        let rows: Vec<Row> = refunds::table
            .filter(refunds::payment_id.eq(payment))
            .order(refunds::id)
            .limit(KEPT_MAX)
            .select((
                refunds::id,
                refunds::decided_posting,
                refunds::paid_posting,
                refunds::reversed_posting,
                refunds::commission_posting,
            ))
            .load(self.connection)?;
        let each = |(id, decided, paid, reversed, commission)| {
            [decided, paid, reversed, commission].into_iter().flatten().map(move |posting| (posting, id))
        };
        Ok(rows.into_iter().flat_map(each).collect())
    }

    /// The lines of postings, in order.
    fn lines_of(&mut self, ids: Vec<i64>) -> Result<BTreeMap<i64, Vec<(Account, Money)>>, StorageError> {
        let rows: Vec<(i64, i16, String, i64)> = entries::table
            .inner_join(accounts::table.on(accounts::id.eq(entries::account_id)))
            .filter(entries::posting_id.eq_any(ids))
            .order((entries::posting_id, entries::line))
            .select((entries::posting_id, accounts::kind, accounts::owner, entries::amount))
            .load(self.connection)?;
        let mut lines = BTreeMap::<i64, Vec<(Account, Money)>>::new();
        for (posting, kind, owner, amount) in rows {
            let kind = AccountKind::from_code(kind)
                .ok_or_else(|| StorageError::Damaged(format!("an account of posting {posting}")))?;
            lines.entry(posting).or_default().push((Account::of(kind, owner), Money::from_minor(amount)));
        }
        Ok(lines)
    }

    /// The tasks about any of these payments, links and refunds in the order in which they were asked for: at most 200.
    pub fn tasks_of(&mut self, about: &[i64]) -> Result<Vec<StoredTask>, StorageError> {
        let mut ids = BTreeSet::new();
        // What is not in order yet first: what is put in order in between is then found there.
        for block in self.blocks_out_of_order()? {
            let late: Vec<i64> = outbox::table
                .filter(outbox::id.gt(block.tasks_upto))
                .filter(outbox::id.lt(block.beyond))
                .filter(outbox::payment_id.eq_any(about))
                .order(outbox::id)
                .limit(TASKS_OF_MAX)
                .select(outbox::id)
                .load(self.connection)?;
            ids.extend(late);
        }
        let known: Vec<i64> = payment_tasks::table
            .filter(payment_tasks::payment_id.eq_any(about))
            .order(payment_tasks::task_id)
            .limit(TASKS_OF_MAX)
            .select(payment_tasks::task_id)
            .load(self.connection)?;
        ids.extend(known);
        type Row = (i64, i16, i64, NaiveDateTime, i32, String, NaiveDateTime, Option<NaiveDateTime>);
        let rows: Vec<Row> = outbox::table
            .filter(outbox::id.eq_any(ids))
            .order(outbox::id)
            .limit(TASKS_OF_MAX)
            .select((
                outbox::id,
                outbox::kind,
                outbox::payment_id,
                outbox::due_at,
                outbox::attempts,
                outbox::note,
                outbox::created_at,
                outbox::done_at,
            ))
            .load(self.connection)?;
        let task = |(id, kind, about, due_at, attempts, note, created_at, done_at)| {
            let kind = TaskKind::from_code(kind);
            StoredTask { id, kind, about, due_at, attempts, note, created_at, done_at }
        };
        Ok(rows.into_iter().map(task).collect())
    }

    /// The incidents about any of these payments and refunds, also those that are closed.
    pub fn incidents_of(&mut self, about: &[i64]) -> Result<Vec<StoredIncident>, StorageError> {
        type Row = (i64, i16, String, NaiveDateTime, Option<NaiveDateTime>);
        let rows: Vec<Row> = incidents::table
            .filter(incidents::payment_id.eq_any(about))
            .order(incidents::id)
            .limit(TASKS_OF_MAX)
            .select((incidents::id, incidents::kind, incidents::detail, incidents::created_at, incidents::closed_at))
            .load(self.connection)?;
        let incident = |(id, kind, detail, created_at, closed_at)| {
            let kind = IncidentKind::from_code(kind);
            StoredIncident { id, kind, detail, created_at, closed_at }
        };
        Ok(rows.into_iter().map(incident).collect())
    }

    /// Other payments of the same customer, the newest first, each with whether it is for one of the same bills.
    pub fn related_payments(&mut self, payment: i64, limit: i64) -> Result<Vec<(Payment, bool)>, StorageError> {
        let row: Option<(Vec<u8>, Option<Vec<u8>>)> = payments::table
            .left_join(quotes::table)
            .filter(payments::id.eq(payment))
            .select((payments::bills, quotes::customer.nullable()))
            .get_result(self.connection)
            .optional()?;
        let Some((bills, Some(customer))) = row else { return Ok(Vec::new()) };
        let damaged = || StorageError::Damaged(format!("bills or customer of payment {payment}"));
        let key = CustomerKey::kept(customer).ok_or_else(damaged)?;
        let keys = |bytes: &[u8]| -> Result<BTreeSet<BillKey>, StorageError> {
            Ok(decode(bytes).ok_or_else(damaged)?.into_iter().map(|claim| claim.key).collect())
        };
        let own = keys(&bills)?;
        let mut found = self.payments_by(&[PaymentWord::Customer(key)], limit.saturating_add(1))?;
        found.retain(|other| other.id != payment);
        let theirs: Vec<(i64, Vec<u8>)> = payments::table
            .filter(payments::id.eq_any(found.iter().map(|other| other.id)))
            .select((payments::id, payments::bills))
            .load(self.connection)?;
        let mut same = BTreeSet::new();
        for (id, bytes) in theirs {
            if !own.is_disjoint(&keys(&bytes)?) {
                same.insert(id);
            }
        }
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found.into_iter().map(|other| (other.id, other)).map(|(id, other)| (other, same.contains(&id))).collect())
    }
}
