//! Reports in the reader's words.

use ledger::Language;
use payments::reports::{Cell, Column, ColumnForm, ReportKind};
use staff::Action;

use crate::web::{format, i18n};

/// What a report is called.
pub(super) fn title(kind: ReportKind) -> String {
    format!("reports-kind-{kind}")
}

/// The head of a column.
pub(super) fn head(language: Language, column: &Column) -> String {
    i18n::text(language, &format!("reports-col-{}", column.key))
}

/// A word of one of the hub's lists.
pub(super) fn word(language: Language, list: &str, word: &str) -> String {
    let slug = word.to_lowercase().replace([' ', ':'], "-");
    let key = match list {
        // A word of a later program stands for itself.
        "action" if Action::ALL.iter().all(|action| action.as_str() != word) => return word.to_owned(),
        "action" => format!("audit-{word}"),
        "channel" => format!("desk-channel-{slug}"),
        "instrument" => format!("instrument-{slug}"),
        "transfer" if word == "mixed" => "reports-transfers-mixed".to_owned(),
        "transfer" => format!("finance-transfer-{slug}"),
        _ => format!("reports-{list}-{slug}"),
    };
    i18n::text(language, &key)
}

/// Whether a column clings to the end.
pub(super) fn is_figure(form: ColumnForm) -> bool {
    matches!(form, ColumnForm::Amount | ColumnForm::Count)
}

/// A cell as people read it.
pub(super) fn cell(language: Language, cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Code(text) | Cell::Text(text) => text.clone(),
        Cell::Word(list, of) => word(language, list, of),
        Cell::Amount(amount) => format::number(language, *amount),
        Cell::Count(count) => match u64::try_from(*count) {
            Ok(count) => format::count(language, count),
            Err(_) => format!("\u{2212}{}", format::count(language, count.unsigned_abs())),
        },
        Cell::Day(day) => day.to_string(),
        Cell::Time(at) => format::stamp(at.and_utc()),
    }
}

#[cfg(test)]
mod tests {
    use ledger::{AccountKind, Channel, Instrument, PaymentState, TransferState};
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn every_word_is_one_of_the_language(#[values(Language::Ar, Language::Fr, Language::En)] language: Language) {
        let of = |list: &'static str, words: Vec<&'static str>| words.into_iter().map(move |word| (list, word));
        let all = of("state", PaymentState::ALL.iter().map(|word| word.as_str()).collect())
            .chain(of("channel", Channel::ALL.iter().map(|word| word.as_str()).collect()))
            .chain(of("instrument", Instrument::ALL.iter().map(|word| word.as_str()).collect()))
            .chain(of("transfer", TransferState::ALL.iter().map(|word| word.as_str()).collect()))
            .chain(of("account", AccountKind::ALL.iter().map(|word| word.as_str()).collect()))
            .chain(of("action", Action::ALL.iter().map(|word| word.as_str()).collect()))
            .chain([("transfer", "mixed")]);
        for (list, of) in all {
            let told = word(language, list, of);
            assert!(!told.starts_with("reports-") && !told.starts_with("desk-"), "{told}");
        }
        for kind in ReportKind::ALL {
            let about = format!("{}-about", title(*kind));
            assert!(!i18n::text(language, &title(*kind)).starts_with("reports-"), "{kind}");
            assert!(!i18n::text(language, &about).starts_with("reports-"), "{kind}");
            for column in kind.columns() {
                assert!(!head(language, column).starts_with("reports-"), "{kind} {}", column.key);
            }
        }
    }
}
