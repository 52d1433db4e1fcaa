//! Floats: topped up and withdrawn by a request with a proof, which another person decides.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Actor, Whose, float_of};
use crate::ledger::Reader;
use crate::money::{MAD, Money};
use crate::postings::{self, Moment};
use crate::storage::StorageError;
use crate::storage::schema::{accounts, float_requests};
use crate::vocabulary::{UnknownWord, words};
use crate::writer::{RequestKey, WriteOp, is_replay};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// What is asked for a float.
    FloatRequestKind: "top-up, withdrawal" {
        /// Money was paid in for it.
        TopUp = 1, "top-up";
        /// Money is to be paid out of it.
        Withdrawal = 2, "withdrawal";
    }
}

words! {
    /// Where a request stands.
    FloatRequestState: "open, approved, refused" {
        /// Waits for a second person.
        Open = 1, "open";
        /// Approved and booked.
        Approved = 2, "approved";
        /// Refused; nothing was booked.
        Refused = 3, "refused";
    }
}

/// A request to be kept. It reserves nothing.
#[derive(Debug, Clone)]
pub struct NewFloatRequest {
    /// The caller's key.
    pub key: RequestKey,
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// What is asked.
    pub kind: FloatRequestKind,
    /// How much, above zero.
    pub amount: Money,
    /// The reference of the bank's transfer or receipt.
    pub proof: String,
    /// Who asks.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FloatRequestOutcome {
    /// Kept, now or by the same request before: its number.
    Kept(i64),
    /// The key was used for another request.
    KeyConflict,
    /// The proof backs another request of the network that was not refused.
    ProofUsed,
}

/// A stored request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloatRequest {
    /// Its number.
    pub id: i64,
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// What is asked.
    pub kind: FloatRequestKind,
    /// How much.
    pub amount: Money,
    /// The proof.
    pub proof: String,
    /// Where it stands.
    pub state: FloatRequestState,
    /// When it was asked (UTC).
    pub requested_at: NaiveDateTime,
    /// Who asked.
    pub requested_by: Actor,
    /// When it was decided (UTC).
    pub decided_at: Option<NaiveDateTime>,
    /// Who decided.
    pub decided_by: Option<Actor>,
    /// What the requester was told, or empty.
    pub note: String,
}

/// What became of a decision. Refusals are tested in the order in which they stand here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FloatDecision {
    /// Decided; a yes is booked.
    Decided(FloatRequestState),
    /// No such request.
    NoSuchRequest,
    /// It was decided before.
    DecidedBefore,
    /// Who asks cannot decide.
    SamePerson,
    /// The float does not hold what is to be withdrawn: what is left of it.
    FloatTooLow(Money),
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = float_requests)]
struct FloatRequestRow {
    id: i64,
    network: String,
    outlet: String,
    kind: i16,
    amount: i64,
    proof: String,
    state: i16,
    requested_at: NaiveDateTime,
    requested_by: i64,
    requested_by_name: String,
    decided_at: Option<NaiveDateTime>,
    decided_by: Option<i64>,
    decided_by_name: String,
    note: String,
}

impl TryFrom<FloatRequestRow> for FloatRequest {
    type Error = StorageError;

    fn try_from(row: FloatRequestRow) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of float request {}", row.id));
        Ok(Self {
            kind: FloatRequestKind::from_code(row.kind).ok_or_else(|| damaged("kind"))?,
            state: FloatRequestState::from_code(row.state).ok_or_else(|| damaged("state"))?,
            id: row.id,
            network: row.network,
            outlet: row.outlet,
            amount: Money::from_minor(row.amount),
            proof: row.proof,
            requested_at: row.requested_at,
            requested_by: Actor { id: row.requested_by, name: row.requested_by_name },
            decided_at: row.decided_at,
            decided_by: row.decided_by.map(|id| Actor { id, name: row.decided_by_name }),
            note: row.note,
        })
    }
}

