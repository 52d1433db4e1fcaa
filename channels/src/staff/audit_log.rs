//! The audit log, for whoever may read it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::AuditRow;
use serde::Deserialize;
use staff::{Action, Permission};

use super::frame::Frame;
use super::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// Rows of a page.
const PAGE: usize = 50;

#[derive(Deserialize)]
pub(crate) struct Place {
    before: Option<i64>,
}

/// A page of the log, the newest row first.
#[derive(Template)]
#[template(path = "staff/audit.html")]
struct AuditPage {
    frame: Frame,
    lines: Vec<Line>,
    /// Where the rows before these are.
    older: Option<String>,
    newest: bool,
}

struct Line {
    seq: i64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    detail: String,
}

pub(crate) async fn show_log(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewAudit)?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let rows = session.staff().audit_rows(place.before, limit).await?;
    let frame = session.frame("staff-audit-title");
    let last = rows.last().filter(|row| row.seq > 1).map(|row| row.seq);
    let page = AuditPage {
        older: last.map(|seq| frame.page.url(&format!("/staff/audit?before={seq}"))),
        newest: place.before.is_none(),
        lines: rows.into_iter().map(|row| line(&session, row)).collect(),
        frame,
    };
    session.html(StatusCode::OK, &page)
}

fn line(session: &StaffSession, row: AuditRow) -> Line {
    // A word of a later program stands for itself.
    let known = Action::ALL.iter().any(|action| action.as_str() == row.entry.action);
    let action = match known {
        true => i18n::text(session.language(), &format!("audit-{}", row.entry.action)),
        false => row.entry.action,
    };
    Line {
        seq: row.seq,
        at: format::stamp(row.at.and_utc()),
        actor: row.entry.actor,
        action,
        subject: row.entry.subject,
        detail: row.entry.detail,
    }
}
