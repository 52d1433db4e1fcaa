//! What the ledger keeps for the use cases as text: what was asked, found, and chosen.

use std::collections::BTreeMap;

use biller_adapters::{Article, Confirmation, FetchedBill};
use chrono::{DateTime, Utc};
use ledger::{BillKey, CustomerKey, Payment};
use serde::{Deserialize, Serialize};

use crate::api::Infrastructure;
use crate::catalogue::{FieldKind, ReceivableType};
use crate::form::mask;

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

/// The same for a customer's identifier alone; `None` where a form asks for more than one.
pub(crate) fn customer_key_of(biller: u16, kind: &ReceivableType, identifier: &str) -> Option<CustomerKey> {
    let asked = || kind.form.iter().filter(|field| !matches!(field.kind, FieldKind::Label | FieldKind::Password));
    let name = match (asked().any(|field| field.name == CONTRACT), asked().next(), asked().nth(1)) {
        (true, ..) => CONTRACT,
        (false, Some(only), None) => only.name.as_str(),
        _ => return None,
    };
    Some(customer_key(biller, kind, &BTreeMap::from([(name.to_owned(), identifier.to_owned())])))
}

/// The customer's identifier in full, for whoever may see it.
pub(crate) fn contract(kind: &ReceivableType, fields: &BTreeMap<String, String>) -> String {
    let first = || {
        let open = kind.form.iter().filter(|field| field.kind != FieldKind::Password);
        open.filter_map(|field| fields.get(&field.name)).next()
    };
    fields.get(CONTRACT).or_else(first).cloned().unwrap_or_default()
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
