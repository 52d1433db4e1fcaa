//! Settlement by the built program: what was paid is in the files, once, whoever ends in the middle.

mod again;
mod answering;
mod delivering;
mod large;
mod ordering;
mod seeding;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use rand::RngExt;
use rstest::rstest;
use sandbox::{Sandbox, SandboxConfig};
use settlement::files::{LineKind, verify};
use tokio::task::block_in_place;

use crate::cli::Ran;
use crate::crash::program::Place;
use crate::support::{Backend, TestDatabase, assert_messages_are_valid};

/// From closing to the bank.
const JOBS: [&str; 4] = ["close_windows", "settle_windows", "make_settlement_files", "order_transfers"];

fn ran(place: &Place, words: &[&str]) -> Ran {
    Ran::of(block_in_place(|| place.command(words).output().unwrap()))
}

/// The leases of processes that were killed are over.
fn end_leases(place: &Place) {
    block_in_place(|| place.database.run("UPDATE jobs SET leased_until = '2026-01-01 00:00:00'"));
}

/// Ends every window that is open, and takes it to the bank.
fn settle(place: &Place, days: i64) {
    end_leases(place);
    let as_of = (Utc::now() + TimeDelta::days(days)).to_rfc3339();
    for job in JOBS {
        let mut words = vec!["job", "run", job];
        if job == "close_windows" {
            words.extend(["--as-of", &as_of]);
        }
        ran(place, &words).done();
    }
}

/// Closes the windows of some days and settles them.
fn settle_windows(place: &Place, days: i64) {
    let as_of = (Utc::now() + TimeDelta::days(days)).to_rfc3339();
    ran(place, &["job", "run", "close_windows", "--as-of", &as_of]).done();
    ran(place, &["job", "run", "settle_windows"]).done();
}

/// The files of every biller, in the order of their numbers.
fn files(place: &Place) -> BTreeMap<String, Vec<PathBuf>> {
    let mut found = BTreeMap::new();
    for folder in fs::read_dir(place.path("data/settlement")).unwrap() {
        let folder = folder.unwrap();
        let mut paths: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
        paths.sort();
        found.insert(folder.file_name().into_string().unwrap(), paths);
    }
    found
}

/// Each biller's files follow one another, by the program's own word, and every message is valid.
fn assert_files_are_right(place: &Place) {
    for (biller, paths) in files(place) {
        if biller == "bank" {
            continue;
        }
        for end in ["csv", "txt", "xml"] {
            let of_form = |path: &&PathBuf| path.extension().is_some_and(|found| found == end);
            let paths: Vec<&str> = paths.iter().filter(of_form).map(|path| path.to_str().unwrap()).collect();
            if !paths.is_empty() {
                let told = ran(place, &[&["settlement", "verify"], &paths[..]].concat()).done();
                assert_eq!(told.lines().filter(|line| line.contains(": right: ")).count(), paths.len(), "{told}");
            }
        }
    }
}

/// Every message that was made, to billers and to the bank, is allowed by its schema.
fn assert_messages(place: &Place) {
    let made = block_in_place(|| assert_messages_are_valid(&place.path("data/settlement")));
    assert!(made > 0, "orders at least");
}

