//! A circuit breaker per biller: after several failures in a row a biller is left alone for a while, then one call
//! tries whether it is back.
//!
//! Written here rather than taken from a library because the permits must survive being dropped half-way (a cancelled
//! request gives its probe back) and the clock must be injected.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Monotonic time, injected so that tests move it.
pub type MonotonicClock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// What is known of a biller that failed lately; a healthy one has no entry.
#[derive(Debug, Clone, Copy)]
enum State {
    /// Passing, with that many failures in a row.
    Closed { failures: u32 },
    /// Nothing passes before this moment.
    Open { until: Instant },
    /// One call is trying; should it never report, the next may try from this moment.
    Probing { until: Instant },
}

/// The breakers of all billers.
pub(crate) struct Breakers {
    states: Mutex<HashMap<u16, State>>,
    clock: MonotonicClock,
    /// Failures in a row that open a breaker.
    failures_max: u32,
    /// How long an open breaker lets nothing through.
    cooldown: Duration,
    /// How long a probe may take before another is let through.
    probe_max: Duration,
}

/// The right to make one call. Dropped without a report it says nothing about the biller.
pub(crate) struct Permit<'a> {
    breakers: &'a Breakers,
    biller: u16,
    probe: bool,
    reported: bool,
}

impl Breakers {
    pub(crate) fn new(clock: MonotonicClock, failures_max: u32, cooldown: Duration, probe_max: Duration) -> Self {
        Self { states: Mutex::default(), clock, failures_max: failures_max.max(1), cooldown, probe_max }
    }

    /// Whether a call would be let through now.
    pub(crate) fn is_available(&self, biller: u16) -> bool {
        let now = (self.clock)();
        match self.lock().get(&biller) {
            None | Some(State::Closed { .. }) => true,
            Some(State::Open { until } | State::Probing { until }) => now >= *until,
        }
    }

    /// The billers that are left alone now, in order.
    pub(crate) fn open(&self) -> Vec<u16> {
        let now = (self.clock)();
        let is_open = |state: &State| match state {
            State::Closed { .. } => false,
            State::Open { until } | State::Probing { until } => now < *until,
        };
        let mut billers: Vec<u16> =
            self.lock().iter().filter(|(_, state)| is_open(state)).map(|(biller, _)| *biller).collect();
        billers.sort_unstable();
        billers
    }

    /// Lets a call through, or not.
    pub(crate) fn pass(&self, biller: u16) -> Option<Permit<'_>> {
        let now = (self.clock)();
        let mut states = self.lock();
        let probe = match states.get(&biller) {
            None | Some(State::Closed { .. }) => false,
            Some(State::Open { until } | State::Probing { until }) if now >= *until => {
                states.insert(biller, State::Probing { until: now + self.probe_max });
                true
            }
            Some(_) => return None,
        };
        Some(Permit { breakers: self, biller, probe, reported: false })
    }

    /// The map stays whole even if a thread panicked while holding it: each change is one insert or remove.
    fn lock(&self) -> MutexGuard<'_, HashMap<u16, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The biller answered sensibly, be it with a refusal.
    pub(crate) fn succeeded(mut self) {
        self.reported = true;
        self.breakers.lock().remove(&self.biller);
    }

    /// The biller could not be reached, was late or made no sense.
    pub(crate) fn failed(mut self) {
        self.reported = true;
        let now = (self.breakers.clock)();
        let mut states = self.breakers.lock();
        let open = State::Open { until: now + self.breakers.cooldown };
        let next = match states.get(&self.biller).copied() {
            _ if self.probe => open,
            // A call from before the breaker opened tells nothing new.
            Some(state @ (State::Open { .. } | State::Probing { .. })) => state,
            known => {
                let before = if let Some(State::Closed { failures }) = known { failures } else { 0 };
                let failures = before + 1;
                if failures >= self.breakers.failures_max { open } else { State::Closed { failures } }
            }
        };
        if matches!(next, State::Open { .. }) {
            tracing::warn!(biller = self.biller, "the biller's circuit breaker is open");
        }
        states.insert(self.biller, next);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.probe && !self.reported {
            let now = (self.breakers.clock)();
            self.breakers.lock().insert(self.biller, State::Open { until: now });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOLDOWN: Duration = Duration::from_secs(30);
    const PROBE_MAX: Duration = Duration::from_secs(20);

    fn breakers() -> (Breakers, Arc<Mutex<Instant>>) {
        let time = Arc::new(Mutex::new(Instant::now()));
        let clock = Arc::clone(&time);
        (Breakers::new(Arc::new(move || *clock.lock().unwrap()), 3, COOLDOWN, PROBE_MAX), time)
    }

    fn fail(breakers: &Breakers, times: usize) {
        for _ in 0..times {
            breakers.pass(1000).unwrap().failed();
        }
    }

    #[test]
    fn opens_after_failures_in_a_row_and_for_one_biller_only() {
        let (breakers, _) = breakers();
        fail(&breakers, 2);
        breakers.pass(1000).unwrap().succeeded();
        fail(&breakers, 2);
        assert!(breakers.is_available(1000), "a success starts the count anew");
        fail(&breakers, 1);
        assert!(!breakers.is_available(1000));
        assert!(breakers.pass(1000).is_none());
        assert!(breakers.is_available(1001));
        assert_eq!(breakers.open(), [1000]);
    }

    #[test]
    fn one_probe_after_the_cooldown() {
        let (breakers, time) = breakers();
        fail(&breakers, 3);
        *time.lock().unwrap() += COOLDOWN - Duration::from_millis(1);
        assert!(breakers.pass(1000).is_none());
        *time.lock().unwrap() += Duration::from_millis(1);
        assert!(breakers.is_available(1000));
        let probe = breakers.pass(1000).unwrap();
        assert!(breakers.pass(1000).is_none(), "one at a time");
        probe.failed();
        assert!(breakers.pass(1000).is_none(), "another cooldown");
        *time.lock().unwrap() += COOLDOWN;
        breakers.pass(1000).unwrap().succeeded();
        fail(&breakers, 2);
        assert!(breakers.is_available(1000), "closed again, counting from zero");
    }

    #[test]
    fn a_dropped_or_lost_probe_does_not_shut_the_biller_for_ever() {
        let (breakers, time) = breakers();
        fail(&breakers, 3);
        *time.lock().unwrap() += COOLDOWN;
        drop(breakers.pass(1000).unwrap());
        let lost = breakers.pass(1000).unwrap();
        *time.lock().unwrap() += PROBE_MAX;
        assert!(breakers.pass(1000).is_some());
        lost.failed();
    }

    #[test]
    fn late_failures_do_not_lengthen_the_cooldown() {
        let (breakers, time) = breakers();
        let late = breakers.pass(1000).unwrap();
        fail(&breakers, 3);
        *time.lock().unwrap() += COOLDOWN;
        late.failed();
        assert!(breakers.is_available(1000));
    }
}
