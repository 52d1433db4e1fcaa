//! Works off one kind of due tasks at once. The dispatcher does it all the time: by the clock only what it has left lying
//! is swept, which is nothing while it works.

use chrono::{DateTime, TimeDelta, Utc};
use ledger::Reader;
use payments::dispatch::Sweep;

use super::job::{HubRun, Since};
use super::report::{JobReport, JobResult};

/// What is due for longer was left lying: the dispatcher looks every second.
const LEFT_AFTER: TimeDelta = TimeDelta::minutes(2);

fn left_since(sweep: Sweep, reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    reader.tasks_due_since(&sweep.due_by(now - LEFT_AFTER), now)
}

pub(super) fn confirmations_left(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    left_since(Sweep::Confirmations, reader, now)
}

pub(super) fn unknown_left(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    left_since(Sweep::Unknown, reader, now)
}

pub(super) fn attempts_left(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    left_since(Sweep::Attempts, reader, now)
}

pub(super) fn messages_left(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    left_since(Sweep::Messages, reader, now)
}

/// Tries what is due by the moment that the run works for: a person may name one ahead. What becomes of the tasks is
/// theirs, an incident included: no failure of the run.
pub(super) async fn run(sweep: Sweep, HubRun { dispatcher, run, .. }: HubRun) -> JobResult {
    let swept = dispatcher.sweep(sweep, run.as_of).await?;
    Ok(JobReport::of([("done", swept.done), ("again", swept.again), ("incidents", swept.incidents)]))
}
