//! What runs by the clock, as rows: which occurrence of a job is due, who holds its lease, and what became of each run.
//!
//! A claim is one conditional update that makes the job's fencing number grow; whatever a run writes about itself is
//! taken only under the number that it was given. Who is too late, or lost its lease, is told so and changes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::ledger::Reader;
use crate::states::{IncidentKind, JobCause, JobOutcome};
use crate::storage::schema::{incidents, job_runs, jobs};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// Longest error text kept, in characters.
const ERROR_MAX: usize = 300;
/// How long runs are kept; the newest of each job stay longer.
const RUNS_KEPT: TimeDelta = TimeDelta::days(400);
/// Runs of one job that are kept at most: a job of every second leaves that many in an hour.
const RUNS_MAX: i64 = 2_000;

/// A job as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredJob {
    /// Its name.
    pub name: String,
    /// The occurrence that is due next (UTC).
    pub next_run_at: NaiveDateTime,
    /// Not tried before (UTC), after a run that failed.
    pub not_before: NaiveDateTime,
    /// Who runs it, or ran it last: a process's name, or empty.
    pub lease_owner: String,
    /// Until when nobody else may run it (UTC).
    pub leased_until: NaiveDateTime,
    /// The number of its last claim.
    pub fencing: i64,
    /// Runs in a row that failed or never came back.
    pub failures: i32,
    /// When a run last ended well (UTC).
    pub done_at: Option<NaiveDateTime>,
    /// The open incident about it.
    pub incident: Option<i64>,
}

impl StoredJob {
    /// Whether somebody holds it.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.leased_until > now.naive_utc()
    }

    /// Whether its next run is to be claimed now.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        let now = now.naive_utc();
        self.next_run_at <= now && self.not_before <= now && self.leased_until <= now
    }
}

/// What a run writes under: while the job is its own and it was not stopped. Work on a thread that cannot be stopped goes
/// on for a while; what it holds ends at once.
#[derive(Debug, Clone)]
pub struct RunHold {
    fence: Fence,
    is_stopped: Arc<AtomicBool>,
}

impl RunHold {
    /// The hold of a run that was claimed.
    pub fn new(fence: Fence) -> Self {
        Self { fence, is_stopped: Arc::default() }
    }

    /// Ends it, for all who have it: a write that waits in the queue finds it ended.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
    }

    /// Whether the run was stopped.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    /// Whether the run may write; nobody else can claim its job before this write ends.
    pub(crate) fn stands(&self, op: &mut WriteOp<'_>) -> Result<bool, StorageError> {
        Ok(!self.is_stopped() && op.holds(&self.fence)?)
    }
}

/// A run that is asked for.
#[derive(Debug, Clone)]
pub struct JobClaim {
    /// The job's name.
    pub job: String,
    /// The process that would run it.
    pub node: String,
    /// The occurrence that it works for (UTC).
    pub scheduled_for: NaiveDateTime,
    /// What asks.
    pub cause: JobCause,
    /// `Some`: only if this occurrence is the one that is due, so that nobody has run it meanwhile. `None`: by hand.
    pub due: Option<NaiveDateTime>,
    /// Occurrences that are left out on the way, from this one on, told in words; they leave a row.
    pub skipped: Option<(NaiveDateTime, String)>,
    /// Until when it would be held.
    pub lease_until: DateTime<Utc>,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobClaimed {
    /// The run may begin.
    Run(Fence),
    /// Another process runs the job, until this time (UTC) unless it renews its lease.
    Held(String, NaiveDateTime),
    /// Another process ran this occurrence meanwhile.
    NotDue,
}

/// What a run holds: its own number, and the job's fencing number. A job with effects beyond its own rows asks
/// [`WriteOp::holds`] in the very write that makes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The job's name.
    pub job: String,
    /// The run's number.
    pub run: i64,
    /// The number of its claim.
    pub fencing: i64,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct JobEnd {
    /// What became of it.
    pub outcome: JobOutcome,
    /// What it counted, as JSON.
    pub counts: String,
    /// Why it failed, without personal data; empty if it did not.
    pub error: String,
    /// The occurrence that is due next; `None` leaves it as it is.
    pub next_run_at: Option<NaiveDateTime>,
    /// When the job may be claimed again at the earliest.
    pub not_before: NaiveDateTime,
}

/// A run as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// Its number.
    pub id: i64,
    /// The job's name.
    pub job: String,
    /// The number of its claim.
    pub fencing: i64,
    /// The occurrence that it worked for (UTC).
    pub scheduled_for: NaiveDateTime,
    /// When it began (UTC).
    pub started_at: NaiveDateTime,
    /// When it ended (UTC).
    pub ended_at: Option<NaiveDateTime>,
    /// What became of it.
    pub outcome: JobOutcome,
    /// What asked for it.
    pub cause: JobCause,
    /// What it counted, as JSON; empty while it runs.
    pub counts: String,
    /// Why it failed.
    pub error: String,
    /// The process that ran it.
    pub node: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs)]
