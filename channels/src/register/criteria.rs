//! What somebody looks for, as typed: read strictly, every fault at once.

use chrono::{Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Africa::Casablanca;
use ledger::{Language, Money, Reference};
use payments::catalogue::Catalogue;
use payments::register::Wanted;
use payments::{card_numbers, phone, typed_amount};

use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::{ascii_digits, typed_reference};
use crate::web::views::FaultLink;

/// The fields of the form, in its order.
pub(super) const FIELDS: [&str; 13] = [
    "reference",
    "receipt",
    "biller",
    "contract",
    "phone",
    "outlet",
    "least",
    "most",
    "from",
    "until",
    "state",
    "channel",
    "instrument",
];
/// Those that hold a customer's data: never in an address.
pub(super) const HIDDEN: [&str; 2] = ["contract", "phone"];
/// Longest text of a field, in characters.
const CHARS_MAX: usize = 64;
/// The first day that anything can have been paid on.
const FIRST_YEAR: i32 = 2020;

/// What was typed, by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(Vec<(&'static str, String)>);

impl Typed {
    /// Reads each field by its name.
    pub fn read<'a>(one: impl Fn(&'static str) -> Result<&'a str, Fault>) -> Result<Self, Fault> {
        let fields = FIELDS.iter().map(|name| Ok((*name, one(name)?.to_owned())));
        Ok(Self(fields.collect::<Result<_, Fault>>()?))
    }

    /// The text of a field.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| *field == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// Fields that are filled in.
    pub fn filled(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (*name, text.as_str()))
    }

    /// Fields that are filled in and may stand in an address.
    pub fn open(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.filled().filter(|(name, _)| !HIDDEN.contains(name))
    }

    /// These as an address has them.
    pub fn query(&self) -> String {
        let one = |(name, text): (&str, &str)| format!("{name}={}", percent_encoded(text));
        self.open().map(one).collect::<Vec<_>>().join("&")
    }

    /// Without what holds a card number; whether anything did.
    pub fn scrub(&mut self) -> Option<&'static str> {
        let mut first = None;
        for (name, text) in &mut self.0 {
            if card_numbers::holds_one(text) {
                text.clear();
                first = first.or(Some(*name));
            }
        }
        first
    }

    /// Whether a customer is looked for.
    pub fn names_customer(&self) -> bool {
        HIDDEN.iter().any(|name| !self.get(name).is_empty())
    }
}

/// Every byte but letters, digits and what never needs it (RFC 3986, 2.3).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// What is looked for, or all that is wrong with what was typed. `own`: the only biller they may see.
pub(super) fn wanted(
    typed: &Typed,
    own: Option<u16>,
    catalogue: &Catalogue,
    language: Language,
) -> Result<Result<Wanted, Vec<FaultLink>>, Fault> {
    let mut faults = Vec::new();
    let mut wanted = Wanted::default();
    let query = &mut wanted.query;
    let mut wrong = |target: &str, key: &str| {
        faults.push(FaultLink { target: target.to_owned(), text: i18n::text(language, key) });
    };
    for (name, text) in typed.filled() {
        if text.chars().count() > CHARS_MAX {
            wrong(name, "register-fault-long");
        }
    }
    match typed.get("reference") {
        "" => {}
        text => match named(text) {
            Some(Named::Number(number)) => query.number = Some(number),
            Some(Named::Reference(reference)) => query.reference = Some(reference),
            None => wrong("reference", "register-fault-reference"),
        },
    }
    let receipt: String = typed.get("receipt").chars().filter(|c| !c.is_whitespace()).collect();
    query.receipt = Some(ascii_digits(&receipt)).filter(|receipt| !receipt.is_empty());
    query.biller = own;
    match (typed.get("biller"), own) {
        ("", _) => {}
        (text, own) => match text.parse::<u16>() {
            Ok(code) if own.is_some_and(|own| own != code) => return Err(Fault::NotFound),
            Ok(code) => query.biller = Some(code),
            Err(_) => return Err(Fault::NotOffered),
        },
    }
    match typed.get("contract") {
        "" => {}
        _ if query.biller.is_none() => wrong("biller", "register-fault-contract-biller"),
        _ if query.biller.and_then(|code| catalogue.get(code)).is_none() => {
            wrong("biller", "register-fault-biller-gone");
        }
        text => wanted.contract = Some(text.to_owned()),
    }
    match (typed.get("phone"), phone::normalise(typed.get("phone"))) {
        ("", _) => {}
        (_, Ok(number)) => query.phone = Some(number),
        (_, Err(_)) => wrong("phone", "desk-fault-phone"),
    }
    match ascii_digits(typed.get("outlet")) {
        text if text.is_empty() => {}
        text if text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit()) => {
            let plain = text.trim_start_matches('0');
            if plain.is_empty() {
                wrong("outlet", "register-fault-outlet")
            } else {
                query.outlet = Some(plain.to_owned())
            }
        }
        _ => wrong("outlet", "register-fault-outlet"),
    }
    let mut amount = |name: &str| match (typed.get(name), typed_amount::parse(typed.get(name))) {
        ("", _) => None,
        (_, Ok(amount)) => Some(amount),
        (_, Err(_)) => {
            wrong(name, "register-fault-amount");
            None
        }
    };
    (query.least, query.most) = (amount("least"), amount("most"));
    if is_turned(query.least, query.most) {
        wrong("most", "register-fault-amounts-turned");
    }
    let mut day = |name: &str| match (typed.get(name), day(typed.get(name))) {
        ("", _) => None,
        (_, Some(day)) => Some(day),
        (_, None) => {
            wrong(name, "register-fault-day");
            None
        }
    };
    let (from, until) = (day("from"), day("until"));
    if from.zip(until).is_some_and(|(from, until)| from > until) {
        wrong("until", "register-fault-days-turned");
    }
    query.from = from.map(beginning);
    query.until = until.and_then(|day| day.checked_add_days(Days::new(1))).map(beginning);
    query.state = chosen(typed.get("state"))?;
    query.channel = chosen(typed.get("channel"))?;
    query.instrument = chosen(typed.get("instrument"))?;
    Ok(if faults.is_empty() { Ok(wanted) } else { Err(faults) })
}

