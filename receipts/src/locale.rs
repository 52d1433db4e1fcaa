//! Texts, amounts and dates as the reader writes them.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Africa::Casablanca;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use ledger::{Language, Money};
use unic_langid::langid;

static_loader! {
    static PLAIN = {
        locales: "./locales",
        fallback_language: "fr",
        // SMS count every character and the PDF sets direction cell by cell: no invisible isolates.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static_loader! {
    static ISOLATED = {
        locales: "./locales",
        fallback_language: "fr",
    };
}

static AR: LanguageIdentifier = langid!("ar");
static FR: LanguageIdentifier = langid!("fr");
static EN: LanguageIdentifier = langid!("en");

fn identifier(language: Language) -> &'static LanguageIdentifier {
    match language {
        Language::Ar => &AR,
        Language::Fr => &FR,
        Language::En => &EN,
    }
}

fn look_up(loader: &dyn Loader, language: Language, key: &str, args: &[(&'static str, &str)]) -> String {
    let args: HashMap<Cow<'static, str>, FluentValue> =
        args.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from((*value).to_owned()))).collect();
    loader.lookup_with_args(identifier(language), key, &args)
}

/// The text under `key`, without invisible isolates around its parts.
pub(crate) fn plain(language: Language, key: &str, args: &[(&'static str, &str)]) -> String {
    look_up(&*PLAIN, language, key, args)
}

/// The text under `key`, its parts isolated (U+2068..U+2069) so that Latin references keep their order in Arabic.
pub(crate) fn isolated(language: Language, key: &str, args: &[(&'static str, &str)]) -> String {
    look_up(&*ISOLATED, language, key, args)
}

/// The digits of an amount, thousands apart by U+202F (a comma in English).
///
/// U+202F is a common separator to the bidirectional algorithm (UAX #9, class CS), so `1 234,50` stays whole in
/// right-to-left text; a plain space would turn it round.
fn digits(language: Language, amount: Money) -> String {
    let (thousands, decimal) = match language {
        Language::En => (',', '.'),
        Language::Ar | Language::Fr => ('\u{202F}', ','),
    };
    let minor = amount.minor().unsigned_abs();
    let whole = (minor / 100).to_string();
    let mut out = String::with_capacity(whole.len() + 8);
    if amount.minor() < 0 {
        out.push('\u{2212}');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(thousands);
        }
        out.push(digit);
    }
    out.push(decimal);
    out.push_str(&format!("{:02}", minor % 100));
    out
}

/// An amount with its currency, in the reader's manner: `1 234,50 MAD`, `1,234.50 MAD`, `1 234,50 درهم`.
pub fn money(language: Language, amount: Money) -> String {
    plain(language, "money", &[("amount", &digits(language, amount))])
}

/// A day in words: `24 novembre 2026`.
pub fn date(language: Language, day: NaiveDate) -> String {
    let month = plain(language, &format!("month-{}", day.month()), &[]);
    let (number, year) = (day.day().to_string(), day.year().to_string());
    plain(language, "date", &[("day", &number), ("month", &month), ("year", &year)])
}

/// The time of day, `14:05`, in Moroccan civil time.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.with_timezone(&Casablanca).format("%H:%M").to_string()
}

/// An instant in words, in Moroccan civil time (the zone database knows the change around Ramadan).
pub fn date_time(language: Language, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&Casablanca);
    let (day, time) = (date(language, local.date_naive()), time(at));
    plain(language, "date-time", &[("date", &day), ("time", &time)])
}
