//! Card numbers where none belongs. The hub has no field for one (PCI DSS SAQ A), but people paste them anyway: into
//! the contract, the mail address, the amount. Such a value is refused before it is kept, sent on or written to a log.

use std::borrow::Cow;
use std::ops::Range;

use crate::digits::to_ascii;

/// Lengths of card numbers (ISO/IEC 7812).
const LENGTHS: std::ops::RangeInclusive<usize> = 13..=19;
/// Digits shown at either end of a hidden number; PCI DSS 3.4.1 allows the first six and the last four.
const SHOWN: usize = 4;

/// Whether a text holds a card number: 13 to 19 digits in a row, in any script and also in groups (one space, hyphen
/// or point between digits), whose check digit is right. A longer row (a bank account's 24 digits) is none.
pub fn holds_one(text: &str) -> bool {
    !runs(text).is_empty()
}

/// Whether a text is a card number as a whole: digits, in groups or not, that hold one, and nothing else. Of a word that
/// somebody else's machine made up (a token) a part may fit by chance.
pub fn is_one(text: &str) -> bool {
    text.chars().all(|c| to_ascii(c).is_ascii_digit() || is_gap(c)) && holds_one(text)
}

/// What may stand between the groups of a number.
const fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-' | '.')
}

/// The text with every card number hidden but for its last four digits: for logs.
pub fn hidden(text: &str) -> Cow<'_, str> {
    let runs = runs(text);
    if runs.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut at = 0;
    for run in runs {
        safe.push_str(text.get(at..run.start).unwrap_or_default());
        let number = text.get(run.clone()).unwrap_or_default();
        let digits = number.chars().filter(|c| to_ascii(*c).is_ascii_digit()).count();
        let mut seen = 0;
        safe.extend(number.chars().map(|c| {
            if !to_ascii(c).is_ascii_digit() {
                return c;
            }
            seen += 1;
            if seen + SHOWN > digits { c } else { '*' }
        }));
        at = run.end;
    }
    safe.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(safe)
}

/// Where the card numbers stand, in bytes.
fn runs(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut gap = true;
    for (at, c) in text.char_indices() {
        match to_ascii(c).to_digit(10) {
            Some(digit) => {
                if gap {
                    groups.push(Group { digits: Vec::new(), place: at..at });
                }
                if let Some(group) = groups.last_mut() {
                    group.digits.push(digit);
                    group.place.end = at + c.len_utf8();
                }
                gap = false;
            }
            None if !gap && is_gap(c) => gap = true,
            None => {
                find_in(&groups, &mut found);
                groups.clear();
                gap = true;
            }
        }
    }
    find_in(&groups, &mut found);
    found
}

/// Digits without anything between them.
struct Group {
    digits: Vec<u32>,
    place: Range<usize>,
}

/// The card numbers of neighbouring groups: whole groups, so that an expiry date behind the number hides nothing.
fn find_in(groups: &[Group], found: &mut Vec<Range<usize>>) {
    let mut first = 0;
    while let Some(start) = groups.get(first) {
        let mut digits = Vec::new();
        let mut end = None;
        for (at, group) in groups.iter().enumerate().skip(first) {
            digits.extend_from_slice(&group.digits);
            if digits.len() > *LENGTHS.end() {
                break;
            }
            if LENGTHS.contains(&digits.len()) && check_digit_is_right(&digits) {
                end = Some((at, group.place.end));
            }
        }
        match end {
            Some((last, end)) => {
                found.push(start.place.start..end);
                first = last + 1;
            }
            None => first += 1,
        }
    }
}

/// Luhn's formula. All zeros fit it and are no card.
fn check_digit_is_right(digits: &[u32]) -> bool {
    let double = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 1 { double(*digit) } else { *digit }).sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain("4000000000000010", "************0010")]
    #[case::grouped("4000 0000 0000 0010", "**** **** **** 0010")]
    #[case::hyphens("5555-5555-5555-4444", "****-****-****-4444")]
    #[case::points("5555.5555.5555.4444", "****.****.****.4444")]
    #[case::fifteen("378282246310005", "***********0005")]
    #[case::thirteen("4222222222222", "*********2222")]
    #[case::nineteen("6304000000000000000", "***************0000")]
    #[case::arabic_indic("٤٠٠٠٠٠٠٠٠٠٠٠٠٠١٠", "************٠٠١٠")]
    #[case::inside("VEH-4000000000000010", "VEH-************0010")]
    #[case::mail("4000000000000010@example.ma", "************0010@example.ma")]
    #[case::path("/fr/payments/4000000000000010/status", "/fr/payments/************0010/status")]
    #[case::with_expiry("4000000000000010 12/30", "************0010 12/30")]
    #[case::behind_a_number("12 4000 0000 0000 0010", "12 **** **** **** 0010")]
    #[case::two("4000000000000010,4222222222222", "************0010,*********2222")]
    fn found(#[case] text: &str, #[case] safe: &str) {
        assert!(holds_one(text));
        assert_eq!(hidden(text), safe);
    }

    #[rstest]
    #[case::check_digit("4000000000000011")]
    #[case::short("400000000006")]
    #[case::long("40000000000000000004")]
    #[case::account("007780000010010001234518")]
    #[case::zeros("0000000000000000")]
    #[case::mask("4000 00** **** 0010")]
    #[case::apart("4000 0000  0000 0010")]
    #[case::phone("+212 6 12 34 56 78")]
    #[case::reference("0000-001B-9XK2-7QZD")]
    #[case::nothing("")]
    fn none(#[case] text: &str) {
        assert!(!holds_one(text));
        assert_eq!(hidden(text), text);
    }

    #[rstest]
    #[case::plain("4000000000000010", true)]
    #[case::grouped("4000 0000 0000 0010", true)]
    #[case::points(" 5555.5555-5555.4444 ", true)]
    #[case::arabic_indic("٤٠٠٠٠٠٠٠٠٠٠٠٠٠١٠", true)]
    #[case::check_digit("4000000000000011", false)]
    #[case::token("tok_4000000000000010", false)]
    #[case::hex("c4a14222222222222f0e9b", false)]
    #[case::identifier("9f0c-4000000000000010-7a", false)]
    #[case::nothing("", false)]
    fn as_a_whole(#[case] text: &str, #[case] is: bool) {
        assert_eq!(is_one(text), is);
    }

    proptest! {
        #[test]
        fn what_is_hidden_holds_none(text in "[0-9٠-٩ .a-]{0,60}") {
            prop_assert!(!holds_one(&hidden(&text)));
        }

        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            let _ = hidden(&text);
        }
    }
}
