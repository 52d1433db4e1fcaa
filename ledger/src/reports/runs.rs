//! Large reports that are written behind the scenes, as rows: who asked for what, how far it is, and the file.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::report_runs;
use crate::vocabulary::{Language, UnknownWord, words};
use crate::writer::WriteOp;

words! {
    /// How far a report is.
    ReportRunState: "waiting, writing, done, failed" {
        /// Nobody has begun it.
        Waiting = 1, "waiting";
        /// It is being written, or was when its process ended.
        Writing = 2, "writing";
        /// Its file is there.
        Done = 3, "done";
        /// It was given up.
        Failed = 4, "failed";
    }
}

/// Who asked for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportAsker {
    /// A member of staff.
    Member(Actor),
    /// A system, by its key's number.
    Key(i64),
}

/// A report to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReportRun {
    /// The word of what is reported.
    pub kind: String,
    /// What is asked, as the use cases wrote it.
    pub question: String,
    /// The word of the file's form.
    pub form: String,
    /// The language of the file.
    pub language: Language,
    /// Who asks.
    pub by: ReportAsker,
    /// How many rows it will have, as far as is known.
    pub rows_expected: Option<i64>,
}

/// A report that is written behind the scenes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRun {
    /// Its number.
    pub id: i64,
    /// What was asked.
    pub asked: NewReportRun,
    /// How far it is.
    pub state: ReportRunState,
    /// When it was asked for (UTC).
    pub made_at: NaiveDateTime,
    /// How often it was begun.
    pub tries: i32,
    /// How many rows are written.
    pub rows: i64,
    /// When it was done or given up (UTC).
    pub ended_at: Option<NaiveDateTime>,
    /// Length of the file in bytes, and its SHA-256 in lower-case hex.
    pub file: Option<(i64, String)>,
    /// The word of why it was given up.
    pub failure: String,
}

/// How much is kept at once.
#[derive(Debug, Clone, Copy)]
pub struct ReportRunBounds {
    /// Reports of one asker that are not ended.
    pub open_each: i64,
    /// Reports in all, with those whose files are there.
    pub kept: i64,
}

/// What became of asking for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportRunAsked {
    /// It waits, under this number.
    Kept(i64),
    /// The same was asked for before and is under way, or fresh.
    Same(i64),
    /// More are open or kept than may be.
    TooMany,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = report_runs)]
struct RunRow {
    id: i64,
    state: i16,
    kind: String,
    question: String,
    form: String,
    language: i16,
    made_by: i64,
    made_by_name: String,
    by_key: bool,
    made_at: NaiveDateTime,
    tries: i32,
    rows: i64,
    rows_expected: Option<i64>,
    ended_at: Option<NaiveDateTime>,
    bytes: Option<i64>,
    digest: Option<String>,
    failure: String,
}

impl TryFrom<RunRow> for ReportRun {
    type Error = StorageError;

    fn try_from(row: RunRow) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of report run {}", row.id));
        let by = match row.by_key {
            true => ReportAsker::Key(row.made_by),
            false => ReportAsker::Member(Actor { id: row.made_by, name: row.made_by_name }),
        };
        let state = ReportRunState::from_code(row.state).ok_or_else(|| damaged("state"))?;
        let language = Language::from_code(row.language).ok_or_else(|| damaged("language"))?;
        let (kind, question, form) = (row.kind, row.question, row.form);
        Ok(Self {
            id: row.id,
            asked: NewReportRun { kind, question, form, language, by, rows_expected: row.rows_expected },
            state,
            made_at: row.made_at,
            tries: row.tries,
            rows: row.rows,
            ended_at: row.ended_at,
            file: row.bytes.zip(row.digest),
            failure: row.failure,
        })
    }
}

const OPEN: [i16; 2] = [ReportRunState::Waiting.code(), ReportRunState::Writing.code()];

