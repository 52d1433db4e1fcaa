//! Signatures of the JSON and file protocols, and the comparison that tells nothing by its time.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Lower-case hex of the SHA-256 of some bytes.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Lower-case hex of the HMAC-SHA256 of a text.
pub(crate) fn hmac_hex(secret: &str, text: &str) -> String {
    match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        Ok(mut mac) => {
            mac.update(text.as_bytes());
            hex::encode(mac.finalize().into_bytes())
        }
        // HMAC takes keys of every length; a text that matches no signature if that ever changes.
        Err(_) => String::new(),
    }
}

/// Whether two signatures are the same and not empty, in a time that does not depend on where they differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    !one.is_empty() && bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}
