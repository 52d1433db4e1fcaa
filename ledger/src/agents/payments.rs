//! What is kept beside a payment that was taken at a counter, and the cash that goes back over it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Actor;
use super::shifts::{ShiftMovementKind, ShiftState, held_state};
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::{Commission, Moment};
use crate::storage::StorageError;
use crate::storage::schema::{agent_payments, cancellations, give_backs, payments};
use crate::writer::WriteOp;

/// The counter at which a payment is taken: part of a [`crate::Pay`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentPay {
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The till.
    pub till: String,
    /// The shift's number; it must be open at the commit.
    pub shift: i64,
    /// The network's own reference, unique for it.
    pub network_reference: Option<String>,
    /// The number of the reference that is used up by it.
    pub cash_reference: Option<i64>,
    /// What was handed over.
    pub tendered: Option<Money>,
    /// What the network earns once it is confirmed.
    pub commission: Commission,
    /// Below this the network is warned that the outlet's float is low.
    pub low_float: Money,
    /// Who takes the cash.
    pub actor: Actor,
}

/// Which payments of an outlet are asked for, newest first.
#[derive(Debug, Clone, Default)]
pub struct AgentPaymentsPage {
    /// The outlet's number.
    pub outlet: String,
    /// Those of one shift.
    pub shift: Option<i64>,
    /// Those taken from then on and before the other (UTC).
    pub taken: Option<(NaiveDateTime, NaiveDateTime)>,
    /// Those with numbers below this one.
    pub before: i64,
    /// At most so many.
    pub limit: i64,
}

/// What is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentPayment {
    /// The payment's number.
    pub payment: i64,
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The till.
    pub till: String,
    /// The shift's number.
    pub shift: i64,
    /// The network's own reference.
    pub network_reference: Option<String>,
    /// The number of the reference that it used up.
    pub cash_reference: Option<i64>,
    /// What was handed over.
    pub tendered: Option<Money>,
    /// What the network earns once it is confirmed.
    pub commission: Commission,
    /// Who took the cash.
    pub actor: Actor,
    /// How often its receipt was printed.
    pub prints: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = agent_payments)]
pub(crate) struct AgentPaymentRow {
    pub payment_id: i64,
    pub network: String,
    pub outlet: String,
    pub till: String,
    pub shift_id: i64,
    pub network_reference: Option<String>,
    pub cash_reference_id: Option<i64>,
    pub tendered: Option<i64>,
    pub commission: i64,
    pub commission_vat: i64,
    pub staff_id: i64,
    pub staff_name: String,
    pub prints: i32,
}

impl AgentPaymentRow {
    pub fn of(payment: i64, agent: &AgentPay) -> Self {
        Self {
            payment_id: payment,
            network: agent.network.clone(),
            outlet: agent.outlet.clone(),
            till: agent.till.clone(),
            shift_id: agent.shift,
            network_reference: agent.network_reference.clone(),
            cash_reference_id: agent.cash_reference,
            tendered: agent.tendered.map(Money::minor),
            commission: agent.commission.net.minor(),
            commission_vat: agent.commission.vat.minor(),
            staff_id: agent.actor.id,
            staff_name: agent.actor.name.clone(),
            prints: 0,
        }
    }

    pub fn commission(&self) -> Commission {
        Commission { net: Money::from_minor(self.commission), vat: Money::from_minor(self.commission_vat) }
    }
}

impl From<AgentPaymentRow> for AgentPayment {
    fn from(row: AgentPaymentRow) -> Self {
        Self {
            payment: row.payment_id,
            commission: row.commission(),
            network: row.network,
            outlet: row.outlet,
            till: row.till,
            shift: row.shift_id,
            network_reference: row.network_reference,
            cash_reference: row.cash_reference_id,
            tendered: row.tendered.map(Money::from_minor),
            actor: Actor { id: row.staff_id, name: row.staff_name },
            prints: u32::try_from(row.prints).unwrap_or(0),
        }
    }
}

/// What a biller was asked to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// Why.
    pub reason: String,
    /// When (UTC).
    pub asked_at: NaiveDateTime,
    /// Who asked.
    pub asked_by: Actor,
    /// The biller's words, if it refused.
    pub refusal: Option<String>,
}

/// Cash that lies at an outlet and belongs to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveBack {
    /// The number of the payment, the refund or the late cash.
    pub subject: i64,
    /// How much.
    pub amount: Money,
    /// Since when (UTC).
    pub since: NaiveDateTime,
}

/// What became of cash that was to be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiveBackOutcome {
    /// Given back: the movement's number.
    Given(i64),
    /// Nothing of that number is owed by the outlet.
    NothingOwed,
    /// It was given back before.
    GivenBefore,
    /// The shift is closed, or there is none of that number.
    ShiftClosed,
}

