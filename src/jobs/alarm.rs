//! When a person is called about a job: it is late beyond what it is allowed, or its runs fail in a row.

use chrono::{DateTime, NaiveDateTime, Utc};
use ledger::StoredJob;

use super::job::Job;

/// What is to be done about a job's incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Alarm {
    /// Open one, and why.
    Open(String),
    /// The job has recovered.
    Close,
    /// As it is.
    Keep,
}

/// Whether so many runs in a row have failed that a person must look.
pub(crate) fn is_failing(job: &Job, stored: &StoredJob) -> bool {
    stored.failures >= job.failures_max
}

/// Whether the next run is later than the job allows. One that waits for work is as late as its oldest work, which has
/// waited since `since`: never by the clock alone.
pub(crate) fn is_late(job: &Job, stored: &StoredJob, since: Option<NaiveDateTime>, now: DateTime<Utc>) -> bool {
    let due = if job.probe.is_some() { since } else { Some(stored.next_run_at) };
    due.is_some_and(|due| due.and_utc() + job.late_after < now)
}

/// What a job's row, and its oldest work, ask for.
pub(super) fn step(job: &Job, stored: &StoredJob, since: Option<NaiveDateTime>, now: DateTime<Utc>) -> Alarm {
    let (failing, late) = (is_failing(job, stored), is_late(job, stored, since, now));
    match stored.incident {
        None if failing => Alarm::Open(format!("{} runs in a row failed", stored.failures)),
        // A run that makes up for what was missed is under way.
        None if late && !stored.is_leased(now) => {
            let minutes = job.late_after.num_minutes();
            Alarm::Open(format!("it is more than {minutes} minutes late"))
        }
        Some(_) if !failing && !late => Alarm::Close,
        None | Some(_) => Alarm::Keep,
    }
}
