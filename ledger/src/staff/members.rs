//! Members, their second factor and their recovery codes.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::ledger::Reader;
use crate::storage::schema::{staff_members, staff_recovery_codes};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// Somebody who works with the hub. A member is disabled, never deleted: the audit log goes on naming them.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Their number.
    pub id: i64,
    /// The name they sign in with: unique, never changed.
    pub login: String,
    /// The name people call them.
    pub name: String,
    /// The password's hash, as whoever calls made it.
    pub password: String,
    /// Set while the password is a one-time password: until when it is worth something.
    pub one_time_until: Option<NaiveDateTime>,
    /// The words of their roles, separated by blanks.
    pub roles: String,
    /// The outlet they work at.
    pub outlet: Option<i64>,
    /// The code of the network they work for.
    pub network: Option<String>,
    /// The code of the biller they work for.
    pub biller: Option<u16>,
    /// The second factor's secret, sealed.
    pub second_factor: Option<Vec<u8>>,
    /// The last step of the second factor that was used.
    pub factor_step: i64,
    /// Since when they may not sign in.
    pub disabled_at: Option<NaiveDateTime>,
}

/// Without what signs them in.
impl std::fmt::Debug for StaffMember {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, login, roles, .. } = self;
        f.debug_struct("StaffMember")
            .field("id", id)
            .field("login", login)
            .field("roles", roles)
            .finish_non_exhaustive()
    }
}

/// A member to be.
#[derive(Clone)]
pub struct NewStaffMember {
    /// The name they sign in with.
    pub login: String,
    /// The name people call them.
    pub name: String,
    /// The password's hash.
    pub password: String,
    /// Until when the password is worth something, if it is a one-time password.
    pub one_time_until: Option<NaiveDateTime>,
    /// The words of their roles, separated by blanks.
    pub roles: String,
    /// The outlet they work at.
    pub outlet: Option<i64>,
    /// The code of the network they work for.
    pub network: Option<String>,
    /// The code of the biller they work for.
    pub biller: Option<u16>,
}

/// A member's row.
#[derive(Queryable, Selectable)]
#[diesel(table_name = staff_members)]
pub(super) struct MemberRow {
    id: i64,
    login: String,
    name: String,
    password: String,
    one_time_until: Option<NaiveDateTime>,
    roles: String,
    outlet: Option<i64>,
    network: Option<String>,
    biller: Option<i32>,
    second_factor: Option<Vec<u8>>,
    factor_step: i64,
    disabled_at: Option<NaiveDateTime>,
}

impl TryFrom<MemberRow> for StaffMember {
    type Error = StorageError;

    fn try_from(row: MemberRow) -> Result<Self, StorageError> {
        Ok(Self {
            id: row.id,
            login: row.login,
            name: row.name,
            password: row.password,
            one_time_until: row.one_time_until,
            roles: row.roles,
            outlet: row.outlet,
            network: row.network,
            biller: row.biller.map(crate::storage::rows::biller_code).transpose()?,
            second_factor: row.second_factor,
            factor_step: row.factor_step,
            disabled_at: row.disabled_at,
        })
    }
}

fn by_login(connection: &mut Conn, login: &str) -> Result<Option<StaffMember>, StorageError> {
    let query = staff_members::table.filter(staff_members::login.eq(login)).select(MemberRow::as_select());
    query.get_result(connection).optional()?.map(StaffMember::try_from).transpose()
}

fn by_id(connection: &mut Conn, id: i64) -> Result<Option<StaffMember>, StorageError> {
    let query = staff_members::table.filter(staff_members::id.eq(id)).select(MemberRow::as_select());
    query.get_result(connection).optional()?.map(StaffMember::try_from).transpose()
}

impl Reader<'_> {
    /// Every member, by login.
    pub fn staff_members(&mut self) -> Result<Vec<StaffMember>, StorageError> {
        let query = staff_members::table.order(staff_members::login).select(MemberRow::as_select());
        query.load(self.connection)?.into_iter().map(StaffMember::try_from).collect()
    }

    /// A member by login.
    pub fn staff_member(&mut self, login: &str) -> Result<Option<StaffMember>, StorageError> {
        by_login(self.connection, login)
    }

    /// How many recovery codes a member has left.
    pub fn recovery_codes_left(&mut self, member: i64) -> Result<i64, StorageError> {
        let codes = staff_recovery_codes::table.filter(staff_recovery_codes::member_id.eq(member));
        Ok(codes.filter(staff_recovery_codes::used_at.is_null()).count().get_result(self.connection)?)
    }
}

