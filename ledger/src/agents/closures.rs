//! What should be in a drawer, and closing a shift by counting what is.

use diesel::prelude::*;

use super::Actor;
use super::shifts::{Shift, ShiftState, held_state};
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::Moment;
use crate::states::PaymentState;
use crate::storage::schema::{agent_payments, carried_payments, payments, shift_movements, shifts};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// The figures of a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftTotals {
    /// Cash taken for payments, whatever became of them.
    pub taken: Money,
    /// How many payments.
    pub payments: u32,
    /// The sum of the movements.
    pub moved: Money,
    /// Opening + movements + taken.
    pub expected: Money,
    /// Its own payments that are open, and those carried in to it that still are, by number.
    pub pending: Vec<i64>,
}

/// "This is what I counted."
#[derive(Debug, Clone)]
pub struct Closure {
    /// The shift's number.
    pub shift: i64,
    /// The sum counted.
    pub counted: Money,
    /// Piece by piece, as the use cases write it.
    pub denominations: String,
    /// Why it differs, or empty.
    pub reason: String,
    /// What may differ without a supervisor.
    pub tolerance: Money,
    /// Who approves a difference above that.
    pub supervisor: Option<Actor>,
    /// Whether pending payments are carried over; else they stand in the way.
    pub carry: bool,
    /// Who closes.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
}

/// What became of a [`Closure`]. Refusals are tested in the order in which they stand here; nothing is written then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosureOutcome {
    /// Closed; these payments were carried over.
    Closed(ShiftTotals),
    /// No such shift.
    NoSuchShift,
    /// It was closed before.
    AlreadyClosed,
    /// These payments are pending.
    Pending(Vec<i64>),
    /// The drawer is off and no reason was given: what should be there.
    NeedsReason(Money),
    /// The drawer is off by more than the tolerance and nobody else approved: what should be there.
    NeedsSupervisor(Money),
}

/// The figures of a shift from its rows.
pub(crate) fn totals(connection: &mut Conn, shift: i64, opening: i64) -> Result<ShiftTotals, StorageError> {
    let range = || StorageError::Damaged(format!("the sums of shift {shift} are past the range"));
    let rows: Vec<(i64, i16, i64, i64, i64, i64)> = agent_payments::table
        .inner_join(payments::table.on(payments::id.eq(agent_payments::payment_id)))
        .filter(agent_payments::shift_id.eq(shift))
        .order(payments::id)
        .select((payments::id, payments::state, payments::principal, payments::fee, payments::vat, payments::duty))
        .load(connection)?;
    let is_open = |code: i16| PaymentState::from_code(code).is_none_or(PaymentState::is_open);
    let mut pending: Vec<i64> = rows.iter().filter(|(_, state, ..)| is_open(*state)).map(|(id, ..)| *id).collect();
    let carried: Vec<(i64, i16)> = carried_payments::table
        .inner_join(payments::table.on(payments::id.eq(carried_payments::payment_id)))
        .filter(carried_payments::to_shift.eq(shift))
        .order(payments::id)
        .select((payments::id, payments::state))
        .load(connection)?;
    pending.extend(carried.iter().filter(|(_, state)| is_open(*state)).map(|(id, _)| *id));
    let amounts = rows.iter().flat_map(|(.., principal, fee, vat, duty)| [*principal, *fee, *vat, *duty]);
    let taken = Money::sum(amounts.map(Money::from_minor)).ok_or_else(range)?;
    let moves: Vec<i64> = shift_movements::table
        .filter(shift_movements::shift_id.eq(shift))
        .select(shift_movements::amount)
        .load(connection)?;
    let moved = Money::sum(moves.into_iter().map(Money::from_minor)).ok_or_else(range)?;
    let expected = Money::sum([Money::from_minor(opening), moved, taken]).ok_or_else(range)?;
    Ok(ShiftTotals { taken, payments: u32::try_from(rows.len()).unwrap_or(u32::MAX), moved, expected, pending })
}

impl WriteOp<'_> {
    /// Closes a shift, or says why not. The row is locked first: what was paid before is in the figures, what comes
    /// after finds the shift closed.
    pub fn close_shift(&mut self, closure: &Closure) -> Result<ClosureOutcome, StorageError> {
        match held_state(self.connection, closure.shift)? {
            None => return Ok(ClosureOutcome::NoSuchShift),
            Some(ShiftState::Closed) => return Ok(ClosureOutcome::AlreadyClosed),
            Some(ShiftState::Open) => {}
        }
        let row = shifts::table.filter(shifts::id.eq(closure.shift));
        let opening: i64 = row.select(shifts::opening).get_result(self.connection)?;
        let totals = totals(self.connection, closure.shift, opening)?;
        if !closure.carry && !totals.pending.is_empty() {
            return Ok(ClosureOutcome::Pending(totals.pending));
        }
        let off = closure.counted.minor().abs_diff(totals.expected.minor());
        if off > 0 && closure.reason.is_empty() {
            return Ok(ClosureOutcome::NeedsReason(totals.expected));
        }
        let large = off > closure.tolerance.minor().unsigned_abs();
        let approved = closure.supervisor.as_ref().filter(|supervisor| large && supervisor.id != closure.actor.id);
        if large && approved.is_none() {
            return Ok(ClosureOutcome::NeedsSupervisor(totals.expected));
        }
        diesel::update(row)
            .set((
                shifts::state.eq(ShiftState::Closed.code()),
                shifts::expected.eq(Some(totals.expected.minor())),
                shifts::counted.eq(Some(closure.counted.minor())),
                shifts::denominations.eq(&closure.denominations),
                shifts::reason.eq(&closure.reason),
                shifts::closed_at.eq(Some(closure.moment.at.naive_utc())),
                shifts::closed_by.eq(Some(closure.actor.id)),
                shifts::closed_by_name.eq(&closure.actor.name),
                shifts::approved_by.eq(approved.map(|supervisor| supervisor.id)),
                shifts::approved_by_name.eq(approved.map_or("", |supervisor| supervisor.name.as_str())),
            ))
            .execute(self.connection)?;
        for payment in &totals.pending {
            let values = (carried_payments::from_shift.eq(closure.shift), carried_payments::payment_id.eq(payment));
            diesel::insert_into(carried_payments::table).values(values).execute(self.connection)?;
        }
        Ok(ClosureOutcome::Closed(totals))
    }
}

impl Reader<'_> {
    /// The figures of a shift as they are now.
    pub fn shift_totals(&mut self, shift: &Shift) -> Result<ShiftTotals, StorageError> {
        totals(self.connection, shift.id, shift.opening.minor())
    }
}
