//! The one writer: group commit. This page is its specification.
//!
//! A plain thread owns the only connection that writes. Callers put work into a bounded queue (full: refused at once,
//! with a time to come back) and are answered after the commit that holds it.
//!
//! **Phases of a batch**, whatever its size; one is the batch of one:
//! 1. *Gather*: what is queued, at most [`BATCH_MAX`]. While batches are large the writer lingers, at most [`LINGER`],
//!    until this one is as large as the last: callers that were just answered come back together. A lone caller's batch
//!    was one, so it waits for nothing.
//! 2. *Rare writes* (look-ups kept, quotes, tasks claimed ...) run one by one, each in a savepoint of its own.
//! 3. *View*: one read of the keys, bills, payments and guarded balances that the commands touch; for payments at
//!    counters also of their shifts and references (`agents`), which no other payment pays for.
//! 4. *Decide*, in memory, in the order of arrival; items see each other; a refusal writes nothing and harms no
//!    neighbour.
//! 5. *Write*: one list per table; every touched account is updated once, in the order of its number. On SQLite bills and
//!    request keys are appended and find their places in their trees later (`recent.rs`).
//! 6. *Commit*, durable; then the answers.
//!
//! **What guards against other writers**: on SQLite a batch is an exclusive transaction, which begins by taking over what
//! others committed. For several processes on one PostgreSQL: primary keys of bills and request keys, the old state in
//! every update's condition with its row count, checks on guarded balances, shared locks on the shifts that must be open,
//! and one posting per payment and event. A batch that loses is rolled back and tried once more, then item by item, so
//! that one poison item fails alone; an item on its own is tried [`RACES_MAX`] times.
//!
//! **A commit whose outcome is unknown** (the connection broke in it) is answered as such: the same key asks again.

mod accounts;
mod agents;
mod commands;
mod decide;
mod ids;
mod op;
mod plan;
mod recent;
#[cfg(test)]
mod tests;
mod view;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;

pub use commands::{Advance, AdvanceOutcome, Funds, Hold, Pay, PayOutcome, RequestKey, Step};
pub use op::WriteOp;
pub(crate) use op::is_replay;
pub(crate) use recent::{RECENT_MAX, RecentBill, Shared};

use self::accounts::AccountCache;
use self::ids::Ids;
use self::plan::Plan;
use self::recent::{Folded, Recents};
use self::view::View;
use crate::storage::{Conn, DatabaseUrl, StorageError, connect};

/// Past this many a batch only costs latency.
const BATCH_MAX: usize = 256;
/// Without a job for this long the writer takes up work of its own.
const IDLE: Duration = Duration::from_millis(20);
/// The same after that work failed.
const IDLE_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// Longest wait for the callers of the last batch to come back: a fraction of a commit.
const LINGER: Duration = Duration::from_millis(1);
/// Work that waits at most; beyond it callers are told to come back.
const QUEUE_MAX: usize = 4_096;
/// When to come back: a full queue is worked off in less.
const RETRY_AFTER_S: u32 = 1;
/// Work older than this is refused instead of done: its caller has given up.
const QUEUED_MAX: Duration = Duration::from_secs(10);
/// Races that an item on its own may lose: each time another process got on, and took from the same float or bill.
const RACES_MAX: u32 = 8;
/// Pause before a lost connection is opened again.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);

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
    /// The database failed; nothing was done.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Hears the answer, on the writer's thread: it must not block.
pub type Reply<T> = Box<dyn FnOnce(Result<T, LedgerError>) + Send>;

