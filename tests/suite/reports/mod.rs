//! Reports through their pages and files, against the ledger.

mod api;
mod bad_input;
mod equal;
mod mailing;
mod refunded;
mod rights;
mod running;

use std::collections::BTreeMap;

use ledger::Money;
use staff::Role;

use crate::finance::at_work;
use crate::support::{Colleague, TestApp};

/// A file of separated values as its reader has it: a row is its cells by head.
pub fn rows(csv: &str, separator: char) -> Vec<BTreeMap<String, String>> {
    let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
    let mut lines = csv.split("\r\n").filter(|line| !line.is_empty());
    let heads: Vec<&str> = lines.next().unwrap().split(separator).collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(separator).collect();
            assert_eq!(cells.len(), heads.len(), "{line}");
            heads
                .iter()
                .zip(cells)
                .map(|(head, cell)| ((*head).to_owned(), cell.trim_matches('"').to_owned()))
                .collect()
        })
        .collect()
}

/// A cell of an amount in centimes, with a decimal point.
pub fn minor(row: &BTreeMap<String, String>, head: &str) -> i64 {
    let text = &row[head];
    let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |text| (-1, text));
    sign * Money::parse_wire(text).unwrap().minor()
}

/// The query for what was since some days ago: a month may have begun meanwhile.
pub fn lately(app: &TestApp) -> String {
    format!("from={}", crate::finance::today(app) - chrono::Days::new(5))
}

/// Somebody who reads reports in English.
pub async fn reader(app: &TestApp, login: &str, role: Role) -> Colleague {
    at_work(app, "en", login, role).await
}
