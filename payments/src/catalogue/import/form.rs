//! The `[[receivable_type.field]]` tables: the identification form.

use std::ops::Range;

use super::reader::{Faults, Node, Table};
use super::{optional_trilingual, refuse_twice, trilingual};
use crate::catalogue::{FieldFormat, FieldKind, FieldValue, FormField};

/// The longest value a field may ask for.
const LENGTH_MAX: i64 = 200;
/// The longest pattern.
const REGEX_MAX: usize = 200;

pub(super) fn form(table: &mut Table<'_>, faults: &mut Faults) -> Option<Vec<FormField>> {
    let tables = table.tables("field", faults);
    if tables.is_empty() {
        let path = format!("{}.field", table.path);
        faults.add(&table.span, &path, "missing: expected at least one [[receivable_type.field]]");
        return None;
    }
    let places: Vec<(String, Range<usize>)> = tables.iter().map(|t| (t.path.clone(), t.span.clone())).collect();
    let fields: Vec<Option<FormField>> = tables.into_iter().map(|t| field(t, faults)).collect();
    let names = fields
        .iter()
        .zip(&places)
        .filter_map(|(field, (path, span))| field.as_ref().map(|field| (field.name.as_str(), path.as_str(), span)));
    refuse_twice(names, "field name", faults);
    fields.into_iter().collect()
}

fn field(mut table: Table<'_>, faults: &mut Faults) -> Option<FormField> {
    let name = table.required("name", NAME, faults).and_then(|node| name(&node, faults));
    let label = trilingual(&mut table, "label", faults);
    let hint = optional_trilingual(&mut table, "hint", faults);
    let kind = table.optional("kind").map_or(Some(FieldKind::Text), |node| kind(&node, faults));
    let format = table.optional("format").map_or(Some(FieldFormat::String), |node| format_of(&node, faults));
    let min_length = length(&mut table, "min_length", faults);
    let max_length = length(&mut table, "max_length", faults);
    let regex = table.optional("regex").map_or(Some(None), |node| regex(&node, faults).map(Some));
    let required = required(&mut table, kind, faults);
    let values = values(&mut table, kind, faults);
    let (path, span) = (table.path.clone(), table.span.clone());
    table.close(faults);
    let (min_length, max_length) = (min_length?, max_length?);
    if let (Some(min), Some(max)) = (min_length, max_length)
        && min > max
    {
        faults.add(&span, &path, format!("expected min_length <= max_length; found {min} and {max}"));
        return None;
    }
    Some(FormField {
        name: name?,
        label: label?,
        hint,
        kind: kind?,
        format: format?,
        min_length,
        max_length,
        regex: regex?,
        required: required?,
        values: values?,
    })
}

const NAME: &str = "a field name of letters, digits and _, beginning with a letter, at most 40";

fn name(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let name = node.text(NAME, faults)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() <= 40 && name.chars().all(allowed) {
        return Some(name.to_owned());
    }
    node.refuse(NAME, faults)
}

fn kind(node: &Node<'_>, faults: &mut Faults) -> Option<FieldKind> {
    const KINDS: &str = "text, select, password, label or checkbox";
    match node.text(KINDS, faults)? {
        "text" => Some(FieldKind::Text),
        "select" => Some(FieldKind::Select),
        "password" => Some(FieldKind::Password),
        "label" => Some(FieldKind::Label),
        "checkbox" => Some(FieldKind::Checkbox),
        _ => node.refuse(KINDS, faults),
    }
}

fn format_of(node: &Node<'_>, faults: &mut Faults) -> Option<FieldFormat> {
    const FORMATS: &str = "string, integer or decimal";
    match node.text(FORMATS, faults)? {
        "string" => Some(FieldFormat::String),
        "integer" => Some(FieldFormat::Integer),
        "decimal" => Some(FieldFormat::Decimal),
        _ => node.refuse(FORMATS, faults),
    }
}

fn length(table: &mut Table<'_>, key: &'static str, faults: &mut Faults) -> Option<Option<u16>> {
    let Some(node) = table.optional(key) else { return Some(None) };
    let length = node.integer(1..LENGTH_MAX + 1, "a whole number of characters, 1 to 200", faults)?;
    u16::try_from(length).ok().map(Some)
}

fn regex(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let expected = "a regular expression of at most 200 characters that compiles";
    let pattern = node.text(expected, faults)?;
    if pattern.chars().count() > REGEX_MAX || crate::form::anchored(pattern).is_err() {
        return node.refuse(expected, faults);
    }
    Some(pattern.to_owned())
}

fn required(table: &mut Table<'_>, kind: Option<FieldKind>, faults: &mut Faults) -> Option<bool> {
    let is_label = kind == Some(FieldKind::Label);
    let Some(node) = table.optional("required") else { return Some(!is_label) };
    let required = node.boolean(faults)?;
    if required && is_label {
        return node.refuse("false or nothing: a label is never sent", faults);
    }
    Some(required)
}

fn values(table: &mut Table<'_>, kind: Option<FieldKind>, faults: &mut Faults) -> Option<Vec<FieldValue>> {
    let tables = table.tables("value", faults);
    let places: Vec<(String, Range<usize>)> = tables.iter().map(|t| (t.path.clone(), t.span.clone())).collect();
    let (path, span) = (format!("{}.value", table.path), table.span.clone());
    match kind {
        Some(FieldKind::Select) if tables.is_empty() => {
            faults.add(&span, &path, "missing: expected at least one value for a select");
        }
        Some(FieldKind::Select) | None => {}
        Some(_) if !tables.is_empty() => faults.add(&span, &path, "expected values for a select only"),
        Some(_) => {}
    }
    let values: Vec<Option<FieldValue>> = tables.into_iter().map(|t| value(t, faults)).collect();
    let sent = values
        .iter()
        .zip(&places)
        .filter_map(|(value, (path, span))| value.as_ref().map(|value| (value.value.as_str(), path.as_str(), span)));
    refuse_twice(sent, "value", faults);
    values.into_iter().collect()
}

fn value(mut table: Table<'_>, faults: &mut Faults) -> Option<FieldValue> {
    let expected = "a text of 1 to 100 characters without white space at its ends";
    let value = table.required("value", expected, faults).and_then(|node| {
        let text = node.text(expected, faults)?;
        if text.is_empty() || text.trim() != text || text.chars().count() > 100 {
            return node.refuse(expected, faults);
        }
        Some(text.to_owned())
    });
    let label = trilingual(&mut table, "label", faults);
    table.close(faults);
    Some(FieldValue { value: value?, label: label? })
}
