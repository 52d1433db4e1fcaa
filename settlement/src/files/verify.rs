//! Reading a settlement file back: its layout, its order, its figures and its digest.

use std::io::{self, BufRead};

use sha2::{Digest, Sha256};

use super::layout::{HEADER, LINE, Layout, SUMMARY, TRAILER};
use super::output::Tally;
use super::reading::{Faults, Lines, RawLine};
use super::record::{self, Record};
use super::text::split_digest;
use super::{Line, LineKind, TextForm, Totals, WindowStatement};

/// One fault of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct Fault {
    /// Line in the file, from 1.
    pub line: u64,
    /// The field's number from 1, or in a file of fixed width its position from 1.
    pub column: usize,
    /// What is wrong and what was expected.
    pub what: String,
}

/// Why a file was not found right.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// It has faults; a thousand at most are listed, in the order of the file.
    #[error("the file has {} fault(s)", .0.len())]
    Faulty(Vec<Fault>),
    /// It could not be read to its end.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// A file that is as it left the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What it tells of its window.
    pub statement: WindowStatement,
    /// Its form.
    pub form: TextForm,
    /// SHA-256 of the biller's file before; `None` in the first.
    pub previous: Option<String>,
    /// SHA-256 of the whole file, as its successor names it.
    pub sha256: String,
    /// Payments and refunds in it.
    pub lines: u64,
}

/// Reads a settlement file in either form and holds it to its layout, its totals and its digest.
///
/// Lines are handed to `take` as they come: they count for nothing unless the whole file is found right.
///
/// # Errors
///
/// [`Unverified::Faulty`] with every fault, [`Unverified::Unreadable`] if the input fails.
pub fn verify(input: impl BufRead, mut take: impl FnMut(Line)) -> Result<Verified, Unverified> {
    let mut lines = Lines::new(input);
    let mut faults = Faults::default();
    let Some(first) = lines.next(&mut faults)? else {
        if faults.is_empty() {
            faults.add(1, 1, "the file is empty");
        }
        return Err(Unverified::Faulty(faults.into_sorted()));
    };
    let Some(form) = form_of(&first.text) else {
        if faults.is_empty() {
            faults.add(
                1,
                1,
                "neither form of a settlement file: expected C;format;version;... or HFATOURA-SETTLEMENT1...",
            );
        }
        return Err(Unverified::Faulty(faults.into_sorted()));
    };
    let mut reading = Reading { form, faults, ..Reading::new(form) };
    let mut next = Some(first);
    while let Some(line) = next {
        reading.line(&line, &mut take);
        if reading.faults.are_too_many() {
            break;
        }
        next = lines.next(&mut reading.faults)?;
    }
    reading.end(lines.digest()).map_err(|faults| Unverified::Faulty(faults.into_sorted()))
}

fn form_of(first: &str) -> Option<TextForm> {
    if first.starts_with("C;format;") {
        Some(TextForm::Csv)
    } else if first.starts_with("HFATOURA-SETTLEMENT") {
        Some(TextForm::Fixed)
    } else {
        None
    }
}

/// Which record comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Header,
    Summary,
    /// Lines, or the trailer after them.
    Lines,
    Trailer,
    Nothing,
}

/// What has been read so far.
struct Reading {
    form: TextForm,
    faults: Faults,
    expected: Expected,
    /// The names before the next record have been read; the fixed form has none.
    named: bool,
    header: Option<(WindowStatement, Option<String>)>,
    totals: Option<Totals>,
    tally: Tally,
    /// Some line could not be read: sums say nothing.
    lines_unknown: bool,
    records: u64,
    /// The number that the next line should have.
    next_number: u64,
    last_line: u64,
}

impl Reading {
    fn new(form: TextForm) -> Self {
        Self {
            form,
            faults: Faults::default(),
            expected: Expected::Header,
            named: form == TextForm::Fixed,
            header: None,
            totals: None,
            tally: Tally::default(),
            lines_unknown: false,
            records: 0,
            next_number: 1,
            last_line: 0,
        }
    }

    fn line(&mut self, line: &RawLine, take: &mut impl FnMut(Line)) {
        self.last_line = line.number;
        let end = self.form.line_end();
        if line.end != end {
            let column = line.text.chars().count() + 1;
            let found = if line.end.is_empty() { "the file ends within the line" } else { "another line end" };
            self.faults.add(line.number, column, format!("{found}, expected {end:?}"));
        }
        let letter = line.text.chars().next().unwrap_or(' ');
        if !self.named && self.expected != Expected::Nothing && letter != 'C' {
            self.faults.add(
                line.number,
                1,
                "the names of the columns are missing: expected a record C before this one",
            );
            self.named = true;
        }
        match (self.expected, letter) {
            (Expected::Nothing, _) => self.faults.add(line.number, 1, "a line after the trailer"),
            (Expected::Lines, 'C') if self.form == TextForm::Csv && self.named => {
                self.expected = Expected::Trailer;
                self.names(line, &TRAILER);
            }
            (Expected::Header, 'C') if self.form == TextForm::Csv && !self.named => self.names(line, &HEADER),
            (Expected::Summary, 'C') if self.form == TextForm::Csv && !self.named => self.names(line, &SUMMARY),
            (Expected::Lines, 'C') if self.form == TextForm::Csv => self.names(line, &LINE),
            (Expected::Header, 'H') if self.named => {
                self.advance(Expected::Summary);
                if let Some(record) = self.record(line, &HEADER) {
                    self.header = record::header(&record, &mut self.faults);
                }
            }
            (Expected::Summary, 'S') if self.named => {
                self.advance(Expected::Lines);
                if let Some(record) = self.record(line, &SUMMARY) {
                    self.totals = record::summary(&record, &mut self.faults);
                    self.check_totals(line.number);
                }
            }
            (Expected::Lines, 'P' | 'R') if self.named => self.detail(line, letter, take),
            (Expected::Lines, 'Z') if self.form == TextForm::Fixed => self.trailer(line),
            (Expected::Trailer, 'Z') if self.named => self.trailer(line),
            _ => self.misplaced(line.number, letter),
        }
    }

