//! Floats: what is left at each outlet, its statement, and requests that a second person decides.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{FloatRequest, FloatRequestKind, FloatRequestState, Language, Money, Whose};
use payments::api::cash::{DecideFloat, FloatError, FloatLine, FloatView, RequestFloat};
use payments::card_numbers;
use payments::networks::{Network, Outlet};
use serde::Deserialize;
use staff::Permission;

use super::inputs::{amount, fresh_key, kept, key, words};
use super::scope::{actor, holds, hub, outlets, visible, whose};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};
use crate::web::{format, i18n};

/// Floats of a page.
const FLOATS: usize = 50;
/// Lines of a statement's page.
const LINES: i64 = 50;
/// Open requests of a page.
const OPEN_REQUESTS: i64 = 50;
/// Decided requests of a page.
const DECIDED_REQUESTS: i64 = 20;
/// Longest note, in characters.
const NOTE_MAX: usize = 200;

/// Every float of one's outlets, and the requests about them.
#[derive(Template)]
#[template(path = "outlet/floats.html")]
struct FloatsPage {
    frame: Frame,
    lines: Vec<FloatRow>,
    /// Where the next floats are.
    more: Option<String>,
    /// The first ones, from any other page of them.
    first: Option<String>,
    requests: Requests,
    done: Option<String>,
    faults: Faults,
}

struct FloatRow {
    network: String,
    outlet: String,
    number: String,
    city: String,
    available: String,
    low_below: String,
    is_low: bool,
    active: bool,
    href: String,
}

/// A page of requests: open ones, oldest first, then those that were decided, newest first.
struct Requests {
    rows: Vec<RequestRow>,
    /// Where the next open ones are.
    more: Option<String>,
    /// Where older decided ones are.
    older: Option<String>,
    /// The first page, from any other.
    first: Option<String>,
}

struct RequestRow {
    id: i64,
    outlet: String,
    kind: String,
    amount: String,
    proof: String,
    by: String,
    at: String,
    state: String,
    open: bool,
    decided_by: String,
    note: String,
    /// Where to decide; `None` for whoever may not, or asked for it.
    action: Option<String>,
    own: bool,
}

/// One float.
#[derive(Template)]
#[template(path = "outlet/float.html")]
struct FloatPage {
    frame: Frame,
    float: FloatRow,
    lines: Vec<StatementRow>,
    older: Option<String>,
    newest: bool,
    /// Whether a request can be made here.
    may_request: bool,
    form: Form,
    faults: Faults,
    requests: Requests,
}

struct StatementRow {
    at: String,
    event: String,
    amount: String,
    out: bool,
    balance: String,
    reference: String,
}

