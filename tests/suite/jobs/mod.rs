//! Jobs of the built program: one run over all its processes, what a kill leaves, runs by hand, and what its commands
//! refuse.

mod commands;
mod sweeping;

use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use rstest::rstest;
use sandbox::{Control, FaultKind, FaultRule, Sandbox, SandboxConfig};
use tokio::task::block_in_place;
use tokio::time::sleep;

use crate::cli::Ran;
use crate::crash::program::Place;
use crate::support::{Backend, TestDatabase};

/// Longest wait for anything: a machine under load, not a hang.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// The job whose runs can be held up: its biller takes as long as it is told to.
const PULL: &str = "pull_bill_files";

/// The sandbox and a place for the program; `None` where the database is not to be had.
async fn place(backend: Backend) -> Option<(sandbox::RunningSandbox, Control, Place)> {
    let database = TestDatabase::make(backend)?;
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let control = sandbox.control();
    let base = sandbox.base_url();
    let place = block_in_place(|| Place::new(database, base));
    Some((sandbox, control, place))
}

fn hold_up(control: &Control, ms: u64) {
    control.set_fault(FaultRule::new("biller:1202", FaultKind::Delay { ms }).on("find")).unwrap();
}

impl Place {
    fn job(&self, words: &[&str]) -> Ran {
        let mut all = vec!["job"];
        all.extend(words);
        let output: Output = block_in_place(|| self.command(&all).output().unwrap());
        Ran::of(output)
    }

    /// Waits for a number of the database.
    async fn until(&self, what: &str, query: &str) {
        let until = Instant::now() + WAIT_MAX;
        while block_in_place(|| self.database.number(query)) == 0 {
            assert!(Instant::now() < until, "{what}; the history:\n{}", self.job(&["history"]).out);
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn until_running(&self) {
        self.until("no run", "SELECT COUNT(*) FROM job_runs WHERE job = 'pull_bill_files' AND outcome = 1").await;
    }
}

/// Two nodes over one database: each occurrence of each job has one run.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_run_each_occurrence_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((sandbox, control, place)) = place(backend).await else { return };
    hold_up(&control, 1_500);
    let (mut one, mut other) = (place.serve(), place.serve_beside());
    one.ready().await;
    other.ready().await;
    place.until("no end", "SELECT COUNT(*) FROM job_runs WHERE job = 'pull_bill_files' AND outcome = 2").await;
    // Both have ticked since.
    sleep(Duration::from_millis(2_500)).await;
    let twice = "SELECT COUNT(*) FROM (SELECT job, scheduled_for FROM job_runs WHERE cause <> 3
                 GROUP BY job, scheduled_for HAVING COUNT(*) > 1) twice";
    assert_eq!(block_in_place(|| place.database.number(twice)), 0, "{}", place.job(&["history"]).out);
    let pulled = "SELECT COUNT(*) FROM job_runs WHERE job = 'pull_bill_files'";
    assert_eq!(block_in_place(|| place.database.number(pulled)), 1, "{}", place.job(&["history"]).out);
    one.kill();
    other.kill();
    sandbox.stop().await;
}

/// kill -9 in a run: nobody else may run the job while the lease lasts; after that the next process makes up for it, and
/// the history says what happened.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_is_made_up_for(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((sandbox, control, place)) = place(backend).await else { return };
    hold_up(&control, 20_000);
    let mut program = place.serve();
    program.ready().await;
    place.until_running().await;
    // By hand the same lease holds.
    let refused = place.job(&["run", PULL]);
    refused.failed(2, &["pull_bill_files is being run by ", "which holds it until 20"]);
    let list = place.job(&["list"]).done();
    let line = list.lines().find(|line| line.starts_with(PULL)).unwrap();
    assert!(line.contains("running on ") && line.contains("every 5 minutes"), "{list}");
    program.kill();
    control.clear_faults();
    place.job(&["run", PULL]).failed(2, &["is being run by "]);
    // A minute later another process notices.
    let later = place.start(Arc::new(|| Utc::now() + TimeDelta::seconds(61))).await;
    place.until("no catch-up", "SELECT COUNT(*) FROM job_runs WHERE job = 'pull_bill_files' AND outcome = 2").await;
    later.stop().await;
    let history = place.job(&["history", PULL]).done();
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(lines.len(), 3, "{history}");
    assert!(lines[1].contains("  done  ") && lines[1].contains("imported 1"), "{history}");
    assert!(lines[2].contains("  abandoned  ") && lines[2].contains("its process ended"), "{history}");
    // Both worked for the job's time, and the second knew that it was late.
    let causes = block_in_place(|| {
        place.database.number("SELECT COUNT(*) FROM job_runs WHERE job = 'pull_bill_files' AND cause = 2")
    });
    assert_eq!(causes, 1, "{history}");
    place.check_books();
    sandbox.stop().await;
}

