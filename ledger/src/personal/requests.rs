//! What people ask for by law about their own data, as rows: taken in, answered, refused. Whose it is goes when it ends.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::columns::{PERSON_REQUESTS_CONTRACT, PERSON_REQUESTS_EMAIL, PERSON_REQUESTS_PHONE};
use super::erasures::ErasureDone;
use super::held::{Erased, Person};
use super::keyring::Keyring;
use super::text::Sealed;
use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::rows::biller_code;
use crate::storage::schema::{erasures, person_requests};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{Language, UnknownWord, words};
use crate::writer::WriteOp;

words! {
    /// What is asked for.
    PersonAsk: "access, rectification, erasure" {
        /// To know what is held.
        Access = 1, "access";
        /// That what is wrong be put right.
        Rectification = 2, "rectification";
        /// That it be erased.
        Erasure = 3, "erasure";
    }
}

words! {
    /// Where a request stands.
    PersonRequestState: "open, done, refused" {
        /// Nobody answered it yet.
        Open = 1, "open";
        /// What was asked for is done.
        Done = 2, "done";
        /// It was refused, for a reason.
        Refused = 3, "refused";
    }
}

/// A request to be taken in.
#[derive(Debug, Clone)]
pub struct NewPersonRequest {
    /// Of whoever takes it in: the same again is the same request.
    pub key: String,
    /// What is asked for.
    pub kind: PersonAsk,
    /// The person's phone, as `+212612345678`.
    pub phone: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// A contract of theirs, with its biller.
    pub contract: Option<(u16, String)>,
    /// The language in which they are answered.
    pub language: Language,
    /// Where the request itself is kept: without the person's data.
    pub reference: String,
    /// When it came, and by when it is to be answered, as civil days.
    pub days: (NaiveDate, NaiveDate),
    /// Who takes it in.
    pub by: Actor,
}

/// A request as it stands.
#[derive(Debug, Clone)]
pub struct PersonRequest {
    /// Its number.
    pub id: i64,
    /// What is asked for.
    pub kind: PersonAsk,
    /// Where it stands.
    pub state: PersonRequestState,
    /// The person's phone; nobody's once it ended, as are the next two.
    pub phone: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// A contract of theirs, with its biller.
    pub contract: Option<(u16, String)>,
    /// The language in which they are answered.
    pub language: Language,
    /// Where the request itself is kept.
    pub reference: String,
    /// When it came.
    pub received_on: NaiveDate,
    /// By when it is to be answered.
    pub due_on: NaiveDate,
    /// When it was taken in (UTC).
    pub taken_at: NaiveDateTime,
    /// By whom.
    pub taken_by: Actor,
    /// When what is held was handed out last (UTC).
    pub handed_out_at: Option<NaiveDateTime>,
    /// The erasure that was asked for.
    pub erasure: Option<i64>,
    /// When it ended (UTC).
    pub ended_at: Option<NaiveDateTime>,
    /// By whom.
    pub ended_by: Option<Actor>,
    /// The last word on it: why it was refused, what was done, why its erasure was not approved.
    pub words: String,
}

/// What became of taking a request in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonRequestKept {
    /// It has this number.
    Kept(i64),
    /// It was taken in before, under this number.
    KeptBefore(i64),
    /// Something else was taken in under its key.
    Another,
}

/// What became of a step of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonRequestStep {
    /// It was taken; the erasure's number where there is one.
    Done(Option<i64>),
    /// There is no such request.
    NoSuchRequest,
    /// It ended before, as this.
    Ended(PersonRequestState),
    /// Its erasure waits for a second person.
    ErasureWaits(i64),
    /// Only whoever asked for the erasure can take it back.
    NotYours,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = person_requests)]
struct RequestRow {
    id: i64,
    kind: i16,
    state: i16,
    phone: Option<Sealed>,
    email: Option<Sealed>,
    biller: Option<i32>,
    contract: Option<Sealed>,
    language: i16,
    reference: String,
    received_on: NaiveDate,
    due_on: NaiveDate,
    taken_at: NaiveDateTime,
    taken_by: i64,
    taken_by_name: String,
    handed_out_at: Option<NaiveDateTime>,
    erasure: Option<i64>,
    ended_at: Option<NaiveDateTime>,
    ended_by: Option<i64>,
    ended_by_name: String,
    words: String,
}

