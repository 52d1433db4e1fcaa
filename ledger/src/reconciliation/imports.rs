//! Files that come in: staged in slices that hold the writer for some milliseconds, and complete by one last write.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::words::{BreakState, ImportKind, ImportState};
use crate::ledger::Reader;
use crate::money::Money;
use crate::storage::schema::{
    bank_details, bank_entries, bank_statements, breaks, gateway_payouts, imports, refunded_apart, reported_apart,
    returned_apart,
};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// A file that is about to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImport {
    /// What it is.
    pub kind: ImportKind,
    /// Its name.
    pub name: String,
    /// SHA-256 of all of it, in lower-case hex.
    pub digest: String,
    /// Its size.
    pub bytes: i64,
    /// Who takes it in.
    pub by: String,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportEnd {
    /// The account, the gateway, the network or the biller.
    pub source: String,
    /// The day that it tells of; the last one of a statement.
    pub day: Option<NaiveDate>,
    /// Its number at the source.
    pub sequence: Option<i64>,
    /// Entries, answers or lines.
    pub records: i64,
    /// How many of them were known before.
    pub known: i64,
    /// Their sum.
    pub total: Money,
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub kind: ImportKind,
    /// Its name.
    pub name: String,
    /// SHA-256 of all of it, in lower-case hex.
    pub digest: String,
    /// The account, the gateway, the network or the biller.
    pub source: String,
    /// The day that it tells of.
    pub day: Option<NaiveDate>,
    /// Its number at the source.
    pub sequence: Option<i64>,
    /// Entries, answers or lines.
    pub records: i64,
    /// How many of them were known before.
    pub known: i64,
    /// Their sum.
    pub total: Money,
    /// When it was taken in (UTC).
    pub imported_at: NaiveDateTime,
    /// Who took it in.
    pub imported_by: String,
    /// The later report of the same day that took its place.
    pub superseded_by: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = imports)]
struct ImportRow {
    id: i64,
    kind: i16,
    name: String,
    digest: String,
    source: String,
    day: Option<NaiveDate>,
    sequence: Option<i64>,
    records: i64,
    known: i64,
    total: i64,
    imported_at: NaiveDateTime,
    imported_by: String,
    superseded_by: Option<i64>,
}

impl TryFrom<ImportRow> for Import {
    type Error = StorageError;

    fn try_from(row: ImportRow) -> Result<Self, StorageError> {
        let unknown = || StorageError::Damaged(format!("import {}: kind {}", row.id, row.kind));
        Ok(Self {
            id: row.id,
            kind: ImportKind::from_code(row.kind).ok_or_else(unknown)?,
            name: row.name,
            digest: row.digest,
            source: row.source,
            day: row.day,
            sequence: row.sequence,
            records: row.records,
            known: row.known,
            total: Money::from_minor(row.total),
            imported_at: row.imported_at,
            imported_by: row.imported_by,
            superseded_by: row.superseded_by,
        })
    }
}

impl Reader<'_> {
    /// The last day, up to this one, that a complete import tells of.
    pub fn last_imported_day(&mut self, until: NaiveDate) -> Result<Option<NaiveDate>, StorageError> {
        let days = imports::table
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(imports::day.le(until))
            .select(diesel::dsl::max(imports::day));
        Ok(days.get_result(self.connection)?)
    }

    /// The complete import of a file with this digest.
    pub fn import_of(&mut self, digest: &str) -> Result<Option<Import>, StorageError> {
        let row = imports::table
            .filter(imports::digest.eq(digest))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .select(ImportRow::as_select());
        row.get_result::<ImportRow>(self.connection).optional()?.map(Import::try_from).transpose()
    }

    /// The report of a source about a day that stands: the one that no later one replaced.
    pub fn report_of(
        &mut self,
        kind: ImportKind,
        source: &str,
        day: NaiveDate,
    ) -> Result<Option<Import>, StorageError> {
        let row = imports::table
            .filter(imports::kind.eq(kind.code()))
            .filter(imports::source.eq(source))
            .filter(imports::day.eq(day))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(imports::superseded_by.is_null())
            .order(imports::id.desc())
            .select(ImportRow::as_select());
        row.first::<ImportRow>(self.connection).optional()?.map(Import::try_from).transpose()
    }

    /// The newest complete imports.
    pub fn imports(&mut self, limit: i64) -> Result<Vec<Import>, StorageError> {
        let rows: Vec<ImportRow> = imports::table
            .filter(imports::state.eq(ImportState::Complete.code()))
            .order(imports::id.desc())
            .limit(limit)
            .select(ImportRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Import::try_from).collect()
    }

    /// The complete imports that tell of a day.
    pub fn imports_of_day(&mut self, day: NaiveDate) -> Result<Vec<Import>, StorageError> {
        let rows: Vec<ImportRow> = imports::table
            .filter(imports::day.eq(day))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .order((imports::kind, imports::source, imports::id))
            .select(ImportRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Import::try_from).collect()
    }
}

impl Reader<'_> {
    /// The complete imports that came in within a time, by the day that they tell of.
    pub(super) fn imports_within(
        &mut self,
        from: NaiveDateTime,
        until: NaiveDateTime,
    ) -> Result<Vec<Import>, StorageError> {
        let rows: Vec<ImportRow> = imports::table
            .filter(imports::imported_at.ge(from))
            .filter(imports::imported_at.lt(until))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .order((imports::day, imports::kind, imports::source, imports::id))
            .select(ImportRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Import::try_from).collect()
    }

    /// A report and those whose place it took, one after the other.
    pub(super) fn replaced_by(&mut self, import: i64) -> Result<Vec<i64>, StorageError> {
        replaced_by(self.connection, import)
    }
}

