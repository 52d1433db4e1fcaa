//! What a batch knows, decides and will write of payments at counters. Nothing here is read or written for any other
//! payment: cards pay nothing for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::commands::{AdvanceOutcome, Pay, PayOutcome, Step};
use super::ids::Ids;
use super::plan::Plan;
use super::view::View;
use crate::accounts::{Account, AccountKind};
use crate::agents::cash_references::CashReferenceRow;
use crate::agents::payments::AgentPaymentRow;
use crate::agents::{Actor, AgentPay, CashReferenceState, ShiftState};
use crate::money::Money;
use crate::postings::{self, Moment, Posting, Unbalanced};
use crate::refunds::is_refunded;
use crate::states::{PaymentState, PostingKind};
use crate::storage::rows::{PaymentRow, biller_code};
use crate::storage::schema::{agent_payments, cancellations, cash_references, postings as booked, shifts};
use crate::storage::{Conn, StorageError};

/// Longest between a wish to cancel and the biller's answer for which the customer still stands at the counter.
const CUSTOMER_WAITS: TimeDelta = TimeDelta::minutes(2);

/// What is known of counters.
#[derive(Default)]
pub(super) struct AgentView {
    /// Counter payments by number.
    payments: HashMap<i64, AgentPaymentRow>,
    /// Shifts, and whether they are open.
    shifts: HashMap<i64, bool>,
    /// References, and until when they can be paid; `None` once they cannot.
    references: HashMap<i64, Option<NaiveDateTime>>,
    /// Number and time of what was booked for payments that are being cancelled.
    booked: HashMap<(i64, i16), (i64, NaiveDateTime)>,
    /// Payments whose biller was asked to cancel, and since when.
    asked: HashMap<i64, NaiveDateTime>,
    /// Payments of which something was given back, or is going to be.
    refunded: BTreeSet<i64>,
}

/// Cash that goes back over a counter.
pub(super) struct NewGiveBack {
    pub payment: i64,
    pub outlet: String,
    pub amount: i64,
    pub since: NaiveDateTime,
    /// The movement that gives it back at once, its shift and who asked.
    pub movement: Option<(i64, i64, Actor)>,
}

/// What a biller is to be asked to cancel.
pub(super) struct NewCancellation {
    pub payment: i64,
    pub reason: String,
    pub actor: Actor,
    pub asked_at: NaiveDateTime,
}

/// What a batch will write of counters.
#[derive(Default)]
pub(super) struct AgentPlan {
    pub payments: Vec<AgentPaymentRow>,
    /// Shifts that must still be open at the commit.
    pub open_shifts: BTreeSet<i64>,
    /// Reference and the payment that uses it up.
    pub used_references: BTreeMap<i64, i64>,
    pub cancellations: Vec<NewCancellation>,
    /// Payment and the biller's words.
    pub refusals: Vec<(i64, String)>,
    pub give_backs: Vec<NewGiveBack>,
    /// Posting and the one it reverses.
    pub reverses: HashMap<i64, i64>,
    /// Floats drawn on: below what the network is warned, and the last payment that drew.
    pub drawn: BTreeMap<Account, (Money, i64, NaiveDateTime)>,
}

/// Rows by their numbers: one cached statement a row on SQLite, one statement for all of them on PostgreSQL.
macro_rules! rows {
    ($connection:expr, $ids:expr, $table:ident, $id:ident, $columns:expr) => {
        match &mut *$connection {
            Conn::Sqlite(sqlite) => {
                let one = |id: &i64| {
                    let query = $table::table.filter($table::$id.eq(*id)).select($columns);
                    query.get_result(sqlite).optional().transpose()
                };
                $ids.iter().filter_map(one).collect::<QueryResult<Vec<_>>>()?
            }
            Conn::Pg(_) if $ids.is_empty() => vec![],
            Conn::Pg(pg) => {
                let ids: Vec<i64> = $ids.iter().copied().collect();
                $table::table.filter($table::$id.eq_any(ids)).select($columns).load(pg)?
            }
        }
    };
}

/// Whether a payment came out of a float, and so over a counter.
fn is_counter(row: &PaymentRow) -> bool {
    row.funds().is_ok_and(|account| account.kind == AccountKind::AgentFloat)
}

