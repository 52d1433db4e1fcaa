//! The thirteen digits of a reference payable at an outlet: twelve random ones and a check digit by Damm's algorithm,
//! which finds every wrong digit and every exchange of two neighbours (Luhn's formula misses 09 and 90).
//!
//! Random, so that nobody counts through other people's bills; and never fit for Luhn's formula, so that a reference
//! is not taken for a card number of thirteen digits where those are refused or hidden.

use crate::card_numbers;
use crate::digits::to_ascii;

/// Digits of a reference, the check digit included.
const LENGTH: usize = 13;

/// Damm's quasigroup of order 10 (H. M. Damm, 2004): totally anti-symmetric, with zeros on its diagonal.
const TABLE: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// The check digit of some digits; zero of digits that end with their own.
fn check_digit(digits: &str) -> Option<u8> {
    digits.bytes().try_fold(0u8, |interim, byte| {
        let digit = byte.checked_sub(b'0')?;
        TABLE.get(usize::from(interim))?.get(usize::from(digit)).copied()
    })
}

/// A fresh reference.
pub(crate) fn fresh() -> String {
    loop {
        // The first digit is not zero: people and spreadsheets drop those.
        let number = rand::random_range(100_000_000_000u64..1_000_000_000_000);
        if let Some(digits) = with_check_digit(number) {
            return digits;
        }
    }
}

/// A number of twelve digits with its check digit; `None` where that could be a card number.
fn with_check_digit(number: u64) -> Option<String> {
    let payload = number.to_string();
    let digits = format!("{payload}{}", check_digit(&payload)?);
    (digits.len() == LENGTH && !card_numbers::holds_one(&digits)).then_some(digits)
}

/// The thirteen digits of what was typed or scanned: spaces and hyphens between them, digits of any script. `None` if it
/// is no reference, or its check digit is wrong.
pub(crate) fn read(typed: &str) -> Option<String> {
    if typed.chars().count() > 40 {
        return None;
    }
    let separator = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '.' | '\u{200E}' | '\u{200F}');
    let digits: String = typed.chars().filter(separator).map(to_ascii).collect();
    (digits.len() == LENGTH && check_digit(&digits) == Some(0)).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    // The example of Damm's thesis.
    #[case("572", Some(4))]
    #[case("5724", Some(0))]
    #[case("", Some(0))]
    #[case("5a2", None)]
    fn check_digits(#[case] digits: &str, #[case] check: Option<u8>) {
        assert_eq!(check_digit(digits), check);
    }

    #[rstest]
    #[case::spaces("1000 0000 0000 7")]
    #[case::hyphens("100-000-000-000-7")]
    #[case::arabic_indic("١٠٠٠٠٠٠٠٠٠٠٠٧")]
    #[case::scanned("\u{200E}1000000000007\n")]
    fn typed(#[case] text: &str) {
        assert_eq!(check_digit("100000000000"), Some(7));
        assert_eq!(read(text).as_deref(), Some("1000000000007"));
    }

    #[rstest]
    #[case("")]
    #[case("1000000000006")]
    #[case("100000000000")]
    #[case("10000000000070")]
    #[case("100000000000x")]
    fn refused(#[case] text: &str) {
        assert_eq!(read(text), None);
    }

    proptest! {
        #[test]
        fn a_fresh_one_is_read_and_is_no_card_number(_ in 0..1) {
            let digits = fresh();
            prop_assert!(!card_numbers::holds_one(&digits));
            prop_assert_eq!(read(&digits), Some(digits));
        }

        #[test]
        fn slips_are_found(number in 100_000_000_000u64..1_000_000_000_000, at in 0..12usize, other in 0..10u8) {
            let Some(digits) = with_check_digit(number) else { return Ok(()) };
            let mut wrong = digits.clone().into_bytes();
            wrong[at] = b'0' + other;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(read(&wrong).is_some(), wrong == digits);
            let mut swapped = digits.clone().into_bytes();
            swapped.swap(at, at + 1);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert_eq!(read(&swapped).is_some(), swapped == digits);
        }
    }
}
