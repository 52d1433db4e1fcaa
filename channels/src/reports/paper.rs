//! A report as a paper.

use chrono::{DateTime, Utc};
use ledger::Language;
use payments::reports::{Cell, ColumnForm, ReportQuestion};
use receipts::{Paper, PaperCell, PaperColumn, PaperSection, Verdict};

use super::words::{cell, head, is_figure, title};
use crate::web::{format, i18n};

/// The most rows of a paper: some fifty pages, which is what people print. A file takes more.
pub(super) const ROWS_PRINTED: usize = 2_000;

/// How wide a column is in relation to the others.
const fn share(form: ColumnForm) -> u8 {
    match form {
        ColumnForm::Count => 2,
        ColumnForm::Day | ColumnForm::Amount => 3,
        ColumnForm::Code | ColumnForm::Text | ColumnForm::Time => 4,
    }
}

/// The rows and what they come to. `printed` is by whom and when.
pub(super) fn paper(
    language: Language,
    question: &ReportQuestion,
    rows: &[Vec<Cell>],
    totals: &[Vec<Cell>],
    printed: (&str, DateTime<Utc>),
) -> Paper {
    let text = |key: &str| i18n::text(language, key);
    let counted = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let filter = &question.filter;
    let days = [("from", format::date(language, filter.from)), ("to", format::date(language, filter.to))];
    let days = days.each_ref().map(|(name, day)| (*name, i18n::Arg::Text(day.as_str())));
    let alone = [
        filter.biller.map(|biller| biller.to_string()),
        filter.network.clone(),
        filter.outlet.clone(),
        filter.channel.map(|channel| channel.to_string()),
    ];
    let mut facts = vec![(text("reports-printed"), format!("{} ({})", format::stamp(printed.1), printed.0))];
    let alone: Vec<String> = alone.into_iter().flatten().collect();
    if !alone.is_empty() {
        facts.push((text("reports-alone"), alone.join(", ")));
    }
    let mut sections = vec![section(language, question, "reports-rows", rows)];
    if !totals.is_empty() {
        sections.push(section(language, question, "reports-totals", totals));
    }
    Paper {
        language,
        title: text(&title(question.kind)),
        subtitle: i18n::text_with(language, "reports-days", &days),
        verdict: (Verdict::Good, i18n::text_with(language, "reports-count", &[("count", i18n::Arg::Number(counted))])),
        sections,
        facts,
        signatures: Vec::new(),
        signature_lines: Vec::new(),
        footer: text("reports-foot"),
    }
}

fn section(language: Language, question: &ReportQuestion, key: &str, rows: &[Vec<Cell>]) -> PaperSection {
    let columns = question.kind.columns();
    let of_row = |row: &Vec<Cell>| {
        let cells = columns.iter().zip(row).filter(|(column, _)| column.is_on_paper);
        cells
            .map(|(_, of)| match of {
                Cell::Code(_) | Cell::Day(_) | Cell::Time(_) => PaperCell::code(cell(language, of)),
                _ => PaperCell::text(cell(language, of)),
            })
            .collect()
    };
    PaperSection {
        title: i18n::text(language, key),
        note: if rows.is_empty() { i18n::text(language, "reports-none") } else { String::new() },
        columns: columns
            .iter()
            .filter(|column| column.is_on_paper)
            .map(|column| PaperColumn {
                label: head(language, column),
                share: share(column.form),
                is_figure: is_figure(column.form),
            })
            .collect(),
        rows: rows.iter().map(of_row).collect(),
        has_total: false,
    }
}
