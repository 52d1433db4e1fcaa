//! What runs by the clock, one file a job. The scheduler only ticks, in UTC: a job asks the hub what is to be done.
//!
//! A job never overlaps itself: a tick that finds the one before still at work is skipped. On several nodes each runs
//! its own; every job here may run on all of them at once.

mod index_payments;
mod prune;
mod pull_bill_files;
mod reload_billers;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use payments::Hub;
use payments::api::Infrastructure;
use tokio::sync::Mutex;
use tokio_cron_scheduler::JobScheduler;

/// What waits to be put in order is looked through by every search.
const EVERY_SECOND: &str = "* * * * * *";
/// Billers imported by another process are offered within this time (seconds first; all schedules are UTC).
const EVERY_FIVE_SECONDS: &str = "*/5 * * * * *";
/// Billers drop a bill file once a day or so; a refused one is looked at again soon after it was put right.
const EVERY_FIVE_MINUTES: &str = "30 */5 * * * *";
/// What has outlived its use takes little room: once an hour is enough.
const EVERY_HOUR: &str = "15 7 * * * *";
/// The scheduler has nothing to finish; it may not hold up the stop.
const STOP_MAX: Duration = Duration::from_secs(2);

type Work = Pin<Box<dyn Future<Output = Result<(), Infrastructure>> + Send>>;

/// One job, and whether it is at work.
struct Job {
    name: &'static str,
    at_work: Mutex<()>,
    work: Box<dyn Fn() -> Work + Send + Sync>,
}

impl Job {
    fn new<F>(name: &'static str, work: impl Fn() -> F + Send + Sync + 'static) -> Arc<Self>
    where
        F: Future<Output = Result<(), Infrastructure>> + Send + 'static,
    {
        Arc::new(Self { name, at_work: Mutex::new(()), work: Box::new(move || Box::pin(work())) })
    }

    /// Runs unless it is running.
    async fn tick(&self) {
        let Ok(_at_work) = self.at_work.try_lock() else {
            tracing::debug!(job = self.name, "still at work, skipped");
            return;
        };
        if let Err(trouble) = (self.work)().await {
            tracing::error!(job = self.name, %trouble, "a job failed; it runs again at its next time");
        }
    }
}

/// The jobs, ticking.
pub struct Jobs {
    scheduler: JobScheduler,
}

impl Jobs {
    /// Starts every job, and runs each once now: the program may have been away for long.
    pub async fn start(hub: &Arc<Hub>) -> anyhow::Result<Self> {
        let of = Arc::clone;
        let (for_files, for_billers, for_rows, for_words) = (of(hub), of(hub), of(hub), of(hub));
        let files = Job::new("pull_bill_files", move || {
            let hub = of(&for_files);
            async move { pull_bill_files::run(&hub).await }
        });
        let pulls = Arc::clone(&files);
        let billers = Job::new("reload_billers", move || {
            let (hub, pulls) = (of(&for_billers), Arc::clone(&pulls));
            async move {
                if reload_billers::run(&hub).await? {
                    // A biller that is new may have a bill file: its customers should not wait for the next tick.
                    tokio::spawn(async move { pulls.tick().await });
                }
                Ok(())
            }
        });
        let rows = Job::new("prune", move || {
            let hub = of(&for_rows);
            async move { prune::run(&hub).await }
        });
        let words = Job::new("index_payments", move || {
            let hub = of(&for_words);
            async move { index_payments::run(&hub).await }
        });
        let scheduler = JobScheduler::new().await.context("the job scheduler cannot be made")?;
        let all =
            [(billers, EVERY_FIVE_SECONDS), (files, EVERY_FIVE_MINUTES), (rows, EVERY_HOUR), (words, EVERY_SECOND)];
        for (job, schedule) in all {
            let ticking = Arc::clone(&job);
            let tick = tokio_cron_scheduler::Job::new_async(schedule, move |_, _| {
                let job = Arc::clone(&ticking);
                Box::pin(async move { job.tick().await })
            });
            let tick = tick.with_context(|| format!("the schedule of the job {}", job.name))?;
            scheduler.add(tick).await.with_context(|| format!("the job {}", job.name))?;
            tokio::spawn(async move { job.tick().await });
        }
        scheduler.start().await.context("the job scheduler cannot start")?;
        Ok(Self { scheduler })
    }

    /// No more ticks. A job at work goes on until its next write to the ledger, which is then closed.
    pub async fn stop(mut self) {
        match tokio::time::timeout(STOP_MAX, self.scheduler.shutdown()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the job scheduler did not stop"),
            Err(_) => tracing::warn!("the job scheduler did not stop in time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_job_never_overlaps_itself_and_runs_again_after_trouble() {
        let (begun, go_on) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let (counts, waits) = (Arc::clone(&begun), Arc::clone(&go_on));
        let job = Job::new("slow", move || {
            let (counts, waits) = (Arc::clone(&counts), Arc::clone(&waits));
            async move {
                counts.fetch_add(1, Ordering::SeqCst);
                waits.notified().await;
                Err(Infrastructure::Failed("trouble".to_owned()))
            }
        });
        let first = tokio::spawn({
            let job = Arc::clone(&job);
            async move { job.tick().await }
        });
        while begun.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        job.tick().await;
        assert_eq!(begun.load(Ordering::SeqCst), 1, "the second tick was skipped");
        go_on.notify_one();
        first.await.unwrap();
        go_on.notify_one();
        job.tick().await;
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}
