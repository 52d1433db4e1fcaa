//! `job list`, `job run`, `job history`.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use rstest::rstest;

use super::place;
use crate::cli::{Bench, Ran};
use crate::support::Backend;

/// Every job there is, as the list names them.
fn names(list: &str) -> Vec<String> {
    list.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Each job can be run by hand, and leaves a row.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_job_runs_by_hand(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((sandbox, _, place)) = place(backend).await else { return };
    let list = place.job(&["list"]).done();
    let names = names(&list);
    assert_eq!(names.len(), 24, "{list}");
    assert!(list.contains("never") && list.contains("not started yet"), "{list}");
    for name in &names {
        let told = place.job(&["run", name]).done();
        assert!(told.starts_with(&format!("{name}: ")) && told.lines().count() == 1, "{told}");
    }
    let history = place.job(&["history", "--last", "100"]).done();
    assert_eq!(history.lines().filter(|line| line.contains("  done  ") && line.contains("by hand")).count(), 24);
    let list = place.job(&["list"]).done();
    assert!(!list.contains("never") && !list.contains("LATE") && !list.contains("FAILING"), "{list}");
    let last = place.job(&["history", "check_books", "--last", "1"]).done();
    assert!(last.lines().count() == 2 && last.contains("the books are right"), "{last}");
    place.check_books();
    sandbox.stop().await;
}

#[test]
fn what_cannot_be_run_is_said() {
    let bench = Bench::new();
    for words in [&["job", "list"][..], &["job", "history"], &["job", "run", "check_books"], &["job", "run", "prune"]] {
        bench.run(words).failed(2, &["there is no database at", "fatoura migrate"]);
    }
    let bench = Bench::migrated();
    for words in [&["job", "run", "check_book"][..], &["job", "history", "check_book"]] {
        let ran = bench.run(words);
        ran.failed(2, &["there is no job \"check_book\"; the jobs are check_books, "]);
    }
    for (as_of, why) in [
        ("noon", "expected RFC 3339"),
        ("2027-02-07T02:30", "exists twice"),
        ("2027-03-14T02:30", "does not exist"),
        ("1970-01-01T00:00:00Z", "a year from 2000 to 2999"),
    ] {
        bench.run(&["job", "run", "check_books", "--as-of", as_of]).failed(2, &["--as-of", why]);
    }
    bench.run(&["job", "history", "--last", "x"]).failed(2, &["--last"]);
    assert_eq!(bench.run(&["job", "history"]).done(), "no runs yet\n");
    // What a job needs is named, and nothing is begun.
    bench.run(&["job", "run", "prune"]).failed(
        2,
        &["the job prune needs the configuration of `fatoura serve`", "FATOURA_CMI_STORE_KEY", "FATOURA_PUBLIC_URL"],
    );
    let mut command = bench.command(&["job", "run", "retention"]);
    Ran::of(command.env("FATOURA_KEEP_PAYERS_DAYS", "7").output().unwrap())
        .failed(2, &["FATOURA_KEEP_PAYERS_DAYS: expected a whole number, 30 to 4000"]);
    assert_eq!(bench.run(&["job", "history"]).done(), "no runs yet\n");
}

/// A fault in the books is a failed run: exit code 1, a row, and a mark in the list.
#[test]
fn a_job_that_finds_faults_says_so() {
    let bench = Bench::migrated();
    let told = bench.run(&["job", "run", "check_books"]).done();
    assert_eq!(told, "check_books: payments 0, postings 0; the books are right\n");
    let file = database(&bench);
    let mut database = SqliteConnection::establish(&file).unwrap();
    let money_from_nowhere = "INSERT INTO accounts (id, kind, owner, currency, balance) VALUES (7, 1, 'x', 504, 100)";
    database.batch_execute(money_from_nowhere).unwrap();
    let ran = bench.run(&["job", "run", "check_books", "--as-of", "2027-02-07T04:00:00+01:00"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("failed") && ran.out.contains("THE BOOKS ARE WRONG") && ran.out.contains("account 7"));
    let list = bench.run(&["job", "list"]).done();
    let line = list.lines().find(|line| line.starts_with("check_books")).unwrap();
    assert!(line.contains("failed") && line.contains("FAILING (1 in a row)"), "{line}");
    let history = bench.run(&["job", "history", "check_books"]).done();
    assert!(history.contains("2027-02-07 03:00:00"), "in local time, which Ramadan has changed: {history}");
}

fn database(bench: &Bench) -> String {
    let list = bench.command(&[]);
    let url = list.get_envs().find(|(name, _)| *name == "FATOURA_DATABASE_URL").unwrap().1.unwrap();
    let path = url.to_str().unwrap().trim_start_matches("sqlite:").to_owned();
    assert!(Path::new(&path).exists());
    path
}

#[test]
fn figures_of_a_month_are_stated() {
    let bench = Bench::migrated();
    let told = bench.run(&["job", "run", "stamp_duty_register", "--as-of", "2027-01-01T06:00"]).done();
    assert_eq!(told, "stamp_duty_register: receipts 0; 2026-12: discharged 0.00 MAD, duty 0.00 MAD\n");
}
