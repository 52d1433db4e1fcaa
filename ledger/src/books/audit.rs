//! The audit log's chain, row by row. Past the first row that breaks it nothing can be said, and nothing is.

use diesel::prelude::*;

use super::{BookFault, BooksReport, PAGE};
use crate::audit::{AuditRow, BEGINNING, COUNTER, StoredAudit, apart};
use crate::storage::schema::{audit_log, counters};
use crate::storage::{Conn, StorageError};

pub(super) fn check(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
    let mut head = BEGINNING.to_vec();
    let mut last = 0;
    loop {
        let page: Vec<StoredAudit> = audit_log::table
            .filter(audit_log::seq.gt(last))
            .order(audit_log::seq)
            .limit(PAGE)
            .select(audit_log::all_columns)
            .load(connection)?;
        if page.is_empty() {
            break;
        }
        for stored in page {
            let (row, previous, digest) = apart(stored);
            let seq = last + 1;
            if let Some(fault) = break_of(&row, seq, &previous, &head, &digest) {
                report.fault(fault);
                return Ok(());
            }
            (head, last) = (digest, seq);
            report.audit_rows += 1;
        }
    }
    // Rows cut off at the end leave a chain that is whole; the counter still knows of them.
    let counted: Option<i64> =
        counters::table.filter(counters::name.eq(COUNTER)).select(counters::next).get_result(connection).optional()?;
    if counted != Some(last + 1) {
        report.fault(BookFault::AuditMissing { seq: last + 1 });
    }
    if last > 0 {
        report.audit_head = head.iter().map(|byte| format!("{byte:02x}")).collect();
    }
    Ok(())
}

/// How a row breaks the chain at its place, if it does.
fn break_of(row: &AuditRow, seq: i64, previous: &[u8], head: &[u8], digest: &[u8]) -> Option<BookFault> {
    if row.seq != seq {
        return Some(BookFault::AuditMissing { seq });
    }
    if previous != head {
        return Some(BookFault::AuditUnlinked { seq });
    }
    (row.digest(previous).as_slice() != digest).then_some(BookFault::AuditChanged { seq })
}
