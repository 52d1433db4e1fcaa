//! One line of `;`-separated fields with RFC 4180 quoting, and the faults found in it.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::Money;

use crate::statements::fault::{Fault, FaultKind, Place, shown};

/// Most faults listed; a file with more was not made for this layout.
const FAULTS_MAX: usize = 10_000;
/// Longest identifier kept, as in a biller's file.
const IDENTIFIER_LENGTH_MAX: usize = 64;

/// The faults found so far.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) list: Vec<Fault>,
}

impl Faults {
    pub(super) fn add(&mut self, place: Place, name: &str, what: impl Into<String>) {
        let what = match self.list.len() {
            FAULTS_MAX => format!("more than {FAULTS_MAX} faults: the rest is not listed"),
            length if length > FAULTS_MAX => return,
            _ => what.into(),
        };
        self.list.push(Fault { place, path: name.to_owned(), kind: FaultKind::Form, what });
    }
}

/// A line's fields with the names that the layout gives them.
pub(super) struct Row<'a> {
    pub(super) place: Place,
    names: &'a [&'a str],
    fields: Vec<(u64, String)>,
    pub(super) faults: &'a mut Faults,
}

impl<'a> Row<'a> {
    /// Splits a line. Faults of quoting go to `faults`.
    pub(super) fn split(line: u64, text: &str, names: &'a [&'a str], faults: &'a mut Faults) -> Self {
        let mut fields = Vec::new();
        let mut chars = text.chars().peekable();
        let mut column = 1;
        loop {
            let place = Place { line, column };
            let mut field = String::new();
            let mut wrong = None;
            if chars.next_if_eq(&'"').is_some() {
                column += 1;
                loop {
                    column += 1;
                    match chars.next() {
                        None => {
                            wrong = Some("the closing quotation mark is missing");
                            break;
                        }
                        Some('"') if chars.next_if_eq(&'"').is_some() => {
                            column += 1;
                            field.push('"');
                        }
                        Some('"') => break,
                        Some(other) => field.push(other),
                    }
                }
                if chars.peek().is_some_and(|next| *next != ';') {
                    wrong = Some("text after the closing quotation mark");
                }
            }
            while let Some(next) = chars.next_if(|next| *next != ';') {
                column += 1;
                if next == '"' && wrong.is_none() {
                    wrong = Some("a quotation mark inside a field that is not quoted");
                }
                field.push(next);
            }
            if field.chars().any(char::is_control) {
                wrong = Some("a control character");
            }
            if let Some(what) = wrong {
                faults.add(place, names.get(fields.len()).unwrap_or(&""), what);
            }
            fields.push((place.column, field));
            if chars.next().is_none() {
                break;
            }
            column += 1;
        }
        Self { place: Place { line, column: 1 }, names, fields, faults }
    }

    /// Whether the line has its fields; the fault stands at the first one missing or too many.
    pub(super) fn is_complete(&mut self) -> bool {
        let (found, expected) = (self.fields.len(), self.names.len());
        if found != expected {
            let column = self.fields.get(expected).or(self.fields.last()).map_or(1, |(column, _)| *column);
            let what = format!("the line has {found} fields, expected {expected}: {}", self.names.join(";"));
            self.faults.add(Place { column, ..self.place }, "", what);
        }
        found == expected
    }

    /// A field by its place in the layout, from 0; empty where there is none.
    pub(super) fn at(&self, index: usize) -> &str {
        self.fields.get(index).map_or("", |(_, field)| field)
    }

    /// Notes a fault of a field.
    pub(super) fn fault(&mut self, index: usize, what: impl Into<String>) {
        let column = self.fields.get(index).map_or(1, |(column, _)| *column);
        self.faults.add(Place { column, ..self.place }, self.names.get(index).unwrap_or(&""), what);
    }

    /// What `read` makes of a field, else a fault that says what was expected.
    pub(super) fn read<T>(&mut self, index: usize, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = read(self.at(index));
        if value.is_none() {
            let what = format!("'{}', expected {expected}", shown(self.at(index)));
            self.fault(index, what);
        }
        value
    }

    /// 1 to 64 printable characters.
    pub(super) fn identifier(&mut self, index: usize) -> Option<String> {
        self.read(index, "1 to 64 printable characters", |text| is_identifier(text).then(|| text.to_owned()))
    }

    /// The same, or nothing.
    pub(super) fn identifier_or_empty(&mut self, index: usize) -> Option<Option<String>> {
        self.read(index, "at most 64 printable characters", |text| match text {
            "" => Some(None),
            text => is_identifier(text).then(|| Some(text.to_owned())),
        })
    }

    /// An amount with two places, above zero.
    pub(super) fn amount(&mut self, index: usize) -> Option<Money> {
        self.read(index, "an amount above zero such as 168.00", |text| {
            two_places(text).filter(|amount| amount.is_positive())
        })
    }

    /// `YYYY-MM-DD`.
    pub(super) fn day(&mut self, index: usize) -> Option<NaiveDate> {
        self.read(index, "a day such as 2026-03-31", iso_day)
    }

    /// RFC 3339 with an offset.
    pub(super) fn time(&mut self, index: usize) -> Option<DateTime<Utc>> {
        self.read(index, "a time with its offset, such as 2026-03-31T17:59:59+01:00", |text| {
            DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
        })
    }

    /// The hub's number of a payment.
    pub(super) fn payment(&mut self, index: usize) -> Option<String> {
        self.read(index, "the hub's payment number of 12 digits", |text| is_digits(text, 12).then(|| text.to_owned()))
    }

    /// One of the words of a table.
    pub(super) fn word<T: Copy>(&mut self, index: usize, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == self.at(index)).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let what = format!("'{}', expected one of {}", shown(self.at(index)), words.join(", "));
            self.fault(index, what);
        }
        found
    }
}

fn is_identifier(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= IDENTIFIER_LENGTH_MAX && !text.chars().any(char::is_control)
}

pub(super) fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn two_places(text: &str) -> Option<Money> {
    Money::parse_wire(text).ok().filter(|_| text.contains('.'))
}

pub(super) fn iso_day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}
