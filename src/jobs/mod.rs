//! What runs by the clock, one file a job, all of them in one table. The scheduler only ticks, in UTC; when a job is due
//! stands in the database, and its occurrences follow the rules of Morocco's zone.
//!
//! A run is claimed, so that of several processes on one database one runs it; it never overlaps itself. A process that
//! ends in a run leaves it to the next one, by the lease. Jobs that only change what a process knows run on every node.

mod alarm;
mod break_owners;
mod check_books;
mod delivery;
mod disputes;
mod expire;
mod float_alerts;
mod index_payments;
mod job;
mod local;
mod mail_reports;
mod make_reports;
mod prune;
mod pull_bill_files;
mod reconciling;
mod reload_billers;
mod report;
mod retention;
mod runner;
mod schedule;
mod settlement;
mod stamp_duty_register;
mod sweeps;
mod table;
#[cfg(test)]
mod tests;
mod write_exchanges;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, NaiveDateTime, Utc};
use ledger::{JobClaimed, LedgerError, StoredJob};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio_cron_scheduler::JobScheduler;

pub(crate) use alarm::{is_failing, is_late};
pub(crate) use job::{Job, Parts, read_from, write_to};
pub(crate) use report::in_words;
pub(crate) use runner::{Ended, Runner};
pub(crate) use schedule::ZONE;
pub(crate) use table::{JOBS, find};

use alarm::Alarm;
use local::Local;

/// How exactly times are kept (seconds first).
const EVERY_SECOND: &str = "* * * * * *";
/// The scheduler has nothing to finish; it may not hold up the stop.
const SCHEDULER_STOP_MAX: Duration = Duration::from_secs(2);
/// Longer than a run is given when the program stops, its end included.
const RUNS_STOP_MAX: Duration = Duration::from_secs(12);

/// Jobs that a person is called for, as the health page shows them.
pub type Warnings = Arc<std::sync::Mutex<Vec<String>>>;

/// The jobs, ticking.
pub struct Jobs {
    scheduler: JobScheduler,
    ticker: Arc<Ticker>,
    stop: watch::Sender<bool>,
}

impl Jobs {
    /// Takes every job in and starts ticking. What was missed while no process ran is made up for at once.
    pub(crate) async fn start(parts: Parts, warnings: Warnings) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let ticker = Arc::new(Ticker::new(JOBS, Runner::new(parts), warnings, stopped));
        ticker.take_in().await.context("the jobs cannot be read from the ledger")?;
        let scheduler = JobScheduler::new().await.context("the job scheduler cannot be made")?;
        let ticking = Arc::clone(&ticker);
        let tick = tokio_cron_scheduler::Job::new_async(EVERY_SECOND, move |_, _| {
            let ticker = Arc::clone(&ticking);
            Box::pin(async move { ticker.tick().await })
        });
        scheduler.add(tick.context("the tick of the jobs")?).await.context("the tick of the jobs")?;
        let first = Arc::clone(&ticker);
        tokio::spawn(async move { first.tick().await });
        scheduler.start().await.context("the job scheduler cannot start")?;
        Ok(Self { scheduler, ticker, stop })
    }

    /// No more ticks. A run under way is given a moment; one that is cut off is made up for at the next start.
    pub async fn stop(mut self) {
        // Nobody listens if nothing runs.
        let _ = self.stop.send(true);
        match tokio::time::timeout(SCHEDULER_STOP_MAX, self.scheduler.shutdown()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the job scheduler did not stop"),
            Err(_) => tracing::warn!("the job scheduler did not stop in time"),
        }
        if tokio::time::timeout(RUNS_STOP_MAX, self.ticker.rest()).await.is_err() {
            tracing::warn!("some runs of jobs were cut off");
        }
    }
}

/// Jobs that have a probe and nothing to do.
type Idle = BTreeSet<&'static str>;

/// What a tick does.
struct Ticker {
    jobs: &'static [Job],
    runner: Runner,
    locals: Vec<Arc<Local>>,
    /// A slow tick is not overtaken by the next.
    ticking: Mutex<()>,
    under_way: Mutex<JoinSet<()>>,
    warnings: Warnings,
    in_trouble: AtomicBool,
    stop: watch::Receiver<bool>,
}

impl Ticker {
    fn new(jobs: &'static [Job], runner: Runner, warnings: Warnings, stop: watch::Receiver<bool>) -> Self {
        let locals = jobs.iter().filter(|job| job.is_on_every_node).map(|job| Arc::new(Local::new(job))).collect();
        Self {
            jobs,
            runner,
            locals,
            ticking: Mutex::default(),
            under_way: Mutex::default(),
            warnings,
            in_trouble: AtomicBool::new(false),
            stop,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        (self.runner.parts().clock)()
    }

    /// The jobs of which one run serves all processes.
    fn shared(&self) -> impl Iterator<Item = &'static Job> {
        self.jobs.iter().filter(|job| !job.is_on_every_node)
    }

    /// Writes new jobs down.
    async fn take_in(&self) -> Result<(), LedgerError> {
        take_in(self.jobs, self.runner.parts()).await
    }

