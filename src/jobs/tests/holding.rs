//! What a run still writes once it does not hold its job, on both databases.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use ledger::{LedgerError, RunHold};

use super::*;

type Wrote = Result<(), LedgerError>;
type Gate = (Receiver<()>, Sender<Wrote>);

/// By database: what blocking work waits for before it writes, and where it tells what became of its write.
static GATES: StdMutex<Option<HashMap<String, Gate>>> = StdMutex::new(None);

/// Work on a thread that nobody can stop: it opens a window once its gate opens.
fn blocking(run: Run) -> Work {
    Box::pin(async move {
        let work = |ledger: &Ledger| {
            let gates = GATES.lock().unwrap().as_mut().and_then(|gates| gates.remove(&ledger.url().to_string()));
            let (gate, tell) = gates.unwrap();
            gate.recv().unwrap();
            let now = at("2026-12-02T01:30:00Z");
            tell.send(ledger.write_now(move |op| op.open_window(1001, now, now))).unwrap();
            Ok(())
        };
        crate::jobs::settlement::beside(&run, work).await.map(|()| JobReport::default())
    })
}

/// Why a run ends while its work goes on.
#[derive(Debug, Clone, Copy)]
enum CutOff {
    TooLong,
    Lost,
    Stopped,
}

/// Work that blocks goes on when its run was cut off, and changes nothing any more, whether another run has the job or not.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn blocking_work_of_a_run_that_was_cut_off_writes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(CutOff::TooLong, CutOff::Lost, CutOff::Stopped)] cut_off: CutOff,
) {
    let Some(world) = World::on(backend, "2026-12-02T01:29:00Z") else { return };
    let ((open, gate), (tell, told)) = (channel(), channel());
    GATES.lock().unwrap().get_or_insert_default().insert(world.database.url.to_string(), (gate, tell));
    let mut job = daily(blocking);
    if matches!(cut_off, CutOff::TooLong) {
        // Long enough for the work to begin.
        job.longest = Duration::from_secs(2);
    }
    // Its clock stands still: what it renews, ends a minute later for the others.
    let stands = Arc::new(StdMutex::new(at("2026-12-02T01:29:00Z")));
    let node = world.node_by(Arc::clone(&stands), &[job]).await;
    *stands.lock().unwrap() = at("2026-12-02T01:30:00Z");
    node.ticker.tick().await;
    while GATES.lock().unwrap().as_ref().is_some_and(|gates| gates.contains_key(&world.database.url.to_string())) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let other = world.node(&[daily(well)]).await;
    match cut_off {
        CutOff::TooLong => {}
        CutOff::Lost => {
            world.set("2026-12-02T01:31:00Z");
            other.tick().await;
        }
        CutOff::Stopped => node.stop.send(true).unwrap(),
    }
    node.ticker.rest().await;
    assert!(told.try_recv().is_err(), "its work is still there");
    open.send(()).unwrap();
    let wrote = tokio::task::spawn_blocking(move || told.recv().unwrap()).await.unwrap();
    assert!(matches!(wrote, Err(LedgerError::NotHeld)), "{wrote:?}");
    let windows = other.ledger.read(|reader| reader.settlement_windows(None, 10)).unwrap();
    assert!(windows.is_empty(), "{windows:?}");
}

/// A write is refused by the number of its claim alone, before anybody told the run to stop.
#[rstest]
#[tokio::test]
async fn a_write_of_an_older_claim_is_refused(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let job: &'static [Job] = Box::leak(Box::new([daily(well)]));
    let (node, other) = (world.node(job).await, world.node(job).await);
    let now = at("2026-12-01T12:00:00Z");
    let claimed = node.ticker.runner.claim_by_hand(&job[0], now).await.unwrap();
    let JobClaimed::Run(first) = claimed else { panic!("held") };
    let held = node.ledger.held_by(RunHold::new(first));
    held.write_now(move |op| op.open_window(1001, now, now)).unwrap();
    world.pass(TimeDelta::seconds(60));
    let JobClaimed::Run(_) = other.ticker.runner.claim_by_hand(&job[0], now).await.unwrap() else { panic!("held") };
    let wrote = held.write_now(move |op| op.open_window(1002, now, now));
    assert!(matches!(wrote, Err(LedgerError::NotHeld)), "{wrote:?}");
    let windows = node.ledger.read(|reader| reader.settlement_windows(None, 10)).unwrap();
    assert_eq!(windows.iter().map(|window| window.biller).collect::<Vec<_>>(), [1001]);
}

/// A run that was stopped does not read on either: long work ends soon.
#[rstest]
#[tokio::test]
async fn a_run_that_was_stopped_reads_no_more(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let node = world.node(&[daily(well)]).await;
    let hold = RunHold::new(ledger::Fence { job: "daily".to_owned(), run: 1, fencing: 0 });
    let held = node.ledger.held_by(hold.clone());
    assert!(held.read(|reader| reader.jobs()).is_ok());
    hold.stop();
    let (read, whole) = (held.read(|reader| reader.jobs()), held.read_whole(|reader| reader.jobs()));
    assert!(matches!((read, whole), (Err(LedgerError::NotHeld), Err(LedgerError::NotHeld))));
    assert!(node.ledger.read(|reader| reader.jobs()).is_ok());
}
