//! What is wrong with something that came in, and where.

use std::fmt;
use std::io;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The file cannot be read beyond it: nothing follows.
    Form,
    /// What was read contradicts itself: balances or totals that do not add up, a foreign currency. Reading goes on,
    /// so that all of them can be shown; the statement must not be taken all the same.
    Disagreement,
}

/// One fault of a file, for the person who asks its sender for another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// Where it stands.
    pub place: Place,
    /// The element (`Document/BkToCstmrStmt/Stmt/Ntry/Amt`) or field (`:61:`); empty for the file as a whole.
    pub path: String,
    /// Whether reading can go on.
    pub kind: FaultKind,
    /// What was found and what was expected.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "{}: {}", self.place, self.what),
            path => write!(f, "{}, {path}: {}", self.place, self.what),
        }
    }
}

/// Why the next record is not there.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file says something that is not accepted: its sender has to mend it.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// The bytes could not be had: says nothing of the file.
    #[error("cannot read the file: {0}")]
    Io(#[from] io::Error),
}

/// The first characters of a value, to be shown in a fault.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}
