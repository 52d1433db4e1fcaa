//! Paying, asking how a payment stands, cancelling.

use ::payments::api::cash::{CancelCash, CashKey, CashPayment, CashSubject, Instruction, PayCash};
use actix_web::HttpResponse;
use chrono::NaiveDate;
use ledger::Reference;
use serde_json::{Value, json};

use super::problem::{Code, Problem};
use super::{Call, NUMBER_MAX, PAGE_MAX, begun, done, show};

/// The longest reference of a network's own, in characters.
const OWN_REFERENCE_MAX: usize = 64;
/// The longest reason for a cancellation, which the biller is told, in characters.
const REASON_MAX: usize = 100;

/// Takes cash for a quote or a 13-digit reference.
pub(crate) async fn pay(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let own = body.text("reference", 1..=OWN_REFERENCE_MAX);
    let till = body.text("till", 1..=20);
    let quote = body.optional_text("quote", 1..=64);
    let digits = body.optional_text("cash_reference", 13..=13);
    let tendered = body.optional_amount("tendered");
    let phone = body.optional_mobile("phone");
    let language = body.language();
    let opens_shift = body.flag("open_shift");
    let actor = call.actor(&mut body);
    let subject = match (quote, digits) {
        (Some(quote), None) => CashSubject::Quote(quote),
        (None, Some(digits)) => CashSubject::Reference(digits),
        _ => {
            body.fault("quote", "one-of", "or cash_reference must be given, and only one of them");
            CashSubject::Quote(String::new())
        }
    };
    body.finish()?;
    let outlet = call.outlet()?.to_owned();
    let key = CashKey::Network(own);
    let request = PayCash { outlet, till, subject, key, tendered, phone, language, actor, opens_shift };
    let paid = call.hub().pay_cash(request).await?;
    answer(&call, paid).await
}

/// A payment by the hub's reference.
pub(crate) async fn show_payment(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    let found = own_payment(&call, call.part("payment")).await?;
    answer(&call, found).await
}

/// A payment by the network's own reference.
pub(crate) async fn find_payment(call: Call) -> Result<HttpResponse, Problem> {
    let mut query = call.query()?;
    let own = query.text("reference", 1..=OWN_REFERENCE_MAX);
    query.finish()?;
    let found = call.hub().cash_payment_of(&call.network, &own).await?.ok_or_else(unknown)?;
    answer(&call, found).await
}

/// The payments of an outlet, newest first: all, of a day, or of a shift.
pub(crate) async fn list_payments(call: Call) -> Result<HttpResponse, Problem> {
    let mut query = call.query()?;
    let day = query.optional_choice("day", "a day such as 2026-11-24", |text| {
        let day: NaiveDate = text.parse().ok()?;
        // What a calendar and a database both know.
        (text.len() == 10 && ("2000-01-01"..="2999-12-31").contains(&text)).then_some(day)
    });
    let shift = query.optional_number("shift", 1..=NUMBER_MAX);
    let before = query.optional_choice("before", "the reference of the last payment of the page before", |text| {
        text.parse::<Reference>().ok().map(|last| last.id())
    });
    let limit = query.optional_number("limit", 1..=PAGE_MAX).unwrap_or(PAGE_MAX);
    query.finish()?;
    let outlet = call.outlet()?;
    let found = call.hub().outlet_payments_of(outlet, shift, day, before, limit).await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found.last().filter(|_| full).map(|last| last.payment.reference.clone());
    let payments: Vec<Value> = found.iter().map(show::payment).collect();
    Ok(done(&json!({ "outlet": outlet, "payments": payments, "next": next })))
}

/// Asks the biller to undo a payment of the same day and shift.
pub(crate) async fn cancel_payment(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let outlet = body.text("outlet", 1..=10);
    let reason = body.words("reason", REASON_MAX);
    let actor = call.actor(&mut body);
    body.finish()?;
    call.own_outlet(&outlet)?;
    let payment = own_payment(&call, call.part("payment")).await?.payment.reference;
    let cancelled = call.hub().cancel_cash(CancelCash { payment, outlet, reason, actor }).await?;
    answer(&call, cancelled).await
}

/// A payment of the network's.
async fn own_payment(call: &Call, reference: &str) -> Result<CashPayment, Problem> {
    let found = call.hub().cash_payment(reference).await?;
    found.filter(|found| found.network == call.network).ok_or_else(unknown)
}

fn unknown() -> Problem {
    Problem::new(
        Code::UnknownPayment,
        "Your network has no payment of that reference. If you sent one whose answer was lost, send the same content again \
         with the same reference.",
    )
}

/// How a payment stands, after waiting for the biller as long as the caller would: 200 once it is decided, 202 before.
async fn answer(call: &Call, found: CashPayment) -> Result<HttpResponse, Problem> {
    let open =
        |found: &CashPayment| matches!(found.instruction, Instruction::TellPending | Instruction::AwaitCancellation);
    let (patience, mut found) = (call.patience(), found);
    if open(&found)
        && !patience.is_zero()
        && let Ok(_place) = call.agents.waiters.try_acquire()
        && let Some(now) = call.hub().await_cash(&found.payment.reference, patience).await?
    {
        found = now;
    }
    let shown = show::payment(&found);
    Ok(if open(&found) { begun(&shown) } else { done(&shown) })
}
