//! The gateway's server-to-server word on an attempt. It decides; what the browser brings back does not.

use ledger::Money;
use secrecy::ExposeSecret;

use super::{CURRENCY, CmiSettings, hash, safe_mask};
use crate::card_numbers;

/// More fields than this are refused: the gateway's own list is about 60 long, plus what the hub sent.
const FIELDS_MAX: usize = 200;
/// Longest field name in bytes.
const NAME_BYTES_MAX: usize = 100;
/// Longest value in bytes: 3-D Secure fields reach a few kilobytes.
const VALUE_BYTES_MAX: usize = 8_192;
/// All names and values together.
const TOTAL_BYTES_MAX: usize = 65_536;
/// The longest code kept, in characters: AuthCode has 6 and TransId some 25.
const CODE_MAX: usize = 64;
/// The longest text kept of an error message, in characters.
const MESSAGE_MAX: usize = 200;

/// A callback whose hash is right. Amount, currency and client id must still equal the stored attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The order number of the attempt.
    pub oid: String,
    /// The amount.
    pub amount: Money,
    /// ISO 4217 number: `504`.
    pub currency: String,
    /// The merchant's number.
    pub client_id: String,
    /// ProcReturnCode; empty where the attempt never reached a bank (3-D Secure failed).
    pub code: String,
    /// Only `00` is a success.
    pub approved: bool,
    /// The bank's authorisation code, or empty.
    pub auth_code: String,
    /// The gateway's transaction id, or empty.
    pub transaction_id: String,
    /// The masked card number, or empty.
    pub card_mask: String,
    /// The card's brand, or empty.
    pub card_brand: String,
    /// The gateway's words, for staff.
    pub message: String,
}

/// Why a callback is not believed. The state must not change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackFault {
    /// No form data: HTTP 400.
    #[error("the callback holds no form data")]
    Empty,
    /// Too many fields, or too long ones.
    #[error("the callback is too large")]
    TooLarge,
    /// A field twice: its order in the hash would be open.
    #[error("the field {0:?} comes twice")]
    Duplicate(String),
    /// The hash is missing or wrong: a security event.
    #[error("the hash is wrong")]
    BadHash,
    /// The hash is right and a field is missing or unreadable.
    #[error("the field '{0}' is missing or malformed")]
    BadField(&'static str),
    /// The hash is right and the callback is for another merchant or currency: a security event.
    #[error("the field '{0}' is not ours")]
    NotOurs(&'static str),
}

/// Checks and reads a callback: all fields received, form-decoded, in order.
pub fn verify(fields: &[(String, String)], settings: &CmiSettings) -> Result<Callback, CallbackFault> {
    check_bounds(fields)?;
    if !hash::verify(fields, settings.store_key.expose_secret()) {
        return Err(CallbackFault::BadHash);
    }
    let get = |name: &str| {
        let found = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| hash::trimmed(&hash::received_value(value)).to_owned()).unwrap_or_default()
    };
    let required = |name: &'static str| Some(get(name)).filter(|v| !v.is_empty()).ok_or(CallbackFault::BadField(name));
    let ours = |name: &'static str, expected: &str| match required(name)? {
        value if value == expected => Ok(value),
        _ => Err(CallbackFault::NotOurs(name)),
    };
    let oid = required("oid")?;
    let amount = Money::parse_wire(&required("amount")?).map_err(|_| CallbackFault::BadField("amount"))?;
    let currency = ours("currency", CURRENCY)?;
    let client_id = ours("clientid", &settings.client_id)?;
    let code = get("ProcReturnCode");
    let mask = Some(get("maskedCreditCard")).filter(|mask| !mask.is_empty()).unwrap_or_else(|| get("MaskedPan"));
    Ok(Callback {
        oid,
        amount,
        currency,
        client_id,
        approved: code == "00",
        code,
        auth_code: kept(&get("AuthCode")),
        transaction_id: kept(&get("TransId")),
        card_mask: safe_mask(&mask),
        card_brand: get("EXTRA.CARDBRAND").chars().take(32).collect(),
        message: get("ErrMsg").chars().take(MESSAGE_MAX).collect(),
    })
}

/// A code of the bank's as it may be kept: short, printable, no card number.
fn kept(code: &str) -> String {
    let code: String = code.chars().filter(|c| !c.is_control()).take(CODE_MAX).collect();
    card_numbers::hidden(&code).into_owned()
}