struct StoredRow {
    name: String,
    next_run_at: NaiveDateTime,
    not_before: NaiveDateTime,
    lease_owner: String,
    leased_until: NaiveDateTime,
    fencing: i64,
    failures: i32,
    done_at: Option<NaiveDateTime>,
    incident_id: Option<i64>,
}

impl From<StoredRow> for StoredJob {
    fn from(row: StoredRow) -> Self {
        let StoredRow { name, next_run_at, not_before, lease_owner, leased_until, fencing, failures, .. } = row;
        let (done_at, incident) = (row.done_at, row.incident_id);
        Self { name, next_run_at, not_before, lease_owner, leased_until, fencing, failures, done_at, incident }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = job_runs)]
#[diesel(treat_none_as_default_value = false)]
struct RunRow {
    id: i64,
    job: String,
    fencing: i64,
    scheduled_for: NaiveDateTime,
    started_at: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
    outcome: i16,
    cause: i16,
    counts: String,
    error: String,
    node: String,
}

impl TryFrom<RunRow> for JobRun {
    type Error = StorageError;

    fn try_from(row: RunRow) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of run {}", row.id));
        let outcome = JobOutcome::from_code(row.outcome).ok_or_else(|| damaged("outcome"))?;
        let cause = JobCause::from_code(row.cause).ok_or_else(|| damaged("cause"))?;
        let RunRow { id, job, fencing, scheduled_for, started_at, ended_at, counts, error, node, .. } = row;
        Ok(Self { id, job, fencing, scheduled_for, started_at, ended_at, outcome, cause, counts, error, node })
    }
}

fn short(error: &str) -> String {
    error.chars().take(ERROR_MAX).collect()
}

