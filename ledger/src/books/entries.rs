//! Postings and their entries: double entry, and what each account's entries sum to.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Accounts, BookFault, BooksReport, PAGE};
use crate::states::PostingKind;
use crate::storage::schema::{entries, postings};
use crate::storage::{Conn, StorageError};

type EntryRow = (i64, i16, i64, i64);

pub(super) fn check(
    connection: &mut Conn,
    accounts: &mut Accounts,
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    loop {
        let page: Vec<(i64, i16)> = postings::table
            .filter(postings::id.gt(last))
            .order(postings::id)
            .limit(PAGE)
            .select((postings::id, postings::kind))
            .load(connection)?;
        let end = super::page_end(&page, |(id, _)| *id);
        let lines: Vec<EntryRow> = entries::table
            .filter(entries::posting_id.gt(last))
            .filter(entries::posting_id.le(end))
            .order((entries::posting_id, entries::line))
            .load(connection)?;
        check_page(&page, &lines, accounts, report);
        if end == i64::MAX {
            return Ok(());
        }
        last = end;
    }
}

fn check_page(page: &[(i64, i16)], lines: &[EntryRow], accounts: &mut Accounts, report: &mut BooksReport) {
    // Number of entries, and their sum.
    let mut sums: BTreeMap<i64, (usize, i128)> = page.iter().map(|(id, _)| (*id, (0, 0))).collect();
    for (posting, line, account, amount) in lines {
        let (posting, line, amount) = (*posting, *line, i128::from(*amount));
        report.entries += 1;
        match sums.get_mut(&posting) {
            Some((count, sum)) => {
                *count += 1;
                *sum += amount;
            }
            None => report.fault(BookFault::EntryWithoutPosting { posting, line }),
        }
        match accounts.0.get_mut(account) {
            Some(book) => book.entries += amount,
            None => report.fault(BookFault::EntryWithoutAccount { posting, line, account: *account }),
        }
        if amount == 0 {
            report.fault(BookFault::ZeroEntry { posting, line });
        }
    }
    for (posting, kind) in page {
        report.postings += 1;
        if PostingKind::from_code(*kind).is_none() {
            report.unknown(format!("posting {posting}"), "kind", *kind);
        }
    }
    for (posting, (entries, sum)) in sums {
        if entries < 2 {
            report.fault(BookFault::TooFewEntries { posting, entries });
        }
        if sum != 0 {
            report.fault(BookFault::Unbalanced { posting, sum });
        }
    }
}
