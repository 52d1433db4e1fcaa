//! Disputes: complaints about payments, from the word of whoever opens one to the answer.
//!
//! A dispute moves no money by itself. An outcome that gives money back is a refund, proposed in the commit that proposes the
//! outcome; whatever becomes of that refund closes the dispute, or opens it again, in the refund's own commit. What was done
//! is rows that are never changed, and what the payer is told is a task about one of them.

mod steps;
mod words;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{min, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::personal::columns::{DISPUTE_EVENTS_NOTE, DISPUTES_ANSWER, DISPUTES_EMAIL, DISPUTES_PHONE, DISPUTES_TOLD};
use crate::personal::{Keyring, Sealed};
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{dispute_events, disputes};
use crate::vocabulary::Language;

pub use steps::{DisputeOpened, DisputeOutcome, NewDispute};
pub use words::{DisputeAction, DisputeEffect, DisputeKind, DisputeOrigin, DisputeState};

/// Disputes that one payment can have, closed ones too: eight kinds, each some times over.
pub const DISPUTES_MAX: i64 = 40;
/// Events that one dispute can have: each is somebody's work. Its end is kept past them.
pub const DISPUTE_EVENTS_MAX: i64 = 300;
/// As a literal: with bound states SQLite does not use the partial indexes.
const NOT_CLOSED: &str = "state IN (1, 2, 3, 4)";

/// A stored dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its number.
    pub id: i64,
    /// The payment's number.
    pub payment: i64,
    /// The biller's code.
    pub biller: u16,
    /// What it is about.
    pub kind: DisputeKind,
    /// Who opened it.
    pub origin: DisputeOrigin,
    /// Where it stands.
    pub state: DisputeState,
    /// What was said, or empty.
    pub told: String,
    /// Where the payer is told, until it is forgotten.
    pub phone: Option<String>,
    /// Where the payer is told, until it is forgotten.
    pub email: Option<String>,
    /// The payer's language.
    pub language: Language,
    /// When (UTC).
    pub opened_at: NaiveDateTime,
    /// The member of staff who opened it.
    pub opened_by: Option<Actor>,
    /// It is to be answered before this (UTC).
    pub due_at: NaiveDateTime,
    /// When it was noted that it was not (UTC).
    pub late_at: Option<NaiveDateTime>,
    /// Who follows it up.
    pub owner: Option<Actor>,
    /// What its outcome does to money.
    pub effect: DisputeEffect,
    /// What the payer is told by its outcome, or empty.
    pub answer: String,
    /// Who proposed the outcome that waits.
    pub proposed_by: Option<Actor>,
    /// The refund that its outcome is, or was last.
    pub refund: Option<i64>,
    /// When it was closed (UTC).
    pub closed_at: Option<NaiveDateTime>,
    /// When it was opened once more (UTC).
    pub reopened_at: Option<NaiveDateTime>,
}

/// What was done about a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeEvent {
    /// Its number.
    pub id: i64,
    /// What.
    pub action: DisputeAction,
    /// Where the dispute stood after it.
    pub state: DisputeState,
    /// In words, or empty.
    pub note: String,
    /// When (UTC).
    pub made_at: NaiveDateTime,
    /// Which member of staff; `None`: the payer, or the hub by itself.
    pub by: Option<Actor>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = disputes)]
struct DisputeRow {
    id: i64,
    payment_id: i64,
    biller: i32,
    kind: i16,
    origin: i16,
    state: i16,
    told: Sealed,
    phone: Option<Sealed>,
    email: Option<Sealed>,
    language: i16,
    opened_at: NaiveDateTime,
    opened_by: Option<i64>,
    opened_by_name: String,
    due_at: NaiveDateTime,
    late_at: Option<NaiveDateTime>,
    staff_id: Option<i64>,
    staff_name: String,
    effect: i16,
    answer: Sealed,
    proposed_by: Option<i64>,
    proposed_by_name: String,
    refund_id: Option<i64>,
    closed_at: Option<NaiveDateTime>,
    reopened_at: Option<NaiveDateTime>,
}