impl AgentView {
    /// Reads what the commands touch: for payments that start their shifts and references, for counter payments that go
    /// a step on what is kept beside them. Shifts come before the rest of the view's use, and are looked at again when
    /// the plan is written.
    pub fn load<'a>(
        connection: &mut Conn,
        pays: impl Iterator<Item = &'a AgentPay>,
        steps: impl Iterator<Item = (&'a PaymentRow, &'a Step)>,
    ) -> Result<Self, StorageError> {
        let mut view = Self::default();
        let (mut wanted_shifts, mut wanted_references) = (BTreeSet::new(), BTreeSet::new());
        for agent in pays {
            wanted_shifts.insert(agent.shift);
            wanted_references.extend(agent.cash_reference);
        }
        let (mut wanted_payments, mut cancelling) = (BTreeSet::new(), BTreeSet::new());
        for (row, step) in steps.filter(|(row, _)| is_counter(row)) {
            wanted_payments.insert(row.id);
            if matches!(step, Step::Cancel { .. } | Step::Cancelled { .. } | Step::CancelRefused { .. }) {
                cancelling.insert(row.id);
            }
        }
        let found: Vec<AgentPaymentRow> =
            rows!(connection, wanted_payments, agent_payments, payment_id, AgentPaymentRow::as_select());
        view.payments.extend(found.into_iter().map(|found| (found.payment_id, found)));
        cancelling.retain(|payment| view.payments.contains_key(payment));
        wanted_shifts.extend(cancelling.iter().filter_map(|payment| Some(view.payments.get(payment)?.shift_id)));
        let found: Vec<(i64, i16)> = rows!(connection, wanted_shifts, shifts, id, (shifts::id, shifts::state));
        view.shifts.extend(found.into_iter().map(|(shift, state)| (shift, state == ShiftState::Open.code())));
        let found: Vec<CashReferenceRow> =
            rows!(connection, wanted_references, cash_references, id, CashReferenceRow::as_select());
        view.references.extend(
            found
                .into_iter()
                .map(|found| (found.id, (found.state == CashReferenceState::Open.code()).then_some(found.expires_at))),
        );
        for payment in cancelling {
            view.load_cancelling(connection, payment)?;
        }
        Ok(view)
    }

    fn load_cancelling(&mut self, connection: &mut Conn, payment: i64) -> Result<(), StorageError> {
        if is_refunded(connection, payment)? {
            self.refunded.insert(payment);
        }
        let events: Vec<(i64, i16, NaiveDateTime)> = booked::table
            .filter(booked::payment_id.eq(payment))
            .select((booked::id, booked::kind, booked::booked_at))
            .load(connection)?;
        self.booked.extend(events.into_iter().map(|(id, kind, at)| ((payment, kind), (id, at))));
        let asked = cancellations::table.filter(cancellations::payment_id.eq(payment)).select(cancellations::asked_at);
        if let Some(at) = asked.get_result(connection).optional()? {
            self.asked.insert(payment, at);
        }
        Ok(())
    }

    /// Lets the rest of the batch see what was booked for a counter payment.
    pub fn note_posting(&mut self, payment: i64, id: i64, posting: &Posting) {
        if self.payments.contains_key(&payment) {
            self.booked.insert((payment, posting.kind().code()), (id, posting.moment().at.naive_utc()));
        }
    }

    fn is_open(&self, shift: i64) -> bool {
        self.shifts.get(&shift).copied().unwrap_or(false)
    }
}

/// What a counter has against a payment.
pub(super) fn objection(view: &View, pay: &Pay) -> Option<PayOutcome> {
    let agent = pay.agent.as_deref()?;
    if !view.agents.is_open(agent.shift) {
        return Some(PayOutcome::ShiftClosed);
    }
    let reference = agent.cash_reference?;
    let until = view.agents.references.get(&reference).copied().flatten();
    let payable = until.is_some_and(|until| pay.moment.at.naive_utc() < until);
    (!payable).then_some(PayOutcome::ReferenceOver)
}

/// What a payment at a counter writes besides the payment.
pub(super) fn pay(view: &mut View, plan: &mut Plan, payment: i64, float: &Account, pay: &Pay) {
    let Some(agent) = pay.agent.as_deref() else { return };
    let row = AgentPaymentRow::of(payment, agent);
    plan.agents.open_shifts.insert(agent.shift);
    if let Some(reference) = agent.cash_reference {
        plan.agents.used_references.insert(reference, payment);
        view.agents.references.insert(reference, None);
    }
    plan.agents.drawn.insert(float.clone(), (agent.low_float, payment, pay.moment.at.naive_utc()));
    view.agents.payments.insert(payment, row.clone());
    plan.agents.payments.push(row);
}

/// What a network earns by a confirmation.
pub(super) fn commission(view: &View, row: &PaymentRow, moment: Moment) -> Result<Option<Posting>, StorageError> {
    let Some(agent) = view.agents.payments.get(&row.id) else { return Ok(None) };
    Ok(postings::agent_commission(&agent.network, &agent.commission(), moment)?)
}

