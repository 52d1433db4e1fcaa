//! What the ledger keeps for the use cases as text: what was asked, found, and chosen.

use std::collections::BTreeMap;

use biller_adapters::{Article, Confirmation, FetchedBill};
use chrono::{DateTime, Utc};
use ledger::{BillKey, CustomerKey, Money, Payment};
use serde::{Deserialize, Serialize};

use crate::amount_rule;
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
    /// The field that named the customer under the form of that time; `None` where no open field did, and in quotes of
    /// before it was kept.
    #[serde(default)]
    pub contract_field: Option<String>,
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

/// The field whose value names the customer: the contract where the form has one, else the first that is no secret.
pub(crate) fn contract_field(kind: &ReceivableType, fields: &BTreeMap<String, String>) -> Option<String> {
    if fields.contains_key(CONTRACT) {
        return Some(CONTRACT.to_owned());
    }
    let mut open = kind.form.iter().filter(|field| field.kind != FieldKind::Password).map(|field| &field.name);
    open.find(|name| fields.contains_key(*name)).cloned()
}

/// The customer's identifier in full, for whoever may see it.
pub(crate) fn contract(kind: &ReceivableType, fields: &BTreeMap<String, String>) -> String {
    contract_field(kind, fields).and_then(|name| fields.get(&name).cloned()).unwrap_or_default()
}

impl QuoteDetail {
    /// The lines, as a payment of this principal pays them: less may have been captured than was quoted.
    pub(crate) fn paid_articles(&self, principal: Money) -> Vec<Article> {
        amount_rule::paid(&self.articles, principal)
    }

    /// The customer's identifier in full, by the form of when the bill was found: what is imported later changes no file
    /// that is made again. `None` where neither the quote nor a form says which field it is.
    pub(crate) fn contract(&self, kind: Option<&ReceivableType>) -> Option<String> {
        if let Some(name) = &self.contract_field {
            return Some(self.fields.get(name).cloned().unwrap_or_default());
        }
        kind.map(|kind| contract(kind, &self.fields)).or_else(|| self.fields.get(CONTRACT).cloned())
    }
}

/// The customer's identifier in a quote's detail, for the biller whose customer it is.
pub(crate) fn contract_of(kind: Option<&ReceivableType>, detail: &str) -> Result<String, Infrastructure> {
    let detail: QuoteDetail = read(detail)?;
    Ok(detail.contract(kind).unwrap_or_default())
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
        articles: detail.paid_articles(payment.amounts.principal),
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

    /// What was asked when the bill was found and is asked now, and what the biller's file says of the customer then and
    /// now.
    #[rstest]
    #[case::same(&[("line", "text", None)], &[("line", "text", None)])]
    #[case::another_order(&[("line", "text", None), ("town", "text", None)], &[("town", "text", None), ("line", "text", None)])]
    #[case::renamed(&[("line", "text", None)], &[("number", "text", None)])]
    #[case::secret_now(&[("line", "text", None), ("town", "text", None)], &[("line", "password", None), ("town", "text", None)])]
    #[case::gone(&[("line", "text", None)], &[])]
    #[case::contract_by_then(&[("contract", "text", None), ("line", "text", None)], &[("line", "text", None)])]
    fn a_customer_is_named_by_the_form_of_then(
        #[case] then: &[(&str, &str, Option<&str>)],
        #[case] now: &[(&str, &str, Option<&str>)],
    ) {
        let (then, now) = (kind(then), kind(now));
        let fields: BTreeMap<String, String> =
            then.form.iter().map(|field| (field.name.clone(), format!("of {}", field.name))).collect();
        let detail = QuoteDetail {
            contract_masked: contract_masked(&then, &fields),
            contract_field: contract_field(&then, &fields),
            fields,
            biller_reference: String::new(),
            articles: vec![],
            opaque: vec![],
        };
        let text = write(&detail).unwrap();
        let named = contract_of(Some(&then), &text).unwrap();
        assert!(named == "of line" || named == "of contract", "{named}");
        for kind in [Some(&now), None] {
            assert_eq!(contract_of(kind, &text).unwrap(), named);
        }
    }

    #[test]
    fn a_quote_of_before_is_read_by_the_form_of_now() {
        let text = r#"{"fields":{"line":"A1"},"contract_masked":"*1","biller_reference":"","articles":[],"opaque":[]}"#;
        assert_eq!(contract_of(Some(&kind(&[("line", "text", None)])), text).unwrap(), "A1");
        assert_eq!(contract_of(None, text).unwrap(), "");
    }
}
