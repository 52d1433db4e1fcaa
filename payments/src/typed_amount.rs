//! Amounts typed by people: read strictly, so that nobody pays a thousand times too much or too little.
//!
//! Taken: `1234`, `1234.5`, `1234,50`, `1 234,50` (also with U+00A0 and U+202F), `1,234.50`, `1.234,50`, and the same in
//! Arabic-Indic or Persian digits with `٫` and `٬`. One or two decimal places. Refused: three places (`10.005`), and a
//! lone separator before exactly three digits (`1,234`), which is a thousand to some readers and a decimal to others.

use ledger::Money;

use crate::digits::to_ascii;

/// The longest text looked at, in characters: a hundred million million with separators fits.
const CHARS_MAX: usize = 32;
/// A million million dirhams: past any bill, and far enough from the range's end that fees and sums fit.
const AMOUNT_MAX: Money = Money::from_minor(100_000_000_000_000);

/// Why a typed text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TypedAmountError {
    /// Nothing was typed.
    #[error("no amount was typed")]
    Empty,
    /// A sign, a letter, or separators in the wrong places.
    #[error("not an amount: write it as 1234.50")]
    Malformed,
    /// `1,234` or `1.234`: a thousand or a decimal?
    #[error("ambiguous: write 1234 or 1.23")]
    Ambiguous,
    /// More than two decimal places; never rounded.
    #[error("more than two decimal places")]
    TooPrecise,
    /// More than any payment.
    #[error("the amount is too large")]
    OutOfRange,
}

/// Reads an amount typed by a person. Zero is read as zero; whether it may be paid is the amount rule's word.
pub fn parse(typed: &str) -> Result<Money, TypedAmountError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(TypedAmountError::Empty);
    }
    if typed.chars().count() > CHARS_MAX {
        return Err(TypedAmountError::OutOfRange);
    }
    let text: String = typed.chars().map(plain).collect();
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | ',' | '\'' | DECIMAL | THOUSANDS)) {
        return Err(TypedAmountError::Malformed);
    }
    let (whole, cents) = split(&text)?;
    let whole = ungrouped(whole).ok_or(TypedAmountError::Malformed)?;
    let cents = match cents.len() {
        _ if !cents.bytes().all(|byte| byte.is_ascii_digit()) => return Err(TypedAmountError::Malformed),
        0..=2 => format!("{cents:0<2}"),
        _ => return Err(TypedAmountError::TooPrecise),
    };
    let amount = format!("{whole}{cents}").parse().map(Money::from_minor).map_err(|_| TypedAmountError::OutOfRange)?;
    if amount > AMOUNT_MAX { Err(TypedAmountError::OutOfRange) } else { Ok(amount) }
}

/// Arabic decimal separator.
const DECIMAL: char = '٫';
/// Arabic thousands separator.
const THOUSANDS: char = '٬';

/// ASCII digits, one kind of space, one kind of apostrophe.
fn plain(c: char) -> char {
    match to_ascii(c) {
        '\u{00A0}' | '\u{202F}' | '\u{2009}' => ' ',
        '’' => '\'',
        // The Arabic comma is typed for the decimal separator.
        '،' => ',',
        other => other,
    }
}

/// The whole part with its separators, and the decimal places (empty for none).
fn split(text: &str) -> Result<(&str, &str), TypedAmountError> {
    let Some((at, last)) = text.char_indices().rev().find(|(_, c)| matches!(*c, '.' | ',' | DECIMAL | THOUSANDS))
    else {
        return Ok((text, ""));
    };
    let (whole, rest) = (&text[..at], &text[at + last.len_utf8()..]);
    if rest.is_empty() {
        return Err(TypedAmountError::Malformed);
    }
    if last == DECIMAL {
        return Ok((whole, rest));
    }
    if last == THOUSANDS || whole.contains(last) {
        // A thousands separator by its nature, or by being there twice.
        return Ok((text, ""));
    }
    // Once only: the decimal separator, unless it could also be a thousands separator.
    let another_separator = whole.chars().any(|c| !c.is_ascii_digit());
    let grouped_like = !whole.is_empty() && whole.len() <= 3 && !whole.starts_with('0');
    match rest.len() {
        3 if !another_separator && grouped_like => {
            // `10.005` reads as a precise amount with zeros, `1.234` as either: both are refused.
            if last == '.' && rest.starts_with("00") {
                Err(TypedAmountError::TooPrecise)
            } else {
                Err(TypedAmountError::Ambiguous)
            }
        }
        _ => Ok((whole, rest)),
    }
}

