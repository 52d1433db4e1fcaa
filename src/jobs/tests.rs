//! Jobs over a ledger of their own, with a clock that tests move.

mod expiring;
mod failing;
mod holding;
mod racing;
mod waiting;

use std::sync::Mutex as StdMutex;

use chrono::{NaiveDateTime, TimeDelta};
use ledger::{JobCause, JobOutcome, JobRun, Ledger};
use rstest::rstest;

use super::job::{Run, Work};
use super::report::{JobFailure, JobReport};
use super::runner::{Pace, due_claim, end_of};
use super::schedule::Schedule::{Daily, Every, Monthly};
use super::*;
use crate::config::{ReconcileConfig, RetentionConfig, SettlementConfig};
use crate::test_database::{Backend, TestDatabase};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// One process, or several, over one database.
struct World {
    folder: tempfile::TempDir,
    database: TestDatabase,
    now: Arc<StdMutex<DateTime<Utc>>>,
}

/// A process.
struct Node {
    ticker: Arc<Ticker>,
    ledger: Arc<Ledger>,
    stop: watch::Sender<bool>,
    warnings: Warnings,
}

impl World {
    /// `None` without a server of that kind.
    fn on(backend: Backend, now: &str) -> Option<Self> {
        let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::make(backend)?);
        Some(Self { folder, database, now: Arc::new(StdMutex::new(at(now))) })
    }

    async fn node(&self, jobs: &[Job]) -> Node {
        self.node_by(Arc::clone(&self.now), jobs).await
    }

    /// A process with a clock of its own.
    async fn node_by(&self, now: Arc<StdMutex<DateTime<Utc>>>, jobs: &[Job]) -> Node {
        let ledger = Arc::new(Ledger::open_beside(&self.database.url, &ledger::DataKeys::of_bytes([7; 32])).unwrap());
        let parts = Parts {
            ledger: Arc::clone(&ledger),
            clock: Arc::new(move || *now.lock().unwrap()),
            retention: RetentionConfig::default(),
            settlement: SettlementConfig {
                folder: self.folder.path().join("settlement"),
                bank: None,
                bank_server: None,
                keys: BTreeMap::new(),
                sources: Vec::new(),
            },
            reconcile: ReconcileConfig::default(),
            hub: None,
        };
        let (stop, stopped) = watch::channel(false);
        let warnings = Warnings::default();
        let jobs: &'static [Job] = Box::leak(jobs.to_vec().into_boxed_slice());
        let pace = Pace { renew_every: Duration::from_millis(20), stop_max: Duration::from_millis(20) };
        let ticker = Arc::new(Ticker::new(jobs, Runner::at_pace(parts, pace), Arc::clone(&warnings), stopped));
        ticker.take_in().await.unwrap();
        Node { ticker, ledger, stop, warnings }
    }

    fn set(&self, now: &str) {
        *self.now.lock().unwrap() = at(now);
    }

    fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }
}

impl Node {
    /// A tick, and the end of what it started.
    async fn tick(&self) {
        self.ticker.tick().await;
        self.ticker.rest().await;
    }

    /// The oldest first.
    fn history(&self) -> Vec<JobRun> {
        let mut runs = self.ledger.read(|reader| reader.job_runs(None, 1_000)).unwrap();
        runs.reverse();
        runs
    }

    fn told(&self) -> Vec<(String, JobOutcome, JobCause)> {
        let told = |run: JobRun| (shown(run.scheduled_for), run.outcome, run.cause);
        self.history().into_iter().map(told).collect()
    }

    fn stored(&self) -> StoredJob {
        self.ledger.read(|reader| reader.jobs()).unwrap().remove(0)
    }
}

fn shown(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn well(run: Run) -> Work {
    Box::pin(async move { Ok(JobReport::default().with_text(shown(run.as_of.naive_utc()))) })
}

fn in_trouble(_: Run) -> Work {
    Box::pin(async { Err(JobFailure::trouble("the database is away")) })
}

/// Until it is stopped.
fn endless(_: Run) -> Work {
    Box::pin(std::future::pending())
}

const fn daily(work: fn(Run) -> Work) -> Job {
    Job::of_database("daily", "a test's", Daily(2, 30), work)
}

/// Ticks every ten minutes, from before until after the night, and says when the job ran.
async fn ran_between(world: &World, until: &str) -> Vec<String> {
    let node = world.node(&[daily(well)]).await;
    while *world.now.lock().unwrap() <= at(until) {
        node.tick().await;
        world.pass(TimeDelta::minutes(10));
    }
    assert!(node.history().iter().all(|run| run.outcome == JobOutcome::Done));
    node.history().into_iter().map(|run| shown(run.started_at)).collect()
}

/// 02:30 exists twice on 7 February 2027 and never on 14 March: the job runs once on each day.
#[rstest]
#[case::into_ramadan(
    "2027-02-05T23:00:00Z",
    "2027-02-08T12:00:00Z",
    &["2027-02-06T01:30:00Z", "2027-02-07T01:30:00Z", "2027-02-08T02:30:00Z"]
)]
#[case::out_of_ramadan(
    "2027-03-12T23:00:00Z",
    "2027-03-15T12:00:00Z",
    &["2027-03-13T02:30:00Z", "2027-03-14T02:00:00Z", "2027-03-15T01:30:00Z"]
)]
#[tokio::test]
async fn each_local_day_has_its_run_in_the_nights_of_the_shift(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] from: &str,
    #[case] until: &str,
    #[case] ran: &[&str],
) {
    let Some(world) = World::on(backend, from) else { return };
    assert_eq!(ran_between(&world, until).await, ran);
}

