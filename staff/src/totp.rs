//! Time-based one-time passwords (RFC 6238): HMAC-SHA1, 6 digits, 30 seconds, as every authenticator app does them.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// Bytes of a secret: what RFC 4226 recommends for SHA-1.
pub(crate) const SECRET_BYTES: usize = 20;
/// Seconds of a step.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the clock's that are taken: phones' clocks go wrong, and people type slowly.
const STEPS_ASIDE: i64 = 1;
/// 10 to the power of the digits shown.
const MODULUS: u32 = 1_000_000;

/// The step of a time.
pub(crate) fn step_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(STEP_SECONDS)
}

/// The code of a step.
pub(crate) fn code(secret: &[u8], step: i64) -> String {
    // HMAC takes a key of any length, so the error cannot occur; the empty code matches nothing that people type.
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    let digest = mac.chain_update(step.to_be_bytes()).finalize().into_bytes();
    let offset = usize::from(digest[19] & 0x0f);
    let word = [digest[offset] & 0x7f, digest[offset + 1], digest[offset + 2], digest[offset + 3]];
    format!("{:06}", u32::from_be_bytes(word) % MODULUS)
}

/// The step that a typed code belongs to, if it is one of those taken now. All are compared, in constant time.
pub(crate) fn matching_step(secret: &[u8], typed: &str, now: DateTime<Utc>) -> Option<i64> {
    let middle = step_of(now);
    let mut found = None;
    for step in middle - STEPS_ASIDE..=middle + STEPS_ASIDE {
        if bool::from(code(secret, step).as_bytes().ct_eq(typed.as_bytes())) {
            found = Some(step);
        }
    }
    found
}

/// A secret in base 32 (RFC 4648, without padding), as people type it into an app.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[((held >> bits) & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[rstest]
    #[case(59, "287082")]
    #[case(1_111_111_109, "081804")]
    #[case(1_111_111_111, "050471")]
    #[case(1_234_567_890, "005924")]
    #[case(2_000_000_000, "279037")]
    #[case(20_000_000_000, "353130")]
    fn the_vectors_of_the_standard(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(code(SECRET, step_of(at(seconds))), expected);
        assert_eq!(matching_step(SECRET, expected, at(seconds)), Some(seconds / 30));
    }

    #[rstest]
    #[case(-31, false)]
    #[case(-30, true)]
    #[case(0, true)]
    #[case(59, true)]
    #[case(60, false)]
    fn a_step_to_either_side_is_taken(#[case] later: i64, #[case] taken: bool) {
        let typed = code(SECRET, step_of(at(1_200)));
        assert_eq!(matching_step(SECRET, &typed, at(1_200 + later)).is_some(), taken);
    }

    #[rstest]
    #[case("")]
    #[case("28708")]
    #[case("2870820")]
    #[case("٢٨٧٠٨٢")]
    #[case("287083")]
    fn other_codes_are_not(#[case] typed: &str) {
        assert_eq!(matching_step(SECRET, typed, at(59)), None);
    }

    /// RFC 4648, section 10, without the padding.
    #[rstest]
    #[case("", "")]
    #[case("f", "MY")]
    #[case("fo", "MZXQ")]
    #[case("foo", "MZXW6")]
    #[case("foob", "MZXW6YQ")]
    #[case("fooba", "MZXW6YTB")]
    #[case("foobar", "MZXW6YTBOI")]
    fn base_32(#[case] bytes: &str, #[case] text: &str) {
        assert_eq!(base32(bytes.as_bytes()), text);
    }
}
