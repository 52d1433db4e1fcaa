//! The callers' end of the writer: a bounded queue, and what of it makes a batch.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::State;
use super::commands::{Advance, AdvanceOutcome, Pay, PayOutcome};
use super::op::WriteOp;
use super::recent::{RecentBill, Recents, Shared, Sorting};
use super::stats::WriterStats;
use crate::guard::GuardTrace;
use crate::personal::{Keyring, Sealed};
use crate::storage::{Connect, DatabaseUrl, StorageError};

/// Past this many a batch only costs latency.
const BATCH_MAX: usize = 256;
/// Longest wait for the callers of the last batch to come back: a fraction of a commit.
const LINGER: Duration = Duration::from_millis(1);
/// Work that waits at most; beyond it callers are told to come back.
const QUEUE_MAX: usize = 4_096;
/// When to come back: a full queue is worked off in less.
const RETRY_AFTER_S: u32 = 1;
/// Work older than this is refused instead of done: its caller has given up.
const QUEUED_MAX: Duration = Duration::from_secs(10);

/// Why the ledger could not do what was asked: trouble of ours, never a word about a bill.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerError {
    /// Too much is waiting; nothing was done.
    #[error("the ledger is overloaded, retry after {0} s")]
    Overloaded(u32),
    /// The ledger is shutting down; nothing was done.
    #[error("the ledger is closed")]
    Closed,
    /// The commit may or may not have happened: ask again with the same key.
    #[error("the outcome is unknown, ask again with the same key: {0}")]
    OutcomeUnknown(String),
    /// Whoever asks holds their job no more, or was stopped; nothing was done.
    #[error("the run was stopped, or another has its job; nothing was done")]
    NotHeld,
    /// The database failed; nothing was done.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Hears the answer, on the writer's thread: it must not block.
pub type Reply<T> = Box<dyn FnOnce(Result<T, LedgerError>) + Send>;

