//! Outcomes that nobody ever said: looked through, proposed, decided. What is done stands in the audit log by the same commit.

use ledger::{
    Actor, AuditEntry, Moment, NewOutcome, OutcomeAbout, OutcomeDecided, OutcomeKept, OutcomeState, OutcomeSubject,
    OutcomeWord, PaymentState, StoredTask, UnknownOutcome,
};

use super::Hub;
use crate::api::Infrastructure;
use crate::outcomes::{OutcomeView, OutcomeWish};

impl Hub {
    /// What is for people to decide, with numbers after `after`, in order, at most 200; and the number to go on from.
    pub async fn unknown_outcomes(
        &self,
        after: i64,
        limit: i64,
    ) -> Result<(Vec<UnknownOutcome>, Option<i64>), Infrastructure> {
        let since = (self.now() - self.settings.unknown_age).naive_utc();
        self.read(move |reader| reader.unknown_outcomes(after, since, limit)).await
    }

    /// A payment or a refund, and what is unknown of it. `None`: there is none of this number.
    pub async fn outcome_view(&self, about: OutcomeAbout) -> Result<Option<OutcomeView>, Infrastructure> {
        let (age, now) = (self.settings.unknown_age, self.now());
        self.read(move |reader| {
            let refund = match about {
                OutcomeAbout::Payment(_) => None,
                OutcomeAbout::Refund(id) => match reader.refund(id)? {
                    Some(refund) => Some(refund),
                    None => return Ok(None),
                },
            };
            let payment = refund.as_ref().map_or(about.id(), |refund| refund.payment);
            let Some(payment) = reader.payment_of(payment)? else { return Ok(None) };
            let unknown = reader.unknown_outcome(about)?;
            let from = unknown.as_ref().filter(|unknown| !unknown.is_for_people(age, now));
            let from = from.map(|unknown| unknown.since + age);
            let is_asking =
                |task: &StoredTask| OutcomeSubject::ALL.iter().any(|subject| task.kind == Some(subject.task()));
            let asked = reader.tasks_of(&[about.id()])?.into_iter().filter(is_asking).collect();
            let proposals = reader.outcome_proposals(about.id())?;
            Ok(Some(OutcomeView { about, payment, refund, unknown, from, asked, proposals }))
        })
        .await
    }

    /// Keeps what somebody says became of it, for a second person to decide.
    pub async fn propose_outcome(
        &self,
        wish: OutcomeWish,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<OutcomeKept, Infrastructure> {
        let moment = Moment::of(self.now());
        let OutcomeWish { about, subject, verdict, receipt_number, evidence } = wish;
        let age = self.settings.unknown_age;
        let new = NewOutcome { about, subject, verdict, receipt_number, evidence, age, actor: by, moment };
        self.write(move |op| {
            let kept = op.propose_outcome(&new)?;
            if let OutcomeKept::Kept(_) = kept {
                op.audit(&entry, moment.at)?;
            }
            Ok(kept)
        })
        .await
    }

    /// Says yes or no to what another person proposed; what follows from a yes is done by the same commit.
    pub async fn decide_outcome(
        &self,
        id: i64,
        approve: bool,
        note: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<OutcomeDecided, Infrastructure> {
        let found = self.read(move |reader| match reader.outcome_proposal(id)? {
            Some(proposal) => reader.payment_of(proposal.payment),
            None => Ok(None),
        });
        let Some(payment) = found.await? else { return Ok(OutcomeDecided::NoSuchProposal) };
        let moment = Moment::of(self.now());
        let cut_off = self.next_cut_off(payment.biller, moment.at);
        let word = OutcomeWord { id, approve, note, actor: by, moment, cut_off };
        let (after, after_entry) = (word.clone(), entry.clone());
        let decided = self.write_step(
            move |op| {
                let step = op.begin_outcome(&word)?;
                if let Err(OutcomeDecided::Decided(_)) = step {
                    op.audit(&entry, moment.at)?;
                }
                Ok(step)
            },
            move |op, outcome| {
                let decided = op.end_outcome(&after, outcome)?;
                if let OutcomeDecided::Decided(_) = decided {
                    op.audit(&after_entry, moment.at)?;
                }
                Ok(decided)
            },
        );
        let decided = decided.await?;
        if decided == OutcomeDecided::Decided(OutcomeState::Approved) {
            self.forget_if_over(payment.id).await?;
        }
        Ok(decided)
    }

    /// Takes back what oneself proposed.
    pub async fn withdraw_outcome(
        &self,
        id: i64,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<OutcomeDecided, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let decided = op.withdraw_outcome(id, &by, now.naive_utc())?;
            if let OutcomeDecided::Decided(_) = decided {
                op.audit(&entry, now)?;
            }
            Ok(decided)
        })
        .await
    }

    /// Has it asked now what became of a payment; `false`: it is known, or being asked.
    pub async fn ask_payment_again(&self, payment: i64, entry: AuditEntry) -> Result<bool, Infrastructure> {
        self.write_audited(entry, move |op, now| op.take_payment_up(payment, now)).await
    }

    /// A payment that is over for good has no more use for what was typed in secret.
    async fn forget_if_over(&self, payment: i64) -> Result<(), Infrastructure> {
        let found = self.read(move |reader| match reader.payment_of(payment)? {
            Some(payment) if matches!(payment.state, PaymentState::Confirmed | PaymentState::Returned) => {
                reader.quote_of(payment.quote)
            }
            _ => Ok(None),
        });
        match found.await? {
            Some(quote) => self.forget_secrets(&quote).await,
            None => Ok(()),
        }
    }
}