impl WriteOp<'_> {
    /// Keeps a request.
    pub fn request_float(&mut self, new: &NewFloatRequest) -> Result<FloatRequestOutcome, StorageError> {
        let known: Option<(i64, Vec<u8>)> = float_requests::table
            .filter(float_requests::request_key.eq(new.key.key.as_slice()))
            .select((float_requests::id, float_requests::input))
            .get_result(self.connection)
            .optional()?;
        if let Some((id, input)) = known {
            let same = is_replay(&new.key, &input);
            return Ok(if same { FloatRequestOutcome::Kept(id) } else { FloatRequestOutcome::KeyConflict });
        }
        let used: i64 = float_requests::table
            .filter(float_requests::network.eq(&new.network))
            .filter(float_requests::kind.eq(new.kind.code()))
            .filter(float_requests::proof.eq(&new.proof))
            .filter(float_requests::state.ne(FloatRequestState::Refused.code()))
            .count()
            .get_result(self.connection)?;
        if used > 0 {
            return Ok(FloatRequestOutcome::ProofUsed);
        }
        let id = self.next_id()?;
        let values = (
            float_requests::id.eq(id),
            float_requests::request_key.eq(new.key.key.as_slice()),
            float_requests::input.eq(new.key.input.as_slice()),
            float_requests::network.eq(&new.network),
            float_requests::outlet.eq(&new.outlet),
            float_requests::kind.eq(new.kind.code()),
            float_requests::amount.eq(new.amount.minor()),
            float_requests::proof.eq(&new.proof),
            float_requests::state.eq(FloatRequestState::Open.code()),
            float_requests::requested_at.eq(new.moment.at.naive_utc()),
            float_requests::requested_by.eq(new.actor.id),
            float_requests::requested_by_name.eq(&new.actor.name),
            float_requests::decided_by_name.eq(""),
            float_requests::note.eq(""),
        );
        diesel::insert_into(float_requests::table).values(values).execute(self.connection)?;
        Ok(FloatRequestOutcome::Kept(id))
    }

    /// Approves (and books) or refuses a request. A withdrawal that brings the float below `low_float` leaves a warning
    /// for the network.
    pub fn decide_float(
        &mut self,
        request: i64,
        approve: bool,
        note: &str,
        low_float: Money,
        actor: &Actor,
        moment: Moment,
    ) -> Result<FloatDecision, StorageError> {
        let row = float_requests::table.filter(float_requests::id.eq(request));
        let found = row.select(FloatRequestRow::as_select()).get_result(self.connection).optional()?;
        let Some(found) = found else { return Ok(FloatDecision::NoSuchRequest) };
        let found = FloatRequest::try_from(found)?;
        if found.state != FloatRequestState::Open {
            return Ok(FloatDecision::DecidedBefore);
        }
        if found.requested_by.id == actor.id {
            return Ok(FloatDecision::SamePerson);
        }
        let state = if approve { FloatRequestState::Approved } else { FloatRequestState::Refused };
        let mut posting = None;
        if approve {
            let float = float_of(&found.outlet);
            // A float is the hub's debt: below zero in the books.
            let available = Money::from_minor(-self.held_balance(&float)?);
            let booked = match found.kind {
                FloatRequestKind::TopUp => postings::float_topped_up(&float, found.amount, moment)?,
                FloatRequestKind::Withdrawal if found.amount > available => {
                    return Ok(FloatDecision::FloatTooLow(available));
                }
                FloatRequestKind::Withdrawal => postings::float_withdrawn(&float, found.amount, moment)?,
            };
            posting = Some(self.post(&booked)?);
            if found.kind == FloatRequestKind::Withdrawal {
                self.warn_if_low(available, found.amount, low_float, request, moment)?;
            }
        }
        let changed = diesel::update(row.filter(float_requests::state.eq(FloatRequestState::Open.code())))
            .set((
                float_requests::state.eq(state.code()),
                float_requests::decided_at.eq(Some(moment.at.naive_utc())),
                float_requests::decided_by.eq(Some(actor.id)),
                float_requests::decided_by_name.eq(&actor.name),
                float_requests::note.eq(note),
                float_requests::posting_id.eq(posting),
            ))
            .execute(self.connection)?;
        if changed != 1 {
            return Err(StorageError::Conflict("a float request was decided meanwhile".to_owned()));
        }
        Ok(FloatDecision::Decided(state))
    }
}

impl Reader<'_> {
    /// What is left of an outlet's float, payments under way counted.
    pub fn float(&mut self, outlet: &str) -> Result<Money, StorageError> {
        let float = float_of(outlet);
        let balance: Option<i64> = accounts::table
            .filter(accounts::kind.eq(float.kind.code()))
            .filter(accounts::owner.eq(&float.owner))
            .filter(accounts::currency.eq(MAD))
            .select(accounts::balance)
            .get_result(self.connection)
            .optional()?;
        Ok(Money::from_minor(-balance.unwrap_or(0)))
    }

    /// A request by its number.
    pub fn float_request(&mut self, id: i64) -> Result<Option<FloatRequest>, StorageError> {
        let query = float_requests::table.filter(float_requests::id.eq(id)).select(FloatRequestRow::as_select());
        query.get_result(self.connection).optional()?.map(FloatRequest::try_from).transpose()
    }

    /// Requests that wait for a second person, after a number, oldest first.
    pub fn open_float_requests(
        &mut self,
        whose: &Whose,
        after: i64,
        limit: i64,
    ) -> Result<Vec<FloatRequest>, StorageError> {
        let query = float_requests::table
            .filter(float_requests::state.eq(FloatRequestState::Open.code()))
            .filter(float_requests::id.gt(after))
            .order(float_requests::id)
            .limit(limit)
            .select(FloatRequestRow::as_select());
        let rows = match whose {
            Whose::All => query.load(self.connection)?,
            Whose::Network(code) => query.filter(float_requests::network.eq(code)).load(self.connection)?,
            Whose::Outlet(number) => query.filter(float_requests::outlet.eq(number)).load(self.connection)?,
        };
        rows.into_iter().map(FloatRequest::try_from).collect()
    }

    /// Requests that were decided, before a number, newest first.
    pub fn decided_float_requests(
        &mut self,
        whose: &Whose,
        before: i64,
        limit: i64,
    ) -> Result<Vec<FloatRequest>, StorageError> {
        let query = float_requests::table
            .filter(float_requests::state.ne(FloatRequestState::Open.code()))
            .filter(float_requests::id.lt(before))
            .order(float_requests::id.desc())
            .limit(limit)
            .select(FloatRequestRow::as_select());
        let rows = match whose {
            Whose::All => query.load(self.connection)?,
            Whose::Network(code) => query.filter(float_requests::network.eq(code)).load(self.connection)?,
            Whose::Outlet(number) => query.filter(float_requests::outlet.eq(number)).load(self.connection)?,
        };
        rows.into_iter().map(FloatRequest::try_from).collect()
    }
}
