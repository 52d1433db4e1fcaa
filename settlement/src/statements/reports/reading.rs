//! What all reports have in common: header, lines, trailer.

use std::io::{BufRead, Read};

use ledger::Money;
use sha2::{Digest, Sha256};

use super::row::{Faults, Row, iso_day, two_places};
use super::{ReportError, ReportHead};
use crate::statements::cursor::whole;
use crate::statements::fault::{Place, shown};
use crate::statements::source::Source;

/// Largest report: a line has at most about 150 bytes, so more than a million payments of one source in one day. What is held
/// of it in memory is up to whoever is told its lines.
const REPORT_BYTES_MAX: usize = 192 << 20;
/// Longest line: the fields of every layout at their longest, quoted, fit four times.
const LINE_BYTES_MAX: u64 = 4 << 10;

const HEADER: [&str; 6] = ["record", "report", "version", "source", "day", "sequence"];
const TRAILER: [&str; 4] = ["record", "count", "total", "digest"];

/// What one kind of report has of its own.
pub(super) trait Layout {
    type Line;
    /// The name in the header.
    const NAME: &'static str;
    /// The fields of a line, the record's letter first.
    const FIELDS: &'static [&'static str];
    /// What a source looks like, in words.
    const SOURCE: &'static str;

    fn is_source(text: &str) -> bool;

    /// The fields of a complete line; `None` with a fault noted.
    fn line(row: &mut Row<'_>) -> Option<Self::Line>;

    /// The field that the trailer's total is the sum of.
    const AMOUNT: usize;
}

/// Is told a line, with the head.
pub(super) type Take<'a, L, E> = dyn FnMut(&ReportHead, L) -> Result<(), E> + 'a;

/// What has been read so far.
struct Reading {
    faults: Faults,
    header: Option<ReportHead>,
    /// `D` lines, faulty ones too.
    count: u64,
    /// The sum of their amounts, `None` past the range.
    total: Option<Money>,
    /// Whether some amount could not be read: the total then says nothing.
    amounts_unknown: bool,
    has_trailer: bool,
    /// Of every byte before the line at hand.
    before: Sha256,
}

/// Reads a report and tells its lines, until there is a fault: head and digest, where there is none.
pub(super) fn read<L: Layout, R: BufRead, E: From<ReportError>>(
    mut source: Source<R>,
    take: &mut Take<'_, L::Line, E>,
) -> Result<(ReportHead, String), E> {
    let mut reading = Reading {
        faults: Faults::default(),
        header: None,
        count: 0,
        total: Some(Money::ZERO),
        amounts_unknown: false,
        has_trailer: false,
        before: Sha256::new(),
    };
    let mut place = Place { line: 1, column: 1 };
    let mut read = 0_usize;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let got = (&mut source).take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
        read += got.map_err(ReportError::Io)?;
        if bytes.is_empty() {
            break;
        }
        place.line = source.place().line.saturating_sub(u64::from(bytes.ends_with(b"\n")));
        let too_long =
            !bytes.ends_with(b"\n") && u64::try_from(bytes.len()).is_ok_and(|length| length == LINE_BYTES_MAX);
        if too_long || read > REPORT_BYTES_MAX {
            let what = if too_long {
                format!("a line of more than {LINE_BYTES_MAX} bytes: the rest is not read")
            } else {
                format!("a report of more than {REPORT_BYTES_MAX} bytes: the rest is not read, split it")
            };
            reading.faults.add(place, "", what);
            return Err(ReportError::Refused(reading.faults.list).into());
        }
        let line = reading.line::<L>(place, &bytes);
        if let (Some(line), Some(head), true) = (line, &reading.header, reading.faults.list.is_empty()) {
            take(head, line)?;
        }
        reading.before.update(&bytes);
    }
    if reading.header.is_none() && reading.faults.list.is_empty() {
        reading.faults.add(Place { line: 1, column: 1 }, "", "the file is empty, expected the header record H");
    }
    if !reading.has_trailer {
        let what = "the last line must be the trailer record T: the file may have been cut off";
        reading.faults.add(place, "", what);
    }
    match (reading.header, source.sha256()) {
        (Some(head), Some(sha256)) if reading.faults.list.is_empty() => Ok((head, sha256)),
        _ => Err(ReportError::Refused(reading.faults.list).into()),
    }
}

