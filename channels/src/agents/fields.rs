//! What a request says, read strictly: every fault is found at once, and nothing unknown is passed over.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use ledger::{Language, Money};
use payments::{card_numbers, phone};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::problem::{Code, FieldProblem, Problem};

/// The most fields of one object: the largest form with room to spare.
const FIELDS_MAX: usize = 100;
/// An amount past a million million is nobody's bill, and leaves room for sums.
const AMOUNT_MAX: Money = Money::from_minor(100_000_000_000_000);

/// The fields of an object, taken out one by one. What is wrong is noted, and a harmless value given in its place:
/// [`Fields::finish`] comes before anything is done.
pub(super) struct Fields {
    code: Code,
    path: String,
    values: Map<String, Value>,
    faults: Vec<FieldProblem>,
}

impl Fields {
    /// The object of a JSON body.
    pub fn of_json(body: &[u8]) -> Result<Self, Problem> {
        let bad =
            |what: String| Problem::new(Code::BadJson, format!("The body must be one JSON object in UTF-8: {what}."));
        let Unique(value) = serde_json::from_slice(body).map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            match error.classify() {
                serde_json::error::Category::Data => bad(format!("a field stands twice at {place}")),
                _ => bad(format!("it cannot be read at {place}")),
            }
        })?;
        match value {
            Value::Object(values) => Ok(Self::of(Code::BadField, String::new(), values)),
            _ => Err(bad("it is of another type".to_owned())),
        }
    }

    /// The parameters of a query; none may stand twice.
    pub fn of_query(query: &str) -> Result<Self, Problem> {
        let bad = |what: &str| Problem::new(Code::BadQuery, format!("The query {what}."));
        let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(query);
        let pairs = pairs.map_err(|_| bad("cannot be read"))?.into_inner();
        let mut values = Map::new();
        for (name, value) in pairs {
            if values.insert(name, Value::String(value)).is_some() {
                return Err(bad("names a parameter twice"));
            }
        }
        Ok(Self::of(Code::BadQuery, String::new(), values))
    }

    fn of(code: Code, path: String, values: Map<String, Value>) -> Self {
        Self { code, path, values, faults: Vec::new() }
    }

    /// Notes a fault.
    pub fn fault(&mut self, field: &str, code: &'static str, detail: impl Into<String>) {
        self.faults.push(FieldProblem { field: format!("{}{field}", self.path), code, detail: detail.into() });
    }

    /// What stands in a field; `null` is nothing.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name).filter(|value| !value.is_null())
    }

    fn missing(&mut self, name: &str) {
        self.fault(name, "missing", "is missing");
    }

    /// A text of so many characters, or nothing.
    pub fn optional_text(&mut self, name: &str, chars: RangeInclusive<usize>) -> Option<String> {
        let Value::String(text) = self.take(name)? else {
            self.fault(name, "not-text", "must be a string");
            return None;
        };
        if text.chars().any(char::is_control) {
            self.fault(name, "control-character", "must not hold control characters");
        } else if !chars.contains(&text.chars().count()) {
            let (least, most) = (chars.start(), chars.end());
            self.fault(name, "length", format!("must have {least} to {most} characters"));
        } else {
            return Some(text);
        }
        None
    }

    /// A text of so many characters.
    pub fn text(&mut self, name: &str, chars: RangeInclusive<usize>) -> String {
        if self.values.get(name).is_none_or(Value::is_null) {
            self.missing(name);
        }
        self.optional_text(name, chars).unwrap_or_default()
    }

    /// Words that people wrote: without white space at the ends, and never a card number.
    pub fn optional_words(&mut self, name: &str, most: usize) -> Option<String> {
        let text = self.optional_text(name, 1..=most)?;
        if card_numbers::holds_one(&text) {
            self.fault(name, "card-number", "must not hold a card number");
            return None;
        }
        match text.trim() {
            "" => {
                self.fault(name, "length", "must not be blank");
                None
            }
            words => Some(words.to_owned()),
        }
    }

    /// The same where they must be there.
    pub fn words(&mut self, name: &str, most: usize) -> String {
        if self.values.get(name).is_none_or(Value::is_null) {
            self.missing(name);
        }
        self.optional_words(name, most).unwrap_or_default()
    }

    /// An amount, or nothing.
    pub fn optional_amount(&mut self, name: &str) -> Option<Money> {
        let amount = match self.take(name)? {
            Value::String(text) => Money::parse_wire(&text).ok().filter(|amount| *amount <= AMOUNT_MAX),
            _ => None,
        };
        if amount.is_none() {
            self.fault(name, "not-an-amount", "must be a string such as \"168.42\": dirhams with two decimal places");
        }
        amount
    }

    /// An amount.
    pub fn amount(&mut self, name: &str) -> Money {
        if self.values.get(name).is_none_or(Value::is_null) {
            self.missing(name);
        }
        self.optional_amount(name).unwrap_or(Money::ZERO)
    }

    /// A whole number within bounds, or nothing. A query's numbers are texts.
    pub fn optional_number(&mut self, name: &str, bounds: RangeInclusive<i64>) -> Option<i64> {
        let number = match self.take(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) if self.code == Code::BadQuery => text.parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            let (least, most) = (bounds.start(), bounds.end());
            self.fault(name, "not-a-number", format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    /// A whole number within bounds.
    pub fn number(&mut self, name: &str, bounds: RangeInclusive<i64>) -> i64 {
        if self.values.get(name).is_none_or(Value::is_null) {
            self.missing(name);
        }
        self.optional_number(name, bounds).unwrap_or_default()
    }

    /// True or false; nothing is false.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(_) => {
                self.fault(name, "not-a-flag", "must be true or false");
                false
            }
        }
    }

    /// One of some words, or nothing.
    pub fn optional_choice<T>(&mut self, name: &str, words: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = self.take(name)?;
        let read = value.as_str().and_then(read);
        if read.is_none() {
            self.fault(name, "not-a-choice", format!("must be {words}"));
        }
        read
    }

    /// The customer's language; French where none is said.
    pub fn language(&mut self) -> Language {
        let read = |word: &str| word.parse().ok();
        self.optional_choice("language", "ar, fr or en", read).unwrap_or(Language::Fr)
    }

    /// The number of a customer's mobile, as `+212...`.
    pub fn optional_mobile(&mut self, name: &str) -> Option<String> {
        let text = self.optional_text(name, 1..=30)?;
        let number = phone::normalise(&text).ok().filter(|number| phone::is_mobile(number));
        if number.is_none() {
            self.fault(name, "not-a-mobile", "must be a Moroccan mobile number such as +212612345678");
        }
        number
    }

    /// Texts by name.
    pub fn texts_by_name(&mut self, name: &str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        match self.take(name) {
            None => self.missing(name),
            Some(Value::Object(values)) if values.len() <= FIELDS_MAX => {
                for (key, value) in values {
                    match value {
                        Value::String(text) => drop(texts.insert(key, text)),
                        _ => {
                            let shown: String = key.chars().take(40).collect();
                            self.fault(&format!("{name}.{shown}"), "not-text", "must be a string");
                        }
                    }
                }
            }
            Some(_) => self.fault(name, "not-an-object", format!("must be an object of at most {FIELDS_MAX} strings")),
        }
        texts
    }

    /// A list of at most so many, each read by itself.
    pub fn list<T>(
        &mut self,
        name: &str,
        most: usize,
        mut read: impl FnMut(&mut Self, Value, &str) -> Option<T>,
    ) -> Vec<T> {
        match self.take(name) {
            None => {
                self.missing(name);
                Vec::new()
            }
            Some(Value::Array(values)) if values.len() <= most => {
                let each = values.into_iter().enumerate();
                each.filter_map(|(at, value)| read(self, value, &format!("{name}[{at}]"))).collect()
            }
            Some(_) => {
                self.fault(name, "not-a-list", format!("must be a list of at most {most}"));
                Vec::new()
            }
        }
    }

    /// An object within: its faults become this one's.
    pub fn within<T>(&mut self, value: Value, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let Value::Object(values) = value else {
            self.fault(name, "not-an-object", "must be an object");
            return None;
        };
        let mut inner = Self::of(self.code, format!("{}{name}.", self.path), values);
        let read = read(&mut inner);
        inner.refuse_rest();
        self.faults.append(&mut inner.faults);
        Some(read)
    }

    fn refuse_rest(&mut self) {
        let rest: Vec<String> =
            self.values.keys().take(FIELDS_MAX).map(|name| name.chars().take(40).collect()).collect();
        for name in rest {
            self.fault(&name, "unknown-field", "is not known here");
        }
    }

    /// Refuses the request if anything was wrong with it.
    pub fn finish(mut self) -> Result<(), Problem> {
        self.refuse_rest();
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::of_fields(self.code, self.faults)) }
    }
}

