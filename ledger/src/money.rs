//! Money as whole minor units, and the one strict way to read and write it on the wire.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// ISO 4217 numeric code of the Moroccan dirham.
pub const MAD: i16 = 504;

/// An amount in minor units (centimes): two places, exact, never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

/// Why a text or a decimal is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not of the form `168.00`.
    #[error("'{0}' is not an amount of the form 168.00")]
    Malformed(String),
    /// More than two decimal places: refused, never rounded.
    #[error("{0} has more than two decimal places")]
    TooPrecise(Decimal),
    /// Outside the range of 64-bit minor units.
    #[error("the amount is out of range")]
    OutOfRange,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of that many centimes.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The amount in centimes.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// The exact amount of a decimal; `10.005` is refused.
    pub fn from_decimal(value: Decimal) -> Result<Self, MoneyError> {
        if value.normalize().scale() > 2 {
            return Err(MoneyError::TooPrecise(value));
        }
        let minor = value.checked_mul(Decimal::ONE_HUNDRED).ok_or(MoneyError::OutOfRange)?;
        minor.to_i64().map(Self).ok_or(MoneyError::OutOfRange)
    }

    /// The same amount as a decimal with two places.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// Reads the wire form: digits, optionally a point and exactly two more digits, no sign and no space.
    pub fn parse_wire(text: &str) -> Result<Self, MoneyError> {
        let malformed = || MoneyError::Malformed(text.chars().take(40).collect());
        let (whole, cents) = match text.split_once('.') {
            Some((whole, cents)) if cents.len() == 2 => (whole, cents),
            Some(_) => return Err(malformed()),
            None => (text, "00"),
        };
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(cents) {
            return Err(malformed());
        }
        format!("{whole}{cents}").parse().map(Self).map_err(|_| MoneyError::OutOfRange)
    }

    /// The sum, or `None` past the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` past the range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The sum of many amounts, or `None` past the range.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Whether the amount is above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }
}

/// The wire form, two places: `168.00`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("168.00", Some(16_800))]
    #[case("0.01", Some(1))]
    #[case("168", Some(16_800))]
    #[case("10.005", None)]
    #[case("10.5", None)]
    #[case("-1.00", None)]
    #[case("1e3", None)]
    #[case("", None)]
    #[case(".50", None)]
    #[case("99999999999999999999.00", None)]
    fn wire_form(#[case] text: &str, #[case] minor: Option<i64>) {
        assert_eq!(Money::parse_wire(text).ok().map(Money::minor), minor);
    }

    #[rstest]
    #[case(Decimal::new(10_005, 3), None)]
    #[case(Decimal::new(1_000, 3), Some(100))]
    #[case(Decimal::new(-250, 2), Some(-250))]
    #[case(Decimal::MAX, None)]
    fn decimals(#[case] value: Decimal, #[case] minor: Option<i64>) {
        assert_eq!(Money::from_decimal(value).ok().map(Money::minor), minor);
    }

    #[test]
    fn shows_two_places() {
        assert_eq!(Money::from_minor(-5).to_string(), "-0.05");
        assert_eq!(Money::from_minor(53_816).to_string(), "538.16");
    }
}
