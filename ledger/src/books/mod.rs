//! The proofs of the books, from the rows alone: what must hold at any moment, also after a kill -9.
//!
//! One consistent read (a snapshot on both databases; writers go on meanwhile). Rows are read in pages by key and
//! summed here in 128 bits: no float, no overflow, and memory for the accounts, a page and what is in flight, however
//! many payments there are. Nothing that a row holds stops the check: it is a fault, told by its number.

mod agents;
mod audit;
mod bills;
mod disputes;
mod entries;
mod faults;
mod holds;
mod journal;
mod outcomes;
mod payments;
mod reconciliation;
mod refunds;
mod settlement;

use std::collections::HashMap;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;

pub use faults::{Astray, BookFault, BooksReport, CounterFault};
pub use journal::{ExportError, export_hledger};

use crate::accounts::{Account, AccountKind};
use crate::money::MAD;
use crate::storage::schema::accounts;
use crate::storage::{Conn, DatabaseUrl, StorageError, connect, pending};

/// Rows read at once.
const PAGE: i64 = 2_000;
/// Longest run of one statement on PostgreSQL: a page after a crash may wait for cold disks, but not for ever.
const STATEMENT_TIMEOUT_MS: u32 = 600_000;

/// Proves the books, or says row by row what is wrong.
pub fn check_books(url: &DatabaseUrl) -> Result<BooksReport, StorageError> {
    snapshot(url, |connection| {
        let mut report = BooksReport::default();
        let mut accounts = Accounts::load(connection, &mut report)?;
        entries::check(connection, &mut accounts, &mut report)?;
        accounts.check(&mut report);
        let recent = bills::Recent::load(connection)?;
        payments::check(connection, &accounts, &recent, &mut report)?;
        bills::check(connection, &recent, &mut report)?;
        agents::check(connection, &accounts, &mut report)?;
        refunds::check(connection, &mut report)?;
        disputes::check(connection, &mut report)?;
        outcomes::check(connection, &mut report)?;
        holds::check(connection, &mut report)?;
        settlement::check(connection, &mut report)?;
        reconciliation::check(connection, &accounts, &mut report)?;
        audit::check(connection, &mut report)?;
        Ok(report)
    })
}

/// Reads in one transaction that sees one state of the books and writes nothing.
fn snapshot<T, E: From<StorageError>>(url: &DatabaseUrl, read: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    // SQLite would make a file that is not there.
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        return Err(StorageError::Connect(format!("there is no file {}", path.display())).into());
    }
    let mut connection = connect(url)?;
    if pending(&mut connection)? {
        return Err(
            StorageError::Connect("its tables are not up to date: run `fatoura migrate` first".to_owned()).into()
        );
    }
    let begun = match &mut connection {
        Conn::Sqlite(sqlite) => sqlite
            .batch_execute("PRAGMA query_only = ON")
            .and_then(|()| AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN")),
        Conn::Pg(pg) => pg.batch_execute(&format!("SET statement_timeout = {STATEMENT_TIMEOUT_MS}")).and_then(|()| {
            let begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
            AnsiTransactionManager::begin_transaction_sql(pg, begin)
        }),
    };
    begun.map_err(StorageError::from)?;
    let result = read(&mut connection)?;
    <Conn as Connection>::TransactionManager::commit_transaction(&mut connection).map_err(StorageError::from)?;
    Ok(result)
}

/// Where a page by key ends; the last one takes in all that is beyond it.
fn page_end<T>(page: &[T], key: impl Fn(&T) -> i64) -> i64 {
    let full = i64::try_from(page.len()).is_ok_and(|rows| rows >= PAGE);
    page.last().filter(|_| full).map_or(i64::MAX, key)
}

/// One account's row, and what its entries sum to.
struct AccountBook {
    /// `None` for a kind or a currency that this program does not know.
    account: Option<Account>,
    balance: i64,
    ceiling: Option<i64>,
    entries: i128,
}

/// Every account, by number: as many as there are billers, outlets and gateways.
struct Accounts(HashMap<i64, AccountBook>);

type AccountRow = (i64, i16, String, i16, i64, Option<i64>);

impl Accounts {
    fn load(connection: &mut Conn, report: &mut BooksReport) -> Result<Self, StorageError> {
        let columns =
            (accounts::id, accounts::kind, accounts::owner, accounts::currency, accounts::balance, accounts::ceiling);
        let rows: Vec<AccountRow> = accounts::table.select(columns).order(accounts::id).load(connection)?;
        let mut books = HashMap::with_capacity(rows.len());
        for (id, kind, owner, currency, balance, ceiling) in rows {
            report.accounts += 1;
            let known = AccountKind::from_code(kind);
            if known.is_none() {
                report.unknown(format!("account {id}"), "kind", kind);
            }
            if currency != MAD {
                report.unknown(format!("account {id}"), "currency", currency);
            }
            let account = known.filter(|_| currency == MAD).map(|kind| Account::of(kind, owner));
            books.insert(id, AccountBook { account, balance, ceiling, entries: 0 });
        }
        Ok(Self(books))
    }

    fn account(&self, id: i64) -> Option<&Account> {
        self.0.get(&id).and_then(|book| book.account.as_ref())
    }

    /// Balances are the sums of their entries, ceilings are kept, and all of it sums to zero.
    fn check(&self, report: &mut BooksReport) {
        let mut books: Vec<_> = self.0.iter().collect();
        books.sort_unstable_by_key(|(id, _)| **id);
        let mut trial = 0i128;
        for (id, book) in books {
            let (account, balance) = (*id, book.balance);
            let name = || book.account.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
            trial += i128::from(balance);
            if i128::from(balance) != book.entries {
                report.fault(BookFault::Balance { account, name: name(), balance, entries: book.entries });
            }
            let ceiling = book.account.as_ref().map_or(book.ceiling, Account::ceiling);
            if book.ceiling != ceiling {
                report.fault(BookFault::Ceiling { account, name: name() });
            }
            if ceiling.is_some_and(|ceiling| balance > ceiling) {
                report.fault(BookFault::AboveCeiling { account, name: name(), balance });
            }
        }
        if trial != 0 {
            report.fault(BookFault::TrialBalance { sum: trial });
        }
    }
}