#[derive(Default)]
struct Form {
    withdrawal: bool,
    amount: String,
    proof: String,
    key: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct Place {
    /// The number of the last outlet of the page before.
    after: Option<String>,
    /// The last line of the statement's page before.
    before: Option<i64>,
    /// The last open request of the page before.
    open: Option<i64>,
    /// The last decided one of the page before.
    decided: Option<i64>,
}

/// The message of a request's kind.
fn kind_text(language: Language, kind: FloatRequestKind) -> String {
    let key = match kind {
        FloatRequestKind::TopUp => "outlet-float-top-up",
        FloatRequestKind::Withdrawal => "outlet-float-withdrawal",
    };
    i18n::text(language, key)
}

fn request_row(session: &StaffSession, request: FloatRequest) -> RequestRow {
    let language = session.language();
    let own = request.requested_by.id == session.who.member;
    let open = request.state == FloatRequestState::Open;
    let state = match request.state {
        FloatRequestState::Open => "outlet-request-open",
        FloatRequestState::Approved => "outlet-request-approved",
        FloatRequestState::Refused => "outlet-request-refused",
    };
    let decides = open && !own && session.who.may(Permission::ApproveFloat);
    RequestRow {
        action: decides.then(|| format!("/{language}/staff/float-requests/{}", request.id)),
        id: request.id,
        outlet: request.outlet,
        kind: kind_text(language, request.kind),
        amount: format::money(language, request.amount),
        proof: request.proof,
        by: request.requested_by.name,
        at: format::stamp(request.requested_at.and_utc()),
        state: i18n::text(language, state),
        open,
        decided_by: request.decided_by.map(|who| who.name).unwrap_or_default(),
        note: request.note,
        own,
    }
}

/// The link to the page after a full one.
fn after_full(found: &[FloatRequest], limit: i64, here: &str, name: &str) -> Option<String> {
    let full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    found.last().filter(|_| full).map(|last| format!("{here}?{name}={}", last.id))
}

/// Requests about floats.
async fn requests(session: &StaffSession, whose: Whose, here: &str, place: &Place) -> Result<Requests, Fault> {
    let hub = hub(session)?;
    let open = match place.decided {
        None => hub.open_float_requests(&whose, place.open, OPEN_REQUESTS).await?,
        Some(_) => Vec::new(),
    };
    let more = after_full(&open, OPEN_REQUESTS, here, "open");
    // Behind the last of those that somebody has to decide on.
    let decided = match more {
        None => hub.decided_float_requests(&whose, place.decided, DECIDED_REQUESTS).await?,
        Some(_) => Vec::new(),
    };
    let older = after_full(&decided, DECIDED_REQUESTS, here, "decided");
    let first = (place.open.is_some() || place.decided.is_some()).then(|| here.to_owned());
    let rows = open.into_iter().chain(decided).map(|request| request_row(session, request)).collect();
    Ok(Requests { rows, more, older, first })
}

fn row(language: Language, (network, outlet): (&Network, &Outlet), float: &FloatView) -> FloatRow {
    FloatRow {
        network: network.name.get(language).to_owned(),
        outlet: outlet.name.get(language).to_owned(),
        number: outlet.number.clone(),
        city: outlet.city.get(language).to_owned(),
        available: format::money(language, float.available),
        low_below: format::money(language, float.low_below),
        is_low: float.is_low,
        active: network.active && outlet.active,
        href: format!("/{language}/staff/floats/{}", outlet.number),
    }
}

/// A page of floats, and the number of its last outlet where there are more.
async fn rows(session: &StaffSession, after: Option<&str>) -> Result<(Vec<FloatRow>, Option<String>), Fault> {
    let (hub, language) = (hub(session)?, session.language());
    let networks = hub.networks();
    let all: Vec<(&Network, &Outlet)> = outlets(&networks, &session.who.scope).collect();
    let start = match after {
        None => 0,
        Some(last) => 1 + all.iter().position(|(_, outlet)| outlet.number == last).ok_or(Fault::NotFound)?,
    };
    let rest = all.get(start..).unwrap_or_default();
    let page = rest.get(..FLOATS).unwrap_or(rest);
    let floats = hub.floats(page.iter().map(|(_, outlet)| outlet.number.clone()).collect()).await?;
    let rows = floats.iter().filter_map(|float| Some(row(language, networks.outlet(&float.outlet)?, float))).collect();
    let last = page.last().filter(|_| rest.len() > FLOATS).map(|(_, outlet)| outlet.number.clone());
    Ok((rows, last))
}

async fn list_page(
    session: &StaffSession,
    status: StatusCode,
    place: &Place,
    done: Option<String>,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let here = format!("/{}/staff/floats", session.language());
    let (lines, last) = rows(session, place.after.as_deref()).await?;
    let whose = whose(&hub(session)?.networks(), &session.who.scope);
    let requests = requests(session, whose, &here, place).await?;
    let more = last.map(|last| format!("{here}?after={last}"));
    let first = place.after.as_ref().map(|_| here);
    let page = FloatsPage { frame: session.frame("outlet-floats-title"), lines, more, first, requests, done, faults };
    session.html(status, &page)
}

pub(crate) async fn show_floats(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewOutlets)?;
    list_page(&session, StatusCode::OK, &place, None, Faults::default()).await
}

/// The message of an event of a float.
fn event_text(language: Language, line: &FloatLine) -> String {
    i18n::text(language, &format!("outlet-event-{}", line.event.as_str().replace(' ', "-")))
}

async fn float_page(
    session: &StaffSession,
    status: StatusCode,
    number: &str,
    place: &Place,
    (form, faults): (Form, Faults),
) -> Result<HttpResponse, Fault> {
    let (hub, language) = (hub(session)?, session.language());
    let networks = hub.networks();
    let place_of = visible(&networks, &session.who.scope, number)?;
    let float = row(language, place_of, &hub.float(number).await?.ok_or(Fault::NotFound)?);
    let statement = hub.float_statement(number, place.before, LINES).await?;
    let requests = requests(session, Whose::Outlet(float.number.clone()), &float.href, place).await?;
    let line = |line: FloatLine| StatementRow {
        at: format::stamp(line.at),
        event: event_text(language, &line),
        amount: format::money(language, line.amount),
        out: line.amount < Money::ZERO,
        balance: format::money(language, line.balance),
        reference: line
            .payment
            .or(line.network_reference)
            .or(line.subject.map(|id| id.to_string()))
            .unwrap_or_default(),
    };
    let page = FloatPage {
        older: statement.next.map(|next| format!("{}?before={next}", float.href)),
        newest: place.before.is_none(),
        float,
        lines: statement.lines.into_iter().map(line).collect(),
        may_request: session.who.may(Permission::RequestFloat),
        form,
        faults,
        requests,
        frame: session.frame("outlet-float-title"),
    };
    session.html(status, &page)
}

