//! The outbox: work that leaves the hub, written in the transaction that asked for it, claimed by lease.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::ledger::Reader;
use crate::states::{IncidentKind, PaymentState, TaskKind};
use crate::storage::schema::{incidents, outbox, payments};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// One piece of work, claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number, the same over repeats.
    pub id: i64,
    /// What is to be done.
    pub kind: TaskKind,
    /// The number of the payment it is about; of the link, where a link is to be sent.
    pub payment: i64,
    /// How often it was tried, this time included.
    pub attempts: i32,
    /// What the last try left behind; empty if there was none, or if it never came back.
    pub note: String,
    /// When it was asked for (UTC).
    pub created_at: NaiveDateTime,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskResult {
    /// Done, with a note for the story.
    Done(String),
    /// Again at this time, and why.
    Again(DateTime<Utc>, String),
    /// A person must look; the task is over.
    Incident(IncidentKind, String),
}

/// Which tasks somebody works off by themselves, beside whoever works off all.
#[derive(Debug, Clone, Copy)]
pub struct TaskFilter {
    /// Of these kinds.
    pub kinds: &'static [TaskKind],
    /// `Some(true)`: only those that were tried before; `Some(false)`: only those that were not.
    pub tried: Option<bool>,
    /// Due by this time.
    pub due_by: DateTime<Utc>,
}

impl TaskFilter {
    fn codes(&self) -> Vec<i16> {
        self.kinds.iter().map(|kind| kind.code()).collect()
    }

    /// Tries so far, the first and the last number that fit.
    fn tries(&self) -> (i32, i32) {
        match self.tried {
            None => (0, i32::MAX),
            Some(false) => (0, 0),
            Some(true) => (1, i32::MAX),
        }
    }
}

/// Longest note kept, in characters.
const NOTE_MAX: usize = 300;

fn short(note: &str) -> String {
    note.chars().take(NOTE_MAX).collect()
}

type TaskRow = (i64, i16, i64, i32, String, NaiveDateTime);

impl WriteOp<'_> {
    /// Claims due tasks until `lease_until`: nobody else gets them before. The oldest first. A kind that only a later
    /// program knows is left to it.
    pub fn claim_tasks(
        &mut self,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Task>, StorageError> {
        let now = now.naive_utc();
        let due = outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::due_at.le(now))
            .filter(outbox::leased_until.le(now))
            .filter(outbox::kind.eq_any(TaskKind::ALL.iter().map(|kind| kind.code())))
            .order((outbox::due_at, outbox::id))
            .limit(limit)
            .select(outbox::id);
        let ids: Vec<i64> = match &mut *self.connection {
            Conn::Sqlite(c) => due.load(c)?,
            // Another node's claim is passed over, not waited for.
            Conn::Pg(c) => due.for_update().skip_locked().load(c)?,
        };
        self.claim_these(ids, lease_until)
    }

    /// Claims tasks that fit, in the order of their numbers from after `after` on, so that whoever goes on from the last
    /// one sees each once.
    pub fn claim_tasks_of(
        &mut self,
        filter: &TaskFilter,
        after: i64,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Task>, StorageError> {
        let (least, most) = filter.tries();
        let due = outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::due_at.le(filter.due_by.naive_utc()))
            .filter(outbox::leased_until.le(now.naive_utc()))
            .filter(outbox::attempts.between(least, most))
            .filter(outbox::kind.eq_any(filter.codes()))
            .filter(outbox::id.gt(after))
            .order(outbox::id)
            .limit(limit)
            .select(outbox::id);
        let ids: Vec<i64> = match &mut *self.connection {
            Conn::Sqlite(c) => due.load(c)?,
            Conn::Pg(c) => due.for_update().skip_locked().load(c)?,
        };
        self.claim_these(ids, lease_until)
    }

    fn claim_these(&mut self, ids: Vec<i64>, lease_until: DateTime<Utc>) -> Result<Vec<Task>, StorageError> {
        let mut tasks = Vec::with_capacity(ids.len());
        for id in ids {
            let claim = diesel::update(outbox::table.filter(outbox::id.eq(id)))
                .set((outbox::leased_until.eq(lease_until.naive_utc()), outbox::attempts.eq(outbox::attempts + 1)));
            let columns =
                (outbox::id, outbox::kind, outbox::payment_id, outbox::attempts, outbox::note, outbox::created_at);
            let row: TaskRow = match &mut *self.connection {
                Conn::Sqlite(c) => claim.returning(columns).get_result(c)?,
                Conn::Pg(c) => claim.returning(columns).get_result(c)?,
            };
            let (id, kind, payment, attempts, note, created_at) = row;
            let kind =
                TaskKind::from_code(kind).ok_or_else(|| StorageError::Damaged(format!("kind of task {id}: {kind}")))?;
            // The note is the last try's word; a try that never comes back leaves none.
            diesel::update(outbox::table.filter(outbox::id.eq(id)))
                .set(outbox::note.eq(""))
                .execute(self.connection)?;
            tasks.push(Task { id, kind, payment, attempts, note, created_at });
        }
        Ok(tasks)
    }

    /// Writes down what became of a try. A task that was finished meanwhile stays finished; and one that somebody else
    /// claimed meanwhile, as the lease had ended, is theirs: only that it is done counts, whoever did it.
    pub fn settle_task(&mut self, task: &Task, result: &TaskResult, now: DateTime<Utc>) -> Result<(), StorageError> {
        let now = now.naive_utc();
        let row = outbox::table.filter(outbox::id.eq(task.id)).filter(outbox::done_at.is_null());
        let own = row.filter(outbox::attempts.eq(task.attempts));
        match result {
            TaskResult::Done(note) => {
                let end = (outbox::done_at.eq(Some(now)), outbox::note.eq(short(note)));
                diesel::update(row).set(end).execute(self.connection)?;
            }
            TaskResult::Again(due_at, note) => {
                let again =
                    (outbox::due_at.eq(due_at.naive_utc()), outbox::leased_until.eq(now), outbox::note.eq(short(note)));
                diesel::update(own).set(again).execute(self.connection)?;
            }
            TaskResult::Incident(kind, detail) => {
                let end = (outbox::done_at.eq(Some(now)), outbox::note.eq(short(detail)));
                if diesel::update(own).set(end).execute(self.connection)? == 1 {
                    self.open_incident(*kind, Some(task.payment), detail, now)?;
                }
            }
        }
        Ok(())
    }

    /// Puts a task of a payment, or of a link, into the outbox.
    pub fn add_task(
        &mut self,
        kind: TaskKind,
        payment: i64,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let now = now.naive_utc();
        let values = (
            outbox::id.eq(self.next_id()?),
            outbox::kind.eq(kind.code()),
            outbox::payment_id.eq(payment),
            outbox::due_at.eq(due_at.naive_utc()),
            outbox::leased_until.eq(now),
            outbox::attempts.eq(0),
            outbox::note.eq(""),
            outbox::created_at.eq(now),
        );
        diesel::insert_into(outbox::table).values(values).execute(self.connection)?;
        self.wake();
        Ok(())
    }

    /// Ends all tasks of settled payments with numbers above `after`, as if they had been done when they were due: for
    /// payments that never were. How many there were.
    pub fn finish_tasks_of_settled(&mut self, after: i64) -> Result<usize, StorageError> {
        let settled = PaymentState::ALL.iter().filter(|state| !state.is_open()).map(|state| state.code());
        let ids = payments::table
            .filter(payments::id.gt(after))
            .filter(payments::state.eq_any(settled.collect::<Vec<_>>()))
            .select(payments::id);
        let open = outbox::table.filter(outbox::id.gt(after)).filter(outbox::done_at.is_null());
        let end = (outbox::done_at.eq(outbox::due_at.nullable()), outbox::attempts.eq(1));
        Ok(diesel::update(open.filter(outbox::payment_id.eq_any(ids))).set(end).execute(self.connection)?)
    }

    /// Calls for a person. One open incident of a kind and payment is enough; without a payment, one of a kind and detail.
    pub fn open_incident(
        &mut self,
        kind: IncidentKind,
        payment: Option<i64>,
        detail: &str,
        now: NaiveDateTime,
    ) -> Result<(), StorageError> {
        let open = incidents::table.filter(incidents::kind.eq(kind.code())).filter(incidents::closed_at.is_null());
        let same: i64 = match payment {
            Some(payment) => open.filter(incidents::payment_id.eq(payment)).count().get_result(self.connection)?,
            None => {
                let same = open.filter(incidents::payment_id.is_null()).filter(incidents::detail.eq(short(detail)));
                same.count().get_result(self.connection)?
            }
        };
        if same > 0 {
            return Ok(());
        }
        let values = (
            incidents::id.eq(self.next_id()?),
            incidents::kind.eq(kind.code()),
            incidents::payment_id.eq(payment),
            incidents::detail.eq(short(detail)),
            incidents::created_at.eq(now),
        );
        diesel::insert_into(incidents::table).values(values).execute(self.connection)?;
        Ok(())
    }
}

