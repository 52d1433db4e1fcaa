//! Changes of what is set of billers, as rows: asked for by one person, decided by another. What the texts say is the use
//! cases' business.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::rows::biller_code;
use crate::storage::schema::{biller_changes, billers};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{UnknownWord, words};
use crate::writer::WriteOp;

words! {
    /// Where a change of a biller's settings stands.
    ChangeState: "waiting, applied, refused, withdrawn" {
        /// A second person is to decide; there is at most one for each biller.
        Waiting = 1, "waiting";
        /// It is in force since then.
        Applied = 2, "applied";
        /// A second person refused it.
        Refused = 3, "refused";
        /// Who asked for it took it back.
        Withdrawn = 4, "withdrawn";
    }
}

/// A change of a biller's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillerChange {
    /// Its number.
    pub id: i64,
    /// The biller.
    pub biller: u16,
    /// Where it stands.
    pub state: ChangeState,
    /// The file as it was given.
    pub text: String,
    /// The definition that it was made from.
    pub before: String,
    /// The definition that it puts in force.
    pub after: String,
    /// Why, as who asked wrote it.
    pub why: String,
    /// When it was asked for (UTC).
    pub made_at: NaiveDateTime,
    /// Who asked for it.
    pub made_by: Actor,
    /// When it was decided or taken back, by whom and with which word (UTC).
    pub ended: Option<(NaiveDateTime, Actor, String)>,
}

/// A change to be asked for.
#[derive(Debug, Clone)]
pub struct NewBillerChange {
    /// The biller.
    pub biller: u16,
    /// The file as it was given.
    pub text: String,
    /// The definition that it was made from.
    pub before: String,
    /// The definition that it puts in force.
    pub after: String,
    /// Why.
    pub why: String,
}

/// What became of a decision. Refusals are tested in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// It is done.
    Done,
    /// There is no such change, or it was decided before.
    NotWaiting,
    /// Who asked for it does not decide it, and nobody else takes it back.
    WrongPerson,
    /// The biller is set otherwise by now than the change was made from.
    Moved,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = biller_changes)]
struct ChangeRow {
    id: i64,
    biller: i32,
    state: i16,
    text: String,
    before: String,
    after: String,
    why: String,
    made_at: NaiveDateTime,
    made_by: i64,
    made_by_name: String,
    ended_at: Option<NaiveDateTime>,
    ended_by: Option<i64>,
    ended_by_name: Option<String>,
    word: Option<String>,
}

impl TryFrom<ChangeRow> for BillerChange {
    type Error = StorageError;

    fn try_from(row: ChangeRow) -> Result<Self, StorageError> {
        let damaged = || StorageError::Damaged(format!("state of biller change {}", row.id));
        let by = row.ended_by.zip(row.ended_by_name).map(|(id, name)| Actor { id, name });
        let ended = row.ended_at.zip(by).zip(row.word);
        Ok(Self {
            id: row.id,
            biller: biller_code(row.biller)?,
            state: ChangeState::from_code(row.state).ok_or_else(damaged)?,
            text: row.text,
            before: row.before,
            after: row.after,
            why: row.why,
            made_at: row.made_at,
            made_by: Actor { id: row.made_by, name: row.made_by_name },
            ended: ended.map(|((at, by), word)| (at, by, word)),
        })
    }
}

