//! A payment's story, masked; in full for a reason.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use payments::api::{PaymentView, Standing};
use payments::desk::PaymentCustomer;

use super::entry::Entry;
use super::home::{standing_text, tone};
use super::operator::{Operator, bill_name};
use super::sheet::reason;
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::subject;
use crate::staff::unmasking::shown;
use crate::web::errors::Fault;
use crate::web::inputs::is_reference;
use crate::web::views::{AmountLine, PaidLine, amount_lines, paid_lines};
use crate::web::{format, i18n};

#[derive(Template)]
#[template(path = "desk/payment.html")]
struct PaymentPage {
    frame: Frame,
    faults: Faults,
    bill: String,
    facts: Vec<Fact>,
    lines: Vec<PaidLine>,
    amounts: Vec<AmountLine>,
    total: String,
    state: String,
    tone: &'static str,
    action: String,
    dispute: String,
    unmasked: bool,
    reason: String,
}

/// A label and a value.
struct Fact {
    label: String,
    value: String,
    is_code: bool,
}

/// A payment with its customer.
async fn found(operator: &Operator, reference: &str) -> Result<(PaymentView, PaymentCustomer), Fault> {
    if !is_reference(reference) {
        return Err(Fault::NotFound);
    }
    let payment = operator.hub.payment(reference).await?.ok_or(Fault::NotFound)?;
    let customer = operator.hub.payment_customer(reference).await?.ok_or(Fault::NotFound)?;
    Ok((payment, customer))
}

pub(crate) async fn show_payment(operator: Operator, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    // References cannot be guessed; whoever tries is slowed down all the same.
    operator.take_lookup()?;
    let (payment, customer) = found(&operator, &path.1).await?;
    operator.viewed(&subject("payment", &payment.reference), "masked").await?;
    page(&operator, StatusCode::OK, &payment, &customer, Faults::default(), false, "")
}

fn page(
    operator: &Operator,
    status: StatusCode,
    payment: &PaymentView,
    customer: &PaymentCustomer,
    faults: Faults,
    unmasked: bool,
    typed: &str,
) -> Result<HttpResponse, Fault> {
    let (language, frame) = (operator.language(), operator.frame("desk-payment-title"));
    let receipt = match &payment.standing {
        Standing::Confirmed(receipt) => receipt.number.clone(),
        _ => String::new(),
    };
    let contract = if unmasked { customer.contract.clone() } else { payment.contract_masked.clone() };
    let facts = [
        ("fact-reference", payment.reference.clone(), true),
        ("contract-label", contract, true),
        ("desk-caller-phone", shown(customer.phone.as_deref(), unmasked), true),
        ("desk-caller-mail", shown(customer.email.as_deref(), unmasked), true),
        ("desk-fact-receipt", receipt, true),
        ("desk-fact-channel", i18n::text(language, &channel_key(payment)), false),
        ("desk-fact-instrument", i18n::text(language, &format!("instrument-{}", payment.instrument)), false),
        ("desk-fact-card", payment.card_mask.clone(), true),
        ("desk-fact-started", format::moment(language, payment.started_at), false),
        ("desk-fact-since", format::moment(language, payment.standing_since), false),
    ];
    let page = PaymentPage {
        bill: bill_name(&operator.catalogue(), language, payment.biller, &payment.receivable_type),
        facts: facts
            .into_iter()
            .filter(|(_, value, _)| !value.is_empty())
            .map(|(key, value, is_code)| Fact { label: i18n::text(language, key), value, is_code })
            .collect(),
        lines: paid_lines(&payment.articles, language),
        amounts: amount_lines(&payment.amounts, language),
        total: format::money(language, payment.amounts.total),
        state: standing_text(payment, language),
        tone: tone(payment),
        action: frame.page.url(&format!("/staff/desk/payments/{}", payment.reference)),
        dispute: frame.page.url(&format!("/staff/payments/{}/dispute", payment.reference)),
        unmasked,
        reason: typed.to_owned(),
        faults,
        frame,
    };
    operator.html(status, &page)
}

fn channel_key(payment: &PaymentView) -> String {
    format!("desk-channel-{}", payment.channel.as_str().to_lowercase())
}

/// Shows what is hidden, once, for a reason that the audit log keeps.
pub(crate) async fn unmask(
    operator: Operator,
    path: web::Path<(String, String)>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    operator.take_lookup()?;
    let (payment, customer) = found(&operator, &path.1).await?;
    let title = operator.frame("desk-payment-title").page;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let named = subject("payment", &payment.reference);
    let text = entry.one("reason")?;
    let checked = match entry.card_faults(&title) {
        Some(faults) => Err(faults),
        None => reason(text, &title),
    };
    match checked {
        Ok(reason) => {
            operator.unmasked(&named, reason).await?;
            page(&operator, StatusCode::OK, &payment, &customer, Faults::default(), true, "")
        }
        Err(faults) => {
            operator.viewed(&named, "masked").await?;
            page(&operator, wrong, &payment, &customer, faults, false, text)
        }
    }
}
