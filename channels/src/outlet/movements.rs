//! Cash that goes into the drawer or out of it beside payments.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use ledger::{Money, ShiftMovementKind};
use payments::api::cash::{MoveCash, ShiftError};
use staff::Permission;

use super::counter::{Bar, Counter};
use super::inputs::{amount, fresh_key, kept, key, words};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::notice::{Notice, Tone};
use crate::web::{format, i18n};

/// Longest reason, in characters.
const REASON_MAX: usize = 200;

/// The movements of one's shift, and a form for another.
#[derive(Template)]
#[template(path = "outlet/movements.html")]
struct MovementsPage {
    frame: Frame,
    bar: Bar,
    lines: Vec<Line>,
    form: Form,
    faults: Faults,
}

struct Line {
    at: String,
    kind: String,
    amount: String,
    reason: String,
    who: String,
}

#[derive(Default)]
struct Form {
    out: bool,
    amount: String,
    reason: String,
    key: String,
}

async fn page(counter: &Counter, status: StatusCode, form: Form, faults: Faults) -> Result<HttpResponse, Fault> {
    let language = counter.language();
    let moved = counter.hub.shift_movements(counter.open_shift()?.shift.id).await?;
    let lines = moved.into_iter().map(|moved| {
        let kind = match moved.kind {
            ShiftMovementKind::In => "outlet-movement-in",
            ShiftMovementKind::Out => "outlet-movement-out",
            ShiftMovementKind::GivenBack => "outlet-movement-given-back",
            ShiftMovementKind::LateCash => "outlet-movement-late",
        };
        Line {
            at: format::stamp(moved.made_at.and_utc()),
            kind: i18n::text(language, kind),
            amount: format::money(language, moved.amount),
            reason: moved.reason,
            who: moved.made_by.name,
        }
    });
    let page = MovementsPage {
        lines: lines.collect(),
        frame: counter.frame("outlet-movements-title"),
        bar: counter.bar()?,
        form,
        faults,
    };
    counter.html(status, &page)
}

pub(crate) async fn show_movements(session: StaffSession) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    page(&counter, StatusCode::OK, Form { key: fresh_key(), ..Form::default() }, Faults::default()).await
}

pub(crate) async fn move_cash(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    let shift = counter.open_shift()?.shift.id;
    let language = counter.language();
    let (typed, reason, key) = (posted.one("amount")?, posted.one("reason")?, key(&posted)?);
    let kind = match posted.one("kind")? {
        "in" => ShiftMovementKind::In,
        "out" => ShiftMovementKind::Out,
        _ => return Err(Fault::NotOffered),
    };
    let form =
        || Form { out: kind == ShiftMovementKind::Out, amount: kept(typed), reason: kept(reason), key: key.clone() };
    let again = |target: &str, text: String| {
        page(&counter, StatusCode::UNPROCESSABLE_ENTITY, form(), Faults::one(target, text))
    };
    let amount: Money = match amount(typed) {
        Ok(Some(amount)) if amount.is_positive() => amount,
        Ok(_) => return again("amount", i18n::text(language, "fault-amount-required")).await,
        Err(key) => return again("amount", i18n::text(language, key)).await,
    };
    if let Err(key) = words(reason, REASON_MAX) {
        return again("reason", i18n::text(language, key)).await;
    }
    let request = MoveCash { shift, kind, amount, reason: reason.to_owned(), key: key.clone(), actor: counter.actor() };
    match counter.hub.move_cash(request).await {
        Ok(_) => Ok(counter.see_other("/movements")),
        Err(ShiftError::DrawerTooLow(held)) => {
            let held = format::money(language, held);
            let text = i18n::text_with(language, "outlet-fault-drawer", &[("held", i18n::Arg::Text(&held))]);
            again("amount", text).await
        }
        Err(ShiftError::Closed | ShiftError::UnknownShift) => Err(Fault::GoTo("/staff/outlet".to_owned())),
        Err(ShiftError::KeyConflict) => {
            let notice = Notice::new(language, Tone::Wait, "outlet-key-conflict");
            counter.say(StatusCode::CONFLICT, notice.action(language, "outlet-action-counter", "/staff/outlet"))
        }
        Err(ShiftError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(error) => Err(Fault::Failed(error.to_string())),
    }
}
