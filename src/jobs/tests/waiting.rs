//! Jobs that find work all the time, by what waits for them, on both databases.

use super::*;
use crate::jobs::job::Since;

fn never(_: &mut ledger::Reader<'_>, _: DateTime<Utc>) -> Since {
    Ok(None)
}

/// There is work from two in the morning on, until the job is done with it.
fn from_two(reader: &mut ledger::Reader<'_>, now: DateTime<Utc>) -> Since {
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