impl Reading {
    /// The line, where it is one that is told.
    fn line<A: Layout>(&mut self, place: Place, bytes: &[u8]) -> Option<A::Line> {
        if self.has_trailer {
            return self.fault(place, "a line after the trailer record T, which must be the last");
        }
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let Ok(text) = std::str::from_utf8(text) else {
            self.count += u64::from(text.starts_with(b"D;"));
            self.amounts_unknown = true;
            return self.fault(place, "not UTF-8");
        };
        let is_first = place.line == 1;
        if is_first && text.starts_with('\u{feff}') {
            return self.fault(place, "the file begins with a byte-order mark: save it as UTF-8 without one");
        }
        match text.split_once(';').map_or(text, |(record, _)| record) {
            "H" if is_first => self.header::<A>(text),
            "H" => return self.fault(place, "the header record may only be the first line"),
            "D" if !is_first => return self.detail::<A>(place.line, text),
            "T" if !is_first => self.trailer(place.line, text),
            _ if is_first => return self.fault(place, "the first line must be the header record H"),
            "" if text.is_empty() => return self.fault(place, "an empty line"),
            other => return self.fault(place, format!("unknown record '{}', expected D or T", shown(other))),
        }
        None
    }

    fn fault<L>(&mut self, place: Place, what: impl Into<String>) -> Option<L> {
        self.faults.add(place, "", what);
        None
    }

    fn header<A: Layout>(&mut self, text: &str) {
        let mut row = Row::split(1, text, &HEADER, &mut self.faults);
        if !row.is_complete() {
            return;
        }
        let name = row.read(1, A::NAME, |text| (text == A::NAME).then_some(()));
        let version = row.read(2, "version 1", |text| (text == "1").then_some(()));
        let source = row.read(3, A::SOURCE, |text| A::is_source(text).then(|| text.to_owned()));
        let day = row.read(4, "a day such as 2026-03-31", iso_day);
        let sequence = row.read(5, "a whole number from 1", |text| {
            whole(text).filter(|number| *number >= 1 && i64::try_from(*number).is_ok())
        });
        if let (Some(()), Some(()), Some(source), Some(day), Some(sequence)) = (name, version, source, day, sequence) {
            self.header = Some(ReportHead { source, day, sequence });
        }
    }

    fn detail<A: Layout>(&mut self, line: u64, text: &str) -> Option<A::Line> {
        self.count += 1;
        let mut row = Row::split(line, text, A::FIELDS, &mut self.faults);
        if !row.is_complete() {
            self.amounts_unknown = true;
            return None;
        }
        match two_places(row.at(A::AMOUNT)) {
            Some(amount) => self.total = self.total.and_then(|total| total.checked_add(amount)),
            None => self.amounts_unknown = true,
        }
        A::line(&mut row)
    }

    fn trailer(&mut self, line: u64, text: &str) {
        self.has_trailer = true;
        let mut row = Row::split(line, text, &TRAILER, &mut self.faults);
        if !row.is_complete() {
            return;
        }
        if whole(row.at(1)) != Some(self.count) {
            let what = format!("'{}' lines, but the file has {} D lines", shown(row.at(1)), self.count);
            row.fault(1, what);
        }
        match (two_places(row.at(2)), self.total) {
            (None, _) => {
                let what = format!("'{}', expected a total such as 168.00", shown(row.at(2)));
                row.fault(2, what);
            }
            (_, None) => row.fault(2, "the amounts add up past what can be counted"),
            (Some(given), Some(total)) if given != total && !self.amounts_unknown => {
                row.fault(2, format!("total {given}, but the amounts add up to {total}"));
            }
            _ => {}
        }
        let digest = hex::encode(self.before.clone().finalize());
        if row.at(3) != digest {
            let what = format!("SHA-256 '{}', but what comes before has {digest}", shown(row.at(3)));
            row.fault(3, what);
        }
    }
}
