//! Moroccan phone numbers, in one form: `+212` and nine digits.
//!
//! The national plan (ANRT): nine digits after the country code, the first 5 for fixed lines, 6 or 7 for mobiles, 8 for
//! services.

use crate::digits::to_ascii;

/// The longest text looked at, in characters.
const CHARS_MAX: usize = 32;

/// Why a text is not a Moroccan phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("no phone number was typed")]
    Empty,
    /// Something other than digits, spaces, points, hyphens, brackets and one leading plus.
    #[error("not a phone number")]
    Malformed,
    /// Another country's code.
    #[error("not a Moroccan number")]
    NotMoroccan,
    /// Too few or too many digits.
    #[error("a Moroccan number has 10 digits, such as 0612345678")]
    WrongLength,
    /// Nine digits that the national plan does not have.
    #[error("Moroccan numbers begin with 05, 06, 07 or 08")]
    UnknownPrefix,
}

/// The number as `+212XXXXXXXXX`, from `0612345678`, `612345678`, `212612345678`, `00212612345678`, `+212612345678` or
/// `+212 (0) 612-34-56-78`, also in Arabic-Indic digits.
pub fn normalise(typed: &str) -> Result<String, PhoneError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(PhoneError::Empty);
    }
    if typed.chars().count() > CHARS_MAX {
        return Err(PhoneError::WrongLength);
    }
    let invisible =
        |c: &char| !matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let text: String = typed.chars().filter(invisible).map(to_ascii).collect();
    let (international, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let separator = |c: char| matches!(c, ' ' | '.' | '-' | '(' | ')' | '\u{00A0}' | '\u{202F}');
    let digits: String = rest.chars().filter(|c| !separator(*c)).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PhoneError::Malformed);
    }
    let national = national(&digits, international)?;
    if national.len() != 9 {
        return Err(PhoneError::WrongLength);
    }
    if !national.starts_with(['5', '6', '7', '8']) {
        return Err(PhoneError::UnknownPrefix);
    }
    Ok(format!("+212{national}"))
}

/// The digits after the country code and the trunk zero.
fn national(digits: &str, international: bool) -> Result<&str, PhoneError> {
    let (international, digits) = match digits.strip_prefix("00") {
        Some(rest) if !international => (true, rest),
        _ => (international, digits),
    };
    match digits.strip_prefix("212") {
        Some(rest) if international || rest.len() >= 9 => Ok(rest.strip_prefix('0').unwrap_or(rest)),
        _ if international => Err(PhoneError::NotMoroccan),
        _ => Ok(digits.strip_prefix('0').unwrap_or(digits)),
    }
}

/// Whether a normalised number is a mobile (06, 07), the only ones that an SMS reaches.
pub fn is_mobile(normalised: &str) -> bool {
    normalised.len() == 13
        && (normalised.starts_with("+2126") || normalised.starts_with("+2127"))
        && normalised.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("0612345678")]
    #[case("212612345678")]
    #[case("+212612345678")]
    #[case("00212612345678")]
    #[case("612345678")]
    #[case(" 06 12 34 56 78 ")]
    #[case("06.12.34.56.78")]
    #[case("+212 (0) 612-34-56-78")]
    #[case("٠٦١٢٣٤٥٦٧٨")]
    #[case("\u{202A}+212612345678\u{202C}")]
    fn one_form(#[case] typed: &str) {
        assert_eq!(normalise(typed).as_deref(), Ok("+212612345678"));
    }

    #[rstest]
    #[case("", PhoneError::Empty)]
    #[case("06x2345678", PhoneError::Malformed)]
    #[case("+", PhoneError::Malformed)]
    #[case("06+12345678", PhoneError::Malformed)]
    #[case("+33612345678", PhoneError::NotMoroccan)]
    #[case("0033612345678", PhoneError::NotMoroccan)]
    #[case("061234567", PhoneError::WrongLength)]
    #[case("06123456789", PhoneError::WrongLength)]
    #[case("+21261234567", PhoneError::WrongLength)]
    #[case("0112345678", PhoneError::UnknownPrefix)]
    #[case("+212012345678", PhoneError::WrongLength)]
    fn refused(#[case] typed: &str, #[case] error: PhoneError) {
        assert_eq!(normalise(typed), Err(error));
    }

    #[rstest]
    #[case("+212612345678", true)]
    #[case("+212712345678", true)]
    #[case("+212522123456", false)]
    #[case("+212802001234", false)]
    #[case("0612345678", false)]
    #[case("+21261234567", false)]
    fn mobiles(#[case] normalised: &str, #[case] mobile: bool) {
        assert_eq!(is_mobile(normalised), mobile);
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(typed in "\\PC{0,20}|[0-9+ .()-]{0,20}") {
            if let Ok(once) = normalise(&typed) {
                prop_assert_eq!(once.len(), 13);
                prop_assert_eq!(normalise(&once), Ok(once.clone()));
            }
        }
    }
}
