//! Strict reading of `;`-separated lines with RFC 4180 quoting, with the place of everything.
//!
//! The `csv` crate reads any quoting without complaint and does not say where a record begins once line ends are
//! mixed; a control file must be refused for the first and digested from the second. It still does the writing.

use std::collections::HashMap;

/// One fault of a file, for the person who made it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct LineFault {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column as a spreadsheet counts: the field's number, from 1.
    pub column: usize,
    /// What is wrong and what was expected.
    pub what: String,
}

/// Most faults listed; a file with more was not made for this protocol.
const FAULTS_MAX: usize = 10_000;

/// The faults found so far.
#[derive(Default)]
pub(super) struct Faults {
    list: Vec<LineFault>,
}

impl Faults {
    pub(super) fn add(&mut self, line: usize, column: usize, what: impl Into<String>) {
        if self.list.len() < FAULTS_MAX {
            self.list.push(LineFault { line, column, what: what.into() });
        } else if self.list.len() == FAULTS_MAX {
            let what = format!("more than {FAULTS_MAX} faults: the rest is not listed");
            self.list.push(LineFault { line, column, what });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In the order of the file.
    pub(super) fn into_sorted(mut self) -> Vec<LineFault> {
        self.list.sort_by_key(|fault| (fault.line, fault.column));
        self.list
    }
}

/// One record and where it begins.
pub(super) struct Record {
    /// Its first line, from 1.
    pub(super) line: usize,
    /// Offset of its first byte.
    pub(super) offset: usize,
    pub(super) fields: Vec<String>,
}

impl Record {
    /// A field by its column, from 1; empty where there is none.
    pub(super) fn at(&self, column: usize) -> &str {
        column.checked_sub(1).and_then(|index| self.fields.get(index)).map_or("", String::as_str)
    }
}

/// Splits a file into records. Faults of quoting, encoding and line ends go to `faults`; reading goes on after them.
pub(super) fn split(bytes: &[u8], faults: &mut Faults) -> Vec<Record> {
    let mut records = Vec::new();
    let mut reader = Reader { bytes, at: 0, line: 1 };
    while reader.at < bytes.len() {
        records.push(reader.record(faults));
    }
    records
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Reader<'_> {
    fn record(&mut self, faults: &mut Faults) -> Record {
        let (line, offset) = (self.line, self.at);
        let mut fields = Vec::new();
        loop {
            let column = fields.len() + 1;
            let raw = if self.peek() == Some(b'"') { self.quoted(column, faults) } else { self.plain(column, faults) };
            fields.push(String::from_utf8(raw).unwrap_or_else(|error| {
                faults.add(line, column, "not UTF-8");
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            }));
            match self.peek() {
                Some(b';') => self.at += 1,
                _ => break,
            }
        }
        self.at += match self.bytes.get(self.at..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\n', ..]) => 1,
            _ => 0,
        };
        self.line += 1;
        Record { line, offset, fields }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Whether a field ends here: at a separator, a line end or the end of the file.
    fn at_end_of_field(&self) -> bool {
        matches!(self.bytes.get(self.at..), None | Some([] | [b';' | b'\n', ..] | [b'\r', b'\n', ..]))
    }

    fn plain(&mut self, column: usize, faults: &mut Faults) -> Vec<u8> {
        let start = self.at;
        while !self.at_end_of_field() {
            self.at += 1;
        }
        let raw = self.bytes.get(start..self.at).unwrap_or_default().to_vec();
        if raw.contains(&b'"') {
            faults.add(self.line, column, "a quotation mark inside a field that is not quoted");
        }
        if raw.contains(&b'\r') {
            faults.add(self.line, column, "a carriage return that is not followed by a line feed");
        }
        raw
    }

    fn quoted(&mut self, column: usize, faults: &mut Faults) -> Vec<u8> {
        let line = self.line;
        let mut raw = Vec::new();
        self.at += 1;
        loop {
            match self.peek() {
                None => {
                    faults.add(line, column, "the closing quotation mark is missing");
                    return raw;
                }
                Some(b'"') if self.bytes.get(self.at + 1) == Some(&b'"') => {
                    raw.push(b'"');
                    self.at += 2;
                }
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(byte) => {
                    self.line += usize::from(byte == b'\n');
                    raw.push(byte);
                    self.at += 1;
                }
            }
        }
        if !self.at_end_of_field() {
            faults.add(self.line, column, "text after the closing quotation mark");
            while !self.at_end_of_field() {
                self.at += 1;
            }
        }
        raw
    }
}

/// Remembers the line where something was first seen.
pub(super) type SeenAt<K> = HashMap<K, usize>;

/// The first characters of a field, to be shown in a fault.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}
