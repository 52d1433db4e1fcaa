//! The signature that the JSON and flat-file protocols share (docs/biller-json-rest.md).

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::connector::{BillerFailure, WireAnswer};

/// Header of the time of signing.
const TIMESTAMP: &str = "X-Fatoura-Timestamp";
/// Header of the reference.
const REFERENCE: &str = "X-Fatoura-Reference";
/// Header of the signature.
const SIGNATURE: &str = "X-Fatoura-Signature";

/// Lower-case hex of HMAC-SHA256.
fn hmac_hex(secret: &SecretString, text: &str) -> Result<String, BillerFailure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .map_err(|_| BillerFailure::Misconfigured("the shared secret cannot be used as a key".into()))?;
    mac.update(text.as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}

/// The three headers of a request.
pub(crate) fn sign_request(
    secret: &SecretString,
    method: &str,
    path: &str,
    reference: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Vec<(String, String)>, BillerFailure> {
    let timestamp = now.timestamp().to_string();
    let digest = hex::encode(Sha256::digest(body));
    let signature = hmac_hex(secret, &format!("{method}\n{path}\n{timestamp}\n{digest}"))?;
    Ok(vec![
        (TIMESTAMP.to_owned(), timestamp),
        (REFERENCE.to_owned(), reference.to_owned()),
        (SIGNATURE.to_owned(), signature),
    ])
}

/// The signature that an answer should carry.
pub(crate) fn answer_signature(
    secret: &SecretString,
    reference: &str,
    answer: &WireAnswer,
) -> Result<String, BillerFailure> {
    let digest = hex::encode(Sha256::digest(&answer.body));
    hmac_hex(secret, &format!("{:03}\n{reference}\n{digest}", answer.status))
}

/// Checks an answer's signature in constant time.
pub(crate) fn check_answer(secret: &SecretString, reference: &str, answer: &WireAnswer) -> Result<(), BillerFailure> {
    let Some(given) = answer.header("x-fatoura-signature") else {
        return Err(BillerFailure::BadAnswer("the answer is not signed".into()));
    };
    let right = answer_signature(secret, reference, answer)?;
    if bool::from(right.as_bytes().ct_eq(given.as_bytes())) {
        Ok(())
    } else {
        Err(BillerFailure::BadAnswer("the answer's signature is wrong".into()))
    }
}
