//! One request: whose it is, masked; what is held, counted, once it is looked up; what can be done about it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Erased, Erasure, Language, PersonAsk, PersonRequest};
use payments::form::mask;
use payments::personal::{CONTACTS_MAX, HeldContact, HeldView};
use staff::Action;

use super::parts::{age, case, hub_for, is_late, masked, named, obstacles, path, row_word, subject, tone, word};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::{format, i18n};

/// What was typed into the page's forms.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) note: String,
    pub(super) words: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) rows: Vec<String>,
}

/// Somewhere where they are told.
struct Contact {
    value: String,
    what: String,
    id: i64,
    at: String,
    phone: String,
    email: String,
    chosen: bool,
}

/// What is held, as the page shows it.
struct Held {
    /// What it is and how many.
    counts: Vec<(String, usize)>,
    erases: Vec<(String, usize)>,
    keeps: Vec<String>,
    open: Vec<String>,
    contacts: Vec<Contact>,
    has_more: bool,
}

#[derive(Template)]
#[template(path = "personal/request.html")]
struct RequestPage {
    frame: Frame,
    faults: Faults,
    number: String,
    href: String,
    state: String,
    tone: &'static str,
    is_late: bool,
    is_open: bool,
    /// Label, value, and whether it is a code.
    facts: Vec<(String, String, bool)>,
    words: String,
    held: Option<Held>,
    /// What was just done.
    done: String,
    by_mail: bool,
    asks_erasure: bool,
    may_rectify: bool,
    /// The erasure that waits: its number, who asked for it and when.
    waits: Option<(i64, String, String)>,
    is_own: bool,
    certificate: Option<String>,
    typed: Typed,
}

pub(crate) async fn show_request(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let (request, erasure) = case(&session, &path.1).await?;
    plain(&session, StatusCode::OK, &request, erasure.as_ref(), Typed::default(), Faults::default()).await
}

/// Looks up what is held.
pub(crate) async fn show_held(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let (request, erasure) = case(&session, &path.1).await?;
    posted.press()?;
    let typed = Typed::default();
    with_held(&session, StatusCode::OK, &request, erasure.as_ref(), typed, Faults::default(), String::new()).await
}

/// The page without what is held; the audit log knows first.
pub(super) async fn plain(
    session: &StaffSession,
    status: StatusCode,
    request: &PersonRequest,
    erasure: Option<&Erasure>,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    session.audit(Action::CustomerViewed, &subject(request.id), "masked").await?;
    page(session, status, request, erasure, None, typed, faults, String::new())
}

/// The page with what is held; the audit log knows first.
pub(super) async fn with_held(
    session: &StaffSession,
    status: StatusCode,
    request: &PersonRequest,
    erasure: Option<&Erasure>,
    typed: Typed,
    faults: Faults,
    done: String,
) -> Result<HttpResponse, Fault> {
    if request.ended_at.is_some() {
        return plain(session, status, request, erasure, typed, faults).await;
    }
    session.context.state.operators.take_key(&session.who.member).map_err(Fault::TooManyLookUps)?;
    session.audit(Action::CustomerViewed, &subject(request.id), "what is held, counted; masked").await?;
    let view = hub_for(session)?.held_view(request).await?;
    let held = held(session.language(), &view, &typed);
    page(session, status, request, erasure, Some(held), typed, faults, done)
}

/// The page as it stands by now, with why something was not done.
pub(super) async fn again(
    session: &StaffSession,
    id: i64,
    status: StatusCode,
    typed: Typed,
    (field, text): (&str, String),
) -> Result<HttpResponse, Fault> {
    let (request, erasure) = case(session, &id.to_string()).await?;
    // A conflict is told where the state is: the field may not be there any more.
    let field = if status == StatusCode::UNPROCESSABLE_ENTITY { field } else { "state" };
    with_held(session, status, &request, erasure.as_ref(), typed, Faults::one(field, text), String::new()).await
}

/// What an erasure erases, in the order in which it is told.
pub(super) fn erased_lines(language: Language, erased: &Erased) -> Vec<(String, usize)> {
    let Erased { payments, notes, links, references, calls, desk_calls, disputes } = *erased;
    let lines = [
        ("payments", payments),
        ("notes", notes),
        ("links", links),
        ("references", references),
        ("calls", calls),
        ("desk-calls", desk_calls),
        ("disputes", disputes),
    ];
    let said = lines.into_iter().filter(|(_, count)| *count > 0);
    said.map(|(of, count)| (i18n::text(language, &format!("personal-erases-{of}")), count)).collect()
}

