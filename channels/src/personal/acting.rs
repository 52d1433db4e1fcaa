//! What is done about a request: an erasure asked for and decided, something put right, an end.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::{Contactable, Language, PersonAsk, PersonRequest, PersonRequestState, PersonRequestStep, Rectified};
use payments::personal::{ErasureApproved, ErasureAsked};
use payments::{card_numbers, phone};
use staff::{Action, Staff};

use super::paper::erasure_certificate;
use super::parts::{WORD_CHARS, case, hub_for, kept, obstacles, path, row_named, subject};
use super::request::{Typed, again, with_held};
use crate::finance::parts::actor;
use crate::staff::frame::Faults;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted, ascii_digits, is_email};

const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

type Path = web::Path<(String, String)>;

/// What is wrong with a word of somebody's.
fn word_fault(text: &str, is_needed: bool) -> Option<&'static str> {
    match text.chars().count() {
        _ if card_numbers::holds_one(text) => Some(CARD_NUMBER_KEY),
        0 if !is_needed => None,
        count if !WORD_CHARS.contains(&count) => Some("personal-fault-words"),
        _ => None,
    }
}

/// The message about a step that was not taken.
fn not_taken(language: Language, step: PersonRequestStep) -> Result<String, Fault> {
    let key = match step {
        PersonRequestStep::NoSuchRequest => "personal-fault-gone",
        PersonRequestStep::Ended(_) => "personal-fault-ended",
        PersonRequestStep::ErasureWaits(_) => "personal-fault-waits",
        PersonRequestStep::NotYours => "personal-fault-not-yours",
        PersonRequestStep::Done(_) => return Err(Fault::NotFound),
    };
    Ok(i18n::text(language, key))
}

/// What is open, as one sentence.
fn still_open(language: Language, open: &[ledger::Obstacle]) -> String {
    let what = obstacles(language, open).join(" · ");
    i18n::text_with(language, "personal-fault-open", &[("what", i18n::Arg::Text(&what))])
}

/// Asks for the erasure, over the page that said what it does.
pub(crate) async fn ask_erasure(session: StaffSession, number: Path, posted: Posted) -> Result<HttpResponse, Fault> {
    let (request, _) = case(&session, &number.1).await?;
    posted.press()?;
    let language = session.language();
    if request.kind != PersonAsk::Erasure {
        return Err(Fault::NotOffered);
    }
    let entry = session.audit_entry(Action::ErasureAsked, &subject(request.id), "");
    let text = match hub_for(&session)?.ask_erasure(&request, actor(&session), entry).await? {
        ErasureAsked::Waits(_) => return Ok(session.context.see_other(&path(request.id))),
        ErasureAsked::Nothing => i18n::text(language, "personal-fault-nothing"),
        ErasureAsked::Open(open) => still_open(language, &open),
        ErasureAsked::Not(step) => not_taken(language, step)?,
    };
    again(&session, request.id, StatusCode::CONFLICT, Typed::default(), ("state", text)).await
}

/// The second person's word on an erasure, or its being taken back.
pub(crate) async fn decide(session: StaffSession, number: Path, posted: Posted) -> Result<HttpResponse, Fault> {
    let (request, erasure) = case(&session, &number.1).await?;
    let (language, hub) = (session.language(), hub_for(&session)?);
    let named: i64 = posted.one("erasure")?.parse().map_err(|_| Fault::NotOffered)?;
    let (decision, note) = (posted.one("decision")?, posted.one("note")?);
    let conflict = async |text| {
        let typed = Typed { note: kept(note), ..Typed::default() };
        again(&session, request.id, StatusCode::CONFLICT, typed, ("state", text)).await
    };
    let waiting = erasure.filter(|erasure| erasure.id == named);
    let entry = |action, said: &str| session.audit_entry(action, &subject(request.id), said);
    match decision {
        "approve" => {
            let Some(erasure) = waiting else { return conflict(i18n::text(language, "personal-fault-gone")).await };
            // The same form once more.
            let is_own_word = request.ended_by.as_ref().is_some_and(|by| by.id == session.who.member);
            if request.state == PersonRequestState::Done && is_own_word && erasure.decided_at.is_some() {
                return Ok(session.context.see_other(&path(request.id)));
            }
            let speaks = request.language;
            let certify = move |facts: &_, erased: &_| erasure_certificate(speaks, facts, erased);
            let said = entry(Action::PersonalDataErased, &format!("erasure {named}"));
            let approved = hub.approve_erasure(&request, &erasure, actor(&session), said, certify).await?;
            match approved {
                ErasureApproved::Done => Ok(session.context.see_other(&path(request.id))),
                ErasureApproved::SamePerson => {
                    let text = i18n::text(language, "personal-fault-same-person");
                    again(&session, request.id, StatusCode::FORBIDDEN, Typed::default(), ("state", text)).await
                }
                ErasureApproved::Open(open) => conflict(still_open(language, &open)).await,
                ErasureApproved::Not(step) => conflict(not_taken(language, step)?).await,
            }
        }
        "refuse" | "withdraw" => {
            let is_no = decision == "refuse";
            if let Some(key) = word_fault(note, is_no) {
                let typed = Typed { note: kept(note), ..Typed::default() };
                return again(&session, request.id, WRONG, typed, ("note", i18n::text(language, key))).await;
            }
            let action = if is_no { Action::ErasureRefused } else { Action::ErasureWithdrawn };
            let word = is_no.then(|| note.to_owned());
            let said = entry(action, if is_no { note } else { "" });
            match hub.drop_erasure((request.id, named), word, actor(&session), said).await? {
                PersonRequestStep::Done(_) => Ok(session.context.see_other(&path(request.id))),
                step => conflict(not_taken(language, step)?).await,
            }
        }
        _ => Err(Fault::NotOffered),
    }
}

