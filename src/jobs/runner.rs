//! One run of a job, from its claim to its end: under a lease that is renewed while it works, stopped when the lease is
//! lost, when it takes too long and when the program stops.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ledger::{Fence, JobCause, JobClaim, JobClaimed, JobEnd, JobOutcome, LedgerError, RunHold, StoredJob};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::job::{Job, Parts, write_to};
use super::report::{JobFailure, JobReport, JobResult};

/// How long a process that is gone keeps a job from the others.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// A failed run is tried again after so many minutes for each failure in a row, an hour at most.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);
const AGAIN_AFTER_MAX: i32 = 60;
/// Periods that are made up for at most: a year of days, and what an operator is late to notice.
const PERIODS_MAX: usize = 400;
/// A run that begins later than this was missed, not merely waited for.
const CATCH_UP_AFTER: TimeDelta = TimeDelta::seconds(60);
/// Tries to write an end down, a second apart; after that the lease runs out, and another run takes its place.
const END_TRIES: u32 = 5;

/// Times that pass by themselves, whatever the clock says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Between two renewals of a lease.
    pub(super) renew_every: Duration,
    /// How long a run may still take when the program stops.
    pub(super) stop_max: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        // Three tries to renew fit into a lease.
        Self { renew_every: Duration::from_secs(15), stop_max: Duration::from_secs(5) }
    }
}

/// Runs jobs under the name of this process.
#[derive(Clone)]
pub(crate) struct Runner {
    parts: Parts,
    node: Arc<str>,
    pace: Pace,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Well, with what it counted.
    Done(JobReport),
    /// Not well, and why.
    Failed(JobFailure),
    /// It was stopped: the program stops.
    Stopped,
    /// Its lease was lost, and another process may run the job.
    Lost,
}

impl Runner {
    /// A runner of this process.
    pub(crate) fn new(parts: Parts) -> Self {
        Self::at_pace(parts, Pace::default())
    }

    /// The same with other times.
    pub(super) fn at_pace(parts: Parts, pace: Pace) -> Self {
        Self { parts, node: node().into(), pace }
    }

    /// What it works with.
    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Claims the run that is due, and says for which occurrence.
    pub(crate) async fn claim_due(
        &self,
        job: &Job,
        stored: &StoredJob,
    ) -> Result<(JobClaimed, DateTime<Utc>), LedgerError> {
        let now = (self.parts.clock)();
        let claim = due_claim(job, stored, now, &self.node);
        let occurrence = claim.scheduled_for.and_utc();
        Ok((self.claim(claim, now).await?, occurrence))
    }

    /// Claims a run that a person asks for.
    pub(crate) async fn claim_by_hand(&self, job: &Job, as_of: DateTime<Utc>) -> Result<JobClaimed, LedgerError> {
        let now = (self.parts.clock)();
        let claim = JobClaim {
            job: job.name.to_owned(),
            node: self.node.to_string(),
            scheduled_for: as_of.naive_utc(),
            cause: JobCause::ByHand,
            due: None,
            skipped: None,
            lease_until: now + LEASE,
        };
        self.claim(claim, now).await
    }

    async fn claim(&self, claim: JobClaim, now: DateTime<Utc>) -> Result<JobClaimed, LedgerError> {
        write_to(&self.parts.ledger, move |op| op.claim_job(&claim, now)).await
    }

    /// Works, and writes down how it ended. `by_hand`: what is due next stays due.
    pub(crate) async fn run(
        &self,
        job: &Job,
        fence: &Fence,
        as_of: DateTime<Utc>,
        failures: i32,
        by_hand: bool,
        stop: watch::Receiver<bool>,
    ) -> Ended {
        let ended = self.work(job, fence, as_of, stop).await;
        let now = (self.parts.clock)();
        let Some(end) = end_of(job, &ended, as_of, failures, by_hand, now) else {
            tracing::error!(job = job.name, run = fence.run, "a run lost its lease and was stopped");
            return ended;
        };
        self.write_down(job, fence, end, ended).await
    }

    async fn work(&self, job: &Job, fence: &Fence, as_of: DateTime<Utc>, stop: watch::Receiver<bool>) -> Ended {
        let hold = RunHold::new(fence.clone());
        let Some(work) = self.parts.begin(job, Some(hold.clone()), as_of) else {
            return Ended::Failed(JobFailure::trouble("it needs the whole configuration"));
        };
        // However the run ends: what it left on a thread of its own writes no more.
        let _ending = Ending(hold);
        // A task of its own: a panic ends the run, not the program; and dropping the set stops it.
        let mut under_way = JoinSet::new();
        under_way.spawn(work);
        tokio::select! {
            result = under_way.join_next() => match result {
                Some(Ok(result)) => of_result(result),
                _ => Ended::Failed(JobFailure::trouble("it ended with a panic; see the log")),
            },
            () = self.keep(job, fence) => Ended::Lost,
            () = sleep(job.longest) => {
                let minutes = job.longest.as_secs() / 60;
                Ended::Failed(JobFailure::trouble(format!("it took longer than {minutes} minutes and was stopped")))
            }
            () = stopped(stop, self.pace.stop_max) => Ended::Stopped,
        }
    }

