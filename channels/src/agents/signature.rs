//! Who sends a request: a network's own system, by a signature over all of it. `docs/agents-api.md` has the rules and a
//! worked example.

use actix_web::http::header::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::problem::{Code, Problem};

/// How far a timestamp may be from the hub's clock, either way.
pub(super) const WINDOW: TimeDelta = TimeDelta::seconds(300);
/// A shorter secret signs nothing: it could be guessed.
const SECRET_BYTES_MIN: usize = 16;
/// Request ids: long enough to be unique, short enough to be kept.
const REQUEST_ID_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

const NETWORK: &str = "x-fatoura-network";
const KEY: &str = "x-fatoura-key";
const TIMESTAMP: &str = "x-fatoura-timestamp";
const REQUEST: &str = "x-fatoura-request";
const SIGNATURE: &str = "x-fatoura-signature";

/// The headers of a signed request.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    /// The network's code, as claimed.
    pub network: &'a str,
    /// The name of the secret.
    pub key: &'a str,
    /// The request's own id.
    pub request: &'a str,
    timestamp: &'a str,
    signature: &'a str,
    at: DateTime<Utc>,
}

impl<'a> Signed<'a> {
    /// Reads the headers; what they claim is not proved yet.
    pub fn read(headers: &'a HeaderMap) -> Result<Self, Problem> {
        let network = one(headers, NETWORK, "the network's code", |text| {
            (2..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })?;
        let key = one(headers, KEY, "the name of the secret that signs", |text| {
            (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })?;
        let timestamp = one(headers, TIMESTAMP, "whole seconds since 1970 (UTC)", |text| {
            (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        })?;
        let request =
            one(headers, REQUEST, "an id of 8 to 64 letters, digits and hyphens, new for each request", |text| {
                REQUEST_ID_CHARS.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            })?;
        let signature = one(headers, SIGNATURE, "64 lower-case hexadecimal digits", |text| {
            text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })?;
        let at = timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let at = at.ok_or_else(|| malformed(TIMESTAMP, "whole seconds since 1970 (UTC)"))?;
        Ok(Self { network, key, request, timestamp, signature, at })
    }

    /// Refuses a timestamp that is not of now.
    pub fn check_time(&self, now: DateTime<Utc>) -> Result<(), Problem> {
        if (self.at - now).abs() <= WINDOW {
            return Ok(());
        }
        let (window, now) = (WINDOW.num_seconds(), now.timestamp());
        Err(Problem::new(
            Code::StaleTimestamp,
            format!(
                "{TIMESTAMP} is more than {window} s away from the hub's clock, which shows {now}. Set your clock, and sign anew."
            ),
        ))
    }

    /// Until when the signature would be taken.
    pub fn good_until(&self) -> DateTime<Utc> {
        self.at + WINDOW
    }

    /// Refuses a signature that the secret does not make. An unknown network or key (`None`) costs the same time and is
    /// told the same.
    pub fn check(&self, secret: Option<SecretString>, method: &str, target: &str, body: &[u8]) -> Result<(), Problem> {
        let usable = secret.filter(|secret| secret.expose_secret().len() >= SECRET_BYTES_MIN);
        let known = usable.is_some();
        let secret = usable.unwrap_or_else(|| "no secret signs for nobody".into());
        let expected = sign(secret.expose_secret(), method, target, self.timestamp, self.request, body);
        let same = bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes()));
        if known & same {
            return Ok(());
        }
        Err(Problem::new(
            Code::BadSignature,
            "The network, the key or the signature is not right. Check the secret, and that method, path with query, \
             timestamp, request id and body are signed as they are sent.",
        ))
    }
}

/// Lower-case hex of HMAC-SHA256 over `METHOD\nTARGET\nTIMESTAMP\nREQUEST\nhex(SHA-256(body))`.
fn sign(secret: &str, method: &str, target: &str, timestamp: &str, request: &str, body: &[u8]) -> String {
    let text = format!("{method}\n{target}\n{timestamp}\n{request}\n{}", hex::encode(Sha256::digest(body)));
    match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        Ok(mut mac) => {
            mac.update(text.as_bytes());
            hex::encode(mac.finalize().into_bytes())
        }
        // HMAC takes keys of every length; a text that matches no signature if that ever changes.
        Err(_) => String::new(),
    }
}

