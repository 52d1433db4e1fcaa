//! Disputes about payments, as payers, members of staff and billers' people open and follow them up.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{
    Break, BreakSource, BreakState, Dispute, DisputeEvent, DisputeKind, DisputeOrigin, Instrument, Language, Payment,
    PaymentState, Refund, RefundEffect, Refusal,
};
use settlement::BankHolidays;

use crate::api::Infrastructure;

/// Longest words about a dispute, in characters.
pub const DISPUTE_CHARS_MAX: usize = 300;
/// Disputes of a page.
pub const DISPUTES_PAGE: usize = 50;

/// When a dispute can be opened, and by when it is to be answered.
#[derive(Debug, Clone)]
pub struct DisputeRules {
    /// How long after it was started a payment whose outcome is unknown is no complaint yet: resolvers are at work.
    pub cooling: TimeDelta,
    /// Bank days after the one on which it was opened, at whose end a dispute is to be answered.
    pub turnaround_days: u16,
    /// How long after it was closed a dispute can be opened once more.
    pub reopen_within: TimeDelta,
    /// When banks do not work.
    pub holidays: BankHolidays,
}

impl Default for DisputeRules {
    fn default() -> Self {
        Self {
            cooling: TimeDelta::hours(24),
            turnaround_days: 5,
            reopen_within: TimeDelta::days(30),
            holidays: BankHolidays::default(),
        }
    }
}

impl DisputeRules {
    /// The end of the day on which a dispute that is opened now is to be answered.
    pub(crate) fn due_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let day = self.holidays.after(now.with_timezone(&Casablanca).date_naive(), self.turnaround_days);
        let next = day.succ_opt().unwrap_or(day).and_time(chrono::NaiveTime::MIN);
        // No day in this zone begins twice or never; were it to, the same hour of UTC is near enough.
        Casablanca.from_local_datetime(&next).earliest().map_or_else(|| next.and_utc(), |at| at.with_timezone(&Utc))
    }

    /// From when on a payment can be complained of as not credited; `None`: now.
    pub(crate) fn cools_until(&self, payment: &Payment, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = payment.created_at.and_utc() + self.cooling;
        (payment.state.is_open() && now < until).then_some(until)
    }
}

/// The last day on which a dispute is to be answered, in Casablanca.
pub fn due_on(due_at: DateTime<Utc>) -> NaiveDate {
    (due_at - TimeDelta::seconds(1)).with_timezone(&Casablanca).date_naive()
}

/// What can be complained of about a payment, in the order in which it is shown.
pub fn kinds_for(payment: &Payment, is_refunded: bool) -> Vec<DisputeKind> {
    let fits = |kind: &DisputeKind| match kind {
        DisputeKind::NoReceipt => payment.instrument == Instrument::Cash,
        DisputeKind::NotMine => payment.instrument == Instrument::Card,
        DisputeKind::NoRefund => {
            let goes_back =
                matches!(payment.state, PaymentState::Returning | PaymentState::Returned | PaymentState::Cancelled);
            is_refunded || goes_back
        }
        // Of what was never booked at a biller nothing is wrong there.
        DisputeKind::WrongContract | DisputeKind::WrongAmount => payment.paid_at.is_some(),
        DisputeKind::NotCredited | DisputeKind::PaidTwice | DisputeKind::Other => true,
    };
    DisputeKind::ALL.iter().copied().filter(fits).collect()
}

/// A payment, and what was or can be complained of about it.
#[derive(Debug, Clone)]
pub struct DisputedPayment {
    /// The payment.
    pub payment: Payment,
    /// Its disputes with what was done, in order.
    pub disputes: Vec<(Dispute, Vec<DisputeEvent>)>,
    /// What can be complained of.
    pub kinds: Vec<DisputeKind>,
    /// Until when it is no complaint yet that it was not credited.
    pub cools_until: Option<DateTime<Utc>>,
}

