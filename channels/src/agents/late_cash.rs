//! Cash that could not pay, and cash that goes back to customers.

use ::payments::api::cash::{GiveBackError, ReportLateCash};
use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::problem::{Code, Problem};
use super::{Call, done, show};

/// Takes over cash that was taken for a reference that cannot be paid any more.
pub(crate) async fn report_late_cash(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let key = body.text("reference", 1..=64);
    let reference = body.text("cash_reference", 13..=13);
    let amount = body.amount("amount");
    let till = body.optional_text("till", 1..=20);
    let actor = call.actor(&mut body);
    if !amount.is_positive() {
        body.fault("amount", "not-positive", "must be above zero");
    }
    body.finish()?;
    let outlet = call.outlet()?.to_owned();
    let cash = call.hub().report_late_cash(ReportLateCash { outlet, till, reference, amount, key, actor }).await?;
    Ok(done(&show::late_cash(&cash)))
}

/// Late cash by its number.
pub(crate) async fn show_late_cash(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    let found = match call.number("cash") {
        Some(id) => call.hub().late_cash(id).await?,
        None => None,
    };
    let own = found.filter(|found| found.cash.network == call.network);
    let unknown = || Problem::new(Code::UnknownLateCash, "Your network reported no late cash of that number.");
    Ok(done(&show::late_cash(&own.ok_or_else(unknown)?)))
}

/// Cash that an outlet is to give back, oldest first.
pub(crate) async fn list_cash_owed(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    let outlet = call.outlet()?;
    let owed = call.hub().cash_owed(outlet).await?;
    let owed: Vec<Value> = owed
        .iter()
        .map(|owed| {
            json!({
                "id": owed.id, "payment": owed.payment, "amount": show::money(owed.amount), "since": show::time(owed.since),
            })
        })
        .collect();
    Ok(done(&json!({ "outlet": outlet, "owed": owed })))
}

/// Writes down that the customer has the cash again. Saying so twice is the same.
pub(crate) async fn give_cash_back(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let till = body.text("till", 1..=20);
    let actor = call.actor(&mut body);
    body.finish()?;
    let outlet = call.outlet()?;
    let owed = |id| Problem::from(GiveBackError::NothingOwed).with("id", id);
    let id = call.number("id").ok_or_else(|| owed(0))?;
    match call.hub().give_cash_back(id, outlet, &till, actor).await {
        Ok(()) | Err(GiveBackError::GivenBack) => Ok(done(&json!({ "id": id, "given_back": true }))),
        Err(error) => Err(error.into()),
    }
}