/// A refused payment's cash lies at the outlet from now on.
pub(super) fn owe(view: &View, plan: &mut Plan, row: &PaymentRow, moment: Moment) -> Result<(), StorageError> {
    let Some(agent) = view.agents.payments.get(&row.id) else { return Ok(()) };
    let amount = row.amounts().total().ok_or(Unbalanced)?.minor();
    let (outlet, since) = (agent.outlet.clone(), moment.at.naive_utc());
    plan.agents.give_backs.push(NewGiveBack { payment: row.id, outlet, amount, since, movement: None });
    Ok(())
}

/// Whether the biller may be asked to cancel a confirmed payment, else the answer. It is asked once, over the counter
/// that took the cash, before its shift closes.
pub(super) fn may_cancel(view: &View, row: &PaymentRow, state: PaymentState) -> Result<(), AdvanceOutcome> {
    match view.agents.payments.get(&row.id) {
        Some(_) if state != PaymentState::Confirmed => Ok(()),
        Some(_) if view.agents.asked.contains_key(&row.id) => Err(AdvanceOutcome::Refused(state)),
        // All of it would go back once more.
        Some(_) if view.agents.refunded.contains(&row.id) => Err(AdvanceOutcome::Refused(state)),
        Some(agent) if !view.agents.is_open(agent.shift_id) => Err(AdvanceOutcome::ShiftClosed),
        Some(_) => Ok(()),
        None => Err(AdvanceOutcome::Refused(state)),
    }
}

/// The biller is going to be asked.
pub(super) fn ask(view: &mut View, plan: &mut Plan, row: &PaymentRow, reason: &str, actor: &Actor, moment: Moment) {
    if let Some(agent) = view.agents.payments.get(&row.id) {
        plan.agents.open_shifts.insert(agent.shift_id);
    }
    let (reason, actor, asked_at) = (reason.to_owned(), actor.clone(), moment.at.naive_utc());
    view.agents.asked.insert(row.id, asked_at);
    plan.agents.cancellations.push(NewCancellation { payment: row.id, reason, actor, asked_at });
}

/// The biller refused: the payment stands, since the time at which it was confirmed.
pub(super) fn stands(view: &View, plan: &mut Plan, row: &PaymentRow, refusal: &str) -> Option<NaiveDateTime> {
    plan.agents.refusals.push((row.id, refusal.to_owned()));
    view.agents.booked.get(&(row.id, PostingKind::Confirmed.code())).map(|(_, at)| *at)
}

/// The biller agreed: everything that was booked is reversed, each posting linked to the one it undoes. What it takes from
/// the biller falls into a settlement window of its own time.
pub(super) fn reverse(
    view: &mut View,
    plan: &mut Plan,
    ids: &mut Ids,
    row: &PaymentRow,
    window: i64,
    moment: Moment,
) -> Result<(), StorageError> {
    let amounts = row.amounts();
    let confirmed = postings::confirmed(biller_code(row.biller)?, &amounts, moment)?;
    let taken = postings::taken(&row.funds()?, &amounts, moment)?;
    let mut undone = vec![(PostingKind::ConfirmedReversed, confirmed), (PostingKind::TakenReversed, taken)];
    if let Some(commission) = commission(view, row, moment)? {
        undone.push((PostingKind::CommissionReversed, commission));
    }
    for (kind, of) in undone {
        let original = view.agents.booked.get(&(row.id, of.kind().code())).map(|(id, _)| *id);
        let original =
            original.ok_or_else(|| StorageError::Damaged(format!("posting '{}' of payment {}", of.kind(), row.id)))?;
        let posting = plan.post(view, ids, row.id, postings::reversed(kind, &of, moment)?)?;
        plan.agents.reverses.insert(posting, original);
        if kind == PostingKind::ConfirmedReversed {
            plan.windows.of.insert(posting, window);
        }
    }
    Ok(())
}

/// A cancelled payment's cash goes back: at once where the biller answered while the customer stood there and the shift is
/// open; else it is owed, until somebody says that it was handed over.
pub(super) fn cash_back(
    view: &View,
    plan: &mut Plan,
    ids: &mut Ids,
    row: &PaymentRow,
    moment: Moment,
) -> Result<(), StorageError> {
    owe(view, plan, row, moment)?;
    let Some(agent) = view.agents.payments.get(&row.id) else { return Ok(()) };
    let asked = view.agents.asked.get(&row.id);
    let waits = asked.is_some_and(|asked| moment.at.naive_utc() - *asked <= CUSTOMER_WAITS);
    if waits
        && view.agents.is_open(agent.shift_id)
        && let Some(owed) = plan.agents.give_backs.last_mut()
    {
        let actor = Actor { id: agent.staff_id, name: agent.staff_name.clone() };
        owed.movement = Some((ids.next()?, agent.shift_id, actor));
        plan.agents.open_shifts.insert(agent.shift_id);
    }
    Ok(())
}