/// A dispute, and what stands around it.
#[derive(Debug, Clone)]
pub struct DisputeView {
    /// The dispute.
    pub dispute: Dispute,
    /// What was done, in order.
    pub events: Vec<DisputeEvent>,
    /// Its payment.
    pub payment: Payment,
    /// The refund that is its outcome, or was to be.
    pub refund: Option<Refund>,
    /// What reconciliation found about the payment.
    pub breaks: Vec<Break>,
    /// Whether it can be opened once more now.
    pub can_reopen: bool,
}

impl DisputeView {
    /// The break for which no refund is proposed: a gateway's word on the payment that is not cleared up. The money may have
    /// gone back already, as by a chargeback.
    pub fn blocking_break(&self) -> Option<i64> {
        let blocks = |found: &&Break| {
            found.what.source == BreakSource::Gateway && matches!(found.state, BreakState::Open | BreakState::Proposed)
        };
        self.breaks.iter().find(blocks).map(|found| found.id)
    }
}

/// A dispute as somebody opens it.
#[derive(Debug, Clone)]
pub struct DisputeWish {
    /// The payment's number.
    pub payment: i64,
    /// What it is about.
    pub kind: DisputeKind,
    /// Who opens it.
    pub origin: DisputeOrigin,
    /// What is said.
    pub told: String,
    /// Where the payer is told: a mobile phone, `+212...`.
    pub phone: Option<String>,
    /// Where the payer is told: a mail address.
    pub email: Option<String>,
    /// The payer's language.
    pub language: Language,
}

/// What a payer can do about a dispute of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayerStep {
    /// Answer what they were asked.
    Answer,
    /// Take it back.
    Withdraw,
    /// Open it once more.
    Reopen,
}

/// Why a dispute is not opened, or no refund is proposed for it. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum DisputeFault {
    /// There is no such payment or dispute.
    #[error("there is no such payment or dispute")]
    Nothing,
    /// The outcome of the payment is not known, and is found out by itself: until then.
    #[error("not before {0}")]
    NotYet(DateTime<Utc>),
    /// The payment is of a kind of which nobody can complain so.
    #[error("it does not fit the payment")]
    DoesNotFit,
    /// The payment has as many disputes as one can have.
    #[error("the payment has too many disputes")]
    TooMany,
    /// Reconciliation has a word of the gateway on the payment that is not cleared up: the break's number.
    #[error("break {0} is to be cleared up first")]
    Break(i64),
    /// The refund is not possible.
    #[error("the refund is not possible: {0:?}")]
    Refund(Refusal),
    /// Cash goes back at the outlet that took it, which is closed.
    #[error("the outlet that took the cash is closed")]
    OutletGone,
    /// It would book something else by now than was shown, or its form was used for something else.
    #[error("it is another than was shown")]
    Changed(Option<Box<RefundEffect>>),
    /// Trouble of ours.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Opened in Casablanca; the first moment at which it is late, and the last day.
    #[rstest]
    #[case::morning("2026-11-24T09:00:00Z", "2026-12-01T23:00:00Z", "2026-12-01")]
    #[case::before_midnight("2026-11-24T22:59:59Z", "2026-12-01T23:00:00Z", "2026-12-01")]
    #[case::after_midnight("2026-11-24T23:00:00Z", "2026-12-02T23:00:00Z", "2026-12-02")]
    #[case::over_a_holiday("2026-11-16T09:00:00Z", "2026-11-24T23:00:00Z", "2026-11-24")]
    #[case::in_ramadan("2026-02-23T09:00:00Z", "2026-03-03T00:00:00Z", "2026-03-02")]
    fn turnaround(#[case] now: DateTime<Utc>, #[case] due: DateTime<Utc>, #[case] day: NaiveDate) {
        let found = DisputeRules::default().due_at(now);
        assert_eq!((found, due_on(found)), (due, day));
    }
}
