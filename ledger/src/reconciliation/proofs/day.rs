//! What a day came to, source by source.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt, Timestamp};

use super::{OpenBreaks, ReconciliationDay, SourceDay, end_of, past_the_range};
use crate::ledger::Reader;
use crate::money::Money;
use crate::reconciliation::breaks::NewBreak;
use crate::reconciliation::imports::Import;
use crate::reconciliation::words::{BreakKind, BreakSource, BreakState, BreakSubject, EntryState};
use crate::storage::schema::{bank_statements, breaks, imports};
use crate::storage::{Conn, StorageError};

/// What a statement's entries come to: those that were wholly matched before an instant, and the others. A `SUM` of BIGINT
/// would be a float on one database and a decimal on the other.
const BY_STATE: &str = "\
    SELECT state AS state, CAST(COUNT(*) AS BIGINT) AS count, CAST(SUM(amount) AS BIGINT) AS amount FROM ( \
        SELECT e.amount AS amount, CAST(CASE WHEN e.state = 2 AND NOT EXISTS ( \
            SELECT 1 FROM bank_matches m WHERE m.entry_id = e.id AND m.made_at >= $1) THEN 2 ELSE 1 END AS SMALLINT) AS state \
        FROM bank_entries e WHERE e.statement_id = $2) AS entry \
    GROUP BY state ORDER BY state";

#[derive(QueryableByName)]
struct StateRow {
    #[diesel(sql_type = SmallInt)]
    state: i16,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// A break of a report: what it is about, whether that is a payment's return, how much was found, and when it was closed.
type FoundRow = (Option<i64>, (i16, i32), Option<i64>, Option<NaiveDateTime>);

impl Reader<'_> {
    /// What a day came to, source by source, and what is open, as the day is told.
    pub fn reconciliation_day(&mut self, day: NaiveDate) -> Result<ReconciliationDay, StorageError> {
        let (known_on, is_told) = self.known_on(day)?;
        let until = end_of(known_on);
        let mut files: Vec<Import> =
            self.imports_of_day(day)?.into_iter().filter(|import| import.imported_at < until).collect();
        files.extend(self.late_files(day)?);
        let mut sources = Vec::with_capacity(files.len());
        for import in files {
            let by = import.superseded_by.map(|by| self.imported_at(by)).transpose()?.flatten();
            if by.is_none_or(|by| by >= until) {
                sources.push(self.source_day(Import { superseded_by: None, ..import }, until)?);
            }
        }
        Ok(ReconciliationDay { day, known_on, is_told, sources, breaks: self.open_by_age(day, until)? })
    }

    fn imported_at(&mut self, import: i64) -> Result<Option<NaiveDateTime>, StorageError> {
        let row = imports::table.filter(imports::id.eq(import)).select(imports::imported_at);
        Ok(row.get_result(self.connection).optional()?)
    }

    /// Files that came in on a day, too late for the one that they tell of.
    fn late_files(&mut self, day: NaiveDate) -> Result<Vec<Import>, StorageError> {
        let Some(before) = day.pred_opt() else { return Ok(Vec::new()) };
        let mut late = Vec::new();
        for import in self.imports_within(end_of(before), end_of(day))? {
            let is_late = match import.day {
                None => true,
                Some(told) if told == day => false,
                Some(told) => import.imported_at >= end_of(self.known_on(told)?.0),
            };
            late.extend(Some(import).filter(|_| is_late));
        }
        Ok(late)
    }