impl Reader<'_> {
    /// When the oldest task that fits was due (UTC), of those that wait for somebody.
    pub fn tasks_due_since(
        &mut self,
        filter: &TaskFilter,
        now: DateTime<Utc>,
    ) -> Result<Option<NaiveDateTime>, StorageError> {
        let (least, most) = filter.tries();
        let oldest = outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::due_at.le(filter.due_by.naive_utc()))
            .filter(outbox::leased_until.le(now.naive_utc()))
            .filter(outbox::attempts.between(least, most))
            .filter(outbox::kind.eq_any(filter.codes()))
            .order(outbox::due_at)
            .select(outbox::due_at)
            .first(self.connection);
        Ok(oldest.optional()?)
    }

    /// The note that the last try of an open task of this kind left, if there is one about this number.
    pub fn open_task(&mut self, kind: TaskKind, about: i64) -> Result<Option<String>, StorageError> {
        Ok(outbox::table
            .filter(outbox::payment_id.eq(about))
            .filter(outbox::kind.eq(kind.code()))
            .filter(outbox::done_at.is_null())
            .select(outbox::note)
            .first(self.connection)
            .optional()?)
    }

    /// What an open incident about this number says.
    pub fn incident_words(&mut self, about: i64) -> Result<Option<String>, StorageError> {
        Ok(incidents::table
            .filter(incidents::payment_id.eq(about))
            .filter(incidents::closed_at.is_null())
            .select(incidents::detail)
            .first(self.connection)
            .optional()?)
    }

    /// How many tasks are due, and the age of the oldest in seconds.
    pub fn outbox_backlog(&mut self, now: DateTime<Utc>) -> Result<(i64, i64), StorageError> {
        let now = now.naive_utc();
        let due = outbox::table.filter(outbox::done_at.is_null()).filter(outbox::due_at.le(now));
        let count: i64 = due.count().get_result(self.connection)?;
        let oldest: Option<NaiveDateTime> = due.select(diesel::dsl::min(outbox::due_at)).get_result(self.connection)?;
        Ok((count, oldest.map_or(0, |oldest| (now - oldest).num_seconds())))
    }
}
