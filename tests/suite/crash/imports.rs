//! Killed in the middle of an import: all of it is there afterwards, or what was there before.

use std::process::Stdio;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use ledger::DatabaseUrl;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rstest::rstest;
use sandbox::{Sandbox, SandboxConfig};
use tokio::time::sleep;

use super::program::{BILLERS, Place, biller_file};
use super::proofs::ask;
use super::{WAIT_MAX, say, seed};
use crate::support::{Backend, TestDatabase};

/// Imports of the billers that are cut off.
const IMPORTS: u16 = 8;
/// Versions of the bill file, each cut off until it is there.
const VERSIONS: i64 = 3;
/// Contracts, and lines of each in the bill file: enough for several statements.
const CONTRACTS: i64 = 60;
const LINES: i64 = 100;

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Text)]
    definition: String,
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn billers_are_imported_all_or_none(#[case] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let mut random = StdRng::seed_from_u64(seed());
    // How long a whole one takes here, so that the kills fall into it.
    let began = Instant::now();
    let place = Place::new(database, "http://127.0.0.1:7000".to_owned());
    let whole = u64::try_from(began.elapsed().as_millis()).unwrap().clamp(2, 1_500);
    let mut imported = 0;
    for port in 7_001..=7_000 + IMPORTS {
        let mut command = place.command(&["biller", "import"]);
        command.args(BILLERS.map(biller_file)).env("SANDBOX_URL", format!("http://127.0.0.1:{port}"));
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(random.random_range(whole / 4..=whole + whole / 4))).await;
        // Fails if it has ended already, which is one of the moments.
        drop(child.kill());
        child.wait().unwrap();
        let stored: Vec<Stored> = ask!(&place.database.url, "SELECT definition FROM billers");
        assert_eq!(stored.len(), BILLERS.len());
        let new = stored.iter().filter(|row| row.definition.contains(&format!("127.0.0.1:{port}/"))).count();
        assert!(new == 0 || new == BILLERS.len(), "{new} of the billers were imported");
        imported += usize::from(new > 0);
    }
    say(&format!("{imported} of {IMPORTS} imports were quicker than the kill"));
}

#[derive(QueryableByName)]
struct File {
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    customers: i64,
}

/// The file of biller 1202 as it was imported last. Of a file that is not there no line may be there.
fn file(place: &Place) -> File {
    let files: Vec<File> = ask!(
        &place.database.url,
        "SELECT COALESCE((SELECT sequence FROM bill_files WHERE biller = 1202), 0) AS sequence, \
         (SELECT COUNT(*) FROM file_bills WHERE biller = 1202) AS lines, \
         (SELECT COUNT(*) FROM file_customers WHERE biller = 1202) AS customers"
    );
    files.into_iter().next().unwrap()
}

/// As if the job's time had come, and the lease of a run that was killed had ended.
fn let_jobs_run(place: &Place) {
    let free = "UPDATE jobs SET leased_until = '2026-01-01 00:00:00', next_run_at = '2026-01-01 00:00:00', \
                not_before = '2026-01-01 00:00:00' WHERE name = 'pull_bill_files'";
    match &place.database.url {
        DatabaseUrl::Sqlite(path) => {
            SqliteConnection::establish(&path.display().to_string()).unwrap().batch_execute(free)
        }
        DatabaseUrl::Postgres(url) => PgConnection::establish(url).unwrap().batch_execute(free),
    }
    .unwrap();
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_file_is_imported_whole_or_not_at_all(#[case] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let mut random = StdRng::seed_from_u64(seed());
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let control = sandbox.control();
    let add = |contract: i64, line: i64| {
        control.add_article(1202, "01", &format!("AM{contract:06}"), &format!("A{line}"), 10_000).unwrap();
    };
    (0..CONTRACTS).for_each(|contract| (0..LINES).for_each(|line| add(500_000 + contract, line)));
    let place = Place::new(database, sandbox.base_url());
    assert_eq!(file(&place).lines, 0);
    // The sandbox's own contracts of the biller: one owes a line, one nothing.
    let lines_of = |version: i64| if version == 0 { 0 } else { CONTRACTS * LINES + version };
    let mut kills = 0;
    for version in 1..=VERSIONS {
        if version > 1 {
            add(600_000 + version, 0);
        }
        let until = Instant::now() + WAIT_MAX;
        // Later each time, so that it is there in the end.
        let mut patience = 50;
        loop {
            let_jobs_run(&place);
            let mut program = place.serve();
            program.ready().await;
            sleep(Duration::from_millis(random.random_range(0..patience))).await;
            program.kill();
            kills += 1;
            let found = file(&place);
            let whole = |version: i64| {
                let customers = i64::from(version > 0);
                (found.sequence, found.lines, found.customers) == (version, lines_of(version), customers)
            };
            let File { sequence, lines, customers } = &found;
            assert!(whole(version) || whole(version - 1), "number {sequence}: {lines} lines, {customers} customers");
            if whole(version) {
                break;
            }
            assert!(Instant::now() < until, "version {version} was never imported");
            patience += 300;
        }
    }
    say(&format!("{kills} kills for {VERSIONS} versions"));
    sandbox.stop().await;
}