/// Stopped in order, a run that does not end in time is left to the next start, at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_orderly_stop_gives_the_job_back() {
    let Some((sandbox, control, place)) = place(Backend::Sqlite).await else { return };
    hold_up(&control, 30_000);
    let running = place.start(Arc::new(Utc::now)).await;
    place.until_running().await;
    running.stop().await;
    control.clear_faults();
    let again = place.job(&["run", PULL]).done();
    assert!(again.contains("imported 1"), "{again}");
    let history = place.job(&["history", PULL]).done();
    assert!(history.contains("abandoned") && history.contains("its process was stopped"), "{history}");
    sandbox.stop().await;
}

/// A new biller's file is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn billers_that_change_bring_their_files_forward() {
    let Some((sandbox, _, place)) = place(Backend::Sqlite).await else { return };
    let running = place.start(Arc::new(Utc::now)).await;
    let pulled =
        |times| format!("SELECT COUNT(*) >= {times} FROM job_runs WHERE job = 'pull_bill_files' AND outcome = 2");
    place.until("no first run", &pulled(1)).await;
    let import = block_in_place(|| {
        let mut import = place.command(&["biller", "import"]);
        import.arg(crate::crash::program::biller_file(1202)).output().unwrap()
    });
    assert!(import.status.success(), "{import:?}");
    place.until("no second run", &pulled(2)).await;
    running.stop().await;
    sandbox.stop().await;
}

/// Wrong books: a failed run, an incident, a warning of a node that is ready; all of it gone when they are right again.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_books_call_a_person_until_they_are_right() {
    let Some((sandbox, _, place)) = place(Backend::Sqlite).await else { return };
    let sql = |statement: &str| {
        let ledger::DatabaseUrl::Sqlite(path) = &place.database.url else { unreachable!("SQLite") };
        let mut database = SqliteConnection::establish(&path.display().to_string()).unwrap();
        database.batch_execute(&format!("PRAGMA busy_timeout = 10000; {statement}")).unwrap();
    };
    sql("INSERT INTO accounts (id, kind, owner, currency, balance) VALUES (7, 1, 'x', 504, 100)");
    assert_eq!(place.job(&["run", "check_books"]).code, Some(1));
    let running = place.start(Arc::new(Utc::now)).await;
    place.until("no incident", "SELECT COUNT(*) FROM incidents WHERE kind = 8 AND closed_at IS NULL").await;
    let ready = format!("http://{}/health/ready", running.address());
    let until = Instant::now() + WAIT_MAX;
    let answer = async || reqwest::get(&ready).await.unwrap();
    while !answer().await.text().await.unwrap().contains("the job check_books needs a person") {
        assert!(Instant::now() < until, "no warning");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(answer().await.status(), 200);
    let list = place.job(&["list"]).done();
    assert!(list.contains("FAILING (1 in a row), incident "), "{list}");
    sql("DELETE FROM accounts WHERE id = 7");
    place.job(&["run", "check_books"]).done();
    place.until("still open", "SELECT COUNT(*) FROM incidents WHERE kind = 8 AND closed_at IS NOT NULL").await;
    let until = Instant::now() + WAIT_MAX;
    while answer().await.text().await.unwrap().contains("warnings") {
        assert!(Instant::now() < until, "still a warning");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(block_in_place(|| place.database.number("SELECT COUNT(*) FROM incidents")), 1, "once");
    running.stop().await;
    sandbox.stop().await;
}