fn check_bounds(fields: &[(String, String)]) -> Result<(), CallbackFault> {
    if fields.is_empty() {
        return Err(CallbackFault::Empty);
    }
    let total: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    let long = |(name, value): &(String, String)| name.len() > NAME_BYTES_MAX || value.len() > VALUE_BYTES_MAX;
    if fields.len() > FIELDS_MAX || total > TOTAL_BYTES_MAX || fields.iter().any(long) {
        return Err(CallbackFault::TooLarge);
    }
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let upper = |byte: u8| byte.to_ascii_uppercase();
    names.sort_by(|a, b| a.bytes().map(upper).cmp(b.bytes().map(upper)));
    match names.windows(2).find(|pair| pair[0].eq_ignore_ascii_case(pair[1])) {
        // Whoever calls chose the name, and it goes to the log.
        Some(pair) => Err(CallbackFault::Duplicate(card_numbers::hidden(pair[1]).into_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings_for_tests;
    use super::*;
    use rstest::rstest;

    fn signed(changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = [
            ("oid", "HUB-1"),
            ("amount", "168.00"),
            ("currency", "504"),
            ("clientid", "600001234"),
            ("ProcReturnCode", "00"),
            ("Response", "Approved"),
            ("AuthCode", "P12345"),
            ("TransId", "26-1"),
            ("MaskedPan", "4000 00** **** 0010"),
            ("rnd", "ff"),
        ]
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            if *value != "-" {
                fields.push((name.to_string(), value.to_string()));
            }
        }
        let hash = hash::ver3(&fields, "TEST1234");
        fields.push(("HASH".into(), hash));
        fields
    }

    fn heard(fields: &[(String, String)]) -> Result<Callback, CallbackFault> {
        verify(fields, &settings_for_tests(""))
    }

    #[test]
    fn an_acceptance() {
        let callback = heard(&signed(&[])).unwrap();
        assert_eq!(
            (callback.oid.as_str(), callback.amount, callback.approved),
            ("HUB-1", Money::from_minor(16_800), true)
        );
        assert_eq!(
            (callback.auth_code.as_str(), callback.transaction_id.as_str(), callback.card_mask.as_str()),
            ("P12345", "26-1", "4000 00** **** 0010")
        );
    }

    #[rstest]
    #[case::declined("51")]
    #[case::error("99")]
    #[case::one_zero("0")]
    #[case::three_zeros("000")]
    #[case::never_reached_a_bank("-")]
    fn not_approved(#[case] code: &str) {
        assert!(!heard(&signed(&[("ProcReturnCode", code)])).unwrap().approved);
    }

    #[rstest]
    #[case::other_merchant(&[("clientid", "600009999")], CallbackFault::NotOurs("clientid"))]
    #[case::other_currency(&[("currency", "978")], CallbackFault::NotOurs("currency"))]
    #[case::no_oid(&[("oid", "-")], CallbackFault::BadField("oid"))]
    #[case::no_amount(&[("amount", "")], CallbackFault::BadField("amount"))]
    #[case::precise_amount(&[("amount", "168.005")], CallbackFault::BadField("amount"))]
    #[case::negative_amount(&[("amount", "-168.00")], CallbackFault::BadField("amount"))]
    #[case::duplicate(&[("OID", "HUB-2")], CallbackFault::Duplicate("OID".into()))]
    fn faults(#[case] changes: &[(&str, &str)], #[case] fault: CallbackFault) {
        assert_eq!(heard(&signed(changes)), Err(fault));
    }

    #[rstest]
    #[case("amount", "1.00")]
    #[case("oid", "HUB-2")]
    #[case("ProcReturnCode", "05")]
    #[case("extra", "x")]
    fn a_change_after_signing(#[case] name: &str, #[case] value: &str) {
        let mut fields = signed(&[]);
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value.to_owned(),
            None => fields.push((name.to_owned(), value.to_owned())),
        }
        assert_eq!(heard(&fields), Err(CallbackFault::BadHash));
    }

    #[test]
    fn bounds() {
        assert_eq!(heard(&[]), Err(CallbackFault::Empty));
        let many: Vec<(String, String)> = (0..201).map(|at| (format!("f{at}"), String::new())).collect();
        assert_eq!(heard(&many), Err(CallbackFault::TooLarge));
        let long = "x".repeat(9_000);
        assert_eq!(heard(&signed(&[("x", &long)])), Err(CallbackFault::TooLarge));
    }
}
