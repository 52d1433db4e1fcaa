//! What operators watch, as rows: payments by number from where somebody left off, work that waits, floats that are low.
//!
//! Nothing here needs an index of its own. Payments are ranges of numbers in blocks: a process hands the numbers of a
//! block out in order and commits them in that order, so whoever knows the last one has seen all before it.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use crate::accounts::AccountKind;
use crate::ledger::Reader;
use crate::money::{MAD, Money};
use crate::reconciliation::{BreakKind, BreakState};
use crate::states::{IncidentKind, PaymentState, TaskKind};
use crate::storage::StorageError;
use crate::storage::schema::{
    accounts, breaks, deliveries, id_blocks, incidents, outbox, payments, settlement_files, transfer_orders,
};
use crate::vocabulary::{Channel, Instrument};

/// A block of numbers, of which payments have some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberBlock {
    /// Its first number.
    pub first: i64,
    /// The first number that is not of it.
    pub beyond: i64,
    /// Whether no process uses it any more.
    pub is_over: bool,
}

/// A payment as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedPayment {
    /// Its number.
    pub id: i64,
    /// The biller.
    pub biller: u16,
    /// Where it was started.
    pub channel: Channel,
    /// What it is paid with.
    pub instrument: Instrument,
    /// Where it stands.
    pub state: PaymentState,
    /// When it was started (UTC).
    pub created_at: NaiveDateTime,
}

/// Things of a kind that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting<K> {
    /// The kind.
    pub kind: K,
    /// How many.
    pub count: i64,
    /// Since when the oldest waits (UTC).
    pub oldest: NaiveDateTime,
}

/// A payment about which a biller or a gateway has not said what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownPayment {
    /// Its number.
    pub payment: i64,
    /// What is being asked.
    pub kind: TaskKind,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when (UTC).
    pub since: NaiveDateTime,
    /// When it is tried next (UTC).
    pub next: NaiveDateTime,
}

/// A file or a message that has not arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The name of the file or the message.
    pub name: String,
    /// The settled window; `None`: a message to the bank.
    pub window: Option<i64>,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when it is there to be brought (UTC).
    pub since: NaiveDateTime,
}

type PaymentRow = (i64, i32, i16, i16, i16, NaiveDateTime);

fn counted((id, biller, channel, instrument, state, created_at): PaymentRow) -> Result<CountedPayment, StorageError> {
    let damaged = |what: &str| StorageError::Damaged(format!("{what} of payment {id}"));
    Ok(CountedPayment {
        id,
        biller: u16::try_from(biller).map_err(|_| damaged("biller"))?,
        channel: Channel::from_code(channel).ok_or_else(|| damaged("channel"))?,
        instrument: Instrument::from_code(instrument).ok_or_else(|| damaged("instrument"))?,
        state: PaymentState::from_code(state).ok_or_else(|| damaged("state"))?,
        created_at,
    })
}

/// What is counted of a payment, in the order of [`PaymentRow`].
const COUNTED: (
    payments::id,
    payments::biller,
    payments::channel,
    payments::instrument,
    payments::state,
    payments::created_at,
) = (payments::id, payments::biller, payments::channel, payments::instrument, payments::state, payments::created_at);

/// Kinds that only a later program knows are left to it.
fn known<K>(rows: Vec<(i16, i64, Option<NaiveDateTime>)>, kind_of: impl Fn(i16) -> Option<K>) -> Vec<Waiting<K>> {
    let rows = rows.into_iter();
    rows.filter_map(|(kind, count, oldest)| Some(Waiting { kind: kind_of(kind)?, count, oldest: oldest? })).collect()
}

