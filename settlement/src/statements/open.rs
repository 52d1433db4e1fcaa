//! Tells what came in by its content.

use std::io::BufRead;

use super::camt::{self, Camt};
use super::cursor::Cursor;
use super::fault::{Fault, FaultKind, ReadError, shown};
use super::form::{Record, StatementKind};
use super::mt940::Mt940;
use super::pain002::{self, StatusReports};
use super::reports::{ReportKind, Reports};
use super::source::Source;
use super::stepping::Stepping;

/// What is read, as told to whoever sent something else.
const ACCEPTED_XML: &str = "camt.053 or camt.054 in version 001.02 or 001.08, or pain.002 in version 001.03 or 001.10";
const ACCEPTED: &str =
    "an ISO 20022 message (camt.053, camt.054, pain.002), an MT940 or a report beginning with H;FATOURA-";

/// What came in, ready to be read.
pub enum Incoming<R> {
    /// A bank's statement or notification.
    Statements(Statements<R>),
    /// The bank's answer to transfers.
    Status(Box<StatusReports<R>>),
    /// A daily report of the gateway, a network or a biller.
    Report(Reports<R>),
}

/// The statements of one file, record by record.
///
/// Nothing follows a [`Fault`](super::Fault) of [`FaultKind::Form`](super::FaultKind::Form) or an IO error; records do
/// follow a disagreement, and are not to be taken all the same: whoever stops at the first error keeps nothing of a
/// file with faults.
pub struct Statements<R>(Reader<R>);

enum Reader<R> {
    Camt(Box<Camt<R>>),
    Mt940(Box<Mt940<R>>),
}

impl<R: BufRead> Statements<R> {
    /// Which message it is.
    pub fn kind(&self) -> StatementKind {
        match &self.0 {
            Reader::Camt(camt) => camt.kind(),
            Reader::Mt940(_) => StatementKind::Mt940,
        }
    }

    /// SHA-256 of the file in lower-case hex, after the last record.
    pub fn sha256(&self) -> Option<String> {
        match &self.0 {
            Reader::Camt(camt) => camt.sha256(),
            Reader::Mt940(mt940) => mt940.sha256(),
        }
    }
}

impl<R: BufRead> Iterator for Statements<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Reader::Camt(camt) => camt.next_record(),
            Reader::Mt940(mt940) => mt940.next_record(),
        }
    }
}

/// What a file looks like.
enum Look {
    Xml,
    Mt940,
    Report(ReportKind),
    Other(String),
}

/// Looks at the beginning of a file and opens the reader for it.
pub fn open<R: BufRead>(input: R) -> Result<Incoming<R>, ReadError> {
    let mut source = Source::new(input);
    match look(source.beginning()?) {
        Look::Xml => open_xml(Cursor::new(source)?),
        Look::Mt940 => Ok(Incoming::Statements(Statements(Reader::Mt940(Box::new(Mt940::new(source)))))),
        Look::Report(kind) => Ok(Incoming::Report(Reports::new(kind, source))),
        Look::Other(seen) => {
            let what = format!("the file begins with '{}', expected {ACCEPTED}", shown(&seen));
            let place = source.place();
            Err(Fault { place, path: String::new(), kind: FaultKind::Form, what }.into())
        }
    }
}

fn look(beginning: &[u8]) -> Look {
    let text = String::from_utf8_lossy(beginning);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let is_mt940 =
        start.starts_with("{1:") || start.starts_with(':') || start.lines().any(|line| line.starts_with(":20:"));
    match start {
        start if start.starts_with('<') => Look::Xml,
        _ if is_mt940 => Look::Mt940,
        start => match report_kind(start) {
            Some(kind) => Look::Report(kind),
            None => Look::Other(start.lines().next().unwrap_or_default().to_owned()),
        },
    }
}

/// By the name in the header; what else is wrong with it, its reader says.
fn report_kind(start: &str) -> Option<ReportKind> {
    let name = start.strip_prefix("H;")?.split([';', '\r', '\n']).next()?;
    ReportKind::ALL.into_iter().find(|kind| kind.name() == name)
}

fn open_xml<R: BufRead>(cursor: Cursor<R>) -> Result<Incoming<R>, ReadError> {
    if let Some(kind) = pain002::kind_of(cursor.namespace()) {
        return Ok(Incoming::Status(Box::new(StatusReports::new(cursor, kind))));
    }
    match camt::kind_of(cursor.namespace()) {
        Some(kind) => Ok(Incoming::Statements(Statements(Reader::Camt(Box::new(Camt::new(cursor, kind)))))),
        None => {
            let namespace = cursor.namespace();
            let message = namespace.rsplit(':').next().unwrap_or_default();
            Err(cursor.fault(format!("a message of the kind '{}', expected {ACCEPTED_XML}", shown(message))))
        }
    }
}
