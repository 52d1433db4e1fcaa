//! Jobs over a ledger of their own, with a clock that tests move.

mod expiring;
mod holding;

use std::sync::Mutex as StdMutex;
use std::sync::atomic::AtomicU32;

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

fn finds_faults(_: Run) -> Work {
    Box::pin(async { Err(JobFailure::found(JobReport::of([("faults", 1)]), "the books are wrong")) })
}

fn panics(_: Run) -> Work {
    Box::pin(async { panic!("a fault of the job") })
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

/// Trouble passes: tried again, later each time, and a person is called once.
#[rstest]
#[tokio::test]
async fn a_job_in_trouble_is_tried_again_and_calls_a_person_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let node = world.node(&[daily(in_trouble)]).await;
    world.set("2026-12-02T01:30:00Z");
    for (minutes, runs) in [(0, 1), (1, 2), (1, 2), (1, 3), (2, 3), (1, 4)] {
        world.pass(TimeDelta::minutes(minutes));
        node.tick().await;
        assert_eq!(node.history().len(), runs);
        node.tick().await;
    }
    assert_eq!((node.stored().failures, shown(node.stored().next_run_at)), (4, "2026-12-02T01:30:00Z".to_owned()));
    let incidents = || node.ledger.read(|reader| reader.jobs()).unwrap()[0].incident;
    let first = incidents();
    assert!(first.is_some());
    assert_eq!(*node.warnings.lock().unwrap(), ["the job daily needs a person"]);
    // Mended: it recovers by itself, and the incident is closed.
    let mended = world.node(&[daily(well)]).await;
    world.pass(TimeDelta::minutes(5));
    mended.tick().await;
    mended.tick().await;
    assert_eq!((mended.stored().failures, mended.stored().incident), (0, None));
    assert!(mended.warnings.lock().unwrap().is_empty());
    assert_eq!(shown(mended.stored().next_run_at), "2026-12-03T01:30:00Z");
}

/// A fault that was found is not mended by trying again.
#[rstest]
#[tokio::test]
async fn a_fault_waits_for_the_next_time(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let node = world.node(&[daily(finds_faults).failures_max(1)]).await;
    world.set("2026-12-02T01:30:00Z");
    node.tick().await;
    world.pass(TimeDelta::hours(5));
    node.tick().await;
    let told = node.history();
    assert_eq!((told.len(), told[0].outcome), (1, JobOutcome::Failed));
    assert_eq!((in_words(&told[0].counts).as_str(), told[0].error.as_str()), ("faults 1", "the books are wrong"));
    assert_eq!(shown(node.stored().next_run_at), "2026-12-03T01:30:00Z");
    assert!(node.stored().incident.is_some());
}

#[rstest]
#[tokio::test]
async fn a_panic_is_a_failed_run(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-02T01:29:00Z") else { return };
    let node = world.node(&[daily(panics)]).await;
    world.set("2026-12-02T01:30:00Z");
    node.tick().await;
    assert!(node.history()[0].error.contains("panic"), "{:?}", node.history());
}

/// Nobody runs it: late is told by whoever looks, once, and over when it ran.
#[rstest]
#[tokio::test]
async fn a_late_job_calls_a_person_until_it_ran(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let node = world.node(&[daily(well)]).await;
    world.set("2026-12-02T01:41:00Z");
    node.ticker.watch(Idle::new()).await.unwrap();
    let incident = node.stored().incident;
    assert!(incident.is_some());
    node.ticker.watch(Idle::new()).await.unwrap();
    assert_eq!(node.stored().incident, incident);
    node.tick().await;
    node.tick().await;
    assert_eq!(node.stored().incident, None);
}

static AT_WORK: AtomicU32 = AtomicU32::new(0);
static AT_WORK_MOST: AtomicU32 = AtomicU32::new(0);

fn counted(_: Run) -> Work {
    Box::pin(async {
        AT_WORK_MOST.fetch_max(1 + AT_WORK.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(5)).await;
        AT_WORK.fetch_sub(1, Ordering::SeqCst);
        Ok(JobReport::default())
    })
}

