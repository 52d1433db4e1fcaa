//! What the ledger keeps for the use cases as text: what was asked, found, and chosen.

use std::collections::BTreeMap;

use biller_adapters::{Article, Confirmation, FetchedBill};
use chrono::{DateTime, Utc};
use ledger::{BillKey, CustomerKey, Payment};
use serde::{Deserialize, Serialize};

use crate::api::Infrastructure;
use crate::catalogue::{FieldKind, ReceivableType};
use crate::form::{self, mask};

/// The identification field that names the customer.
const CONTRACT: &str = "contract";

/// Kept with an inquiry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InquiryDetail {
    /// The identification form as sent.
    pub fields: BTreeMap<String, String>,
    /// What came back.
    pub bill: FetchedBill,
}

/// Kept with a quote: all that a biller is told once it is paid, and all that payers are shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct QuoteDetail {
    /// The identification form as sent.
    pub fields: BTreeMap<String, String>,
    /// The customer's identifier, masked.
    pub contract_masked: String,
    /// The biller's reference of the fetch.
    pub biller_reference: String,
    /// The lines chosen, each with the amount to pay for it.
    pub articles: Vec<Article>,
    /// The biller's opaque context.
    pub opaque: Vec<(String, String)>,
}

/// Reads a stored text.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Infrastructure> {
    serde_json::from_str(text).map_err(|error| Infrastructure::Failed(format!("a stored detail: {error}")))
}

/// Writes a text to store.
pub(crate) fn write<T: Serialize>(detail: &T) -> Result<String, Infrastructure> {
    serde_json::to_string(detail).map_err(|error| Infrastructure::Failed(format!("a detail to store: {error}")))
}

/// Who the customer is: the contract where the form has one, else everything typed but secrets.
fn customer(kind: &ReceivableType, fields: &BTreeMap<String, String>) -> String {
    if let Some(contract) = fields.get(CONTRACT) {
        return contract.clone();
    }
    let open = fields.iter().filter(|(name, _)| !is_secret(kind, name));
    open.map(|(name, value)| format!("{name}={value}\n")).collect()
}

/// Whose bill it is, to find a customer's payments by.
pub(crate) fn customer_key(biller: u16, kind: &ReceivableType, fields: &BTreeMap<String, String>) -> CustomerKey {
    CustomerKey::of(biller, &kind.code, &customer(kind, fields))
}

/// The same for a customer's identifier alone, as typed; `None` where the form takes no such value, or asks for more
/// than one.
pub(crate) fn customer_key_of(biller: u16, kind: &ReceivableType, identifier: &str) -> Option<CustomerKey> {
    let asked = || kind.form.iter().filter(|field| !matches!(field.kind, FieldKind::Label | FieldKind::Password));
    let field = match (asked().find(|field| field.name == CONTRACT), asked().next(), asked().nth(1)) {
        (Some(contract), ..) => contract,
        (None, Some(only), None) => only,
        _ => return None,
    };
    let typed = BTreeMap::from([(field.name.clone(), identifier.to_owned())]);
    let fields = form::validate(std::slice::from_ref(field), &typed).ok()?;
    Some(customer_key(biller, kind, &fields))
}

/// The customer's identifier in full, for whoever may see it.
pub(crate) fn contract(kind: &ReceivableType, fields: &BTreeMap<String, String>) -> String {
    let first = || {
        let open = kind.form.iter().filter(|field| field.kind != FieldKind::Password);
        open.filter_map(|field| fields.get(&field.name)).next()
    };
    fields.get(CONTRACT).or_else(first).cloned().unwrap_or_default()
}

/// The customer's identifier in a quote's detail, for the biller whose customer it is.
pub(crate) fn contract_of(kind: Option<&ReceivableType>, detail: &str) -> Result<String, Infrastructure> {
    let QuoteDetail { fields, .. } = read(detail)?;
    Ok(match kind {
        Some(kind) => contract(kind, &fields),
        None => fields.get(CONTRACT).cloned().unwrap_or_default(),
    })
}

fn is_secret(kind: &ReceivableType, name: &str) -> bool {
    kind.form.iter().any(|field| field.name == *name && field.kind == FieldKind::Password)
}

/// The customer's identifier as it may be shown.
pub(crate) fn contract_masked(kind: &ReceivableType, fields: &BTreeMap<String, String>) -> String {
    mask(&contract(kind, fields))
}

/// Which bill a line is, over all channels.
pub(crate) fn bill_key(
    biller: u16,
    kind: &ReceivableType,
    fields: &BTreeMap<String, String>,
    article: &Article,
) -> BillKey {
    BillKey::of(biller, &kind.code, &customer(kind, fields), &article.id)
}

/// Takes the secrets out of a form; whether there were any.
pub(crate) fn forget_secrets(kind: &ReceivableType, fields: &mut BTreeMap<String, String>) -> bool {
    let before = fields.len();
    fields.retain(|name, _| !is_secret(kind, name));
    fields.len() < before
}

/// A number of ours as billers' protocols take it: 12 digits.
pub(crate) fn twelve_digits(id: i64) -> String {
    format!("{id:012}")
}

/// What the biller is told. Made from rows that do not change once the money is taken, so it is the same each time.
pub(crate) fn confirmation(payment: &Payment, receivable_type: &str, detail: &QuoteDetail) -> Option<Confirmation> {
    Some(Confirmation {
        reference: twelve_digits(payment.id),
        biller: payment.biller,
        receivable_type: receivable_type.to_owned(),
        fields: detail.fields.clone(),
        biller_reference: detail.biller_reference.clone(),
        articles: detail.articles.clone(),
        opaque: detail.opaque.clone(),
        principal: payment.amounts.principal,
        paid_at: DateTime::<Utc>::from_naive_utc_and_offset(payment.paid_at?, Utc),
        channel: payment.channel,
        instrument: payment.instrument,
        authorisation: payment.authorisation.clone(),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    /// A type whose form asks for these fields: name, kind, pattern.
    fn kind(asked: &[(&str, &str, Option<&str>)]) -> ReceivableType {
        let text = json!({ "ar": "x", "fr": "x", "en": "x" });
        let field = |(name, kind, regex): &(&str, &str, Option<&str>)| json!({ "name": name, "label": text, "kind": kind, "regex": regex, "required": true });
        let form: Vec<_> = asked.iter().map(field).collect();
        let rule = json!({ "kind": "exact" });
        serde_json::from_value(json!({ "code": "01", "name": text, "form": form, "amount_rule": rule, "limits": [] }))
            .unwrap()
    }

    #[rstest]
    #[case::digits(&[("contract", "text", Some(r"\d{8}"))], "١٢٣٤٥٦٧٨", Some("12345678"))]
    #[case::free_text(&[("contract", "text", None)], " AB 12 ", Some("AB 12"))]
    #[case::beside_others(&[("contract", "text", None), ("pin", "password", None), ("year", "text", None)], "A1", Some("A1"))]
    #[case::another_name(&[("line", "text", None), ("pin", "password", None)], "A1", Some("line=A1\n"))]
    #[case::no_such_contract(&[("contract", "text", Some(r"\d{8}"))], "1234", None)]
    #[case::more_than_one(&[("line", "text", None), ("year", "text", None)], "A1", None)]
    fn customers(#[case] asked: &[(&str, &str, Option<&str>)], #[case] typed: &str, #[case] customer: Option<&str>) {
        let found = customer_key_of(1001, &kind(asked), typed);
        assert_eq!(found, customer.map(|customer| CustomerKey::of(1001, "01", customer)));
    }
}
