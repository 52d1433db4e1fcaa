//! How something unknown stands, and the list of all.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{OutcomeAbout, OutcomeProposal, OutcomeState, OutcomeSubject, OutcomeVerdict, ProposalRow, UnknownOutcome};
use crate::ledger::Reader;
use crate::personal::Keyring;
use crate::refunds::{Refund, RefundRow, RefundState};
use crate::states::{IncidentKind, PaymentState, TaskKind};
use crate::storage::rows::{Payment, PaymentRow};
use crate::storage::schema::{incidents, outbox, outcome_proposals, payments, refunds};
use crate::storage::{Conn, StorageError};

/// Most that is looked through for one page.
const PAGE_MAX: i64 = 200;
/// States in which a payment may be unknown.
const STATES: [PaymentState; 3] = [PaymentState::Taken, PaymentState::Returning, PaymentState::Cancelling];
/// What asks about payments.
const ASKING: [TaskKind; 3] = [TaskKind::ConfirmBiller, TaskKind::ReturnMoney, TaskKind::CancelBiller];

pub(super) fn proposal(connection: &mut Conn, id: i64) -> Result<Option<OutcomeProposal>, StorageError> {
    let row = outcome_proposals::table.filter(outcome_proposals::id.eq(id)).select(ProposalRow::as_select());
    row.get_result::<ProposalRow>(connection).optional()?.map(OutcomeProposal::try_from).transpose()
}

/// The proposal of something whose row says that it waits.
pub(super) fn waiting(connection: &mut Conn, about: i64) -> Result<Option<OutcomeProposal>, StorageError> {
    let row = outcome_proposals::table
        .filter(outcome_proposals::about_id.eq(about))
        .filter(outcome_proposals::state.eq(OutcomeState::Proposed.code()))
        .select(ProposalRow::as_select());
    row.get_result::<ProposalRow>(connection).optional()?.map(OutcomeProposal::try_from).transpose()
}

/// What was asked about something.
pub(super) struct Asked {
    /// Tasks that go on asking.
    pub open: Vec<i64>,
    pub attempts: i32,
    /// When the last try was, or ends at the latest.
    pub last: Option<NaiveDateTime>,
    pub next: Option<NaiveDateTime>,
    note: String,
}

type TaskRow = (i64, i32, String, NaiveDateTime, NaiveDateTime, Option<NaiveDateTime>);

impl Asked {
    /// Reads the tasks; on PostgreSQL those that are open are held to the commit where asked, so that none is claimed.
    pub fn of(connection: &mut Conn, subject: OutcomeSubject, about: i64, is_held: bool) -> Result<Self, StorageError> {
        let tasks = outbox::table.filter(outbox::payment_id.eq(about)).filter(outbox::kind.eq(subject.task().code()));
        if is_held && let Conn::Pg(c) = &mut *connection {
            tasks.filter(outbox::done_at.is_null()).select(outbox::id).for_update().load::<i64>(c)?;
        }
        let rows: Vec<TaskRow> = tasks
            .order(outbox::id)
            .select((outbox::id, outbox::attempts, outbox::note, outbox::leased_until, outbox::due_at, outbox::done_at))
            .load(connection)?;
        let mut found = Self { open: Vec::new(), attempts: 0, last: None, next: None, note: String::new() };
        for (id, attempts, note, leased_until, due_at, done_at) in rows {
            found.attempts = found.attempts.saturating_add(attempts);
            if attempts > 0 {
                found.last = found.last.max(Some(done_at.unwrap_or(leased_until)));
            }
            if done_at.is_none() {
                found.open.push(id);
                found.next = Some(found.next.map_or(due_at, |next: NaiveDateTime| next.min(due_at)));
            }
            found.note = note;
        }
        Ok(found)
    }
}

/// Something unknown as it stands.
pub(super) struct Standing {
    pub subject: OutcomeSubject,
    pub row: PaymentRow,
    pub refund: Option<Refund>,
    pub since: NaiveDateTime,
    pub asked: Asked,
    /// What people were called with.
    pub incident: Option<String>,
}

impl Standing {
    /// `None` where nothing is unknown.
    pub fn of(connection: &mut Conn, about: OutcomeAbout, is_held: bool) -> Result<Option<Self>, StorageError> {
        let refund = match about {
            OutcomeAbout::Payment(_) => None,
            OutcomeAbout::Refund(id) => match refund(connection, id)? {
                Some(refund) => Some(refund),
                None => return Ok(None),
            },
        };
        let payment = refund.as_ref().map_or(about.id(), |refund| refund.payment);
        let row = if is_held {
            crate::refunds::held_row(connection, payment)?
        } else {
            payments::table
                .filter(payments::id.eq(payment))
                .select(PaymentRow::as_select())
                .get_result(connection)
                .optional()?
        };
        let Some(row) = row else { return Ok(None) };
        // Its state is looked at once nobody else can change it.
        let refund = match refund {
            Some(found) if is_held => self::refund(connection, found.id)?,
            found => found,
        };
        let (subject, since) = match &refund {
            None => (OutcomeSubject::of_state(row.state()?), row.state_since),
            Some(refund) => {
                let pending = refund.state == RefundState::Pending;
                (pending.then_some(OutcomeSubject::Refund), refund.decided_at.unwrap_or(refund.proposed_at))
            }
        };
        let Some(subject) = subject else { return Ok(None) };
        let asked = Asked::of(connection, subject, about.id(), is_held)?;
        let incident = incidents::table
            .filter(incidents::payment_id.eq(about.id()))
            .filter(incidents::closed_at.is_null())
            .filter(incidents::kind.eq(subject.incident().code()))
            .select(incidents::detail)
            .first(connection)
            .optional()?;
        Ok(Some(Self { subject, row, refund, since, asked, incident }))
    }

