//! Signed double-submit token: a cookie that only we can write, and a form field that only a page of ours can hold.
//!
//! The cookie is `nonce.mac`; the field is the nonce's other MAC under a fresh mask, so that no two pages carry the
//! same bytes and compression tells nothing about it (BREACH).

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The random part, 128 bits.
const NONCE_BYTES: usize = 16;
const MAC_BYTES: usize = 32;

/// A browser's token.
#[derive(Clone)]
pub(crate) struct Csrf {
    nonce: [u8; NONCE_BYTES],
    /// Made just now: the cookie must be set.
    pub(crate) fresh: bool,
}

impl Csrf {
    /// The token of a cookie of ours, or a new one.
    pub(crate) fn of_cookie(cookie: Option<&str>, key: &SecretString) -> Self {
        match cookie.and_then(|value| Self::read(value, key)) {
            Some(nonce) => Self { nonce, fresh: false },
            None => Self { nonce: rand::random(), fresh: true },
        }
    }

    fn read(value: &str, key: &SecretString) -> Option<[u8; NONCE_BYTES]> {
        let (nonce, mac) = value.split_once('.')?;
        let nonce: [u8; NONCE_BYTES] = hex::decode(nonce).ok()?.try_into().ok()?;
        let mac: [u8; MAC_BYTES] = hex::decode(mac).ok()?.try_into().ok()?;
        bool::from(sign(key, b"cookie", &nonce).ct_eq(&mac)).then_some(nonce)
    }

    /// The cookie's value.
    pub(crate) fn cookie(&self, key: &SecretString) -> String {
        format!("{}.{}", hex::encode(self.nonce), hex::encode(sign(key, b"cookie", &self.nonce)))
    }

    /// A value for the form field; another one each time.
    pub(crate) fn field(&self, key: &SecretString) -> String {
        let mask: [u8; MAC_BYTES] = rand::random();
        let mac = sign(key, b"form", &self.nonce);
        hex::encode(mask) + &hex::encode(xor(mask, mac))
    }

    /// Whether a form field came from a page given to this browser.
    pub(crate) fn admits(&self, field: &str, key: &SecretString) -> bool {
        let Some(bytes) = hex::decode(field).ok().and_then(|bytes| <[u8; 2 * MAC_BYTES]>::try_from(bytes).ok()) else {
            return false;
        };
        let (mut mask, mut masked) = ([0; MAC_BYTES], [0; MAC_BYTES]);
        mask.copy_from_slice(&bytes[..MAC_BYTES]);
        masked.copy_from_slice(&bytes[MAC_BYTES..]);
        !self.fresh && bool::from(xor(mask, masked).ct_eq(&sign(key, b"form", &self.nonce)))
    }
}

fn xor(mut a: [u8; MAC_BYTES], b: [u8; MAC_BYTES]) -> [u8; MAC_BYTES] {
    a.iter_mut().zip(b).for_each(|(a, b)| *a ^= b);
    a
}

fn sign(key: &SecretString, purpose: &[u8], nonce: &[u8]) -> [u8; MAC_BYTES] {
    // HMAC takes a key of any length, so the error cannot occur; an empty key would still sign apart from all others.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()) else { return [0; MAC_BYTES] };
    let mac = mac.chain_update(b"fatoura-csrf:").chain_update(purpose).chain_update(b":").chain_update(nonce);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn key() -> SecretString {
        "0123456789abcdef0123456789abcdef".to_owned().into()
    }

    #[test]
    fn a_page_of_ours_is_admitted() {
        let cookie = Csrf::of_cookie(None, &key()).cookie(&key());
        let csrf = Csrf::of_cookie(Some(&cookie), &key());
        assert!(!csrf.fresh);
        let (one, other) = (csrf.field(&key()), csrf.field(&key()));
        assert_ne!(one, other);
        assert!(csrf.admits(&one, &key()) && csrf.admits(&other, &key()));
    }

    #[test]
    fn another_browsers_field_is_not() {
        let cookie = Csrf::of_cookie(None, &key()).cookie(&key());
        let csrf = Csrf::of_cookie(Some(&cookie), &key());
        let other = Csrf::of_cookie(None, &key());
        assert!(!csrf.admits(&other.field(&key()), &key()));
        assert!(!other.admits(&other.field(&key()), &key()), "no cookie was sent, so nothing can match it");
    }

    #[rstest]
    #[case("")]
    #[case("zz")]
    #[case("00")]
    #[case(
        "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    )]
    #[case("é\u{202e}")]
    fn junk_is_not(#[case] field: &str) {
        let cookie = Csrf::of_cookie(None, &key()).cookie(&key());
        assert!(!Csrf::of_cookie(Some(&cookie), &key()).admits(field, &key()));
    }

    #[test]
    fn a_cookie_signed_with_another_key_is_replaced() {
        let cookie = Csrf::of_cookie(None, &"another key".to_owned().into()).cookie(&"another key".to_owned().into());
        assert!(Csrf::of_cookie(Some(&cookie), &key()).fresh);
    }
}