impl WriteOp<'_> {
    /// A member by login, as this write sees it.
    pub fn staff_member(&mut self, login: &str) -> Result<Option<StaffMember>, StorageError> {
        by_login(self.connection, login)
    }

    /// A member by number, as this write sees it.
    pub fn staff_member_of(&mut self, id: i64) -> Result<Option<StaffMember>, StorageError> {
        by_id(self.connection, id)
    }

    /// Takes a member in; their number, or `None` where the login is taken.
    pub fn add_staff_member(
        &mut self,
        member: &NewStaffMember,
        now: NaiveDateTime,
    ) -> Result<Option<i64>, StorageError> {
        if by_login(self.connection, &member.login)?.is_some() {
            return Ok(None);
        }
        let id = self.next_id()?;
        let values = (
            staff_members::id.eq(id),
            staff_members::login.eq(&member.login),
            staff_members::name.eq(&member.name),
            staff_members::password.eq(&member.password),
            staff_members::one_time_until.eq(member.one_time_until),
            staff_members::roles.eq(&member.roles),
            staff_members::outlet.eq(member.outlet),
            staff_members::network.eq(&member.network),
            staff_members::biller.eq(member.biller.map(i32::from)),
            staff_members::factor_step.eq(0),
            staff_members::created_at.eq(now),
        );
        diesel::insert_into(staff_members::table).values(values).execute(self.connection)?;
        Ok(Some(id))
    }

    /// Sets a member's password: its hash, and until when it is worth something if it is a one-time password.
    pub fn set_staff_password(
        &mut self,
        id: i64,
        password: &str,
        one_time_until: Option<NaiveDateTime>,
    ) -> Result<(), StorageError> {
        let values = (staff_members::password.eq(password), staff_members::one_time_until.eq(one_time_until));
        diesel::update(staff_members::table.filter(staff_members::id.eq(id))).set(values).execute(self.connection)?;
        Ok(())
    }

    /// Sets a member's roles and what they are for.
    pub fn set_staff_roles(
        &mut self,
        id: i64,
        roles: &str,
        outlet: Option<i64>,
        network: Option<&str>,
        biller: Option<u16>,
    ) -> Result<(), StorageError> {
        let values = (
            staff_members::roles.eq(roles),
            staff_members::outlet.eq(outlet),
            staff_members::network.eq(network),
            staff_members::biller.eq(biller.map(i32::from)),
        );
        diesel::update(staff_members::table.filter(staff_members::id.eq(id))).set(values).execute(self.connection)?;
        Ok(())
    }

    /// Keeps a member out since a time, or lets them in again.
    pub fn set_staff_disabled(&mut self, id: i64, since: Option<NaiveDateTime>) -> Result<(), StorageError> {
        diesel::update(staff_members::table.filter(staff_members::id.eq(id)))
            .set(staff_members::disabled_at.eq(since))
            .execute(self.connection)?;
        Ok(())
    }

    /// Sets a member's second factor, sealed, or takes it away. The recovery codes of the one before go with it.
    pub fn set_second_factor(&mut self, id: i64, sealed: Option<&[u8]>) -> Result<(), StorageError> {
        diesel::update(staff_members::table.filter(staff_members::id.eq(id)))
            .set((staff_members::second_factor.eq(sealed), staff_members::factor_step.eq(0)))
            .execute(self.connection)?;
        self.put_recovery_codes(id, &[])
    }

    /// Uses a step of the second factor up, and all before it; whether it was still to be used.
    pub fn take_factor_step(&mut self, id: i64, step: i64) -> Result<bool, StorageError> {
        let open = staff_members::table.filter(staff_members::id.eq(id)).filter(staff_members::factor_step.lt(step));
        Ok(diesel::update(open).set(staff_members::factor_step.eq(step)).execute(self.connection)? == 1)
    }

    /// Replaces a member's recovery codes by those with these digests.
    pub fn put_recovery_codes(&mut self, member: i64, digests: &[[u8; 32]]) -> Result<(), StorageError> {
        let codes = staff_recovery_codes::table.filter(staff_recovery_codes::member_id.eq(member));
        diesel::delete(codes).execute(self.connection)?;
        for digest in digests {
            let values =
                (staff_recovery_codes::member_id.eq(member), staff_recovery_codes::digest.eq(digest.as_slice()));
            diesel::insert_into(staff_recovery_codes::table).values(values).execute(self.connection)?;
        }
        Ok(())
    }

    /// Uses a recovery code up; whether there was such a code still to be used.
    pub fn take_recovery_code(
        &mut self,
        member: i64,
        digest: &[u8; 32],
        now: NaiveDateTime,
    ) -> Result<bool, StorageError> {
        let open = staff_recovery_codes::table
            .filter(staff_recovery_codes::member_id.eq(member))
            .filter(staff_recovery_codes::digest.eq(digest.as_slice()))
            .filter(staff_recovery_codes::used_at.is_null());
        Ok(diesel::update(open).set(staff_recovery_codes::used_at.eq(Some(now))).execute(self.connection)? == 1)
    }
}
