//! Erasures as rows: asked for by one member, done by another.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::columns::{ERASURES_EMAIL, ERASURES_PHONE};
use super::held::{Erased, Person};
use super::keyring::Keyring;
use super::text::Sealed;
use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::schema::erasures;
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// An erasure that waits for a second person, or was done.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// Its number.
    pub id: i64,
    /// Whose data: nobody's once it is done.
    pub person: Person,
    /// Why.
    pub reason: String,
    /// When it was asked for (UTC).
    pub asked_at: NaiveDateTime,
    /// By whom.
    pub asked_by: Actor,
    /// When it was done or dropped (UTC).
    pub decided_at: Option<NaiveDateTime>,
    /// What was erased and what is kept; empty before, and where it was dropped.
    pub certificate: String,
}

/// What became of a second person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureDone {
    /// It is done.
    Done(Erased),
    /// There is none that waits under this number.
    Unknown,
    /// Whoever asked for it is no second person.
    SamePerson,
}

type Row = (i64, Option<Sealed>, Option<Sealed>, String, NaiveDateTime, i64, String, Option<NaiveDateTime>, String);

impl WriteOp<'_> {
    /// Asks for an erasure by phone or mail address; its number.
    pub fn ask_erasure(
        &mut self,
        person: &Person,
        reason: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<i64, StorageError> {
        let id = self.next_id()?;
        let values = (
            erasures::id.eq(id),
            erasures::phone.eq(self.keys.seal_some(&ERASURES_PHONE, id, person.phone.as_deref())?),
            erasures::email.eq(self.keys.seal_some(&ERASURES_EMAIL, id, person.email.as_deref())?),
            erasures::reason.eq(reason),
            erasures::asked_at.eq(now.naive_utc()),
            erasures::asked_by.eq(by.id),
            erasures::asked_by_name.eq(&by.name),
            erasures::decided_by_name.eq(""),
            erasures::certificate.eq(""),
        );
        diesel::insert_into(erasures::table).values(values).execute(self.connection)?;
        Ok(id)
    }

    /// Does an erasure as the second person; `certify` words what was erased.
    pub fn do_erasure(
        &mut self,
        erasure: &Erasure,
        by: &Actor,
        now: DateTime<Utc>,
        certify: impl FnOnce(&Erased) -> String,
    ) -> Result<ErasureDone, StorageError> {
        if erasure.asked_by.id == by.id {
            return Ok(ErasureDone::SamePerson);
        }
        let row = erasures::table.filter(erasures::id.eq(erasure.id)).filter(erasures::decided_at.is_null());
        let decided = (
            erasures::decided_at.eq(Some(now.naive_utc())),
            erasures::decided_by.eq(Some(by.id)),
            erasures::decided_by_name.eq(&by.name),
            erasures::phone.eq(None::<Sealed>),
            erasures::email.eq(None::<Sealed>),
        );
        if diesel::update(row).set(decided).execute(self.connection)? != 1 {
            return Ok(ErasureDone::Unknown);
        }
        let erased = self.erase_person(&erasure.person)?;
        diesel::update(erasures::table.filter(erasures::id.eq(erasure.id)))
            .set(erasures::certificate.eq(certify(&erased)))
            .execute(self.connection)?;
        self.end_request_of(erasure.id, by, now)?;
        Ok(ErasureDone::Done(erased))
    }

    /// An erasure that waits for a second person.
    pub(super) fn waiting_erasure(&mut self, id: i64) -> Result<Option<Erasure>, StorageError> {
        let found = read_erasure(self.connection, self.keys, id)?;
        Ok(found.filter(|erasure| erasure.decided_at.is_none()))
    }
}

impl Reader<'_> {
    /// An erasure by its number.
    pub fn erasure(&mut self, id: i64) -> Result<Option<Erasure>, StorageError> {
        read_erasure(self.connection, self.keys, id)
    }
}

fn read_erasure(connection: &mut Conn, keys: &Keyring, id: i64) -> Result<Option<Erasure>, StorageError> {
    let row: Option<Row> = erasures::table
        .filter(erasures::id.eq(id))
        .select((
            erasures::id,
            erasures::phone,
            erasures::email,
            erasures::reason,
            erasures::asked_at,
            erasures::asked_by,
            erasures::asked_by_name,
            erasures::decided_at,
            erasures::certificate,
        ))
        .get_result(connection)
        .optional()?;
    let Some((id, phone, email, reason, asked_at, asked_by, name, decided_at, certificate)) = row else {
        return Ok(None);
    };
    let phone = keys.open_some(&ERASURES_PHONE, id, phone.as_ref())?;
    let email = keys.open_some(&ERASURES_EMAIL, id, email.as_ref())?;
    let person = Person { phone, email, customers: Vec::new() };
    let asked_by = Actor { id: asked_by, name };
    Ok(Some(Erasure { id, person, reason, asked_at, asked_by, decided_at, certificate }))
}
