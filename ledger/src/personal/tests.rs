//! The register of personal data, held to the schema.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::columns::ALL;
use crate::ledger::Ledger;
use crate::storage::{Conn, DatabaseUrl, connect};

const REGISTER: &str = include_str!("../../../docs/personal-data.md");

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
}

/// The cells of the tables' lines below a heading.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let section = REGISTER.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let lines = section.lines().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn bare(cell: &str) -> String {
    cell.trim().trim_matches('`').to_owned()
}

#[test]
fn every_column_of_text_stands_in_the_register() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("fatoura.db"));
    Ledger::migrate(&url).unwrap();
    let Conn::Sqlite(mut sqlite) = connect(&url).unwrap() else { panic!() };
    let columns: Vec<Column> = diesel::sql_query(
        "SELECT t.name || '.' || c.name AS place FROM sqlite_master t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND substr(t.name, 1, 2) <> '__' AND lower(c.type) IN ('text', 'blob')",
    )
    .load(&mut sqlite)
    .unwrap();
    let columns: BTreeSet<String> = columns.into_iter().map(|column| column.place).collect();
    assert!(columns.len() > 150, "{columns:?}");

    let held: BTreeMap<String, String> =
        rows("Where it is kept").into_iter().map(|cells| (bare(&cells[0]), cells[4].clone())).collect();
    let mut listed: Vec<String> = held.keys().cloned().collect();
    for cells in rows("Texts and bytes without personal data") {
        listed.extend(cells[1].split(',').map(|column| format!("{}.{}", bare(&cells[0]), bare(column))));
    }
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "a column stands there twice");
    let missing: Vec<_> = columns.difference(&once).collect();
    let gone: Vec<_> = once.difference(&columns).collect();
    assert!(missing.is_empty() && gone.is_empty(), "docs/personal-data.md lacks {missing:?} and has {gone:?} too much");

    let sealed: BTreeSet<&str> =
        held.iter().filter(|(_, how)| *how == "sealed").map(|(place, _)| place.as_str()).collect();
    let known: BTreeSet<&str> = ALL.iter().map(|column| column.place).collect();
    assert_eq!(sealed, known);
}