    /// Whether a proposal is about how things stand.
    pub fn is_met_by(&self, proposal: &OutcomeProposal) -> bool {
        let asked_since = self.asked.last.is_some_and(|last| last > proposal.proposed_at);
        proposal.subject == self.subject && !(proposal.verdict == OutcomeVerdict::NotDone && asked_since)
    }

    fn shown(
        self,
        connection: &mut Conn,
        keys: &Arc<Keyring>,
        about: OutcomeAbout,
    ) -> Result<UnknownOutcome, StorageError> {
        let proposal = waiting(connection, about.id())?.filter(|proposal| self.is_met_by(proposal));
        let Self { subject, row, refund, since, asked, incident } = self;
        Ok(UnknownOutcome {
            about,
            subject,
            payment: Payment::read(row, keys)?,
            refund,
            since,
            attempts: asked.attempts,
            asked_at: asked.last,
            next: asked.next,
            is_incident: incident.is_some(),
            words: incident.unwrap_or(asked.note),
            proposal,
        })
    }
}

fn refund(connection: &mut Conn, id: i64) -> Result<Option<Refund>, StorageError> {
    let row = refunds::table.filter(refunds::id.eq(id)).select(RefundRow::as_select());
    row.get_result::<RefundRow>(connection).optional()?.map(Refund::try_from).transpose()
}

impl Reader<'_> {
    /// How something stands of which the outcome is not known; `None` where it is.
    pub fn unknown_outcome(&mut self, about: OutcomeAbout) -> Result<Option<UnknownOutcome>, StorageError> {
        let standing = Standing::of(self.connection, about, false)?;
        standing.map(|standing| standing.shown(self.connection, self.keys, about)).transpose()
    }

    /// What is for people to decide, with numbers after `after`, in order: what they were called for, and what has been
    /// unknown since `since` or before. And the number to go on from, if there may be more.
    pub fn unknown_outcomes(
        &mut self,
        after: i64,
        since: NaiveDateTime,
        limit: i64,
    ) -> Result<(Vec<UnknownOutcome>, Option<i64>), StorageError> {
        let limit = limit.clamp(1, PAGE_MAX);
        let mut found = BTreeSet::new();
        let states = STATES.map(PaymentState::code);
        // Of those that were never tried only the old ones: a burst of payments is not looked through.
        let old: Vec<i64> = outbox::table
            .inner_join(payments::table.on(payments::id.eq(outbox::payment_id)))
            .filter(outbox::done_at.is_null())
            .filter(outbox::kind.eq_any(ASKING.map(TaskKind::code)))
            .filter(outbox::attempts.gt(0).or(outbox::created_at.le(since)))
            .filter(payments::state.eq_any(states))
            .filter(payments::state_since.le(since))
            .filter(payments::id.gt(after))
            .order(payments::id)
            .limit(limit)
            .select(payments::id)
            .load(self.connection)?;
        found.extend(old.into_iter().map(|id| (id, OutcomeAbout::Payment(id))));
        let pair = |kind: IncidentKind, state: PaymentState| {
            incidents::kind.eq(kind.code()).and(payments::state.eq(state.code()))
        };
        let called: Vec<i64> = incidents::table
            .inner_join(payments::table.on(payments::id.nullable().eq(incidents::payment_id)))
            .filter(incidents::closed_at.is_null())
            .filter(
                pair(IncidentKind::UnresolvedConfirmation, PaymentState::Taken)
                    .or(pair(IncidentKind::UnresolvedReturn, PaymentState::Returning))
                    .or(pair(IncidentKind::UnresolvedCancellation, PaymentState::Cancelling)),
            )
            .filter(incidents::payment_id.gt(after))
            .order(incidents::payment_id)
            .limit(limit)
            .select(payments::id)
            .load(self.connection)?;
        found.extend(called.into_iter().map(|id| (id, OutcomeAbout::Payment(id))));
        let call = incidents::table
            .filter(incidents::payment_id.eq(refunds::id.nullable()))
            .filter(incidents::closed_at.is_null());
        let pending: Vec<i64> = refunds::table
            .filter(refunds::state.eq(RefundState::Pending.code()))
            .filter(refunds::id.gt(after))
            .filter(exists(call).or(refunds::decided_at.is_not_null().and(refunds::decided_at.le(since))))
            .order(refunds::id)
            .limit(limit)
            .select(refunds::id)
            .load(self.connection)?;
        found.extend(pending.into_iter().map(|id| (id, OutcomeAbout::Refund(id))));
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let page: Vec<(i64, OutcomeAbout)> = found.into_iter().take(wanted).collect();
        let next = page.last().filter(|_| page.len() == wanted).map(|(id, _)| *id);
        let mut shown = Vec::with_capacity(page.len());
        for (_, about) in page {
            shown.extend(self.unknown_outcome(about)?);
        }
        Ok((shown, next))
    }
}
