//! Choosing a receivable type and identifying a contract.

use std::collections::BTreeMap;

use askama::Template;
use ledger::Language;
use payments::api::{FieldFault, FieldFaultKind};
use payments::catalogue::{Biller, FieldFormat, FieldKind, FormField, ReceivableType};

use super::{BillerView, FaultLink, Page};
use crate::web::i18n::{self, Arg};
use crate::web::inputs::CARD_NUMBER_KEY;

/// What can be paid to a biller.
#[derive(Template)]
#[template(path = "web/biller.html")]
pub(crate) struct BillerPage {
    pub(crate) page: Page,
    pub(crate) biller: BillerView,
    pub(crate) kinds: Vec<KindLink>,
}

/// A receivable type to choose.
pub(crate) struct KindLink {
    pub(crate) name: String,
    pub(crate) url: String,
}

/// The identification form.
#[derive(Template)]
#[template(path = "web/identify.html")]
pub(crate) struct IdentifyPage {
    pub(crate) page: Page,
    pub(crate) biller: BillerView,
    pub(crate) action: String,
    pub(crate) fields: Vec<FieldView>,
    pub(crate) faults: Vec<FaultLink>,
    /// Whether bills are fetched; without it the next page asks for an amount.
    pub(crate) fetch: bool,
}

/// A field of the form.
pub(crate) struct FieldView {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) kind: &'static str,
    pub(crate) input_mode: &'static str,
    pub(crate) max_length: u16,
    pub(crate) required: bool,
    pub(crate) value: String,
    pub(crate) options: Vec<(String, String, bool)>,
    pub(crate) fault: String,
    /// Where the cursor stands at first.
    pub(crate) autofocus: bool,
    /// The ids of hint and fault, those that there are.
    pub(crate) described_by: String,
}

/// Ends the length of fields that state none.
const LENGTH_MAX: u16 = 100;

pub(crate) fn biller(page: Page, biller: &Biller) -> BillerPage {
    let language = page.language;
    let kinds = biller.receivable_types.iter().map(|kind| KindLink {
        name: kind.name.get(language).to_owned(),
        url: page.url(&format!("/billers/{}/{}", biller.code, kind.code)),
    });
    BillerPage {
        kinds: kinds.collect(),
        biller: BillerView::of(biller, None, language),
        page: page.branded(biller).at_step(1),
    }
}

/// The form with what was typed and what is wrong with it; `unknown` when the biller knows no such customer.
pub(crate) fn form(
    page: Page,
    biller: &Biller,
    kind: &ReceivableType,
    typed: &BTreeMap<String, String>,
    faults: &[FieldFault],
    unknown: bool,
) -> IdentifyPage {
    let language = page.language;
    let mut fields: Vec<FieldView> = kind.form.iter().map(|field| field_view(field, language, typed, faults)).collect();
    let mut links: Vec<FaultLink> = fields
        .iter()
        .filter(|field| !field.fault.is_empty())
        .map(|field| FaultLink { target: field.id.clone(), text: format!("{} — {}", field.label, field.fault) })
        .collect();
    if unknown {
        let text = i18n::text_with(language, "unknown-contract", &[("biller", Arg::Text(biller.shown_name(language)))]);
        let field = fields.iter_mut().find(|field| field.kind != "label");
        let target = field.map(|field| field.blame(i18n::text(language, "fault-unknown"))).unwrap_or_default();
        links.push(FaultLink { target, text });
    }
    IdentifyPage {
        biller: BillerView::of(biller, Some(kind), language),
        action: page.url(&format!("/billers/{}/{}", biller.code, kind.code)),
        fields,
        faults: links,
        fetch: kind.fetch,
        page: page.branded(biller).at_step(1),
    }
}

impl FieldView {
    /// Marks the field as wrong; its id.
    pub(crate) fn blame(&mut self, fault: String) -> String {
        let described_by = format!("{} {}-fault", self.described_by, self.id);
        self.described_by = described_by.trim_start().to_owned();
        self.fault = fault;
        self.id.clone()
    }
}

pub(crate) fn field_view(
    field: &FormField,
    language: Language,
    typed: &BTreeMap<String, String>,
    faults: &[FieldFault],
) -> FieldView {
    let value = typed.get(&field.name).map(String::as_str).unwrap_or_default();
    let id = format!("f-{}", field.name);
    let hint = field.hint.as_ref().map(|hint| hint.get(language).to_owned()).unwrap_or_default();
    let fault = faults.iter().find(|fault| fault.field == field.name);
    let holds_card = fault.is_some_and(|fault| fault.kind == FieldFaultKind::CardNumber);
    let fault = fault.map(|fault| fault_text(&fault.kind, language)).unwrap_or_default();
    let parts = [(&hint, "hint"), (&fault, "fault")].into_iter().filter(|(text, _)| !text.is_empty());
    FieldView {
        name: format!("f.{}", field.name),
        described_by: parts.map(|(_, part)| format!("{id}-{part}")).collect::<Vec<_>>().join(" "),
        id,
        label: field.label.get(language).to_owned(),
        hint,
        kind: match field.kind {
            FieldKind::Text => "text",
            FieldKind::Select => "select",
            FieldKind::Password => "password",
            FieldKind::Label => "label",
            FieldKind::Checkbox => "checkbox",
        },
        input_mode: match field.format {
            FieldFormat::String => "text",
            FieldFormat::Integer => "numeric",
            FieldFormat::Decimal => "decimal",
        },
        max_length: field.max_length.unwrap_or(LENGTH_MAX),
        required: field.required,
        // A password is never sent back, nor a card number.
        value: if field.kind == FieldKind::Password || holds_card { String::new() } else { value.to_owned() },
        options: field
            .values
            .iter()
            .map(|choice| (choice.value.clone(), choice.label.get(language).to_owned(), choice.value == value))
            .collect(),
        fault,
        autofocus: false,
    }
}

/// What is wrong, in words.
fn fault_text(fault: &FieldFaultKind, language: Language) -> String {
    let with = |key: &str, count: u16| i18n::text_with(language, key, &[("count", Arg::Number(count.into()))]);
    match fault {
        FieldFaultKind::Missing => i18n::text(language, "fault-missing"),
        FieldFaultKind::TooShort(least) => with("fault-too-short", *least),
        FieldFaultKind::TooLong(most) => with("fault-too-long", *most),
        FieldFaultKind::NotInteger => i18n::text(language, "fault-not-integer"),
        FieldFaultKind::NotDecimal => i18n::text(language, "fault-not-decimal"),
        FieldFaultKind::BadFormat => i18n::text(language, "fault-bad-format"),
        FieldFaultKind::NotAChoice => i18n::text(language, "fault-not-a-choice"),
        FieldFaultKind::CardNumber => i18n::text(language, CARD_NUMBER_KEY),
        FieldFaultKind::UnknownField => i18n::text(language, "fault-unknown-field"),
    }
}