/// Two processes tick at the same moments: one run for each occurrence, never two at once.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_run_each_occurrence_once() {
    // One after the other: what is at work is counted once for all.
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { continue };
        let job = [Job::of_database("often", "a test's", Every(10), counted)];
        let nodes = [world.node(&job).await, world.node(&job).await];
        for _ in 0..20 {
            tokio::join!(nodes[0].ticker.tick(), nodes[1].ticker.tick());
            tokio::join!(nodes[0].ticker.rest(), nodes[1].ticker.rest());
            world.pass(TimeDelta::seconds(10));
        }
        let runs = nodes[0].history();
        assert!(runs.iter().all(|run| run.outcome == JobOutcome::Done), "{runs:?}");
        let occurrences: Vec<_> = runs.iter().map(|run| run.scheduled_for).collect();
        let mut once = occurrences.clone();
        once.dedup();
        assert_eq!((occurrences.len(), once.len()), (20, 20));
        assert_eq!(AT_WORK_MOST.load(Ordering::SeqCst), 1);
    }
}

/// A run that hangs keeps others out while its process renews the lease, and leaves the job when the process stops.
#[rstest]
#[tokio::test]
async fn a_run_is_left_to_the_next_process_when_the_program_stops(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend, "2026-12-02T01:29:00Z") else { return };
    let node = world.node(&[daily(endless)]).await;
    world.set("2026-12-02T01:30:00Z");
    node.ticker.tick().await;
    let other = world.node(&[daily(well)]).await;
    other.tick().await;
    assert_eq!(other.history().len(), 1, "held");
    node.stop.send(true).unwrap();
    node.ticker.rest().await;
    assert_eq!(other.history()[0].outcome, JobOutcome::Abandoned);
    assert_eq!(other.stored().failures, 0, "an orderly stop is no failure");
    other.tick().await;
    let told: Vec<_> = other.history().iter().map(|run| (shown(run.scheduled_for), run.outcome)).collect();
    let occurrence = || "2026-12-02T01:30:00Z".to_owned();
    assert_eq!(told, [(occurrence(), JobOutcome::Abandoned), (occurrence(), JobOutcome::Done)]);
}

/// A process stands still past its lease; another one takes the job over, and the first stops when it wakes.
#[rstest]
#[tokio::test]
async fn a_run_that_lost_its_lease_stops_and_says_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend, "2026-12-02T01:29:00Z") else { return };
    let stands = Arc::new(StdMutex::new(at("2026-12-02T01:29:00Z")));
    let node = world.node_by(Arc::clone(&stands), &[daily(endless)]).await;
    *stands.lock().unwrap() = at("2026-12-02T01:30:00Z");
    node.ticker.tick().await;
    world.set("2026-12-02T01:31:00Z");
    let other = world.node(&[daily(well)]).await;
    other.ticker.tick().await;
    other.ticker.rest().await;
    node.ticker.rest().await;
    let outcomes: Vec<_> = other.history().iter().map(|run| run.outcome).collect();
    assert_eq!(outcomes, [JobOutcome::Abandoned, JobOutcome::Done]);
    assert_eq!(shown(other.stored().next_run_at), "2026-12-03T01:30:00Z");
}

#[rstest]
#[tokio::test]
async fn a_run_that_takes_too_long_is_stopped_and_has_failed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend, "2026-12-02T01:29:00Z") else { return };
    let mut job = daily(endless);
    job.longest = Duration::from_millis(20);
    let node = world.node(&[job]).await;
    world.set("2026-12-02T01:30:00Z");
    node.tick().await;
    assert!(node.history()[0].error.contains("it took longer than"), "{:?}", node.history());
}

#[rstest]
#[tokio::test]
async fn a_person_runs_a_job_and_the_schedule_stays(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let job: &'static [Job] = Box::leak(Box::new([daily(well)]));
    let node = world.node(job).await;
    let runner = &node.ticker.runner;
    let as_of = at("2026-11-01T00:00:00Z");
    let JobClaimed::Run(fence) = runner.claim_by_hand(&job[0], as_of).await.unwrap() else { panic!("held") };
    assert!(matches!(runner.claim_by_hand(&job[0], as_of).await.unwrap(), JobClaimed::Held(..)));
    let (_stop, stopped) = watch::channel(false);
    let ended = runner.run(&job[0], &fence, as_of, 0, true, stopped).await;
    assert_eq!(ended, Ended::Done(JobReport::default().with_text("2026-11-01T00:00:00Z")));
    assert_eq!(node.told(), [("2026-11-01T00:00:00Z".to_owned(), JobOutcome::Done, JobCause::ByHand)]);
    assert_eq!(shown(node.stored().next_run_at), "2026-12-02T01:30:00Z");
}

