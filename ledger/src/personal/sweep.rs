//! Every personal text, opened: for whoever must find all that is held of a person.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::columns::{ALL, Column};
use super::text::{Sealed, SealedText};
use crate::ledger::Reader;
use crate::storage::{Conn, StorageError};

/// Texts that are read at once.
const PAGE: i64 = 2_000;

/// How far texts were read. The default is from the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    column: usize,
    row: i64,
    text: String,
}

/// A personal text and where it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct FoundText {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's number; of bill files the biller's code, of what a caller was told the call's number.
    pub row: i64,
    /// What it says.
    pub text: String,
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = SealedText)]
    text: Sealed,
}

/// Whether a column has several texts of one number; then they are read in their own order.
fn is_shared(column: &Column) -> bool {
    column.row != "id"
}

impl Reader<'_> {
    /// The next texts of one column, some thousands at most, and how far they reach; `None`: that was all. Reads everything
    /// there is, some million texts in a minute: not while anybody waits.
    pub fn personal_texts(&mut self, from: &Swept) -> Result<Option<(Vec<FoundText>, Swept)>, StorageError> {
        for (index, column) in ALL.iter().copied().enumerate().skip(from.column) {
            let start = if index == from.column { from.clone() } else { Swept { column: index, ..Swept::default() } };
            let Column { table, column: text, row, .. } = column;
            let after =
                if is_shared(column) { format!("{text} > $1 AND $2 = $2") } else { format!("$1 = $1 AND {row} > $2") };
            let order = if is_shared(column) { text } else { row };
            let query = diesel::sql_query(format!(
                "SELECT CAST({row} AS BIGINT) AS number, {text} AS text FROM {table} \
                 WHERE {text} IS NOT NULL AND {after} ORDER BY {order} LIMIT {PAGE}"
            ))
            .bind::<Text, _>(start.text)
            .bind::<BigInt, _>(start.row);
            let rows: Vec<TextRow> = match &mut *self.connection {
                Conn::Sqlite(c) => query.load(c)?,
                Conn::Pg(c) => query.load(c)?,
            };
            let Some(last) = rows.last() else { continue };
            let upto = Swept { column: index, row: last.number, text: last.text.as_str().to_owned() };
            let found = rows
                .iter()
                .map(|TextRow { number, text }| {
                    let text = self.keys.open(column, *number, text)?;
                    Ok(FoundText { table: column.table, column: column.column, row: *number, text })
                })
                .collect::<Result<_, StorageError>>()?;
            return Ok(Some((found, upto)));
        }
        Ok(None)
    }
}
