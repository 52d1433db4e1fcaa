//! Billers from a readable TOML file (docs/biller-file.md), with every fault reported at once.
//!
//! The file has its own shape, apart from the stored one: amounts are quoted decimals, a connector's URL may name a
//! variable, keys are in the singular where a table is repeated.

mod connector;
mod form;
pub(crate) mod reader;
pub(crate) mod receivable;
mod settlement;

use std::collections::BTreeSet;

use biller_adapters::ConnectorSettings;
use ledger::Money;
use rust_decimal::Decimal;
use toml::de::DeTable;

pub use reader::Fault;
use reader::{Faults, Node, Table};

use super::{Biller, Capture, Category, Trilingual, default_quote_hours};

/// Files past this many bytes are refused: the largest plausible biller needs a few kilobytes.
const FILE_BYTES_MAX: usize = 1_000_000;
/// The longest life of a quote: one year.
const QUOTE_HOURS_MAX: i64 = 8_784;
/// The longest name or label, in characters, that a page shows well.
const TEXT_MAX: usize = 300;
/// Longest mail address (RFC 5321).
const MAIL_MAX: usize = 254;

/// Reads the billers of one file: either one biller at the root or several under `[[biller]]`.
///
/// `variables` gives the values of `${NAME}` in connector URLs.
pub fn parse(text: &str, variables: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Biller>, Vec<Fault>> {
    let mut faults = Faults::new(text);
    let Some(document) = document(text, &mut faults) else { return Err(faults.into_sorted()) };
    let mut root = Table::root(&document);
    let tables = if document.get_ref().contains_key("biller") {
        let tables = root.tables("biller", &mut faults);
        if tables.is_empty() && faults.count() == 0 {
            faults.add(&(0..0), "biller", "expected at least one [[biller]]");
        }
        root.close(&mut faults);
        tables
    } else {
        vec![root]
    };
    let mut codes = BTreeSet::new();
    let mut billers = Vec::new();
    for table in tables {
        let (path, span) = (table.path.clone(), table.span.clone());
        let Some(biller) = biller(table, variables, &mut faults) else { continue };
        if !codes.insert(biller.code) {
            faults.add(&span, &path, format!("expected every biller once; found {} twice", biller.code));
        }
        billers.push(biller);
    }
    if faults.count() == 0 { Ok(billers) } else { Err(faults.into_sorted()) }
}

/// A file's tables, if it is TOML and not too large.
pub(crate) fn document<'t>(text: &'t str, faults: &mut Faults) -> Option<toml::Spanned<DeTable<'t>>> {
    if text.len() > FILE_BYTES_MAX {
        faults.add(&(0..0), "", format!("expected a file of at most {FILE_BYTES_MAX} bytes; found {}", text.len()));
        return None;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        faults.add(&error.span().unwrap_or(0..0), "", format!("not TOML: {}", error.message()));
    }
    errors.is_empty().then_some(document)
}

/// One biller; `None` only together with a fault.
fn biller(mut table: Table<'_>, variables: &dyn Fn(&str) -> Option<String>, faults: &mut Faults) -> Option<Biller> {
    let code_text = "a whole number of 4 digits, 1000 to 9999";
    let code = table.required("code", code_text, faults).and_then(|node| node.integer(1000..10_000, code_text, faults));
    let name = trilingual(&mut table, "name", faults);
    let category = table.required("category", CATEGORIES, faults).and_then(|node| category(&node, faults));
    let logo = table.optional("logo").and_then(|node| logo(&node, faults));
    let colour = table.optional("colour").and_then(|node| colour(&node, faults));
    let capture = table.optional("capture").map_or(Some(Capture::Automatic), |node| capture(&node, faults));
    let hours = table.optional("quote_lifetime_hours").map_or(Some(i64::from(default_quote_hours())), |node| {
        node.integer(1..QUOTE_HOURS_MAX + 1, "a whole number of hours, 1 to 8784", faults)
    });
    let connector = table
        .required("connector", "a table with protocol and its settings", faults)
        .and_then(|node| node.table(faults))
        .and_then(|table| connector::connector(table, variables, faults));
    let terms = table
        .required("settlement", "a table with name and rib, or with accounts", faults)
        .and_then(|node| node.table(faults))
        .and_then(|table| settlement::settlement(table, faults));
    let receivable_types = receivable::receivable_types(&mut table, faults);
    let span = table.span.clone();
    let path = if table.path.is_empty() { String::new() } else { format!("{}.", table.path) };
    table.close(faults);
    if let (Some(ConnectorSettings::FlatFile { .. }), Some(types)) = (&connector, &receivable_types) {
        for (at, kind) in types.iter().enumerate().filter(|(_, kind)| kind.cancellable) {
            let expected =
                format!("expected false or nothing: flat_file knows no cancellation; found true for {}", kind.code);
            faults.add(&span, &format!("{path}receivable_type[{at}].cancellable"), expected);
        }
    }
    Some(Biller {
        code: u16::try_from(code?).ok()?,
        name: name?,
        category: category?,
        logo,
        colour,
        connector: connector?,
        terms: terms?,
        capture: capture?,
        quote_lifetime_hours: u32::try_from(hours?).ok()?,
        receivable_types: receivable_types?,
        brand: None,
    })
}

