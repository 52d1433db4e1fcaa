//! The identification form: what a payer typed, checked before any biller is asked.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use crate::api::{FieldFault, FieldFaultKind};
use crate::card_numbers;
use crate::catalogue::{FieldFormat, FieldKind, FormField};
use crate::digits::to_ascii;

/// A value past this many characters is too long whatever the form says.
const VALUE_CHARS_MAX: u16 = 200;
/// Compiled patterns past this size are refused: an importer's typo must not eat the memory.
const REGEX_BYTES_MAX: usize = 1 << 20;
/// The sign that stands for a hidden character.
const HIDDEN: char = '•';
/// The length of the shortest card numbers.
const CARD_NUMBER_MIN: u16 = 13;

/// A pattern that must match the whole value. It cannot escape its anchors: `a|b` matches `a` or `b` and nothing more.
pub fn anchored(pattern: &str) -> Result<Regex, regex::Error> {
    // The pattern must be one by itself: `a)|(b` would otherwise slip out of the group.
    RegexBuilder::new(pattern).size_limit(REGEX_BYTES_MAX).build()?;
    RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(REGEX_BYTES_MAX).build()
}

/// Checks and cleans what was typed; every fault is reported, in the form's order, unknown fields last.
///
/// White space at the ends goes; empty optional fields and labels are left out; a ticked checkbox is `1` and another is
/// left out; Arabic-Indic and Persian digits of integer and decimal fields, and of those with a pattern, become ASCII,
/// the decimal separator a point; digits of other scripts are refused there.
/// A card number is refused, but where the form asks for as long a number itself.
pub fn validate(
    form: &[FormField],
    typed: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Vec<FieldFault>> {
    let mut values = BTreeMap::new();
    let mut faults = Vec::new();
    for field in form.iter().filter(|field| field.kind != FieldKind::Label) {
        match check(field, typed.get(&field.name).map_or("", String::as_str).trim()) {
            Ok(Some(value)) => {
                values.insert(field.name.clone(), value);
            }
            Ok(None) => {}
            Err(kind) => faults.push(FieldFault { field: field.name.clone(), kind }),
        }
    }
    for name in typed.keys().filter(|name| !form.iter().any(|field| field.name == **name)) {
        let field = name.chars().take(40).collect();
        faults.push(FieldFault { field, kind: FieldFaultKind::UnknownField });
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

fn check(field: &FormField, typed: &str) -> Result<Option<String>, FieldFaultKind> {
    let missing = || if field.required { Err(FieldFaultKind::Missing) } else { Ok(None) };
    match field.kind {
        _ if typed.is_empty() => missing(),
        FieldKind::Label => Ok(None),
        FieldKind::Checkbox => match typed {
            "1" | "on" | "true" => Ok(Some("1".to_owned())),
            "0" | "off" | "false" => missing(),
            _ => Err(FieldFaultKind::NotAChoice),
        },
        FieldKind::Select if field.values.iter().any(|choice| choice.value == typed) => Ok(Some(typed.to_owned())),
        FieldKind::Select => Err(FieldFaultKind::NotAChoice),
        FieldKind::Text | FieldKind::Password => check_text(field, typed).map(Some),
    }
}

fn check_text(field: &FormField, typed: &str) -> Result<String, FieldFaultKind> {
    let length = typed.chars().count();
    if card_numbers::holds_one(typed) && !asks_for_long_numbers(field) {
        return Err(FieldFaultKind::CardNumber);
    }
    let most = field.max_length.unwrap_or(VALUE_CHARS_MAX).min(VALUE_CHARS_MAX);
    if length > usize::from(most) {
        return Err(FieldFaultKind::TooLong(most));
    }
    let value = match field.format {
        // A pattern's `\d` would take the digits of every script, and billers know their own numbers only in ASCII.
        FieldFormat::String if field.regex.is_some() => typed.chars().map(to_ascii).collect(),
        FieldFormat::String => typed.to_owned(),
        FieldFormat::Integer => integer(typed).ok_or(FieldFaultKind::NotInteger)?,
        FieldFormat::Decimal => decimal(typed).ok_or(FieldFaultKind::NotDecimal)?,
    };
    if let Some(least) = field.min_length.filter(|least| length < usize::from(*least)) {
        return Err(FieldFaultKind::TooShort(least));
    }
    // Line ends and other controls have no place in one line, and would reach the biller's protocol.
    if value.chars().any(char::is_control) {
        return Err(FieldFaultKind::BadFormat);
    }
    match field.regex.as_deref().map(anchored) {
        Some(_) if value.chars().any(|c| !c.is_ascii() && c.is_numeric()) => Err(FieldFaultKind::BadFormat),
        Some(Ok(pattern)) if !pattern.is_match(&value) => Err(FieldFaultKind::BadFormat),
        // The import compiles every pattern; one that does not compile lets nothing through.
        Some(Err(_)) => Err(FieldFaultKind::BadFormat),
        _ => Ok(value),
    }
}

/// Whether a value can only be as long as a card number, such as a company's 15 digits: a tenth of those end in a right
/// check digit by chance.
fn asks_for_long_numbers(field: &FormField) -> bool {
    let stated = field.regex.is_some() || field.format == FieldFormat::Integer;
    stated && field.min_length.is_some_and(|least| least >= CARD_NUMBER_MIN)
}

fn integer(typed: &str) -> Option<String> {
    let digits: String = typed.chars().map(to_ascii).collect();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)
}

fn decimal(typed: &str) -> Option<String> {
    let text: String = typed.chars().map(to_ascii).map(|c| if c == ',' || c == '٫' { '.' } else { c }).collect();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sound = match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(&text),
    };
    sound.then_some(text)
}

/// A contract number as it may be shown: the last four characters at most, and never more than half of it.
pub fn mask(value: &str) -> String {
    let length = value.chars().count();
    let shown = (length / 2).min(4);
    value.chars().enumerate().map(|(at, c)| if at < length - shown { HIDDEN } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{FieldValue, Trilingual};
    use rstest::rstest;

    fn text(word: &str) -> Trilingual {
        Trilingual { ar: word.into(), fr: word.into(), en: word.into() }
    }

    fn field(name: &str) -> FormField {
        FormField {
            name: name.into(),
            label: text(name),
            hint: None,
            kind: FieldKind::Text,
            format: FieldFormat::String,
            min_length: None,
            max_length: None,
            regex: None,
            required: true,
            values: vec![],
        }
    }

    fn form() -> Vec<FormField> {
        let contract = FormField {
            format: FieldFormat::Integer,
            min_length: Some(8),
            max_length: Some(8),
            regex: Some(r"\d{8}".into()),
            ..field("contract")
        };
        let choice = |value: &str| FieldValue { value: value.into(), label: text(value) };
        vec![
            contract,
            FormField {
                kind: FieldKind::Select,
                required: false,
                values: vec![choice("primary"), choice("high")],
                ..field("level")
            },
            FormField { kind: FieldKind::Checkbox, required: false, ..field("late") },
            FormField { format: FieldFormat::Decimal, required: false, ..field("index") },
            FormField { regex: Some("AM|PM".into()), required: false, ..field("half") },
            FormField { regex: Some(r"TAX-\d{4}-\d".into()), required: false, ..field("code") },
            FormField { max_length: Some(3), min_length: Some(2), required: false, ..field("note") },
            FormField { kind: FieldKind::Label, required: false, ..field("help") },
        ]
    }

    fn typed(text: &str) -> BTreeMap<String, String> {
        text.split(';').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
    }

    #[rstest]
    #[case::plain("contract=12345678", "contract=12345678")]
    #[case::trimmed("contract= 12345678\n", "contract=12345678")]
    #[case::arabic_indic("contract=١٢٣٤٥٦٧٨", "contract=12345678")]
    #[case::persian("contract=۱۲۳۴۵۶۷۸", "contract=12345678")]
    #[case::select("contract=12345678;level=high", "contract=12345678;level=high")]
    #[case::empty_optional("contract=12345678;level= ", "contract=12345678")]
    #[case::ticked("contract=12345678;late=on", "contract=12345678;late=1")]
    #[case::not_ticked("contract=12345678;late=0", "contract=12345678")]
    #[case::decimal("contract=12345678;index=٣٫٥", "contract=12345678;index=3.5")]
    #[case::label_is_never_sent("contract=12345678;help=x", "contract=12345678")]
    #[case::characters_not_bytes("contract=12345678;note=éàü", "contract=12345678;note=éàü")]
    #[case::arabic_indic_in_a_pattern("contract=12345678;code=TAX-٢٠٢٦-١", "contract=12345678;code=TAX-2026-1")]
    #[case::arabic_indic_in_free_text("contract=12345678;note=٢٠", "contract=12345678;note=٢٠")]
    #[case::alternative("contract=12345678;half=PM", "contract=12345678;half=PM")]
    fn taken(#[case] input: &str, #[case] sent: &str) {
        assert_eq!(validate(&form(), &typed(input)).unwrap(), typed(sent));
    }

    #[rstest]
    #[case::missing("", "contract", FieldFaultKind::Missing)]
    #[case::blank("contract=  ", "contract", FieldFaultKind::Missing)]
    #[case::letters("contract=1234567x", "contract", FieldFaultKind::NotInteger)]
    #[case::signed("contract=-1234567", "contract", FieldFaultKind::NotInteger)]
    #[case::short("contract=1234567", "contract", FieldFaultKind::TooShort(8))]
    #[case::long("contract=123456789", "contract", FieldFaultKind::TooLong(8))]
    #[case::not_a_choice("contract=12345678;level=middle", "level", FieldFaultKind::NotAChoice)]
    #[case::checkbox("contract=12345678;late=maybe", "late", FieldFaultKind::NotAChoice)]
    #[case::two_points("contract=12345678;index=1.2.3", "index", FieldFaultKind::NotDecimal)]
    #[case::no_fraction("contract=12345678;index=1.", "index", FieldFaultKind::NotDecimal)]
    #[case::anchored("contract=12345678;half=AMX", "half", FieldFaultKind::BadFormat)]
    #[case::anchored_left("contract=12345678;half=XPM", "half", FieldFaultKind::BadFormat)]
    #[case::control("contract=12345678;note=a\nb", "note", FieldFaultKind::BadFormat)]
    #[case::other_digits("contract=12345678;code=TAX-2026-१", "code", FieldFaultKind::BadFormat)]
    #[case::wide_digits("contract=12345678;code=TAX-2026-１", "code", FieldFaultKind::BadFormat)]
    #[case::unknown("contract=12345678;pan=1", "pan", FieldFaultKind::UnknownField)]
    fn refused(#[case] input: &str, #[case] name: &str, #[case] kind: FieldFaultKind) {
        assert_eq!(validate(&form(), &typed(input)), Err(vec![FieldFault { field: name.into(), kind }]));
    }

    #[rstest]
    #[case::free_text(field("free"), "4000 0000 0000 0010", true)]
    #[case::among_words(field("free"), "card 4000000000000010 please", true)]
    #[case::too_long_besides(FormField { max_length: Some(8), ..field("n") }, "4000000000000010", true)]
    #[case::password(FormField { kind: FieldKind::Password, ..field("n") }, "4000000000000010", true)]
    #[case::wide_pattern(FormField { regex: Some(r"\d+".into()), min_length: Some(5), ..field("n") }, "4000000000000010", true)]
    #[case::asked_for(FormField { format: FieldFormat::Integer, min_length: Some(15), ..field("n") }, "378282246310005", false)]
    #[case::asked_for_by_pattern(FormField { regex: Some(r"\d{16}".into()), min_length: Some(16), ..field("n") }, "4000000000000010", false)]
    #[case::long_and_free(FormField { min_length: Some(13), ..field("n") }, "4000000000000010", true)]
    #[case::wrong_check_digit(field("free"), "4000000000000011", false)]
    fn card_numbers(#[case] field: FormField, #[case] typed: &str, #[case] refused: bool) {
        let fault = FieldFault { field: field.name.clone(), kind: FieldFaultKind::CardNumber };
        let typed = BTreeMap::from([(field.name.clone(), typed.to_owned())]);
        assert_eq!(validate(&[field], &typed).err(), refused.then(|| vec![fault]));
    }

    #[test]
    fn every_fault_at_once() {
        let faults = validate(&form(), &typed("level=x;note=a;zzz=1")).unwrap_err();
        let names: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(names, ["contract", "level", "note", "zzz"]);
    }

    #[test]
    fn a_value_without_a_stated_maximum_is_bounded() {
        let typed = BTreeMap::from([("free".to_owned(), "x".repeat(201))]);
        let fault = FieldFault { field: "free".into(), kind: FieldFaultKind::TooLong(200) };
        assert_eq!(validate(&[field("free")], &typed), Err(vec![fault]));
    }

    #[rstest]
    #[case("a)|(b")]
    #[case("(")]
    fn bad_patterns(#[case] pattern: &str) {
        assert!(anchored(pattern).is_err());
    }

    #[rstest]
    #[case("1234567890", "••••••7890")]
    #[case("12345678", "••••5678")]
    #[case("1234567", "••••567")]
    #[case("12", "•2")]
    #[case("1", "•")]
    #[case("", "")]
    #[case("ÉTÉ-2026", "••••2026")]
    fn masks(#[case] value: &str, #[case] masked: &str) {
        assert_eq!(mask(value), masked);
    }
}
