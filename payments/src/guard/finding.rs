//! What a rule finds.

use chrono::{DateTime, Timelike, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{Channel, GuardSubject, Instrument, Money, PastPayment, PaymentState};
use serde::{Deserialize, Serialize};

use super::rule::{Kind, Rule};

/// Payments that are kept with what was found.
const RELATED_MAX: usize = 10;

/// A payment that is to start.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// The quote's number.
    pub quote: i64,
    /// The biller.
    pub biller: u16,
    /// Where it starts.
    pub channel: Channel,
    /// What it is paid with.
    pub instrument: Instrument,
    /// What is paid in all.
    pub total: Money,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What was found, with its figures; those of the payment that is to start are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Finding {
    /// Somebody is on the list of those of whom nothing is taken.
    Blocked {
        /// What is listed.
        subject: GuardSubject,
        /// As it may be shown.
        shown: String,
    },
    /// Too many payments.
    Count {
        /// Of whom.
        subject: GuardSubject,
        /// How many.
        count: u32,
        /// At most.
        at_most: u32,
        /// In how many minutes.
        minutes: u32,
        /// Some of them.
        payments: Vec<i64>,
    },
    /// Too much money.
    Sum {
        /// Of whom.
        subject: GuardSubject,
        /// How much.
        sum: Money,
        /// At most.
        at_most: Money,
        /// In how many minutes; `None`: today.
        minutes: Option<u32>,
        /// Some of the payments.
        payments: Vec<i64>,
    },
    /// One payment of too much.
    Amount {
        /// How much.
        amount: Money,
        /// At most.
        at_most: Money,
    },
    /// Payments just under a limit.
    Structuring {
        /// Of whom.
        subject: GuardSubject,
        /// How many.
        count: u32,
        /// From how much on.
        from: Money,
        /// The limit.
        limit: Money,
        /// In how many minutes.
        minutes: u32,
        /// Some of them.
        payments: Vec<i64>,
    },
    /// Cash at night.
    Night {
        /// The hour.
        hour: u8,
        /// From.
        from: u8,
        /// To.
        to: u8,
    },
    /// Nothing: a card whose mask fits too many cards to be counted.
    Coarse {
        /// The mask; empty where the gateway gave none.
        shown: String,
    },
}

impl Finding {
    /// Its word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Blocked { .. } => "blocked",
            Self::Count { .. } => "count",
            Self::Sum { minutes: Some(_), .. } => "sum",
            Self::Sum { minutes: None, .. } => "day-sum",
            Self::Amount { .. } => "amount",
            Self::Structuring { .. } => "structuring",
            Self::Night { .. } => "night",
            Self::Coarse { .. } => "coarse",
        }
    }

    /// By what payments were counted.
    pub const fn subject(&self) -> Option<GuardSubject> {
        match self {
            Self::Count { subject, .. } | Self::Sum { subject, .. } | Self::Structuring { subject, .. } => {
                Some(*subject)
            }
            Self::Blocked { .. } | Self::Amount { .. } | Self::Night { .. } | Self::Coarse { .. } => None,
        }
    }

    /// The payments that were counted, some of them, by number.
    pub fn payments(&self) -> &[i64] {
        match self {
            Self::Count { payments, .. } | Self::Sum { payments, .. } | Self::Structuring { payments, .. } => payments,
            Self::Blocked { .. } | Self::Amount { .. } | Self::Night { .. } | Self::Coarse { .. } => &[],
        }
    }
}

/// Whether a payment's money stays with the biller, as far as is known.
fn counts(state: PaymentState) -> bool {
    !matches!(
        state,
        PaymentState::Declined
            | PaymentState::Expired
            | PaymentState::Returning
            | PaymentState::Returned
            | PaymentState::Cancelled
    )
}

