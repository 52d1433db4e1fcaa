//! Daily reports in the layout of docs/reconciliation-files.md: a header, lines, a trailer that counts and digests them.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use super::ZONE;
use crate::amount::show_amount;
use crate::signing::sha256_hex;

/// A report to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    /// `FATOURA-CARD-REPORT` and the like.
    pub name: &'static str,
    /// Who made it.
    pub source: String,
    /// Fields of each line, without its letter, and its amount in centimes.
    pub lines: Vec<(Vec<String>, i64)>,
}

impl Report {
    /// The lines alone: what tells a report from the one before it.
    pub fn digest(&self) -> String {
        sha256_hex(self.body().as_bytes())
    }

    fn body(&self) -> String {
        self.lines.iter().map(|(fields, _)| format!("D;{}\n", fields.join(";"))).collect()
    }

    /// The file.
    pub fn text(&self, day: NaiveDate, sequence: u64) -> String {
        let head = format!("H;{};1;{};{day};{sequence}\n{}", self.name, self.source, self.body());
        let total = show_amount(self.lines.iter().map(|(_, minor)| minor).sum());
        format!("{head}T;{};{total};{}\n", self.lines.len(), sha256_hex(head.as_bytes()))
    }
}

/// A time as reports have it, on the clock of Morocco.
pub(super) fn show_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&ZONE).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// A field that somebody else chose: nothing in it may end the field or the line, and it has at most 64 characters.
pub(super) fn field(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, ';' | '"')).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the document, but for its times.
    #[test]
    fn writes_as_the_document_does() {
        let document = include_str!("../../../docs/reconciliation-files.md");
        let line = |fields: [&str; 5], minor| (fields.map(str::to_owned).to_vec(), minor);
        let report = Report {
            name: "FATOURA-ACKNOWLEDGEMENTS",
            source: "1101".to_owned(),
            lines: vec![
                line(["TM-2026-88121", "000000000321", "168.00", "2026-03-31", "booked"], 16_800),
                line(["", "000000000322", "120.16", "2026-03-31", "rejected"], 12_016),
                line(["TM-2026-88122", "000000000323", "250.00", "2026-03-31", "duplicate"], 25_000),
            ],
        };
        let text = report.text("2026-03-31".parse().unwrap(), 7);
        assert!(document.contains(&text), "{text}");
    }

    #[test]
    fn times_are_those_of_morocco() {
        let at = "2026-11-24T23:30:00Z".parse().unwrap();
        assert_eq!(
            (show_time(at).as_str(), super::super::local_day(at).to_string().as_str()),
            ("2026-11-25T00:30:00+01:00", "2026-11-25")
        );
    }
}
