//! What was decided, and what rules that only simulate would have decided.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use staff::Permission;

use super::parts::{Tab, hub_for, reference, tabs, told, tone, word};
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::format;

/// Decisions of a page.
const PAGE: usize = 50;

#[derive(Deserialize)]
pub(crate) struct Place {
    before: Option<i64>,
    rule: Option<i64>,
}

#[derive(Template)]
#[template(path = "guard/hits.html")]
struct HitsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    older: Option<String>,
    newest: Option<String>,
}

struct Line {
    reference: String,
    at: String,
    rule: String,
    told: String,
    what: String,
    amount: String,
    outcome: String,
    tone: &'static str,
    times: String,
}

pub(crate) async fn show_hits(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ApproveRules)?;
    let language = session.language();
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let found = hub.guard_hits(place.rule, place.before, limit).await?;
    let last = found.last().filter(|_| found.len() == PAGE).map(|last| last.hit.id);
    let of_rule = place.rule.map(|rule| format!("rule={rule}")).unwrap_or_default();
    let here = |more: String| {
        let parts: Vec<_> = [of_rule.clone(), more].into_iter().filter(|part| !part.is_empty()).collect();
        let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
        format!("/{language}/staff/guard/hits{query}")
    };
    let lines = found.iter().map(|view| {
        let what = &view.hit.what;
        Line {
            reference: reference(&view.hit),
            at: format::stamp(view.hit.last_at.and_utc()),
            rule: what.name.clone(),
            told: told(language, &view.finding),
            what: format!("{} · {}", word(language, "channel", what.channel.as_str()), what.biller),
            amount: format::money(language, what.amount),
            outcome: word(language, "outcome", what.outcome.as_str()),
            tone: tone(what.outcome),
            times: view.hit.times.to_string(),
        }
    });
    let page = HitsPage {
        frame: session.frame_with_query("guard-hits-title", &of_rule),
        tabs: tabs(&session, "/staff/guard/hits"),
        lines: lines.collect(),
        older: last.map(|id| here(format!("before={id}"))),
        newest: place.before.map(|_| here(String::new())),
    };
    session.html(StatusCode::OK, &page)
}
