//! The one writer: group commit. This page is its specification.
//!
//! A plain thread owns the only connection that writes. Callers put work into a bounded queue (full: refused at once,
//! with a time to come back) and are answered after the commit that holds it.
//!
//! **Phases of a batch**, whatever its size; one is the batch of one:
//! 1. *Gather*: what is queued, at most [`BATCH_MAX`]. While batches are large the writer lingers, at most [`LINGER`],
//!    until this one is as large as the last: callers that were just answered come back together. A lone caller's batch
//!    was one, so it waits for nothing.
//! 2. *Rare writes* (look-ups kept, quotes, tasks claimed ...) run one by one, each in a savepoint of its own. One that
//!    goes around a step of a payment (a decision of people) says here which step, and hears after it was written what
//!    became of it; the items of its batch are worked off one by one, as what it saw must hold until then.
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
mod queue;
mod recent;
mod stats;
#[cfg(test)]
mod tests;
mod view;
mod windows;
mod write;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;

pub use commands::{Advance, AdvanceOutcome, Funds, Hold, Pay, PayOutcome, RequestKey, Step};
pub use op::WriteOp;
pub(crate) use op::is_replay;
pub(crate) use queue::{Job, RareWrite, SealedPay, SealedPayer, StepWrite, Writer};
pub use queue::{LedgerError, Reply};
pub(crate) use recent::{RECENT_MAX, RecentBill, Shared, Sorting};
pub use stats::{CommitTimes, PaymentCounts, WriterStats};
pub(crate) use windows::WINDOWS_LOCK;

use self::accounts::AccountCache;
use self::ids::Ids;
use self::plan::Plan;
use self::queue::{Queued, gather};
use self::recent::{Folded, Recents};
use self::view::View;
use crate::personal::Keyring;
use crate::storage::{Conn, Connect, DatabaseUrl, StorageError};

/// Without a job for this long the writer takes up work of its own.
const IDLE: Duration = Duration::from_millis(20);
/// The same after that work failed.
const IDLE_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// Longest that a stop waits for recent rows to find their places.
const FOLD_AT_STOP: Duration = Duration::from_secs(5);
/// Races that an item on its own may lose: each time another process got on, and took from the same float or bill.
const RACES_MAX: u32 = 8;
/// Pause before a lost connection is opened again.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);

