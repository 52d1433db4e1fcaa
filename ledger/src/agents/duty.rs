//! The register of stamp duty, from the rows: what is declared to the state for a month.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::ledger::Reader;
use crate::money::Money;
use crate::states::PostingKind;
use crate::storage::StorageError;
use crate::storage::schema::{payments, postings};

/// Payments read at once.
const PAGE: i64 = 2_000;

/// Stamp duty booked in some days. What was cancelled in them is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DutyTotals {
    /// Receipts that bear duty.
    pub receipts: i64,
    /// What they discharge, without the duty.
    pub discharged: Money,
    /// The duty.
    pub duty: Money,
}

impl Reader<'_> {
    /// The duty of the days from `from` on and before `until`, by the effective date of the confirmation (and of its
    /// reversal). Reads every payment that bears duty: for a monthly report.
    pub fn stamp_duty(&mut self, from: NaiveDate, until: NaiveDate) -> Result<DutyTotals, StorageError> {
        let range = || StorageError::Damaged("the sums of stamp duty are past the range".to_owned());
        let mut totals = DutyTotals::default();
        let mut last = i64::MIN;
        loop {
            let page: Vec<(i64, i64, i64, i64, i64)> = payments::table
                .filter(payments::duty.gt(0))
                .filter(payments::id.gt(last))
                .order(payments::id)
                .limit(PAGE)
                .select((payments::id, payments::principal, payments::fee, payments::vat, payments::duty))
                .load(self.connection)?;
            let Some((end, ..)) = page.last() else { return Ok(totals) };
            let kinds = [PostingKind::Confirmed, PostingKind::ConfirmedReversed].map(PostingKind::code);
            let events: Vec<(Option<i64>, i16)> = postings::table
                .filter(postings::payment_id.gt(last))
                .filter(postings::payment_id.le(*end))
                .filter(postings::kind.eq_any(kinds))
                .filter(postings::effective_on.ge(from))
                .filter(postings::effective_on.lt(until))
                .select((postings::payment_id, postings::kind))
                .load(self.connection)?;
            last = *end;
            for (payment, kind) in events {
                let at = page.binary_search_by_key(&payment.unwrap_or_default(), |(id, ..)| *id);
                let Some((_, principal, fee, vat, duty)) = at.ok().and_then(|at| page.get(at)) else { continue };
                let sign = if kind == PostingKind::Confirmed.code() { 1 } else { -1 };
                totals.receipts += sign;
                let signed = |amount: i64| Money::from_minor(amount * sign);
                let discharged = [totals.discharged, signed(*principal), signed(*fee), signed(*vat)];
                totals.discharged = Money::sum(discharged).ok_or_else(range)?;
                totals.duty = totals.duty.checked_add(signed(*duty)).ok_or_else(range)?;
            }
        }
    }
}