    /// Starts what is due, and calls a person where one is needed.
    async fn tick(&self) {
        let Ok(_ticking) = self.ticking.try_lock() else { return };
        if *self.stop.borrow() {
            return;
        }
        for local in &self.locals {
            let (local, parts) = (Arc::clone(local), self.runner.parts().clone());
            self.under_way.lock().await.spawn(async move { local.tick(&parts).await });
        }
        let outcome = match self.start_due().await {
            Ok(waiting) => self.watch(waiting).await,
            Err(trouble) => Err(trouble),
        };
        match outcome {
            Ok(()) => self.in_trouble.store(false, Ordering::Relaxed),
            // Told once, not at every tick.
            Err(trouble) if !self.in_trouble.swap(true, Ordering::Relaxed) => {
                tracing::error!(%trouble, "jobs cannot be run at the moment");
            }
            Err(_) => {}
        }
        while self.under_way.lock().await.try_join_next().is_some() {}
    }

    async fn stored(&self) -> Result<BTreeMap<String, StoredJob>, LedgerError> {
        let rows = read_from(&self.runner.parts().ledger, |reader| reader.jobs()).await?;
        Ok(rows.into_iter().map(|row| (row.name.clone(), row)).collect())
    }

    /// Starts what is due; says of which jobs nothing is to be done.
    async fn start_due(&self) -> Result<Idle, LedgerError> {
        let (stored, mut idle) = (self.stored().await?, Idle::new());
        for job in self.shared() {
            let now = self.now();
            let Some(row) = stored.get(job.name).filter(|row| row.is_due(now)) else { continue };
            if job.probe.is_some() && self.since(job, now).await?.is_none() {
                idle.insert(job.name);
                continue;
            }
            let (claimed, occurrence) = self.runner.claim_due(job, row).await?;
            if let JobClaimed::Run(fence) = claimed {
                let (runner, failures, stop) = (self.runner.clone(), row.failures, self.stop.clone());
                self.under_way.lock().await.spawn(async move {
                    log(job, &runner.run(job, &fence, occurrence, failures, false, stop).await);
                });
            }
        }
        Ok(idle)
    }

    /// Since when the oldest work of a job waits that has a probe.
    async fn since(&self, job: &Job, now: DateTime<Utc>) -> Result<Option<NaiveDateTime>, LedgerError> {
        match job.probe {
            Some(probe) => read_from(&self.runner.parts().ledger, move |reader| probe(reader, now)).await,
            None => Ok(None),
        }
    }

    /// Opens and closes incidents, and tells the health page. Of whom it is known that they are idle nothing is asked again.
    async fn watch(&self, idle: Idle) -> Result<(), LedgerError> {
        let (stored, now) = (self.stored().await?, self.now());
        let mut called_for = Vec::new();
        for job in self.shared() {
            let Some(row) = stored.get(job.name) else { continue };
            // What is under way is late for nobody.
            let is_idle = idle.contains(job.name) || row.is_leased(now);
            let since = if is_idle { None } else { self.since(job, now).await? };
            let why = match alarm::step(job, row, since, now) {
                Alarm::Keep => {
                    called_for.extend(row.incident.map(|_| job.name));
                    continue;
                }
                Alarm::Open(why) => {
                    called_for.push(job.name);
                    Some(why)
                }
                Alarm::Close => None,
            };
            let change = why.clone();
            let changed =
                write_to(&self.runner.parts().ledger, move |op| op.set_job_alarm(job.name, change.as_deref(), now));
            match (changed.await?, why) {
                (true, Some(why)) => tracing::error!(job = job.name, why, "a person must look at a job"),
                (true, None) => tracing::info!(job = job.name, "a job has recovered"),
                (false, _) => {}
            }
        }
        let lines = called_for.iter().map(|name| format!("the job {name} needs a person")).collect();
        *self.warnings.lock().unwrap_or_else(PoisonError::into_inner) = lines;
        Ok(())
    }

    /// Waits for the tick and the runs under way.
    async fn rest(&self) {
        let _ticking = self.ticking.lock().await;
        let mut under_way = std::mem::take(&mut *self.under_way.lock().await);
        while under_way.join_next().await.is_some() {}
    }
}

/// Writes jobs down that the database does not know yet.
pub(crate) async fn take_in(jobs: &'static [Job], parts: &Parts) -> Result<(), LedgerError> {
    let now = (parts.clock)();
    write_to(&parts.ledger, move |op| {
        jobs.iter().try_for_each(|job| op.ensure_job(job.name, job.schedule.first(now).naive_utc()))
    })
    .await
}

fn log(job: &Job, ended: &Ended) {
    match ended {
        Ended::Done(report) => tracing::debug!(job = job.name, counts = report.to_json(), "a job is done"),
        Ended::Failed(failure) => {
            tracing::error!(job = job.name, why = failure.why, "a job failed; it runs again at its next time");
        }
        Ended::Stopped => tracing::info!(job = job.name, "a run was cut off, as the program stops"),
        // Told where it was noticed.
        Ended::Lost => {}
    }
}
