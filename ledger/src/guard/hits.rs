//! What was decided of payments that were to start: a row for a quote and a rule, however often it was tried.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{GuardOutcome, GuardSource};
use crate::ledger::Reader;
use crate::money::Money;
use crate::storage::StorageError;
use crate::storage::schema::guard_hits;
use crate::vocabulary::{Channel, Instrument};
use crate::writer::WriteOp;

/// A decision to be kept.
#[derive(Debug, Clone)]
pub struct NewGuardHit {
    /// The quote's number.
    pub quote: i64,
    /// What speaks against it.
    pub source: GuardSource,
    /// The rule's or the entry's number.
    pub source_id: i64,
    /// The rule's code, or what is listed as it may be shown.
    pub name: String,
    /// What was decided.
    pub outcome: GuardOutcome,
    /// The figures, as text of the use cases.
    pub explanation: String,
    /// The biller.
    pub biller: u16,
    /// Where it was to start.
    pub channel: Channel,
    /// What it was to be paid with.
    pub instrument: Instrument,
    /// The total that was to be paid.
    pub amount: Money,
    /// The outlet's number, for cash.
    pub outlet: String,
    /// The payer's phone as it may be shown.
    pub phone: String,
}

/// A decision as it is kept.
#[derive(Debug, Clone)]
pub struct GuardHit {
    /// Its number: what the payer is told.
    pub id: i64,
    /// What was decided of what.
    pub what: NewGuardHit,
    /// When it was tried first (UTC).
    pub first_at: NaiveDateTime,
    /// When it was tried last (UTC).
    pub last_at: NaiveDateTime,
    /// How often.
    pub times: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = guard_hits)]
pub(super) struct HitRow {
    id: i64,
    quote_id: i64,
    source: i16,
    source_id: i64,
    name: String,
    outcome: i16,
    explanation: String,
    biller: i32,
    channel: i16,
    instrument: i16,
    amount: i64,
    outlet: String,
    phone: String,
    first_at: NaiveDateTime,
    last_at: NaiveDateTime,
    times: i32,
}

impl TryFrom<HitRow> for GuardHit {
    type Error = StorageError;

    fn try_from(row: HitRow) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of guard hit {}", row.id));
        Ok(Self {
            id: row.id,
            what: NewGuardHit {
                quote: row.quote_id,
                source: GuardSource::from_code(row.source).ok_or_else(|| damaged("source"))?,
                source_id: row.source_id,
                name: row.name,
                outcome: GuardOutcome::from_code(row.outcome).ok_or_else(|| damaged("outcome"))?,
                explanation: row.explanation,
                biller: u16::try_from(row.biller).map_err(|_| damaged("biller"))?,
                channel: Channel::from_code(row.channel).ok_or_else(|| damaged("channel"))?,
                instrument: Instrument::from_code(row.instrument).ok_or_else(|| damaged("instrument"))?,
                amount: Money::from_minor(row.amount),
                outlet: row.outlet,
                phone: row.phone,
            },
            first_at: row.first_at,
            last_at: row.last_at,
            times: row.times,
        })
    }
}

impl WriteOp<'_> {
    /// Keeps a decision, or counts that it was made again; its number.
    pub fn keep_guard_hit(&mut self, new: &NewGuardHit, now: NaiveDateTime) -> Result<i64, StorageError> {
        let known = guard_hits::table
            .filter(guard_hits::quote_id.eq(new.quote))
            .filter(guard_hits::source.eq(new.source.code()))
            .filter(guard_hits::source_id.eq(new.source_id))
            .filter(guard_hits::outcome.eq(new.outcome.code()));
        let again = (
            guard_hits::times.eq(guard_hits::times + 1),
            guard_hits::last_at.eq(now),
            guard_hits::explanation.eq(&new.explanation),
        );
        if diesel::update(known).set(again).execute(self.connection)? > 0 {
            return Ok(known.select(guard_hits::id).first(self.connection)?);
        }
        let id = self.next_id()?;
        let values = (
            guard_hits::id.eq(id),
            guard_hits::quote_id.eq(new.quote),
            guard_hits::source.eq(new.source.code()),
            guard_hits::source_id.eq(new.source_id),
            guard_hits::name.eq(&new.name),
            guard_hits::outcome.eq(new.outcome.code()),
            guard_hits::explanation.eq(&new.explanation),
            guard_hits::biller.eq(i32::from(new.biller)),
            guard_hits::channel.eq(new.channel.code()),
            guard_hits::instrument.eq(new.instrument.code()),
            guard_hits::amount.eq(new.amount.minor()),
            guard_hits::outlet.eq(&new.outlet),
            guard_hits::phone.eq(&new.phone),
            guard_hits::first_at.eq(now),
            guard_hits::last_at.eq(now),
            guard_hits::times.eq(1),
        );
        diesel::insert_into(guard_hits::table).values(values).execute(self.connection)?;
        Ok(id)
    }
}

impl Reader<'_> {
    /// Decisions below a number, of one rule's row or of all, the newest first.
    pub fn guard_hits(
        &mut self,
        rule: Option<i64>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<GuardHit>, StorageError> {
        let mut query = guard_hits::table.filter(guard_hits::id.lt(before.unwrap_or(i64::MAX))).into_boxed();
        if let Some(rule) = rule {
            query =
                query.filter(guard_hits::source.eq(GuardSource::Rule.code())).filter(guard_hits::source_id.eq(rule));
        }
        let query = query.order(guard_hits::id.desc()).limit(limit).select(HitRow::as_select());
        let rows: Vec<HitRow> = query.load(self.connection)?;
        rows.into_iter().map(GuardHit::try_from).collect()
    }

    /// How many quotes a rule's row has hit, counted up to a limit.
    pub fn guard_hits_of(&mut self, rule: i64, limit: i64) -> Result<i64, StorageError> {
        let hits: Vec<i64> = guard_hits::table
            .filter(guard_hits::source.eq(GuardSource::Rule.code()))
            .filter(guard_hits::source_id.eq(rule))
            .limit(limit)
            .select(guard_hits::id)
            .load(self.connection)?;
        Ok(i64::try_from(hits.len()).unwrap_or(limit))
    }
}