/// JSON in which no object has a field twice: one reader would take the first, another the last.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    // A number with a point is no field of ours; that it was a number is all that is kept of it.
    #[expect(clippy::disallowed_types, reason = "serde names the type; nothing is computed with it")]
    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Array(Vec::new()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some((name, Unique(value))) = map.next_entry::<String, Unique>()? {
            if values.insert(name, value).is_some() {
                return Err(de::Error::custom("a field stands twice"));
            }
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"a":1}"#, true)]
    #[case(r#"{"a":1,"a":2}"#, false)]
    #[case(r#"{"a":{"b":1,"b":1}}"#, false)]
    #[case(r#"[{"a":1}]"#, false)]
    #[case("null", false)]
    #[case("", false)]
    #[case("{", false)]
    #[case("{\"a\":\"\u{0}\"}", false)]
    #[case(r#"{"a":1e999}"#, false)]
    #[case(r#"{"a":1.5}"#, true)]
    fn bodies(#[case] body: &str, #[case] good: bool) {
        assert_eq!(Fields::of_json(body.as_bytes()).is_ok(), good);
    }

    #[rstest]
    #[case(r#""168.42""#, Some(16_842))]
    #[case(r#""168""#, Some(16_800))]
    #[case(r#""1000000000000.00""#, Some(100_000_000_000_000))]
    #[case(r#""1000000000000.01""#, None)]
    #[case(r#""99999999999999999999999.00""#, None)]
    #[case("168.42", None)]
    #[case("168", None)]
    #[case(r#""168.4""#, None)]
    #[case(r#""10.005""#, None)]
    #[case(r#""-1.00""#, None)]
    #[case(r#"" 1.00""#, None)]
    #[case("true", None)]
    fn amounts(#[case] written: &str, #[case] minor: Option<i64>) {
        let mut fields = Fields::of_json(format!("{{\"amount\":{written}}}").as_bytes()).unwrap();
        assert_eq!(fields.optional_amount("amount").map(Money::minor), minor);
        assert_eq!(fields.finish().is_ok(), minor.is_some());
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let mut fields = Fields::of_json(br#"{"till":7,"extra":1,"words":"4111 1111 1111 1111"}"#).unwrap();
        fields.text("reference", 1..=64);
        fields.text("till", 1..=20);
        fields.optional_words("words", 60);
        fields.fault("here", "own", "is wrong");
        let Err(problem) = fields.finish() else { panic!("it was taken") };
        assert_eq!(problem.code(), Code::BadField);
        let text = format!("{problem:?}");
        for part in ["\"reference\", code: \"missing\"", "\"till\", code: \"not-text\"", "card-number", "unknown-field"]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