const CATEGORIES: &str = "electricity_water, telecom, taxes_fees, education, housing or transport";

fn category(node: &Node<'_>, faults: &mut Faults) -> Option<Category> {
    match node.text(CATEGORIES, faults)? {
        "electricity_water" => Some(Category::ElectricityWater),
        "telecom" => Some(Category::Telecom),
        "taxes_fees" => Some(Category::TaxesFees),
        "education" => Some(Category::Education),
        "housing" => Some(Category::Housing),
        "transport" => Some(Category::Transport),
        _ => node.refuse(CATEGORIES, faults),
    }
}

fn capture(node: &Node<'_>, faults: &mut Faults) -> Option<Capture> {
    let expected = "automatic or manual";
    match node.text(expected, faults)? {
        "automatic" => Some(Capture::Automatic),
        "manual" => Some(Capture::Manual),
        _ => node.refuse(expected, faults),
    }
}

fn logo(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let expected = "a plain file name of letters, digits, '-' and '_' that ends in .svg";
    let name = node.text(expected, faults)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match name.strip_suffix(".svg") {
        Some(stem) if !stem.is_empty() && stem.len() <= 60 && stem.chars().all(plain) => Some(name.to_owned()),
        _ => node.refuse(expected, faults),
    }
}

fn colour(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let expected = "a colour of the form #rrggbb";
    let colour = node.text(expected, faults)?;
    match colour.strip_prefix('#') {
        Some(hex) if hex.len() == 6 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()) => Some(colour.to_owned()),
        _ => node.refuse(expected, faults),
    }
}

/// A text in three languages, none of them empty.
pub(crate) fn trilingual(table: &mut Table<'_>, key: &'static str, faults: &mut Faults) -> Option<Trilingual> {
    let node = table.required(key, "a table with ar, fr and en", faults)?;
    read_trilingual(node, faults)
}

fn optional_trilingual(table: &mut Table<'_>, key: &'static str, faults: &mut Faults) -> Option<Trilingual> {
    table.optional(key).and_then(|node| read_trilingual(node, faults))
}

fn read_trilingual(node: Node<'_>, faults: &mut Faults) -> Option<Trilingual> {
    let mut table = node.table(faults)?;
    let mut language = |key: &'static str| {
        let expected = "a text of 1 to 300 characters";
        let node = table.required(key, expected, faults)?;
        let text = node.text(expected, faults)?.trim();
        if text.is_empty() || text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) {
            return node.refuse(expected, faults);
        }
        Some(text.to_owned())
    };
    let (ar, fr, en) = (language("ar"), language("fr"), language("en"));
    table.close(faults);
    Some(Trilingual { ar: ar?, fr: fr?, en: en? })
}

/// An optional amount; the outer `None` is a fault.
fn optional_money(table: &mut Table<'_>, key: &'static str, faults: &mut Faults) -> Option<Option<Money>> {
    table.optional(key).map_or(Some(None), |node| money(&node, faults).map(Some))
}

pub(crate) fn money(node: &Node<'_>, faults: &mut Faults) -> Option<Money> {
    let expected = "a quoted amount with two decimal places, such as \"168.00\"";
    let text = node.text(expected, faults)?;
    match Money::parse_wire(text) {
        Ok(money) if text.contains('.') => Some(money),
        _ => node.refuse(expected, faults),
    }
}

/// A mail address; the mail itself is the only real proof.
pub(crate) fn mail(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let expected = "a mail address, such as float@network.example.ma";
    let mail = node.text(expected, faults)?;
    let plain = mail.len() <= MAIL_MAX && mail.chars().all(|c| c.is_ascii_graphic() && !"<>,;\"()".contains(c));
    let sound = mail.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
    });
    if plain && sound { Some(mail.to_owned()) } else { node.refuse(expected, faults) }
}

/// A percentage from 0 to 100 with at most four decimal places, quoted.
fn percent(node: &Node<'_>, faults: &mut Faults) -> Option<Decimal> {
    let expected = "a quoted percentage from \"0\" to \"100\" with at most four decimal places, such as \"0.5\"";
    let text = node.text(expected, faults)?;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.len() <= 8;
    match text.parse::<Decimal>() {
        Ok(percent) if plain && percent <= Decimal::ONE_HUNDRED && percent.scale() <= 4 => Some(percent),
        _ => node.refuse(expected, faults),
    }
}

/// Faults every value that occurs twice; `key` names what must be unique.
pub(crate) fn refuse_twice<'t, T: Ord + std::fmt::Display + 't>(
    items: impl Iterator<Item = (T, &'t str, &'t std::ops::Range<usize>)>,
    key: &str,
    faults: &mut Faults,
) {
    let mut seen = BTreeSet::new();
    for (value, path, span) in items {
        let text = value.to_string();
        if !seen.insert(value) {
            faults.add(span, path, format!("expected every {key} once; found {text} again"));
        }
    }
}

#[cfg(test)]
mod tests;
