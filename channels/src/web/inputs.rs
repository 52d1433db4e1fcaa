//! Forms as browsers send them: bounded, checked for forgery, cleaned of what people do not see.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use payments::{card_numbers, phone};

use super::context::Context;
use super::errors::Fault;

/// The name of the hidden token.
pub(crate) const CSRF_FIELD: &str = "csrf";
/// The message that says where a card number belongs.
pub(crate) const CARD_NUMBER_KEY: &str = "fault-card-number";
/// More fields than any form of ours has.
const FIELDS_MAX: usize = 200;
/// Longer than any value that we ask for.
const VALUE_CHARS_MAX: usize = 400;

/// A form posted by a page of ours: its token was checked.
pub(crate) struct Posted {
    fields: Vec<(String, String)>,
}

impl FromRequest for Posted {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let context = Context::of(request);
        let form = web::Form::<Vec<(String, String)>>::from_request(request, payload);
        Box::pin(async move { Ok(Self::checked(&context?, form.await?.into_inner(), VALUE_CHARS_MAX)?) })
    }
}

impl Posted {
    /// Fields that a request brought, none longer than so many characters.
    pub(crate) fn checked(context: &Context, fields: Vec<(String, String)>, chars_max: usize) -> Result<Self, Fault> {
        if fields.len() > FIELDS_MAX {
            return Err(Fault::TooLarge);
        }
        let mut tokens = fields.iter().filter(|(name, _)| name == CSRF_FIELD);
        match (tokens.next(), tokens.next()) {
            (Some((_, token)), None) if context.admits(token) => {}
            _ => return Err(Fault::Forged),
        }
        let fields = fields
            .into_iter()
            .filter(|(name, _)| name != CSRF_FIELD)
            .map(|(name, value)| Ok((name, cleaned(&value, chars_max)?)))
            .collect::<Result<_, Fault>>()?;
        Ok(Self { fields })
    }

    /// The one value of a field, empty if it is absent; a field sent twice is a bad request.
    pub(crate) fn one<'a>(&'a self, name: &'a str) -> Result<&'a str, Fault> {
        let mut values = self.many(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value.unwrap_or_default()),
            _ => Err(Fault::FieldTwice),
        }
    }

    /// A form that is a button and nothing else: its token was checked, and any field is one too many.
    pub(crate) fn press(self) -> Result<(), Fault> {
        if self.fields.is_empty() { Ok(()) } else { Err(Fault::NotOffered) }
    }

    /// The form without the values that hold a card number, and the names of the fields they were in; fields that are
    /// `known` are left alone.
    pub(crate) fn scrubbed(mut self, known: &[&str]) -> (Self, Vec<String>) {
        let mut scrubbed = Vec::new();
        for (name, value) in &mut self.fields {
            if !known.contains(&name.as_str()) && card_numbers::holds_one(value) {
                value.clear();
                scrubbed.push(name.clone());
            }
        }
        (self, scrubbed)
    }

    /// All values of a field.
    pub(crate) fn many<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The fields whose names start so, without that start; one sent twice is a bad request.
    pub(crate) fn below(&self, prefix: &str) -> Result<std::collections::BTreeMap<String, String>, Fault> {
        let mut below = std::collections::BTreeMap::new();
        for (name, value) in &self.fields {
            let Some(name) = name.strip_prefix(prefix) else { continue };
            if below.insert(name.to_owned(), value.clone()).is_some() {
                return Err(Fault::FieldTwice);
            }
        }
        Ok(below)
    }
}

/// Trimmed, without the invisible marks that copying from a message brings along; control characters are refused.
fn cleaned(value: &str, chars_max: usize) -> Result<String, Fault> {
    let invisible =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let text: String = value.chars().filter(|c| !invisible(*c)).collect();
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(Fault::Unreadable);
    }
    if text.chars().count() > chars_max {
        return Err(Fault::TooLarge);
    }
    Ok(text.to_owned())
}

/// A reference as people type or paste it: with blanks, with hyphens that a word processor made longer.
pub(crate) fn typed_reference(text: &str) -> String {
    let hyphen = |c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c };
    ascii_digits(text).chars().filter(|c| !c.is_whitespace()).map(hyphen).collect()
}

/// Whether a text of an address can be a reference of ours; anything else is not looked up.
pub(crate) fn is_reference(text: &str) -> bool {
    (6..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether a text can be a mail address that our mailer can send to; the mail itself is the only real proof.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 254
        && name.len() <= 64
        && name.split('.').all(word)
        && host.contains('.')
        && host.split('.').all(label)
}

/// Digits of the Arabic and Persian keyboards as ASCII digits.
pub(crate) fn ascii_digits(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10).unwrap_or(c),
            '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// A Moroccan mobile number as people type it, as `+212...`.
pub(crate) fn mobile(text: &str) -> Option<String> {
    phone::normalise(text).ok().filter(|number| phone::is_mobile(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(" 12345678 ", Some("12345678"))]
    #[case("\u{202a}+212612345678\u{202c}", Some("+212612345678"))]
    #[case("a\0b", None)]
    #[case("a\nb", None)]
    #[case("", Some(""))]
    fn cleaning(#[case] typed: &str, #[case] kept: Option<&str>) {
        assert_eq!(cleaned(typed, VALUE_CHARS_MAX).ok().as_deref(), kept);
    }

    #[rstest]
    #[case("salma@example.ma", true)]
    #[case("s.alami+factures@mail.example.co", true)]
    #[case("salma@example", false)]
    #[case("salma@@example.ma", false)]
    #[case("salma example@example.ma", false)]
    #[case("a@b.c, d@e.f", false)]
    #[case("a@.ma", false)]
    #[case("@example.ma", false)]
    #[case("o'neill@example.ma", true)]
    #[case("salma@\u{62f}\u{641}\u{639}.ma", true)]
    #[case("s..alami@example.ma", false)]
    #[case(".salma@example.ma", false)]
    #[case("salma.@example.ma", false)]
    #[case("s\u{e9}lma@example.ma", false)]
    #[case("salma@exam_ple.ma", false)]
    #[case("salma@$(id).ma", false)]
    #[case("salma@example.ma.", false)]
    #[case("a@-b.ma", false)]
    fn emails(#[case] text: &str, #[case] good: bool) {
        assert_eq!(is_email(text), good);
    }

    #[rstest]
    #[case("aZ09-_aZ09", true)]
    #[case("short", false)]
    #[case("../../etc/passwd", false)]
    #[case("é123456", false)]
    fn references(#[case] text: &str, #[case] good: bool) {
        assert_eq!(is_reference(text), good);
    }

    #[rstest]
    #[case("0000-0DVA-9XK2-7QZD", "0000-0DVA-9XK2-7QZD")]
    #[case(" 0000 0dva\u{a0}9xk2 7qzd", "00000dva9xk27qzd")]
    #[case("0000\u{2011}0DVA\u{2013}9XK2-7QZD", "0000-0DVA-9XK2-7QZD")]
    #[case("٠٠٠٠-0DVA-9XK2-7QZD", "0000-0DVA-9XK2-7QZD")]
    fn references_as_typed(#[case] text: &str, #[case] read: &str) {
        assert_eq!(typed_reference(text), read);
    }

    #[test]
    fn digits_of_other_keyboards() {
        assert_eq!(ascii_digits("٠١٢٣٤٥٦٧٨٩ ۴۵ x"), "0123456789 45 x");
    }
}