/// A share of an amount in percent, rounded up to the centime.
fn share(amount: Money, percent: u8) -> Money {
    let share = (i128::from(amount.minor()) * i128::from(percent) + 99).div_euclid(100);
    Money::from_minor(i64::try_from(share).unwrap_or(i64::MAX))
}

/// The payments of a history that a rule counts, seen from an attempt.
pub fn past_since<'a>(
    rule: &'a Rule,
    attempt: &'a Attempt,
    history: &'a [PastPayment],
) -> impl Iterator<Item = &'a PastPayment> {
    let since = rule.kind.since(attempt.now).naive_utc();
    history.iter().filter(move |past| {
        let scope = rule.scope.holds(past.channel, past.instrument, past.biller);
        scope && past.quote != attempt.quote && past.created_at >= since
    })
}

impl Rule {
    /// Whether it is asked about a payment.
    pub fn concerns(&self, attempt: &Attempt) -> bool {
        self.scope.holds(attempt.channel, attempt.instrument, attempt.biller)
    }

    /// What it finds in a payment that is to start, by what somebody started before: `history` in any order, of whom it
    /// counts.
    pub fn finds(&self, attempt: &Attempt, history: &[PastPayment]) -> Option<Finding> {
        let past = || past_since(self, attempt, history);
        let some = |picked: Vec<&PastPayment>| picked.into_iter().take(RELATED_MAX).map(|past| past.id).collect();
        let sum_of = |picked: &[&PastPayment]| {
            let sum = picked.iter().try_fold(attempt.total, |sum, past| sum.checked_add(past.total));
            sum.unwrap_or(Money::from_minor(i64::MAX))
        };
        let and_this = |picked: &[&PastPayment]| u32::try_from(picked.len() + 1).unwrap_or(u32::MAX);
        match self.kind {
            Kind::Velocity { subject, minutes, count_max, sum_max } => {
                // A card is counted where its bank has accepted and the money stayed; of all else tries count as well.
                let is_card = subject == GuardSubject::Card;
                let started: Vec<_> = past().filter(|past| !is_card || counts(past.state)).collect();
                let count = and_this(&started);
                if let Some(at_most) = count_max.filter(|at_most| count > *at_most) {
                    return Some(Finding::Count { subject, count, at_most, minutes, payments: some(started) });
                }
                let paid: Vec<_> = past().filter(|past| counts(past.state)).collect();
                let sum = sum_of(&paid);
                let at_most = sum_max.filter(|at_most| sum > *at_most)?;
                Some(Finding::Sum { subject, sum, at_most, minutes: Some(minutes), payments: some(paid) })
            }
            Kind::Cap { amount_max } => {
                let (amount, at_most) = (attempt.total, amount_max);
                (amount > at_most).then_some(Finding::Amount { amount, at_most })
            }
            Kind::DaySum { subject, sum_max } => {
                let paid: Vec<_> = past().filter(|past| counts(past.state)).collect();
                let (sum, at_most) = (sum_of(&paid), sum_max);
                let payments = some(paid);
                (sum > at_most).then_some(Finding::Sum { subject, sum, at_most, minutes: None, payments })
            }
            Kind::Structuring { subject, limit, percent, count, minutes } => {
                let from = share(limit, percent);
                let near = |total: Money| total >= from && total <= limit;
                if !near(attempt.total) {
                    return None;
                }
                let paid: Vec<_> = past().filter(|past| counts(past.state) && near(past.total)).collect();
                let found = and_this(&paid);
                let payments = some(paid);
                (found >= count).then_some(Finding::Structuring {
                    subject,
                    count: found,
                    from,
                    limit,
                    minutes,
                    payments,
                })
            }
            Kind::Night { from, to } => {
                let hour = u8::try_from(attempt.now.with_timezone(&Casablanca).hour()).ok()?;
                let night = if from < to { (from..to).contains(&hour) } else { hour >= from || hour < to };
                (night && attempt.channel == Channel::Agt).then_some(Finding::Night { hour, from, to })
            }
        }
    }
}
