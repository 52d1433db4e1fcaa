//! Shifts at tills: opened with what lies in the drawer, closed by counting it. One open shift per till, by a unique
//! index. A closed one takes nothing more: its row is locked while it closes, and looked at by each payment.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use super::Actor;
use super::closures::totals;
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::Moment;
use crate::references::Reference;
use crate::storage::schema::{agent_payments, carried_payments, give_backs, payments, shift_movements, shifts};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{UnknownWord, words};
use crate::writer::{RequestKey, WriteOp};

words! {
    /// Where a shift stands.
    ShiftState: "open, closed" {
        /// Takes payments and movements.
        Open = 1, "open";
        /// Counted; takes nothing more.
        Closed = 2, "closed";
    }
}

words! {
    /// Why cash moved into a drawer or out of it beside payments.
    ShiftMovementKind: "in, out, given back, late cash" {
        /// Put in.
        In = 1, "in";
        /// Taken out.
        Out = 2, "out";
        /// Given back to a customer whose payment does not stand.
        GivenBack = 3, "given back";
        /// Taken from a customer for a reference that could not be paid.
        LateCash = 4, "late cash";
    }
}

/// A shift to be opened.
#[derive(Debug, Clone)]
pub struct NewShift {
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The till.
    pub till: String,
    /// What lies in the drawer.
    pub opening: Money,
    /// Whose shift it is.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShiftOpened {
    /// A new shift: its number.
    Opened(i64),
    /// The till has an open one: its number.
    AlreadyOpen(i64),
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Its number.
    pub id: i64,
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The till.
    pub till: String,
    /// Where it stands.
    pub state: ShiftState,
    /// What lay in the drawer.
    pub opening: Money,
    /// When it was opened (UTC).
    pub opened_at: NaiveDateTime,
    /// Whose it is.
    pub opened_by: Actor,
    /// How it was closed, once it was.
    pub closure: Option<Closed>,
}

/// The end of a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// What should have been in the drawer.
    pub expected: Money,
    /// What was.
    pub counted: Money,
    /// What was counted of each note and coin, as the use cases write it.
    pub denominations: String,
    /// Why it differed, or empty.
    pub reason: String,
    /// When (UTC).
    pub at: NaiveDateTime,
    /// Who closed.
    pub by: Actor,
    /// Who approved the difference, where that was needed.
    pub approved_by: Option<Actor>,
}

impl Closed {
    /// Counted less expected: above zero over, below zero short.
    pub fn over_short(&self) -> Money {
        Money::from_minor(self.counted.minor().saturating_sub(self.expected.minor()))
    }
}

/// Cash that moves beside payments.
#[derive(Debug, Clone)]
pub struct NewMovement {
    /// The shift's number.
    pub shift: i64,
    /// Why: in or out.
    pub kind: ShiftMovementKind,
    /// How much; below zero goes out.
    pub amount: Money,
    /// In words.
    pub reason: String,
    /// The caller's key.
    pub key: RequestKey,
    /// Who moves it.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MovementOutcome {
    /// Written, now or by the same request before: its number.
    Made(i64),
    /// The key was used for another movement.
    KeyConflict,
    /// No such shift.
    NoSuchShift,
    /// The shift is closed.
    Closed,
    /// More would go out than is in the drawer: what is in it.
    DrawerTooLow(Money),
}

/// A movement that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftMovement {
    /// Its number.
    pub id: i64,
    /// Why.
    pub kind: ShiftMovementKind,
    /// How much; below zero went out.
    pub amount: Money,
    /// In words.
    pub reason: String,
    /// The payment or late cash it is about.
    pub subject: Option<i64>,
    /// When (UTC).
    pub made_at: NaiveDateTime,
    /// Who.
    pub made_by: Actor,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = shifts)]
struct ShiftRow {
    id: i64,
    network: String,
    outlet: String,
    till: String,
    state: i16,
    opening: i64,
    opened_at: NaiveDateTime,
    opened_by: i64,
    opened_by_name: String,
    expected: Option<i64>,
    counted: Option<i64>,
    denominations: String,
    reason: String,
    closed_at: Option<NaiveDateTime>,
    closed_by: Option<i64>,
    closed_by_name: String,
    approved_by: Option<i64>,
    approved_by_name: String,
}

impl TryFrom<ShiftRow> for Shift {
    type Error = StorageError;

