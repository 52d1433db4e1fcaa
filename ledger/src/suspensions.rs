//! Billers that take no payments for now, as rows: on a channel or on all of them, since when, why and by whom.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::biller_suspensions;
use crate::vocabulary::Channel;
use crate::writer::WriteOp;

/// Stands for all channels in the database.
const ALL: i16 = 0;

/// A time in which a biller takes no payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Its number.
    pub id: i64,
    /// The biller.
    pub biller: u16,
    /// The channel; `None` is all of them.
    pub channel: Option<Channel>,
    /// Why.
    pub reason: String,
    /// From when on (UTC).
    pub since: NaiveDateTime,
    /// Who suspended it.
    pub by: Actor,
    /// When it ended, by whom, and why (UTC).
    pub lifted: Option<(NaiveDateTime, Actor, String)>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = biller_suspensions)]
struct SuspensionRow {
    id: i64,
    biller: i32,
    channel: i16,
    reason: String,
    since: NaiveDateTime,
    made_by: i64,
    made_by_name: String,
    lifted_at: Option<NaiveDateTime>,
    lifted_by: Option<i64>,
    lifted_by_name: Option<String>,
    lifted_why: Option<String>,
}

impl TryFrom<SuspensionRow> for Suspension {
    type Error = StorageError;

    fn try_from(row: SuspensionRow) -> Result<Self, StorageError> {
        let damaged = || StorageError::Damaged(format!("channel of suspension {}", row.id));
        let channel = match row.channel {
            ALL => None,
            code => Some(Channel::from_code(code).ok_or_else(damaged)?),
        };
        let by = row.lifted_by.zip(row.lifted_by_name).map(|(id, name)| Actor { id, name });
        let lifted = row.lifted_at.zip(by).zip(row.lifted_why);
        Ok(Self {
            id: row.id,
            biller: biller_code(row.biller)?,
            channel,
            reason: row.reason,
            since: row.since,
            by: Actor { id: row.made_by, name: row.made_by_name },
            lifted: lifted.map(|((at, by), why)| (at, by, why)),
        })
    }
}

impl WriteOp<'_> {
    /// Suspends a biller, on a channel or on all of them. `false`: it is suspended so already.
    pub fn suspend_biller(
        &mut self,
        biller: u16,
        channel: Option<Channel>,
        reason: &str,
        by: &Actor,
        now: NaiveDateTime,
    ) -> Result<bool, StorageError> {
        let code = channel.map_or(ALL, Channel::code);
        let held: i64 = biller_suspensions::table
            .filter(biller_suspensions::biller.eq(i32::from(biller)))
            .filter(biller_suspensions::channel.eq(code))
            .filter(biller_suspensions::lifted_at.is_null())
            .count()
            .get_result(self.connection)?;
        if held > 0 {
            return Ok(false);
        }
        let values = (
            biller_suspensions::id.eq(self.next_id()?),
            biller_suspensions::biller.eq(i32::from(biller)),
            biller_suspensions::channel.eq(code),
            biller_suspensions::reason.eq(reason),
            biller_suspensions::since.eq(now),
            biller_suspensions::made_by.eq(by.id),
            biller_suspensions::made_by_name.eq(&by.name),
        );
        diesel::insert_into(biller_suspensions::table).values(values).execute(self.connection)?;
        Ok(true)
    }

    /// Lets a biller take payments again. `false`: there is no such suspension of it, or it was lifted before.
    pub fn lift_suspension(
        &mut self,
        biller: u16,
        id: i64,
        why: &str,
        by: &Actor,
        now: NaiveDateTime,
    ) -> Result<bool, StorageError> {
        let row = biller_suspensions::table
            .filter(biller_suspensions::id.eq(id))
            .filter(biller_suspensions::biller.eq(i32::from(biller)))
            .filter(biller_suspensions::lifted_at.is_null());
        let lifted = (
            biller_suspensions::lifted_at.eq(now),
            biller_suspensions::lifted_by.eq(by.id),
            biller_suspensions::lifted_by_name.eq(&by.name),
            biller_suspensions::lifted_why.eq(why),
        );
        Ok(diesel::update(row).set(lifted).execute(self.connection)? == 1)
    }
}

impl Reader<'_> {
    /// Suspensions that are in force, by biller.
    pub fn suspensions_held(&mut self) -> Result<Vec<Suspension>, StorageError> {
        let rows: Vec<SuspensionRow> = biller_suspensions::table
            .filter(biller_suspensions::lifted_at.is_null())
            .order((biller_suspensions::biller, biller_suspensions::channel))
            .select(SuspensionRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Suspension::try_from).collect()
    }

    /// A biller's suspensions, the newest first.
    pub fn suspensions_of(&mut self, biller: u16, limit: i64) -> Result<Vec<Suspension>, StorageError> {
        let rows: Vec<SuspensionRow> = biller_suspensions::table
            .filter(biller_suspensions::biller.eq(i32::from(biller)))
            .order(biller_suspensions::id.desc())
            .limit(limit)
            .select(SuspensionRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Suspension::try_from).collect()
    }

    /// How often a biller was suspended or let go on: grows with each.
    pub fn suspensions_changed(&mut self) -> Result<i64, StorageError> {
        let made: i64 = biller_suspensions::table.count().get_result(self.connection)?;
        let lifted = biller_suspensions::table.filter(biller_suspensions::lifted_at.is_not_null());
        Ok(made + lifted.count().get_result::<i64>(self.connection)?)
    }
}