    fn source_day(&mut self, import: Import, until: NaiveDateTime) -> Result<SourceDay, StorageError> {
        let found = self.found_by(&import, until)?;
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        let is_open = |closed: Option<NaiveDateTime>| closed.is_none_or(|closed| closed >= until);
        let open: Vec<&FoundRow> = found.iter().filter(|(.., closed)| is_open(*closed)).collect();
        let breaks = (count(found.len()), count(open.len()));
        let statements: Vec<(i64, i64, i64)> = bank_statements::table
            .filter(bank_statements::import_id.eq(import.id))
            .order(bank_statements::id)
            .select((bank_statements::id, bank_statements::opening, bank_statements::closing))
            .load(self.connection)?;
        if let (Some((_, opening, _)), Some((.., closing))) = (statements.first(), statements.last()) {
            let balances = Some((Money::from_minor(*opening), Money::from_minor(*closing)));
            let (mut matched, mut rest) = ((0, Money::ZERO), (0, Money::ZERO));
            for (statement, ..) in &statements {
                for row in self.by_state(*statement, until)? {
                    let sums = if row.state == EntryState::Matched.code() { &mut matched } else { &mut rest };
                    sums.0 += row.count;
                    sums.1 = sums.1.checked_add(Money::from_minor(row.amount)).ok_or_else(past_the_range)?;
                }
            }
            return Ok(SourceDay { import, balances, matched, open: rest, breaks });
        }
        // A report's records fit unless a break is open about them; what it lacks is not among its records.
        let told: Vec<_> = open
            .iter()
            .filter(|(_, (subject, _), found, _)| *subject != BreakSubject::Payout.code() && found.is_some())
            .collect();
        // What was given back is not in the report's total.
        let is_return = |(subject, position): (i16, i32)| {
            let of_payments = [BreakSubject::Payment.code(), BreakSubject::Refund.code()];
            of_payments.contains(&subject) && position == NewBreak::ITS_RETURN
        };
        let taken = told.iter().filter(|(_, what, ..)| !is_return(*what));
        let amount = Money::sum(taken.filter_map(|(_, _, found, _)| found.map(Money::from_minor)));
        let rest = (count(told.len()), amount.ok_or_else(past_the_range)?);
        let fits = import.total.checked_sub(rest.1).ok_or_else(past_the_range)?;
        let matched = (import.records.saturating_sub(rest.0), fits);
        Ok(SourceDay { import, balances: None, matched, open: rest, breaks })
    }

    /// The breaks that a file shows: those that it opened, and those of the reports whose place it took that were open then
    /// and that it shows again.
    fn found_by(&mut self, import: &Import, until: NaiveDateTime) -> Result<Vec<FoundRow>, StorageError> {
        let reports = self.replaced_by(import.id)?;
        let rows: Vec<FoundRow> = breaks::table
            .filter(breaks::import_id.eq_any(reports.iter().copied().map(Some).collect::<Vec<_>>()))
            .filter(breaks::state.ne(BreakState::Staged.code()))
            .filter(breaks::opened_at.lt(until))
            .order(breaks::id)
            .select((breaks::import_id, (breaks::subject, breaks::position), breaks::found, breaks::closed_at))
            .load(self.connection)?;
        let is_its =
            |(by, _, _, closed): &FoundRow| *by == Some(import.id) || closed.is_none_or(|at| at > import.imported_at);
        Ok(rows.into_iter().filter(is_its).collect())
    }

    fn by_state(&mut self, statement: i64, until: NaiveDateTime) -> Result<Vec<StateRow>, StorageError> {
        let query = diesel::sql_query(BY_STATE);
        Ok(match &mut *self.connection {
            Conn::Sqlite(c) => query.bind::<Timestamp, _>(until).bind::<BigInt, _>(statement).load(c)?,
            Conn::Pg(c) => query.bind::<Timestamp, _>(until).bind::<BigInt, _>(statement).load(c)?,
        })
    }

    fn open_by_age(&mut self, day: NaiveDate, until: NaiveDateTime) -> Result<Vec<OpenBreaks>, StorageError> {
        let rows: Vec<(i16, i16, NaiveDate)> = breaks::table
            .filter(breaks::state.ne(BreakState::Staged.code()))
            .filter(breaks::opened_at.lt(until))
            .filter(breaks::closed_at.is_null().or(breaks::closed_at.ge(until).assume_not_null()))
            .filter(breaks::due_on.le(day))
            .select((breaks::source, breaks::kind, breaks::due_on))
            .load(self.connection)?;
        let mut sums: BTreeMap<(i16, i16), [u64; 4]> = BTreeMap::new();
        for (source, kind, due) in rows {
            let at = match (day - due).num_days() {
                ..=0 => 0,
                1..=7 => 1,
                8..=30 => 2,
                _ => 3,
            };
            if let Some(count) = sums.entry((source, kind)).or_default().get_mut(at) {
                *count += 1;
            }
        }
        let unknown = |what: &str, code: i16| StorageError::Damaged(format!("{what} {code} of a break"));
        let read = |((source, kind), by_age): ((i16, i16), [u64; 4])| {
            Ok(OpenBreaks {
                source: BreakSource::from_code(source).ok_or_else(|| unknown("source", source))?,
                kind: BreakKind::from_code(kind).ok_or_else(|| unknown("kind", kind))?,
                by_age,
            })
        };
        sums.into_iter().map(read).collect()
    }
}