    fn try_from(row: ShiftRow) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of shift {}", row.id));
        let state = ShiftState::from_code(row.state).ok_or_else(|| damaged("state"))?;
        let closure = match (state, row.expected, row.counted, row.closed_at, row.closed_by) {
            (ShiftState::Open, ..) => None,
            (ShiftState::Closed, Some(expected), Some(counted), Some(at), Some(by)) => Some(Closed {
                expected: Money::from_minor(expected),
                counted: Money::from_minor(counted),
                denominations: row.denominations,
                reason: row.reason,
                at,
                by: Actor { id: by, name: row.closed_by_name },
                approved_by: row.approved_by.map(|id| Actor { id, name: row.approved_by_name }),
            }),
            _ => return Err(damaged("closure")),
        };
        Ok(Self {
            id: row.id,
            network: row.network,
            outlet: row.outlet,
            till: row.till,
            state,
            opening: Money::from_minor(row.opening),
            opened_at: row.opened_at,
            opened_by: Actor { id: row.opened_by, name: row.opened_by_name },
            closure,
        })
    }
}

/// The state of a shift; on PostgreSQL its row stays locked against payments and closures of other processes.
pub(crate) fn held_state(connection: &mut Conn, shift: i64) -> Result<Option<ShiftState>, StorageError> {
    let row = shifts::table.filter(shifts::id.eq(shift)).select(shifts::state);
    let state: Option<i16> = match connection {
        Conn::Sqlite(c) => row.get_result(c).optional()?,
        Conn::Pg(c) => row.for_update().get_result(c).optional()?,
    };
    let known = |code| {
        ShiftState::from_code(code).ok_or_else(|| StorageError::Damaged(format!("state {code} of shift {shift}")))
    };
    state.map(known).transpose()
}

impl WriteOp<'_> {
    /// Opens a till's shift and takes over what its last one left pending.
    pub fn open_shift(&mut self, new: &NewShift) -> Result<ShiftOpened, StorageError> {
        let open: Option<i64> = shifts::table
            .filter(shifts::outlet.eq(&new.outlet))
            .filter(shifts::till.eq(&new.till))
            .filter(shifts::state.eq(ShiftState::Open.code()))
            .select(shifts::id)
            .get_result(self.connection)
            .optional()?;
        if let Some(open) = open {
            return Ok(ShiftOpened::AlreadyOpen(open));
        }
        let id = self.next_id()?;
        let values = (
            shifts::id.eq(id),
            shifts::network.eq(&new.network),
            shifts::outlet.eq(&new.outlet),
            shifts::till.eq(&new.till),
            shifts::state.eq(ShiftState::Open.code()),
            shifts::opening.eq(new.opening.minor()),
            shifts::opened_at.eq(new.moment.at.naive_utc()),
            shifts::opened_by.eq(new.actor.id),
            shifts::opened_by_name.eq(&new.actor.name),
            shifts::denominations.eq(""),
            shifts::reason.eq(""),
            shifts::closed_by_name.eq(""),
            shifts::approved_by_name.eq(""),
        );
        diesel::insert_into(shifts::table).values(values).execute(self.connection)?;
        let last: Option<i64> = shifts::table
            .filter(shifts::outlet.eq(&new.outlet))
            .filter(shifts::till.eq(&new.till))
            .filter(shifts::state.eq(ShiftState::Closed.code()))
            // Numbers of two processes do not tell which shift was closed last.
            .order((shifts::closed_at.desc(), shifts::id.desc()))
            .select(shifts::id)
            .first(self.connection)
            .optional()?;
        if let Some(last) = last {
            let left = carried_payments::table.filter(carried_payments::from_shift.eq(last));
            diesel::update(left).set(carried_payments::to_shift.eq(Some(id))).execute(self.connection)?;
        }
        Ok(ShiftOpened::Opened(id))
    }

    /// Moves cash into an open shift's drawer or out of it.
    pub fn move_cash(&mut self, new: &NewMovement) -> Result<MovementOutcome, StorageError> {
        let known: Option<(i64, i64, i16, i64, String)> = shift_movements::table
            .filter(shift_movements::request_key.eq(new.key.key.as_slice()))
            .select((
                shift_movements::id,
                shift_movements::shift_id,
                shift_movements::kind,
                shift_movements::amount,
                shift_movements::reason,
            ))
            .get_result(self.connection)
            .optional()?;
        if let Some((id, shift, kind, amount, reason)) = known {
            let same =
                (shift, kind, amount) == (new.shift, new.kind.code(), new.amount.minor()) && reason == new.reason;
            return Ok(if same { MovementOutcome::Made(id) } else { MovementOutcome::KeyConflict });
        }
        match held_state(self.connection, new.shift)? {
            None => return Ok(MovementOutcome::NoSuchShift),
            Some(ShiftState::Closed) => return Ok(MovementOutcome::Closed),
            Some(ShiftState::Open) => {}
        }
        let opening: i64 =
            shifts::table.filter(shifts::id.eq(new.shift)).select(shifts::opening).get_result(self.connection)?;
        let expected = totals(self.connection, new.shift, opening)?.expected;
        match expected.checked_add(new.amount) {
            Some(after) if after >= Money::ZERO => {}
            _ => return Ok(MovementOutcome::DrawerTooLow(expected)),
        }
        let Moment { at, .. } = new.moment;
        let id = self.add_movement(new.shift, new.kind, new.amount, &new.reason, None, &new.actor, at.naive_utc())?;
        diesel::update(shift_movements::table.filter(shift_movements::id.eq(id)))
            .set(shift_movements::request_key.eq(Some(new.key.key.as_slice())))
            .execute(self.connection)?;
        Ok(MovementOutcome::Made(id))
    }

    /// Writes a movement of an open shift whose row is held.
    #[expect(clippy::too_many_arguments, reason = "the columns of one row")]
    pub(super) fn add_movement(
        &mut self,
        shift: i64,
        kind: ShiftMovementKind,
        amount: Money,
        reason: &str,
        subject: Option<i64>,
        actor: &Actor,
        now: NaiveDateTime,
    ) -> Result<i64, StorageError> {
        let id = self.next_id()?;
        let values = (
            shift_movements::id.eq(id),
            shift_movements::shift_id.eq(shift),
            shift_movements::kind.eq(kind.code()),
            shift_movements::amount.eq(amount.minor()),
            shift_movements::reason.eq(reason),
            shift_movements::subject_id.eq(subject),
            shift_movements::made_at.eq(now),
            shift_movements::made_by.eq(actor.id),
            shift_movements::made_by_name.eq(&actor.name),
        );
        diesel::insert_into(shift_movements::table).values(values).execute(self.connection)?;
        Ok(id)
    }
}

