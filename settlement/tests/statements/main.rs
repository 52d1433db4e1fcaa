//! Files as banks, the gateway, networks and billers send them. `public/` holds published samples, with their licences.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod hostile;
mod identity;
mod reports;
mod samples;
mod written;

use std::io::{self, BufReader, Read};
use std::path::PathBuf;

use settlement::statements::{DailyReport, Fault, Incoming, ReadError, Record, ReportError, StatusRecord, open};

/// A file below `tests/statements/`.
fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/statements").join(name)
}

fn sample(name: &str) -> String {
    std::fs::read_to_string(path("samples").join(name)).unwrap()
}

/// Gives a few bytes at a time, as a slow connection does.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let end = into.len().min(7);
        self.0.read(&mut into[..end])
    }
}

fn incoming(bytes: &[u8]) -> Result<Incoming<BufReader<Trickle<'_>>>, ReadError> {
    open(BufReader::with_capacity(1, Trickle(bytes)))
}

/// Everything of a statement, faults as text.
fn records(bytes: &[u8]) -> Vec<Result<Record, String>> {
    match incoming(bytes) {
        Ok(Incoming::Statements(statements)) => statements.map(|record| record.map_err(|e| e.to_string())).collect(),
        Ok(_) => panic!("no statement"),
        Err(error) => vec![Err(error.to_string())],
    }
}

fn statuses(bytes: &[u8]) -> Vec<Result<StatusRecord, String>> {
    match incoming(bytes) {
        Ok(Incoming::Status(statuses)) => statuses.map(|record| record.map_err(|e| e.to_string())).collect(),
        Ok(_) => panic!("no pain.002"),
        Err(error) => vec![Err(error.to_string())],
    }
}

fn report(bytes: &[u8]) -> Result<DailyReport, Vec<Fault>> {
    let Ok(Incoming::Report(report)) = incoming(bytes) else { panic!("no report") };
    report.read().map_err(|error| match error {
        ReportError::Refused(faults) => faults,
        ReportError::Io(error) => panic!("{error}"),
    })
}

/// Every fault of whatever it is; empty for a sound file.
fn faults(bytes: &[u8]) -> Vec<String> {
    match incoming(bytes) {
        Ok(Incoming::Statements(statements)) => statements.filter_map(|r| r.err().map(|e| e.to_string())).collect(),
        Ok(Incoming::Status(statuses)) => statuses.filter_map(|r| r.err().map(|e| e.to_string())).collect(),
        Ok(Incoming::Report(report)) => match report.read() {
            Ok(_) => Vec::new(),
            Err(ReportError::Refused(faults)) => faults.iter().map(ToString::to_string).collect(),
            Err(ReportError::Io(error)) => panic!("{error}"),
        },
        Err(error) => vec![error.to_string()],
    }
}

/// Pretty-printed, without what is not there.
fn told<T: std::fmt::Debug>(records: &[T]) -> String {
    let text = format!("{records:#?}");
    text.lines().filter(|line| !line.ends_with(": None,") && !line.ends_with(": [],")).fold(
        String::new(),
        |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        },
    )
}
