//! Public references: a row's number together with a secret, so that nobody can count through them.

use std::fmt;
use std::str::FromStr;

use subtle::ConstantTimeEq;

/// Crockford's alphabet: no I, L, O, U, which people confuse.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Both halves hold 40 bits: 12-digit numbers fit, and one guess in 10^12 is right.
const MASK: u64 = (1 << 40) - 1;

/// What a payer quotes, types and finds in addresses: `0000-001B-9XK2-7QZD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reference {
    id: i64,
    secret: i64,
}

/// A text that is no reference of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reference of the form 0000-001B-9XK2-7QZD")]
pub struct NotAReference;

impl Reference {
    /// The reference of a row.
    pub const fn of(id: i64, secret: i64) -> Self {
        Self { id, secret }
    }

    /// A fresh secret of 40 random bits.
    pub fn fresh_secret() -> i64 {
        (rand::random::<u64>() & MASK).cast_signed()
    }

    /// The row's number: at most 12 digits.
    pub const fn id(&self) -> i64 {
        self.id
    }

    /// Whether another reference is this one, in the same time whatever their difference.
    pub(crate) fn is_same(&self, other: Self) -> bool {
        self.id == other.id && self.admits(other.secret)
    }

    /// Whether the secret is the row's, in a time that does not depend on it.
    pub fn admits(&self, secret: i64) -> bool {
        bool::from(self.secret.to_be_bytes().ct_eq(&secret.to_be_bytes()))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(19);
        for (half, value) in [self.id, self.secret].into_iter().enumerate() {
            for place in (0..8).rev() {
                let digit = (value.cast_unsigned() >> (place * 5)) & 31;
                text.extend(ALPHABET.get(usize::try_from(digit).unwrap_or(0)).map(|c| char::from(*c)));
                if place == 4 || (place == 0 && half == 0) {
                    text.push('-');
                }
            }
        }
        f.write_str(&text)
    }
}

impl FromStr for Reference {
    type Err = NotAReference;

    /// Reads what people type: any case, hyphens or not, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let mut halves = [0u64; 2];
        let mut places = 0usize;
        for c in text.bytes().filter(|c| *c != b'-') {
            let c = match c.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                c => c,
            };
            let digit = ALPHABET.iter().position(|known| *known == c).ok_or(NotAReference)?;
            let half = halves.get_mut(places / 8).ok_or(NotAReference)?;
            *half = (*half << 5) | u64::try_from(digit).map_err(|_| NotAReference)?;
            places += 1;
        }
        if places != 16 || text.len() > 40 {
            return Err(NotAReference);
        }
        Ok(Self { id: halves[0].cast_signed(), secret: halves[1].cast_signed() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn round_trip(id in 1i64..1_000_000_000_000, secret in 0i64..1 << 40) {
            let reference = Reference::of(id, secret);
            let text = reference.to_string();
            prop_assert_eq!(text.len(), 19);
            prop_assert_eq!(text.parse(), Ok(reference));
            prop_assert_eq!(text.to_lowercase().replace('-', "").parse(), Ok(reference));
        }
    }

    #[test]
    fn what_people_confuse_is_read() {
        let reference = Reference::of(1, 32);
        assert_eq!(reference.to_string(), "0000-0001-0000-0010");
        assert_eq!("oooo-oool-oooo-ooio".parse(), Ok(reference));
    }

    #[test]
    fn refused() {
        for text in ["", "0000-0001-0000-001", "0000-0001-0000-00101", "0000-0001-0000-00U0", "0000 0001 0000 0010"] {
            assert_eq!(text.parse::<Reference>(), Err(NotAReference), "{text}");
        }
        let long = format!("{}0000000000000000", "-".repeat(60));
        assert_eq!(long.parse::<Reference>(), Err(NotAReference));
    }
}