fn never(_: &mut ledger::Reader<'_>, _: DateTime<Utc>) -> super::job::Since {
    Ok(None)
}

/// There is work from two in the morning on, until the job is done with it.
fn from_two(reader: &mut ledger::Reader<'_>, now: DateTime<Utc>) -> super::job::Since {
    let since = at("2026-12-02T02:00:00Z");
    let is_done = reader.job_runs(Some("often"), 1)?.iter().any(|run| run.outcome == JobOutcome::Done);
    Ok((since <= now && !is_done).then_some(since.naive_utc()))
}

/// Nobody takes the work up: late is counted from the work, not from the clock, and told by whoever looks.
#[rstest]
#[tokio::test]
async fn work_that_nobody_takes_up_calls_a_person_until_it_is_done(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let node = world.node(&[Job::of_database("often", "a test's", Every(1), well).only_if(from_two)]).await;
    for (now, is_late) in [
        ("2026-12-02T01:59:59Z", false),
        ("2026-12-02T02:10:00Z", false),
        ("2026-12-02T02:10:01Z", true),
        ("2026-12-02T03:00:00Z", true),
    ] {
        world.set(now);
        node.ticker.watch(Idle::new()).await.unwrap();
        assert_eq!(node.stored().incident.is_some(), is_late, "{now}");
        assert_eq!(node.warnings.lock().unwrap().len(), usize::from(is_late), "{now}");
    }
    node.tick().await;
    node.tick().await;
    assert_eq!((node.told().len(), node.stored().incident), (1, None));
    assert!(node.warnings.lock().unwrap().is_empty());
}

/// Work that is being done is late for nobody, however old it is.
#[rstest]
#[tokio::test]
async fn old_work_under_way_calls_nobody(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let node = world.node(&[Job::of_database("often", "a test's", Every(1), endless).only_if(from_two)]).await;
    world.set("2026-12-02T05:00:00Z");
    node.ticker.tick().await;
    let other = world.node(&[Job::of_database("often", "a test's", Every(1), well).only_if(from_two)]).await;
    other.ticker.watch(Idle::new()).await.unwrap();
    assert_eq!((other.stored().fencing, other.stored().incident), (1, None));
    node.stop.send(true).unwrap();
    node.ticker.rest().await;
}

#[rstest]
#[tokio::test]
async fn without_work_nothing_is_claimed_and_nobody_is_called(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let node = world.node(&[Job::of_database("often", "a test's", Every(1), well).only_if(never)]).await;
    world.pass(TimeDelta::hours(3));
    node.tick().await;
    assert_eq!((node.stored().fencing, node.stored().incident), (0, None));
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

/// Trouble is tried again a minute later for each failure in a row, but not past the next time.
#[rstest]
#[case::first(Daily(2, 30), false, 0, None, "2026-12-02T01:41:00Z")]
#[case::third(Daily(2, 30), false, 2, None, "2026-12-02T01:43:00Z")]
#[case::an_hour_at_most(Daily(2, 30), false, 500, None, "2026-12-02T02:40:00Z")]
#[case::next_time_is_sooner(Every(30), false, 0, Some("2026-12-02T01:40:30Z"), "2026-12-02T01:40:00Z")]
#[case::a_period_is_not_given_up(Monthly(1, 6, 0), true, 0, None, "2026-12-02T01:41:00Z")]
fn trouble_passes(
    #[case] schedule: schedule::Schedule,
    #[case] per_period: bool,
    #[case] failures: i32,
    #[case] next: Option<&str>,
    #[case] not_before: &str,
) {
    let mut job = Job::of_database("job", "a test's", schedule, well);
    job.is_per_period = per_period;
    let ended = Ended::Failed(JobFailure::trouble("away"));
    let (as_of, now) = (at("2026-12-02T01:30:00Z"), at("2026-12-02T01:40:00Z"));
    let end = end_of(&job, &ended, as_of, failures, false, now).unwrap();
    assert_eq!(end.next_run_at, next.map(|next| at(next).naive_utc()));
    assert_eq!(shown(end.not_before), not_before);
    assert!(end_of(&job, &Ended::Lost, as_of, failures, false, now).is_none());
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