impl Reader<'_> {
    /// A shift by its number.
    pub fn shift(&mut self, id: i64) -> Result<Option<Shift>, StorageError> {
        let query = shifts::table.filter(shifts::id.eq(id)).select(ShiftRow::as_select());
        query.get_result(self.connection).optional()?.map(Shift::try_from).transpose()
    }

    /// The open shift of a till.
    pub fn open_shift_of(&mut self, outlet: &str, till: &str) -> Result<Option<Shift>, StorageError> {
        let query = shifts::table
            .filter(shifts::outlet.eq(outlet))
            .filter(shifts::till.eq(till))
            .filter(shifts::state.eq(ShiftState::Open.code()))
            .select(ShiftRow::as_select());
        query.get_result(self.connection).optional()?.map(Shift::try_from).transpose()
    }

    /// The last payment of a quote that a shift took.
    pub fn shift_payment_of(&mut self, shift: i64, quote: i64) -> Result<Option<Reference>, StorageError> {
        let found: Option<(i64, i64)> = agent_payments::table
            .inner_join(payments::table.on(payments::id.eq(agent_payments::payment_id)))
            .filter(agent_payments::shift_id.eq(shift))
            .filter(payments::quote_id.eq(quote))
            .order(payments::id.desc())
            .select((payments::id, payments::secret))
            .first(self.connection)
            .optional()?;
        Ok(found.map(|(id, secret)| Reference::of(id, secret)))
    }

    /// The shifts of an outlet before a number, newest first.
    pub fn shifts_of(&mut self, outlet: &str, before: i64, limit: i64) -> Result<Vec<Shift>, StorageError> {
        let query = shifts::table
            .filter(shifts::outlet.eq(outlet))
            .filter(shifts::id.lt(before))
            .order(shifts::id.desc())
            .limit(limit)
            .select(ShiftRow::as_select());
        query.load(self.connection)?.into_iter().map(Shift::try_from).collect()
    }

    /// The movements of a shift, oldest first.
    pub fn shift_movements(&mut self, shift: i64) -> Result<Vec<ShiftMovement>, StorageError> {
        type Row = (i64, i16, i64, String, Option<i64>, NaiveDateTime, i64, String);
        let rows: Vec<Row> = shift_movements::table
            .filter(shift_movements::shift_id.eq(shift))
            .order(shift_movements::id)
            .select((
                shift_movements::id,
                shift_movements::kind,
                shift_movements::amount,
                shift_movements::reason,
                shift_movements::subject_id,
                shift_movements::made_at,
                shift_movements::made_by,
                shift_movements::made_by_name,
            ))
            .load(self.connection)?;
        rows.into_iter()
            .map(|(id, kind, amount, reason, subject, made_at, by, name)| {
                let kind = ShiftMovementKind::from_code(kind)
                    .ok_or_else(|| StorageError::Damaged(format!("kind of movement {id}")))?;
                let (amount, made_by) = (Money::from_minor(amount), Actor { id: by, name });
                Ok(ShiftMovement { id, kind, amount, reason, subject, made_at, made_by })
            })
            .collect()
    }

    /// Whether cash of this number is still to be given back: `None` if it never was.
    pub fn is_owed(&mut self, subject: i64) -> Result<Option<bool>, StorageError> {
        let movement: Option<Option<i64>> = give_backs::table
            .filter(give_backs::subject_id.eq(subject))
            .select(give_backs::movement_id)
            .get_result(self.connection)
            .optional()?;
        Ok(movement.map(|movement| movement.is_none()))
    }
}
