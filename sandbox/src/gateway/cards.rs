//! The test cards, and what the bank does with each.

/// A card that the sandbox's bank knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    /// The number to type.
    pub number: &'static str,
    /// One word for its behaviour.
    pub name: &'static str,
    /// What it does, for the page and the documentation.
    pub effect: &'static str,
}

const fn card(number: &'static str, name: &'static str, effect: &'static str) -> TestCard {
    TestCard { number, name, effect }
}

/// Every test card.
pub const TEST_CARDS: &[TestCard] = &[
    card("4000000000000010", "approve", "approved"),
    card("4000000000000028", "approve-3ds", "approved after the 3-D Secure code 123456"),
    card("4000000000000036", "decline", "declined, ProcReturnCode 05"),
    card("4000000000000044", "insufficient", "insufficient funds, ProcReturnCode 51"),
    card("4000000000000051", "slow", "approved, the callback comes late"),
    card("4000000000000069", "double", "approved, the callback comes twice at once"),
    card("4000000000000077", "decline-then-accept", "declined, then approved for the same oid"),
    card("4000000000000085", "no-callback", "approved at the bank, the callback never comes"),
    card("4000000000000093", "bad-hash", "approved, the callback carries a wrong HASH"),
];

/// The code that the 3-D Secure page expects.
pub(super) const SECURE_CODE: &str = "123456";

/// The test card of that number.
pub(super) fn find(number: &str) -> Option<&'static TestCard> {
    TEST_CARDS.iter().find(|card| card.number == number)
}

/// The digits of a typed number, if it is one: 13-19 digits with a right check digit.
pub(super) fn digits(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
    let right = (13..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && luhn(&digits);
    right.then_some(digits)
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            match (index % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The mask that is kept and sent: first digit and last four.
pub(super) fn mask(digits: &str) -> String {
    let last = &digits[digits.len() - 4..];
    format!("{}{}{last}", &digits[..1], "*".repeat(digits.len() - 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_cards_are_plausible_and_distinct() {
        for (index, card) in TEST_CARDS.iter().enumerate() {
            assert_eq!(digits(card.number).as_deref(), Some(card.number), "{}", card.name);
            assert!(TEST_CARDS[..index].iter().all(|other| other.number != card.number && other.name != card.name));
        }
    }

    #[test]
    fn masks_all_but_five_digits() {
        assert_eq!(mask("4000000000000010"), "4***********0010");
    }

    #[test]
    fn refuses_what_is_no_card_number() {
        for typed in ["", "4000000000000011", "4000", "4000 0000 0000 001x", "40000000000000000000000010"] {
            assert_eq!(digits(typed), None, "{typed}");
        }
        assert_eq!(digits("4000 0000-0000 0010").as_deref(), Some("4000000000000010"));
    }
}
