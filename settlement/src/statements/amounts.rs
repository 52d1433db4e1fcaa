//! Amounts as messages write them.

use ledger::Money;

use super::fault::shown;

/// Digits, then the separator and at most two more digits; no sign, no blanks, no grouping. A separator with nothing
/// behind it is how SWIFT writes whole amounts, and is accepted for a comma only.
pub(super) fn decimal(text: &str, separator: char) -> Result<Money, String> {
    let malformed = || format!("'{}', expected an amount such as 168{separator}00", shown(text));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, cents) = match text.split_once(separator) {
        Some((_, "")) if separator != ',' => return Err(malformed()),
        Some(parts) => parts,
        None if separator == ',' => return Err(malformed()),
        None => (text, ""),
    };
    if whole.is_empty() || !digits(whole) || !digits(cents) {
        return Err(malformed());
    }
    if cents.len() > 2 {
        return Err(format!("'{}' has more than two decimal places", shown(text)));
    }
    let minor = format!("{whole}{cents:0<2}").parse().map_err(|_| format!("'{}' is out of range", shown(text)))?;
    Ok(Money::from_minor(minor))
}

/// The amount with the sign of a credit or debit.
pub(super) fn signed(amount: Money, credit: bool) -> Money {
    if credit { amount } else { Money::from_minor(-amount.minor()) }
}