/// A header that must come once.
fn one<'a>(headers: &'a HeaderMap, name: &str, what: &str, sound: fn(&str) -> bool) -> Result<&'a str, Problem> {
    let mut values = headers.get_all(name);
    let value = values.next().and_then(|value| value.to_str().ok()).filter(|value| sound(value));
    match (value, values.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(malformed(name, what)),
    }
}

fn malformed(name: &str, what: &str) -> Problem {
    Problem::new(Code::BadHeader, format!("The header {name} must be sent once, and hold {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};
    use rstest::rstest;

    const DOCUMENT: &str = include_str!("../../../docs/agents-api.md");
    const SECRET: &str = "an-example-secret-of-32-characters";
    const TARGET: &str = "/agents/v1/outlets/20001/payments";
    const BODY: &str = r#"{"reference":"TX-2026-000042","till":"1","cash_reference":"1234567890128"}"#;

    /// The example of the document is worked with these very values.
    #[test]
    fn the_worked_example() {
        let signature =
            sign(SECRET, "POST", TARGET, "1795608000", "5f0c7a1e-8d3b-4a55-9a55-0d5b7c1f2a10", BODY.as_bytes());
        let digest = hex::encode(Sha256::digest(BODY.as_bytes()));
        for part in [SECRET, TARGET, BODY, "1795608000", "5f0c7a1e-8d3b-4a55-9a55-0d5b7c1f2a10", &digest, &signature] {
            assert!(DOCUMENT.contains(part), "docs/agents-api.md lacks {part}");
        }
    }

    fn headers(changes: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let usual = [
            (NETWORK, "ATLAS"),
            (KEY, "NETWORK_SECRET_ATLAS"),
            (TIMESTAMP, "1795608000"),
            (REQUEST, "5f0c7a1e-8d3b"),
            (SIGNATURE, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ];
        for (name, value) in usual.iter().chain(changes) {
            let (name, value) = (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
            headers.insert(name, value);
        }
        headers
    }

    #[rstest]
    #[case(NETWORK, "")]
    #[case(NETWORK, "atlas")]
    #[case(NETWORK, "A")]
    #[case(KEY, "")]
    #[case(KEY, "a b")]
    #[case(TIMESTAMP, "2026-11-24T10:00:00Z")]
    #[case(TIMESTAMP, "-1")]
    #[case(TIMESTAMP, "9999999999999")]
    #[case(REQUEST, "short")]
    #[case(REQUEST, "with spaces in it")]
    #[case(SIGNATURE, "0123")]
    #[case(SIGNATURE, "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef")]
    fn headers_must_be_well_formed(#[case] name: &'static str, #[case] value: &str) {
        assert!(Signed::read(&headers(&[])).is_ok());
        assert_eq!(Signed::read(&headers(&[(name, value)])).unwrap_err().code(), Code::BadHeader);
        let mut without = headers(&[]);
        without.remove(name);
        assert_eq!(Signed::read(&without).unwrap_err().code(), Code::BadHeader);
        let mut twice = headers(&[]);
        let again = twice.get(name).unwrap().clone();
        twice.append(HeaderName::from_static(name), again);
        assert_eq!(Signed::read(&twice).unwrap_err().code(), Code::BadHeader);
    }

    #[rstest]
    #[case(-301, false)]
    #[case(-300, true)]
    #[case(0, true)]
    #[case(300, true)]
    #[case(301, false)]
    fn the_window_is_five_minutes_either_way(#[case] off: i64, #[case] good: bool) {
        let headers = headers(&[]);
        let signed = Signed::read(&headers).unwrap();
        let now = DateTime::from_timestamp(1_795_608_000 - off, 0).unwrap();
        assert_eq!(signed.check_time(now).is_ok(), good);
    }

    #[test]
    fn a_short_or_missing_secret_signs_nothing() {
        for secret in [None, Some(""), Some("fifteen letters")] {
            let claimed =
                sign(secret.unwrap_or("no secret signs for nobody"), "GET", "/x", "1795608000", "5f0c7a1e-8d3b", b"");
            let headers = headers(&[(SIGNATURE, &claimed)]);
            let signed = Signed::read(&headers).unwrap();
            let outcome = signed.check(secret.map(Into::into), "GET", "/x", b"");
            assert_eq!(outcome.unwrap_err().code(), Code::BadSignature);
        }
    }
}
