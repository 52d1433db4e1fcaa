//! The `[[receivable_type]]` tables: rule, limits, fees. Their forms are read in `form`.

use std::ops::Range;
use std::str::FromStr;

use ledger::{Channel, Instrument, Money};
use rust_decimal::Decimal;

use super::form::form;
use super::reader::{Faults, Node, Table};
use super::{money, optional_money, percent, refuse_twice, trilingual};
use crate::catalogue::{AmountRule, FeeSlab, Limit, ReceivableType, matrix_allows};

pub(super) fn receivable_types(table: &mut Table<'_>, faults: &mut Faults) -> Option<Vec<ReceivableType>> {
    let tables = table.tables("receivable_type", faults);
    if tables.is_empty() {
        faults.add(&table.span, &path(table, "receivable_type"), "missing: expected at least one [[receivable_type]]");
        return None;
    }
    let places: Vec<(String, Range<usize>)> = tables.iter().map(|t| (t.path.clone(), t.span.clone())).collect();
    let types: Vec<Option<ReceivableType>> = tables.into_iter().map(|t| receivable_type(t, faults)).collect();
    let codes = types
        .iter()
        .zip(&places)
        .filter_map(|(kind, (path, span))| kind.as_ref().map(|kind| (kind.code.as_str(), path.as_str(), span)));
    refuse_twice(codes, "receivable type", faults);
    types.into_iter().collect()
}

fn path(table: &Table<'_>, key: &str) -> String {
    if table.path.is_empty() { key.to_owned() } else { format!("{}.{key}", table.path) }
}

fn receivable_type(mut table: Table<'_>, faults: &mut Faults) -> Option<ReceivableType> {
    let code = table.required("code", CODE, faults).and_then(|node| code(&node, faults));
    let name = trilingual(&mut table, "name", faults);
    let fetch = table.optional("fetch").map_or(Some(true), |node| node.boolean(faults));
    let tax = table.optional("tax").map_or(Some(false), |node| node.boolean(faults));
    let cancellable = table.optional("cancellable").map_or(Some(false), |node| node.boolean(faults));
    let amount_rule = amount_rule(&mut table, fetch, faults);
    let form = form(&mut table, faults);
    let limits = limits(&mut table, faults);
    let fees = fees(&mut table, "fee", faults);
    table.close(faults);
    Some(ReceivableType {
        code: code?,
        name: name?,
        form: form?,
        amount_rule: amount_rule?,
        fetch: fetch?,
        tax: tax?,
        cancellable: cancellable?,
        limits: limits?,
        fees: fees?,
    })
}

const CODE: &str = "exactly 2 digits in quotes, such as \"02\"";

fn code(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let code = node.text(CODE, faults)?;
    if code.len() == 2 && code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(code.to_owned());
    }
    node.refuse(CODE, faults)
}

fn amount_rule(table: &mut Table<'_>, fetch: Option<bool>, faults: &mut Faults) -> Option<AmountRule> {
    const RULES: &str = "exact, exact_or_more, exact_or_less, any or range";
    let mut rule =
        table.required("amount", "a table with rule, such as { rule = \"exact\" }", faults)?.table(faults)?;
    let node = rule.required("rule", RULES, faults)?;
    let found = match node.text(RULES, faults)? {
        "exact" => Some(AmountRule::Exact),
        "exact_or_more" => Some(AmountRule::ExactOrMore),
        "exact_or_less" => Some(AmountRule::ExactOrLess),
        "any" => Some(AmountRule::Any),
        "range" => range(&mut rule, faults),
        _ => node.refuse(RULES, faults),
    };
    rule.close(faults);
    let needs_what_is_due =
        matches!(found, Some(AmountRule::Exact | AmountRule::ExactOrMore | AmountRule::ExactOrLess));
    if fetch == Some(false) && needs_what_is_due {
        return node.refuse("any or range, because nothing is fetched (fetch = false)", faults);
    }
    found
}

fn range(rule: &mut Table<'_>, faults: &mut Faults) -> Option<AmountRule> {
    let span = rule.span.clone();
    let path = rule.path.clone();
    let mut bound = |key, expected| rule.required(key, expected, faults).and_then(|node| money(&node, faults));
    let (min, max) = (bound("min", "the least amount"), bound("max", "the most"));
    let multiple = bound("multiple", "the step, such as \"10.00\"");
    let (min, max, multiple) = (min?, max?, multiple?);
    let sound = min.is_positive() && multiple.is_positive() && min <= max;
    // Some multiple must lie between the bounds, or nothing could ever be paid.
    if !sound || max.minor() / multiple.minor() * multiple.minor() < min.minor() {
        faults.add(&span, &path, "expected 0 < min <= max and a multiple that fits between them");
        return None;
    }
    Some(AmountRule::Range { min, max, multiple })
}