/// A command on money.
#[derive(Clone, Copy)]
enum Command<'a> {
    Pay(&'a Pay),
    Advance(&'a Advance),
}

/// A rare write, which can run again after a lost race.
pub(crate) trait RareWrite: Send {
    /// Runs in its own savepoint.
    fn run(&mut self, op: &mut WriteOp<'_>) -> Result<(), StorageError>;
    /// After the commit, or with what prevented it.
    fn finish(self: Box<Self>, failure: Option<LedgerError>);
}

pub(crate) enum Job {
    Pay(Box<Pay>, Reply<PayOutcome>),
    Advance(Box<Advance>, Reply<AdvanceOutcome>),
    Rare(Box<dyn RareWrite>),
    Stop,
}

impl Job {
    fn fail(self, error: LedgerError) {
        match self {
            Self::Pay(_, reply) => reply(Err(error)),
            Self::Advance(_, reply) => reply(Err(error)),
            Self::Rare(write) => write.finish(Some(error)),
            Self::Stop => {}
        }
    }
}

/// Counters of the writer, for benches and boards.
#[derive(Debug, Default)]
pub struct WriterStats {
    /// Batches committed.
    pub batches: AtomicU64,
    /// Items in them.
    pub items: AtomicU64,
    /// Batches that had to be tried again.
    pub retries: AtomicU64,
    /// Whether it has work of its own to do between batches: recent rows to sort into their tables.
    pub has_arrears: AtomicBool,
}

struct Queued {
    job: Job,
    at: Instant,
}

/// The callers' end of the writer.
pub(crate) struct Writer {
    queue: SyncSender<Queued>,
    closing: AtomicBool,
    alive: Arc<AtomicBool>,
    stats: Arc<WriterStats>,
    thread: std::sync::Mutex<Option<std::thread::JoinHandle<()>>>,
    recent_bills: Shared<RecentBill>,
}

impl Writer {
    /// Starts the thread. `on_tasks` is called after a commit that left tasks to be done now; `recent_max` bounds the keys
    /// that wait in memory for their place in a tree.
    pub fn start(
        url: DatabaseUrl,
        on_tasks: Arc<dyn Fn() + Send + Sync>,
        recent_max: usize,
    ) -> Result<Self, StorageError> {
        let connection = connect(&url)?;
        let (queue, jobs) = sync_channel(QUEUE_MAX);
        let (alive, stats) = (Arc::new(AtomicBool::new(true)), Arc::new(WriterStats::default()));
        let mut state = State {
            url,
            connection,
            ids: Ids::default(),
            accounts: AccountCache::default(),
            recents: Recents::new(recent_max),
            on_tasks,
            stats: Arc::clone(&stats),
        };
        state.catch_up()?;
        let recent_bills = state.recents.shared_bills();
        let flag = Alive(Arc::clone(&alive));
        let thread = std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || {
                let _flag = flag;
                state.run(&jobs);
            })
            .map_err(|error| StorageError::Failed(format!("the writer's thread: {error}")))?;
        let thread = std::sync::Mutex::new(Some(thread));
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
        match self.queue.try_send(Queued { job, at: Instant::now() }) {
            Ok(()) => {}
            Err(TrySendError::Full(queued)) => queued.job.fail(LedgerError::Overloaded(RETRY_AFTER_S)),
            Err(TrySendError::Disconnected(queued)) => queued.job.fail(LedgerError::Closed),
        }
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
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
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

struct State {
    url: DatabaseUrl,
    connection: Conn,
    ids: Ids,
    accounts: AccountCache,
    recents: Recents,
    on_tasks: Arc<dyn Fn() + Send + Sync>,
    stats: Arc<WriterStats>,
}

/// What a batch answers, item by item, once it is committed.
enum Answer {
    Pay(PayOutcome),
    Advance(AdvanceOutcome),
    /// A rare write: its own failure, if any.
    Rare(Option<StorageError>),
}

/// A batch that is ready to be committed.
struct Filled {
    answers: Vec<Answer>,
    /// Whether it leaves tasks for now.
    wake: bool,
    plan: Plan,
    folded: Folded,
}

/// Why a batch did not commit.
enum BatchFailure {
    /// Rolled back.
    Undone(StorageError),
    /// The connection broke in the commit.
    Unknown(StorageError),
}

impl From<StorageError> for BatchFailure {
    fn from(error: StorageError) -> Self {
        Self::Undone(error)
    }
}

impl State {
    fn run(&mut self, jobs: &Receiver<Queued>) {
        let mut last = 0;
        while let Some(first) = self.next(jobs) {
            let (batch, stop) = gather(jobs, first, last);
            last = batch.len();
            if !batch.is_empty() {
                self.work(batch);
            }
            if stop {
                break;
            }
        }
        if let Err(error) = self.fold_rest() {
            // It is read again at the next start.
            tracing::warn!(%error, "recent bills and keys stay outside of their trees");
        }
    }

    /// The next job; until it comes there may be other work to do.
    fn next(&mut self, jobs: &Receiver<Queued>) -> Option<Queued> {
        let mut pause = IDLE;
        while matches!(self.connection, Conn::Sqlite(_)) && self.recents.has_work() {
            self.stats.has_arrears.store(true, Ordering::Relaxed);
            match jobs.recv_timeout(pause) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            pause = match self.idle() {
                Ok(()) => Duration::ZERO,
                Err(error) => {
                    tracing::warn!(%error, "recent bills and keys were not folded");
                    IDLE_AFTER_FAILURE
                }
            };
        }
        self.stats.has_arrears.store(false, Ordering::Relaxed);
        jobs.recv().ok()
    }

    fn idle(&mut self) -> Result<(), StorageError> {
        let Conn::Sqlite(sqlite) = &mut self.connection else { return Ok(()) };
        let folded = sqlite.immediate_transaction(|sqlite| {
            self.recents.catch_up(sqlite)?;
            self.recents.idle(sqlite)
        })?;
        self.recents.committed(folded, &Plan::default());
        Ok(())
    }

    /// Reads what changed lately, so that look-ups see it from the start.
    fn catch_up(&mut self) -> Result<(), StorageError> {
        match &mut self.connection {
            Conn::Sqlite(sqlite) => sqlite.immediate_transaction(|sqlite| self.recents.catch_up(sqlite)),
            Conn::Pg(_) => Ok(()),
        }
    }

    /// Leaves the trees whole.
    fn fold_rest(&mut self) -> Result<(), StorageError> {
        let Conn::Sqlite(sqlite) = &mut self.connection else { return Ok(()) };
        loop {
            let folded = sqlite.immediate_transaction(|sqlite| {
                self.recents.catch_up(sqlite)?;
                self.recents.fold_rest(sqlite)
            })?;
            match folded {
                Some(folded) => self.recents.committed(folded, &Plan::default()),
                None => return Ok(()),
            }
        }
    }

    /// Commits a batch and answers; after a failure once more, then item by item.
    fn work(&mut self, mut batch: Vec<Job>) {
        let alone = batch.len() == 1;
        let mut tries = 1;
        let result = loop {
            let result = self.attempt(&mut batch);
            let error = match &result {
                Err(BatchFailure::Undone(error @ StorageError::Conflict(_))) if alone && tries < RACES_MAX => error,
                Err(BatchFailure::Undone(error)) if tries < 2 => error,
                _ => break result,
            };
            self.stats.retries.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(%error, items = batch.len(), "a batch was rolled back and is tried again");
            tries += 1;
        };
        match result {
            Ok((answers, tasks)) => self.answer(batch, answers, tasks),
            // Without a database each item would only wait for it on its own.
            Err(BatchFailure::Undone(error)) if alone || !self.is_usable() => {
                tracing::error!(%error, items = batch.len(), "writing failed");
                batch.into_iter().for_each(|job| job.fail(error.clone().into()));
            }
            Err(BatchFailure::Undone(_)) => batch.into_iter().for_each(|job| self.work(vec![job])),
            Err(BatchFailure::Unknown(error)) => {
                tracing::error!(%error, items = batch.len(), "the outcome of a commit is unknown");
                batch.into_iter().for_each(|job| job.fail(LedgerError::OutcomeUnknown(error.to_string())));
            }
        }
    }

    fn answer(&self, batch: Vec<Job>, answers: Vec<Answer>, tasks: bool) {
        self.stats.batches.fetch_add(1, Ordering::Relaxed);
        self.stats.items.fetch_add(u64::try_from(batch.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        for (job, answer) in batch.into_iter().zip(answers) {
            match (job, answer) {
                (Job::Pay(_, reply), Answer::Pay(outcome)) => reply(Ok(outcome)),
                (Job::Advance(_, reply), Answer::Advance(outcome)) => reply(Ok(outcome)),
                (Job::Rare(write), Answer::Rare(failure)) => write.finish(failure.map(Into::into)),
                (job, _) => job.fail(StorageError::Failed("an answer went astray".to_owned()).into()),
            }
        }
        if tasks {
            (self.on_tasks)();
        }
    }

    fn attempt(&mut self, batch: &mut [Job]) -> Result<(Vec<Answer>, bool), BatchFailure> {
        let result = self.transact(batch);
        if let Err(failure) = &result {
            self.accounts.forget();
            let unknown = matches!(failure, BatchFailure::Unknown(_));
            if unknown || !self.is_usable() {
                self.reconnect();
            }
        }
        result
    }

    fn is_usable(&mut self) -> bool {
        // A rollback that failed leaves a connection that answers, but begins no transaction any more.
        !TransactionManagerOf::is_broken_transaction_manager(&mut self.connection)
            && diesel::sql_query("SELECT 1").execute(&mut self.connection).is_ok()
    }

    /// Whether the batch's own transaction is open, and nothing in it.
    fn is_in_transaction(&mut self) -> bool {
        let status = TransactionManagerOf::transaction_manager_status_mut(&mut self.connection);
        matches!(status.transaction_depth(), Ok(Some(depth)) if depth.get() == 1)
    }

    fn reconnect(&mut self) {
        std::thread::sleep(RECONNECT_PAUSE);
        match connect(&self.url) {
            Ok(connection) => {
                self.connection = connection;
                self.recents.forget();
            }
            Err(error) => tracing::error!(%error, "the ledger's database cannot be reached"),
        }
    }

    /// One transaction. Any error leaves it rolled back.
    fn transact(&mut self, batch: &mut [Job]) -> Result<(Vec<Answer>, bool), BatchFailure> {
        self.ids.refill(&mut self.connection)?;
        let begun = match &mut self.connection {
            // At once as a writer: a reader that turns writer may be told that its view is old.
            Conn::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
            Conn::Pg(pg) => AnsiTransactionManager::begin_transaction(pg),
        };
        begun.map_err(StorageError::from)?;
        match self.fill(batch) {
            Ok(Filled { answers, wake, plan, folded }) => {
                match TransactionManagerOf::commit_transaction(&mut self.connection) {
                    Ok(()) => {
                        if matches!(self.connection, Conn::Sqlite(_)) {
                            self.recents.committed(folded, &plan);
                        }
                        Ok((answers, wake))
                    }
                    Err(error) => Err(BatchFailure::Unknown(error.into())),
                }
            }
            Err(error) => {
                if let Err(trouble) = TransactionManagerOf::rollback_transaction(&mut self.connection) {
                    tracing::warn!(%trouble, "rolling back failed");
                }
                Err(error.into())
            }
        }
    }

    /// Phases 2 to 5.
    fn fill(&mut self, batch: &mut [Job]) -> Result<Filled, StorageError> {
        if let Conn::Sqlite(sqlite) = &mut self.connection {
            self.recents.catch_up(sqlite)?;
        }
        let mut answers: Vec<Option<Answer>> = batch.iter().map(|_| None).collect();
        let mut wake = false;
        for (job, answer) in batch.iter_mut().zip(&mut answers) {
            let Job::Rare(write) = job else { continue };
            let (ids, accounts) = (&mut self.ids, &mut self.accounts);
            let mut cause = None;
            let ran = self.connection.transaction(|connection| {
                let ran = write.run(&mut WriteOp { connection, ids, accounts, wake: &mut wake });
                ran.inspect_err(|error| cause = Some(error.clone()))
            });
            // What went wrong first: rolling back may have failed after it.
            let ran = ran.map_err(|error| cause.unwrap_or(error));
            *answer = Some(Answer::Rare(match ran {
                // A conflict may vanish at a second try of the whole batch.
                Err(error @ StorageError::Conflict(_)) => return Err(error),
                // A full disk ends all of it on SQLite: what came after would commit statement by statement.
                Err(error) if !self.is_in_transaction() => return Err(error),
                other => other.err(),
            }));
        }
        let commands: Vec<Command<'_>> = batch
            .iter()
            .filter_map(|job| match job {
                Job::Pay(pay, _) => Some(Command::Pay(pay)),
                Job::Advance(advance, _) => Some(Command::Advance(advance)),
                Job::Rare(_) | Job::Stop => None,
            })
            .collect();
        let mut plan = Plan::default();
        if !commands.is_empty() {
            let mut view = View::load(&mut self.connection, &mut self.accounts, &self.recents, commands.iter())?;
            let open = answers.iter_mut().filter(|answer| answer.is_none());
            for (command, answer) in commands.iter().zip(open) {
                *answer = Some(match command {
                    Command::Pay(pay) => Answer::Pay(decide::pay(&mut view, &mut plan, &mut self.ids, pay)?),
                    Command::Advance(advance) => {
                        Answer::Advance(decide::advance(&mut view, &mut plan, &mut self.ids, advance)?)
                    }
                });
            }
            wake |= write::write(&mut self.connection, &mut self.accounts, &mut self.ids, &self.recents, &plan)?;
            wake |= plan.tasks.iter().any(|task| task.due_at <= task.created_at);
        }
        let folded = match &mut self.connection {
            Conn::Sqlite(sqlite) => self.recents.fold(sqlite, &plan)?,
            Conn::Pg(_) => Folded::default(),
        };
        let answers = answers.into_iter().map(|answer| answer.unwrap_or(Answer::Rare(None))).collect();
        Ok(Filled { answers, wake, plan, folded })
    }
}

type TransactionManagerOf = <Conn as Connection>::TransactionManager;

/// What goes into one batch, and whether the writer stops after it.
fn gather(jobs: &Receiver<Queued>, first: Queued, last: usize) -> (Vec<Job>, bool) {
    let mut batch = Vec::with_capacity(last.max(1));
    let mut stop = false;
    let mut take = |queued: Queued, batch: &mut Vec<Job>| match queued {
        Queued { job: Job::Stop, .. } => stop = true,
        Queued { job, at } if at.elapsed() > QUEUED_MAX => job.fail(LedgerError::Overloaded(RETRY_AFTER_S)),
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
