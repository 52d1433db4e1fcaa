//! What closing a break would book, told before anybody decides on it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::breaks::Break;
use super::resolving::{Booking, NewResolution, Resolved};
use super::words::{BreakSource, BreakState, BreakSubject, Resolution};
use crate::money::Money;
use crate::postings::Entry;
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::breaks;
use crate::writer::WriteOp;

/// What a way out of a break would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolutionEffect {
    /// The lines that would be booked; none where nothing is.
    pub entries: Vec<Entry>,
    /// Whether a second person has to approve it.
    pub needs_second: bool,
}

/// What was proposed for a break: how, what was named with it, and what approving it would book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// How it is to be closed.
    pub resolution: Resolution,
    /// The biller whose commission was paid.
    pub biller: Option<u16>,
    /// The reference of the payout.
    pub payout: Option<String>,
    /// What would be booked; `Err` is why it cannot be any more.
    pub effect: Result<ResolutionEffect, Resolved>,
}

impl Break {
    /// The ways out that can fit it: evidence always, those that book by what it is about and by the sign of its amount.
    pub fn resolutions(&self) -> Vec<Resolution> {
        use Resolution as R;
        let what = &self.what;
        match (what.source, what.subject) {
            (_, BreakSubject::Entry) => match what.found {
                Some(amount) if amount < Money::ZERO => vec![R::Evidence, R::Charges, R::Suspense, R::WrittenOff],
                _ => vec![R::Evidence, R::Payout, R::Commission, R::Suspense, R::WrittenOff],
            },
            (BreakSource::Gateway, BreakSubject::Payment | BreakSubject::Refund)
                if what.found.unwrap_or_default() != what.expected.unwrap_or_default() =>
            {
                vec![R::Evidence, R::WrittenOff]
            }
            _ => vec![R::Evidence],
        }
    }
}

impl WriteOp<'_> {
    /// What [`Self::resolve_break`] would do now; `Err` is what it would answer where it would do nothing. Writes nothing.
    pub fn resolution_effect(
        &mut self,
        id: i64,
        new: &NewResolution,
        now: DateTime<Utc>,
    ) -> Result<Result<ResolutionEffect, Resolved>, StorageError> {
        let Some(found) = self.found_break(id)? else { return Ok(Err(Resolved::NoSuchBreak)) };
        match found.state {
            BreakState::Open => {}
            BreakState::Proposed => return Ok(Err(Resolved::NotProposed)),
            _ => return Ok(Err(Resolved::ClosedBefore)),
        }
        self.effect(&found, new, now)
    }

    /// What waits for a second person. Writes nothing.
    pub fn proposal_effect(&mut self, id: i64, now: DateTime<Utc>) -> Result<Option<Proposal>, StorageError> {
        let Some(found) = self.found_break(id)?.filter(|found| found.state == BreakState::Proposed) else {
            return Ok(None);
        };
        let Some(resolution) = found.resolution else { return Ok(None) };
        let (biller, payout): (Option<i32>, Option<String>) = breaks::table
            .filter(breaks::id.eq(id))
            .select((breaks::biller, breaks::payout))
            .get_result(self.connection)?;
        let biller = biller.map(biller_code).transpose()?;
        let new =
            NewResolution { resolution, note: String::new(), biller, payout: payout.clone(), alone_max: Money::ZERO };
        let effect = self.effect(&found, &new, now)?;
        Ok(Some(Proposal { resolution, biller, payout, effect }))
    }

    fn effect(
        &mut self,
        found: &Break,
        new: &NewResolution,
        now: DateTime<Utc>,
    ) -> Result<Result<ResolutionEffect, Resolved>, StorageError> {
        let booking = self.booking(found, new.resolution, new.biller, new.payout.as_deref(), now)?;
        let needs_second = booking.size() > new.alone_max.minor();
        if let Booking::Unfit(why) = booking {
            return Ok(Err(Resolved::Unfit(why)));
        }
        let entries = booking.posting().map(|posting| posting.entries().to_vec()).unwrap_or_default();
        Ok(Ok(ResolutionEffect { entries, needs_second }))
    }
}
