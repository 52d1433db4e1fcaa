//! Tables and moments, as commands print them.

use std::io::{self, Write};

use chrono::NaiveDateTime;

use crate::jobs::ZONE;

/// As moments are shown.
const SHOWN: &str = "%Y-%m-%d %H:%M:%S";

/// A moment of the database in local time.
pub(super) fn local(at: NaiveDateTime) -> String {
    at.and_utc().with_timezone(&ZONE).format(SHOWN).to_string()
}

/// Columns as wide as what they hold; the last one is not padded.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|name| (*name).to_owned()).collect()] }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                if column + 1 == row.len() {
                    writeln!(out, "{cell}")?;
                } else {
                    write!(out, "{cell:width$}  ", width = width(column))?;
                }
            }
        }
        Ok(())
    }
}
