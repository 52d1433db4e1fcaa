//! What only this program may read or make: second factors' secrets, sealed at rest, and the digests of recovery codes.
//!
//! One key from the configuration; each use has a key of its own, derived by HMAC-SHA256 under its name.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Bytes of AES-GCM's nonce. Random: a key seals far fewer than the 2^32 secrets for which that is safe.
const NONCE_BYTES: usize = 12;

/// Seals and opens.
pub(crate) struct Vault {
    cipher: Aes256Gcm,
    recovery_key: [u8; 32],
}

/// Something sealed that this key does not open: another key, or a damaged row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length, so the error cannot occur.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

impl Vault {
    pub(crate) fn new(key: &SecretString) -> Self {
        let derive = |purpose: &[u8]| hmac(key.expose_secret().as_bytes(), &[b"fatoura:staff:", purpose]);
        Self { cipher: Aes256Gcm::new(&derive(b"second factor").into()), recovery_key: derive(b"recovery codes") }
    }

    /// Seals a secret to a place: table, column and row. Moved elsewhere, it cannot be opened.
    pub(crate) fn seal(&self, secret: &[u8], place: &str) -> Result<Vec<u8>, Unreadable> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: secret, aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| Unreadable)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>, Unreadable> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Unreadable)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| Unreadable)
    }

    /// The digest of a member's recovery code, which tells nothing without the key.
    pub(crate) fn recovery_digest(&self, member: i64, code: &str) -> [u8; 32] {
        hmac(&self.recovery_key, &[&member.to_be_bytes(), code.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(key: &str) -> Vault {
        Vault::new(&key.to_owned().into())
    }

    #[test]
    fn a_secret_comes_back_at_its_place_under_its_key_only() {
        let mine = vault("a key of the staff pages, long enough");
        let sealed = mine.seal(b"secret", "staff_members.second_factor:7").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_ne!(sealed, mine.seal(b"secret", "staff_members.second_factor:7").unwrap());
        assert_eq!(mine.open(&sealed, "staff_members.second_factor:7").unwrap(), b"secret");
        assert_eq!(mine.open(&sealed, "staff_members.second_factor:8"), Err(Unreadable));
        assert_eq!(vault("another key").open(&sealed, "staff_members.second_factor:7"), Err(Unreadable));
        let mut damaged = sealed.clone();
        damaged[15] ^= 1;
        assert_eq!(mine.open(&damaged, "staff_members.second_factor:7"), Err(Unreadable));
        assert_eq!(mine.open(&sealed[..5], "staff_members.second_factor:7"), Err(Unreadable));
    }

    #[test]
    fn the_same_code_is_another_digest_for_another_member_or_key() {
        let mine = vault("k");
        assert_eq!(mine.recovery_digest(7, "ABC"), mine.recovery_digest(7, "ABC"));
        assert_ne!(mine.recovery_digest(7, "ABC"), mine.recovery_digest(8, "ABC"));
        assert_ne!(mine.recovery_digest(7, "ABC"), vault("l").recovery_digest(7, "ABC"));
    }
}
