//! Statements and reports that come in from outside.

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
    NetworkStatus, Report, ReportError, ReportKind, Reports,
};