impl PersonRequest {
    fn read(row: RequestRow, keys: &Keyring) -> Result<Self, StorageError> {
        let (id, damaged) =
            (row.id, |what: &str| StorageError::Damaged(format!("{what} of person request {}", row.id)));
        let contract = keys.open_some(&PERSON_REQUESTS_CONTRACT, id, row.contract.as_ref())?;
        let biller = row.biller.map(biller_code).transpose()?;
        Ok(Self {
            id,
            kind: PersonAsk::from_code(row.kind).ok_or_else(|| damaged("kind"))?,
            state: PersonRequestState::from_code(row.state).ok_or_else(|| damaged("state"))?,
            phone: keys.open_some(&PERSON_REQUESTS_PHONE, id, row.phone.as_ref())?,
            email: keys.open_some(&PERSON_REQUESTS_EMAIL, id, row.email.as_ref())?,
            contract: biller.zip(contract),
            language: Language::from_code(row.language).ok_or_else(|| damaged("language"))?,
            reference: row.reference,
            received_on: row.received_on,
            due_on: row.due_on,
            taken_at: row.taken_at,
            taken_by: Actor { id: row.taken_by, name: row.taken_by_name },
            handed_out_at: row.handed_out_at,
            erasure: row.erasure,
            ended_at: row.ended_at,
            ended_by: row.ended_by.map(|id| Actor { id, name: row.ended_by_name }),
            words: row.words,
        })
    }

    /// Whether this was taken in as it; of one that ended nobody knows any more whose it was.
    fn is_of(&self, new: &NewPersonRequest) -> bool {
        let is_theirs = (&self.phone, &self.email, &self.contract) == (&new.phone, &new.email, &new.contract);
        (self.kind, self.language, self.received_on) == (new.kind, new.language, new.days.0)
            && self.reference == new.reference
            && (is_theirs || self.ended_at.is_some())
    }
}

