//! Billers with their forms, and what a customer owes.

use ::payments::api::{FindBills, Found};
use ::payments::catalogue::{AmountRule, Biller, FieldFormat, FieldKind, FormField, Limit, ReceivableType, Trilingual};
use actix_web::HttpResponse;
use ledger::{Channel, Instrument};
use serde_json::{Value, json};

use super::problem::{Code, Problem};
use super::{Call, done, show};

/// Billers that can be paid in cash at an outlet.
pub(crate) async fn list_billers(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    let catalogue = call.hub().catalogue();
    let billers = catalogue.billers().iter().filter_map(|biller| {
        let kinds: Vec<Value> = biller
            .receivable_types
            .iter()
            .filter(|kind| cash_limit(kind).is_some())
            .map(|kind| json!({ "code": kind.code, "name": names(&kind.name) }))
            .collect();
        (!kinds.is_empty()).then(|| {
            let mut shown = head(&call, biller);
            shown["receivable_types"] = kinds.into();
            shown
        })
    });
    Ok(done(&json!({ "billers": billers.collect::<Vec<_>>() })))
}

/// One biller, with the forms of its receivable types.
pub(crate) async fn show_biller(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    let unknown = || Problem::new(Code::UnknownBiller, "GET /agents/v1/billers lists those that can be paid.");
    let code = call.number("biller").and_then(|code| u16::try_from(code).ok()).ok_or_else(unknown)?;
    let catalogue = call.hub().catalogue();
    let biller = catalogue.get(code).ok_or_else(unknown)?;
    let kinds: Vec<Value> = biller.receivable_types.iter().filter_map(describe).collect();
    if kinds.is_empty() {
        return Err(unknown());
    }
    let mut shown = head(&call, biller);
    shown["receivable_types"] = kinds.into();
    Ok(done(&shown))
}

/// Asks the biller what a customer owes.
pub(crate) async fn find_bills(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let biller = body.number("biller", 1_000..=9_999);
    let receivable_type = body.text("receivable_type", 2..=2);
    let fields = body.texts_by_name("fields");
    let language = body.language();
    body.finish()?;
    call.look_up()?;
    let biller = u16::try_from(biller).unwrap_or_default();
    let request = FindBills { biller, receivable_type, fields, channel: Channel::Agt, language };
    Ok(done(&match call.hub().find_bills(request).await? {
        Found::Bill(inquiry) => show::inquiry(&inquiry),
        Found::NothingDue => json!({ "outcome": "nothing-due" }),
        Found::UnknownCustomer => json!({ "outcome": "unknown-customer" }),
    }))
}

fn head(call: &Call, biller: &Biller) -> Value {
    json!({
        "code": biller.code,
        "name": names(&biller.name),
        "category": biller.category,
        "available": call.hub().is_available(biller.code, Channel::Agt),
    })
}

fn cash_limit(kind: &ReceivableType) -> Option<&Limit> {
    kind.limits.iter().find(|limit| limit.channel == Channel::Agt && limit.instrument == Instrument::Cash)
}

fn describe(kind: &ReceivableType) -> Option<Value> {
    let limit = cash_limit(kind)?;
    Some(json!({
        "code": kind.code,
        "name": names(&kind.name),
        "fetch": kind.fetch,
        "cancellable": kind.cancellable,
        "amount_rule": rule(&kind.amount_rule),
        "min": limit.min.map(show::money),
        "max": limit.max.map(show::money),
        "form": kind.form.iter().map(field).collect::<Vec<_>>(),
    }))
}

fn rule(rule: &AmountRule) -> Value {
    match rule {
        AmountRule::Exact => json!({ "rule": "exact" }),
        AmountRule::ExactOrMore => json!({ "rule": "exact-or-more" }),
        AmountRule::ExactOrLess => json!({ "rule": "exact-or-less" }),
        AmountRule::Any => json!({ "rule": "any" }),
        AmountRule::Range { min, max, multiple } => json!({
            "rule": "range", "min": show::money(*min), "max": show::money(*max), "multiple": show::money(*multiple),
        }),
    }
}

fn field(field: &FormField) -> Value {
    let kind = match field.kind {
        FieldKind::Text => "text",
        FieldKind::Select => "select",
        FieldKind::Password => "password",
        FieldKind::Label => "label",
        FieldKind::Checkbox => "checkbox",
    };
    let format = match field.format {
        FieldFormat::String => "string",
        FieldFormat::Integer => "integer",
        FieldFormat::Decimal => "decimal",
    };
    let choices: Vec<Value> =
        field.values.iter().map(|choice| json!({ "value": choice.value, "label": names(&choice.label) })).collect();
    json!({
        "name": field.name,
        "label": names(&field.label),
        "hint": field.hint.as_ref().map(names),
        "kind": kind,
        "format": format,
        "required": field.required,
        "min_length": field.min_length,
        "max_length": field.max_length,
        "pattern": field.regex,
        "choices": choices,
    })
}

fn names(text: &Trilingual) -> Value {
    json!({ "ar": text.ar, "fr": text.fr, "en": text.en })
}