fn is_turned(least: Option<Money>, most: Option<Money>) -> bool {
    least.zip(most).is_some_and(|(least, most)| least > most)
}

/// One of the words of a list, or nothing.
fn chosen<T: std::str::FromStr>(text: &str) -> Result<Option<T>, Fault> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Fault::NotOffered) }
}

/// How a payment is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Number(i64),
    Reference(Reference),
}

/// A payment's number (`100005`, twelve digits, the gateway's `F100005`) or its public reference.
fn named(text: &str) -> Option<Named> {
    let text = typed_reference(text);
    let digits = text.strip_prefix(['F', 'f']).unwrap_or(&text);
    let is_number = (1..=12).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if is_number {
        return digits.parse().ok().filter(|number| *number > 0).map(Named::Number);
    }
    text.parse().ok().map(Named::Reference)
}

/// A civil day as typed.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    use chrono::Datelike;
    let text = ascii_digits(text);
    let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && (FIRST_YEAR..=2999).contains(&day.year())).then_some(day)
}

/// When a day begins in Casablanca (UTC). Where its clocks jump over midnight, it begins with them.
pub(crate) fn beginning(day: NaiveDate) -> NaiveDateTime {
    let midnight = day.and_time(NaiveTime::MIN);
    match Casablanca.from_local_datetime(&midnight) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.naive_utc(),
        LocalResult::None => Casablanca.from_utc_datetime(&midnight).naive_utc(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("100005", Some(Named::Number(100_005)))]
    #[case("F100005", Some(Named::Number(100_005)))]
    #[case("f 000000100005", Some(Named::Number(100_005)))]
    #[case("١٠٠٠٠٥", Some(Named::Number(100_005)))]
    #[case("0", None)]
    #[case("1234567890123", None)]
    #[case("FF1", None)]
    #[case("'; DROP TABLE payments; --", None)]
    fn names(#[case] text: &str, #[case] read: Option<Named>) {
        assert_eq!(named(text), read);
    }

    #[test]
    fn a_public_reference_is_a_name() {
        let reference = Reference::of(100_005, 7);
        assert_eq!(named(&reference.to_string().to_lowercase()), Some(Named::Reference(reference)));
    }

    #[test]
    fn a_kept_filter_is_an_address_without_a_customer() {
        let typed = |name: &'static str| match name {
            "reference" => Ok("f 1&é"),
            "least" => Ok("168,42"),
            "phone" | "contract" => Ok("0612345678"),
            _ => Ok(""),
        };
        assert_eq!(Typed::read(typed).unwrap().query(), "reference=f%201%26%C3%A9&least=168%2C42");
    }

    #[rstest]
    #[case("2026-11-24", true)]
    #[case("٢٠٢٦-١١-٢٤", true)]
    #[case("24/11/2026", false)]
    #[case("2026-02-30", false)]
    #[case("1999-01-01", false)]
    #[case("2026-1-1", false)]
    fn days(#[case] text: &str, #[case] good: bool) {
        assert_eq!(day(text).is_some(), good);
    }

    /// Morocco keeps UTC+1 but for Ramadan.
    #[rstest]
    #[case("2026-11-24", "2026-11-23T23:00:00")]
    #[case("2026-03-01", "2026-03-01T00:00:00")]
    fn days_begin_in_casablanca(#[case] text: &str, #[case] at: &str) {
        assert_eq!(beginning(day(text).unwrap()), at.parse::<NaiveDateTime>().unwrap());
    }
}
