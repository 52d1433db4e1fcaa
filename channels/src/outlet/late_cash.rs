//! Late cash in suspense: who holds it, and its release to the outlet that gives it back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::LateReason;
use payments::api::cash::{LateCashError, LateCashView};
use serde::Deserialize;
use staff::Permission;

use super::scope::{actor, holds, hub, whose};
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::{format, i18n};

/// Lines of a page.
const LINES: i64 = 50;
/// Who may release: whoever agrees to money leaving a float, or settles what needs a person.
const RELEASE: [Permission; 2] = [Permission::ApproveFloat, Permission::ResolveIncidents];

/// Late cash that nobody has released yet, oldest first.
#[derive(Template)]
#[template(path = "outlet/late_cash.html")]
struct LateCashPage {
    frame: Frame,
    lines: Vec<Line>,
    /// Where the next ones are.
    more: Option<String>,
    /// The first page, from any other.
    first: Option<String>,
    may_release: bool,
}

struct Line {
    id: i64,
    outlet: String,
    reference: String,
    amount: String,
    reason: String,
    at: String,
    owner: String,
    action: String,
}

#[derive(Deserialize)]
pub(crate) struct Place {
    /// The last one of the page before.
    after: Option<i64>,
}

pub(crate) async fn show_held(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewOutlets)?;
    let (hub, language) = (hub(&session)?, session.language());
    let whose = whose(&hub.networks(), &session.who.scope);
    let held = hub.held_late_cash(&whose, place.after, LINES).await?;
    let here = format!("/{language}/staff/late-cash");
    let full = i64::try_from(held.len()).is_ok_and(|count| count == LINES);
    let more = held.last().filter(|_| full).map(|last| format!("{here}?after={}", last.cash.id));
    let line = |held: LateCashView| {
        let reason = match held.reason {
            LateReason::Expired => "outlet-late-reason-expired",
            LateReason::Used => "outlet-late-reason-used",
            LateReason::Cancelled => "outlet-late-reason-cancelled",
            LateReason::BillPaid => "outlet-late-reason-paid",
        };
        Line {
            id: held.cash.id,
            outlet: held.cash.outlet,
            reference: held.reference,
            amount: format::money(language, held.cash.amount),
            reason: i18n::text(language, reason),
            at: format::stamp(held.cash.taken_at.and_utc()),
            owner: held.cash.owner.name,
            action: format!("/{language}/staff/late-cash/{}", held.cash.id),
        }
    };
    let page = LateCashPage {
        lines: held.into_iter().map(line).collect(),
        more,
        first: place.after.map(|_| here),
        may_release: RELEASE.iter().any(|permission| session.who.may(*permission)),
        frame: session.frame("outlet-late-cash-title"),
    };
    session.html(StatusCode::OK, &page)
}

/// Gives it back to the outlet's float, for the outlet to hand it over.
pub(crate) async fn release(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require_any(&RELEASE)?;
    posted.press()?;
    let hub = hub(&session)?;
    let id: i64 = path.1.parse().map_err(|_| Fault::NotFound)?;
    let held = hub.late_cash(id).await?.ok_or(Fault::NotFound)?;
    holds(&session.who.scope, &held.cash.network, &held.cash.outlet)?;
    match hub.release_late_cash(id, actor(&session.who)).await {
        // The same button twice is one release.
        Ok(_) | Err(LateCashError::Released) => Ok(session.context.see_other("/staff/late-cash")),
        Err(LateCashError::UnknownCash) => Err(Fault::NotFound),
        Err(LateCashError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(error) => Err(Fault::Failed(error.to_string())),
    }
}
