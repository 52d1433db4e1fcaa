//! The door of the ledger.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use diesel::connection::{Connection, SimpleConnection};

use crate::guard::GuardTrace;
use crate::jobs::RunHold;
use crate::personal::columns::{PAYMENTS_EMAIL, PAYMENTS_PHONE};
use crate::personal::{DataKeys, Keyring};
use crate::storage::{
    Conn, Connect, DatabaseUrl, Filling, Migrations, ReaderPool, StorageError, connect, connect_undurable, migrate,
    pending, reader_pool, standing,
};
use crate::writer::{
    Advance, AdvanceOutcome, Job, LedgerError, Pay, PayOutcome, RECENT_MAX, RareWrite, RecentBill, Reply, SealedPay,
    SealedPayer, Shared, Sorting, StepWrite, WriteOp, Writer, WriterStats,
};

/// The ledger over one database. Commands are answered through a [`Reply`] after their commit; the `_now` forms wait.
pub struct Ledger {
    url: DatabaseUrl,
    writer: Arc<Writer>,
    readers: ReaderPool,
    keys: Arc<Keyring>,
    /// Of a run's own door.
    hold: Option<RunHold>,
    /// While it is filled with what may be lost. Gone after the connections.
    filling: Option<Arc<Filling>>,
}

/// A connection that only reads, lent to one look-up.
pub struct Reader<'a> {
    pub(crate) connection: &'a mut Conn,
    /// Bills that are not in their tree yet (SQLite).
    pub(crate) recent_bills: &'a Shared<RecentBill>,
    /// Opens personal data.
    pub(crate) keys: &'a Arc<Keyring>,
}

impl Reader<'_> {
    /// The database's migrations, held against those of this program.
    pub fn migrations(&mut self) -> Result<Migrations, StorageError> {
        standing(self.connection)
    }
}

struct RareJob<T, F> {
    write: F,
    hold: Option<RunHold>,
    is_held: bool,
    result: Option<T>,
    reply: Reply<T>,
}

