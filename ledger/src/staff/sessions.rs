//! Sessions. The token is known to the browser alone; the row holds its digest.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::members::{MemberRow, StaffMember};
use crate::ledger::Reader;
use crate::storage::schema::{staff_attempts, staff_members, staff_sessions};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// How long rows of sessions that are over are kept: the audit log has the story.
const SESSIONS_KEPT: chrono::TimeDelta = chrono::TimeDelta::days(30);
/// How long failed tries are remembered at most.
const ATTEMPTS_KEPT: chrono::TimeDelta = chrono::TimeDelta::days(2);

/// A session that was not ended.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = staff_sessions)]
pub struct StaffSession {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub member_id: i64,
    /// How far signing in has come, as whoever calls counts it.
    pub stage: i16,
    /// A second factor that is being enrolled, sealed.
    pub enrolling: Option<Vec<u8>>,
    /// The address it was opened from.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    /// When it was opened (UTC).
    pub created_at: NaiveDateTime,
    /// When it was last used (UTC), to within half a minute.
    pub seen_at: NaiveDateTime,
    /// When it ends whatever happens (UTC).
    pub expires_at: NaiveDateTime,
}

/// A session to be.
#[derive(Debug, Clone)]
pub struct NewStaffSession {
    /// SHA-256 of the token.
    pub token: [u8; 32],
    /// Whose it is.
    pub member_id: i64,
    /// How far signing in has come.
    pub stage: i16,
    /// The address it is opened from.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    /// When it ends whatever happens (UTC).
    pub expires_at: NaiveDateTime,
}

fn found(row: Option<(StaffSession, MemberRow)>) -> Result<Option<(StaffSession, StaffMember)>, StorageError> {
    row.map(|(session, member)| Ok((session, member.try_into()?))).transpose()
}

fn by_token(connection: &mut Conn, token: &[u8; 32]) -> Result<Option<(StaffSession, StaffMember)>, StorageError> {
    let row = staff_sessions::table
        .inner_join(staff_members::table)
        .filter(staff_sessions::ended_at.is_null())
        .filter(staff_sessions::token.eq(token.as_slice()))
        .select((StaffSession::as_select(), MemberRow::as_select()));
    found(row.get_result(connection).optional()?)
}

impl Reader<'_> {
    /// The session of a token with its member, unless it was ended.
    pub fn staff_session(&mut self, token: &[u8; 32]) -> Result<Option<(StaffSession, StaffMember)>, StorageError> {
        by_token(self.connection, token)
    }

    /// A member's sessions that were not ended, the newest first. Those that ran out are among them.
    pub fn staff_sessions(&mut self, member: i64) -> Result<Vec<StaffSession>, StorageError> {
        Ok(staff_sessions::table
            .filter(staff_sessions::member_id.eq(member))
            .filter(staff_sessions::ended_at.is_null())
            .order(staff_sessions::id.desc())
            .select(StaffSession::as_select())
            .load(self.connection)?)
    }
}

impl WriteOp<'_> {
    /// The session of a token with its member, unless it was ended, as this write sees it.
    pub fn staff_session(&mut self, token: &[u8; 32]) -> Result<Option<(StaffSession, StaffMember)>, StorageError> {
        by_token(self.connection, token)
    }

    /// A session by number with its member, unless it was ended, as this write sees it.
    pub fn staff_session_of(&mut self, id: i64) -> Result<Option<(StaffSession, StaffMember)>, StorageError> {
        let row = staff_sessions::table
            .inner_join(staff_members::table)
            .filter(staff_sessions::ended_at.is_null())
            .filter(staff_sessions::id.eq(id))
            .select((StaffSession::as_select(), MemberRow::as_select()));
        found(row.get_result(self.connection).optional()?)
    }

    /// Opens a session; its number.
    pub fn open_staff_session(&mut self, session: &NewStaffSession, now: NaiveDateTime) -> Result<i64, StorageError> {
        let id = self.next_id()?;
        let values = (
            staff_sessions::id.eq(id),
            staff_sessions::token.eq(session.token.as_slice()),
            staff_sessions::member_id.eq(session.member_id),
            staff_sessions::stage.eq(session.stage),
            staff_sessions::address.eq(&session.address),
            staff_sessions::agent.eq(&session.agent),
            staff_sessions::created_at.eq(now),
            staff_sessions::seen_at.eq(now),
            staff_sessions::expires_at.eq(session.expires_at),
        );
        diesel::insert_into(staff_sessions::table).values(values).execute(self.connection)?;
        Ok(id)
    }

    /// Notes that a session is in use.
    pub fn see_staff_session(&mut self, id: i64, now: NaiveDateTime) -> Result<(), StorageError> {
        let row = staff_sessions::table.filter(staff_sessions::id.eq(id)).filter(staff_sessions::seen_at.lt(now));
        diesel::update(row).set(staff_sessions::seen_at.eq(now)).execute(self.connection)?;
        Ok(())
    }

    /// Keeps the sealed secret of a second factor that is being enrolled, until it is confirmed.
    pub fn set_enrolling(&mut self, id: i64, sealed: Option<&[u8]>) -> Result<(), StorageError> {
        diesel::update(staff_sessions::table.filter(staff_sessions::id.eq(id)))
            .set(staff_sessions::enrolling.eq(sealed))
            .execute(self.connection)?;
        Ok(())
    }

    /// Ends one session of a member; whether it was open.
    pub fn end_staff_session(&mut self, member: i64, id: i64, now: NaiveDateTime) -> Result<bool, StorageError> {
        let row = staff_sessions::table
            .filter(staff_sessions::id.eq(id))
            .filter(staff_sessions::member_id.eq(member))
            .filter(staff_sessions::ended_at.is_null());
        Ok(diesel::update(row).set(staff_sessions::ended_at.eq(Some(now))).execute(self.connection)? == 1)
    }

    /// Ends every session of a member but one; how many were open.
    pub fn end_staff_sessions(
        &mut self,
        member: i64,
        except: Option<i64>,
        now: NaiveDateTime,
    ) -> Result<usize, StorageError> {
        let rows = staff_sessions::table
            .filter(staff_sessions::member_id.eq(member))
            .filter(staff_sessions::id.ne(except.unwrap_or(0)))
            .filter(staff_sessions::ended_at.is_null());
        Ok(diesel::update(rows).set(staff_sessions::ended_at.eq(Some(now))).execute(self.connection)?)
    }

    /// Ends a member's oldest open sessions past so many; how many were ended.
    pub fn end_oldest_staff_sessions(
        &mut self,
        member: i64,
        keep: usize,
        now: NaiveDateTime,
    ) -> Result<usize, StorageError> {
        let open: Vec<i64> = staff_sessions::table
            .filter(staff_sessions::member_id.eq(member))
            .filter(staff_sessions::ended_at.is_null())
            .filter(staff_sessions::expires_at.gt(now))
            .order((staff_sessions::created_at.desc(), staff_sessions::id.desc()))
            .select(staff_sessions::id)
            .load(self.connection)?;
        let surplus = open.into_iter().skip(keep);
        surplus.map(|id| self.end_staff_session(member, id, now).map(usize::from)).sum()
    }

    /// Deletes sessions that are long over and failed tries that nobody asks after any more; how many rows.
    pub fn prune_staff(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let over = staff_sessions::table.filter(staff_sessions::expires_at.lt(now - SESSIONS_KEPT));
        let gone = diesel::delete(over).execute(self.connection)?;
        let old = staff_attempts::table.filter(staff_attempts::last_at.lt(now - ATTEMPTS_KEPT));
        Ok(gone + diesel::delete(old).execute(self.connection)?)
    }
}
