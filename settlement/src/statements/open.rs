//! Tells what came in by its content.

use std::io::BufRead;

use super::camt::{self, Camt};
use super::cursor::Cursor;
use super::fault::{ReadError, shown};
use super::form::{Record, StatementKind};
use super::source::Source;

/// What came in, ready to be read.
pub enum Incoming<R> {
    /// A bank's statement or notification.
    Statements(Statements<R>),
}

/// The statements of one file, record by record.
///
/// Nothing follows a [`Fault`](super::Fault) of [`FaultKind::Form`](super::FaultKind::Form) or an IO error; records do
/// follow a disagreement, and are not to be taken all the same: whoever stops at the first error keeps nothing of a
/// file with faults.
pub struct Statements<R>(Camt<R>);

impl<R: BufRead> Statements<R> {
    /// Which message it is.
    pub fn kind(&self) -> StatementKind {
        self.0.kind()
    }

    /// SHA-256 of the file in lower-case hex, after the last record.
    pub fn sha256(&self) -> Option<String> {
        self.0.sha256()
    }
}

impl<R: BufRead> Iterator for Statements<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_record()
    }
}

/// Looks at the beginning of a file and opens the reader for it.
pub fn open<R: BufRead>(input: R) -> Result<Incoming<R>, ReadError> {
    let cursor = Cursor::new(Source::new(input))?;
    match camt::kind_of(cursor.namespace()) {
        Some(kind) => Ok(Incoming::Statements(Statements(Camt::new(cursor, kind)))),
        None => Err(cursor.fault(format!("namespace '{}', expected", shown(cursor.namespace())))),
    }
}
