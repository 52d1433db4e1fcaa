//! Outcomes proposed, decided and withdrawn.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::looking::{Standing, proposal, waiting};
use super::{
    NewOutcome, OutcomeAbout, OutcomeDecided, OutcomeKept, OutcomeProposal, OutcomeRefusal, OutcomeState,
    OutcomeSubject, OutcomeVerdict, OutcomeWord, QUIET,
};
use crate::agents::Actor;
use crate::refunds::RefundEnd;
use crate::storage::StorageError;
use crate::storage::schema::{outbox, outcome_proposals};
use crate::writer::{Advance, AdvanceOutcome, Step, WriteOp};

/// Whether two people may say now what became of it, else why not.
fn objection(standing: &Standing, new: &NewOutcome) -> Option<OutcomeRefusal> {
    let now = new.moment.at.naive_utc();
    if standing.subject != new.subject || !new.subject.verdicts().contains(&new.verdict) {
        return Some(OutcomeRefusal::NotUnknown);
    }
    let old = standing.since + new.age;
    if standing.incident.is_none() && old > now {
        return Some(OutcomeRefusal::TooYoung(old));
    }
    let quiet = standing.asked.last.map(|last| last + QUIET).filter(|quiet| *quiet > now);
    quiet.filter(|_| new.verdict == OutcomeVerdict::NotDone).map(OutcomeRefusal::Asked)
}

/// The step that a proposal of a payment asks for.
fn step(proposal: &OutcomeProposal, word: &OutcomeWord) -> Option<Step> {
    use OutcomeVerdict::{Done, NotDone};
    Some(match (proposal.subject, proposal.verdict) {
        (OutcomeSubject::Confirmation, Done) => {
            Step::Confirm { receipt_number: proposal.receipt_number.clone(), receipt_date: None, cut_off: word.cut_off }
        }
        (OutcomeSubject::Confirmation, NotDone) => Step::Return,
        (OutcomeSubject::Return, Done) => Step::Returned,
        (OutcomeSubject::Cancellation, Done) => Step::Cancelled { cut_off: word.cut_off },
        (OutcomeSubject::Cancellation, NotDone) => Step::CancelRefused { refusal: proposal.evidence.clone() },
        (OutcomeSubject::Return, NotDone) | (OutcomeSubject::Refund, _) => return None,
    })
}

