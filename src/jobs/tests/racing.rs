//! Processes that run the same jobs, and runs that are cut off or asked for by hand, on both databases.

use std::sync::atomic::AtomicU32;

use super::*;

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