impl WriteOp<'_> {
    /// Writes down that a customer got the cash back, out of an open shift's drawer.
    pub fn give_back(
        &mut self,
        subject: i64,
        outlet: &str,
        shift: i64,
        actor: &Actor,
        moment: Moment,
    ) -> Result<GiveBackOutcome, StorageError> {
        if held_state(self.connection, shift)? != Some(ShiftState::Open) {
            return Ok(GiveBackOutcome::ShiftClosed);
        }
        let owed = give_backs::table.filter(give_backs::subject_id.eq(subject)).filter(give_backs::outlet.eq(outlet));
        let found: Option<(i64, Option<i64>)> =
            owed.select((give_backs::amount, give_backs::movement_id)).get_result(self.connection).optional()?;
        let amount = match found {
            None => return Ok(GiveBackOutcome::NothingOwed),
            Some((_, Some(_))) => return Ok(GiveBackOutcome::GivenBefore),
            Some((amount, None)) => Money::from_minor(-amount),
        };
        let kind = ShiftMovementKind::GivenBack;
        let movement = self.add_movement(shift, kind, amount, "", Some(subject), actor, moment.at.naive_utc())?;
        let changed = diesel::update(owed.filter(give_backs::movement_id.is_null()))
            .set(give_backs::movement_id.eq(Some(movement)))
            .execute(self.connection)?;
        if changed != 1 {
            return Err(StorageError::Conflict("cash was given back meanwhile".to_owned()));
        }
        Ok(GiveBackOutcome::Given(movement))
    }

    /// Cash that an outlet is told to give back from now on.
    pub(crate) fn owe(
        &mut self,
        subject: i64,
        outlet: &str,
        amount: Money,
        now: NaiveDateTime,
    ) -> Result<(), StorageError> {
        let values = (
            give_backs::subject_id.eq(subject),
            give_backs::outlet.eq(outlet),
            give_backs::amount.eq(amount.minor()),
            give_backs::since.eq(now),
        );
        diesel::insert_into(give_backs::table).values(values).execute(self.connection)?;
        Ok(())
    }

    /// Counts one more print of a receipt: how many there are with it. `None` if no such payment was taken at a counter.
    pub fn count_print(&mut self, payment: i64) -> Result<Option<u32>, StorageError> {
        let row = agent_payments::table.filter(agent_payments::payment_id.eq(payment));
        diesel::update(row).set(agent_payments::prints.eq(agent_payments::prints + 1)).execute(self.connection)?;
        let prints: Option<i32> = row.select(agent_payments::prints).get_result(self.connection).optional()?;
        Ok(prints.map(|prints| u32::try_from(prints).unwrap_or(0)))
    }
}

impl Reader<'_> {
    /// What is kept of a payment at a counter; `None` for any other.
    pub fn agent_payment(&mut self, payment: i64) -> Result<Option<AgentPayment>, StorageError> {
        let query =
            agent_payments::table.filter(agent_payments::payment_id.eq(payment)).select(AgentPaymentRow::as_select());
        Ok(query.get_result(self.connection).optional()?.map(AgentPayment::from))
    }

    /// The payment that a network knows by its own reference.
    pub fn agent_payment_by(&mut self, network: &str, reference: &str) -> Result<Option<AgentPayment>, StorageError> {
        let query = agent_payments::table
            .filter(agent_payments::network.eq(network))
            .filter(agent_payments::network_reference.eq(reference))
            .select(AgentPaymentRow::as_select());
        Ok(query.get_result(self.connection).optional()?.map(AgentPayment::from))
    }

    /// The payments of a page.
    pub fn agent_payments_on(&mut self, page: &AgentPaymentsPage) -> Result<Vec<AgentPayment>, StorageError> {
        let query = agent_payments::table
            .inner_join(payments::table.on(payments::id.eq(agent_payments::payment_id)))
            .filter(agent_payments::outlet.eq(&page.outlet))
            .filter(agent_payments::payment_id.lt(page.before))
            .order(agent_payments::payment_id.desc())
            .limit(page.limit)
            .select(AgentPaymentRow::as_select());
        // Without bounds every payment is of that shift, and of that time.
        let (least, most) = page.shift.map_or((i64::MIN, i64::MAX), |shift| (shift, shift));
        let query = query.filter(agent_payments::shift_id.between(least, most));
        let rows: Vec<AgentPaymentRow> = match page.taken {
            None => query.load(self.connection)?,
            Some((from, until)) => query
                .filter(payments::created_at.ge(from))
                .filter(payments::created_at.lt(until))
                .load(self.connection)?,
        };
        Ok(rows.into_iter().map(AgentPayment::from).collect())
    }

    /// What the biller was asked to cancel of a payment, if it was.
    pub fn cancellation(&mut self, payment: i64) -> Result<Option<Cancellation>, StorageError> {
        type Row = (String, NaiveDateTime, i64, String, Option<String>);
        let row: Option<Row> = cancellations::table
            .filter(cancellations::payment_id.eq(payment))
            .select((
                cancellations::reason,
                cancellations::asked_at,
                cancellations::asked_by,
                cancellations::asked_by_name,
                cancellations::refusal,
            ))
            .get_result(self.connection)
            .optional()?;
        Ok(row.map(|(reason, asked_at, by, name, refusal)| Cancellation {
            reason,
            asked_at,
            asked_by: Actor { id: by, name },
            refusal,
        }))
    }

    /// Cash that an outlet is to give back, oldest first.
    pub fn owed_by(&mut self, outlet: &str, limit: i64) -> Result<Vec<GiveBack>, StorageError> {
        let rows: Vec<(i64, i64, NaiveDateTime)> = give_backs::table
            .filter(give_backs::outlet.eq(outlet))
            .filter(give_backs::movement_id.is_null())
            .order(give_backs::subject_id)
            .limit(limit)
            .select((give_backs::subject_id, give_backs::amount, give_backs::since))
            .load(self.connection)?;
        let owed = |(subject, amount, since)| GiveBack { subject, amount: Money::from_minor(amount), since };
        Ok(rows.into_iter().map(owed).collect())
    }
}
