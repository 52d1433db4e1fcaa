//! Outcomes that people decide, two of them, where a biller or a gateway never said what became of something.
//!
//! One proposes, with evidence; another one decides, and the step of the payment or the end of the refund is in the commit
//! of the decision. What the biller or the gateway says meanwhile comes first: a proposal is about the state in which it
//! was made, and is overtaken once that is left, whether or not its row says so already.
//!
//! "It was not done" is the dangerous word: what was asked may still arrive. So it can only be said [`QUIET`] after the last
//! asking, and a proposal that says so is overtaken by every asking after it. Nothing is decided while somebody asks. All
//! that could do two things at once holds the payment's row until its commit.

mod asking;
mod deciding;
mod looking;
mod words;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::postings::{self, Entry, Moment, Posting};
use crate::refunds::Refund;
use crate::states::PostingKind;
use crate::storage::StorageError;
use crate::storage::rows::Payment;
use crate::storage::schema::outcome_proposals;

pub use words::{OutcomeState, OutcomeSubject, OutcomeVerdict};

/// How long after it was asked something may still be done: longer than any request lives on its way and in its queues.
const QUIET: TimeDelta = TimeDelta::minutes(5);
/// Proposals of one thing that are read.
const PROPOSALS_MAX: i64 = 50;

/// Of what the outcome is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutcomeAbout {
    /// A payment, by its number.
    Payment(i64),
    /// A refund, by its number.
    Refund(i64),
}

impl OutcomeAbout {
    /// The number, which is unique over all things.
    pub const fn id(self) -> i64 {
        match self {
            Self::Payment(id) | Self::Refund(id) => id,
        }
    }
}

/// What somebody says became of it.
#[derive(Debug, Clone)]
pub struct NewOutcome {
    /// Of what.
    pub about: OutcomeAbout,
    /// What was not known when they looked.
    pub subject: OutcomeSubject,
    /// What they say.
    pub verdict: OutcomeVerdict,
    /// The biller's receipt number, where it booked a payment; else empty.
    pub receipt_number: String,
    /// How they know: never empty.
    pub evidence: String,
    /// How old it must be if nobody was called for it.
    pub age: TimeDelta,
    /// Who.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
}

/// Why nothing can be said of it now. Tested in the order in which they stand here; nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeRefusal {
    /// It is known, or another question by now; or people have no such word on it.
    NotUnknown,
    /// It is still asked by itself; from when on people may decide (UTC).
    TooYoung(NaiveDateTime),
    /// It is being asked, or was only just; from when on it may be said (UTC).
    Asked(NaiveDateTime),
    /// Another proposal waits: its number.
    Open(i64),
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKept {
    /// Kept: its number.
    Kept(i64),
    /// The same person said the same before: its number.
    KeptBefore(i64),
    /// It is not possible.
    Refused(OutcomeRefusal),
}

/// The second person's word.
#[derive(Debug, Clone)]
pub struct OutcomeWord {
    /// The proposal's number.
    pub id: i64,
    /// Whether they agree.
    pub approve: bool,
    /// What they say to it, or empty.
    pub note: String,
    /// Who.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
    /// As for a confirmation: the biller's first cut-off after now.
    pub cut_off: DateTime<Utc>,
}

/// What became of a word. Refusals are tested in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeDecided {
    /// As was said: where the proposal stands, and all that follows from it is done.
    Decided(OutcomeState),
    /// No such proposal.
    NoSuchProposal,
    /// It was decided, withdrawn or overtaken before; nothing changed.
    DecidedBefore(OutcomeState),
    /// The biller or the gateway answered, or was asked again since: nothing was done but that it says so.
    Overtaken,
    /// Its proposer cannot decide; nothing changed.
    SamePerson,
    /// Only its proposer can withdraw it; nothing changed.
    NotYours,
    /// It is being asked at this moment; until when at most (UTC). Nothing changed.
    Asked(NaiveDateTime),
}

/// A stored proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeProposal {
    /// Its number.
    pub id: i64,
    /// The number of the payment or refund.
    pub about: i64,
    /// The payment's number.
    pub payment: i64,
    /// What was not known.
    pub subject: OutcomeSubject,
    /// What its proposer said.
    pub verdict: OutcomeVerdict,
    /// The biller's receipt number, or empty.
    pub receipt_number: String,
    /// How its proposer knew.
    pub evidence: String,
    /// Where it stands, as its row says.
    pub state: OutcomeState,
    /// When it was proposed (UTC).
    pub proposed_at: NaiveDateTime,
    /// Who proposed it.
    pub proposed_by: Actor,
    /// When it ended (UTC).
    pub ended_at: Option<NaiveDateTime>,
    /// Who decided.
    pub decided_by: Option<Actor>,
    /// What they said to it, or empty.
    pub note: String,
}

