//! Refunds proposed, decided and withdrawn. What is decided is booked by the same commit.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{KEPT_MAX, REFUNDS_MAX, Refund, RefundReason, RefundRow, RefundState, Refundable};
use crate::accounts::AccountKind;
use crate::agents::Actor;
use crate::agents::payments::AgentPaymentRow;
use crate::money::Money;
use crate::postings::{self, Entry, Moment, RefundAmounts};
use crate::states::{PaymentState, PostingKind, TaskKind};
use crate::storage::rows::{PaymentRow, biller_code};
use crate::storage::schema::{agent_payments, payments, postings as booked, refunds};
use crate::storage::{Conn, StorageError};
use crate::writer::{RequestKey, WriteOp, is_replay};

/// A refund to be proposed; where one person may do it alone, it is decided at once.
#[derive(Debug, Clone)]
pub struct NewRefund {
    /// The caller's key.
    pub key: RequestKey,
    /// The payment's number.
    pub payment: i64,
    /// What the biller gives back, zero or more.
    pub principal: Money,
    /// What the hub gives back of its fee, VAT included, zero or more.
    pub fee: Money,
    /// Why.
    pub reason: RefundReason,
    /// Why, in the proposer's words.
    pub note: String,
    /// The most that may be given back of the payment without a second person, all such refunds of it together.
    pub alone_max: Money,
    /// Who proposes.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
    /// As for a confirmation: the biller's first cut-off after now.
    pub cut_off: DateTime<Utc>,
}

/// Why a refund is not possible. Tested in the order in which they stand here; nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No such payment.
    NoSuchPayment,
    /// The payment is not confirmed: others have their own way back.
    NotConfirmed(PaymentState),
    /// The payment has as many refunds as one can have.
    TooMany,
    /// Nothing, less than nothing, or more than this is left.
    NotLeft(Refundable),
    /// Another refund of the payment is under way: its number. Only where it would be decided.
    UnderWay(i64),
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundKept {
    /// Kept, now or by the same request before: its number and where it stands.
    Kept(i64, RefundState),
    /// The key was used for another request.
    KeyConflict,
    /// It is not possible.
    Refused(Refusal),
}

/// What a refund would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundEffect {
    /// What goes back.
    pub amounts: RefundAmounts,
    /// The lines that deciding it books, and those that its end books.
    pub entries: Vec<Entry>,
    /// What is left to be given back after it.
    pub left: Refundable,
    /// Whether a second person has to decide.
    pub needs_second: bool,
    /// Whether the agent's commission is reversed with it.
    pub reverses_commission: bool,
}

/// What became of a decision. Refusals are tested in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundDecision {
    /// Decided or withdrawn: where it stands now.
    Decided(RefundState),
    /// No such refund.
    NoSuchRefund,
    /// It was decided or withdrawn before.
    DecidedBefore(RefundState),
    /// Its proposer cannot decide.
    SamePerson,
    /// Only its proposer can withdraw it.
    NotYours,
    /// It is not possible any more.
    Refused(Refusal),
}

/// A payment that nobody else can change or refund before the commit, and its refunds.
struct Held {
    row: PaymentRow,
    refunds: Vec<Refund>,
}

impl Held {
    /// What refunds have left.
    fn left(&self) -> Result<Refundable, StorageError> {
        let reserved = self.refunds.iter().filter(|refund| refund.state.is_reserved()).map(|refund| refund.amounts);
        let left = Refundable::of(&self.row.amounts(), reserved);
        left.ok_or_else(|| StorageError::Damaged(format!("refunds of payment {} are above it", self.row.id)))
    }

    /// Proposals that were refused or withdrawn took nothing: they only count for what can be read.
    fn has_too_many(&self) -> bool {
        let came_to_nothing = |state| matches!(state, RefundState::Refused | RefundState::Withdrawn);
        let counted = self.refunds.iter().filter(|refund| !came_to_nothing(refund.state)).count();
        let reaches = |count: usize, max: i64| i64::try_from(count).is_ok_and(|count| count >= max);
        reaches(counted, REFUNDS_MAX) || reaches(self.refunds.len(), KEPT_MAX)
    }

