//! A paper of tables that people sign: what stands on it is given as text in the reader's language.

use ledger::Language;

/// A paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The reader's language; it also decides the direction of the page.
    pub language: Language,
    /// What it is.
    pub title: String,
    /// Of what: a day.
    pub subtitle: String,
    /// What it comes to.
    pub verdict: (Verdict, String),
    /// What it states.
    pub sections: Vec<PaperSection>,
    /// Facts about the paper itself: label and value. The values run from left to right.
    pub facts: Vec<(String, String)>,
    /// Who signs: what each does.
    pub signatures: Vec<String>,
    /// The lines to be filled in by each: name, date.
    pub signature_lines: Vec<String>,
    /// What stands at the foot of each page.
    pub footer: String,
}

/// How what it comes to is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Not known yet.
    Open,
    /// Not as it should be.
    Bad,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperSection {
    /// What it tells of.
    pub title: String,
    /// What is said below the title, or instead of a table without rows; may be empty.
    pub note: String,
    /// Its columns.
    pub columns: Vec<PaperColumn>,
    /// Its rows: a cell for each column.
    pub rows: Vec<Vec<PaperCell>>,
    /// Whether the last row is what the others come to.
    pub has_total: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperColumn {
    /// Its head.
    pub label: String,
    /// How wide it is, in relation to the others.
    pub share: u8,
    /// Whether it holds figures, which cling to the end.
    pub is_figure: bool,
}

/// What stands in a cell, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaperCell {
    /// The lines; the first one stands out.
    pub lines: Vec<String>,
    /// Whether they are codes, which run from left to right.
    pub is_code: bool,
}

impl PaperCell {
    /// A cell of words or amounts.
    pub fn text(text: impl Into<String>) -> Self {
        Self { lines: vec![text.into()], is_code: false }
    }

    /// A cell of a code: a name of a file, a number, a reference.
    pub fn code(text: impl Into<String>) -> Self {
        Self { lines: vec![text.into()], is_code: true }
    }

    /// The same with another line.
    #[must_use]
    pub fn with(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }
}
