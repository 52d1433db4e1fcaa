//! What is set of a biller, changed by two persons: one gives the file, another one puts it in force.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ledger::{
    Actor, AuditEntry, BillerChange, ChangeOutcome, ChangeState, NewBillerChange, SettlementWindow, StorageError,
    WindowFilter, WindowState,
};
use secrecy::SecretString;

use super::super::Hub;
use crate::api::Infrastructure;
use crate::billers::{Asked, ChangeView, Effect, compare, effects};
use crate::catalogue::{Biller, import};

/// Changes of one biller that are shown.
const SHOWN: i64 = 20;
/// Windows of a biller that are looked at for the first that is not settled: more than may be left over.
const WINDOWS_LOOKED_AT: i64 = 50;

impl Hub {
    /// A biller's changes, the newest first.
    pub async fn biller_changes(&self, biller: u16) -> Result<Vec<BillerChange>, Infrastructure> {
        self.read(move |reader| reader.biller_changes(biller, SHOWN)).await
    }

    /// Which billers have a change that waits for a second person.
    pub async fn billers_with_changes(&self) -> Result<Vec<u16>, Infrastructure> {
        self.read(|reader| reader.billers_with_changes()).await
    }

    /// A change to look at.
    pub async fn biller_change(&self, biller: u16, id: i64) -> Result<Option<ChangeView>, Infrastructure> {
        let found = self
            .read(move |reader| Ok(reader.biller_change(biller, id)?.zip(reader.biller_definition(biller)?)))
            .await?;
        let Some((change, stored)) = found else { return Ok(None) };
        let (before, after) = (definition(&change.before)?, definition(&change.after)?);
        let at = change.ended.as_ref().map_or_else(|| self.now(), |(at, ..)| at.and_utc());
        let effects = self.biller_effects(&before, &after, at).await?;
        let is_overtaken = change.state == ChangeState::Waiting && stored != change.before;
        Ok(Some(ChangeView { changes: compare(&before, &after), effects, is_overtaken, change }))
    }

    async fn biller_effects(
        &self,
        before: &Biller,
        after: &Biller,
        at: DateTime<Utc>,
    ) -> Result<Vec<Effect>, Infrastructure> {
        let biller = after.code;
        let (open, closed): (Vec<SettlementWindow>, Vec<SettlementWindow>) = self
            .read(move |reader| {
                let mut of = |state| -> Result<Vec<SettlementWindow>, StorageError> {
                    let filter = WindowFilter { biller: Some(biller), state: Some(state) };
                    let found = reader.windows_before(&filter, None, WINDOWS_LOOKED_AT)?;
                    Ok(found.into_iter().map(|(window, _)| window).collect())
                };
                Ok((of(WindowState::Open)?, of(WindowState::Closed)?))
            })
            .await?;
        let ends = |windows: &[SettlementWindow]| windows.iter().map(|window| window.cut_off.and_utc()).min();
        let unsettled = ends(&closed).into_iter().chain(ends(&open)).min();
        Ok(effects(before, after, at, ends(&open), unsettled))
    }

    /// Asks for a biller's settings to be those of a file. Addresses are written out in it: nothing of the hub's own
    /// environment is put in, so that no file can tell what is in it.
    pub async fn propose_biller_change(
        &self,
        biller: u16,
        text: String,
        why: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<Asked, Infrastructure> {
        let mut read = match import::parse(&text, &|_| None) {
            Ok(read) => read,
            Err(faults) => return Ok(Asked::Faulty(faults)),
        };
        let after = match (read.pop(), read.is_empty()) {
            (Some(after), true) if after.code == biller => after,
            _ => return Ok(Asked::OtherBiller),
        };
        // The secret is not needed to see whether the rest would do.
        let stand_in = |_: &str| Some(SecretString::from("stand-in"));
        if let Err(fault) = after.connector.build(biller, &stand_in) {
            return Ok(Asked::Unreachable(fault.to_string()));
        }
        let Some(before) = self.read(move |reader| reader.biller_definition(biller)).await? else {
            return Ok(Asked::OtherBiller);
        };
        if compare(&definition(&before)?, &after).is_empty() {
            return Ok(Asked::Same);
        }
        let after = serde_json::to_string(&after)
            .map_err(|error| Infrastructure::Failed(format!("a biller cannot be stored: {error}")))?;
        let new = Arc::new(NewBillerChange { biller, text, before, after, why });
        let now = self.now();
        let kept = self
            .write(move |op| {
                let kept = op.propose_biller_change(&new, &by, now.naive_utc())?;
                if let Some(id) = kept {
                    let subject = format!("{} change {id}", entry.subject);
                    op.audit(&AuditEntry { subject, ..entry.clone() }, now)?;
                }
                Ok(kept)
            })
            .await?;
        Ok(kept.map_or(Asked::Waiting, Asked::Kept))
    }

    /// Ends a change that waits: what is applied is in force here at once, in other processes within seconds.
    pub async fn end_biller_change(
        &self,
        (biller, id): (u16, i64),
        state: ChangeState,
        word: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<ChangeOutcome, Infrastructure> {
        let now = self.now();
        let outcome = self
            .write(move |op| {
                let outcome = op.end_biller_change((biller, id), state, &by, &word, now.naive_utc())?;
                if outcome == ChangeOutcome::Done {
                    op.audit(&entry, now)?;
                }
                Ok(outcome)
            })
            .await?;
        self.reload_billers().await?;
        Ok(outcome)
    }
}

fn definition(stored: &str) -> Result<Biller, Infrastructure> {
    Biller::from_stored(stored).map_err(|error| Infrastructure::Failed(format!("a biller as stored: {error}")))
}
