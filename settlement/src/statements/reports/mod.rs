//! Daily reports as files of lines: docs/reconciliation-files.md is their layout. A file is read line by line, and taken whole or
//! refused whole, with every fault.

mod biller;
mod card;
mod network;
mod reading;
mod row;

use std::io::{self, BufRead};

use chrono::NaiveDate;

pub use biller::{BillerLine, BillerStatus};
pub use card::{CardLine, CardStatus, CardTransaction};
pub use network::{NetworkKind, NetworkLine, NetworkStatus};

use self::reading::{Layout, read};
use super::fault::Fault;
use super::source::Source;

/// The reports that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// What the card gateway did in a day.
    Card,
    /// What an agent network took in a day.
    Network,
    /// What a biller booked.
    Biller,
}

impl ReportKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Card, Self::Network, Self::Biller];

    /// The name in the header record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => card::Card::NAME,
            Self::Network => network::Network::NAME,
            Self::Biller => biller::Biller::NAME,
        }
    }
}

/// What the header record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportHead {
    /// Who made it: a gateway's or network's code, a biller's four digits.
    pub source: String,
    /// The day it tells of, in Morocco.
    pub day: NaiveDate,
    /// 1, 2, 3 ... of that source.
    pub sequence: u64,
}

/// A line of a report, of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportLine {
    /// Of the card gateway.
    Card(CardLine),
    /// Of an agent network.
    Network(NetworkLine),
    /// Of a biller.
    Biller(BillerLine),
}

/// A report with its lines in the file's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report<L> {
    /// Who made it: a gateway's or network's code, a biller's four digits.
    pub source: String,
    /// The day it tells of, in Morocco.
    pub day: NaiveDate,
    /// 1, 2, 3 ... of that source.
    pub sequence: u64,
    /// SHA-256 of the whole file in lower-case hex.
    pub sha256: String,
    /// Lines.
    pub lines: Vec<L>,
}

/// A report that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DailyReport {
    /// Of the card gateway.
    Card(Report<CardLine>),
    /// Of an agent network.
    Network(Report<NetworkLine>),
    /// Of a biller.
    Biller(Report<BillerLine>),
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Every fault in the order of the file.
    #[error("the report has {} faults", .0.len())]
    Refused(Vec<Fault>),
    /// The bytes could not be had: says nothing of the file.
    #[error("cannot read the report: {0}")]
    Io(#[from] io::Error),
}

/// A report to be read.
pub struct Reports<R> {
    kind: ReportKind,
    source: Source<R>,
}

impl<R: BufRead> Reports<R> {
    pub(super) fn new(kind: ReportKind, source: Source<R>) -> Self {
        Self { kind, source }
    }

    /// Which report it is.
    pub fn kind(&self) -> ReportKind {
        self.kind
    }

    /// Reads it line by line, and holds none: `take` is told each one, with the head. What it was told counts only once all of
    /// the file is right; after the first fault it is told nothing more. Head and SHA-256 of the whole file in lower-case hex.
    pub fn each<E: From<ReportError>>(
        self,
        take: &mut dyn FnMut(&ReportHead, ReportLine) -> Result<(), E>,
    ) -> Result<(ReportHead, String), E> {
        match self.kind {
            ReportKind::Card => {
                read::<card::Card, _, _>(self.source, &mut |head, line| take(head, ReportLine::Card(line)))
            }
            ReportKind::Network => {
                read::<network::Network, _, _>(self.source, &mut |head, line| take(head, ReportLine::Network(line)))
            }
            ReportKind::Biller => {
                read::<biller::Biller, _, _>(self.source, &mut |head, line| take(head, ReportLine::Biller(line)))
            }
        }
    }

    /// Reads it whole, with all of its lines in memory.
    pub fn read(self) -> Result<DailyReport, ReportError> {
        fn whole<L: Layout, R: BufRead>(source: Source<R>) -> Result<Report<L::Line>, ReportError> {
            let mut lines = Vec::new();
            let (head, sha256) = read::<L, _, ReportError>(source, &mut |_, line| {
                lines.push(line);
                Ok(())
            })?;
            let ReportHead { source, day, sequence } = head;
            Ok(Report { source, day, sequence, sha256, lines })
        }
        Ok(match self.kind {
            ReportKind::Card => DailyReport::Card(whole::<card::Card, _>(self.source)?),
            ReportKind::Network => DailyReport::Network(whole::<network::Network, _>(self.source)?),
            ReportKind::Biller => DailyReport::Biller(whole::<biller::Biller, _>(self.source)?),
        })
    }
}
