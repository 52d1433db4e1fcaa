//! Cash that was taken for a reference that could not be paid any more: it waits in suspense, with an owner, until the
//! outlet is told to give it back.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use super::shifts::{ShiftMovementKind, ShiftState, held_state};
use super::{Actor, Whose, float_of};
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::{self, Moment};
use crate::states::IncidentKind;
use crate::storage::StorageError;
use crate::storage::schema::late_cash;
use crate::vocabulary::{UnknownWord, words};
use crate::writer::{RequestKey, WriteOp, is_replay};

words! {
    /// Why cash could not pay.
    LateReason: "reference expired, reference used, reference cancelled, bill paid" {
        /// The reference's time was over.
        Expired = 1, "reference expired";
        /// The reference was paid before.
        Used = 2, "reference used";
        /// The reference was withdrawn.
        Cancelled = 3, "reference cancelled";
        /// The bill was paid another way, or is being paid.
        BillPaid = 4, "bill paid";
    }
}

/// Cash to be taken over.
#[derive(Debug, Clone)]
pub struct NewLateCash {
    /// The caller's key.
    pub key: RequestKey,
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The shift whose drawer it lies in, if any.
    pub shift: Option<i64>,
    /// The number of the reference.
    pub cash_reference: i64,
    /// Why it is late; `None` if the reference can be paid, which only an earlier report under the key survives.
    pub reason: Option<LateReason>,
    /// How much, above zero.
    pub amount: Money,
    /// Below this the network is warned that the outlet's float is low.
    pub low_float: Money,
    /// Who reported it, and owns it until it is given back.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LateCashOutcome {
    /// Booked, now or by the same request before: its number.
    Kept(i64),
    /// The key was used for other cash.
    KeyConflict,
    /// The reference can be paid: nothing is late about the cash.
    Payable,
    /// The shift is closed, or there is none of that number.
    ShiftClosed,
    /// The float does not hold that much: what is left of it. Nothing was booked, and an incident was opened.
    FloatTooLow(Money),
}

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LateCashRelease {
    /// Booked: the outlet is told to give it back.
    Released,
    /// No such late cash.
    NoSuchCash,
    /// It was released before.
    ReleasedBefore,
}

/// Stored late cash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateCash {
    /// Its number.
    pub id: i64,
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The number of the reference.
    pub cash_reference: i64,
    /// Why it was late.
    pub reason: LateReason,
    /// How much.
    pub amount: Money,
    /// When it was taken over (UTC).
    pub taken_at: NaiveDateTime,
    /// Who reported it.
    pub owner: Actor,
    /// When the outlet was told to give it back (UTC), and by whom.
    pub released: Option<(NaiveDateTime, Actor)>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = late_cash)]
struct LateCashRow {
    id: i64,
    network: String,
    outlet: String,
    cash_reference_id: i64,
    reason: i16,
    amount: i64,
    taken_at: NaiveDateTime,
    owner_id: i64,
    owner_name: String,
    released_at: Option<NaiveDateTime>,
    released_by: Option<i64>,
    released_by_name: String,
}

impl TryFrom<LateCashRow> for LateCash {
    type Error = StorageError;

    fn try_from(row: LateCashRow) -> Result<Self, StorageError> {
        let reason = LateReason::from_code(row.reason)
            .ok_or_else(|| StorageError::Damaged(format!("reason of late cash {}", row.id)))?;
        let by = row.released_by.map(|id| Actor { id, name: row.released_by_name });
        Ok(Self {
            id: row.id,
            network: row.network,
            outlet: row.outlet,
            cash_reference: row.cash_reference_id,
            reason,
            amount: Money::from_minor(row.amount),
            taken_at: row.taken_at,
            owner: Actor { id: row.owner_id, name: row.owner_name },
            released: row.released_at.zip(by),
        })
    }
}

