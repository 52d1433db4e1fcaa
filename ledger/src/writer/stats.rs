//! What the writer counts, for benches, boards and metrics: some atomics for each batch.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::plan::Plan;
use crate::states::PaymentState;
use crate::vocabulary::{Channel, Instrument};

/// Counters of the writer, since its process began.
#[derive(Debug, Default)]
pub struct WriterStats {
    /// Batches committed.
    pub batches: AtomicU64,
    /// Items in them.
    pub items: AtomicU64,
    /// Batches that had to be tried again.
    pub retries: AtomicU64,
    /// Items that wait, or are in the batch under way.
    pub waiting: AtomicU64,
    /// Whether it has work of its own to do between batches: recent rows to sort into their tables.
    pub has_arrears: AtomicBool,
    /// Payments that came into a state.
    pub payments: PaymentCounts,
    /// How long batches took that were committed, from their beginning to the disk's word.
    pub commits: CommitTimes,
}

/// Codes of words are below these.
const CHANNELS: usize = 8;
const INSTRUMENTS: usize = 8;
const STATES: usize = 16;

/// Payments that came into a state, by channel and instrument, by what this process committed. One that goes through several
/// states in one batch counts in the last of them.
#[derive(Debug)]
pub struct PaymentCounts(Box<[AtomicU64]>);

impl Default for PaymentCounts {
    fn default() -> Self {
        Self((0..CHANNELS * INSTRUMENTS * STATES).map(|_| AtomicU64::new(0)).collect())
    }
}

impl PaymentCounts {
    fn place(&self, channel: i16, instrument: i16, state: i16) -> Option<&AtomicU64> {
        let within = |code: i16, beyond: usize| usize::try_from(code).ok().filter(|code| *code < beyond);
        let (channel, instrument) = (within(channel, CHANNELS)?, within(instrument, INSTRUMENTS)?);
        self.0.get((channel * INSTRUMENTS + instrument) * STATES + within(state, STATES)?)
    }

    /// What a batch did that was committed.
    pub(super) fn count(&self, plan: &Plan) {
        let moved = plan.changed_payments.values().filter(|(from, row)| from.code() != row.state);
        for row in plan.new_payments.iter().chain(moved.map(|(_, row)| row)) {
            if let Some(count) = self.place(row.channel, row.instrument, row.state) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Every count above zero.
    pub fn all(&self) -> Vec<(Channel, Instrument, PaymentState, u64)> {
        let mut found = Vec::new();
        for channel in Channel::ALL {
            for instrument in Instrument::ALL {
                for state in PaymentState::ALL {
                    let count = self.place(channel.code(), instrument.code(), state.code());
                    let count = count.map_or(0, |count| count.load(Ordering::Relaxed));
                    if count > 0 {
                        found.push((*channel, *instrument, *state, count));
                    }
                }
            }
        }
        found
    }
}

/// Upper bounds of [`CommitTimes`], in microseconds: from a commit in memory to a disk that stands still.
const BOUNDS_MICROS: [u64; 11] =
    [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// Durations by size.
#[derive(Debug, Default)]
pub struct CommitTimes {
    /// By bound; the last ones are above all bounds.
    counts: [AtomicU64; BOUNDS_MICROS.len() + 1],
    micros: AtomicU64,
}

impl CommitTimes {
    pub(super) fn add(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS_MICROS.partition_point(|bound| *bound < micros);
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// The sum, and how many there were up to each bound and above the one before; `None`: above all bounds.
    pub fn all(&self) -> (Duration, Vec<(Option<Duration>, u64)>) {
        let bounds = BOUNDS_MICROS.into_iter().map(Duration::from_micros).map(Some).chain([None]);
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        (Duration::from_micros(self.micros.load(Ordering::Relaxed)), bounds.zip(counts).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_the_first_bound_that_holds_them() {
        let times = CommitTimes::default();
        for micros in [0, 500, 501, 5_000_000, 5_000_001] {
            times.add(Duration::from_micros(micros));
        }
        let (sum, counts) = times.all();
        assert_eq!(sum, Duration::from_micros(10_001_002));
        let counts: Vec<u64> = counts.into_iter().map(|(_, count)| count).collect();
        assert_eq!(counts, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    }

    #[test]
    fn every_word_has_its_place() {
        let counts = PaymentCounts::default();
        for channel in Channel::ALL {
            for instrument in Instrument::ALL {
                for state in PaymentState::ALL {
                    let place = counts.place(channel.code(), instrument.code(), state.code()).unwrap();
                    assert_eq!(place.fetch_add(1, Ordering::Relaxed), 0, "{channel} {instrument} {state}");
                }
            }
        }
        assert_eq!(counts.all().len(), Channel::ALL.len() * Instrument::ALL.len() * PaymentState::ALL.len());
    }
}
