//! The payments of the last day, counted by the minute in which they were started. Functions of what they are given: no
//! clock, no database.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDateTime, Utc};
use ledger::{Channel, CountedPayment, Instrument, PaymentState};

use crate::board::{CURVE_MINUTES, Counts, Outcome, Traffic};

/// Minutes that are kept.
pub(super) const KEPT_MINUTES: i64 = 24 * 60;
/// The shorter of the two times for which it is said how payments end.
const HOUR_MINUTES: i64 = 60;
/// Payments that are looked at again, as they may end otherwise than they stood: ten minutes of a hundred a second. Past
/// it the oldest stay as they were seen last.
const FOLLOWED_MAX: usize = 60_000;

/// What payments are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Kind {
    biller: u16,
    channel: Channel,
    instrument: Instrument,
}

/// A payment that may end otherwise than it stood.
#[derive(Debug, Clone, Copy)]
struct Followed {
    minute: i64,
    kind: Kind,
    outcome: Outcome,
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    minutes: BTreeMap<i64, HashMap<Kind, Counts>>,
    followed: BTreeMap<i64, Followed>,
}

/// The minute of a moment, since 1970.
pub(super) fn minute_of(at: NaiveDateTime) -> i64 {
    at.and_utc().timestamp().div_euclid(60)
}

impl Tally {
    /// Counts a payment that was not counted before.
    pub(super) fn count(&mut self, payment: &CountedPayment) {
        let &CountedPayment { id, biller, channel, instrument, state, created_at } = payment;
        let (minute, kind, outcome) = (minute_of(created_at), Kind { biller, channel, instrument }, Outcome::of(state));
        *self.minutes.entry(minute).or_default().entry(kind).or_default().of(outcome) += 1;
        if may_change(outcome) {
            self.followed.insert(id, Followed { minute, kind, outcome });
            if self.followed.len() > FOLLOWED_MAX {
                self.followed.pop_first();
            }
        }
    }

    /// Where a payment that is followed stands by now.
    pub(super) fn stands(&mut self, id: i64, state: PaymentState) {
        let Some(followed) = self.followed.get_mut(&id) else { return };
        let outcome = Outcome::of(state);
        let before = std::mem::replace(&mut followed.outcome, outcome);
        let (minute, kind) = (followed.minute, followed.kind);
        if let Some(counts) = self.minutes.get_mut(&minute).and_then(|kinds| kinds.get_mut(&kind)) {
            let from = counts.of(before);
            *from = from.saturating_sub(1);
            *counts.of(outcome) += 1;
        }
        if !may_change(outcome) {
            self.followed.remove(&id);
        }
    }

    /// The numbers of payments that may have changed, after one of them, in order.
    pub(super) fn followed(&self, after: i64, limit: usize) -> Vec<i64> {
        self.followed.range(after.saturating_add(1)..).take(limit).map(|(id, _)| *id).collect()
    }

    /// Forgets what is a day old, and whom nobody waits for any more: a payment without money is accepted late within the
    /// hour or not at all.
    pub(super) fn forget(&mut self, now: DateTime<Utc>) {
        let now = minute_of(now.naive_utc());
        self.minutes = self.minutes.split_off(&(now - KEPT_MINUTES));
        self.followed.retain(|_, followed| {
            let age = now - followed.minute;
            age <= if followed.outcome == Outcome::Open { KEPT_MINUTES } else { HOUR_MINUTES }
        });
    }

