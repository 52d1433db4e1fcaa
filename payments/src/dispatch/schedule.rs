//! When something is tried again.

use biller_adapters::TraceId;
use chrono::{DateTime, TimeDelta, Utc};
use ledger::{IncidentKind, Task, TaskResult};
use sha2::{Digest, Sha256};

/// The number under which everything is logged that leaves the hub about a payment. It is made from the payment's number,
/// so that each try and each node has the same without a row for it; the request that started the payment has its own, and
/// says the payment's number once.
pub(super) fn trace_of(payment: i64) -> TraceId {
    let digest = Sha256::digest(format!("fatoura payment {payment}"));
    let bits = digest.iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    TraceId::of_bits(bits)
}

/// Trouble of our own (the database, a missing row) says nothing about the outside: again after 10 s for each try so
/// far, at most an hour. It never ends in silence: each try is logged as an error.
pub(super) fn after_our_trouble(task: &Task) -> TimeDelta {
    TimeDelta::seconds(10 * i64::from(task.attempts.clamp(1, 360)))
}

/// The resolver of what is unknown: 30 s, 5 min, 1 h, then daily five times. After that two persons decide.
const RESOLVER: [TimeDelta; 8] = [
    TimeDelta::seconds(30),
    TimeDelta::minutes(5),
    TimeDelta::hours(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
];

/// Messages lose their use within a day.
const MESSAGES: [TimeDelta; 5] =
    [TimeDelta::minutes(1), TimeDelta::minutes(5), TimeDelta::minutes(30), TimeDelta::hours(2), TimeDelta::hours(6)];

fn delay(schedule: &[TimeDelta], attempts: i32) -> Option<TimeDelta> {
    schedule.get(usize::try_from(attempts).ok()?.checked_sub(1)?).copied()
}

/// Again by the resolver's schedule, or an incident when it is used up. Never a reversal on a time-out alone.
pub(super) fn resolve_later(task: &Task, now: DateTime<Utc>, kind: IncidentKind, why: String) -> TaskResult {
    match delay(&RESOLVER, task.attempts) {
        Some(delay) => TaskResult::Again(now + delay, why),
        None => TaskResult::Incident(kind, why),
    }
}

/// Again, or given up with a note.
pub(super) fn message_later(task: &Task, now: DateTime<Utc>, why: String) -> TaskResult {
    match delay(&MESSAGES, task.attempts) {
        Some(delay) => TaskResult::Again(now + delay, why),
        None => TaskResult::Done(format!("given up: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::TaskKind;

    #[test]
    fn the_resolver_ends_with_people() {
        let now: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
        let try_of = |attempts| {
            let (kind, note, created_at) = (TaskKind::ConfirmBiller, String::new(), now.naive_utc());
            let task = Task { id: 1, kind, payment: 2, attempts, note, created_at };
            resolve_later(&task, now, IncidentKind::UnresolvedConfirmation, "late".to_owned())
        };
        let minutes: Vec<i64> = (1..=8)
            .map(|attempts| match try_of(attempts) {
                TaskResult::Again(at, _) => (at - now).num_seconds(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(minutes, [30, 300, 3_600, 86_400, 86_400, 86_400, 86_400, 86_400]);
        assert!(matches!(try_of(9), TaskResult::Incident(IncidentKind::UnresolvedConfirmation, _)));
    }
}