fn held(language: Language, view: &HeldView, typed: &Typed) -> Held {
    let held = &view.held;
    let counts = [
        ("payment", held.payments.len()),
        ("note", held.notes.len()),
        ("payment link", held.links.len()),
        ("cash reference", held.references.len()),
        ("call", held.calls.len()),
        ("call at the desk", held.desk.len()),
        ("complaint", held.disputes.len()),
        ("entry of a list against fraud", held.lists.len()),
    ];
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    let shown = |text: Option<&String>| text.map(|text| mask(text)).unwrap_or_default();
    let contact = |contact: &HeldContact| {
        let (value, key, id) = row_word(contact.row);
        Contact {
            chosen: typed.rows.contains(&value),
            value,
            what: i18n::text(language, key),
            id,
            at: format::stamp(contact.at.and_utc()),
            phone: shown(contact.phone.as_ref()),
            email: shown(contact.email.as_ref()),
        }
    };
    let mut keeps = Vec::new();
    for (key, count) in [("personal-keeps-payments", held.payments.len()), ("personal-keeps-lists", held.lists.len())] {
        if let (true, Ok(count)) = (count > 0, i64::try_from(count)) {
            keeps.push(i18n::text_with(language, key, &[("count", i18n::Arg::Number(count))]));
        }
    }
    Held {
        counts: counts.map(|(what, count)| (word(language, "what", what), count)).collect(),
        erases: erased_lines(language, &view.erasing.erasable()),
        keeps,
        open: obstacles(language, &view.obstacles),
        contacts: view.contacts.iter().map(contact).collect(),
        has_more: [held.payments.len(), held.links.len(), held.references.len(), held.disputes.len(), held.desk.len()]
            .iter()
            .any(|count| *count > CONTACTS_MAX),
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one page")]
fn page(
    session: &StaffSession,
    status: StatusCode,
    request: &PersonRequest,
    erasure: Option<&Erasure>,
    held: Option<Held>,
    typed: Typed,
    faults: Faults,
    done: String,
) -> Result<HttpResponse, Fault> {
    let (language, is_open) = (session.language(), request.ended_at.is_none());
    let waits = erasure.filter(|erasure| erasure.decided_at.is_none());
    let certificate = erasure.filter(|erasure| !erasure.certificate.is_empty());
    let href = format!("/{language}{}", path(request.id));
    let page = RequestPage {
        frame: session.frame("personal-request-title"),
        faults,
        number: named(request.id),
        state: word(language, "state", request.state.as_str()),
        tone: tone(request.state),
        is_late: is_late(session, request),
        is_open,
        facts: facts(session, request),
        words: request.words.clone(),
        held,
        done,
        by_mail: request.email.is_some(),
        asks_erasure: request.kind == PersonAsk::Erasure,
        may_rectify: request.kind == PersonAsk::Rectification,
        waits: waits
            .map(|erasure| (erasure.id, erasure.asked_by.name.clone(), format::stamp(erasure.asked_at.and_utc()))),
        is_own: waits.is_some_and(|erasure| erasure.asked_by.id == session.who.member),
        certificate: certificate.map(|_| format!("{href}/certificate")),
        href,
        typed,
    };
    session.html(status, &page)
}

fn facts(session: &StaffSession, request: &PersonRequest) -> Vec<(String, String, bool)> {
    let language = session.language();
    let text = |key: &str| i18n::text(language, key);
    let mut facts = vec![
        (text("personal-col-kind"), word(language, "kind", request.kind.as_str()), false),
        (text("personal-col-reference"), request.reference.clone(), false),
        (text("personal-col-received"), format::date(language, request.received_on), false),
    ];
    if request.ended_at.is_none() {
        facts.push((text("personal-col-age"), age(session, request.received_on), false));
    }
    facts.push((text("personal-col-due"), format::date(language, request.due_on), false));
    facts.extend(masked(request).into_iter().map(|(key, value)| (text(key), value, true)));
    facts.push((text("personal-col-language"), text(&format!("personal-language-{}", request.language)), false));
    let by = |name: &str, at: chrono::NaiveDateTime| format!("{name} · {}", format::stamp(at.and_utc()));
    facts.push((text("personal-col-taken"), by(&request.taken_by.name, request.taken_at), false));
    if let Some(at) = request.handed_out_at {
        facts.push((text("personal-col-handed-out"), format::stamp(at.and_utc()), true));
    }
    if let (Some(at), Some(who)) = (request.ended_at, &request.ended_by) {
        facts.push((text("personal-col-ended"), by(&who.name, at), false));
    }
    facts
}
