//! The gateway's `ver3` hash over the fields of a form.
//!
//! Every field but `hash` and `encoding` takes part. Names are sorted without case (compared in upper case) in natural
//! order, digits as numbers; values are trimmed, `\` is escaped to `\\` and then `|` to `\|`, each value is followed by
//! `|`, an empty one too; the store key, escaped the same way, ends the text. The hash is Base64(SHA-512(UTF-8)).

use std::borrow::Cow;
use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;

use super::entities;

/// The name of the field that carries the hash, as sent.
pub const HASH_FIELD: &str = "HASH";

/// The hash of these fields under a store key.
pub fn ver3(fields: &[(String, String)], store_key: &str) -> String {
    let fields = fields.iter().map(|(name, value)| (name.as_str(), Cow::Borrowed(value.as_str())));
    STANDARD.encode(Sha512::digest(plain_text(fields, store_key).as_bytes()))
}

/// Whether the `hash` among received fields is right. Values are those as posted: each is HTML-entity decoded and
/// loses one trailing newline before it takes part. False also where there is no hash.
pub fn verify(received: &[(String, String)], store_key: &str) -> bool {
    let Some((_, given)) = received.iter().find(|(name, _)| name.eq_ignore_ascii_case(HASH_FIELD)) else {
        return false;
    };
    let decoded = received.iter().map(|(name, value)| (name.as_str(), received_value(value)));
    let expected = STANDARD.encode(Sha512::digest(plain_text(decoded, store_key).as_bytes()));
    given.trim().as_bytes().ct_eq(expected.as_bytes()).into()
}

/// A value as the gateway meant it: HTML entities decoded, one trailing newline dropped.
pub fn received_value(posted: &str) -> Cow<'_, str> {
    let without_newline = |value: &str| {
        let line = value.strip_suffix('\n');
        line.map_or(value, |line| line.strip_suffix('\r').unwrap_or(line)).len()
    };
    match entities::decode(posted) {
        Cow::Borrowed(value) => Cow::Borrowed(&value[..without_newline(value)]),
        Cow::Owned(mut value) => {
            value.truncate(without_newline(&value));
            Cow::Owned(value)
        }
    }
}

/// Removes what the gateway trims: ASCII white space and NUL.
pub fn trimmed(value: &str) -> &str {
    value.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b'])
}

fn plain_text<'a>(fields: impl Iterator<Item = (&'a str, Cow<'a, str>)>, store_key: &str) -> String {
    let hashed = |name: &str| !name.eq_ignore_ascii_case("hash") && !name.eq_ignore_ascii_case("encoding");
    let mut sorted: Vec<_> = fields.filter(|(name, _)| hashed(name)).collect();
    sorted.sort_by(|(a, _), (b, _)| natural_order(a, b));
    let mut text = String::with_capacity(sorted.iter().map(|(_, value)| value.len() + 1).sum());
    for (_, value) in sorted {
        push_escaped(&mut text, trimmed(&value));
        text.push('|');
    }
    push_escaped(&mut text, store_key);
    text
}

fn push_escaped(text: &mut String, value: &str) {
    for part in value.split_inclusive(['\\', '|']) {
        match part.strip_suffix(['\\', '|']) {
            Some(plain) => {
                text.push_str(plain);
                text.push('\\');
                text.push_str(&part[plain.len()..]);
            }
            None => text.push_str(part),
        }
    }
}

/// Natural order without case: runs of digits compare as numbers of any length, everything else in upper case.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        match (left.first(), right.first()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, rest_of_left) = number(left);
                let (y, rest_of_right) = number(right);
                match x.len().cmp(&y.len()).then_with(|| x.cmp(y)) {
                    Ordering::Equal => (left, right) = (rest_of_left, rest_of_right),
                    unequal => return unequal,
                }
            }
            (Some(x), Some(y)) => match x.to_ascii_uppercase().cmp(&y.to_ascii_uppercase()) {
                Ordering::Equal => (left, right) = (&left[1..], &right[1..]),
                unequal => return unequal,
            },
        }
    }
}

