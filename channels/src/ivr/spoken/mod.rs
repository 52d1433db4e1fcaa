//! Amounts, digits and dates as they are read aloud: in words, so that no voice guesses how a number is said.

mod ar;
mod en;
mod fr;

use chrono::NaiveDate;
use ledger::{Language, Money};

use crate::web::format;

/// An amount in dirhams and centimes. Amounts of bills are not negative; the sign of another is not said.
pub(super) fn amount(language: Language, amount: Money) -> String {
    let minor = amount.minor().unsigned_abs();
    let (whole, cents) = (minor / 100, minor % 100);
    match language {
        Language::Ar => ar::amount(whole, cents),
        Language::Fr => fr::amount(whole, cents),
        Language::En => en::amount(whole, cents),
    }
}

/// A small number, of bills or of an entry in a list.
pub(super) fn number(language: Language, number: usize) -> String {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    match language {
        Language::Ar => ar::label(number),
        Language::Fr => fr::number(number),
        Language::En => en::number(number),
    }
}

/// A reference digit by digit, in groups of three with a pause after each; a last single digit joins the group before.
pub(super) fn digits(language: Language, reference: &str) -> String {
    let names = match language {
        Language::Ar => &ar::DIGITS,
        Language::Fr => &fr::DIGITS,
        Language::En => &en::DIGITS,
    };
    let said: Vec<&str> = reference
        .chars()
        .filter_map(|c| c.to_digit(10))
        .filter_map(|digit| usize::try_from(digit).ok().and_then(|at| names.get(at)).copied())
        .collect();
    let mut text = String::new();
    for (at, word) in said.iter().enumerate() {
        let begins = at % 3 == 0 && at > 0 && said.len() - at > 1;
        text.push_str(match (at, begins, language) {
            (0, ..) => "",
            (_, true, Language::Ar) => "، ",
            (_, true, _) => ", ",
            _ => " ",
        });
        text.push_str(word);
    }
    text
}

/// A day, such as `24 novembre 2026`: every voice reads these numbers right.
pub(super) fn date(language: Language, day: NaiveDate) -> String {
    format::date(language, day).replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("1234567890123", "un deux trois, quatre cinq six, sept huit neuf, zéro un deux trois")]
    #[case("1234567", "un deux trois, quatre cinq six sept")]
    #[case("12345678", "un deux trois, quatre cinq six, sept huit")]
    #[case("+212 6", "deux un deux six")]
    #[case("7", "sept")]
    #[case("", "")]
    fn references(#[case] reference: &str, #[case] said: &str) {
        assert_eq!(digits(Language::Fr, reference), said);
    }

    #[rstest]
    #[case(Language::Ar, "صفر ستة واحد، اثنان ثلاثة")]
    #[case(Language::En, "zero six one, two three")]
    fn references_in(#[case] language: Language, #[case] said: &str) {
        assert_eq!(digits(language, "06123"), said);
    }

    proptest! {
        #[test]
        fn every_amount_is_words_only(minor in 0i64..=i64::MAX) {
            for language in Language::ALL {
                let said = amount(*language, Money::from_minor(minor));
                prop_assert!(!said.is_empty() && !said.chars().any(|c| c.is_ascii_digit()), "{said}");
                prop_assert!(!said.contains("  ") && said.trim() == said, "{said}");
            }
        }

        #[test]
        fn two_amounts_are_never_said_alike(a in 0i64..500_000_000, b in 0i64..500_000_000) {
            for language in Language::ALL {
                let say = |minor| amount(*language, Money::from_minor(minor));
                prop_assert_eq!(say(a) == say(b), a == b);
            }
        }
    }
}
