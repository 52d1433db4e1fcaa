//! The list of what is for people to decide.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::UnknownOutcome;
use serde::Deserialize;
use staff::Permission;

use super::parts::{age, amount, biller_name, path, require_unbound, said, word};
use crate::finance::parts::hub;
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::format;

/// Rows of a page.
const PAGE: i64 = 50;

#[derive(Deserialize)]
pub(crate) struct Place {
    #[serde(default)]
    after: Option<i64>,
}

struct Row {
    id: i64,
    href: String,
    subject: String,
    biller: String,
    amount: String,
    age: String,
    tries: usize,
    words: String,
    is_stuck: bool,
    /// What was proposed, and by whom; empty where nothing waits.
    proposed: String,
    by: String,
}

#[derive(Template)]
#[template(path = "outcomes/unknowns.html")]
struct UnknownsPage {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
}

fn row(session: &StaffSession, unknown: &UnknownOutcome) -> Result<Row, Fault> {
    let language = session.language();
    let proposal = unknown.proposal.as_ref();
    Ok(Row {
        id: unknown.about.id(),
        href: format!("/{language}{}", path(unknown.about)),
        subject: word(language, "subject", unknown.subject.as_str()),
        biller: biller_name(session, &unknown.payment)?,
        amount: format::money(language, amount(&unknown.payment, unknown.refund.as_ref())),
        age: age(session, unknown.since),
        tries: usize::try_from(unknown.attempts).unwrap_or_default(),
        words: unknown.words.clone(),
        is_stuck: unknown.next.is_none(),
        proposed: proposal.map(|found| said(language, found.subject, found.verdict)).unwrap_or_default(),
        by: proposal.map(|found| found.proposed_by.name.clone()).unwrap_or_default(),
    })
}

pub(crate) async fn show_unknowns(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewPayments)?;
    require_unbound(&session)?;
    let language = session.language();
    let (found, next) = hub(&session)?.unknown_outcomes(place.after.unwrap_or(0), PAGE).await?;
    let here = |more: String| format!("/{language}/staff/unknowns{more}");
    let page = UnknownsPage {
        frame: session.frame("outcomes-title"),
        rows: found.iter().map(|unknown| row(&session, unknown)).collect::<Result<_, _>>()?,
        next: next.map(|id| here(format!("?after={id}"))),
        first: place.after.map(|_| here(String::new())),
    };
    session.html(StatusCode::OK, &page)
}
