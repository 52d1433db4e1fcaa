//! Shifts: opened, moved, closed by counting.

use ::payments::api::cash::{CloseShift, Counted, DENOMINATIONS, MoveCash, OpenShift};
use actix_web::HttpResponse;
use ledger::{Money, ShiftMovementKind};
use serde_json::{Value, json};

use super::problem::Problem;
use super::{Call, NUMBER_MAX, OPERATOR_CHARS_MAX, PAGE_MAX, actor, done, show};

/// The longest reason, in characters.
const REASON_MAX: usize = 200;
/// Pieces of one note or coin: a drawer holds no more.
const PIECES_MAX: i64 = 1_000_000;

/// Opens a till's shift.
pub(crate) async fn open_shift(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let till = body.text("till", 1..=20);
    let opening_cash = body.amount("opening_cash");
    let actor = call.actor(&mut body);
    body.finish()?;
    let outlet = call.outlet()?.to_owned();
    let opened = call.hub().open_shift(OpenShift { outlet, till, opening_cash, actor }).await?;
    Ok(done(&show::shift(&opened)))
}

/// The shifts of an outlet, newest first, without their figures.
pub(crate) async fn list_shifts(call: Call) -> Result<HttpResponse, Problem> {
    let mut query = call.query()?;
    let before = query.optional_number("before", 1..=NUMBER_MAX);
    let limit = query.optional_number("limit", 1..=PAGE_MAX).unwrap_or(PAGE_MAX);
    query.finish()?;
    let outlet = call.outlet()?;
    let found = call.hub().shifts_of(outlet, before, limit).await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found.last().filter(|_| full).map(|last| last.id);
    let shifts: Vec<Value> = found.iter().map(show::shift_head).collect();
    Ok(done(&json!({ "outlet": outlet, "shifts": shifts, "next": next })))
}

/// A shift with its figures and movements.
pub(crate) async fn show_shift(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    let found = call.shift().await?;
    let movements = call.hub().shift_movements(found.shift.id).await?;
    let mut shown = show::shift(&found);
    shown["movements"] = movements.iter().map(show::movement).collect();
    Ok(done(&shown))
}

/// Moves cash into the drawer or out of it, beside payments.
pub(crate) async fn move_cash(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let key = body.text("reference", 1..=64);
    let kind = body.optional_choice("kind", "\"in\" or \"out\"", |word| match word {
        "in" => Some(ShiftMovementKind::In),
        "out" => Some(ShiftMovementKind::Out),
        _ => None,
    });
    if kind.is_none() {
        body.fault("kind", "missing", "must say \"in\" or \"out\"");
    }
    let amount = body.amount("amount");
    if !amount.is_positive() {
        body.fault("amount", "not-positive", "must be above zero");
    }
    let reason = body.words("reason", REASON_MAX);
    let actor = call.actor(&mut body);
    body.finish()?;
    let (shift, kind) = (call.shift().await?.shift.id, kind.unwrap_or(ShiftMovementKind::In));
    let moved = call.hub().move_cash(MoveCash { shift, kind, amount, reason, key, actor }).await?;
    Ok(done(&show::shift(&moved)))
}

/// Closes a shift by what was counted.
pub(crate) async fn close_shift(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let counted = body.list("counted", DENOMINATIONS.len(), |body, value, name| {
        body.within(value, name, |line| {
            let denomination = line.amount("denomination");
            if denomination != Money::ZERO && !DENOMINATIONS.contains(&denomination) {
                line.fault(
                    "denomination",
                    "not-a-denomination",
                    "must be a note or coin of the dirham, such as \"200.00\"",
                );
            }
            let pieces = u32::try_from(line.number("pieces", 0..=PIECES_MAX)).unwrap_or_default();
            Counted { denomination, pieces }
        })
    });
    let reason = body.optional_words("reason", REASON_MAX);
    let supervisor = body.optional_words("supervisor", OPERATOR_CHARS_MAX);
    let closing = call.actor(&mut body);
    let supervisor = supervisor.map(|name| actor(&call.network, &name));
    if supervisor.as_ref().is_some_and(|supervisor| supervisor.id == closing.id) {
        body.fault("supervisor", "same-person", "must be somebody else than the operator");
    }
    body.finish()?;
    let shift = call.shift().await?.shift.id;
    let closed = call.hub().close_shift(CloseShift { shift, counted, reason, supervisor, actor: closing }).await?;
    Ok(done(&show::shift(&closed)))
}
