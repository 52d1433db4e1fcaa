//! Taking files in: whole or not at all, each once.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Import, ImportKind, Ledger, LedgerError, NewImport};
use sha2::{Digest, Sha256};

use super::{answers, reports, staging};
use crate::statements::{Incoming, ReadError, ReportError, StatementKind, open};

/// Rows removed at once of what a killed run had staged.
const DROP_SLICE: i64 = 500;
/// Bytes digested at once.
const DIGEST_CHUNK: usize = 1 << 16;

/// What files are taken in by.
#[derive(Debug, Clone, Copy)]
pub struct ImportTerms<'a> {
    /// The hub's own accounts: RIBs of 24 digits.
    pub accounts: &'a [String],
    /// Whether a statement that does not begin where the last one ended is taken all the same, with a break.
    pub allow_gap: bool,
    /// Whether everything is read and checked, and nothing written.
    pub dry_run: bool,
    /// The file's name.
    pub name: &'a str,
    /// Who takes it in.
    pub by: &'a str,
    /// Today in Morocco is the day of this instant.
    pub now: DateTime<Utc>,
}

/// What was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What it is.
    pub kind: ImportKind,
    /// The account, the gateway, the network or the biller.
    pub source: String,
    /// The day that it tells of.
    pub day: Option<NaiveDate>,
    /// Entries, answers or lines.
    pub records: i64,
    /// How many of them were known before.
    pub known: i64,
    /// Entries that are only announced, and left to the statement that books them.
    pub announced: i64,
    /// Breaks that were found.
    pub breaks: i64,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is taken in; after a dry run, it would be.
    Taken(Taken),
    /// The very same file was taken in before: nothing changed.
    Known(Box<Import>),
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// What is wrong with it: the first faults, in the order of the file, and how many more there are.
    #[error("{} fault(s)", .0.len() as u64 + .1)]
    Refused(Vec<String>, u64),
    /// The bytes could not be had.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Another process took files in at the same time.
    #[error("another import began meanwhile and took this one's place: import the file again")]
    Overtaken,
}

impl ImportError {
    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(vec![why.into()], 0)
    }

    pub(super) fn read(error: ReadError) -> Self {
        match error {
            ReadError::Refused(fault) => Self::refused(fault.to_string()),
            ReadError::Io(error) => Self::Io(error),
        }
    }
}

impl From<ReportError> for ImportError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Refused(faults) => {
                let more = faults.len().saturating_sub(FAULTS_MAX) as u64;
                Self::Refused(faults.iter().take(FAULTS_MAX).map(ToString::to_string).collect(), more)
            }
            ReportError::Io(error) => Self::Io(error),
        }
    }
}

/// Faults of a file that are told; past them they are counted.
const FAULTS_MAX: usize = 20;

/// Faults as they are found.
#[derive(Debug, Default)]
pub(super) struct Faults {
    told: Vec<String>,
    more: u64,
}

impl Faults {
    pub(super) fn add(&mut self, fault: impl Into<String>) {
        if self.told.len() < FAULTS_MAX { self.told.push(fault.into()) } else { self.more += 1 }
    }

    pub(super) fn finish(self) -> Result<(), ImportError> {
        if self.told.is_empty() { Ok(()) } else { Err(ImportError::Refused(self.told, self.more)) }
    }
}

/// Tells how many bytes of the file are read.
struct Watched<'a, R> {
    inner: R,
    read: u64,
    total: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(into)?;
        self.read += got as u64;
        (self.progress)(self.read, self.total);
        Ok(got)
    }
}

/// Takes a file in: a statement, a notification, an answer to transfers or a daily report. `progress` is told the bytes read,
/// of how many.
pub fn import<R: BufRead + Seek>(
    ledger: &Ledger,
    terms: &ImportTerms<'_>,
    mut file: R,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Imported, ImportError> {
    let (digest, total) = digest(&mut file)?;
    if let Some(known) = ledger.read(|reader| reader.import_of(&digest))? {
        return Ok(Imported::Known(Box::new(known)));
    }
    if !terms.dry_run {
        drop_staged(ledger)?;
    }
    let watched = Watched { inner: &mut file, read: 0, total, progress };
    let incoming = open(io::BufReader::new(watched)).map_err(ImportError::read)?;
    let file = File { digest, bytes: i64::try_from(total).unwrap_or(i64::MAX) };
    let taken = match incoming {
        Incoming::Statements(statements) => {
            let kind = kind_of(statements.kind());
            staging::take(ledger, terms, &file, kind, statements)
        }
        Incoming::Status(status) => answers::take(ledger, terms, &file, *status),
        Incoming::Report(reports) => reports::take(ledger, terms, &file, reports),
    };
    if taken.is_err() && !terms.dry_run {
        // What was staged of a refused file; were this to fail, the next run removes it.
        drop_staged(ledger)?;
    }
    taken.map(Imported::Taken)
}

/// The file as a whole.
pub(super) struct File {
    pub(super) digest: String,
    pub(super) bytes: i64,
}

impl File {
    /// Begins its import; its number.
    pub(super) fn begin(&self, ledger: &Ledger, terms: &ImportTerms<'_>, kind: ImportKind) -> Result<i64, LedgerError> {
        let new = NewImport {
            kind,
            name: terms.name.to_owned(),
            digest: self.digest.clone(),
            bytes: self.bytes,
            by: terms.by.to_owned(),
        };
        let now = terms.now;
        ledger.write_now(move |op| op.begin_import(&new, now))
    }
}

fn kind_of(kind: StatementKind) -> ImportKind {
    if kind.has_balances() { ImportKind::Statement } else { ImportKind::Notification }
}

fn digest(file: &mut (impl Read + Seek)) -> io::Result<(String, u64)> {
    let (mut digest, mut total, mut chunk) = (Sha256::new(), 0, vec![0; DIGEST_CHUNK]);
    file.seek(SeekFrom::Start(0))?;
    loop {
        let got = file.read(&mut chunk)?;
        if got == 0 {
            break;
        }
        digest.update(chunk.get(..got).unwrap_or_default());
        total += got as u64;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok((hex::encode(digest.finalize()), total))
}

/// Removes what a run left that did not come to its end.
fn drop_staged(ledger: &Ledger) -> Result<(), LedgerError> {
    while ledger.write_now(|op| op.drop_staged(DROP_SLICE))? {}
    Ok(())
}