pub(crate) async fn show_float(
    session: StaffSession,
    path: web::Path<(String, String)>,
    place: web::Query<Place>,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewOutlets)?;
    let form = Form { key: fresh_key(), ..Form::default() };
    float_page(&session, StatusCode::OK, &path.1, &place, (form, Faults::default())).await
}

/// Asks for a top-up or a withdrawal.
pub(crate) async fn request(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::RequestFloat)?;
    let (hub, language) = (hub(&session)?, session.language());
    let number = visible(&hub.networks(), &session.who.scope, &path.1)?.1.number.clone();
    let (typed, proof, key) = (posted.one("amount")?, posted.one("proof")?, key(&posted)?);
    let kind: FloatRequestKind = posted.one("kind")?.parse().map_err(|_| Fault::NotOffered)?;
    let again = async |status, target: &str, text: String| {
        let form = Form {
            withdrawal: kind == FloatRequestKind::Withdrawal,
            amount: kept(typed),
            proof: kept(proof),
            key: key.clone(),
        };
        float_page(&session, status, &number, &Place::default(), (form, Faults::one(target, text))).await
    };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let amount = match amount(typed) {
        Ok(Some(amount)) if amount.is_positive() => amount,
        Ok(_) => return again(wrong, "amount", i18n::text(language, "fault-amount-required")).await,
        Err(key) => return again(wrong, "amount", i18n::text(language, key)).await,
    };
    if card_numbers::holds_one(proof) {
        return again(wrong, "proof", i18n::text(language, CARD_NUMBER_KEY)).await;
    }
    let request = RequestFloat {
        outlet: number.clone(),
        kind,
        amount,
        proof: proof.to_owned(),
        key: key.clone(),
        actor: actor(&session.who),
    };
    let (status, target, key) = match hub.request_float(request).await {
        Ok(_) => return Ok(session.context.see_other(&format!("/staff/floats/{number}"))),
        Err(FloatError::Infrastructure(trouble)) => return Err(trouble.into()),
        Err(FloatError::Counter(_)) => return Err(Fault::NotFound),
        Err(FloatError::BadAmount) => (wrong, "amount", "fault-amount-required"),
        Err(FloatError::NoProof) => (wrong, "proof", "outlet-fault-proof"),
        Err(FloatError::ProofUsed) => (StatusCode::CONFLICT, "proof", "outlet-fault-proof-used"),
        Err(FloatError::KeyConflict) => (StatusCode::CONFLICT, "amount", "outlet-fault-key"),
        Err(error) => return Err(Fault::Failed(error.to_string())),
    };
    again(status, target, i18n::text(language, key)).await
}

/// Approves or refuses, as the second person.
pub(crate) async fn decide(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ApproveFloat)?;
    let (hub, language) = (hub(&session)?, session.language());
    let id: i64 = path.1.parse().map_err(|_| Fault::NotFound)?;
    let found = hub.float_request(id).await?.ok_or(Fault::NotFound)?;
    holds(&session.who.scope, &found.network, &found.outlet)?;
    let approve = match posted.one("decision")? {
        "approve" => true,
        "refuse" => false,
        _ => return Err(Fault::NotOffered),
    };
    let note = posted.one("note")?;
    let target = format!("note-{id}");
    let again = async |status, text: String| {
        list_page(&session, status, &Place::default(), None, Faults::one(&target, text)).await
    };
    if !(approve && note.is_empty())
        && let Err(key) = words(note, NOTE_MAX)
    {
        return again(StatusCode::UNPROCESSABLE_ENTITY, i18n::text(language, key)).await;
    }
    let request = DecideFloat { request: id, approve, note: note.to_owned(), actor: actor(&session.who) };
    match hub.decide_float(request).await {
        Ok(_) => Ok(session.context.see_other("/staff/floats")),
        Err(FloatError::UnknownRequest) => Err(Fault::NotFound),
        Err(FloatError::Decided) => again(StatusCode::CONFLICT, i18n::text(language, "outlet-fault-decided")).await,
        Err(FloatError::SamePerson) => again(StatusCode::FORBIDDEN, i18n::text(language, "outlet-fault-own")).await,
        Err(FloatError::NoNote) => {
            again(StatusCode::UNPROCESSABLE_ENTITY, i18n::text(language, "outlet-fault-reason")).await
        }
        Err(FloatError::FloatTooLow { available }) => {
            let available = format::money(language, available);
            let args = [("available", i18n::Arg::Text(&available))];
            again(StatusCode::CONFLICT, i18n::text_with(language, "outlet-fault-withdrawal", &args)).await
        }
        Err(FloatError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(error) => Err(Fault::Failed(error.to_string())),
    }
}
