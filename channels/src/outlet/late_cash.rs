//! Late cash in suspense: who holds it, and its release to the outlet that gives it back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::LateReason;
use payments::api::cash::{LateCashError, LateCashView};
use staff::Permission;

use super::scope::{actor, hub, visible};
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::{format, i18n};

/// Lines of the list.
const LINES: i64 = 200;
/// Who may release: whoever agrees to money leaving a float, or settles what needs a person.
const RELEASE: [Permission; 2] = [Permission::ApproveFloat, Permission::ResolveIncidents];

/// Late cash that nobody has released yet, oldest first.
#[derive(Template)]
#[template(path = "outlet/late_cash.html")]
struct LateCashPage {
    frame: Frame,
    lines: Vec<Line>,
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

pub(crate) async fn show_held(session: StaffSession) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewOutlets)?;
    let (hub, language) = (hub(&session)?, session.language());
    let networks = hub.networks();
    let held = hub.held_late_cash(None, LINES).await?;
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
    let mine = |held: &LateCashView| visible(&networks, &session.who.scope, &held.cash.outlet).is_ok();
    let page = LateCashPage {
        lines: held.into_iter().filter(mine).map(line).collect(),
        may_release: RELEASE.iter().any(|permission| session.who.may(*permission)),
        frame: session.frame("outlet-late-cash-title"),
    };
    session.html(StatusCode::OK, &page)
}

/// Gives it back to the outlet's float, for the outlet to hand it over.
pub(crate) async fn release(
    session: StaffSession,
    path: web::Path<(String, String)>,
    _posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require_any(&RELEASE)?;
    let hub = hub(&session)?;
    let id: i64 = path.1.parse().map_err(|_| Fault::NotFound)?;
    let held = hub.late_cash(id).await?.ok_or(Fault::NotFound)?;
    visible(&hub.networks(), &session.who.scope, &held.cash.outlet)?;
    match hub.release_late_cash(id, actor(&session.who)).await {
        // The same button twice is one release.
        Ok(_) | Err(LateCashError::Released) => Ok(session.context.see_other("/staff/late-cash")),
        Err(LateCashError::UnknownCash) => Err(Fault::NotFound),
        Err(LateCashError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(error) => Err(Fault::Failed(error.to_string())),
    }
}