impl WriteOp<'_> {
    /// Keeps what somebody says became of something.
    pub fn propose_outcome(&mut self, new: &NewOutcome) -> Result<OutcomeKept, StorageError> {
        let refused = |refusal| Ok(OutcomeKept::Refused(refusal));
        let Some(standing) = Standing::of(self.connection, new.about, true)? else {
            return refused(OutcomeRefusal::NotUnknown);
        };
        if let Some(refusal) = objection(&standing, new) {
            return refused(refusal);
        }
        let (about, now) = (new.about.id(), new.moment.at.naive_utc());
        if let Some(other) = waiting(self.connection, about)? {
            if standing.is_met_by(&other) {
                let same = other.proposed_by.id == new.actor.id
                    && (other.verdict, &other.receipt_number) == (new.verdict, &new.receipt_number)
                    && other.evidence == new.evidence;
                return if same {
                    Ok(OutcomeKept::KeptBefore(other.id))
                } else {
                    refused(OutcomeRefusal::Open(other.id))
                };
            }
            self.end_proposal(other.id, OutcomeState::Overtaken, None, "", now)?;
        }
        let id = self.next_id()?;
        let values = (
            outcome_proposals::id.eq(id),
            outcome_proposals::about_id.eq(about),
            outcome_proposals::payment_id.eq(standing.row.id),
            (outcome_proposals::subject.eq(new.subject.code()), outcome_proposals::verdict.eq(new.verdict.code())),
            outcome_proposals::receipt_number.eq(&new.receipt_number),
            outcome_proposals::evidence.eq(&new.evidence),
            outcome_proposals::state.eq(OutcomeState::Proposed.code()),
            outcome_proposals::proposed_at.eq(now),
            outcome_proposals::proposed_by.eq(new.actor.id),
            outcome_proposals::proposed_by_name.eq(&new.actor.name),
            (outcome_proposals::decided_by_name.eq(""), outcome_proposals::note.eq("")),
        );
        diesel::insert_into(outcome_proposals::table).values(values).execute(self.connection)?;
        Ok(OutcomeKept::Kept(id))
    }

    /// Takes the second person's word: the step of the payment that follows from it, which [`Self::end_outcome`] goes on
    /// from; or what became of the word where there is none, as of a refund, which ends here.
    pub fn begin_outcome(&mut self, word: &OutcomeWord) -> Result<Result<Advance, OutcomeDecided>, StorageError> {
        let Some(found) = proposal(self.connection, word.id)? else { return Ok(Err(OutcomeDecided::NoSuchProposal)) };
        let about = match found.subject {
            OutcomeSubject::Refund => OutcomeAbout::Refund(found.about),
            _ => OutcomeAbout::Payment(found.about),
        };
        let standing = Standing::of(self.connection, about, true)?;
        // Looked at again now that nobody else can change it.
        let Some(found) = proposal(self.connection, word.id)? else { return Ok(Err(OutcomeDecided::NoSuchProposal)) };
        if found.state != OutcomeState::Proposed {
            return Ok(Err(OutcomeDecided::DecidedBefore(found.state)));
        }
        let now = word.moment.at.naive_utc();
        let Some(standing) = standing.filter(|standing| standing.is_met_by(&found)) else {
            self.end_proposal(found.id, OutcomeState::Overtaken, None, "", now)?;
            return Ok(Err(OutcomeDecided::Overtaken));
        };
        if found.proposed_by.id == word.actor.id {
            return Ok(Err(OutcomeDecided::SamePerson));
        }
        if !word.approve {
            self.end_proposal(found.id, OutcomeState::Refused, Some(&word.actor), &word.note, now)?;
            return Ok(Err(OutcomeDecided::Decided(OutcomeState::Refused)));
        }
        if let Some(until) = standing.asked.last.filter(|last| *last > now) {
            return Ok(Err(OutcomeDecided::Asked(until)));
        }
        self.end_proposal(found.id, OutcomeState::Approved, Some(&word.actor), &word.note, now)?;
        if let Some(step) = step(&found, word) {
            return Ok(Ok(Advance { payment: found.payment, step, task: None, moment: word.moment }));
        }
        let end = match found.verdict {
            OutcomeVerdict::Done => RefundEnd::Paid,
            OutcomeVerdict::NotDone => RefundEnd::Failed,
        };
        self.end_refund(found.about, end, &found.evidence, None, word.moment, word.cut_off)?;
        self.nobody_asks(&found, now)?;
        Ok(Err(OutcomeDecided::Decided(OutcomeState::Approved)))
    }

    /// Hears what became of the step. Where somebody was faster in the same batch, the word came too late.
    pub fn end_outcome(&mut self, word: &OutcomeWord, outcome: AdvanceOutcome) -> Result<OutcomeDecided, StorageError> {
        let found = proposal(self.connection, word.id)?;
        let found = found.ok_or_else(|| StorageError::Damaged(format!("no outcome proposal {}", word.id)))?;
        let now = word.moment.at.naive_utc();
        if !matches!(outcome, AdvanceOutcome::Moved { .. }) {
            diesel::update(outcome_proposals::table.filter(outcome_proposals::id.eq(word.id)))
                .set((
                    outcome_proposals::state.eq(OutcomeState::Overtaken.code()),
                    outcome_proposals::decided_by.eq(None::<i64>),
                    outcome_proposals::decided_by_name.eq(""),
                    outcome_proposals::note.eq(""),
                ))
                .execute(self.connection)?;
            return Ok(OutcomeDecided::Overtaken);
        }
        self.nobody_asks(&found, now)?;
        Ok(OutcomeDecided::Decided(OutcomeState::Approved))
    }

    /// Takes a proposal back: its proposer only.
    pub fn withdraw_outcome(
        &mut self,
        id: i64,
        actor: &Actor,
        now: NaiveDateTime,
    ) -> Result<OutcomeDecided, StorageError> {
        let Some(found) = proposal(self.connection, id)? else { return Ok(OutcomeDecided::NoSuchProposal) };
        if found.state != OutcomeState::Proposed {
            return Ok(OutcomeDecided::DecidedBefore(found.state));
        }
        if found.proposed_by.id != actor.id {
            return Ok(OutcomeDecided::NotYours);
        }
        self.end_proposal(id, OutcomeState::Withdrawn, None, "", now)?;
        Ok(OutcomeDecided::Decided(OutcomeState::Withdrawn))
    }

    fn end_proposal(
        &mut self,
        id: i64,
        state: OutcomeState,
        by: Option<&Actor>,
        note: &str,
        now: NaiveDateTime,
    ) -> Result<(), StorageError> {
        let changed = diesel::update(outcome_proposals::table.filter(outcome_proposals::id.eq(id)))
            .filter(outcome_proposals::state.eq(OutcomeState::Proposed.code()))
            .set((
                outcome_proposals::state.eq(state.code()),
                outcome_proposals::ended_at.eq(Some(now)),
                outcome_proposals::decided_by.eq(by.map(|by| by.id)),
                outcome_proposals::decided_by_name.eq(by.map_or("", |by| by.name.as_str())),
                outcome_proposals::note.eq(note),
            ))
            .execute(self.connection)?;
        if changed == 1 { Ok(()) } else { Err(StorageError::Conflict("a proposal was decided meanwhile".to_owned())) }
    }

    /// It is known: whoever would ask, or look, need not.
    fn nobody_asks(&mut self, proposal: &OutcomeProposal, now: NaiveDateTime) -> Result<(), StorageError> {
        diesel::update(outbox::table)
            .filter(outbox::payment_id.eq(proposal.about))
            .filter(outbox::kind.eq(proposal.subject.task().code()))
            .filter(outbox::done_at.is_null())
            .set((outbox::done_at.eq(Some(now)), outbox::note.eq("decided by two people")))
            .execute(self.connection)?;
        self.close_incidents(proposal.about, proposal.subject, now)
    }
}