    /// The next kind of record, before which its names come.
    fn advance(&mut self, expected: Expected) {
        self.expected = expected;
        self.named = self.form == TextForm::Fixed;
    }

    fn names(&mut self, line: &RawLine, layout: &Layout) {
        self.named = true;
        let expected = layout.names().join(";");
        if line.text != expected {
            let what = format!("the names of the columns are not those of the {} record: {expected}", layout.name);
            self.faults.add(line.number, 1, what);
        }
    }

    fn misplaced(&mut self, number: u64, letter: char) {
        let csv = self.form == TextForm::Csv;
        let expected = match self.expected {
            Expected::Header => "H, the header",
            Expected::Summary => "S, the summary",
            Expected::Lines if csv => "P, R, or C before the trailer",
            Expected::Lines => "P, R, or Z, the trailer",
            Expected::Trailer | Expected::Nothing => "Z, the trailer",
        };
        // What it was is unknown: sums would only repeat the fault.
        self.lines_unknown = true;
        self.faults.add(number, 1, format!("a record '{letter}', expected {expected}"));
    }

    fn record<'a>(&mut self, line: &RawLine, layout: &'a Layout) -> Option<Record<'a>> {
        match self.form.decode(layout, &line.text) {
            Ok(values) => Some(Record { form: self.form, layout, line: line.number, values }),
            Err((column, what)) => {
                self.faults.add(line.number, column, what);
                None
            }
        }
    }

    fn check_totals(&mut self, line: u64) {
        if let (Some(totals), Some((statement, _))) = (&self.totals, &self.header)
            && let Err(unsound) = totals.check(statement.contract)
        {
            self.faults.add(line, self.form.column(&SUMMARY, 8), unsound.to_string());
        }
    }

    fn detail(&mut self, line: &RawLine, letter: char, take: &mut impl FnMut(Line)) {
        self.records += 1;
        let Some(record) = self.record(line, &LINE) else {
            self.lines_unknown = true;
            return;
        };
        let kind = if letter == 'P' { LineKind::Payment } else { LineKind::Refund };
        if let Some(number) = record.number(1, &mut self.faults) {
            if number != self.next_number {
                let expected = format!("{}: a line is missing, doubled or moved", self.next_number);
                record.fault(1, &expected, &mut self.faults);
            }
            // Said once: the lines after it are counted from here.
            self.next_number = number.saturating_add(1);
        }
        match record.amount(10, &mut self.faults) {
            Some(amount) => {
                if let Err(wrong) = self.tally.add(kind, amount) {
                    record.fault(10, &format!("another amount: {wrong}"), &mut self.faults);
                    self.lines_unknown = true;
                }
            }
            None => self.lines_unknown = true,
        }
        if let Some(line) = record::line(&record, kind, &mut self.faults) {
            take(line);
        }
    }

    fn trailer(&mut self, line: &RawLine) {
        self.advance(Expected::Nothing);
        self.digest(line);
        let Some(record) = self.record(line, &TRAILER) else { return };
        let lines = record.number(1, &mut self.faults);
        let gross = record.amount(2, &mut self.faults);
        let refunded = record.amount(3, &mut self.faults);
        if lines.is_some_and(|lines| lines != self.records) {
            record.fault(1, &format!("{}, as many as there are", self.records), &mut self.faults);
        }
        if self.lines_unknown {
            return;
        }
        for (index, said, sum) in [(2, gross, self.tally.gross), (3, refunded, self.tally.refunded)] {
            if said.is_some_and(|said| said != sum) {
                record.fault(index, &format!("{sum}, what the lines make"), &mut self.faults);
            }
        }
        if let Some(difference) = self.totals.as_ref().and_then(|totals| self.tally.difference(totals)) {
            self.faults.add(line.number, 1, difference.to_string());
        }
    }

    fn digest(&mut self, line: &RawLine) {
        let (before, given) = split_digest(self.form, &line.text);
        let mut hash: Sha256 = line.before.clone();
        hash.update(before);
        let digest = hex::encode(hash.finalize());
        let given = given.trim_end_matches(' ');
        if given != digest {
            let column = self.form.column(&TRAILER, TRAILER.fields.len() - 1);
            let given: String = given.chars().take(64).collect();
            self.faults.add(line.number, column, format!("sha256: '{given}', but what comes before has {digest}"));
        }
    }

    fn end(mut self, sha256: String) -> Result<Verified, Faults> {
        if self.expected != Expected::Nothing && !self.faults.are_too_many() {
            self.faults.add(self.last_line, 1, "the trailer record Z is missing: the file may have been cut off");
        }
        match (self.header, self.totals) {
            (Some((statement, previous)), Some(totals)) if self.faults.is_empty() => Ok(Verified {
                statement: WindowStatement { totals, ..statement },
                form: self.form,
                previous,
                sha256,
                lines: self.records,
            }),
            _ => Err(self.faults),
        }
    }
}