/// Something of which the outcome is not known, and what was done to find out.
#[derive(Debug, Clone)]
pub struct UnknownOutcome {
    /// Of what.
    pub about: OutcomeAbout,
    /// What is not known.
    pub subject: OutcomeSubject,
    /// The payment.
    pub payment: Payment,
    /// The refund, if it is one.
    pub refund: Option<Refund>,
    /// Since when (UTC).
    pub since: NaiveDateTime,
    /// How often it was asked.
    pub attempts: i32,
    /// When it was asked last, or is asked no more since (UTC).
    pub asked_at: Option<NaiveDateTime>,
    /// When it is asked next (UTC); `None`: nothing asks any more.
    pub next: Option<NaiveDateTime>,
    /// What was last heard, or why people were called.
    pub words: String,
    /// Whether people were called.
    pub is_incident: bool,
    /// The proposal that waits, if it still is about how things stand.
    pub proposal: Option<OutcomeProposal>,
}

impl UnknownOutcome {
    /// Whether people may say what became of it, where it must be so old if nobody was called.
    pub fn is_for_people(&self, age: TimeDelta, now: DateTime<Utc>) -> bool {
        self.is_incident || self.since + age <= now.naive_utc()
    }

    /// The lines that follow from a word; an agent's commission, which is taken back with its payment, is beside them.
    pub fn entries(&self, verdict: OutcomeVerdict) -> Result<Vec<Entry>, StorageError> {
        use OutcomeVerdict::{Done, NotDone};
        let (payment, moment) = (&self.payment, Moment::of(self.since.and_utc()));
        let (biller, funds, amounts) = (payment.biller, &payment.funds, &payment.amounts);
        let reversed = |kind, posting: &Posting| postings::reversed(kind, posting, moment);
        let booked = match (self.subject, verdict, &self.refund) {
            (OutcomeSubject::Confirmation, Done, _) => vec![postings::confirmed(biller, amounts, moment)?],
            (OutcomeSubject::Confirmation, NotDone, _) => {
                vec![postings::return_decided(amounts, moment)?, postings::returned(funds, amounts, moment)?]
            }
            // Without a capture nothing was booked, and nothing is booked back.
            (OutcomeSubject::Return, Done, _) if payment.paid_at.is_some() => {
                vec![postings::returned(funds, amounts, moment)?]
            }
            (OutcomeSubject::Cancellation, Done, _) => vec![
                reversed(PostingKind::ConfirmedReversed, &postings::confirmed(biller, amounts, moment)?)?,
                reversed(PostingKind::TakenReversed, &postings::taken(funds, amounts, moment)?)?,
            ],
            (OutcomeSubject::Refund, Done, Some(refund)) => {
                vec![postings::refund_paid(funds, &refund.amounts, moment)?]
            }
            (OutcomeSubject::Refund, NotDone, Some(refund)) => {
                let decided = postings::refund_decided(biller, &refund.amounts, moment)?;
                vec![reversed(PostingKind::RefundReversed, &decided)?]
            }
            _ => Vec::new(),
        };
        Ok(booked.iter().flat_map(|posting| posting.entries().to_vec()).collect())
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outcome_proposals)]
pub(crate) struct ProposalRow {
    pub id: i64,
    pub about_id: i64,
    pub payment_id: i64,
    pub subject: i16,
    pub verdict: i16,
    pub receipt_number: String,
    pub evidence: String,
    pub state: i16,
    pub proposed_at: NaiveDateTime,
    pub proposed_by: i64,
    pub proposed_by_name: String,
    pub ended_at: Option<NaiveDateTime>,
    pub decided_by: Option<i64>,
    pub decided_by_name: String,
    pub note: String,
}

impl TryFrom<ProposalRow> for OutcomeProposal {
    type Error = StorageError;

    fn try_from(row: ProposalRow) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of outcome proposal {}", row.id));
        Ok(Self {
            subject: OutcomeSubject::from_code(row.subject).ok_or_else(|| damaged("subject"))?,
            verdict: OutcomeVerdict::from_code(row.verdict).ok_or_else(|| damaged("verdict"))?,
            state: OutcomeState::from_code(row.state).ok_or_else(|| damaged("state"))?,
            id: row.id,
            about: row.about_id,
            payment: row.payment_id,
            receipt_number: row.receipt_number,
            evidence: row.evidence,
            proposed_at: row.proposed_at,
            proposed_by: Actor { id: row.proposed_by, name: row.proposed_by_name },
            ended_at: row.ended_at,
            decided_by: row.decided_by.map(|id| Actor { id, name: row.decided_by_name }),
            note: row.note,
        })
    }
}

impl Reader<'_> {
    /// A proposal by its number.
    pub fn outcome_proposal(&mut self, id: i64) -> Result<Option<OutcomeProposal>, StorageError> {
        looking::proposal(self.connection, id)
    }

    /// The proposals about a payment or a refund, the newest first.
    pub fn outcome_proposals(&mut self, about: i64) -> Result<Vec<OutcomeProposal>, StorageError> {
        let rows: Vec<ProposalRow> = outcome_proposals::table
            .filter(outcome_proposals::about_id.eq(about))
            .order(outcome_proposals::id.desc())
            .limit(PROPOSALS_MAX)
            .select(ProposalRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(OutcomeProposal::try_from).collect()
    }
}
