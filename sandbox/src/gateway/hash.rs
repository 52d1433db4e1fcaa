//! HASH ver3 of Nestpay: every field but `hash` and `encoding`, in natural order of the names.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

/// Names without case, digits as numbers: BillToStreet2 before BillToStreet12.
fn natural_order(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.to_uppercase(), other.to_uppercase());
    let (mut a, mut b) = (one.as_str(), other.as_str());
    loop {
        match (a.chars().next(), b.chars().next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (first, rest_a) = split_digits(a);
                let (second, rest_b) = split_digits(b);
                let (p, q) = (first.trim_start_matches('0'), second.trim_start_matches('0'));
                match p.len().cmp(&q.len()).then_with(|| p.cmp(q)).then_with(|| first.len().cmp(&second.len())) {
                    Ordering::Equal => (a, b) = (rest_a, rest_b),
                    unequal => return unequal,
                }
            }
            (Some(x), Some(y)) if x == y => (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]),
            (Some(x), Some(y)) => return x.cmp(&y),
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('|', "\\|")
}

/// The text that is hashed.
fn plain(fields: &[(String, String)], store_key: &str) -> String {
    let mut hashed: Vec<_> = fields
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("hash") && !name.eq_ignore_ascii_case("encoding"))
        .collect();
    hashed.sort_by(|(one, _), (other, _)| natural_order(one, other));
    let mut plain = String::new();
    for (_, value) in hashed {
        plain.push_str(&escape(value.trim()));
        plain.push('|');
    }
    plain + &escape(store_key)
}

/// The hash of a form, Base64.
pub(super) fn hash_of(fields: &[(String, String)], store_key: &str) -> String {
    STANDARD.encode(Sha512::digest(plain(fields, store_key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    const CMI: &[(&str, &str)] = &[
        ("clientid", "600001234"),
        ("storetype", "3D_PAY_HOSTING"),
        ("TranType", "PreAuth"),
        ("amount", "168.00"),
        ("currency", "504"),
        ("oid", "HUB-000000000042"),
        ("okUrl", "https://hub.example.ma/pay/ok"),
        ("failUrl", "https://hub.example.ma/pay/fail"),
        ("shopurl", "https://hub.example.ma/pay"),
        ("callbackUrl", "https://hub.example.ma/webhooks/cmi"),
        ("lang", "fr"),
        ("rnd", "0123456789abcdef"),
        ("hashAlgorithm", "ver3"),
        ("encoding", "UTF-8"),
        ("refreshtime", "5"),
        ("AutoRedirect", "true"),
        ("CallbackResponse", "true"),
        ("sessiontimeout", "1800"),
        ("email", "client@example.ma"),
        ("BillToName", "Test Client"),
        ("BillToStreet1", "1 rue A"),
        ("BillToStreet2", "y"),
        ("BillToStreet12", "x"),
        ("tel", "+212600000000"),
    ];

    const EST_3D_PAY: &[(&str, &str)] = &[
        ("clientid", "190100000"),
        ("storetype", "3d_pay"),
        ("amount", "100.25"),
        ("oid", "order222"),
        ("okUrl", "https://domain.com/success"),
        ("failUrl", "https://domain.com/fail_url"),
        ("rnd", "rand"),
        ("lang", "tr"),
        ("currency", "949"),
        ("taksit", ""),
        ("islemtipi", "Auth"),
        ("firmaadi", "siparis veren"),
        ("Email", "test@test.com"),
        ("hashAlgorithm", "ver3"),
    ];

    const EST_3D: &[(&str, &str)] = &[
        ("clientid", "190100000"),
        ("storetype", "3d"),
        ("amount", "100.25"),
        ("oid", "order222"),
        ("okUrl", "https://domain.com/success"),
        ("failUrl", "https://domain.com/fail_url"),
        ("rnd", "12345"),
        ("hashAlgorithm", "ver3"),
        ("lang", "tr"),
        ("currency", "949"),
        ("islemtipi", "Auth"),
        ("taksit", ""),
    ];

    #[rstest]
    #[case(
        EST_3D_PAY,
        "123456",
        "/uPxhEKWCEGi3NsDOOQ4u8Hu5g71v5GWspOid70WehTWEz97PqxG3IN1Jv5jsbOXOw3Z3Rr/0UtywzEgbqFfdA=="
    )]
    #[case(
        EST_3D,
        "123456",
        "4aUsG5hqlIFLc9s8PKc5rWb2OLhmxDDewNgKa2XrwoYCIxlyVq8Fjl4IVaZzoqL983CfTseicmnTA0PjZr74xg=="
    )]
    #[case(CMI, "TEST1234", "7VTxcZ2E6XzP0yw/SinTiG5wWbsHDYZQasNwvCh6/T6dMR7zzdvLcSGbhY/AcGPi3RR7aYKLVybVxQbmuSyfcA==")]
    fn published_vectors(#[case] fields: &[(&str, &str)], #[case] store_key: &str, #[case] expected: &str) {
        assert_eq!(hash_of(&form(fields), store_key), expected);
    }

    #[rstest]
    #[case(&[("a", "x|y"), ("b", "\\")], "k|\\", "x\\|y|\\\\|k\\|\\\\")]
    #[case(&[("B12", "twelve"), ("b2", "two"), ("HASH", "h"), ("Encoding", "e")], "k", "two|twelve|k")]
    #[case(&[("empty", " "), ("Z", " trimmed ")], "k", "|trimmed|k")]
    #[case(&[("EXTRA.TRXDATE", "2"), ("EXTRA.CARD_BRAND", "1")], "k", "1|2|k")]
    fn plain_text(#[case] fields: &[(&str, &str)], #[case] store_key: &str, #[case] expected: &str) {
        assert_eq!(plain(&form(fields), store_key), expected);
    }
}
