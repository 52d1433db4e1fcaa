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
    assert_eq!(names.len(), 28, "{list}");
    assert!(list.contains("never") && list.contains("not started yet"), "{list}");
    for name in &names {
        let told = place.job(&["run", name]).done();
        assert!(told.starts_with(&format!("{name}: ")) && told.lines().count() == 1, "{told}");
    }
    let history = place.job(&["history", "--last", "100"]).done();
    assert_eq!(history.lines().filter(|line| line.contains("  done  ") && line.contains("by hand")).count(), 28);
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
    let ran = bench.run(&["job", "run", "check_books"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("failed") && ran.out.contains("THE BOOKS ARE WRONG") && ran.out.contains("account 7"));
    let list = bench.run(&["job", "list"]).done();
    let line = list.lines().find(|line| line.starts_with("check_books")).unwrap();
    assert!(line.contains("failed") && line.contains("FAILING (1 in a row)"), "{line}");
}

/// A moment that a job would not look at is refused, before anything is begun.
#[test]
fn a_moment_is_for_jobs_that_look_at_it() {
    let bench = Bench::migrated();
    for name in ["open_windows", "settle_windows", "make_settlement_files", "order_transfers", "check_books", "prune"] {
        bench.run(&["job", "run", name, "--as-of", "2027-02-07T04:00:00+01:00"]).failed(
            2,
            &[&format!("{name} works as of now, whatever the moment: leave --as-of out; it is for close_windows, ")],
        );
    }
    assert_eq!(bench.run(&["job", "history"]).done(), "no runs yet\n");
    for name in ["close_windows", "reconcile", "expire", "retention", "stamp_duty_register"] {
        bench.run(&["job", "run", name, "--as-of", "2027-02-07T04:00:00+01:00"]).done();
        let history = bench.run(&["job", "history", name]).done();
        assert!(history.contains("2027-02-07 03:00:00"), "in local time, which Ramadan has changed: {history}");
    }
}

/// What nobody follows up is given to whom the configuration names, and only that; a name of nobody calls a person.
#[test]
fn breaks_are_given_to_whom_the_configuration_names() {
    let bench = Bench::migrated();
    bench.run(&["user", "add", "salma", "--name", "Salma Bennis", "--role", "finance"]).done();
    bench.run(&["user", "add", "aicha", "--name", "Aicha Alami", "--role", "auditor"]).done();
    let mut database = SqliteConnection::establish(&database(&bench)).unwrap();
    let columns = "id, kind, source, partner, subject, subject_id, position, words, due_on, state, opened_at, staff_id, \
        staff_name, proposed_by_name, approved_by_name";
    for (id, source, staff) in [(101, 1, "NULL, ''"), (102, 2, "NULL, ''"), (103, 1, "77, 'Adil'")] {
        let row = format!("{id}, 3, {source}, 'x', 1, {id}, 0, 'w', '2026-11-24', 1, '2026-11-24 08:00:00', {staff}");
        database.batch_execute(&format!("INSERT INTO breaks ({columns}) VALUES ({row}, '', '')")).unwrap();
    }
    let run = |owners: &str| {
        let mut command = bench.command(&["job", "run", "assign_breaks"]);
        Ran::of(command.env("FATOURA_RECONCILE_OWNERS", owners).output().unwrap())
    };
    run("bank").failed(2, &["FATOURA_RECONCILE_OWNERS: expected none, or who for each of bank, gateway"]);
    for login in ["karim", "aicha"] {
        let nobody = run(&format!("bank={login}"));
        assert_eq!(nobody.code, Some(1), "{nobody:?}");
        let said =
            format!("(given 0): FATOURA_RECONCILE_OWNERS: bank: {login} is no member of staff who may do something");
        assert!(nobody.out.contains(&said), "{nobody:?}");
    }
    assert_eq!(run("bank=salma").done(), "assign_breaks: given 1\n");
    assert_eq!(run("bank=salma").done(), "assign_breaks: given 0\n");
    let list = bench.run(&["reconcile", "breaks", "--open"]).done();
    let with = |id: &str| list.lines().find(|line| line.starts_with(id)).unwrap().to_owned();
    assert!(with("101").contains("Salma Bennis") && with("103").contains("Adil"), "{list}");
    assert!(!with("102").contains("Salma"), "{list}");
    let jobs = bench.run(&["job", "list"]).done();
    let line = jobs.lines().find(|line| line.starts_with("assign_breaks")).unwrap();
    assert!(line.contains("work waits since 2026-11-24 09:00:00"), "{line}");
    let story = bench.run(&["reconcile", "break", "101"]).done();
    assert!(story.contains("assigned") && story.contains("Salma Bennis"), "{story}");
}

/// Work that waits while no node is up is seen in the list: since when, and that it is late.
#[test]
fn work_that_waits_is_listed_as_late() {
    let bench = Bench::migrated();
    let mut database = SqliteConnection::establish(&database(&bench)).unwrap();
    bench.run(&["job", "run", "open_windows"]).done();
    let line = |list: String, name: &str| list.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let idle = line(bench.run(&["job", "list"]).done(), "close_windows");
    assert!(idle.contains("when there is work") && !idle.contains("LATE"), "{idle}");
    let cut_off = (chrono::Utc::now() - chrono::TimeDelta::hours(30)).format("%Y-%m-%d %H:%M:%S");
    let columns = "id, biller, cut_off, opened_at";
    let window = format!("INSERT INTO settlement_windows ({columns}) VALUES (7, 1001, '{cut_off}', '{cut_off}')");
    database.batch_execute(&window).unwrap();
    let late = line(bench.run(&["job", "list"]).done(), "close_windows");
    assert!(late.contains("work waits since 2") && late.contains("LATE"), "{late}");
    bench.run(&["job", "run", "close_windows"]).done();
    let idle = line(bench.run(&["job", "list"]).done(), "close_windows");
    assert!(idle.contains("when there is work") && !idle.contains("LATE"), "{idle}");
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
