//! Floats and their statements.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::problem::{Code, Problem};
use super::{Call, NUMBER_MAX, PAGE_MAX, done, show};

/// What is left of an outlet's float.
pub(crate) async fn show_float(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    let found = call.hub().float(call.outlet()?).await?;
    let found = found.ok_or_else(|| Problem::new(Code::UnknownOutlet, "Your network has no outlet of that number."))?;
    Ok(done(&json!({
        "outlet": found.outlet,
        "available": show::money(found.available),
        "low_below": show::money(found.low_below),
        "is_low": found.is_low,
    })))
}

/// What went in and out of it, newest first.
pub(crate) async fn show_statement(call: Call) -> Result<HttpResponse, Problem> {
    let mut query = call.query()?;
    let before = query.optional_number("before", 1..=NUMBER_MAX);
    let limit = query.optional_number("limit", 1..=PAGE_MAX).unwrap_or(PAGE_MAX);
    query.finish()?;
    let outlet = call.outlet()?;
    let page = call.hub().float_statement(outlet, before, limit).await?;
    let lines: Vec<Value> = page
        .lines
        .iter()
        .map(|line| {
            json!({
                "id": line.id,
                "at": show::time(line.at),
                "event": show::word(line.event.as_str()),
                "amount": show::money(line.amount),
                "balance": show::money(line.balance),
                "payment": line.payment,
                "reference": line.network_reference,
                "subject": line.subject,
            })
        })
        .collect();
    Ok(done(&json!({ "outlet": outlet, "lines": lines, "next": page.next })))
}