fn limits(table: &mut Table<'_>, faults: &mut Faults) -> Option<Vec<Limit>> {
    let tables = table.tables("limit", faults);
    if tables.is_empty() {
        let expected = "missing: expected at least one [[receivable_type.limit]]; a pair without one is not offered";
        faults.add(&table.span, &path(table, "limit"), expected);
        return None;
    }
    let places: Vec<(String, Range<usize>)> = tables.iter().map(|t| (t.path.clone(), t.span.clone())).collect();
    let limits: Vec<Option<Limit>> = tables.into_iter().map(|t| limit(t, faults)).collect();
    let pairs = limits.iter().zip(&places).filter_map(|(limit, (path, span))| {
        limit.as_ref().map(|limit| (format!("{} {}", limit.channel, limit.instrument), path.as_str(), span))
    });
    refuse_twice(pairs, "pair of channel and instrument", faults);
    limits.into_iter().collect()
}

fn limit(mut table: Table<'_>, faults: &mut Faults) -> Option<Limit> {
    let channel: Option<Channel> = word(&mut table, "channel", "WEB, IVR, TEL, AGT, POS or API", faults);
    let instrument: Option<Instrument> = word(&mut table, "instrument", "card, wallet or cash", faults);
    let bounds = bounds(&mut table, "min", "max", faults);
    let (path, span) = (table.path.clone(), table.span.clone());
    table.close(faults);
    let ((min, max), channel, instrument) = (bounds?, channel?, instrument?);
    if !matrix_allows(channel, instrument) {
        let rule = "cash only on AGT and POS, card only on WEB, TEL and IVR, wallet anywhere, no transfer";
        faults.add(&span, &path, format!("expected {rule}; found {channel} {instrument}"));
        return None;
    }
    Some(Limit { channel, instrument, min, max })
}

fn word<T: FromStr>(table: &mut Table<'_>, key: &'static str, expected: &str, faults: &mut Faults) -> Option<T> {
    let node = table.required(key, expected, faults)?;
    match node.text(expected, faults)?.parse() {
        Ok(word) => Some(word),
        Err(_) => node.refuse(expected, faults),
    }
}

type Bounds = (Option<Money>, Option<Money>);

/// Two optional inclusive bounds, the first not above the second.
fn bounds(table: &mut Table<'_>, low_key: &'static str, high_key: &'static str, faults: &mut Faults) -> Option<Bounds> {
    let low = optional_money(table, low_key, faults);
    let high = optional_money(table, high_key, faults);
    let (low, high) = (low?, high?);
    if let (Some(least), Some(most)) = (low, high)
        && least > most
    {
        let expected = format!("expected {low_key} <= {high_key}; found {least} and {most}");
        faults.add(&table.span, &path(table, low_key), expected);
        return None;
    }
    Some((low, high))
}

/// The slabs of a tariff under a key.
pub(crate) fn fees(table: &mut Table<'_>, key: &'static str, faults: &mut Faults) -> Option<Vec<FeeSlab>> {
    let tables = table.tables(key, faults);
    let places: Vec<(String, Range<usize>)> = tables.iter().map(|t| (t.path.clone(), t.span.clone())).collect();
    let slabs: Vec<Option<FeeSlab>> = tables.into_iter().map(|t| slab(t, faults)).collect();
    for (at, slab) in slabs.iter().enumerate() {
        let overlaps = |other: &FeeSlab| slab.as_ref().is_some_and(|slab| overlap(slab, other));
        if let Some(other) = slabs[..at].iter().position(|other| other.as_ref().is_some_and(overlaps)) {
            let (path, span) = &places[at];
            faults.add(
                span,
                path,
                format!("expected slabs of one date not to overlap; this one overlaps {key}[{other}]"),
            );
        }
    }
    slabs.into_iter().collect()
}

fn overlap(a: &FeeSlab, b: &FeeSlab) -> bool {
    let reaches = |from: Option<Money>, to: Option<Money>| match (from, to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    a.effective_from == b.effective_from && reaches(a.from, b.to) && reaches(b.from, a.to)
}

fn slab(mut table: Table<'_>, faults: &mut Faults) -> Option<FeeSlab> {
    let effective_from =
        table.required("effective_from", "a date of the form 2026-01-01", faults).and_then(|node| node.date(faults));
    let amounts = bounds(&mut table, "from", "to", faults);
    let flat = optional_money(&mut table, "flat", faults);
    let share = table.optional("percent").map_or(Some(Decimal::ZERO), |node| percent(&node, faults));
    let clamp = bounds(&mut table, "min", "max", faults);
    let vat = table
        .required("vat_percent", "the VAT on the fee, such as \"20\"", faults)
        .and_then(|node| percent(&node, faults));
    table.close(faults);
    let ((from, to), (min, max)) = (amounts?, clamp?);
    Some(FeeSlab {
        effective_from: effective_from?,
        from,
        to,
        flat: flat?.unwrap_or_default(),
        percent: share?,
        min,
        max,
        vat_percent: vat?,
    })
}
