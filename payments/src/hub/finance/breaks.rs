//! Breaks, followed up by people. What is done stands in the audit log by the same commit.

use ledger::{Actor, AuditEntry, Break, BreakFilter, NewResolution, Proposal, ResolutionEffect, Resolved};

use super::PAGE_MAX;
use crate::api::Infrastructure;
use crate::finance::{BreakView, WayOut};
use crate::hub::Hub;

impl Hub {
    /// Breaks after a number, the oldest first, at most 200.
    pub async fn breaks(&self, filter: BreakFilter, after: i64, limit: i64) -> Result<Vec<Break>, Infrastructure> {
        self.read(move |reader| reader.breaks(&filter, after, limit.clamp(1, PAGE_MAX))).await
    }

    /// A break by its number.
    pub async fn break_view(&self, id: i64) -> Result<Option<BreakView>, Infrastructure> {
        let found = self.read(move |reader| Ok((reader.break_of(id)?, reader.break_notes(id)?))).await?;
        let (Some(found), notes) = found else { return Ok(None) };
        let proposed = match found.proposed_by.is_some() && found.closed_at.is_none() {
            true => {
                let now = self.now();
                self.write(move |op| op.proposal_effect(id, now)).await?
            }
            false => None,
        };
        Ok(Some(BreakView { found, notes, proposed }))
    }

    /// Says who follows a break up; whether there is such an open break.
    pub async fn assign_break(&self, id: i64, to: Actor, by: Actor, entry: AuditEntry) -> Result<bool, Infrastructure> {
        self.write_audited(entry, move |op, now| op.assign_break(id, &to, &by, now)).await
    }

    /// Adds a note to a break; whether there is such a break.
    pub async fn note_break(
        &self,
        id: i64,
        note: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<bool, Infrastructure> {
        self.write_audited(entry, move |op, now| op.note_break(id, &note, &by, now)).await
    }

    /// What a way out would book; `Err` is why it is none.
    pub async fn break_effect(
        &self,
        id: i64,
        way: WayOut,
    ) -> Result<Result<ResolutionEffect, Resolved>, Infrastructure> {
        let (new, now) = (self.resolution(way), self.now());
        self.write(move |op| op.resolution_effect(id, &new, now)).await
    }

    /// Closes a break, or proposes that to a second person. `None`, and nothing done: it would book something else by now
    /// than they saw.
    pub async fn resolve_break(
        &self,
        id: i64,
        way: WayOut,
        seen: ResolutionEffect,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<Option<Resolved>, Infrastructure> {
        let (new, now) = (self.resolution(way), self.now());
        self.write(move |op| {
            match op.resolution_effect(id, &new, now)? {
                Ok(effect) if effect != seen => return Ok(None),
                Ok(_) => {}
                Err(refusal) => return Ok(Some(refusal)),
            }
            let done = op.resolve_break(id, &new, &by, now)?;
            if matches!(done, Resolved::Closed(_) | Resolved::Waits) {
                op.audit(&entry, now)?;
            }
            Ok(Some(done))
        })
        .await
    }

    /// Says yes or no to what another person proposed. `None`, and nothing done: something else is proposed by now than
    /// they saw, or it books something else.
    pub async fn decide_break(
        &self,
        id: i64,
        seen: Proposal,
        approve: bool,
        note: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<Option<Resolved>, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            if op.proposal_effect(id, now)?.is_some_and(|proposed| proposed != seen) {
                return Ok(None);
            }
            let done = op.decide_break(id, approve, &note, &by, now)?;
            if matches!(done, Resolved::Closed(_) | Resolved::Refused) {
                op.audit(&entry, now)?;
            }
            Ok(Some(done))
        })
        .await
    }

    fn resolution(&self, way: WayOut) -> NewResolution {
        let WayOut { resolution, note, biller, payout } = way;
        NewResolution { resolution, note, biller, payout, alone_max: self.settings.break_alone_max }
    }
}