/// A command on money.
#[derive(Clone, Copy)]
enum Command<'a> {
    Pay(&'a SealedPay),
    Advance(&'a Advance),
}

struct State {
    url: DatabaseUrl,
    connect: Connect,
    connection: Conn,
    ids: Ids,
    accounts: AccountCache,
    recents: Recents,
    on_tasks: Arc<dyn Fn() + Send + Sync>,
    stats: Arc<WriterStats>,
    keys: Arc<Keyring>,
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
    fn open(
        url: DatabaseUrl,
        connect: Connect,
        on_tasks: Arc<dyn Fn() + Send + Sync>,
        stats: Arc<WriterStats>,
        recents: Recents,
        keys: Arc<Keyring>,
    ) -> Result<Self, StorageError> {
        let mut state = Self {
            connection: connect(&url)?,
            url,
            connect,
            ids: Ids::default(),
            accounts: AccountCache::default(),
            recents,
            on_tasks,
            stats,
            keys,
        };
        state.catch_up()?;
        Ok(state)
    }

    fn run(&mut self, jobs: &Receiver<Queued>) {
        let mut last = 0;
        while let Some(first) = self.next(jobs) {
            let (batch, stop) = gather(jobs, first, last, &self.stats);
            last = batch.len();
            if !batch.is_empty() {
                self.work(batch);
                self.stats.waiting.fetch_sub(u64::try_from(last).unwrap_or(0), Ordering::Relaxed);
            }
            if stop {
                break;
            }
        }
        // What is left is read again at the next start.
        match self.fold_rest() {
            Ok(true) => {}
            Ok(false) => tracing::info!("some recent bills and keys stay outside of their trees"),
            Err(error) => tracing::warn!(%error, "recent bills and keys stay outside of their trees"),
        }
        if let Err(error) = self.ids.close(&mut self.connection) {
            tracing::warn!(%error, "the last block of numbers stays open");
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
            // It reads only, one state of both tables.
            Conn::Sqlite(sqlite) => sqlite.transaction(|sqlite| self.recents.catch_up(sqlite)),
            Conn::Pg(_) => Ok(()),
        }
    }

    /// Leaves the trees whole, if that does not take too long: whether they are.
    fn fold_rest(&mut self) -> Result<bool, StorageError> {
        let Conn::Sqlite(sqlite) = &mut self.connection else { return Ok(true) };
        let deadline = Instant::now() + FOLD_AT_STOP;
        while Instant::now() < deadline {
            let folded = sqlite.immediate_transaction(|sqlite| {
                self.recents.catch_up(sqlite)?;
                self.recents.fold_rest(sqlite)
            })?;
            match folded {
                Some(folded) => self.recents.committed(folded, &Plan::default()),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Commits a batch and answers; after a failure once more, then item by item.
    fn work(&mut self, mut batch: Vec<Job>) {
        let alone = batch.len() == 1;
        // What goes around a step looks before it is written: nothing else of a batch may write in between.
        if !alone && batch.iter().any(|job| matches!(job, Job::Step(_))) {
            return batch.into_iter().for_each(|job| self.work(vec![job]));
        }
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
                self.ids.forget();
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
                (Job::Step(write), Answer::Rare(failure)) => write.finish(failure.map(Into::into)),
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
        match (self.connect)(&self.url) {
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
        let began = Instant::now();
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
                        self.stats.commits.add(began.elapsed());
                        self.stats.payments.count(&plan);
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

    /// Runs in a savepoint, which an error undoes: what went wrong first, as undoing it may have failed after.
    fn in_savepoint<T>(
        &mut self,
        wake: &mut bool,
        run: impl FnOnce(&mut WriteOp<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let (ids, accounts, keys) = (&mut self.ids, &mut self.accounts, &self.keys);
        let mut cause = None;
        let ran = self.connection.transaction(|connection| {
            let ran = run(&mut WriteOp { connection, ids, accounts, wake, keys });
            ran.inspect_err(|error| cause = Some(error.clone()))
        });
        // An account that it made is gone with it.
        if ran.is_err() {
            self.accounts.forget();
        }
        ran.map_err(|error| cause.unwrap_or(error))
    }

    /// Phases 2 to 5.
    fn fill(&mut self, batch: &mut [Job]) -> Result<Filled, StorageError> {
        if let Conn::Sqlite(sqlite) = &mut self.connection {
            self.recents.catch_up(sqlite)?;
        }
        let mut answers: Vec<Option<Answer>> = batch.iter().map(|_| None).collect();
        let mut steps: Vec<Option<Advance>> = batch.iter().map(|_| None).collect();
        let mut wake = false;
        for ((job, answer), step) in batch.iter_mut().zip(&mut answers).zip(&mut steps) {
            let ran = match job {
                Job::Rare(write) => self.in_savepoint(&mut wake, |op| write.run(op).map(|()| None)),
                Job::Step(write) => self.in_savepoint(&mut wake, |op| write.before(op)),
                Job::Pay(..) | Job::Advance(..) | Job::Stop => continue,
            };
            match ran {
                Ok(Some(next)) => *step = Some(next),
                Ok(None) => *answer = Some(Answer::Rare(None)),
                // A conflict may vanish at a second try of the whole batch.
                Err(error @ StorageError::Conflict(_)) => return Err(error),
                // A full disk ends all of it on SQLite: what came after would commit statement by statement.
                Err(error) if !self.is_in_transaction() => return Err(error),
                Err(error) => *answer = Some(Answer::Rare(Some(error))),
            }
        }
        let commands: Vec<Command<'_>> = batch
            .iter()
            .zip(&steps)
            .filter_map(|(job, step)| match job {
                Job::Pay(pay, _) => Some(Command::Pay(pay)),
                Job::Advance(advance, _) => Some(Command::Advance(advance)),
                Job::Step(_) => step.as_ref().map(Command::Advance),
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
        for (job, answer) in batch.iter_mut().zip(&mut answers) {
            if let (Job::Step(write), Some(Answer::Advance(outcome))) = (job, &*answer) {
                let outcome = *outcome;
                self.in_savepoint(&mut wake, |op| write.after(op, outcome))?;
                *answer = Some(Answer::Rare(None));
            }
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