    /// What it all comes to.
    pub(super) fn traffic(&self, now: DateTime<Utc>, since: Option<DateTime<Utc>>) -> Traffic {
        let until_minute = minute_of(now.naive_utc()) + 1;
        let mut curves: BTreeMap<Channel, [u64; CURVE_MINUTES]> =
            Channel::ALL.iter().map(|channel| (*channel, [0; CURVE_MINUTES])).collect();
        let (mut billers, mut instruments) = (BTreeMap::new(), BTreeMap::new());
        for (minute, kinds) in self.minutes.range(until_minute - KEPT_MINUTES..until_minute) {
            let age = until_minute - minute;
            let place = usize::try_from(age).ok().and_then(|age| CURVE_MINUTES.checked_sub(age));
            for (kind, counts) in kinds {
                if let Some(at) = place.and_then(|at| curves.get_mut(&kind.channel)?.get_mut(at)) {
                    *at += counts.total();
                }
                let of_biller: &mut [Counts; 2] = billers.entry(kind.biller).or_default();
                let of_instrument: &mut [Counts; 2] = instruments.entry(kind.instrument).or_default();
                for both in [of_biller, of_instrument] {
                    both[1].add(*counts);
                    if age <= HOUR_MINUTES {
                        both[0].add(*counts);
                    }
                }
            }
        }
        Traffic { until_minute, curves, billers, instruments, since }
    }
}

/// Whether a payment may still count otherwise: one without money can be accepted late.
fn may_change(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Open | Outcome::NotPaid)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-24T10:00:30Z".parse().unwrap()
    }

    fn payment(id: i64, minutes_ago: i64, state: PaymentState) -> CountedPayment {
        let created_at = (now() - TimeDelta::minutes(minutes_ago)).naive_utc();
        CountedPayment { id, biller: 1001, channel: Channel::Web, instrument: Instrument::Card, state, created_at }
    }

    #[rstest]
    #[case::now(0, Some(59), 1, 1)]
    #[case::a_minute_ago(1, Some(58), 1, 1)]
    #[case::first_of_the_curve(59, Some(0), 1, 1)]
    #[case::an_hour_ago(60, None, 0, 1)]
    #[case::yesterday(1_439, None, 0, 1)]
    #[case::the_day_before(1_440, None, 0, 0)]
    fn where_a_payment_counts(
        #[case] minutes_ago: i64,
        #[case] place: Option<usize>,
        #[case] hour: u64,
        #[case] day: u64,
    ) {
        let mut tally = Tally::default();
        tally.count(&payment(1, minutes_ago, PaymentState::Confirmed));
        let traffic = tally.traffic(now(), None);
        let curve = traffic.curves[&Channel::Web];
        assert_eq!(curve.iter().position(|count| *count == 1), place);
        let counts = traffic.billers.get(&1001).copied().unwrap_or_default();
        assert_eq!(counts.map(|counts| counts.confirmed), [hour, day]);
        assert_eq!(traffic.instruments.get(&Instrument::Card).copied().unwrap_or_default(), counts);
    }

    #[rstest]
    #[case::confirmed(PaymentState::Taken, PaymentState::Confirmed, Outcome::Confirmed, 0)]
    #[case::accepted_late(PaymentState::Declined, PaymentState::Taken, Outcome::Open, 1)]
    #[case::not_moved(PaymentState::Held, PaymentState::Taken, Outcome::Open, 1)]
    #[case::going_back(PaymentState::Taken, PaymentState::Returning, Outcome::Returned, 0)]
    fn a_payment_that_moves_is_counted_once(
        #[case] before: PaymentState,
        #[case] after: PaymentState,
        #[case] outcome: Outcome,
        #[case] left: usize,
    ) {
        let mut tally = Tally::default();
        tally.count(&payment(7, 3, before));
        assert_eq!(tally.followed(0, 10), [7]);
        tally.stands(7, after);
        tally.stands(8, after);
        let mut counts = tally.traffic(now(), None).billers[&1001][0];
        assert_eq!((counts.total(), *counts.of(outcome), tally.followed(0, 10).len()), (1, 1, left));
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let mut tally = Tally::default();
        tally.count(&payment(1, 1_500, PaymentState::Taken));
        tally.count(&payment(2, 61, PaymentState::Declined));
        tally.count(&payment(3, 61, PaymentState::Taken));
        tally.count(&payment(4, 1, PaymentState::Declined));
        tally.forget(now());
        assert_eq!(tally.followed(0, 10), [3, 4]);
        assert_eq!(tally.followed(3, 10), [4]);
        assert_eq!(tally.minutes.len(), 2);
    }
}
