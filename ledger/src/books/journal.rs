//! The books as a plain-text journal, for hledger and its kin: a second opinion by another program.

use std::collections::HashMap;
use std::io::Write;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Accounts, BooksReport, PAGE, snapshot};
use crate::money::Money;
use crate::states::PostingKind;
use crate::storage::schema::{entries, postings};
use crate::storage::{Conn, DatabaseUrl, StorageError};

/// Why a journal was not written to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed, or a row cannot be told in a journal.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Where it was written to failed.
    #[error("the journal cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Writes the books as a journal that `hledger check --strict` accepts: one transaction per posting, in the order of
/// their numbers, from one consistent read.
pub fn export_hledger(url: &DatabaseUrl, out: &mut dyn Write) -> Result<(), ExportError> {
    snapshot(url, |connection| {
        let names = declare(connection, out)?;
        let mut last = i64::MIN;
        while last < i64::MAX {
            last = write_page(connection, &names, last, out)?;
        }
        Ok(out.flush()?)
    })
}

/// Declares the currency and the accounts; the names by number.
fn declare(connection: &mut Conn, out: &mut dyn Write) -> Result<HashMap<i64, String>, ExportError> {
    let accounts = Accounts::load(connection, &mut BooksReport::default())?;
    let mut names = HashMap::with_capacity(accounts.0.len());
    for (id, book) in accounts.0 {
        let account = book.account.ok_or_else(|| StorageError::Damaged(format!("kind or currency of account {id}")))?;
        // Two spaces or a line's end would end the name.
        let name = account.to_string();
        let words: Vec<&str> = name.split(|c: char| c.is_whitespace() || c.is_control()).collect();
        names.insert(id, words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
    }
    writeln!(out, "commodity 1000.00 MAD\n")?;
    let mut sorted: Vec<&String> = names.values().collect();
    sorted.sort_unstable();
    for name in sorted {
        writeln!(out, "account {name}")?;
    }
    Ok(names)
}

type Head = (i64, i16, Option<i64>, NaiveDate);

fn write_page(
    connection: &mut Conn,
    names: &HashMap<i64, String>,
    after: i64,
    out: &mut dyn Write,
) -> Result<i64, ExportError> {
    let page: Vec<Head> = postings::table
        .filter(postings::id.gt(after))
        .order(postings::id)
        .limit(PAGE)
        .select((postings::id, postings::kind, postings::payment_id, postings::effective_on))
        .load(connection)
        .map_err(StorageError::from)?;
    let end = super::page_end(&page, |(id, ..)| *id);
    let lines: Vec<(i64, i64, i64)> = entries::table
        .filter(entries::posting_id.gt(after))
        .filter(entries::posting_id.le(end))
        .order((entries::posting_id, entries::line))
        .select((entries::posting_id, entries::account_id, entries::amount))
        .load(connection)
        .map_err(StorageError::from)?;
    let mut lines = lines.into_iter().peekable();
    for (id, kind, payment, day) in page {
        let kind = PostingKind::from_code(kind)
            .ok_or_else(|| StorageError::Damaged(format!("kind {kind} of posting {id}")))?;
        write!(out, "\n{day} ({id}) {kind}  ; posting:{id}, event:{kind}")?;
        match payment {
            Some(payment) => writeln!(out, ", payment:{payment}")?,
            None => writeln!(out)?,
        }
        while let Some((posting, account, amount)) = lines.next_if(|(posting, ..)| *posting <= id) {
            let name = names
                .get(&account)
                .filter(|_| posting == id)
                .ok_or_else(|| StorageError::Damaged(format!("an entry of posting {posting} to account {account}")))?;
            writeln!(out, "    {name}  {} MAD", Money::from_minor(amount))?;
        }
    }
    match lines.next() {
        Some((posting, ..)) => Err(StorageError::Damaged(format!("an entry of no posting, {posting}")).into()),
        None => Ok(end),
    }
}