impl WriteOp<'_> {
    /// Asks for a change; its number. `None`: another one waits for the biller.
    pub fn propose_biller_change(
        &mut self,
        new: &NewBillerChange,
        by: &Actor,
        now: NaiveDateTime,
    ) -> Result<Option<i64>, StorageError> {
        let id = self.next_id()?;
        let values = (
            biller_changes::id.eq(id),
            biller_changes::biller.eq(i32::from(new.biller)),
            biller_changes::state.eq(ChangeState::Waiting.code()),
            biller_changes::text.eq(&new.text),
            biller_changes::before.eq(&new.before),
            biller_changes::after.eq(&new.after),
            biller_changes::why.eq(&new.why),
            biller_changes::made_at.eq(now),
            biller_changes::made_by.eq(by.id),
            biller_changes::made_by_name.eq(&by.name),
        );
        let insert = diesel::insert_into(biller_changes::table).values(values);
        let made = match &mut *self.connection {
            Conn::Sqlite(c) => insert.on_conflict_do_nothing().execute(c)?,
            Conn::Pg(c) => insert.on_conflict_do_nothing().execute(c)?,
        };
        Ok((made == 1).then_some(id))
    }

    /// Ends a biller's change that waits: applied and refused by a second person, withdrawn by who asked. One that is applied
    /// is in force by the same commit.
    pub fn end_biller_change(
        &mut self,
        (biller, id): (u16, i64),
        state: ChangeState,
        by: &Actor,
        word: &str,
        now: NaiveDateTime,
    ) -> Result<ChangeOutcome, StorageError> {
        let waiting = biller_changes::table
            .filter(biller_changes::id.eq(id))
            .filter(biller_changes::biller.eq(i32::from(biller)))
            .filter(biller_changes::state.eq(ChangeState::Waiting.code()));
        let row: Option<ChangeRow> = waiting.select(ChangeRow::as_select()).get_result(self.connection).optional()?;
        let Some(row) = row else { return Ok(ChangeOutcome::NotWaiting) };
        if (row.made_by == by.id) != (state == ChangeState::Withdrawn) {
            return Ok(ChangeOutcome::WrongPerson);
        }
        let ended = (
            biller_changes::state.eq(state.code()),
            biller_changes::ended_at.eq(now),
            biller_changes::ended_by.eq(by.id),
            biller_changes::ended_by_name.eq(&by.name),
            biller_changes::word.eq(word),
        );
        if state == ChangeState::Applied {
            // An import from the command line may come between: its condition holds to the commit.
            let version = billers::version.eq(self.next_id()?);
            let as_it_was =
                billers::table.filter(billers::code.eq(i32::from(biller))).filter(billers::definition.eq(&row.before));
            let applied = diesel::update(as_it_was)
                .set((billers::definition.eq(&row.after), version, billers::updated_at.eq(now)))
                .execute(self.connection)?;
            if applied == 0 {
                return Ok(ChangeOutcome::Moved);
            }
        }
        match diesel::update(waiting).set(ended).execute(self.connection)? {
            1 => Ok(ChangeOutcome::Done),
            // Another process decided it since it was read: nothing of this one stays.
            _ => Err(StorageError::Failed(format!("biller change {id} was decided at the same time"))),
        }
    }
}

impl Reader<'_> {
    /// A biller's change by its number.
    pub fn biller_change(&mut self, biller: u16, id: i64) -> Result<Option<BillerChange>, StorageError> {
        let row: Option<ChangeRow> = biller_changes::table
            .filter(biller_changes::id.eq(id))
            .filter(biller_changes::biller.eq(i32::from(biller)))
            .select(ChangeRow::as_select())
            .get_result(self.connection)
            .optional()?;
        row.map(BillerChange::try_from).transpose()
    }

    /// A biller's changes, the newest first.
    pub fn biller_changes(&mut self, biller: u16, limit: i64) -> Result<Vec<BillerChange>, StorageError> {
        let rows: Vec<ChangeRow> = biller_changes::table
            .filter(biller_changes::biller.eq(i32::from(biller)))
            .order(biller_changes::id.desc())
            .limit(limit)
            .select(ChangeRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(BillerChange::try_from).collect()
    }

    /// Which billers have a change that waits.
    pub fn billers_with_changes(&mut self) -> Result<Vec<u16>, StorageError> {
        let codes: Vec<i32> = biller_changes::table
            .filter(biller_changes::state.eq(ChangeState::Waiting.code()))
            .order(biller_changes::biller)
            .select(biller_changes::biller)
            .load(self.connection)?;
        codes.into_iter().map(biller_code).collect()
    }

    /// A biller's definition as it is stored.
    pub fn biller_definition(&mut self, biller: u16) -> Result<Option<String>, StorageError> {
        let row = billers::table.filter(billers::code.eq(i32::from(biller))).select(billers::definition);
        Ok(row.get_result(self.connection).optional()?)
    }
}
