//! Bills and request keys on their way into their tables: found wherever they are, also after a crash, and whoever folds.

use std::path::Path;
use std::sync::atomic::Ordering;

use ledger::{BillState, DatabaseUrl, Ledger, PayOutcome, check_books};

use crate::support::{Doing, TestDb, bill, card, confirm};

fn number(index: usize) -> String {
    format!("n{index}")
}

/// Each payment is replayed under its key, and its bill refused to everybody else.
fn assert_known(ledger: &Ledger, payments: &[i64]) {
    for (index, payment) in payments.iter().enumerate() {
        let (key, article) = (number(index), number(index));
        match ledger.pay_now(card(&key, &article)).unwrap() {
            PayOutcome::Replayed(reference) => assert_eq!(reference.id(), *payment),
            other => panic!("{key}: {other:?}"),
        }
        let other = ledger.pay_now(card(&format!("other {key}"), &article)).unwrap();
        // Every third was confirmed.
        match index % 3 {
            0 => assert_eq!(other, PayOutcome::AlreadyPaid, "{key}"),
            _ => assert_eq!(other, PayOutcome::BeingPaid(*payment), "{key}"),
        }
        let standing = ledger.read(|reader| reader.bills(&[bill(&article)])).unwrap()[&bill(&article)];
        assert_eq!(standing.state, if index % 3 == 0 { BillState::Paid } else { BillState::InFlight }, "{key}");
    }
}

fn pay(ledger: &Ledger, index: usize) -> i64 {
    let payment = ledger.start(card(&number(index), &number(index)));
    if index.is_multiple_of(3) {
        ledger.step(payment, crate::support::accept(ledger::Hold::Captured));
        ledger.step(payment, confirm());
    }
    payment
}

/// Until the writer has nothing to put in order.
fn rest(ledger: &Ledger) {
    while ledger.stats().has_arrears.load(Ordering::Relaxed) {
        std::thread::yield_now();
    }
}

fn they_are_found_wherever_they_are(db: &TestDb) {
    let ledger = db.open();
    let mut payments = Vec::new();
    for index in 0..24 {
        payments.push(pay(&ledger, index));
        assert_known(&ledger, &payments);
    }
    rest(&ledger);
    assert_known(&ledger, &payments);
    db.assert_clean();
    ledger.close();
    db.assert_clean();
    assert_known(&db.open(), &payments);
}

/// Two processes on one file, each with its own memory.
fn each_process_sees_what_the_other_folds(db: &TestDb) {
    let ledgers = [db.open(), db.open()];
    let mut payments = Vec::new();
    for index in 0..12 {
        payments.push(pay(&ledgers[index % 2], index));
        assert_known(&ledgers[(index + 1) % 2], &payments);
    }
    // Whoever stops first folds what the other still holds in memory.
    ledgers[0].close();
    assert_known(&ledgers[1], &payments);
    db.assert_clean();
}

on_both!(they_are_found_wherever_they_are, each_process_sees_what_the_other_folds);

/// The files as they are on the disk at some moment: what a kill would leave.
fn copy(from: &Path, to: &Path) {
    for end in ["", "-wal"] {
        let name = |path: &Path| format!("{}{end}", path.display());
        std::fs::copy(name(from), name(to)).unwrap();
    }
}

/// A command beside a running hub, which keeps other things, leaves the sorting to the hub.
#[test]
fn a_command_sorts_nothing() {
    let db = TestDb::sqlite();
    let hub =
        Ledger::open_with_recent(&db.url, &ledger::DataKeys::of_bytes([7; 32]), 2, std::sync::Arc::new(|| {}), 1_000)
            .unwrap();
    let payments: Vec<i64> = (0..20).map(|index| pay(&hub, index)).collect();
    let left = db.count("recent_bills");
    assert!(left >= 20, "{left}");
    let command = Ledger::open_beside(&db.url, &ledger::DataKeys::of_bytes([7; 32])).unwrap();
    command.write_now(|op| op.put_biller(1001, "a biller", "2026-11-24T10:00:00".parse().unwrap())).unwrap();
    assert!(!command.stats().has_arrears.load(Ordering::Relaxed));
    command.close();
    assert_eq!(db.count("recent_bills"), left);
    assert_known(&hub, &payments);
    hub.close();
    assert_eq!(db.count("recent_bills"), 0);
}

#[test]
fn what_a_kill_leaves_is_taken_up() {
    let db = TestDb::sqlite();
    let DatabaseUrl::Sqlite(path) = &db.url else { unreachable!("a file") };
    // More than fit: nothing is folded but by the batches.
    let ledger =
        Ledger::open_with_recent(&db.url, &ledger::DataKeys::of_bytes([7; 32]), 2, std::sync::Arc::new(|| {}), 20)
            .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut payments = Vec::new();
    for index in 0..30 {
        payments.push(pay(&ledger, index));
        let left = folder.path().join(format!("{index}.db"));
        copy(path, &left);
        let url = DatabaseUrl::Sqlite(left);
        assert!(check_books(&url).unwrap().is_clean(), "after {index}");
        let again =
            Ledger::open_with_recent(&url, &ledger::DataKeys::of_bytes([7; 32]), 2, std::sync::Arc::new(|| {}), 5)
                .unwrap();
        assert_known(&again, &payments);
        again.close();
        assert!(check_books(&url).unwrap().is_clean(), "after {index}, stopped");
    }
}