impl Dispute {
    fn read(row: DisputeRow, keys: &Keyring) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of dispute {}", row.id));
        let actor = |id: Option<i64>, name: String| id.map(|id| Actor { id, name });
        Ok(Self {
            biller: biller_code(row.biller)?,
            kind: DisputeKind::from_code(row.kind).ok_or_else(|| damaged("kind"))?,
            origin: DisputeOrigin::from_code(row.origin).ok_or_else(|| damaged("origin"))?,
            state: DisputeState::from_code(row.state).ok_or_else(|| damaged("state"))?,
            language: Language::from_code(row.language).ok_or_else(|| damaged("language"))?,
            effect: DisputeEffect::from_code(row.effect).ok_or_else(|| damaged("effect"))?,
            id: row.id,
            payment: row.payment_id,
            told: keys.open(&DISPUTES_TOLD, row.id, &row.told)?,
            phone: keys.open_some(&DISPUTES_PHONE, row.id, row.phone.as_ref())?,
            email: keys.open_some(&DISPUTES_EMAIL, row.id, row.email.as_ref())?,
            opened_at: row.opened_at,
            opened_by: actor(row.opened_by, row.opened_by_name),
            due_at: row.due_at,
            late_at: row.late_at,
            owner: actor(row.staff_id, row.staff_name),
            answer: keys.open(&DISPUTES_ANSWER, row.id, &row.answer)?,
            proposed_by: actor(row.proposed_by, row.proposed_by_name),
            refund: row.refund_id,
            closed_at: row.closed_at,
            reopened_at: row.reopened_at,
        })
    }

    /// Whether it should have been answered by now.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        !self.state.is_closed() && self.due_at <= now.naive_utc()
    }
}

/// Which disputes are asked for, by where they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputesShown {
    /// Those that are not closed.
    NotClosed,
    /// Those that are.
    Closed,
    /// Those of one state.
    In(DisputeState),
    /// Those that should have been answered by now.
    Late,
    /// All.
    All,
}

/// Whose disputes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputesOf {
    /// Everybody's.
    Everybody,
    /// Nobody's: those that nobody follows up.
    Nobody,
    /// Those of a member.
    Member(i64),
}

/// Which disputes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisputeFilter {
    /// By where they stand.
    pub shown: DisputesShown,
    /// Of this kind only.
    pub kind: Option<DisputeKind>,
    /// About payments to this biller only.
    pub biller: Option<u16>,
    /// By who follows them up.
    pub of: DisputesOf,
    /// To be answered before something that is after this (UTC).
    pub due_after: Option<NaiveDateTime>,
    /// To be answered before this or sooner (UTC).
    pub due_by: Option<NaiveDateTime>,
}

type EventRow = (i64, i16, i16, Sealed, NaiveDateTime, Option<i64>, String);

fn event((id, action, state, note, made_at, by, name): EventRow, keys: &Keyring) -> Result<DisputeEvent, StorageError> {
    let damaged = || StorageError::Damaged(format!("event {id} of a dispute"));
    Ok(DisputeEvent {
        id,
        action: DisputeAction::from_code(action).ok_or_else(damaged)?,
        state: DisputeState::from_code(state).ok_or_else(damaged)?,
        note: keys.open(&DISPUTE_EVENTS_NOTE, id, &note)?,
        made_at,
        by: by.map(|id| Actor { id, name }),
    })
}

const EVENT: (
    dispute_events::id,
    dispute_events::action,
    dispute_events::state,
    dispute_events::note,
    dispute_events::made_at,
    dispute_events::made_by,
    dispute_events::made_by_name,
) = (
    dispute_events::id,
    dispute_events::action,
    dispute_events::state,
    dispute_events::note,
    dispute_events::made_at,
    dispute_events::made_by,
    dispute_events::made_by_name,
);