/// The leading run of digits without its zeros, and what follows.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    (&digits[zeros..], rest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[derive(serde::Deserialize)]
    struct Vector {
        name: String,
        store_key: String,
        fields: BTreeMap<String, String>,
        hash_order: Vec<String>,
        plain: String,
        hash: String,
    }

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    fn text_of(fields: &[(String, String)], store_key: &str) -> String {
        plain_text(fields.iter().map(|(name, value)| (name.as_str(), value.as_str().into())), store_key)
    }

    #[test]
    fn vectors() {
        let vectors: Vec<Vector> = serde_json::from_str(include_str!("../../../testdata/cmi_hash.json")).unwrap();
        assert_eq!(vectors.len(), 3);
        for vector in vectors {
            let mut fields: Vec<(String, String)> = vector.fields.into_iter().collect();
            assert_eq!(text_of(&fields, &vector.store_key), vector.plain, "{}", vector.name);
            assert_eq!(ver3(&fields, &vector.store_key), vector.hash, "{}", vector.name);
            let mut names: Vec<&str> =
                fields.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "encoding").collect();
            names.sort_by(|a, b| natural_order(a, b));
            assert_eq!(names, vector.hash_order, "{}", vector.name);
            fields.push(("HASH".into(), vector.hash));
            assert!(verify(&fields, &vector.store_key), "{}", vector.name);
        }
    }

    #[rstest]
    #[case("BillToStreet2", "BillToStreet12", Ordering::Less)]
    #[case("callbackUrl", "CallbackResponse", Ordering::Greater)]
    #[case("a_b", "aab", Ordering::Greater)]
    #[case("x99999999999999999999999", "x100000000000000000000000", Ordering::Less)]
    #[case("ab", "abc", Ordering::Less)]
    fn order(#[case] a: &str, #[case] b: &str, #[case] expected: Ordering) {
        assert_eq!(natural_order(a, b), expected);
        assert_eq!(natural_order(b, a), expected.reverse());
    }

    #[rstest]
    #[case::backslash_first(r"a\|b", r"a\\\|b|k")]
    #[case::empty_stays("", "|k")]
    #[case::trimmed("  a b\t", "a b|k")]
    fn values(#[case] value: &str, #[case] plain: &str) {
        assert_eq!(text_of(&fields(&[("oid", value), ("Hash", "x"), ("ENCODING", "UTF-8")]), "k"), plain);
    }

    #[test]
    fn the_store_key_is_escaped_too() {
        assert_eq!(text_of(&fields(&[("oid", "1")]), "a|b\\"), "1|a\\|b\\\\");
    }

    #[rstest]
    #[case::entities("Acc&eacute;pt&#233; &amp; d&#xE9;bit&#39;", "Accépté & débit'")]
    #[case::one_newline("ok\n", "ok")]
    #[case::windows_newline("ok\r\n", "ok")]
    #[case::only_one("ok\n\n", "ok\n")]
    #[case::not_an_entity("a&b=1&copy=2;&#x110000;", "a&b=1&copy=2;&#x110000;")]
    fn reception(#[case] posted: &str, #[case] meant: &str) {
        assert_eq!(received_value(posted), meant);
    }

    #[test]
    fn a_received_hash_is_over_the_decoded_values() {
        let hash = ver3(&fields(&[("ErrMsg", "Refusé <x>"), ("oid", "1")]), "key");
        let posted = fields(&[("oid", "1\n"), ("ErrMsg", "Refus&eacute; &lt;x&gt;"), ("HASH", &hash)]);
        assert!(verify(&posted, "key"));
        assert!(!verify(&posted, "another key"));
    }

    #[rstest]
    #[case::no_hash(&[("oid", "1")])]
    #[case::empty(&[("oid", "1"), ("HASH", "")])]
    #[case::short(&[("oid", "1"), ("HASH", "AAAA")])]
    fn no_right_hash(#[case] received: &[(&str, &str)]) {
        assert!(!verify(&fields(received), "key"));
    }

    proptest! {
        #[test]
        fn what_is_hashed_verifies_and_a_change_does_not(
            values in proptest::collection::btree_map("[A-Za-z_.]{1,8}[0-9]{0,3}", "[^&]{0,20}", 1..12),
            key in "\\PC{1,20}",
        ) {
            // Names that differ by case alone have no defined order; the callback refuses them.
            let mut seen = std::collections::BTreeSet::new();
            let mut form: Vec<(String, String)> = values.into_iter()
                .map(|(name, value)| (name, trimmed(&value).to_owned()))
                .filter(|(name, _)| seen.insert(name.to_ascii_uppercase())
                    && !name.eq_ignore_ascii_case("hash") && !name.eq_ignore_ascii_case("encoding"))
                .collect();
            form.push(("oid".into(), "1".into()));
            let hash = ver3(&form, &key);
            form.push((HASH_FIELD.into(), hash));
            form.rotate_left(1);
            prop_assert!(verify(&form, &key));
            let last = form.iter_mut().find(|(name, _)| name == "oid").unwrap();
            last.1.push('2');
            prop_assert!(!verify(&form, &key));
        }
    }
}