/// A report and those whose place it took, the newest first.
pub(super) fn replaced_by(connection: &mut Conn, import: i64) -> Result<Vec<i64>, StorageError> {
    let (mut chain, mut next) = (vec![import], Some(import));
    while let Some(later) = next {
        let before = imports::table.filter(imports::superseded_by.eq(later)).select(imports::id);
        next = before.first::<i64>(connection).optional()?;
        chain.extend(next);
    }
    Ok(chain)
}

impl WriteOp<'_> {
    /// Begins to take a file in: its number. What another process stages at this time loses its place.
    pub fn begin_import(&mut self, new: &NewImport, now: DateTime<Utc>) -> Result<i64, StorageError> {
        let id = self.next_id()?;
        let values = (
            imports::id.eq(id),
            imports::kind.eq(new.kind.code()),
            (imports::name.eq(&new.name), imports::digest.eq(&new.digest), imports::bytes.eq(new.bytes)),
            imports::source.eq(""),
            (imports::records.eq(0), imports::known.eq(0), imports::total.eq(0)),
            imports::state.eq(ImportState::Staged.code()),
            imports::imported_at.eq(now.naive_utc()),
            imports::imported_by.eq(&new.by),
        );
        diesel::insert_into(imports::table).values(values).execute(self.connection)?;
        Ok(id)
    }

    /// Whether an import is still being staged: else another process removed it.
    pub(super) fn is_staged(&mut self, import: i64) -> Result<bool, StorageError> {
        let staged: i64 = imports::table
            .filter(imports::id.eq(import))
            .filter(imports::state.eq(ImportState::Staged.code()))
            .count()
            .get_result(self.connection)?;
        Ok(staged == 1)
    }

    /// Removes at most about `limit` rows of what was staged and not completed; whether more are left. A kill leaves such.
    pub fn drop_staged(&mut self, limit: i64) -> Result<bool, StorageError> {
        let staged = imports::table.filter(imports::state.eq(ImportState::Staged.code())).select(imports::id);
        let Some(import) = staged.first::<i64>(self.connection).optional()? else { return Ok(false) };
        let entries: Vec<(i64, i32)> = bank_entries::table
            .filter(bank_entries::import_id.eq(import))
            .limit(limit)
            .select((bank_entries::id, bank_entries::details))
            .load(self.connection)?;
        let mut left = limit;
        for (entry, _) in &entries {
            let positions: Vec<i32> = bank_details::table
                .filter(bank_details::entry_id.eq(entry))
                .limit(left)
                .select(bank_details::position)
                .load(self.connection)?;
            left -= i64::try_from(positions.len()).unwrap_or(i64::MAX) + 1;
            for position in positions {
                let row = bank_details::table
                    .filter(bank_details::entry_id.eq(entry))
                    .filter(bank_details::position.eq(position));
                diesel::delete(row).execute(self.connection)?;
            }
            if left <= 0 {
                return Ok(true);
            }
            diesel::delete(bank_entries::table.filter(bank_entries::id.eq(entry))).execute(self.connection)?;
        }
        if !entries.is_empty() {
            return Ok(true);
        }
        let statements: Vec<i64> = bank_statements::table
            .filter(bank_statements::import_id.eq(import))
            .select(bank_statements::id)
            .load(self.connection)?;
        for statement in statements {
            let known: Vec<i64> = bank_entries::table
                .filter(bank_entries::statement_id.eq(statement))
                .limit(limit)
                .select(bank_entries::id)
                .load(self.connection)?;
            if !known.is_empty() {
                for entry in known {
                    diesel::update(bank_entries::table.filter(bank_entries::id.eq(entry)))
                        .set(bank_entries::statement_id.eq(None::<i64>))
                        .execute(self.connection)?;
                }
                return Ok(true);
            }
            diesel::delete(bank_statements::table.filter(bank_statements::id.eq(statement)))
                .execute(self.connection)?;
        }
        diesel::delete(gateway_payouts::table.filter(gateway_payouts::import_id.eq(import)))
            .execute(self.connection)?;
        diesel::delete(reported_apart::table.filter(reported_apart::import_id.eq(import))).execute(self.connection)?;
        diesel::delete(returned_apart::table.filter(returned_apart::import_id.eq(import))).execute(self.connection)?;
        diesel::delete(refunded_apart::table.filter(refunded_apart::import_id.eq(import))).execute(self.connection)?;
        let staged =
            breaks::table.filter(breaks::import_id.eq(import)).filter(breaks::state.eq(BreakState::Staged.code()));
        diesel::delete(staged).execute(self.connection)?;
        diesel::delete(imports::table.filter(imports::id.eq(import))).execute(self.connection)?;
        Ok(true)
    }

    /// Makes an import complete; whether it was still there.
    pub fn finish_import(&mut self, import: i64, end: &ImportEnd, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let row = imports::table.filter(imports::id.eq(import)).filter(imports::state.eq(ImportState::Staged.code()));
        let changed = diesel::update(row)
            .set((
                imports::source.eq(&end.source),
                imports::day.eq(end.day),
                imports::sequence.eq(end.sequence),
                imports::records.eq(end.records),
                imports::known.eq(end.known),
                imports::total.eq(end.total.minor()),
                imports::state.eq(ImportState::Complete.code()),
                imports::imported_at.eq(now.naive_utc()),
            ))
            .execute(self.connection)?;
        Ok(changed == 1)
    }
}
