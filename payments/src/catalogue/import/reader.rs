//! Reads a TOML document by hand so that every fault is found at once, each with its line, its path and what would do.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One fault of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line in the file, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// The key's path: `receivable_type[0].limit[1].min`; empty for the file as a whole.
    pub path: String,
    /// What was expected, and what was found.
    pub expected: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.expected),
            path => write!(f, "line {}: {path}: {}", self.line, self.expected),
        }
    }
}

/// Collects faults and knows where lines begin.
pub(crate) struct Faults {
    text: String,
    line_starts: Vec<usize>,
    found: Vec<Fault>,
}

impl Faults {
    pub(crate) fn new(text: &str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text: text.to_owned(), line_starts: std::iter::once(0).chain(starts).collect(), found: Vec::new() }
    }

    pub(crate) fn add(&mut self, at: &Range<usize>, path: &str, expected: impl Into<String>) {
        let line = self.line_starts.partition_point(|start| *start <= at.start);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = 1 + self.text.get(start..at.start).map_or(0, |before| before.chars().count());
        self.found.push(Fault { line, column, path: path.to_owned(), expected: expected.into() });
    }

    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// The faults in the order of their lines.
    pub(crate) fn into_sorted(mut self) -> Vec<Fault> {
        self.found.sort_by_key(|fault| fault.line);
        self.found
    }
}

/// One value of the document and where it stands.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) path: String,
    pub(crate) span: Range<usize>,
    value: &'a DeValue<'a>,
}

/// One table being read: remembers which keys were asked for, so that the others can be refused.
pub(crate) struct Table<'a> {
    pub(crate) path: String,
    pub(crate) span: Range<usize>,
    entries: &'a DeTable<'a>,
    known: BTreeSet<&'static str>,
}

impl<'a> Table<'a> {
    pub(crate) fn root(document: &'a Spanned<DeTable<'a>>) -> Self {
        Self { path: String::new(), span: document.span(), entries: document.get_ref(), known: BTreeSet::new() }
    }

    /// The value of a key, if it is there.
    pub(crate) fn optional(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.known.insert(key);
        let (_, value) = self.entries.iter().find(|(name, _)| name.get_ref() == key)?;
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Some(Node { path, span: value.span(), value: value.get_ref() })
    }

    /// The value of a key; a fault that says `expected` if it is missing.
    pub(crate) fn required(&mut self, key: &'static str, expected: &str, faults: &mut Faults) -> Option<Node<'a>> {
        let node = self.optional(key);
        if node.is_none() {
            let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
            faults.add(&self.span, &path, format!("missing: expected {expected}"));
        }
        node
    }

    /// The tables of an array; empty if the key is missing.
    pub(crate) fn tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<Table<'a>> {
        let Some(node) = self.optional(key) else { return Vec::new() };
        let DeValue::Array(items) = node.value else {
            faults.add(&node.span, &node.path, format!("expected [[{key}]], an array of tables"));
            return Vec::new();
        };
        let item = |(at, item): (usize, &'a Spanned<DeValue<'a>>)| {
            Node { path: format!("{}[{at}]", node.path), span: item.span(), value: item.get_ref() }.table(faults)
        };
        items.iter().enumerate().filter_map(item).collect()
    }

    /// Refuses every key that nobody asked for.
    pub(crate) fn close(self, faults: &mut Faults) {
        for name in self.entries.keys().filter(|name| !self.known.contains(name.get_ref().as_ref())) {
            let known = self.known.iter().copied().collect::<Vec<_>>().join(", ");
            let name_text = name.get_ref();
            let path = if self.path.is_empty() { name_text.to_string() } else { format!("{}.{name_text}", self.path) };
            faults.add(&name.span(), &path, format!("unknown key: expected one of {known}"));
        }
    }
}

impl<'a> Node<'a> {
    fn fault(&self, expected: impl Into<String>, faults: &mut Faults) {
        faults.add(&self.span, &self.path, expected);
    }

    /// A fault that says what was expected instead of this text.
    pub(crate) fn refuse<T>(&self, expected: &str, faults: &mut Faults) -> Option<T> {
        let found = match self.value {
            DeValue::String(text) => format!("\"{}\"", text.chars().take(60).collect::<String>()),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(when) => when.to_string(),
            DeValue::Array(_) => "an array".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        self.fault(format!("expected {expected}; found {found}"), faults);
        None
    }

    pub(crate) fn table(self, faults: &mut Faults) -> Option<Table<'a>> {
        match self.value {
            DeValue::Table(entries) => {
                Some(Table { path: self.path, span: self.span, entries, known: BTreeSet::new() })
            }
            _ => self.refuse("a table", faults),
        }
    }

    pub(crate) fn text(&self, expected: &str, faults: &mut Faults) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) => Some(text.as_ref()),
            _ => self.refuse(expected, faults),
        }
    }

    pub(crate) fn boolean(&self, faults: &mut Faults) -> Option<bool> {
        match self.value {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.refuse("true or false", faults),
        }
    }

    /// The items of an array.
    pub(crate) fn items(&self, expected: &str, faults: &mut Faults) -> Option<Vec<Node<'a>>> {
        let DeValue::Array(items) = self.value else { return self.refuse(expected, faults) };
        let item = |(at, item): (usize, &'a Spanned<DeValue<'a>>)| Node {
            path: format!("{}[{at}]", self.path),
            span: item.span(),
            value: item.get_ref(),
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// A whole number between two inclusive bounds.
    pub(crate) fn integer(&self, bounds: Range<i64>, expected: &str, faults: &mut Faults) -> Option<i64> {
        let number = match self.value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number.filter(|number| bounds.contains(number)) {
            Some(number) => Some(number),
            None => self.refuse(expected, faults),
        }
    }

    /// What stands for a time of day, bare (`18:00:00`) or quoted.
    pub(crate) fn time_text(&self) -> Option<String> {
        match self.value {
            DeValue::Datetime(when) if when.date.is_none() => Some(when.to_string()),
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        }
    }

    /// A date, bare (`2026-01-01`) or quoted.
    pub(crate) fn date(&self, faults: &mut Faults) -> Option<chrono::NaiveDate> {
        let text = match self.value {
            DeValue::Datetime(when) if when.time.is_none() => when.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        match text.parse() {
            Ok(date) => Some(date),
            Err(_) => self.refuse("a date of the form 2026-01-01", faults),
        }
    }
}
