//! Statements and reports that come in from outside: pure readers, without database and without matching.
//!
//! [`open`] tells by its content what came in:
//!
//! - a bank's statement or notification (camt.053 and camt.054 in version 001.02 or 001.08, MT940): [`Statements`], an
//!   iterator over [`Record`]s in one form for all of them;
//! - a bank's answer to transfers (pain.002 in version 001.03 or 001.10): [`StatusReports`], an iterator;
//! - a daily report of the card gateway, an agent network or a biller: [`Reports`], read whole.
//!
//! # Memory
//!
//! Messages are streamed: whatever their size, one element or field is in memory, and nine bytes an entry for what is
//! said below of equal ones. An entry does not hold its details; they follow it.
//!
//! # Faults
//!
//! A fault has its line, column and element. One of [`FaultKind::Form`] is the last thing a reader gives. A
//! [`FaultKind::Disagreement`] (balances, summary, batch, currency) stands between records, so that all of them can be
//! shown to whoever asks the bank (there may be one an entry: list some, count the rest); a file with one must not be
//! taken. Whoever stops at the first error and keeps what
//! was read in one transaction does that. Failures to read are not faults: [`ReadError::Io`].
//!
//! Totals are known to fit only once [`Record::End`] came, and that a file is whole only when the iterator ended.
//!
//! # What is checked
//!
//! Opening balance and booked entries make the closing balance; summaries (`TxsSummry`) and batches (`Btch`) have the
//! count and total they say; entries and balances are in the account's currency; a page or statement of an MT940 opens
//! with what the one before it in the file closed with; amounts have no sign and at most two decimal places.
//!
//! # Identity
//!
//! [`Entry::identity`] is a SHA-256 over account, whether it is booked, currency, amount, the bank's reference, and
//! which one of equal entries of the file it is. Without the bank's reference booking day, value day and the owner's
//! reference stand for it. So a statement that is issued again, a notification beside a statement, and the same
//! statement in another format tell of the same entries; an entry that the bank changed is another one. Entries
//! without the bank's reference that are equal in everything are told apart within a file only.

mod amounts;
mod camt;
mod cursor;
mod fault;
mod form;
mod identity;
mod mt940;
mod open;
mod pain002;
mod reports;
mod source;
mod stepping;
mod tally;

pub use fault::{Fault, FaultKind, Place, ReadError};
pub use form::{
    Account, Balance, BalanceKind, Batch, Detail, Entry, EntryStatus, Party, Record, ReturnReason, Statement,
    StatementEnd, StatementKind,
};
pub use open::{Incoming, Statements, open};
pub use pain002::{
    GroupStatus, PaymentStatus, StatusReason, StatusRecord, StatusReportKind, StatusReports, TransferReport,
    TransferStatus,
};
pub use reports::{
    BillerLine, BillerStatus, CardLine, CardStatus, CardTransaction, DailyReport, NetworkKind, NetworkLine,
    NetworkStatus, Report, ReportError, ReportHead, ReportKind, ReportLine, Reports,
};