impl Reader<'_> {
    /// Blocks of numbers, the newest first.
    pub fn number_blocks(&mut self, limit: i64) -> Result<Vec<NumberBlock>, StorageError> {
        let rows: Vec<(i64, i64, bool)> = id_blocks::table
            .order(id_blocks::first.desc())
            .limit(limit)
            .select((id_blocks::first, id_blocks::beyond, id_blocks::is_over))
            .load(self.connection)?;
        Ok(rows.into_iter().map(|(first, beyond, is_over)| NumberBlock { first, beyond, is_over }).collect())
    }

    /// Payments with numbers after one and before another, in order.
    pub fn payments_from(&mut self, after: i64, before: i64, limit: i64) -> Result<Vec<CountedPayment>, StorageError> {
        let range = payments::table.filter(payments::id.gt(after)).filter(payments::id.lt(before));
        let rows: Vec<PaymentRow> = range.order(payments::id).limit(limit).select(COUNTED).load(self.connection)?;
        rows.into_iter().map(counted).collect()
    }

    /// The same from the other end.
    pub fn payments_back(&mut self, after: i64, before: i64, limit: i64) -> Result<Vec<CountedPayment>, StorageError> {
        let range = payments::table.filter(payments::id.gt(after)).filter(payments::id.lt(before));
        let rows: Vec<PaymentRow> =
            range.order(payments::id.desc()).limit(limit).select(COUNTED).load(self.connection)?;
        rows.into_iter().map(counted).collect()
    }

    /// Where payments stand by now, by their numbers.
    pub fn payment_states(&mut self, ids: &[i64]) -> Result<Vec<(i64, PaymentState)>, StorageError> {
        let rows: Vec<(i64, i16)> = payments::table
            .filter(payments::id.eq_any(ids))
            .select((payments::id, payments::state))
            .load(self.connection)?;
        rows.into_iter()
            .map(|(id, state)| match PaymentState::from_code(state) {
                Some(state) => Ok((id, state)),
                None => Err(StorageError::Damaged(format!("state of payment {id}"))),
            })
            .collect()
    }

    /// Tasks that are due, by kind.
    pub fn tasks_due(&mut self, now: DateTime<Utc>) -> Result<Vec<Waiting<TaskKind>>, StorageError> {
        let due = outbox::table.filter(outbox::done_at.is_null()).filter(outbox::due_at.le(now.naive_utc()));
        let rows = due
            .group_by(outbox::kind)
            .select((outbox::kind, count_star(), min(outbox::due_at)))
            .load(self.connection)?;
        Ok(known(rows, TaskKind::from_code))
    }

    /// Tasks of these kinds that were tried and are to be tried again, by kind; the age counts from when they were asked for.
    pub fn tasks_tried(&mut self, kinds: &[TaskKind]) -> Result<Vec<Waiting<TaskKind>>, StorageError> {
        let codes: Vec<i16> = kinds.iter().map(|kind| kind.code()).collect();
        let tried = outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::attempts.gt(0))
            .filter(outbox::kind.eq_any(codes));
        let rows = tried
            .group_by(outbox::kind)
            .select((outbox::kind, count_star(), min(outbox::created_at)))
            .load(self.connection)?;
        Ok(known(rows, TaskKind::from_code))
    }

    /// Payments about which something was asked without an answer, the oldest first.
    pub fn unknown_payments(&mut self, kinds: &[TaskKind], limit: i64) -> Result<Vec<UnknownPayment>, StorageError> {
        let codes: Vec<i16> = kinds.iter().map(|kind| kind.code()).collect();
        let rows: Vec<(i64, i16, i32, NaiveDateTime, NaiveDateTime)> = outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::attempts.gt(0))
            .filter(outbox::kind.eq_any(codes))
            .order((outbox::created_at, outbox::id))
            .limit(limit)
            .select((outbox::payment_id, outbox::kind, outbox::attempts, outbox::created_at, outbox::due_at))
            .load(self.connection)?;
        let row = |(payment, kind, attempts, since, next)| {
            Some(UnknownPayment { payment, kind: TaskKind::from_code(kind)?, attempts, since, next })
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }

    /// Open incidents by kind.
    pub fn open_incidents(&mut self) -> Result<Vec<Waiting<IncidentKind>>, StorageError> {
        let rows = incidents::table
            .filter(incidents::closed_at.is_null())
            .group_by(incidents::kind)
            .select((incidents::kind, count_star(), min(incidents::created_at)))
            .load(self.connection)?;
        Ok(known(rows, IncidentKind::from_code))
    }

    /// Breaks that are not closed, by kind.
    pub fn open_breaks_by_kind(&mut self) -> Result<Vec<Waiting<BreakKind>>, StorageError> {
        let rows = breaks::table
            .filter(breaks::closed_at.is_null())
            .filter(breaks::state.eq_any([BreakState::Open, BreakState::Proposed].map(BreakState::code)))
            .group_by(breaks::kind)
            .select((breaks::kind, count_star(), min(breaks::opened_at)))
            .load(self.connection)?;
        Ok(known(rows, BreakKind::from_code))
    }

    /// Floats of which less than this is left, by outlet, the emptiest first.
    pub fn floats_below(&mut self, below: Money, limit: i64) -> Result<Vec<(String, Money)>, StorageError> {
        let rows: Vec<(String, i64)> = accounts::table
            .filter(accounts::kind.eq(AccountKind::AgentFloat.code()))
            .filter(accounts::currency.eq(MAD))
            .filter(accounts::balance.gt(-below.minor()))
            .order(accounts::balance.desc())
            .limit(limit)
            .select((accounts::owner, accounts::balance))
            .load(self.connection)?;
        Ok(rows.into_iter().map(|(outlet, balance)| (outlet, Money::from_minor(-balance))).collect())
    }

    /// Files and messages to the bank that are there to be brought and have not arrived: how many, and the oldest.
    pub fn undelivered(&mut self, limit: i64) -> Result<(i64, Vec<Undelivered>), StorageError> {
        let files = deliveries::table.filter(deliveries::delivered_at.is_null());
        let orders = transfer_orders::table
            .filter(transfer_orders::delivered_at.is_null())
            .filter(transfer_orders::due_at.is_not_null());
        let count: i64 =
            files.count().get_result::<i64>(self.connection)? + orders.count().get_result::<i64>(self.connection)?;
        let rows: Vec<(String, i64, i32, NaiveDateTime)> = files
            .inner_join(settlement_files::table.on(settlement_files::id.eq(deliveries::file_id)))
            .order(deliveries::id)
            .limit(limit)
            .select((
                settlement_files::name,
                settlement_files::window_id,
                deliveries::attempts,
                settlement_files::made_at,
            ))
            .load(self.connection)?;
        let file = |(name, window, attempts, since)| Undelivered { name, window: Some(window), attempts, since };
        let mut found: Vec<Undelivered> = rows.into_iter().map(file).collect();
        let rows: Vec<(String, i32, NaiveDateTime)> = orders
            .order(transfer_orders::id)
            .limit(limit)
            .select((transfer_orders::message_id, transfer_orders::attempts, transfer_orders::made_at))
            .load(self.connection)?;
        found.extend(rows.into_iter().map(|(name, attempts, since)| Undelivered {
            name,
            window: None,
            attempts,
            since,
        }));
        found.sort_by_key(|one| one.since);
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok((count, found))
    }
}
