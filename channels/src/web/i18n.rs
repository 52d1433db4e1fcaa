//! Words in the reader's language.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader, static_loader};
use ledger::Language;
use unic_langid::{LanguageIdentifier, langid};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "fr",
    };
}

static AR: LanguageIdentifier = langid!("ar");
static FR: LanguageIdentifier = langid!("fr");
static EN: LanguageIdentifier = langid!("en");

/// What a message takes: texts and whole numbers.
pub(crate) enum Arg<'a> {
    Text(&'a str),
    Number(i64),
}

pub(crate) fn identifier(language: Language) -> &'static LanguageIdentifier {
    match language {
        Language::Ar => &AR,
        Language::Fr => &FR,
        Language::En => &EN,
    }
}

/// A message without arguments. A missing one shows its key; a test holds that none is missing.
pub(crate) fn text(language: Language, key: &str) -> String {
    LOCALES.try_lookup(identifier(language), key).unwrap_or_else(|| key.to_owned())
}

/// A message with arguments.
pub(crate) fn text_with(language: Language, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
    let mut values: HashMap<Cow<'static, str>, FluentValue<'_>> = HashMap::new();
    for (name, value) in args {
        let value = match value {
            Arg::Text(text) => FluentValue::from(*text),
            Arg::Number(number) => {
                values.insert(Cow::Borrowed("form"), FluentValue::from(plural_form(language, *number)));
                FluentValue::from(*number)
            }
        };
        values.insert(Cow::Borrowed(*name), value);
    }
    LOCALES.try_lookup_with_args(identifier(language), key, &values).unwrap_or_else(|| key.to_owned())
}

/// A number in the same plural form, on which messages select. CLDR's Arabic forms few and many go by the last two
/// digits; the plural rules that fluent uses know them only below 100.
fn plural_form(language: Language, number: i64) -> i64 {
    match number % 100 {
        last @ 3..=99 if language == Language::Ar => last,
        _ => number,
    }
}

/// The language for someone who asked for none: the one chosen before, else the browser's wish, else French.
pub(crate) fn preferred(cookie: Option<&str>, request: &HttpRequest) -> Language {
    if let Some(language) = cookie.and_then(|word| word.parse().ok()) {
        return language;
    }
    let Ok(wishes) = AcceptLanguage::parse(request) else { return Language::Fr };
    wishes
        .ranked()
        .into_iter()
        .filter_map(|wish| wish.item().and_then(|tag| tag.primary_language().to_ascii_lowercase().parse().ok()))
        .next()
        .unwrap_or(Language::Fr)
}
