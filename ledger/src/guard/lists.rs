//! Lists: of whom nothing is taken, and whom no rule is asked about. What is listed is kept as a digest and as it may be
//! shown; an entry that ended or was removed stays as it was written.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{GuardKey, GuardList, GuardSubject};
use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::guard_entries;
use crate::writer::WriteOp;

/// An entry to be made.
#[derive(Debug, Clone)]
pub struct NewGuardEntry {
    /// On which list.
    pub list: GuardList,
    /// Who or what.
    pub key: GuardKey,
    /// The same as it may be shown.
    pub shown: String,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: Actor,
    /// Now (UTC).
    pub now: NaiveDateTime,
    /// When it ends (UTC).
    pub ends_at: Option<NaiveDateTime>,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardEntry {
    /// Its number.
    pub id: i64,
    /// On which list.
    pub list: GuardList,
    /// What is listed.
    pub subject: GuardSubject,
    /// The same as it may be shown.
    pub shown: String,
    /// Why.
    pub reason: String,
    /// When it was made (UTC).
    pub added_at: NaiveDateTime,
    /// Who made it.
    pub added_by: String,
    /// When it ends (UTC).
    pub ends_at: Option<NaiveDateTime>,
    /// When it was taken off (UTC).
    pub removed_at: Option<NaiveDateTime>,
}

impl GuardEntry {
    /// Whether it holds at a moment.
    pub fn holds(&self, now: NaiveDateTime) -> bool {
        self.removed_at.is_none() && self.ends_at.is_none_or(|ends| ends > now)
    }
}

/// What became of a [`NewGuardEntry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptEntry {
    /// It was made.
    New(i64),
    /// It is on this list already.
    Listed(i64),
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = guard_entries)]
struct EntryRow {
    id: i64,
    list: i16,
    subject: i16,
    shown: String,
    reason: String,
    added_at: NaiveDateTime,
    added_by_name: String,
    ends_at: Option<NaiveDateTime>,
    removed_at: Option<NaiveDateTime>,
}

impl TryFrom<EntryRow> for GuardEntry {
    type Error = StorageError;

    fn try_from(row: EntryRow) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of guard entry {}", row.id));
        Ok(Self {
            id: row.id,
            list: GuardList::from_code(row.list).ok_or_else(|| damaged("list"))?,
            subject: GuardSubject::from_code(row.subject).ok_or_else(|| damaged("subject"))?,
            shown: row.shown,
            reason: row.reason,
            added_at: row.added_at,
            added_by: row.added_by_name,
            ends_at: row.ends_at,
            removed_at: row.removed_at,
        })
    }
}

impl WriteOp<'_> {
    /// Puts somebody on a list. An entry whose time ran out is taken off first.
    pub fn add_guard_entry(&mut self, new: &NewGuardEntry) -> Result<KeptEntry, StorageError> {
        let value = new.key.digest(self.keys);
        let listed = guard_entries::table
            .filter(guard_entries::value.eq_any(new.key.forms(self.keys)))
            .filter(guard_entries::list.eq(new.list.code()))
            .filter(guard_entries::removed_at.is_null());
        let ended = listed.clone().filter(guard_entries::ends_at.le(new.now));
        diesel::update(ended).set(guard_entries::removed_at.eq(Some(new.now))).execute(self.connection)?;
        let known: Option<i64> = listed.select(guard_entries::id).first(self.connection).optional()?;
        if let Some(known) = known {
            return Ok(KeptEntry::Listed(known));
        }
        let id = self.next_id()?;
        let values = (
            guard_entries::id.eq(id),
            guard_entries::list.eq(new.list.code()),
            guard_entries::subject.eq(new.key.subject().code()),
            guard_entries::value.eq(value),
            guard_entries::shown.eq(&new.shown),
            guard_entries::reason.eq(&new.reason),
            guard_entries::added_at.eq(new.now),
            guard_entries::added_by.eq(new.by.id),
            guard_entries::added_by_name.eq(&new.by.name),
            guard_entries::ends_at.eq(new.ends_at),
            guard_entries::removed_by_name.eq(""),
            guard_entries::length.eq(new.key.length()),
        );
        diesel::insert_into(guard_entries::table).values(values).execute(self.connection)?;
        self.touch_guard()?;
        Ok(KeptEntry::New(id))
    }

    /// Takes an entry off its list; whether it was on it.
    pub fn remove_guard_entry(&mut self, entry: i64, by: &Actor, now: NaiveDateTime) -> Result<bool, StorageError> {
        let row = guard_entries::table.filter(guard_entries::id.eq(entry)).filter(guard_entries::removed_at.is_null());
        let removed = (guard_entries::removed_at.eq(Some(now)), guard_entries::removed_by_name.eq(&by.name));
        let changed = diesel::update(row).set(removed).execute(self.connection)?;
        if changed == 1 {
            self.touch_guard()?;
        }
        Ok(changed == 1)
    }
}

impl Reader<'_> {
    /// Whether any card is on a list.
    pub fn has_guard_cards(&mut self) -> Result<bool, StorageError> {
        let listed = guard_entries::table
            .filter(guard_entries::removed_at.is_null())
            .filter(guard_entries::subject.eq(GuardSubject::Card.code()));
        let one: Option<i64> = listed.select(guard_entries::id).first(self.connection).optional()?;
        Ok(one.is_some())
    }

    /// How long the networks on lists are, of 128 bits: a payer is looked for by these.
    pub fn listed_lengths(&mut self) -> Result<Vec<u8>, StorageError> {
        let found: Vec<Option<i16>> = guard_entries::table
            .filter(guard_entries::removed_at.is_null())
            .filter(guard_entries::length.is_not_null())
            .select(guard_entries::length)
            .distinct()
            .load(self.connection)?;
        let damaged = |_| StorageError::Damaged("length of a listed network".to_owned());
        found.into_iter().flatten().map(|length| u8::try_from(length).map_err(damaged)).collect()
    }

    /// Whether any list has anybody on it.
    pub fn has_guard_entries(&mut self) -> Result<bool, StorageError> {
        let listed = guard_entries::table.filter(guard_entries::removed_at.is_null());
        let one: Option<i64> = listed.select(guard_entries::id).first(self.connection).optional()?;
        Ok(one.is_some())
    }

    /// The entries of any of these that hold at a moment.
    pub fn guard_entries_of(&mut self, keys: &[GuardKey], now: NaiveDateTime) -> Result<Vec<GuardEntry>, StorageError> {
        let values: Vec<Vec<u8>> = keys.iter().flat_map(|key| key.forms(self.keys)).collect();
        let rows: Vec<EntryRow> = guard_entries::table
            .filter(guard_entries::value.eq_any(values))
            .filter(guard_entries::removed_at.is_null())
            .filter(guard_entries::ends_at.is_null().or(guard_entries::ends_at.gt(now)))
            .order(guard_entries::id)
            .select(EntryRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(GuardEntry::try_from).collect()
    }

    /// Entries below a number that were not taken off, the newest first.
    pub fn guard_entries(&mut self, before: Option<i64>, limit: i64) -> Result<Vec<GuardEntry>, StorageError> {
        let rows: Vec<EntryRow> = guard_entries::table
            .filter(guard_entries::removed_at.is_null())
            .filter(guard_entries::id.lt(before.unwrap_or(i64::MAX)))
            .order(guard_entries::id.desc())
            .limit(limit)
            .select(EntryRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(GuardEntry::try_from).collect()
    }
}
