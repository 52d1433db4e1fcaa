//! Cases: payments that wait for a person. A quote has one at a time; whoever is released may start one payment.

use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::hits::HitRow;
use super::{GuardCaseState, GuardHit};
use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::{guard_cases, guard_hits};
use crate::writer::WriteOp;

/// A case as it is kept.
#[derive(Debug, Clone)]
pub struct GuardCase {
    /// Its number.
    pub id: i64,
    /// The quote's number.
    pub quote: i64,
    /// Where it stands; one whose time ran out is expired, whatever its row says.
    pub state: GuardCaseState,
    /// When it was opened (UTC).
    pub opened_at: NaiveDateTime,
    /// When it ends, or the release with it (UTC).
    pub expires_at: NaiveDateTime,
    /// When a person decided (UTC).
    pub decided_at: Option<NaiveDateTime>,
    /// Who.
    pub decided_by: String,
    /// Why.
    pub note: String,
    /// What was decided of the payment.
    pub hit: GuardHit,
}

/// What became of a word on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseOutcome {
    /// As was said.
    Done,
    /// It waits no more: where it stands.
    NotOpen(GuardCaseState),
    /// There is no such case.
    Unknown,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = guard_cases)]
struct CaseRow {
    id: i64,
    quote_id: i64,
    state: i16,
    opened_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    decided_at: Option<NaiveDateTime>,
    decided_by_name: String,
    note: String,
}

fn case((row, hit): (CaseRow, HitRow), now: NaiveDateTime) -> Result<GuardCase, StorageError> {
    let state = GuardCaseState::from_code(row.state);
    let state = state.ok_or_else(|| StorageError::Damaged(format!("state of guard case {}", row.id)))?;
    let over = row.expires_at <= now && matches!(state, GuardCaseState::Open | GuardCaseState::Released);
    Ok(GuardCase {
        id: row.id,
        quote: row.quote_id,
        state: if over { GuardCaseState::Expired } else { state },
        opened_at: row.opened_at,
        expires_at: row.expires_at,
        decided_at: row.decided_at,
        decided_by: row.decided_by_name,
        note: row.note,
        hit: hit.try_into()?,
    })
}

const OPEN: i16 = GuardCaseState::Open.code();
const RELEASED: i16 = GuardCaseState::Released.code();