    fn under_way(&self) -> Option<Refusal> {
        let pending = self.refunds.iter().find(|refund| refund.state == RefundState::Pending);
        pending.map(|refund| Refusal::UnderWay(refund.id))
    }

    /// Whether a second person has to decide: what goes back alone counts together, or parts would pass the limit.
    fn needs_second(&self, amounts: &RefundAmounts, alone_max: Money) -> bool {
        let alone = self.refunds.iter().filter(|refund| refund.state.is_reserved() && !refund.needs_second);
        let all = alone.map(|refund| &refund.amounts).chain([amounts]).map(RefundAmounts::total);
        let sum = all.collect::<Option<Vec<_>>>().and_then(Money::sum);
        sum.is_none_or(|sum| sum > alone_max)
    }

    fn is_cash(&self) -> Result<bool, StorageError> {
        Ok(self.row.funds()?.kind == AccountKind::AgentFloat)
    }
}

impl WriteOp<'_> {
    /// What [`Self::propose_refund`] would do now. Writes nothing.
    pub fn refund_effect(&mut self, new: &NewRefund) -> Result<Result<RefundEffect, Refusal>, StorageError> {
        let (held, amounts) = match self.refundable_part(new)? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let decided = postings::refund_decided(biller_code(held.row.biller)?, &amounts, new.moment)?;
        let paid = postings::refund_paid(&held.row.funds()?, &amounts, new.moment)?;
        let reserved = held.refunds.iter().filter(|refund| refund.state.is_reserved()).map(|refund| refund.amounts);
        let left = Refundable::of(&held.row.amounts(), reserved.chain([amounts]));
        let left = left.ok_or_else(|| StorageError::Damaged(format!("refunds of payment {}", held.row.id)))?;
        let commission = self.commission_to_reverse(&held.row, &held.refunds, &amounts)?;
        Ok(Ok(RefundEffect {
            amounts,
            entries: [decided.entries(), paid.entries()].concat(),
            left,
            needs_second: held.needs_second(&amounts, new.alone_max),
            reverses_commission: commission.is_some(),
        }))
    }

    /// Keeps a proposal, which reserves what it asks for; decides it where one person may.
    pub fn propose_refund(&mut self, new: &NewRefund) -> Result<RefundKept, StorageError> {
        let known: Option<(i64, Vec<u8>, i16)> = refunds::table
            .filter(refunds::request_key.eq(new.key.key.as_slice()))
            .select((refunds::id, refunds::input, refunds::state))
            .get_result(self.connection)
            .optional()?;
        if let Some((id, input, state)) = known {
            if !is_replay(&new.key, &input) {
                return Ok(RefundKept::KeyConflict);
            }
            let state = RefundState::from_code(state);
            let state = state.ok_or_else(|| StorageError::Damaged(format!("state of refund {id}")))?;
            return Ok(RefundKept::Kept(id, state));
        }
        let (held, amounts) = match self.refundable_part(new)? {
            Ok(found) => found,
            Err(refusal) => return Ok(RefundKept::Refused(refusal)),
        };
        let needs_second = held.needs_second(&amounts, new.alone_max);
        if !needs_second && let Some(refusal) = held.under_way() {
            return Ok(RefundKept::Refused(refusal));
        }
        let id = self.next_id()?;
        let values = (
            refunds::id.eq(id),
            refunds::payment_id.eq(new.payment),
            (refunds::request_key.eq(new.key.key.as_slice()), refunds::input.eq(new.key.input.as_slice())),
            refunds::principal.eq(amounts.principal.minor()),
            refunds::fee.eq(amounts.fee.minor()),
            refunds::vat.eq(amounts.vat.minor()),
            (refunds::reason.eq(new.reason.code()), refunds::note.eq(&new.note)),
            refunds::state.eq(RefundState::Proposed.code()),
            refunds::needs_second.eq(i16::from(needs_second)),
            refunds::proposed_at.eq(new.moment.at.naive_utc()),
            refunds::proposed_by.eq(new.actor.id),
            refunds::proposed_by_name.eq(&new.actor.name),
            (refunds::decided_by_name.eq(""), refunds::decision_note.eq("")),
            (refunds::asks.eq(0), refunds::gateway_words.eq("")),
        );
        diesel::insert_into(refunds::table).values(values).execute(self.connection)?;
        if needs_second {
            return Ok(RefundKept::Kept(id, RefundState::Proposed));
        }
        let state = self.begin_refund(id, &held, &amounts, "", &new.actor, new.moment, new.cut_off)?;
        Ok(RefundKept::Kept(id, state))
    }

    /// Approves (and books) or refuses a proposal.
    pub fn decide_refund(
        &mut self,
        id: i64,
        approve: bool,
        note: &str,
        actor: &Actor,
        moment: Moment,
        cut_off: DateTime<Utc>,
    ) -> Result<RefundDecision, StorageError> {
        let Some(found) = self.found_refund(id)? else { return Ok(RefundDecision::NoSuchRefund) };
        // Its state is looked at again once nobody else can change it.
        let held = self.held_payment(found.payment)?;
        let held = held.ok_or_else(|| StorageError::Damaged(format!("refund {id} is of no payment")))?;
        let Some(found) = held.refunds.iter().find(|refund| refund.id == id).cloned() else {
            return Ok(RefundDecision::NoSuchRefund);
        };
        if found.state != RefundState::Proposed {
            return Ok(RefundDecision::DecidedBefore(found.state));
        }
        if found.proposed_by.id == actor.id {
            return Ok(RefundDecision::SamePerson);
        }
        if !approve {
            self.settle_proposal(id, RefundState::Refused, note, actor, moment)?;
            return Ok(RefundDecision::Decided(RefundState::Refused));
        }
        let state = held.row.state()?;
        if state != PaymentState::Confirmed {
            return Ok(RefundDecision::Refused(Refusal::NotConfirmed(state)));
        }
        if let Some(refusal) = held.under_way() {
            return Ok(RefundDecision::Refused(refusal));
        }
        let state = self.begin_refund(id, &held, &found.amounts, note, actor, moment, cut_off)?;
        Ok(RefundDecision::Decided(state))
    }

    /// Takes a proposal back: its proposer only.
    pub fn withdraw_refund(&mut self, id: i64, actor: &Actor, moment: Moment) -> Result<RefundDecision, StorageError> {
        let Some(found) = self.found_refund(id)? else { return Ok(RefundDecision::NoSuchRefund) };
        if found.state != RefundState::Proposed {
            return Ok(RefundDecision::DecidedBefore(found.state));
        }
        if found.proposed_by.id != actor.id {
            return Ok(RefundDecision::NotYours);
        }
        let changed = diesel::update(refunds::table.filter(refunds::id.eq(id)))
            .filter(refunds::state.eq(RefundState::Proposed.code()))
            .set((refunds::state.eq(RefundState::Withdrawn.code()), refunds::ended_at.eq(moment.at.naive_utc())))
            .execute(self.connection)?;
        if changed != 1 {
            return Err(StorageError::Conflict("a refund was decided meanwhile".to_owned()));
        }
        self.end_dispute_of(id, RefundState::Withdrawn, "", Some(actor), moment.at)?;
        Ok(RefundDecision::Decided(RefundState::Withdrawn))
    }

    fn settle_proposal(
        &mut self,
        id: i64,
        state: RefundState,
        note: &str,
        actor: &Actor,
        moment: Moment,
    ) -> Result<(), StorageError> {
        let now = moment.at.naive_utc();
        let ended = matches!(state, RefundState::Refused | RefundState::Done).then_some(now);
        let changed = diesel::update(refunds::table.filter(refunds::id.eq(id)))
            .filter(refunds::state.eq(RefundState::Proposed.code()))
            .set((
                refunds::state.eq(state.code()),
                refunds::decided_at.eq(Some(now)),
                refunds::decided_by.eq(Some(actor.id)),
                refunds::decided_by_name.eq(&actor.name),
                refunds::decision_note.eq(note),
                refunds::ended_at.eq(ended),
            ))
            .execute(self.connection)?;
        if changed != 1 {
            return Err(StorageError::Conflict("a refund was decided meanwhile".to_owned()));
        }
        self.end_dispute_of(id, state, note, Some(actor), moment.at)
    }

    /// Books what was decided: cash is done with it, a card waits for the gateway.
    #[expect(clippy::too_many_arguments, reason = "what two ways lead to")]
    fn begin_refund(
        &mut self,
        id: i64,
        held: &Held,
        amounts: &RefundAmounts,
        note: &str,
        actor: &Actor,
        moment: Moment,
        cut_off: DateTime<Utc>,
    ) -> Result<RefundState, StorageError> {
        let state = if held.is_cash()? { RefundState::Done } else { RefundState::Pending };
        self.settle_proposal(id, state, note, actor, moment)?;
        let decided = postings::refund_decided(biller_code(held.row.biller)?, amounts, moment)?;
        let window = self.window_of_part(&held.row, amounts, cut_off, moment)?;
        let decided = self.post_with(&decided, window, None)?;
        diesel::update(refunds::table.filter(refunds::id.eq(id)))
            .set(refunds::decided_posting.eq(Some(decided)))
            .execute(self.connection)?;
        match state {
            RefundState::Done => {
                self.pay_refund(id, &held.row, &held.refunds, amounts, moment)?;
                let outlet = held.row.funds()?.owner;
                let total = amounts.total().ok_or(postings::Unbalanced)?;
                self.owe(id, &outlet, total, moment.at.naive_utc())?;
            }
            _ => self.add_task(TaskKind::Refund, id, moment.at, moment.at)?,
        }
        Ok(state)
    }

    /// The window of what a biller gives back, or has again; a part of the fee alone is none of its business.
    pub(super) fn window_of_part(
        &mut self,
        row: &PaymentRow,
        amounts: &RefundAmounts,
        cut_off: DateTime<Utc>,
        moment: Moment,
    ) -> Result<Option<i64>, StorageError> {
        let concerned = amounts.principal.is_positive();
        concerned.then(|| self.place_in_window(row.biller, cut_off, moment)).transpose()
    }

    /// Books that a refund went back, and tells the payer.
    pub(super) fn pay_refund(
        &mut self,
        id: i64,
        row: &PaymentRow,
        others: &[Refund],
        amounts: &RefundAmounts,
        moment: Moment,
    ) -> Result<(), StorageError> {
        let paid = self.post(&postings::refund_paid(&row.funds()?, amounts, moment)?)?;
        let before: Vec<Refund> = others.iter().filter(|other| other.id != id).cloned().collect();
        let commission = match self.commission_to_reverse(row, &before, amounts)? {
            Some((original, earned)) => {
                let reversed = postings::reversed(PostingKind::CommissionReversed, &earned, moment)?;
                Some(self.post_with(&reversed, None, Some(original))?)
            }
            None => None,
        };
        diesel::update(refunds::table.filter(refunds::id.eq(id)))
            .set((refunds::paid_posting.eq(Some(paid)), refunds::commission_posting.eq(commission)))
            .execute(self.connection)?;
        if row.phone.is_some() {
            self.add_task(TaskKind::SmsRefunded, id, moment.at, moment.at)?;
        }
        if row.email.is_some() {
            self.add_task(TaskKind::MailRefunded, id, moment.at, moment.at)?;
        }
        Ok(())
    }

    /// The commission, and its number, that is reversed by a refund which completes the principal with those done before.
    fn commission_to_reverse(
        &mut self,
        row: &PaymentRow,
        before: &[Refund],
        amounts: &RefundAmounts,
    ) -> Result<Option<(i64, postings::Posting)>, StorageError> {
        let done = before.iter().filter(|refund| refund.state == RefundState::Done);
        let given = Money::sum(done.map(|refund| refund.amounts.principal).chain([amounts.principal]));
        if !amounts.principal.is_positive() || given != Some(row.amounts().principal) {
            return Ok(None);
        }
        let agent = agent_payments::table.filter(agent_payments::payment_id.eq(row.id));
        let agent: Option<AgentPaymentRow> =
            agent.select(AgentPaymentRow::as_select()).get_result(self.connection).optional()?;
        let Some(agent) = agent else { return Ok(None) };
        let moment = Moment::of(row.created_at.and_utc());
        let Some(earned) = postings::agent_commission(&agent.network, &agent.commission(), moment)? else {
            return Ok(None);
        };
        let original: i64 = booked::table
            .filter(booked::payment_id.eq(row.id))
            .filter(booked::kind.eq(PostingKind::AgentCommission.code()))
            .select(booked::id)
            .get_result(self.connection)?;
        Ok(Some((original, earned)))
    }

    fn refundable_part(&mut self, new: &NewRefund) -> Result<Result<(Held, RefundAmounts), Refusal>, StorageError> {
        let Some(held) = self.held_payment(new.payment)? else { return Ok(Err(Refusal::NoSuchPayment)) };
        let state = held.row.state()?;
        if state != PaymentState::Confirmed {
            return Ok(Err(Refusal::NotConfirmed(state)));
        }
        if held.has_too_many() {
            return Ok(Err(Refusal::TooMany));
        }
        let left = held.left()?;
        Ok(match left.part(new.principal, new.fee) {
            Some(amounts) => Ok((held, amounts)),
            None => Err(Refusal::NotLeft(left)),
        })
    }

    pub(super) fn found_refund(&mut self, id: i64) -> Result<Option<Refund>, StorageError> {
        let row = refunds::table.filter(refunds::id.eq(id)).select(RefundRow::as_select());
        row.get_result::<RefundRow>(self.connection).optional()?.map(Refund::try_from).transpose()
    }

    /// A payment whose row is held to the commit, and its refunds as they stand then.
    fn held_payment(&mut self, payment: i64) -> Result<Option<Held>, StorageError> {
        let Some(row) = held_row(self.connection, payment)? else { return Ok(None) };
        let rows: Vec<RefundRow> = refunds::table
            .filter(refunds::payment_id.eq(payment))
            .order(refunds::id)
            .limit(KEPT_MAX)
            .select(RefundRow::as_select())
            .load(self.connection)?;
        let refunds = rows.into_iter().map(Refund::try_from).collect::<Result<_, _>>()?;
        Ok(Some(Held { row, refunds }))
    }

    /// Both of them, where the payment is still the refund's.
    pub(super) fn held_for(&mut self, payment: i64) -> Result<(PaymentRow, Vec<Refund>), StorageError> {
        let held = self.held_payment(payment)?;
        let Held { row, refunds } = held.ok_or_else(|| StorageError::Damaged(format!("no payment {payment}")))?;
        Ok((row, refunds))
    }
}

/// A payment's row, held to the commit on PostgreSQL; on SQLite nobody writes beside.
pub(crate) fn held_row(connection: &mut Conn, payment: i64) -> Result<Option<PaymentRow>, StorageError> {
    let row = payments::table.filter(payments::id.eq(payment));
    if let Conn::Pg(c) = connection {
        row.select(payments::id).for_update().get_result::<i64>(c).optional()?;
    }
    Ok(row.select(PaymentRow::as_select()).get_result(connection).optional()?)
}

/// Whether a payment has refunds that reserve something; its row is held to the commit.
pub(crate) fn is_refunded(connection: &mut Conn, payment: i64) -> Result<bool, StorageError> {
    held_row(connection, payment)?;
    let reserved = RefundState::ALL.iter().filter(|state| state.is_reserved()).map(|state| state.code());
    let count: i64 = refunds::table
        .filter(refunds::payment_id.eq(payment))
        .filter(refunds::state.eq_any(reserved.collect::<Vec<_>>()))
        .count()
        .get_result(connection)?;
    Ok(count > 0)
}