impl WriteOp<'_> {
    /// Takes a job in, due first at this time; one that is known stays as it is.
    pub fn ensure_job(&mut self, name: &str, first_run_at: NaiveDateTime) -> Result<(), StorageError> {
        let values = (
            jobs::name.eq(name),
            jobs::next_run_at.eq(first_run_at),
            jobs::not_before.eq(first_run_at),
            jobs::lease_owner.eq(""),
            jobs::leased_until.eq(DateTime::UNIX_EPOCH.naive_utc()),
            jobs::fencing.eq(0),
            jobs::failures.eq(0),
        );
        let insert = diesel::insert_into(jobs::table).values(values);
        match &mut *self.connection {
            Conn::Sqlite(c) => insert.on_conflict_do_nothing().execute(c)?,
            Conn::Pg(c) => insert.on_conflict_do_nothing().execute(c)?,
        };
        Ok(())
    }

    /// Makes a job due by this time, unless it is due earlier.
    pub fn bring_job_forward(&mut self, name: &str, to: NaiveDateTime) -> Result<(), StorageError> {
        diesel::update(jobs::table.filter(jobs::name.eq(name)).filter(jobs::next_run_at.gt(to)))
            .set(jobs::next_run_at.eq(to))
            .execute(self.connection)?;
        Ok(())
    }

    /// Claims a job for one run. A run before it that never said how it ended is written down as abandoned.
    pub fn claim_job(&mut self, claim: &JobClaim, now: DateTime<Utc>) -> Result<JobClaimed, StorageError> {
        let at = now.naive_utc();
        let step = if claim.skipped.is_some() { 2 } else { 1 };
        let taken = (
            jobs::lease_owner.eq(&claim.node),
            jobs::leased_until.eq(claim.lease_until.naive_utc()),
            jobs::fencing.eq(jobs::fencing + step),
        );
        let free = jobs::table.filter(jobs::name.eq(&claim.job)).filter(jobs::leased_until.le(at));
        let claimed = match claim.due {
            Some(due) => diesel::update(free.filter(jobs::next_run_at.eq(due)).filter(jobs::not_before.le(at)))
                .set(taken)
                .execute(self.connection)?,
            None => diesel::update(free).set(taken).execute(self.connection)?,
        };
        let Some(job) = self.job(&claim.job)? else {
            return Err(StorageError::Failed(format!("there is no job {}", claim.job)));
        };
        if claimed == 0 {
            let held = job.is_leased(now);
            return Ok(if held { JobClaimed::Held(job.lease_owner, job.leased_until) } else { JobClaimed::NotDue });
        }
        self.abandon_runs(&job, at)?;
        if let Some((from, why)) = &claim.skipped {
            let (outcome, ended_at) = (JobOutcome::Skipped, Some(at));
            self.put_run(claim, job.fencing - 1, *from, at, ended_at, outcome, why)?;
        }
        let run = self.put_run(claim, job.fencing, claim.scheduled_for, at, None, JobOutcome::Running, "")?;
        Ok(JobClaimed::Run(Fence { job: job.name, run, fencing: job.fencing }))
    }

    /// Runs that are still said to run while another one claimed the job: their processes are gone, or too late.
    fn abandon_runs(&mut self, job: &StoredJob, at: NaiveDateTime) -> Result<(), StorageError> {
        let lost = job_runs::table
            .filter(job_runs::job.eq(&job.name))
            .filter(job_runs::fencing.lt(job.fencing))
            .filter(job_runs::outcome.eq(JobOutcome::Running.code()));
        let end = (
            job_runs::outcome.eq(JobOutcome::Abandoned.code()),
            job_runs::ended_at.eq(Some(at)),
            job_runs::error.eq("its process ended, or stood still past its lease"),
        );
        if diesel::update(lost).set(end).execute(self.connection)? > 0 {
            diesel::update(jobs::table.filter(jobs::name.eq(&job.name)))
                .set(jobs::failures.eq(jobs::failures + 1))
                .execute(self.connection)?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of a row")]
    fn put_run(
        &mut self,
        claim: &JobClaim,
        fencing: i64,
        scheduled_for: NaiveDateTime,
        started_at: NaiveDateTime,
        ended_at: Option<NaiveDateTime>,
        outcome: JobOutcome,
        error: &str,
    ) -> Result<i64, StorageError> {
        let id = self.next_id()?;
        let row = RunRow {
            id,
            job: claim.job.clone(),
            fencing,
            scheduled_for,
            started_at,
            ended_at,
            outcome: outcome.code(),
            cause: claim.cause.code(),
            counts: String::new(),
            error: short(error),
            node: claim.node.clone(),
        };
        diesel::insert_into(job_runs::table).values(row).execute(self.connection)?;
        Ok(id)
    }

    /// Holds a job longer. `false`: the lease was lost, and the run must stop.
    pub fn renew_job(&mut self, fence: &Fence, lease_until: DateTime<Utc>) -> Result<bool, StorageError> {
        let own = jobs::table.filter(jobs::name.eq(&fence.job)).filter(jobs::fencing.eq(fence.fencing));
        let until = jobs::leased_until.eq(lease_until.naive_utc());
        Ok(diesel::update(own).set(until).execute(self.connection)? == 1)
    }

    /// Whether a run still holds its job; nobody else can claim it before this write ends.
    pub fn holds(&mut self, fence: &Fence) -> Result<bool, StorageError> {
        let row = jobs::table.filter(jobs::name.eq(&fence.job)).select(jobs::fencing);
        let fencing: Option<i64> = match &mut *self.connection {
            Conn::Sqlite(c) => row.get_result(c).optional()?,
            Conn::Pg(c) => row.for_update().get_result(c).optional()?,
        };
        Ok(fencing == Some(fence.fencing))
    }

    /// Writes down how a run ended, and gives the job back. `false`: somebody else claimed it meanwhile, and nothing
    /// was changed.
    pub fn end_job(&mut self, fence: &Fence, end: &JobEnd, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let at = now.naive_utc();
        if !self.holds(fence)? {
            return Ok(false);
        }
        let run = job_runs::table.filter(job_runs::id.eq(fence.run));
        let ended = (
            job_runs::ended_at.eq(Some(at)),
            job_runs::outcome.eq(end.outcome.code()),
            job_runs::counts.eq(&end.counts),
            job_runs::error.eq(short(&end.error)),
        );
        let open = run.filter(job_runs::outcome.eq(JobOutcome::Running.code()));
        if diesel::update(open).set(ended).execute(self.connection)? != 1 {
            return Ok(false);
        }
        let job = || jobs::table.filter(jobs::name.eq(&fence.job));
        let given_back = (jobs::leased_until.eq(at), jobs::not_before.eq(end.not_before));
        diesel::update(job()).set(given_back).execute(self.connection)?;
        if let Some(next) = end.next_run_at {
            diesel::update(job()).set(jobs::next_run_at.eq(next)).execute(self.connection)?;
        }
        match end.outcome {
            JobOutcome::Done => {
                let well = (jobs::failures.eq(0), jobs::done_at.eq(Some(at)));
                diesel::update(job()).set(well).execute(self.connection)?;
            }
            JobOutcome::Failed => {
                diesel::update(job()).set(jobs::failures.eq(jobs::failures + 1)).execute(self.connection)?;
            }
            JobOutcome::Running | JobOutcome::Abandoned | JobOutcome::Skipped => {}
        }
        Ok(true)
    }

    /// Opens the incident about a job, or closes it. `false`: another process did it before.
    pub fn set_job_alarm(&mut self, name: &str, why: Option<&str>, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let row = jobs::table.filter(jobs::name.eq(name));
        let known = row.select(jobs::incident_id);
        let open: Option<i64> = match &mut *self.connection {
            Conn::Sqlite(c) => known.get_result(c)?,
            Conn::Pg(c) => known.for_update().get_result(c)?,
        };
        let incident = match (open, why) {
            (None, Some(why)) => {
                let id = self.next_id()?;
                let values = (
                    incidents::id.eq(id),
                    incidents::kind.eq(IncidentKind::Job.code()),
                    incidents::detail.eq(short(&format!("{name}: {why}"))),
                    incidents::created_at.eq(now.naive_utc()),
                );
                diesel::insert_into(incidents::table).values(values).execute(self.connection)?;
                Some(id)
            }
            (Some(id), None) => {
                diesel::update(incidents::table.filter(incidents::id.eq(id)).filter(incidents::closed_at.is_null()))
                    .set(incidents::closed_at.eq(Some(now.naive_utc())))
                    .execute(self.connection)?;
                None
            }
            (None, None) | (Some(_), Some(_)) => return Ok(false),
        };
        diesel::update(row).set(jobs::incident_id.eq(incident)).execute(self.connection)?;
        Ok(true)
    }

    /// Deletes runs that are too old or too many; how many.
    pub fn prune_job_runs(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let mut gone = 0;
        let over = |row: &(String, i64)| (row.0.clone(), row.1 - RUNS_MAX);
        let all: Vec<(String, i64)> = jobs::table.select((jobs::name, jobs::fencing)).load(self.connection)?;
        for (name, first) in all.iter().map(over) {
            let ended = job_runs::table
                .filter(job_runs::job.eq(&name))
                .filter(job_runs::outcome.ne(JobOutcome::Running.code()));
            gone += diesel::delete(ended.filter(job_runs::fencing.le(first))).execute(self.connection)?;
            let newest: Option<i64> = ended.select(diesel::dsl::max(job_runs::fencing)).get_result(self.connection)?;
            let old = ended.filter(job_runs::started_at.lt(now - RUNS_KEPT));
            gone += diesel::delete(old.filter(job_runs::fencing.lt(newest.unwrap_or(0)))).execute(self.connection)?;
        }
        Ok(gone)
    }

    fn job(&mut self, name: &str) -> Result<Option<StoredJob>, StorageError> {
        let row = jobs::table.filter(jobs::name.eq(name)).select(StoredRow::as_select());
        Ok(row.get_result(self.connection).optional()?.map(StoredJob::from))
    }
}

impl Reader<'_> {
    /// Every job that was ever taken in, by name.
    pub fn jobs(&mut self) -> Result<Vec<StoredJob>, StorageError> {
        let rows = jobs::table.order(jobs::name).select(StoredRow::as_select());
        Ok(rows.load(self.connection)?.into_iter().map(StoredJob::from).collect())
    }

    /// The last runs of a job, or of all, the newest first.
    pub fn job_runs(&mut self, name: Option<&str>, last: i64) -> Result<Vec<JobRun>, StorageError> {
        let rows: Vec<RunRow> = match name {
            Some(name) => job_runs::table
                .filter(job_runs::job.eq(name))
                .order(job_runs::fencing.desc())
                .limit(last)
                .select(RunRow::as_select())
                .load(self.connection)?,
            None => job_runs::table
                .order(job_runs::id.desc())
                .limit(last)
                .select(RunRow::as_select())
                .load(self.connection)?,
        };
        rows.into_iter().map(JobRun::try_from).collect()
    }
}
