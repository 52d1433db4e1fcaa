//! Words, ages and times of the board.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::Language;

use crate::web::i18n::{self, Arg};

/// The message of one of the ledger's words: `board-task-sms-returning`.
pub(super) fn word(language: Language, of: &str, word: &str) -> String {
    i18n::text(language, &format!("{of}-{}", word.to_lowercase().replace(' ', "-")))
}

/// How long ago something was, in its largest whole unit.
pub(super) fn age(language: Language, since: NaiveDateTime, now: DateTime<Utc>) -> String {
    let seconds = (now.naive_utc() - since).num_seconds().max(0);
    let (key, count) = match seconds {
        0..60 => ("board-age-seconds", seconds),
        60..3_600 => ("board-age-minutes", seconds / 60),
        3_600..172_800 => ("board-age-hours", seconds / 3_600),
        _ => ("board-age-days", seconds / 86_400),
    };
    i18n::text_with(language, key, &[("count", Arg::Number(count))])
}

/// `14:05`, in Morocco's time, of a minute since 1970.
pub(super) fn clock(minute: i64) -> String {
    let at = DateTime::from_timestamp(minute * 60, 0).unwrap_or_default();
    at.with_timezone(&Casablanca).format("%H:%M").to_string()
}

/// `98,2 %`, of a thousand.
pub(super) fn percent(language: Language, per_mille: u64) -> String {
    let (whole, tenth) = (per_mille / 10, per_mille % 10);
    match language {
        Language::En => format!("{whole}.{tenth}%"),
        Language::Fr => format!("{whole},{tenth}\u{a0}%"),
        Language::Ar => format!("{whole},{tenth}\u{a0}\u{66a}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0 s")]
    #[case(59, "59 s")]
    #[case(60, "1 min")]
    #[case(3_599, "59 min")]
    #[case(3_600, "1 h")]
    #[case(172_799, "47 h")]
    #[case(172_800, "2 j")]
    #[case(-5, "0 s")]
    fn ages(#[case] seconds: i64, #[case] expected: &str) {
        let now: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
        let since = (now - chrono::TimeDelta::seconds(seconds)).naive_utc();
        let said = age(Language::Fr, since, now).replace(['\u{a0}', '\u{202f}', '\u{2068}', '\u{2069}'], " ");
        assert_eq!(said.split_whitespace().collect::<Vec<_>>().join(" "), expected);
    }

    /// Morocco's clocks, which go back an hour for Ramadan.
    #[rstest]
    #[case("2026-11-24T10:05:00Z", "11:05")]
    #[case("2026-02-24T10:05:00Z", "10:05")]
    fn clocks(#[case] at: &str, #[case] expected: &str) {
        let at: DateTime<Utc> = at.parse().unwrap();
        assert_eq!(clock(at.timestamp() / 60), expected);
    }
}