/// What was confirmed, and what of it was taken back, stands in the billers' files: each once.
pub fn every_confirmation_is_settled_once(place: &Place) {
    settle(place, 40);
    assert_files_are_right(place);
    let mut lines: Vec<(i64, bool)> = Vec::new();
    for (biller, paths) in files(place) {
        // Whoever wants both forms has the same in both.
        let first = paths.iter().find(|path| path.extension().is_some_and(|end| end == "csv" || end == "txt"));
        let Some(end) = first.and_then(|path| path.extension()).filter(|_| biller != "bank") else { continue };
        for path in paths.iter().filter(|path| path.extension() == Some(end)) {
            let file = BufReader::new(File::open(path).unwrap());
            verify(file, |line| lines.push((line.payment, line.kind == LineKind::Refund))).unwrap();
        }
    }
    let booked = |kind: i16| {
        let query = format!("SELECT CAST(payment_id AS TEXT) AS text FROM postings WHERE kind = {kind}");
        block_in_place(|| place.database.texts(&query))
    };
    let mut expected: Vec<(i64, bool)> = Vec::new();
    for (kind, is_refund) in [(2, false), (7, true)] {
        expected.extend(booked(kind).iter().map(|payment| (payment.parse().unwrap(), is_refund)));
    }
    lines.sort_unstable();
    expected.sort_unstable();
    assert!(!lines.is_empty());
    assert_eq!(lines, expected);
    let list = ran(place, &["settlement", "list", "--last", "1000"]).done();
    assert!(list.contains("settled") && !list.contains("closed"), "{list}");
    let orders = ran(place, &["settlement", "orders"]).done();
    assert!(orders.contains("FTR") && !orders.contains("not written yet"), "{orders}");
    assert_messages(place);
    place.check_books();
}

/// kill -9 again and again while hundreds of files are made: each is there in the end, whole, the same as ever, and names
/// the one before.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_files_are_made(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let base = sandbox.base_url();
    let place = block_in_place(|| Place::new(database, base));
    ran(&place, &["job", "run", "open_windows"]).done();
    let as_of = (Utc::now() + TimeDelta::days(60)).to_rfc3339();
    ran(&place, &["job", "run", "close_windows", "--as-of", &as_of]).done();
    ran(&place, &["job", "run", "settle_windows"]).done();
    let made = || block_in_place(|| place.database.number("SELECT COUNT(*) FROM settlement_files"));
    let (mut kills, mut seen) = (0, vec![0]);
    loop {
        let mut command = place.command(&["job", "run", "make_settlement_files"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let before = made();
        // Not before it has made some, nor after all of them.
        while made() == before && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(0..30))).await;
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        block_in_place(|| child.wait()).unwrap();
        kills += 1;
        seen.push(made());
        end_leases(&place);
    }
    assert!(kills >= 3, "{kills}: {seen:?}");
    let told = ran(&place, &["job", "run", "make_settlement_files"]).done();
    assert!(told.contains("files 0"), "{told}");
    assert_files_are_right(&place);
    let names: usize = files(&place).values().flatten().count();
    assert_eq!(i64::try_from(names).unwrap(), made(), "nothing half made is left");
    // Written again by hand, one is what it was.
    let window = block_in_place(|| place.database.number("SELECT MIN(window_id) FROM settlement_files WHERE kind = 1"));
    let again = ran(&place, &["settlement", "file", &window.to_string(), "--out", "again.csv"]).done();
    assert!(again.contains("the same as was made before"), "{again}");
    place.check_books();
    sandbox.stop().await;
}

#[rstest]
#[case::no_window(&["settlement", "show", "7"], "there is no window 7")]
#[case::no_settlement(&["settlement", "file", "7"], "window 7 is not settled, or not there")]
#[case::format(&["settlement", "file", "7", "--format", "pdf"], "expected csv, fixed or camt054")]
#[case::no_number(&["settlement", "show", "x"], "invalid value 'x'")]
#[case::no_transfer(&["settlement", "repeat-transfer", "FT1001W7A1"], "there is no transfer FT1001W7A1")]
#[case::no_transfer_name(&["settlement", "repeat-transfer", "FT1001"], "expected a transfer such as FT1101W400012A1")]
#[case::biller(&["settlement", "list", "--biller", "water"], "invalid value 'water'")]
fn what_cannot_be_done_is_said(#[case] words: &[&str], #[case] why: &str) {
    let bench = crate::cli::Bench::migrated();
    bench.run(words).failed(2, &[why]);
    assert!(bench.run(&["settlement", "list"]).done().contains("no settlement windows yet"));
    assert!(bench.run(&["settlement", "orders"]).done().contains("not asked for any transfer yet"));
}
