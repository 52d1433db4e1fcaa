//! The lines of a file, with their digest and a bound on everything.

use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

use super::verify::Fault;

/// Bytes of a line, at most: the widest record has 250 characters, of four bytes and quoted at worst.
const LINE_BYTES_MAX: u64 = 4_096;
/// Faults listed, at most: a file with more was not written by the hub.
const FAULTS_MAX: usize = 1_000;

/// The faults found so far.
#[derive(Default)]
pub(super) struct Faults {
    list: Vec<Fault>,
}

impl Faults {
    pub(super) fn add(&mut self, line: u64, column: usize, what: impl Into<String>) {
        if self.list.len() < FAULTS_MAX {
            self.list.push(Fault { line, column, what: what.into() });
        } else if self.list.len() == FAULTS_MAX {
            let what = format!("more than {FAULTS_MAX} faults: the rest is not listed");
            self.list.push(Fault { line, column, what });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn are_too_many(&self) -> bool {
        self.list.len() > FAULTS_MAX
    }

    /// In the order of the file.
    pub(super) fn into_sorted(mut self) -> Vec<Fault> {
        self.list.sort_by_key(|fault| (fault.line, fault.column));
        self.list
    }
}

/// One line as it stands in the file.
pub(super) struct RawLine {
    /// From 1.
    pub(super) number: u64,
    /// Its text; empty where it is not text.
    pub(super) text: String,
    /// Its line end: empty, `\n` or `\r\n`.
    pub(super) end: &'static str,
    /// The digest of everything before it.
    pub(super) before: Sha256,
}

/// Reads lines and digests them.
pub(super) struct Lines<R> {
    input: R,
    number: u64,
    hash: Sha256,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, number: 0, hash: Sha256::new() }
    }

    /// The next line; `None` at the end, or after a line that is too long to be one of the hub's.
    pub(super) fn next(&mut self, faults: &mut Faults) -> io::Result<Option<RawLine>> {
        let mut bytes = Vec::new();
        self.input.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        if bytes.len() as u64 > LINE_BYTES_MAX {
            faults.add(number, 1, format!("longer than {LINE_BYTES_MAX} bytes: not a line of a settlement file"));
            return Ok(None);
        }
        let before = self.hash.clone();
        self.hash.update(&bytes);
        let end = match bytes.as_slice() {
            [.., b'\r', b'\n'] => "\r\n",
            [.., b'\n'] => "\n",
            _ => "",
        };
        bytes.truncate(bytes.len() - end.len());
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let valid = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..valid).unwrap_or_default();
            faults.add(number, 1 + before.iter().filter(|byte| **byte == b';').count(), "not UTF-8");
            String::new()
        });
        Ok(Some(RawLine { number, text, end, before }))
    }

    /// The digest of all that was read.
    pub(super) fn digest(self) -> String {
        hex::encode(self.hash.finalize())
    }
}