impl WriteOp<'_> {
    /// The open case of a quote, opened if need be; its number.
    pub fn open_guard_case(
        &mut self,
        quote: i64,
        hit: i64,
        now: NaiveDateTime,
        expires_at: NaiveDateTime,
    ) -> Result<i64, StorageError> {
        let standing = guard_cases::table
            .filter(guard_cases::quote_id.eq(quote))
            .filter(guard_cases::state.eq(OPEN).or(guard_cases::state.eq(RELEASED)));
        let over = standing.filter(guard_cases::expires_at.le(now));
        let expired = guard_cases::state.eq(GuardCaseState::Expired.code());
        diesel::update(over).set(expired).execute(self.connection)?;
        let known: Option<i64> = standing.select(guard_cases::id).first(self.connection).optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        let id = self.next_id()?;
        let values = (
            guard_cases::id.eq(id),
            guard_cases::quote_id.eq(quote),
            guard_cases::hit_id.eq(hit),
            guard_cases::state.eq(OPEN),
            guard_cases::opened_at.eq(now),
            guard_cases::expires_at.eq(expires_at),
            guard_cases::decided_by_name.eq(""),
            guard_cases::note.eq(""),
        );
        diesel::insert_into(guard_cases::table).values(values).execute(self.connection)?;
        Ok(id)
    }

    /// A person's word on an open case; a release is good until `release_ends`. One statement asks and decides: of two
    /// people one is the first.
    pub fn decide_guard_case(
        &mut self,
        case: i64,
        release_ends: Option<NaiveDateTime>,
        by: &Actor,
        note: &str,
        now: NaiveDateTime,
    ) -> Result<CaseOutcome, StorageError> {
        let row = guard_cases::table.filter(guard_cases::id.eq(case));
        let open = row.filter(guard_cases::state.eq(OPEN)).filter(guard_cases::expires_at.gt(now));
        let state = if release_ends.is_some() { GuardCaseState::Released } else { GuardCaseState::Refused };
        let decided = (
            guard_cases::state.eq(state.code()),
            guard_cases::decided_at.eq(Some(now)),
            guard_cases::decided_by.eq(Some(by.id)),
            guard_cases::decided_by_name.eq(&by.name),
            guard_cases::note.eq(note),
            guard_cases::expires_at.eq(release_ends.unwrap_or(now)),
        );
        if diesel::update(open).set(decided).execute(self.connection)? == 1 {
            return Ok(CaseOutcome::Done);
        }
        let state: Option<i16> = row.select(guard_cases::state).get_result(self.connection).optional()?;
        Ok(match state {
            None => CaseOutcome::Unknown,
            // Open in its row, and not open: its time ran out.
            Some(state) => CaseOutcome::NotOpen(match GuardCaseState::from_code(state) {
                Some(GuardCaseState::Open) | None => GuardCaseState::Expired,
                Some(state) => state,
            }),
        })
    }

    /// Takes the release of a quote for a payment that is about to start: the case's number, once.
    pub fn claim_guard_release(&mut self, quote: i64, now: NaiveDateTime) -> Result<Option<i64>, StorageError> {
        let released = guard_cases::table
            .filter(guard_cases::quote_id.eq(quote))
            .filter(guard_cases::state.eq(RELEASED))
            .filter(guard_cases::expires_at.gt(now));
        let case: Option<i64> = released.select(guard_cases::id).first(self.connection).optional()?;
        let used = guard_cases::state.eq(GuardCaseState::Used.code());
        let claimed = diesel::update(released).set(used).execute(self.connection)?;
        Ok(case.filter(|_| claimed == 1))
    }

    /// Gives a claimed release back: no payment could start. A case that was opened meanwhile is over with it; if that was
    /// released as well, the quote has its release.
    pub fn return_guard_release(&mut self, case: i64) -> Result<(), StorageError> {
        let used = guard_cases::table
            .filter(guard_cases::id.eq(case))
            .filter(guard_cases::state.eq(GuardCaseState::Used.code()));
        let quote: Option<i64> = used.select(guard_cases::quote_id).first(self.connection).optional()?;
        let Some(quote) = quote else { return Ok(()) };
        let others = guard_cases::table.filter(guard_cases::quote_id.eq(quote));
        let released: i64 = others.filter(guard_cases::state.eq(RELEASED)).count().get_result(self.connection)?;
        if released > 0 {
            return Ok(());
        }
        let expired = guard_cases::state.eq(GuardCaseState::Expired.code());
        diesel::update(others.filter(guard_cases::state.eq(OPEN))).set(expired).execute(self.connection)?;
        diesel::update(used).set(guard_cases::state.eq(RELEASED)).execute(self.connection)?;
        Ok(())
    }

    /// Ends cases and releases whose time ran out; how many.
    pub fn expire_guard_cases(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let over = guard_cases::table
            // As a literal: with a bound state SQLite does not use the partial index.
            .filter(sql::<Bool>("state IN (1, 2)"))
            .filter(guard_cases::expires_at.le(now));
        let expired = guard_cases::state.eq(GuardCaseState::Expired.code());
        Ok(diesel::update(over).set(expired).execute(self.connection)?)
    }
}

impl Reader<'_> {
    /// The case in which a person has refused a quote.
    pub fn refused_guard_case(&mut self, quote: i64) -> Result<Option<i64>, StorageError> {
        let refused = guard_cases::table
            .filter(guard_cases::quote_id.eq(quote))
            .filter(guard_cases::state.eq(GuardCaseState::Refused.code()));
        Ok(refused.select(guard_cases::id).first(self.connection).optional()?)
    }

    /// Cases that wait for a person after a number, the oldest first.
    pub fn open_guard_cases(
        &mut self,
        after: i64,
        limit: i64,
        now: NaiveDateTime,
    ) -> Result<Vec<GuardCase>, StorageError> {
        let rows: Vec<(CaseRow, HitRow)> = guard_cases::table
            .inner_join(guard_hits::table.on(guard_hits::id.eq(guard_cases::hit_id)))
            .filter(sql::<Bool>("guard_cases.state = 1"))
            .filter(guard_cases::expires_at.gt(now))
            .filter(guard_cases::id.gt(after))
            .order(guard_cases::id)
            .limit(limit)
            .select((CaseRow::as_select(), HitRow::as_select()))
            .load(self.connection)?;
        rows.into_iter().map(|row| case(row, now)).collect()
    }

    /// A case by its number.
    pub fn guard_case(&mut self, id: i64, now: NaiveDateTime) -> Result<Option<GuardCase>, StorageError> {
        let row: Option<(CaseRow, HitRow)> = guard_cases::table
            .inner_join(guard_hits::table.on(guard_hits::id.eq(guard_cases::hit_id)))
            .filter(guard_cases::id.eq(id))
            .select((CaseRow::as_select(), HitRow::as_select()))
            .get_result(self.connection)
            .optional()?;
        row.map(|row| case(row, now)).transpose()
    }
}
