//! The provider's signature over its requests (Twilio, "Validating requests"): Base64 of HMAC-SHA1, keyed with the
//! account's auth token, over the full public URL and the form's names and values, sorted by name, without separators.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// Whether a request is the provider's. The time it takes does not depend on how much of the signature is right.
pub(super) fn is_valid(token: &SecretString, url: &str, form: &[(String, String)], signature: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.expose_secret().as_bytes()) else { return false };
    mac.update(url.as_bytes());
    let mut sorted: Vec<&(String, String)> = form.iter().collect();
    sorted.sort_unstable();
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    let expected = STANDARD.encode(mac.finalize().into_bytes());
    bool::from(expected.as_bytes().ct_eq(signature.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    /// The provider's own example.
    const SIGNATURE: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    fn form() -> Vec<(String, String)> {
        [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn the_providers_example_is_right_in_any_order() {
        let token = SecretString::from("12345");
        assert!(is_valid(&token, URL, &form(), SIGNATURE));
        let reversed: Vec<_> = form().into_iter().rev().collect();
        assert!(is_valid(&token, URL, &reversed, SIGNATURE));
    }

    #[rstest]
    #[case::token("12346", URL, SIGNATURE)]
    #[case::query("12345", "https://mycompany.com/myapp.php?foo=1&bar=3", SIGNATURE)]
    #[case::scheme("12345", "http://mycompany.com/myapp.php?foo=1&bar=2", SIGNATURE)]
    #[case::cut("12345", URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8")]
    #[case::none("12345", URL, "")]
    fn others_are_wrong(#[case] token: &str, #[case] url: &str, #[case] signature: &str) {
        assert!(!is_valid(&SecretString::from(token), url, &form(), signature));
    }

    #[test]
    fn every_parameter_counts() {
        let token = SecretString::from("12345");
        let mut more = form();
        more.push(("Extra".to_owned(), String::new()));
        assert!(!is_valid(&token, URL, &more, SIGNATURE));
        let mut other = form();
        other[2].1 = "1235".to_owned();
        assert!(!is_valid(&token, URL, &other, SIGNATURE));
    }
}
