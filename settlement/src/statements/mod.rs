//! Statements and reports that come in from outside.

mod amounts;
mod camt;
mod cursor;
mod fault;
mod form;
mod identity;
mod mt940;
mod open;
mod source;
mod tally;

pub use fault::{Fault, FaultKind, Place, ReadError};
pub use form::{
    Account, Balance, BalanceKind, Batch, Detail, Entry, EntryStatus, Party, Record, ReturnReason, Statement,
    StatementEnd, StatementKind,
};
pub use open::{Incoming, Statements, open};