#[rstest]
#[tokio::test]
async fn what_was_missed_runs_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    world.node(&[daily(well)]).await.ledger.close();
    world.set("2026-12-05T12:00:00Z");
    let node = world.node(&[daily(well)]).await;
    node.tick().await;
    node.tick().await;
    assert_eq!(node.told(), [("2026-12-05T01:30:00Z".to_owned(), JobOutcome::Done, JobCause::CatchUp)]);
    assert_eq!(shown(node.stored().next_run_at), "2026-12-06T01:30:00Z");
    world.set("2026-12-06T01:30:00Z");
    node.tick().await;
    assert_eq!(node.told()[1], ("2026-12-06T01:30:00Z".to_owned(), JobOutcome::Done, JobCause::Schedule));
}

#[rstest]
#[tokio::test]
async fn what_was_missed_runs_for_each_period_in_order(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let job = [daily(well).per_period()];
    world.node(&job).await.ledger.close();
    world.set("2026-12-04T12:00:00Z");
    let node = world.node(&job).await;
    for _ in 0..5 {
        node.tick().await;
    }
    let expected = ["2026-12-02T01:30:00Z", "2026-12-03T01:30:00Z", "2026-12-04T01:30:00Z"];
    let told = node.history();
    assert_eq!(told.iter().map(|run| shown(run.scheduled_for)).collect::<Vec<_>>(), expected);
    // Each was given its own moment.
    assert_eq!(told.iter().map(|run| in_words(&run.counts)).collect::<Vec<_>>(), expected);
    assert_eq!(shown(node.stored().next_run_at), "2026-12-05T01:30:00Z");
}

#[rstest]
#[tokio::test]
async fn periods_that_are_too_old_are_left_out_and_told(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend, "2025-01-01T12:00:00Z") else { return };
    let job = [daily(well).per_period()];
    world.node(&job).await.ledger.close();
    world.set("2026-12-01T12:00:00Z");
    let node = world.node(&job).await;
    node.tick().await;
    let told = node.history();
    assert_eq!(
        told.iter().map(|run| (run.outcome, shown(run.scheduled_for))).collect::<Vec<_>>(),
        [
            (JobOutcome::Skipped, "2025-01-02T01:30:00Z".to_owned()),
            (JobOutcome::Done, "2025-10-28T01:30:00Z".to_owned()),
        ]
    );
    assert!(told[0].error.contains("before 2025-10-28 01:30 UTC"), "{}", told[0].error);
}

#[rstest]
#[case::on_time("2026-12-02T01:30:05Z", JobCause::Schedule)]
#[case::late("2026-12-02T01:31:01Z", JobCause::CatchUp)]
fn what_asks_for_a_run(#[case] now: &str, #[case] cause: JobCause) {
    let stored = StoredJob {
        name: "daily".to_owned(),
        next_run_at: at("2026-12-02T01:30:00Z").naive_utc(),
        not_before: at("2026-12-02T01:30:00Z").naive_utc(),
        lease_owner: String::new(),
        leased_until: at("2026-12-02T01:30:00Z").naive_utc(),
        fencing: 0,
        failures: 0,
        done_at: None,
        incident: None,
    };
    assert_eq!(due_claim(&daily(well), &stored, at(now), "a").cause, cause);
}

#[test]
fn the_table_is_sound() {
    let mut names: Vec<&str> = JOBS.iter().map(|job| job.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), JOBS.len(), "a name is one job's");
    for job in JOBS {
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(job.name.chars().all(plain) && job.name.len() <= 40, "{}", job.name);
        assert!(!job.about.is_empty() && job.about.len() <= 90 && !job.about.ends_with('.'), "{}", job.name);
        assert!(job.failures_max >= 1 && job.late_after > TimeDelta::zero(), "{}", job.name);
        let begins_with_a_time = job.schedule.first(at("2026-12-01T12:00:00Z"));
        assert!(begins_with_a_time < at("2027-12-01T12:00:00Z"), "{}", job.name);
    }
}
