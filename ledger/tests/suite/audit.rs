//! The audit log: one chain, whoever writes it, without gaps.

use chrono::{DateTime, Utc};
use ledger::{AuditEntry, Ledger, StorageError, check_books};

use crate::concurrency::at_once;
use crate::support::{TestDb, now};

fn entry(actor: &str, action: &str) -> AuditEntry {
    AuditEntry {
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: "payment 100005".to_owned(),
        detail: String::new(),
    }
}

/// Appends a row; its place.
pub fn append(ledger: &Ledger, actor: &str, action: &str) -> i64 {
    let entry = entry(actor, action);
    ledger.write_now(move |op| op.audit(&entry, now())).unwrap()
}

fn rows_are_numbered_and_come_back(db: &TestDb) {
    let ledger = db.open();
    let late: DateTime<Utc> = "2026-11-24T10:00:00.123456789Z".parse().unwrap();
    let long = AuditEntry { detail: "é\n\0".repeat(2_000), ..entry("omar", "looked") };
    ledger.write_now(move |op| op.audit(&long, late)).unwrap();
    assert_eq!((append(&ledger, "salma", "signed-in"), append(&ledger, "salma", "signed-out")), (2, 3));
    let rows = ledger.read(|reader| reader.audit_rows(None, 10)).unwrap();
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!((&*rows[0].entry.actor, &*rows[0].entry.action), ("salma", "signed-out"));
    // What both databases keep, and what fits.
    assert_eq!(rows[2].at.to_string(), "2026-11-24 10:00:00.123456");
    assert_eq!(rows[2].entry.detail, "é".repeat(500));
    let before = ledger.read(|reader| reader.audit_rows(Some(3), 1)).unwrap();
    assert_eq!(before.iter().map(|row| row.seq).collect::<Vec<_>>(), [2]);
    let report = check_books(&db.url).unwrap();
    assert_eq!((report.audit_rows, report.audit_head.len(), report.faults.len()), (3, 64, 0));
}

fn a_row_is_there_if_what_it_tells_of_is(db: &TestDb) {
    let ledger = db.open();
    let told = entry("salma", "signed-in");
    let failed: Result<i64, _> = ledger.write_now(move |op| {
        op.audit(&told, now())?;
        Err(StorageError::Failed("it did not happen".to_owned()))
    });
    assert!(failed.is_err());
    assert_eq!((db.count("audit_log"), append(&ledger, "salma", "signed-in")), (0, 1));
    db.assert_clean();
}

/// Two processes and many threads: the log stays one chain.
fn racing_writers_make_one_chain(db: &TestDb) {
    let ledgers = [db.open(), db.open()];
    let places = at_once(40, |n| append(&ledgers[n % 2], "salma", "signed-in"));
    let mut places: Vec<i64> = places.into_iter().collect();
    places.sort_unstable();
    assert_eq!(places, (1..=40).collect::<Vec<_>>());
    db.assert_clean();
    assert_eq!(check_books(&db.url).unwrap().audit_rows, 40);
}

on_both!(rows_are_numbered_and_come_back, a_row_is_there_if_what_it_tells_of_is, racing_writers_make_one_chain);