    /// Renews the lease; returns when it is lost.
    async fn keep(&self, job: &Job, fence: &Fence) {
        let mut until = (self.parts.clock)() + LEASE;
        loop {
            sleep(self.pace.renew_every).await;
            let next = (self.parts.clock)() + LEASE;
            let renewing = fence.clone();
            match write_to(&self.parts.ledger, move |op| op.renew_job(&renewing, next)).await {
                Ok(true) => until = next,
                Ok(false) => return,
                Err(trouble) => {
                    tracing::warn!(job = job.name, %trouble, "a lease could not be renewed");
                    if (self.parts.clock)() >= until {
                        return;
                    }
                }
            }
        }
    }

    async fn write_down(&self, job: &Job, fence: &Fence, end: JobEnd, ended: Ended) -> Ended {
        for left in (0..END_TRIES).rev() {
            let (own, end, now) = (fence.clone(), end.clone(), (self.parts.clock)());
            match write_to(&self.parts.ledger, move |op| op.end_job(&own, &end, now)).await {
                Ok(true) => return ended,
                Ok(false) => break,
                Err(trouble) if left == 0 => {
                    tracing::error!(job = job.name, run = fence.run, %trouble, "a run's end could not be written down");
                }
                Err(_) => sleep(Duration::from_secs(1)).await,
            }
        }
        Ended::Lost
    }
}

/// Ends a hold when it goes.
struct Ending(RunHold);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn of_result(result: JobResult) -> Ended {
    match result {
        Ok(report) => Ended::Done(report),
        Err(failure) => Ended::Failed(failure),
    }
}

/// Returns a while after the program was told to stop. Nobody tells a command that has no one to tell it.
async fn stopped(mut stop: watch::Receiver<bool>, patience: Duration) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
    sleep(patience).await;
}

/// The claim of the run that is due.
pub(super) fn due_claim(job: &Job, stored: &StoredJob, now: DateTime<Utc>, node: &str) -> JobClaim {
    let due = stored.next_run_at.and_utc();
    let latest = job.schedule.latest_at(now).max(due);
    let is_missed = job.probe.is_none() && (latest > due || now - due > CATCH_UP_AFTER);
    let cause = if is_missed && stored.failures == 0 { JobCause::CatchUp } else { JobCause::Schedule };
    let (scheduled_for, skipped) = match job.is_per_period {
        false => (latest, None),
        true => {
            let mut periods = vec![due];
            // Newest first, so that a program that was away for ages does not count through all of them.
            let mut back = latest;
            while back > due && periods.len() <= PERIODS_MAX {
                periods.push(back);
                back = job.schedule.latest_at(back - TimeDelta::seconds(1));
            }
            if periods.len() > PERIODS_MAX {
                let first = periods.last().copied().unwrap_or(due);
                let why = format!("occurrences before {} UTC were missed for too long", first.format("%Y-%m-%d %H:%M"));
                (first, Some((stored.next_run_at, why)))
            } else {
                (due, None)
            }
        }
    };
    JobClaim {
        job: job.name.to_owned(),
        node: node.to_owned(),
        scheduled_for: scheduled_for.naive_utc(),
        cause,
        due: Some(stored.next_run_at),
        skipped,
        lease_until: now + LEASE,
    }
}

/// What is written down of an end; nothing of a run that lost its lease.
pub(super) fn end_of(
    job: &Job,
    ended: &Ended,
    as_of: DateTime<Utc>,
    failures: i32,
    by_hand: bool,
    now: DateTime<Utc>,
) -> Option<JobEnd> {
    // Of a job with periods the next one, missed or not; else the next in the future: one run made up for all.
    let following = |after: DateTime<Utc>| job.schedule.next_after(after).naive_utc();
    let next = if job.is_per_period { following(as_of) } else { following(now) };
    let next: Option<NaiveDateTime> = (!by_hand).then_some(next);
    let at = now.naive_utc();
    let (outcome, counts, error) = match ended {
        Ended::Done(report) => (JobOutcome::Done, report.to_json(), String::new()),
        Ended::Failed(JobFailure { report, why, .. }) => (JobOutcome::Failed, report.to_json(), why.clone()),
        Ended::Stopped => (JobOutcome::Abandoned, String::new(), "its process was stopped".to_owned()),
        Ended::Lost => return None,
    };
    let passes = matches!(ended, Ended::Failed(JobFailure { passes: true, .. }));
    let (next_run_at, not_before) = match ended {
        Ended::Done(_) => (next, at),
        // What another try does not mend is not tried again, unless a period waits for it.
        Ended::Failed(_) if !passes && !job.is_per_period => (next, at),
        Ended::Failed(_) => {
            let again = at + AGAIN_AFTER * (failures + 1).clamp(1, AGAIN_AFTER_MAX);
            match next.filter(|next| *next <= again && !job.is_per_period) {
                Some(sooner) => (Some(sooner), at),
                None => (None, again),
            }
        }
        Ended::Stopped | Ended::Lost => (None, at),
    };
    Some(JobEnd { outcome, counts, error, next_run_at, not_before })
}

/// The name of this process among all that may run jobs: machine, process, and what tells containers apart.
fn node() -> String {
    let machine = hostname::get().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    let machine: String = machine.chars().filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).take(60).collect();
    format!("{machine}/{}/{:04x}", std::process::id(), rand::random::<u16>())
}
