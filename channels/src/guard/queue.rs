//! Payments that wait for a person, and one of them: what was found, what was paid before, release or refusal.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{CaseOutcome, GuardCaseState, Money};
use payments::guard::CaseView;
use serde::Deserialize;
use staff::{Action, Permission};

use super::lists::block_link;
use super::parts::{Tab, actor, age, hub_for, kept, number, reason, reference, tabs, told, word};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::{format, i18n};

/// Cases of a page.
const PAGE: usize = 50;

#[derive(Deserialize)]
pub(crate) struct Place {
    after: Option<i64>,
}

#[derive(Template)]
#[template(path = "guard/queue.html")]
struct QueuePage {
    frame: Frame,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    next: Option<String>,
    first: Option<String>,
}

struct Line {
    reference: String,
    href: String,
    rule: String,
    told: String,
    what: String,
    amount: String,
    age: String,
    ends: String,
}

fn line(session: &StaffSession, view: &CaseView) -> Line {
    let (language, now) = (session.language(), session.context.now);
    let CaseView { case, finding, .. } = view;
    let hit = &case.hit.what;
    Line {
        reference: reference(&case.hit),
        href: format!("/{language}/staff/guard/cases/{}", case.id),
        rule: hit.name.clone(),
        told: told(language, finding),
        what: format!("{} · {}", word(language, "channel", hit.channel.as_str()), hit.biller),
        amount: format::money(language, hit.amount),
        age: age(language, case.opened_at.and_utc(), now),
        ends: format::stamp(case.expires_at.and_utc()),
    }
}

pub(crate) async fn show_queue(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ReviewFraud)?;
    let language = session.language();
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let found = hub.guard_cases(place.after.unwrap_or(0), limit).await?;
    let last = found.last().filter(|_| found.len() == PAGE).map(|last| last.case.id);
    let here = format!("/{language}/staff/guard");
    let page = QueuePage {
        frame: session.frame("guard-queue-title"),
        tabs: tabs(&session, "/staff/guard"),
        lines: found.iter().map(|view| line(&session, view)).collect(),
        next: last.map(|id| format!("{here}?after={id}")),
        first: place.after.map(|_| here),
    };
    session.html(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "guard/case.html")]
struct CasePage {
    frame: Frame,
    faults: Faults,
    line: Line,
    state: String,
    tone: &'static str,
    open: bool,
    biller: String,
    contract: String,
    phone: String,
    outlet: String,
    opened_at: String,
    times: String,
    decided: String,
    note: String,
    /// Payments that were counted: number, total, and the form that lists who paid.
    related: Vec<(String, String, String)>,
    typed: String,
}

async fn case_page(
    session: &StaffSession,
    status: StatusCode,
    view: CaseView,
    typed: String,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let hub = hub_for(session, Permission::ReviewFraud)?;
    session.audit(Action::CustomerViewed, &format!("guard case {}", view.case.id), "").await?;
    let language = session.language();
    let catalogue = hub.catalogue();
    let (case, hit) = (&view.case, &view.case.hit);
    let biller = hit.what.biller;
    let name = catalogue.get(biller).map(|found| found.name.get(language).to_owned());
    let tone = match case.state {
        GuardCaseState::Open => "badge-wait",
        GuardCaseState::Released | GuardCaseState::Used => "badge-good",
        GuardCaseState::Refused | GuardCaseState::Expired => "badge-bad",
    };
    let counted = |(id, total): &(i64, Money)| {
        let id = id.to_string();
        let block = block_link(language, &id, view.finding.subject());
        (id, format::money(language, *total), block)
    };
    let decided_at = case.decided_at.map(|at| format::stamp(at.and_utc()));
    let page = CasePage {
        frame: session.frame("guard-case-title"),
        faults,
        line: line(session, &view),
        state: word(language, "state", case.state.as_str()),
        tone,
        open: case.state == GuardCaseState::Open,
        biller: name.map_or_else(|| biller.to_string(), |name| format!("{biller} {name}")),
        contract: view.contract.clone(),
        phone: hit.what.phone.clone(),
        outlet: hit.what.outlet.clone(),
        opened_at: format::stamp(case.opened_at.and_utc()),
        times: hit.times.to_string(),
        decided: decided_at.map(|at| format!("{} · {at}", case.decided_by)).unwrap_or_default(),
        note: case.note.clone(),
        related: view.related.iter().map(counted).collect(),
        typed,
    };
    session.html(status, &page)
}

pub(crate) async fn show_case(session: StaffSession, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ReviewFraud)?;
    let view = hub.guard_case(number(&path.1)?).await?.ok_or(Fault::NotFound)?;
    case_page(&session, StatusCode::OK, view, String::new(), Faults::default()).await
}

/// Releases or refuses; of two people one is the first, and the other is shown what was decided.
pub(crate) async fn decide_case(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ReviewFraud)?;
    let language = session.language();
    let id = number(&path.1)?;
    let view = hub.guard_case(id).await?.ok_or(Fault::NotFound)?;
    let note = posted.one("note")?;
    let (release, action) = match posted.one("decision")? {
        "release" => (true, Action::FraudCaseReleased),
        "refuse" => (false, Action::FraudCaseRefused),
        _ => return Err(Fault::NotOffered),
    };
    if let Err(key) = reason(note) {
        let faults = Faults::one("note", i18n::text(language, key));
        return case_page(&session, StatusCode::UNPROCESSABLE_ENTITY, view, kept(note), faults).await;
    }
    let entry = session.audit_entry(action, &format!("guard case {id}"), &view.case.hit.what.name);
    match hub.decide_guard_case(id, release, note.to_owned(), actor(&session), entry).await? {
        CaseOutcome::Done => Ok(session.context.see_other(&format!("/staff/guard/cases/{id}"))),
        CaseOutcome::Unknown => Err(Fault::NotFound),
        CaseOutcome::NotOpen(_) => {
            let view = hub.guard_case(id).await?.ok_or(Fault::NotFound)?;
            let faults = Faults::one("state", i18n::text(language, "guard-fault-decided"));
            case_page(&session, StatusCode::CONFLICT, view, String::new(), faults).await
        }
    }
}
