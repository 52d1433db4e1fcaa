//! A day's sources as separated values, for people and spreadsheets.

use ledger::{Money, ReconciliationDay, SourceDay};

/// The columns after the day.
const COLUMNS: &str = "file;kind;source;records;matched;amount;open;amount_open;breaks;breaks_open;opening;closing";

/// A day, source by source: a head and a line each. Amounts have a point and two places.
pub fn day_csv(day: &ReconciliationDay) -> String {
    let mut text = format!("day;{COLUMNS}\n");
    for source in &day.sources {
        text.push_str(&line(day, source));
    }
    text
}

fn line(day: &ReconciliationDay, source: &SourceDay) -> String {
    let SourceDay { import, balances, matched, open, breaks } = source;
    let balance = |of: fn((Money, Money)) -> Money| balances.map(|both| of(both).to_string()).unwrap_or_default();
    // A name of a file is the only text that people choose: nothing in it may act as a separator or a formula.
    let name: String =
        import.name.chars().map(|c| if c.is_alphanumeric() || c == '.' || c == '-' { c } else { '_' }).collect();
    format!(
        "{};{};{};{};{};{};{};{};{};{};{};{};{}\n",
        import.day.unwrap_or(day.day),
        name.trim_start_matches('-'),
        import.kind,
        import.source,
        import.records,
        matched.0,
        matched.1,
        open.0,
        open.1,
        breaks.0,
        breaks.1,
        balance(|both| both.0),
        balance(|both| both.1),
    )
}