impl<T, F> RareWrite for RareJob<T, F>
where
    T: Send,
    F: FnMut(&mut WriteOp<'_>) -> Result<T, StorageError> + Send,
{
    fn run(&mut self, op: &mut WriteOp<'_>) -> Result<(), StorageError> {
        self.result = None;
        self.is_held = self.hold.as_ref().map_or(Ok(true), |hold| hold.stands(op))?;
        if self.is_held {
            self.result = Some((self.write)(op)?);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, failure: Option<LedgerError>) {
        let missing = || StorageError::Failed("a write left no result".to_owned()).into();
        (self.reply)(match failure {
            Some(failure) => Err(failure),
            None if !self.is_held => Err(LedgerError::NotHeld),
            None => self.result.ok_or_else(missing),
        });
    }
}

struct StepJob<T, B, A> {
    before: B,
    after: A,
    result: Option<T>,
    reply: Reply<T>,
}

impl<T, B, A> StepWrite for StepJob<T, B, A>
where
    T: Send,
    B: FnMut(&mut WriteOp<'_>) -> Result<Result<Advance, T>, StorageError> + Send,
    A: FnMut(&mut WriteOp<'_>, AdvanceOutcome) -> Result<T, StorageError> + Send,
{
    fn before(&mut self, op: &mut WriteOp<'_>) -> Result<Option<Advance>, StorageError> {
        self.result = None;
        match (self.before)(op)? {
            Ok(step) => Ok(Some(step)),
            Err(result) => {
                self.result = Some(result);
                Ok(None)
            }
        }
    }

    fn after(&mut self, op: &mut WriteOp<'_>, outcome: AdvanceOutcome) -> Result<(), StorageError> {
        self.result = Some((self.after)(op, outcome)?);
        Ok(())
    }

    fn finish(self: Box<Self>, failure: Option<LedgerError>) {
        let missing = || StorageError::Failed("a write left no result".to_owned()).into();
        (self.reply)(match failure {
            Some(failure) => Err(failure),
            None => self.result.ok_or_else(missing),
        });
    }
}

impl Ledger {
    /// Brings the tables up to date; the versions that ran. For SQLite the file is made if need be.
    pub fn migrate(url: &DatabaseUrl) -> Result<Vec<String>, StorageError> {
        migrate(&mut connect(url)?)
    }

    /// Whether personal data was ever sealed in a database: then only its own keys will do.
    pub fn has_keys(url: &DatabaseUrl) -> Result<bool, StorageError> {
        let mut connection = connect(url)?;
        Ok(!pending(&mut connection)? && Keyring::is_made(&mut connection)?)
    }

    /// Opens a migrated database, whose personal data is sealed under `keys`. `on_tasks` is called, from the writer's
    /// thread, after a commit that left work in the outbox for now. `readers` bounds the connections that read.
    pub fn open(
        url: &DatabaseUrl,
        keys: &DataKeys,
        readers: u32,
        on_tasks: Arc<dyn Fn() + Send + Sync>,
    ) -> Result<Self, StorageError> {
        Self::open_with_recent(url, keys, readers, on_tasks, RECENT_MAX)
    }

    /// Opens a migrated database for a command beside a running hub, to which it leaves all that can be put off.
    pub fn open_beside(url: &DatabaseUrl, keys: &DataKeys) -> Result<Self, StorageError> {
        let ledger = Self::opened(url, keys, connect, 1, Arc::new(|| {}), RECENT_MAX, Sorting::LeftToTheHub)?;
        Filling::refuse(url)?;
        Ok(ledger)
    }

    /// Opens a migrated database to be filled with what may be lost: while it is open here, commits do not wait for the
    /// disk, and what a power failure leaves is to be thrown away. Only an empty database is taken so; any other is opened
    /// as by [`Self::open`]. On SQLite no other process has it open meanwhile: it is refused while one has, and refuses them.
    pub fn open_to_fill(url: &DatabaseUrl, keys: &DataKeys) -> Result<Self, LedgerError> {
        let durable = Self::open(url, keys, 1, Arc::new(|| {}))?;
        if !durable.read(|reader| reader.is_empty())? {
            return Ok(durable);
        }
        durable.close();
        drop(durable);
        let filling = Filling::begin(url)?.map(Arc::new);
        let filled = Self::opened(url, keys, connect_undurable, 1, Arc::new(|| {}), RECENT_MAX, Sorting::Own)?;
        Ok(Self { filling, ..filled })
    }

    /// [`Self::open`] with a bound of one's own for the bills and request keys that SQLite keeps in memory, about 100
    /// bytes each, before they are sorted into their tables. PostgreSQL keeps none.
    pub fn open_with_recent(
        url: &DatabaseUrl,
        keys: &DataKeys,
        readers: u32,
        on_tasks: Arc<dyn Fn() + Send + Sync>,
        recent_max: usize,
    ) -> Result<Self, StorageError> {
        let ledger = Self::opened(url, keys, connect, readers, on_tasks, recent_max, Sorting::Own)?;
        Filling::refuse(url)?;
        Ok(ledger)
    }

    fn opened(
        url: &DatabaseUrl,
        keys: &DataKeys,
        writing: Connect,
        readers: u32,
        on_tasks: Arc<dyn Fn() + Send + Sync>,
        recent_max: usize,
        sorting: Sorting,
    ) -> Result<Self, StorageError> {
        let mut connection = connect(url)?;
        if pending(&mut connection)? {
            return Err(StorageError::Connect("its tables are not up to date: run `fatoura migrate` first".to_owned()));
        }
        let keys = Arc::new(Keyring::open_database(&mut connection, keys)?);
        Ok(Self {
            url: url.clone(),
            writer: Arc::new(Writer::start(url.clone(), writing, on_tasks, recent_max, sorting, Arc::clone(&keys))?),
            readers: reader_pool(url, readers)?,
            keys,
            hold: None,
            filling: None,
        })
    }

    /// The same ledger for a run of a job: what it writes is written while the run holds its job, and it reads until the
    /// run is stopped. Commands on payments are not held up: they are idempotent by themselves.
    #[must_use]
    pub fn held_by(&self, hold: RunHold) -> Self {
        let (url, writer, readers) = (self.url.clone(), Arc::clone(&self.writer), self.readers.clone());
        let keys = Arc::clone(&self.keys);
        Self { url, writer, readers, keys, hold: Some(hold), filling: self.filling.clone() }
    }

    /// Starts a payment.
    pub fn pay(&self, pay: Pay, reply: Reply<PayOutcome>) {
        let payer = self.keys.seal_some(&PAYMENTS_PHONE, 0, pay.phone.as_deref()).and_then(|phone| {
            let email = self.keys.seal_some(&PAYMENTS_EMAIL, 0, pay.email.as_deref())?;
            let address = pay.address.as_ref().map(|address| GuardTrace::of_address(address, &self.keys));
            Ok(SealedPayer { phone, email, address })
        });
        match payer {
            Ok(payer) => self.writer.submit(Job::Pay(Box::new(SealedPay { pay, payer }), reply)),
            Err(error) => reply(Err(error.into())),
        }
    }

    /// Takes a payment one step on.
    pub fn advance(&self, advance: Advance, reply: Reply<AdvanceOutcome>) {
        self.writer.submit(Job::Advance(Box::new(advance), reply));
    }

    /// A rare write. It may run more than once, each time from nothing, until it is committed once.
    pub fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut WriteOp<'_>) -> Result<T, StorageError> + Send + 'static,
        reply: Reply<T>,
    ) {
        let hold = self.hold.clone();
        self.writer.submit(Job::Rare(Box::new(RareJob { write, hold, is_held: true, result: None, reply })));
    }

    /// A rare write around a step of a payment, all in one commit: `before` says which step, or answers without one;
    /// `after` hears what became of it. Both may run more than once, each time from nothing, until they are committed once.
    pub fn write_step<T: Send + 'static>(
        &self,
        before: impl FnMut(&mut WriteOp<'_>) -> Result<Result<Advance, T>, StorageError> + Send + 'static,
        after: impl FnMut(&mut WriteOp<'_>, AdvanceOutcome) -> Result<T, StorageError> + Send + 'static,
        reply: Reply<T>,
    ) {
        self.writer.submit(Job::Step(Box::new(StepJob { before, after, result: None, reply })));
    }

    /// [`Self::pay`], waiting for the answer.
    pub fn pay_now(&self, pay: Pay) -> Result<PayOutcome, LedgerError> {
        wait(|reply| self.pay(pay, reply))
    }

    /// [`Self::advance`], waiting for the answer.
    pub fn advance_now(&self, advance: Advance) -> Result<AdvanceOutcome, LedgerError> {
        wait(|reply| self.advance(advance, reply))
    }

    /// [`Self::write`], waiting for the answer.
    pub fn write_now<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut WriteOp<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        wait(|reply| self.write(write, reply))
    }

    /// [`Self::write_step`], waiting for the answer.
    pub fn write_step_now<T: Send + 'static>(
        &self,
        before: impl FnMut(&mut WriteOp<'_>) -> Result<Result<Advance, T>, StorageError> + Send + 'static,
        after: impl FnMut(&mut WriteOp<'_>, AdvanceOutcome) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        wait(|reply| self.write_step(before, after, reply))
    }

    /// Reads. Blocks while the pool is empty and while the database works: not for a thread that serves many.
    pub fn read<T>(&self, read: impl FnOnce(&mut Reader<'_>) -> Result<T, StorageError>) -> Result<T, LedgerError> {
        self.unless_stopped()?;
        let mut connection = self.readers.get().map_err(|error| StorageError::Connect(error.to_string()))?;
        Ok(read(&mut Reader {
            connection: &mut connection,
            recent_bills: self.writer.recent_bills(),
            keys: &self.keys,
        })?)
    }

    /// [`Self::read`] of one moment: what is committed meanwhile is not seen. For what is read in several steps and must fit
    /// together. Bills that are not in their tree yet are seen as they stand.
    pub fn read_whole<T>(
        &self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, StorageError>,
    ) -> Result<T, LedgerError> {
        self.unless_stopped()?;
        let mut pooled = self.readers.get().map_err(|error| StorageError::Connect(error.to_string()))?;
        let connection: &mut Conn = &mut pooled;
        let found = connection.transaction(|connection| {
            // On SQLite a transaction sees what was there when it first read.
            if let Conn::Pg(pg) = connection {
                pg.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
            }
            read(&mut Reader { connection, recent_bills: self.writer.recent_bills(), keys: &self.keys })
        });
        Ok(found?)
    }

    fn unless_stopped(&self) -> Result<(), LedgerError> {
        match &self.hold {
            Some(hold) if hold.is_stopped() => Err(LedgerError::NotHeld),
            Some(_) | None => Ok(()),
        }
    }

    /// How many connections that read are in use.
    pub fn readers_in_use(&self) -> usize {
        let state = self.readers.state();
        usize::try_from(state.connections.saturating_sub(state.idle_connections)).unwrap_or(0)
    }

    /// How many reads can run side by side.
    pub fn readers_max(&self) -> usize {
        usize::try_from(self.readers.max_size()).unwrap_or(1)
    }

    /// Where the ledger is kept.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Whether the writer takes work.
    pub fn is_writing(&self) -> bool {
        self.writer.is_alive()
    }

    /// The writer's counters.
    pub fn stats(&self) -> &WriterStats {
        self.writer.stats()
    }

    /// Takes nothing more, commits what is queued, and stops the writer.
    pub fn close(&self) {
        self.writer.close();
    }
}

fn wait<T: Send + 'static>(submit: impl FnOnce(Reply<T>)) -> Result<T, LedgerError> {
    let (answer, heard) = sync_channel(1);
    submit(Box::new(move |result| drop(answer.send(result))));
    heard.recv().unwrap_or(Err(LedgerError::Closed))
}