impl Reader<'_> {
    /// A dispute by its number.
    pub fn dispute(&mut self, id: i64) -> Result<Option<Dispute>, StorageError> {
        let query = disputes::table.filter(disputes::id.eq(id)).select(DisputeRow::as_select());
        query.get_result::<DisputeRow>(self.connection).optional()?.map(|row| Dispute::read(row, self.keys)).transpose()
    }

    /// The disputes of a payment, in order.
    pub fn disputes_of(&mut self, payment: i64) -> Result<Vec<Dispute>, StorageError> {
        let rows: Vec<DisputeRow> = disputes::table
            .filter(disputes::payment_id.eq(payment))
            .order(disputes::id)
            .limit(DISPUTES_MAX)
            .select(DisputeRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| Dispute::read(row, self.keys)).collect()
    }

    /// What was done about a dispute, in order.
    pub fn dispute_events(&mut self, dispute: i64) -> Result<Vec<DisputeEvent>, StorageError> {
        let rows: Vec<EventRow> = dispute_events::table
            .filter(dispute_events::dispute_id.eq(dispute))
            // Numbers come from a block of each node: they are no order by themselves.
            .order((dispute_events::made_at, dispute_events::id))
            .select(EVENT)
            .load(self.connection)?;
        rows.into_iter().map(|row| event(row, self.keys)).collect()
    }

    /// One thing that was done, with its dispute.
    pub fn dispute_event(&mut self, id: i64) -> Result<Option<(Dispute, DisputeEvent)>, StorageError> {
        let row: Option<(i64, EventRow)> = dispute_events::table
            .filter(dispute_events::id.eq(id))
            .select((dispute_events::dispute_id, EVENT))
            .get_result(self.connection)
            .optional()?;
        let Some((dispute, row)) = row else { return Ok(None) };
        let event = event(row, self.keys)?;
        Ok(self.dispute(dispute)?.map(|dispute| (dispute, event)))
    }

    /// Disputes of a number below `before`, the newest first.
    pub fn disputes_before(
        &mut self,
        filter: &DisputeFilter,
        before: Option<i64>,
        limit: i64,
        now: DateTime<Utc>,
    ) -> Result<Vec<Dispute>, StorageError> {
        let mut query = disputes::table
            .filter(disputes::id.lt(before.unwrap_or(i64::MAX)))
            .order(disputes::id.desc())
            .limit(limit)
            .select(DisputeRow::as_select())
            .into_boxed();
        query = match filter.shown {
            DisputesShown::All => query,
            DisputesShown::NotClosed => query.filter(sql::<Bool>(NOT_CLOSED)),
            DisputesShown::Closed => query.filter(disputes::closed_at.is_not_null()),
            DisputesShown::In(state) => query.filter(disputes::state.eq(state.code())),
            DisputesShown::Late => query.filter(sql::<Bool>(NOT_CLOSED)).filter(disputes::due_at.le(now.naive_utc())),
        };
        if let Some(kind) = filter.kind {
            query = query.filter(disputes::kind.eq(kind.code()));
        }
        if let Some(biller) = filter.biller {
            query = query.filter(disputes::biller.eq(i32::from(biller)));
        }
        query = match filter.of {
            DisputesOf::Everybody => query,
            DisputesOf::Nobody => query.filter(disputes::staff_id.is_null()),
            DisputesOf::Member(id) => query.filter(disputes::staff_id.eq(id)),
        };
        if let Some(after) = filter.due_after {
            query = query.filter(disputes::due_at.gt(after));
        }
        if let Some(by) = filter.due_by {
            query = query.filter(disputes::due_at.le(by));
        }
        let rows: Vec<DisputeRow> = query.load(self.connection)?;
        rows.into_iter().map(|row| Dispute::read(row, self.keys)).collect()
    }

    /// The day by which the oldest dispute should have been answered that was not (UTC).
    pub fn dispute_late_since(&mut self, now: DateTime<Utc>) -> Result<Option<NaiveDateTime>, StorageError> {
        let late = disputes::table.filter(sql::<Bool>(NOT_CLOSED)).filter(disputes::due_at.le(now.naive_utc()));
        Ok(late.select(min(disputes::due_at)).get_result(self.connection)?)
    }

    /// Disputes that should have been answered by now, the oldest first: number, and whether that was noted.
    pub fn disputes_late(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<(i64, bool)>, StorageError> {
        Ok(disputes::table
            .filter(sql::<Bool>(NOT_CLOSED))
            .filter(disputes::due_at.le(now.naive_utc()))
            .order(disputes::due_at)
            .limit(limit)
            .select((disputes::id, disputes::late_at.is_not_null()))
            .load(self.connection)?)
    }
}
