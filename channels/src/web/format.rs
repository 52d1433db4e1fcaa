//! Amounts and times as the reader writes them. Whole numbers only.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{Language, Money};

/// Narrow no-break space: separates thousands without turning round in right-to-left text.
const NARROW: char = '\u{202f}';
/// No-break space between amount and unit.
const NO_BREAK: char = '\u{a0}';

/// `1 234,50 MAD` in French, `1,234.50 MAD` in English, the number and the word in Arabic: as on receipts.
pub(crate) fn money(language: Language, amount: Money) -> String {
    let unit = match language {
        Language::Ar => "درهم",
        Language::Fr | Language::En => "MAD",
    };
    format!("{}{NO_BREAK}{unit}", number(language, amount))
}

/// The amount without its unit: `1 234,50` or `1,234.50`.
pub(crate) fn number(language: Language, amount: Money) -> String {
    let (thousands, point) = match language {
        Language::Ar | Language::Fr => (NARROW, ','),
        Language::En => (',', '.'),
    };
    let minor = amount.minor().unsigned_abs();
    let sign = if amount.minor() < 0 { "\u{2212}" } else { "" };
    format!("{sign}{}{point}{:02}", grouped(minor / 100, thousands), minor % 100)
}

/// A whole number with its thousands apart.
pub(crate) fn count(language: Language, count: u64) -> String {
    grouped(count, if language == Language::En { ',' } else { NARROW })
}

/// Thirteen digits as they are read aloud: `123 456 789 0123`.
pub(crate) fn cash_digits(digits: &str) -> String {
    let cut = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    match digits.len() {
        13 => [cut(0, 3), cut(3, 6), cut(6, 9), cut(9, 13)].join("\u{a0}"),
        _ => digits.to_owned(),
    }
}

fn grouped(value: u64, separator: char) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// Month names; the Arabic ones are those in use in Morocco.
const MONTHS: [[&str; 12]; 3] = [
    ["يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر"],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

/// `24 novembre 2026`; the first of a month is `1er` in French.
pub(crate) fn date(language: Language, date: NaiveDate) -> String {
    let months = match language {
        Language::Ar => &MONTHS[0],
        Language::Fr => &MONTHS[1],
        Language::En => &MONTHS[2],
    };
    let ordinal = if language == Language::Fr && date.day() == 1 { "er" } else { "" };
    let month = usize::try_from(date.month0()).ok().and_then(|at| months.get(at)).copied().unwrap_or_default();
    format!("{}{ordinal}{NO_BREAK}{month} {}", date.day(), date.year())
}

/// `24 novembre 2026 à 14:05`, in Morocco's time.
pub(crate) fn moment(language: Language, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&Casablanca);
    let day = date(language, local.date_naive());
    let (hour, minute) = (local.hour(), local.minute());
    match language {
        Language::Ar => format!("{day} على الساعة {hour:02}:{minute:02}"),
        Language::Fr => format!("{day} à {hour:02}:{minute:02}"),
        Language::En => format!("{day} at {hour:02}:{minute:02}"),
    }
}

/// `2026-11-24 14:05:09`, in Morocco's time: for lists, the same in every language.
pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.with_timezone(&Casablanca).format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Language::Fr, 123_450, "1\u{202f}234,50\u{a0}MAD")]
    #[case(Language::Ar, 123_450, "1\u{202f}234,50\u{a0}درهم")]
    #[case(Language::En, 123_450, "1,234.50\u{a0}MAD")]
    #[case(Language::Fr, 0, "0,00\u{a0}MAD")]
    #[case(Language::Fr, 5, "0,05\u{a0}MAD")]
    #[case(Language::Fr, 99_999, "999,99\u{a0}MAD")]
    #[case(Language::En, 100_000, "1,000.00\u{a0}MAD")]
    #[case(Language::En, 12_345_678_901, "123,456,789.01\u{a0}MAD")]
    #[case(Language::Fr, -4_250, "\u{2212}42,50\u{a0}MAD")]
    #[case(Language::En, i64::MIN, "\u{2212}92,233,720,368,547,758.08\u{a0}MAD")]
    fn amounts(#[case] language: Language, #[case] minor: i64, #[case] shown: &str) {
        assert_eq!(money(language, Money::from_minor(minor)), shown);
    }

    #[rstest]
    #[case("2026-11-24T23:05:09.9Z", "2026-11-25 00:05:09")]
    #[case("2026-03-01T12:00:00Z", "2026-03-01 12:00:00")]
    fn stamps(#[case] at: DateTime<Utc>, #[case] shown: &str) {
        assert_eq!(stamp(at), shown);
    }

    #[rstest]
    #[case(Language::Fr, "2026-11-24T13:05:00Z", "24\u{a0}novembre 2026 à 14:05")]
    #[case(Language::En, "2026-11-24T13:05:00Z", "24\u{a0}November 2026 at 14:05")]
    #[case(Language::Ar, "2026-11-24T13:05:00Z", "24\u{a0}نونبر 2026 على الساعة 14:05")]
    // Past midnight in Casablanca, still the day before in UTC.
    #[case(Language::Fr, "2026-07-31T23:30:00Z", "1er\u{a0}août 2026 à 00:30")]
    // Ramadan of 2026 began in February: the clock stands at UTC+0.
    #[case(Language::Fr, "2026-03-01T12:00:00Z", "1er\u{a0}mars 2026 à 12:00")]
    fn moments(#[case] language: Language, #[case] at: DateTime<Utc>, #[case] shown: &str) {
        assert_eq!(moment(language, at), shown);
    }
}