/// A rare write, which can run again after a lost race.
pub(crate) trait RareWrite: Send {
    /// Runs in its own savepoint.
    fn run(&mut self, op: &mut WriteOp<'_>) -> Result<(), StorageError>;
    /// After the commit, or with what prevented it.
    fn finish(self: Box<Self>, failure: Option<LedgerError>);
}

/// A rare write around a step of a payment, which can run again after a lost race.
pub(crate) trait StepWrite: Send {
    /// Before payments are read, in its own savepoint: the step, if one is to be taken.
    fn before(&mut self, op: &mut WriteOp<'_>) -> Result<Option<Advance>, StorageError>;
    /// After the step was written, in the same commit. What fails here undoes the step.
    fn after(&mut self, op: &mut WriteOp<'_>, outcome: AdvanceOutcome) -> Result<(), StorageError>;
    /// After the commit, or with what prevented it.
    fn finish(self: Box<Self>, failure: Option<LedgerError>);
}

/// A [`Pay`] whose payer was sealed by the caller: the writer's thread has no time for it.
pub(crate) struct SealedPay {
    pub pay: Pay,
    pub payer: SealedPayer,
}

/// The payer of a [`Pay`], as it is kept.
pub(crate) struct SealedPayer {
    pub phone: Option<Sealed>,
    pub email: Option<Sealed>,
    pub address: Option<GuardTrace>,
}

impl Deref for SealedPay {
    type Target = Pay;

    fn deref(&self) -> &Pay {
        &self.pay
    }
}

pub(crate) enum Job {
    Pay(Box<SealedPay>, Reply<PayOutcome>),
    Advance(Box<Advance>, Reply<AdvanceOutcome>),
    Rare(Box<dyn RareWrite>),
    Step(Box<dyn StepWrite>),
    Stop,
}

impl Job {
    pub(super) fn fail(self, error: LedgerError) {
        match self {
            Self::Pay(_, reply) => reply(Err(error)),
            Self::Advance(_, reply) => reply(Err(error)),
            Self::Rare(write) => write.finish(Some(error)),
            Self::Step(write) => write.finish(Some(error)),
            Self::Stop => {}
        }
    }
}

pub(super) struct Queued {
    job: Job,
    at: Instant,
}

/// The callers' end of the writer.
pub(crate) struct Writer {
    queue: SyncSender<Queued>,
    closing: AtomicBool,
    alive: Arc<AtomicBool>,
    stats: Arc<WriterStats>,
    thread: Mutex<Option<JoinHandle<()>>>,
    recent_bills: Shared<RecentBill>,
}

impl Writer {
    /// Starts the thread. `on_tasks` is called after a commit that left tasks to be done now; `recent_max` bounds the keys
    /// that wait in memory for their place in a tree; `sorting` says who puts them there.
    pub fn start(
        url: DatabaseUrl,
        connect: Connect,
        on_tasks: Arc<dyn Fn() + Send + Sync>,
        recent_max: usize,
        sorting: Sorting,
        keys: Arc<Keyring>,
    ) -> Result<Self, StorageError> {
        let (queue, jobs) = sync_channel(QUEUE_MAX);
        let (alive, stats) = (Arc::new(AtomicBool::new(true)), Arc::new(WriterStats::default()));
        let recents = Recents::new(recent_max, sorting);
        let mut state = State::open(url, connect, on_tasks, Arc::clone(&stats), recents, keys)?;
        let recent_bills = state.recents.shared_bills();
        let flag = Alive(Arc::clone(&alive));
        let thread = std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || {
                let _flag = flag;
                state.run(&jobs);
            })
            .map_err(|error| StorageError::Failed(format!("the writer's thread: {error}")))?;
        let thread = Mutex::new(Some(thread));
        Ok(Self { queue, closing: AtomicBool::new(false), alive, stats, thread, recent_bills })
    }

    /// Bills that changed lately, as look-ups see them.
    pub fn recent_bills(&self) -> &Shared<RecentBill> {
        &self.recent_bills
    }

    pub fn submit(&self, job: Job) {
        if self.closing.load(Ordering::Acquire) {
            return job.fail(LedgerError::Closed);
        }
        // Counted before: the writer may be done with it by the time that this thread goes on.
        self.stats.waiting.fetch_add(1, Ordering::Relaxed);
        let refused = match self.queue.try_send(Queued { job, at: Instant::now() }) {
            Ok(()) => return,
            Err(TrySendError::Full(queued)) => (queued, LedgerError::Overloaded(RETRY_AFTER_S)),
            Err(TrySendError::Disconnected(queued)) => (queued, LedgerError::Closed),
        };
        self.stats.waiting.fetch_sub(1, Ordering::Relaxed);
        refused.0.job.fail(refused.1);
    }

    pub fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire) && !self.closing.load(Ordering::Acquire)
    }

    pub fn stats(&self) -> &WriterStats {
        &self.stats
    }

    /// Takes nothing more, finishes what is queued, and ends the thread.
    pub fn close(&self) {
        if self.closing.swap(true, Ordering::AcqRel) {
            return;
        }
        // Fails only if the thread is gone already.
        drop(self.queue.send(Queued { job: Job::Stop, at: Instant::now() }));
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the ledger's writer ended in a panic");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

/// Says that the thread has ended, however it did.
struct Alive(Arc<AtomicBool>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// What goes into one batch, and whether the writer stops after it.
pub(super) fn gather(jobs: &Receiver<Queued>, first: Queued, last: usize, stats: &WriterStats) -> (Vec<Job>, bool) {
    let mut batch = Vec::with_capacity(last.max(1));
    let mut stop = false;
    let mut take = |queued: Queued, batch: &mut Vec<Job>| match queued {
        Queued { job: Job::Stop, .. } => stop = true,
        Queued { job, at } if at.elapsed() > QUEUED_MAX => {
            stats.waiting.fetch_sub(1, Ordering::Relaxed);
            job.fail(LedgerError::Overloaded(RETRY_AFTER_S));
        }
        Queued { job, .. } => batch.push(job),
    };
    take(first, &mut batch);
    let deadline = Instant::now() + LINGER;
    while batch.len() < BATCH_MAX {
        match jobs.try_recv() {
            Ok(queued) => take(queued, &mut batch),
            Err(_) if batch.len() >= last => break,
            Err(_) => match jobs.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(queued) => take(queued, &mut batch),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            },
        }
    }
    (batch, stop)
}
