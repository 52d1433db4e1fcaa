//! Signatures of the JSON and file protocols and of the voice provider, and the comparison that tells nothing by its time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
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

/// The voice provider's signature: Base64 of the HMAC-SHA1 of the URL followed by each parameter's name and value, in the
/// order of their names.
pub(crate) fn voice_signature(token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut parameters = form.to_vec();
    parameters.sort();
    let text: String = parameters.into_iter().map(|(name, value)| name + &value).collect();
    match Hmac::<Sha1>::new_from_slice(token.as_bytes()) {
        Ok(mut mac) => {
            mac.update(format!("{url}{text}").as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        }
        Err(_) => String::new(),
    }
}

/// Whether two signatures are the same and not empty, in a time that does not depend on where they differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    !one.is_empty() && bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_voice_providers_own_example() {
        let form = [
            ("To", "+18005551212"),
            ("From", "+14158675309"),
            ("Digits", "1234"),
            ("Caller", "+14158675309"),
            ("CallSid", "CA1234567890ABCDE"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(voice_signature("12345", url, &form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }
}