/// What a form puts right: rows, phone, mail address; or the field that is wrong, and the message.
type Right = (Vec<Contactable>, Option<String>, Option<String>);

fn right(typed: &Typed) -> Result<Right, (&'static str, &'static str)> {
    let number = match ascii_digits(&typed.phone) {
        text if text.is_empty() => None,
        text if card_numbers::holds_one(&text) => return Err(("phone", CARD_NUMBER_KEY)),
        text => Some(phone::normalise(&text).map_err(|_| ("phone", "fault-phone"))?),
    };
    let email = match typed.email.as_str() {
        "" => None,
        text if card_numbers::holds_one(text) => return Err(("email", CARD_NUMBER_KEY)),
        text if !is_email(text) => return Err(("email", "fault-email")),
        text => Some(text.to_owned()),
    };
    if number.is_none() && email.is_none() {
        return Err(("phone", "personal-fault-right"));
    }
    let rows: Option<Vec<Contactable>> = typed.rows.iter().map(|row| row_named(row)).collect();
    match rows {
        Some(rows) if !rows.is_empty() => Ok((rows, number, email)),
        _ => Err(("rows", "personal-fault-rows")),
    }
}

/// Puts a phone or a mail address right in the rows that were chosen. One person may: what was there before is not kept.
pub(crate) async fn rectify(session: StaffSession, number: Path, posted: Posted) -> Result<HttpResponse, Fault> {
    let (request, erasure) = case(&session, &number.1).await?;
    let language = session.language();
    if request.kind != PersonAsk::Rectification {
        return Err(Fault::NotOffered);
    }
    let typed = Typed {
        phone: posted.one("phone")?.to_owned(),
        email: posted.one("email")?.to_owned(),
        rows: posted.many("row").map(str::to_owned).collect(),
        ..Typed::default()
    };
    let (rows, phone, email) = match right(&typed) {
        Ok(right) => right,
        Err((field, key)) => {
            let typed = Typed { phone: kept(&typed.phone), email: kept(&typed.email), ..typed };
            return again(&session, request.id, WRONG, typed, (field, i18n::text(language, key))).await;
        }
    };
    let (who, id) = (session.who.clone(), request.id);
    let entry = move |done: &Rectified| {
        let said = format!("phone of {} rows, mail address of {} rows", done.phones, done.emails);
        Staff::audit_entry(&who, Action::PersonalDataRectified, &subject(id), &said)
    };
    match hub_for(&session)?.rectify(&request, &rows, (phone, email), entry).await? {
        Ok(done) => {
            let counted = |key: &str, count: usize| {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                i18n::text_with(language, key, &[("count", i18n::Arg::Number(count))])
            };
            let said = [counted("personal-done-phones", done.phones), counted("personal-done-emails", done.emails)];
            let (typed, none) = (Typed::default(), Faults::default());
            with_held(&session, StatusCode::OK, &request, erasure.as_ref(), typed, none, said.join(" · ")).await
        }
        Err(step) => {
            let text = not_taken(language, step)?;
            again(&session, request.id, StatusCode::CONFLICT, Typed::default(), ("state", text)).await
        }
    }
}

/// Whether the end of a request has to be explained: a refusal always; what was asked for and not seen to be done.
fn needs_words(request: &PersonRequest, state: PersonRequestState) -> bool {
    state == PersonRequestState::Refused
        || request.kind == PersonAsk::Erasure
        || (request.kind == PersonAsk::Access && request.handed_out_at.is_none())
}

/// Ends a request.
pub(crate) async fn end(session: StaffSession, number: Path, posted: Posted) -> Result<HttpResponse, Fault> {
    let (request, _) = case(&session, &number.1).await?;
    let language = session.language();
    let state = match posted.one("state")? {
        "done" => PersonRequestState::Done,
        "refused" => PersonRequestState::Refused,
        _ => return Err(Fault::NotOffered),
    };
    let words = posted.one("words")?;
    let fault = word_fault(words, needs_words(&request, state)).filter(|_| request.ended_at.is_none());
    if let Some(key) = fault {
        let typed = Typed { words: kept(words), ..Typed::default() };
        return again(&session, request.id, WRONG, typed, ("words", i18n::text(language, key))).await;
    }
    let entry = session.audit_entry(Action::PersonRequestEnded, &subject(request.id), &format!("{state}: {words}"));
    let by = actor(&session);
    let member = by.id;
    match hub_for(&session)?.end_person_request(request.id, state, words.to_owned(), by, entry).await? {
        PersonRequestStep::Done(_) => Ok(session.context.see_other(&path(request.id))),
        // The same form once more.
        PersonRequestStep::Ended(before)
            if before == state && request.ended_by.as_ref().is_some_and(|by| by.id == member) =>
        {
            Ok(session.context.see_other(&path(request.id)))
        }
        step => {
            let text = not_taken(language, step)?;
            again(&session, request.id, StatusCode::CONFLICT, Typed::default(), ("state", text)).await
        }
    }
}