impl WriteOp<'_> {
    /// Asks for a report. What the same asker asked for in the same words is the same report while it is open, and for a
    /// while after it was done (`fresh_since`).
    pub fn ask_report_run(
        &mut self,
        new: &NewReportRun,
        bounds: ReportRunBounds,
        fresh_since: NaiveDateTime,
        now: NaiveDateTime,
    ) -> Result<ReportRunAsked, StorageError> {
        let (asker, name, by_key) = match &new.by {
            ReportAsker::Member(Actor { id, name }) => (*id, name.as_str(), false),
            ReportAsker::Key(key) => (*key, "", true),
        };
        let own: Vec<RunRow> = report_runs::table
            .filter(report_runs::made_by.eq(asker))
            .filter(report_runs::by_key.eq(by_key))
            .order(report_runs::id.desc())
            .select(RunRow::as_select())
            .load(self.connection)?;
        let is_same = |row: &&RunRow| {
            let is_fresh = row.state == ReportRunState::Done.code() && row.ended_at.is_some_and(|at| at >= fresh_since);
            (OPEN.contains(&row.state) || is_fresh)
                && (&row.kind, &row.question, &row.form) == (&new.kind, &new.question, &new.form)
                && row.language == new.language.code()
        };
        if let Some(same) = own.iter().find(is_same) {
            return Ok(ReportRunAsked::Same(same.id));
        }
        let open = own.iter().filter(|row| OPEN.contains(&row.state)).count();
        let kept: i64 = report_runs::table.count().get_result(self.connection)?;
        if i64::try_from(open).unwrap_or(i64::MAX) >= bounds.open_each || kept >= bounds.kept {
            return Ok(ReportRunAsked::TooMany);
        }
        let id = self.next_id()?;
        let values = (
            report_runs::id.eq(id),
            report_runs::state.eq(ReportRunState::Waiting.code()),
            report_runs::kind.eq(&new.kind),
            report_runs::question.eq(&new.question),
            report_runs::form.eq(&new.form),
            report_runs::language.eq(new.language.code()),
            report_runs::made_by.eq(asker),
            report_runs::made_by_name.eq(name),
            report_runs::by_key.eq(by_key),
            report_runs::made_at.eq(now),
            report_runs::tries.eq(0),
            report_runs::rows.eq(0),
            report_runs::rows_expected.eq(new.rows_expected),
            report_runs::failure.eq(""),
        );
        diesel::insert_into(report_runs::table).values(values).execute(self.connection)?;
        Ok(ReportRunAsked::Kept(id))
    }

    /// Begins a report from its first row, also one that was cut off.
    pub fn begin_report_run(&mut self, id: i64) -> Result<(), StorageError> {
        let begun = (
            report_runs::state.eq(ReportRunState::Writing.code()),
            report_runs::tries.eq(report_runs::tries + 1),
            report_runs::rows.eq(0),
        );
        diesel::update(report_runs::table.filter(report_runs::id.eq(id))).set(begun).execute(self.connection)?;
        Ok(())
    }

    /// Says how many rows of a report are written.
    pub fn tell_report_run(&mut self, id: i64, rows: i64) -> Result<(), StorageError> {
        let row = report_runs::table.filter(report_runs::id.eq(id));
        diesel::update(row).set(report_runs::rows.eq(rows)).execute(self.connection)?;
        Ok(())
    }

    /// Says that a report's file is there: its rows, its length in bytes and its SHA-256.
    pub fn finish_report_run(
        &mut self,
        id: i64,
        (rows, bytes, digest): (i64, i64, &str),
        now: NaiveDateTime,
    ) -> Result<(), StorageError> {
        let done = (
            report_runs::state.eq(ReportRunState::Done.code()),
            report_runs::rows.eq(rows),
            report_runs::bytes.eq(bytes),
            report_runs::digest.eq(digest),
            report_runs::ended_at.eq(now),
        );
        diesel::update(report_runs::table.filter(report_runs::id.eq(id))).set(done).execute(self.connection)?;
        Ok(())
    }

    /// Gives a report up.
    pub fn fail_report_run(&mut self, id: i64, failure: &str, now: NaiveDateTime) -> Result<(), StorageError> {
        let failed = (
            report_runs::state.eq(ReportRunState::Failed.code()),
            report_runs::failure.eq(failure),
            report_runs::ended_at.eq(now),
        );
        diesel::update(report_runs::table.filter(report_runs::id.eq(id))).set(failed).execute(self.connection)?;
        Ok(())
    }

    /// Forgets a report whose file is gone.
    pub fn forget_report_run(&mut self, id: i64) -> Result<(), StorageError> {
        diesel::delete(report_runs::table.filter(report_runs::id.eq(id))).execute(self.connection)?;
        Ok(())
    }
}

impl Reader<'_> {
    /// A report by its number.
    pub fn report_run(&mut self, id: i64) -> Result<Option<ReportRun>, StorageError> {
        let row: Option<RunRow> = report_runs::table
            .filter(report_runs::id.eq(id))
            .select(RunRow::as_select())
            .get_result(self.connection)
            .optional()?;
        row.map(ReportRun::try_from).transpose()
    }

    /// What a member asked for, the newest first.
    pub fn report_runs_of(&mut self, member: i64, limit: i64) -> Result<Vec<ReportRun>, StorageError> {
        let rows: Vec<RunRow> = report_runs::table
            .filter(report_runs::made_by.eq(member))
            .filter(report_runs::by_key.eq(false))
            .order(report_runs::id.desc())
            .limit(limit)
            .select(RunRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(ReportRun::try_from).collect()
    }

    /// Reports that are to be written, in the order in which they were asked for.
    pub fn report_runs_open(&mut self, limit: i64) -> Result<Vec<ReportRun>, StorageError> {
        let rows: Vec<RunRow> = report_runs::table
            .filter(report_runs::state.eq_any(OPEN))
            .order(report_runs::id)
            .limit(limit)
            .select(RunRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(ReportRun::try_from).collect()
    }

    /// Reports that were ended before a moment (UTC).
    pub fn report_runs_ended(&mut self, before: NaiveDateTime, limit: i64) -> Result<Vec<ReportRun>, StorageError> {
        let rows: Vec<RunRow> = report_runs::table
            .filter(report_runs::ended_at.lt(before))
            .order(report_runs::id)
            .limit(limit)
            .select(RunRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(ReportRun::try_from).collect()
    }
}