impl WriteOp<'_> {
    /// Takes a request in.
    pub fn take_person_request(
        &mut self,
        new: &NewPersonRequest,
        now: DateTime<Utc>,
    ) -> Result<PersonRequestKept, StorageError> {
        let known: Option<RequestRow> = person_requests::table
            .filter(person_requests::request_key.eq(&new.key))
            .select(RequestRow::as_select())
            .get_result(self.connection)
            .optional()?;
        if let Some(row) = known {
            let known = PersonRequest::read(row, self.keys)?;
            let is_same = known.is_of(new);
            return Ok(if is_same { PersonRequestKept::KeptBefore(known.id) } else { PersonRequestKept::Another });
        }
        let id = self.next_id()?;
        let contract = new.contract.as_ref().map(|(_, contract)| contract.as_str());
        let values = (
            person_requests::id.eq(id),
            person_requests::request_key.eq(&new.key),
            person_requests::kind.eq(new.kind.code()),
            person_requests::state.eq(PersonRequestState::Open.code()),
            person_requests::phone.eq(self.keys.seal_some(&PERSON_REQUESTS_PHONE, id, new.phone.as_deref())?),
            person_requests::email.eq(self.keys.seal_some(&PERSON_REQUESTS_EMAIL, id, new.email.as_deref())?),
            person_requests::biller.eq(new.contract.as_ref().map(|(biller, _)| i32::from(*biller))),
            person_requests::contract.eq(self.keys.seal_some(&PERSON_REQUESTS_CONTRACT, id, contract)?),
            person_requests::language.eq(new.language.code()),
            person_requests::reference.eq(&new.reference),
            person_requests::received_on.eq(new.days.0),
            person_requests::due_on.eq(new.days.1),
            person_requests::taken_at.eq(now.naive_utc()),
            person_requests::taken_by.eq(new.by.id),
            person_requests::taken_by_name.eq(&new.by.name),
            (person_requests::ended_by_name.eq(""), person_requests::words.eq("")),
        );
        diesel::insert_into(person_requests::table).values(values).execute(self.connection)?;
        Ok(PersonRequestKept::Kept(id))
    }

    /// Notes that what is held was handed out.
    pub fn note_handed_out(&mut self, id: i64, now: DateTime<Utc>) -> Result<PersonRequestStep, StorageError> {
        let request = match self.open_request(id)? {
            Ok(request) => request,
            Err(step) => return Ok(step),
        };
        let row = person_requests::table.filter(person_requests::id.eq(id));
        diesel::update(row).set(person_requests::handed_out_at.eq(now.naive_utc())).execute(self.connection)?;
        Ok(PersonRequestStep::Done(request.erasure))
    }

    /// Asks that the data of whose request it is be erased, by phone and mail address.
    pub fn ask_erasure_of(
        &mut self,
        id: i64,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<PersonRequestStep, StorageError> {
        let request = match self.open_request(id)? {
            Ok(request) => request,
            Err(step) => return Ok(step),
        };
        if let Some(erasure) = request.erasure {
            return Ok(PersonRequestStep::ErasureWaits(erasure));
        }
        let person = Person { phone: request.phone, email: request.email, customers: Vec::new() };
        let erasure = self.ask_erasure(&person, &request.reference, by, now)?;
        let row = person_requests::table.filter(person_requests::id.eq(id));
        diesel::update(row)
            .set((person_requests::erasure.eq(erasure), person_requests::words.eq("")))
            .execute(self.connection)?;
        Ok(PersonRequestStep::Done(Some(erasure)))
    }

    /// Does the erasure of a request as the second person, and ends the request; `certify` words what was erased.
    pub fn do_erasure_of(
        &mut self,
        id: i64,
        erasure: i64,
        by: &Actor,
        now: DateTime<Utc>,
        certify: impl FnOnce(&Erased) -> String,
    ) -> Result<Result<ErasureDone, PersonRequestStep>, StorageError> {
        let request = match self.open_request(id)? {
            Ok(request) => request,
            Err(step) => return Ok(Err(step)),
        };
        let asked = match request.erasure {
            Some(waits) if waits == erasure => self.waiting_erasure(erasure)?,
            _ => None,
        };
        let Some(asked) = asked else { return Ok(Ok(ErasureDone::Unknown)) };
        Ok(Ok(self.do_erasure(&asked, by, now, certify)?))
    }

    /// Drops the erasure that waits: as the second person, who says why, or as whoever asked for it.
    pub fn drop_erasure_of(
        &mut self,
        id: i64,
        erasure: i64,
        word: Option<&str>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<PersonRequestStep, StorageError> {
        let request = match self.open_request(id)? {
            Ok(request) => request,
            Err(step) => return Ok(step),
        };
        let waiting = if request.erasure == Some(erasure) { self.waiting_erasure(erasure)? } else { None };
        let Some(waiting) = waiting else { return Ok(PersonRequestStep::NoSuchRequest) };
        let is_own = waiting.asked_by.id == by.id;
        if is_own != word.is_none() {
            return Ok(PersonRequestStep::NotYours);
        }
        let dropped = (
            erasures::decided_at.eq(Some(now.naive_utc())),
            // Who takes their own back decides nothing.
            erasures::decided_by.eq((!is_own).then_some(by.id)),
            erasures::decided_by_name.eq(&by.name),
            erasures::phone.eq(None::<Sealed>),
            erasures::email.eq(None::<Sealed>),
        );
        diesel::update(erasures::table.filter(erasures::id.eq(erasure))).set(dropped).execute(self.connection)?;
        let row = person_requests::table.filter(person_requests::id.eq(id));
        diesel::update(row)
            .set((person_requests::erasure.eq(None::<i64>), person_requests::words.eq(word.unwrap_or_default())))
            .execute(self.connection)?;
        Ok(PersonRequestStep::Done(None))
    }

    /// Ends a request, done or refused.
    pub fn end_person_request(
        &mut self,
        id: i64,
        state: PersonRequestState,
        words: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<PersonRequestStep, StorageError> {
        let request = match self.open_request(id)? {
            Ok(request) => request,
            Err(step) => return Ok(step),
        };
        if let Some(erasure) = request.erasure {
            return Ok(PersonRequestStep::ErasureWaits(erasure));
        }
        self.write_end(id, state, words, by, now)?;
        Ok(PersonRequestStep::Done(None))
    }

    /// Ends the request that an erasure was done for.
    pub(super) fn end_request_of(&mut self, erasure: i64, by: &Actor, now: DateTime<Utc>) -> Result<(), StorageError> {
        let row = person_requests::table
            .filter(person_requests::erasure.eq(erasure))
            .filter(person_requests::ended_at.is_null());
        let found: Option<i64> = row.select(person_requests::id).get_result(self.connection).optional()?;
        match found {
            Some(id) => self.write_end(id, PersonRequestState::Done, "", by, now),
            None => Ok(()),
        }
    }

    fn write_end(
        &mut self,
        id: i64,
        state: PersonRequestState,
        words: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.leave_nothing_behind()?;
        let ended = (
            person_requests::state.eq(state.code()),
            person_requests::phone.eq(None::<Sealed>),
            person_requests::email.eq(None::<Sealed>),
            person_requests::contract.eq(None::<Sealed>),
            person_requests::ended_at.eq(Some(now.naive_utc())),
            person_requests::ended_by.eq(Some(by.id)),
            person_requests::ended_by_name.eq(&by.name),
            person_requests::words.eq(words),
        );
        diesel::update(person_requests::table.filter(person_requests::id.eq(id)))
            .set(ended)
            .execute(self.connection)?;
        Ok(())
    }

    /// A request that is open, and that nobody else can change before the commit.
    pub(super) fn open_request(&mut self, id: i64) -> Result<Result<PersonRequest, PersonRequestStep>, StorageError> {
        let row = person_requests::table.filter(person_requests::id.eq(id));
        if let Conn::Pg(c) = &mut *self.connection {
            row.select(person_requests::id).for_update().get_result::<i64>(c).optional()?;
        }
        let found: Option<RequestRow> = row.select(RequestRow::as_select()).get_result(self.connection).optional()?;
        let Some(found) = found else { return Ok(Err(PersonRequestStep::NoSuchRequest)) };
        let request = PersonRequest::read(found, self.keys)?;
        Ok(match request.state {
            PersonRequestState::Open => Ok(request),
            ended => Err(PersonRequestStep::Ended(ended)),
        })
    }
}

impl Reader<'_> {
    /// A request by its number.
    pub fn person_request(&mut self, id: i64) -> Result<Option<PersonRequest>, StorageError> {
        let query = person_requests::table.filter(person_requests::id.eq(id));
        let row: Option<RequestRow> = query.select(RequestRow::as_select()).get_result(self.connection).optional()?;
        row.map(|row| PersonRequest::read(row, self.keys)).transpose()
    }

    /// Requests that wait for an answer, those that are due first first; so many at most.
    pub fn open_person_requests(&mut self, limit: i64) -> Result<Vec<PersonRequest>, StorageError> {
        let rows: Vec<RequestRow> = person_requests::table
            .filter(person_requests::ended_at.is_null())
            .order((person_requests::due_on, person_requests::id))
            .limit(limit)
            .select(RequestRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| PersonRequest::read(row, self.keys)).collect()
    }

    /// Requests that ended, with numbers below `before`, the newest first.
    pub fn ended_person_requests(
        &mut self,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<PersonRequest>, StorageError> {
        let rows: Vec<RequestRow> = person_requests::table
            .filter(person_requests::ended_at.is_not_null())
            .filter(person_requests::id.lt(before.unwrap_or(i64::MAX)))
            .order(person_requests::id.desc())
            .limit(limit)
            .select(RequestRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| PersonRequest::read(row, self.keys)).collect()
    }
}