/// The digits of a whole part, if its groups are right: all by one separator, each of three digits but the first.
fn ungrouped(whole: &str) -> Option<String> {
    let Some(separator) = whole.chars().find(|c| !c.is_ascii_digit()) else {
        return (!whole.is_empty()).then(|| whole.to_owned());
    };
    if separator == DECIMAL {
        return None;
    }
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let sound =
        (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group));
    sound.then(|| whole.chars().filter(|c| *c != separator).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("1 234,50", 123_450)]
    #[case("1,234.50", 123_450)]
    #[case("1.234,50", 123_450)]
    #[case("1\u{00A0}234,50", 123_450)]
    #[case("1\u{202F}234\u{202F}567,8", 123_456_780)]
    #[case("1'234.50", 123_450)]
    #[case("1234.5", 123_450)]
    #[case("1234,50", 123_450)]
    #[case("1234", 123_400)]
    #[case(" 168 ", 16_800)]
    #[case("0,01", 1)]
    #[case("0", 0)]
    #[case("1,234,567", 123_456_700)]
    #[case("١٬٢٣٤٫٥٠", 123_450)]
    #[case("١٢٣٤٫٥", 123_450)]
    #[case("١٬٢٣٤", 123_400)]
    #[case("۱۲۳۴٫۵۰", 123_450)]
    #[case("١٦٨،٥٠", 16_850)]
    #[case("1 234", 123_400)]
    #[case("1 000 000 000 000,00", 100_000_000_000_000)]
    fn read(#[case] typed: &str, #[case] minor: i64) {
        assert_eq!(parse(typed), Ok(Money::from_minor(minor)));
    }

    #[rstest]
    #[case("", TypedAmountError::Empty)]
    #[case("   ", TypedAmountError::Empty)]
    #[case("1,234", TypedAmountError::Ambiguous)]
    #[case("1.234", TypedAmountError::Ambiguous)]
    #[case("123,456", TypedAmountError::Ambiguous)]
    #[case("10.005", TypedAmountError::TooPrecise)]
    #[case("0.005", TypedAmountError::TooPrecise)]
    #[case("0,125", TypedAmountError::TooPrecise)]
    #[case("1234,567", TypedAmountError::TooPrecise)]
    #[case("1 234,567", TypedAmountError::TooPrecise)]
    #[case("10٫005", TypedAmountError::TooPrecise)]
    #[case("1.2345", TypedAmountError::TooPrecise)]
    #[case("-5", TypedAmountError::Malformed)]
    #[case("+5", TypedAmountError::Malformed)]
    #[case("1e3", TypedAmountError::Malformed)]
    #[case("12 DH", TypedAmountError::Malformed)]
    #[case(".50", TypedAmountError::Malformed)]
    #[case("5.", TypedAmountError::Malformed)]
    #[case("1.234.50", TypedAmountError::Malformed)]
    #[case("1,23,456.00", TypedAmountError::Malformed)]
    #[case("12 34,50", TypedAmountError::Malformed)]
    #[case("1 234.567,00", TypedAmountError::Malformed)]
    #[case("1٫2٫3", TypedAmountError::Malformed)]
    #[case("1  234", TypedAmountError::Malformed)]
    #[case("99999999999999999999", TypedAmountError::OutOfRange)]
    #[case("1000000000000.01", TypedAmountError::OutOfRange)]
    #[case("92233720368547758.07", TypedAmountError::OutOfRange)]
    #[case("11111111111111111111111111111111111111", TypedAmountError::OutOfRange)]
    fn refused(#[case] typed: &str, #[case] error: TypedAmountError) {
        assert_eq!(parse(typed), Err(error));
    }

    proptest! {
        #[test]
        fn never_panics(typed in "\\PC{0,40}") {
            let _ = parse(&typed);
        }

        #[test]
        fn never_panics_on_what_looks_like_amounts(typed in "[0-9٠-٩۰-۹ .,٫٬'’\u{00A0}\u{202F}-]{0,20}") {
            if let Ok(amount) = parse(&typed) {
                prop_assert!(amount >= Money::ZERO);
            }
        }

        #[test]
        fn reads_the_wire_form_back(minor in 0i64..1_000_000_000_000) {
            let money = Money::from_minor(minor);
            prop_assert_eq!(parse(&money.to_string()), Ok(money));
        }
    }
}