impl WriteOp<'_> {
    /// Takes late cash over.
    pub fn keep_late_cash(&mut self, new: &NewLateCash) -> Result<LateCashOutcome, StorageError> {
        let known: Option<(i64, Vec<u8>)> = late_cash::table
            .filter(late_cash::request_key.eq(new.key.key.as_slice()))
            .select((late_cash::id, late_cash::input))
            .get_result(self.connection)
            .optional()?;
        if let Some((id, input)) = known {
            let same = is_replay(&new.key, &input);
            return Ok(if same { LateCashOutcome::Kept(id) } else { LateCashOutcome::KeyConflict });
        }
        let Some(reason) = new.reason else { return Ok(LateCashOutcome::Payable) };
        if let Some(shift) = new.shift
            && held_state(self.connection, shift)? != Some(ShiftState::Open)
        {
            return Ok(LateCashOutcome::ShiftClosed);
        }
        let (float, now) = (float_of(&new.outlet), new.moment.at.naive_utc());
        let available = Money::from_minor(-self.held_balance(&float)?);
        if new.amount > available {
            let detail = format!("outlet {}: {} taken, {} in its float", new.outlet, new.amount, available);
            self.open_incident(IncidentKind::LateCash, Some(new.cash_reference), &detail, now)?;
            return Ok(LateCashOutcome::FloatTooLow(available));
        }
        let posting = self.post(&postings::late_cash(&float, &new.network, new.amount, new.moment)?)?;
        let id = self.next_id()?;
        let values = (
            late_cash::id.eq(id),
            late_cash::request_key.eq(new.key.key.as_slice()),
            late_cash::input.eq(new.key.input.as_slice()),
            late_cash::network.eq(&new.network),
            late_cash::outlet.eq(&new.outlet),
            late_cash::shift_id.eq(new.shift),
            late_cash::cash_reference_id.eq(new.cash_reference),
            late_cash::reason.eq(reason.code()),
            late_cash::amount.eq(new.amount.minor()),
            late_cash::taken_at.eq(now),
            late_cash::owner_id.eq(new.actor.id),
            late_cash::owner_name.eq(&new.actor.name),
            late_cash::posting_id.eq(posting),
            late_cash::released_by_name.eq(""),
        );
        diesel::insert_into(late_cash::table).values(values).execute(self.connection)?;
        self.warn_if_low(available, new.amount, new.low_float, id, new.moment)?;
        if let Some(shift) = new.shift {
            self.add_movement(shift, ShiftMovementKind::LateCash, new.amount, "", Some(id), &new.actor, now)?;
        }
        Ok(LateCashOutcome::Kept(id))
    }

    /// Gives late cash back to the float and tells the outlet to give it to its owner.
    pub fn release_late_cash(
        &mut self,
        id: i64,
        actor: &Actor,
        moment: Moment,
    ) -> Result<LateCashRelease, StorageError> {
        let row = late_cash::table.filter(late_cash::id.eq(id));
        let found = row.select(LateCashRow::as_select()).get_result(self.connection).optional()?;
        let Some(found) = found else { return Ok(LateCashRelease::NoSuchCash) };
        let found = LateCash::try_from(found)?;
        if found.released.is_some() {
            return Ok(LateCashRelease::ReleasedBefore);
        }
        let float = float_of(&found.outlet);
        let posting = self.post(&postings::late_cash_released(&float, &found.network, found.amount, moment)?)?;
        let now = moment.at.naive_utc();
        let changed = diesel::update(row.filter(late_cash::released_at.is_null()))
            .set((
                late_cash::released_at.eq(Some(now)),
                late_cash::released_by.eq(Some(actor.id)),
                late_cash::released_by_name.eq(&actor.name),
                late_cash::release_posting_id.eq(Some(posting)),
            ))
            .execute(self.connection)?;
        if changed != 1 {
            return Err(StorageError::Conflict("late cash was released meanwhile".to_owned()));
        }
        self.owe(id, &found.outlet, found.amount, now)?;
        Ok(LateCashRelease::Released)
    }
}

impl Reader<'_> {
    /// Late cash by its number.
    pub fn late_cash(&mut self, id: i64) -> Result<Option<LateCash>, StorageError> {
        let query = late_cash::table.filter(late_cash::id.eq(id)).select(LateCashRow::as_select());
        query.get_result(self.connection).optional()?.map(LateCash::try_from).transpose()
    }

    /// Late cash that nobody has released yet, after a number, oldest first.
    pub fn held_late_cash(&mut self, whose: &Whose, after: i64, limit: i64) -> Result<Vec<LateCash>, StorageError> {
        let query = late_cash::table
            .filter(late_cash::released_at.is_null())
            .filter(late_cash::id.gt(after))
            .order(late_cash::id)
            .limit(limit)
            .select(LateCashRow::as_select());
        let rows = match whose {
            Whose::All => query.load(self.connection)?,
            Whose::Network(code) => query.filter(late_cash::network.eq(code)).load(self.connection)?,
            Whose::Outlet(number) => query.filter(late_cash::outlet.eq(number)).load(self.connection)?,
        };
        rows.into_iter().map(LateCash::try_from).collect()
    }
}
