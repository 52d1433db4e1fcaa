//! Takes out of bodies what must not be kept: secrets and signatures wholly, what tells of a person but for its last two
//! characters, card numbers but for their last four digits.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::card_numbers;

/// Names whose values open something, prove something or are a card's: nothing of them is kept. A name counts with anything
/// before or after it, as `cardNumber` and `storeKey` do.
const SECRETS: &str =
    "pass|pwd|secret|token|hash|signature|hmac|storekey|apikey|cvv|cvc|cvm|pan|cardnumber|expiry|expdate|pin";
/// Names that are secrets only as a whole.
const SECRETS_WHOLE: &str = "mac|sig|key|auth|authorization|rnd";
/// Names whose values tell of a person.
const PERSONAL: &str =
    "phone|mobile|gsm|email|mail|contract|customer|holder|payer|address|street|billto|valchamp|identif";
/// Names of persons' data only as a whole.
const PERSONAL_WHOLE: &str = "tel|name|firstname|lastname|nom|prenom|cin|clientip|ip";

/// What a value becomes of which nothing is kept.
const HIDDEN: &str = "•••";

struct Forms {
    json: Regex,
    xml: Regex,
    form: Regex,
}

fn forms(part: &str, whole: &str) -> Option<Forms> {
    let part = format!("[\\w.:-]*(?:{part})[\\w.:-]*");
    let name = format!("(?:{part}|(?:\\w+:)?(?:{whole}))");
    // A value may be cut off: then it goes on to the end of the text.
    Some(Forms {
        json: Regex::new(&format!(
            r#"(?is)("{name}"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|$)|-?[0-9][0-9.eE+-]*|[\[{{][^\]}}]*(?:[\]}}]|$))"#
        ))
        .ok()?,
        xml: Regex::new(&format!(r"(?is)(<{name}(?:\s[^>]*)?>)([^<]*)")).ok()?,
        form: Regex::new(&format!(r"(?im)((?:^|[&\s?]){name}=)([^&\r\n]*)")).ok()?,
    })
}

static SECRET: LazyLock<Option<Forms>> = LazyLock::new(|| forms(SECRETS, SECRETS_WHOLE));
static PERSON: LazyLock<Option<Forms>> = LazyLock::new(|| forms(PERSONAL, PERSONAL_WHOLE));
/// Moroccan phone numbers, wherever they stand.
static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(^|[^0-9])((?:\+|00)?212[ .-]?|0)([5-7](?:[ .-]?[0-9]){6})([ .-]?[0-9]{2})($|[^0-9])").ok()
});
/// Mail addresses, wherever they stand.
static MAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+").ok());

/// The text without what must not be kept.
pub(super) fn redacted(text: &str) -> String {
    let (Some(secret), Some(person), Some(phone), Some(mail)) = (&*SECRET, &*PERSON, &*PHONE, &*MAIL) else {
        // Without its rules nothing may be kept.
        return String::new();
    };
    let mut text = card_numbers::hidden(text).into_owned();
    for (forms, replace) in [(secret, hide as fn(&str) -> String), (person, mask)] {
        for rule in [&forms.json, &forms.xml, &forms.form] {
            text = rule.replace_all(&text, |found: &Captures<'_>| replaced(found, replace)).into_owned();
        }
    }
    let text = phone.replace_all(&text, "${1}${2}•••••••${4}${5}");
    let text: Cow<'_, str> = mail.replace_all(&text, HIDDEN);
    text.into_owned()
}

fn replaced(found: &Captures<'_>, replace: fn(&str) -> String) -> String {
    let part = |at: usize| found.get(at).map(|part| part.as_str()).unwrap_or_default();
    let (name, value) = (part(1), part(2));
    match value.strip_prefix('"') {
        Some(rest) => format!("{name}\"{}\"", replace(rest.strip_suffix('"').unwrap_or(rest))),
        // What is inside of a list or an object is not told apart: all of it goes.
        None if value.starts_with(['[', '{']) => format!("{name}\"{HIDDEN}\""),
        None => format!("{name}{}", replace(value)),
    }
}

fn hide(value: &str) -> String {
    if value.trim().is_empty() { value.to_owned() } else { HIDDEN.to_owned() }
}

/// The last two characters of five and more.
fn mask(value: &str) -> String {
    let count = value.chars().count();
    match value.trim().is_empty() {
        true => value.to_owned(),
        false if count < 5 => HIDDEN.to_owned(),
        false => format!("{HIDDEN}{}", value.chars().skip(count - 2).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"{"contract":"12345678","amount":"168.00"}"#, r#"{"contract":"•••78","amount":"168.00"}"#)]
    #[case(r#"{"customer": {"name": "Amina"}, "id": 7}"#, r#"{"customer": "•••", "id": 7}"#)]
    #[case(r#"{"password":"a\"b","x":1}"#, r#"{"password":"•••","x":1}"#)]
    #[case(r#"{"cvv":123}"#, r#"{"cvv":•••}"#)]
    #[case(r#"{"token":"cut of"#, r#"{"token":"•••""#)]
    #[case(
        "<Name>api</Name><Password>top</Password><Total>168.00</Total>",
        "<Name>•••</Name><Password>•••</Password><Total>168.00</Total>"
    )]
    #[case("<MAC>abcdef==</MAC><refFatourati>1</refFatourati>", "<MAC>•••</MAC><refFatourati>1</refFatourati>")]
    #[case("<valChamp>12345678</valChamp>", "<valChamp>•••78</valChamp>")]
    #[case("oid=F7\nHASH=abc=\namount=168.00\ntel=0612345678", "oid=F7\nHASH=•••\namount=168.00\ntel=•••78")]
    #[case("a=1&storekey=k&BillToName=Amina B&b=2", "a=1&storekey=•••&BillToName=••• B&b=2")]
    #[case("call 0612345678 or +212 6 12 34 56 78", "call 0•••••••78 or +212 ••••••• 78")]
    #[case("to payer@example.ma.", "to •••.")]
    #[case("4000 0000 0000 0010", "**** **** **** 0010")]
    #[case("MaskedPan=400000***0010", "MaskedPan=•••")]
    #[case("rib 007780000012345678901209", "rib 007780000012345678901209")]
    #[case("ProcReturnCode=00&Response=Approved", "ProcReturnCode=00&Response=Approved")]
    fn bodies(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(redacted(text), expected);
    }

    proptest! {
        /// Whatever is around them, neither a secret's nor a person's value is left, nor a card number.
        #[test]
        fn nothing_is_left(before in "[a-z{}<>&\"= ]{0,40}", secret in "[A-Z]{8}[0-9]{3}Q", after in "[a-z ]{0,20}") {
            for text in [
                format!("{before}\n\"password\":\"{secret}\",{after}"),
                format!("{before}<Password>{secret}</Password>{after}"),
                format!("{before}&password={secret}&{after}"),
                format!("{before}\nHASH={secret}"),
            ] {
                prop_assert!(!redacted(&text).contains(&secret), "{}", redacted(&text));
            }
            let card = format!("{before} 4000000000000010 {after}");
            prop_assert!(!redacted(&card).contains("400000000000"));
        }
    }
}
