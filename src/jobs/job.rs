//! What a job is: the facts that the table states, and what its work is given.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ledger::{Ledger, LedgerError, Reader, RunHold, StorageError, WriteOp};
use payments::dispatch::Dispatcher;
use payments::{Clock, Hub};
use tokio::sync::oneshot;

use super::report::JobResult;
use super::schedule::Schedule;
use crate::config::{ReconcileConfig, RetentionConfig, SettlementConfig};
use crate::delivery::Courier;

/// A run under way.
pub(crate) type Work = Pin<Box<dyn Future<Output = JobResult> + Send>>;

/// Since when the oldest work waits (UTC), if there is any: asked before a job that runs all the time is claimed, as a claim
/// is a write, and to know how late it is.
pub(crate) type Probe = fn(&mut Reader<'_>, DateTime<Utc>) -> Since;

/// Since when the oldest work waits (UTC); `None`: there is none.
pub(crate) type Since = Result<Option<NaiveDateTime>, StorageError>;

/// What does the work, and what it needs.
#[derive(Clone, Copy)]
pub(crate) enum Doing {
    /// The database, and nothing of the configuration besides.
    Database(fn(Run) -> Work),
    /// Billers, gateway or messages as well: the whole configuration, as `serve` reads it.
    Hub(fn(HubRun) -> Work),
}

/// One line of the table.
#[derive(Clone, Copy)]
pub(crate) struct Job {
    /// Its name; never changed, as its history stands under it.
    pub(crate) name: &'static str,
    /// What it does, in one line.
    pub(crate) about: &'static str,
    /// When it runs, in the zone of `schedule::ZONE`.
    pub(crate) schedule: Schedule,
    /// How late a run may be before a person is called.
    pub(crate) late_after: TimeDelta,
    /// The longest run; one that takes longer is stopped and has failed.
    pub(crate) longest: Duration,
    /// Runs that fail in a row before a person is called.
    pub(crate) failures_max: i32,
    /// Whether each process runs its own, as it only changes what the process knows.
    pub(crate) is_on_every_node: bool,
    /// Whether each occurrence that was missed is made up for, in order; else one run makes up for all.
    pub(crate) is_per_period: bool,
    /// Whether a person may name the moment that it works for: what it does depends on it.
    pub(crate) is_of_a_moment: bool,
    /// `None`: its runs are claimed whatever there is to do.
    pub(crate) probe: Option<Probe>,
    /// Its work.
    pub(crate) doing: Doing,
}

impl Job {
    /// A job that needs the database only. Late after 10 minutes, stopped after 10, a person after 3 failures.
    pub(crate) const fn of_database(
        name: &'static str,
        about: &'static str,
        schedule: Schedule,
        work: fn(Run) -> Work,
    ) -> Self {
        Self::new(name, about, schedule, Doing::Database(work))
    }

    /// A job that needs the hub with its connectors. Otherwise as above.
    pub(crate) const fn of_hub(
        name: &'static str,
        about: &'static str,
        schedule: Schedule,
        work: fn(HubRun) -> Work,
    ) -> Self {
        Self::new(name, about, schedule, Doing::Hub(work))
    }

    const fn new(name: &'static str, about: &'static str, schedule: Schedule, doing: Doing) -> Self {
        Self {
            name,
            about,
            schedule,
            late_after: TimeDelta::minutes(10),
            longest: Duration::from_secs(10 * 60),
            failures_max: 3,
            is_on_every_node: false,
            is_per_period: false,
            is_of_a_moment: false,
            probe: None,
            doing,
        }
    }

    /// How many minutes late a run may be before a person is called.
    pub(crate) const fn late_after_minutes(mut self, minutes: i64) -> Self {
        self.late_after = TimeDelta::minutes(minutes);
        self
    }

    /// How many minutes a run may take.
    pub(crate) const fn longest_minutes(mut self, minutes: u64) -> Self {
        self.longest = Duration::from_secs(minutes * 60);
        self
    }

    /// How many failures in a row call a person.
    pub(crate) const fn failures_max(mut self, failures: i32) -> Self {
        self.failures_max = failures;
        self
    }

    /// Each process runs its own, without a lease.
    pub(crate) const fn on_every_node(mut self) -> Self {
        self.is_on_every_node = true;
        self
    }

    /// Every missed occurrence is made up for.
    pub(crate) const fn per_period(mut self) -> Self {
        self.is_per_period = true;
        self
    }

    /// A person may name the moment that it works for.
    pub(crate) const fn of_a_moment(mut self) -> Self {
        self.is_of_a_moment = true;
        self
    }

    /// Only claimed when there is something to do.
    pub(crate) const fn only_if(mut self, probe: Probe) -> Self {
        self.probe = Some(probe);
        self
    }

    /// Whether the work needs the whole configuration.
    pub(crate) const fn needs_hub(&self) -> bool {
        matches!(self.doing, Doing::Hub(_))
    }
}

/// What jobs work with.
#[derive(Clone)]
pub(crate) struct Parts {
    /// The ledger.
    pub(crate) ledger: Arc<Ledger>,
    /// The time of day.
    pub(crate) clock: Clock,
    /// How long personal data is kept.
    pub(crate) retention: RetentionConfig,
    /// Where settlement files go, and who pays billers.
    pub(crate) settlement: SettlementConfig,
    /// How what comes in is matched.
    pub(crate) reconcile: ReconcileConfig,
    /// The use cases, what works off the outbox, and who brings files; `None` where only the database is at hand.
    pub(crate) hub: Option<(Arc<Hub>, Dispatcher, Arc<Courier>)>,
}

impl Parts {
    /// Begins a run, which writes while it holds its job; `None`: it needs more than is at hand. A job of every node
    /// holds nothing.
    pub(crate) fn begin(&self, job: &Job, hold: Option<RunHold>, as_of: DateTime<Utc>) -> Option<Work> {
        let Self { ledger, clock, retention, settlement, reconcile, hub } = self.clone();
        let ledger = hold.map_or_else(|| Arc::clone(&ledger), |hold| Arc::new(ledger.held_by(hold)));
        let run = Run { ledger, clock, retention, settlement, reconcile, as_of };
        match job.doing {
            Doing::Database(work) => Some(work(run)),
            Doing::Hub(work) => hub.map(|(hub, dispatcher, courier)| work(HubRun { hub, dispatcher, courier, run })),
        }
    }
}

/// What a run is given.
#[derive(Clone)]
pub(crate) struct Run {
    /// The ledger, which takes nothing from this run once it does not hold its job.
    pub(crate) ledger: Arc<Ledger>,
    /// The time of day.
    pub(crate) clock: Clock,
    /// How long personal data is kept.
    pub(crate) retention: RetentionConfig,
    /// Where settlement files go, and who pays billers.
    pub(crate) settlement: SettlementConfig,
    /// How what comes in is matched.
    pub(crate) reconcile: ReconcileConfig,
    /// The moment that the run works for: its occurrence, or what a person asked for.
    pub(crate) as_of: DateTime<Utc>,
}

/// What a run is given that needs the hub.
pub(crate) struct HubRun {
    /// The use cases.
    pub(crate) hub: Arc<Hub>,
    /// Works off the outbox.
    pub(crate) dispatcher: Dispatcher,
    /// Brings files.
    pub(crate) courier: Arc<Courier>,
    /// The rest.
    pub(crate) run: Run,
}

impl Run {
    /// Now.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// Writes, if this run still holds its job.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut WriteOp<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        write_to(&self.ledger, write).await
    }

    /// Reads, beside the event loop.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        read_from(&self.ledger, read).await
    }
}

/// A rare write, awaited.
pub(crate) async fn write_to<T: Send + 'static>(
    ledger: &Ledger,
    write: impl FnMut(&mut WriteOp<'_>) -> Result<T, StorageError> + Send + 'static,
) -> Result<T, LedgerError> {
    let (reply, answer) = oneshot::channel();
    ledger.write(write, Box::new(move |result| drop(reply.send(result))));
    // The writer drops a reply only when it ends.
    answer.await.unwrap_or(Err(LedgerError::Closed))
}

/// A read on a thread that may block.
pub(crate) async fn read_from<T: Send + 'static>(
    ledger: &Arc<Ledger>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, StorageError> + Send + 'static,
) -> Result<T, LedgerError> {
    let ledger = Arc::clone(ledger);
    match tokio::task::spawn_blocking(move || ledger.read(read)).await {
        Ok(result) => result,
        Err(error) => Err(StorageError::Failed(format!("a read ended badly: {error}")).into()),
    }
}
