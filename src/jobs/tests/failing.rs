//! Runs that fail, and when a person is called, on both databases.

use super::*;

fn finds_faults(_: Run) -> Work {
    Box::pin(async { Err(JobFailure::found(JobReport::of([("faults", 1)]), "the books are wrong")) })
}

fn panics(_: Run) -> Work {
    Box::pin(async { panic!("a fault of the job") })
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
