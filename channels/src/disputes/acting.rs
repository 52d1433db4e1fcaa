//! What people do about a dispute besides its outcome. Forms that were sent twice do what they did once.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::{Actor, DisputeAction, DisputeOutcome, DisputeState};
use payments::disputes::DisputeView;
use staff::{Action, Permission};

use super::parts::{handles, kept, not_done, view, words};
use super::story::{Typed, again};
use crate::finance::parts::{actor, hub};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::Posted;

const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// A dispute, for whoever handles them.
pub(super) async fn case(session: &StaffSession, id: &str) -> Result<DisputeView, Fault> {
    session.require(Permission::HandleDisputes)?;
    if !handles(session) {
        return Err(Fault::Forbidden);
    }
    view(session, id).await
}

pub(super) fn subject(id: i64) -> String {
    format!("dispute {id}")
}

pub(super) fn done(session: &StaffSession, id: i64) -> HttpResponse {
    session.context.see_other(&format!("/staff/disputes/{id}"))
}

/// Back to the dispute where the step is done, or was before.
pub(super) async fn ended(
    session: &StaffSession,
    id: i64,
    outcome: DisputeOutcome,
    wanted: Option<DisputeState>,
    typed: Typed,
    field: &str,
) -> Result<HttpResponse, Fault> {
    let status = match outcome {
        DisputeOutcome::Done(_) => return Ok(done(session, id)),
        DisputeOutcome::NotNow(state) if Some(state) == wanted => return Ok(done(session, id)),
        DisputeOutcome::NoSuchDispute => return Err(Fault::NotFound),
        DisputeOutcome::SamePerson => StatusCode::FORBIDDEN,
        _ => StatusCode::CONFLICT,
    };
    again(session, id, status, typed, field, i18n::text(session.language(), not_done(outcome))).await
}

/// Takes a step of words alone.
async fn step(
    session: &StaffSession,
    id: i64,
    action: DisputeAction,
    audited: Action,
    text: &str,
    (wanted, typed, field): (Option<DisputeState>, Typed, &str),
) -> Result<HttpResponse, Fault> {
    let entry = session.audit_entry(audited, &subject(id), action.as_str());
    let outcome = hub(session)?.step_dispute(id, action, text.to_owned(), actor(session), entry).await?;
    ended(session, id, outcome, wanted, typed, field).await
}

/// Says who follows a dispute up.
pub(crate) async fn assign(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let id = case(&session, &path.1).await?.dispute.id;
    let wanted = posted.one("to")?;
    let members = session.staff().members_who_may(Permission::HandleDisputes).await?;
    let Some((member, login, name)) = members.into_iter().find(|(member, ..)| member.to_string() == wanted) else {
        let text = i18n::text(session.language(), "finance-fault-member");
        return again(&session, id, WRONG, Typed::default(), "to", text).await;
    };
    let entry = session.audit_entry(Action::DisputeAssigned, &subject(id), &login);
    let outcome = hub(&session)?.assign_dispute(id, Actor { id: member, name }, actor(&session), entry).await?;
    ended(&session, id, outcome, None, Typed::default(), "to").await
}

/// Writes a note, for the hub's own people.
pub(crate) async fn note(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let id = case(&session, &path.1).await?.dispute.id;
    let text = posted.one("note")?;
    let typed = Typed { note: kept(text), ..Typed::default() };
    if let Err(key) = words(text, true) {
        return again(&session, id, WRONG, typed, "note", i18n::text(session.language(), key)).await;
    }
    step(&session, id, DisputeAction::Noted, Action::DisputeNoted, text, (None, typed, "note")).await
}

/// Asks the biller or the payer, or waits for neither any more.
pub(crate) async fn ask(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let id = case(&session, &path.1).await?.dispute.id;
    let (action, wanted) = match posted.one("whom")? {
        "biller" => (DisputeAction::AskedBiller, DisputeState::AtBiller),
        "payer" => (DisputeAction::AskedPayer, DisputeState::AtPayer),
        "nobody" => (DisputeAction::TakenUp, DisputeState::Open),
        _ => return Err(Fault::NotOffered),
    };
    let text = posted.one("question")?;
    let typed = Typed { question: kept(text), ..Typed::default() };
    if let Err(key) = words(text, action != DisputeAction::TakenUp) {
        return again(&session, id, WRONG, typed, "question", i18n::text(session.language(), key)).await;
    }
    step(&session, id, action, Action::DisputeNoted, text, (Some(wanted), typed, "question")).await
}

/// The biller's answer: by its own people, or by whoever heard it.
pub(crate) async fn answer(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require_any(&[Permission::HandleDisputes, Permission::ViewBillerPayments])?;
    if session.who.scope.biller.is_none() && !handles(&session) {
        return Err(Fault::Forbidden);
    }
    let id = view(&session, &path.1).await?.dispute.id;
    let text = posted.one("reply")?;
    let typed = Typed { reply: kept(text), ..Typed::default() };
    if let Err(key) = words(text, true) {
        return again(&session, id, WRONG, typed, "reply", i18n::text(session.language(), key)).await;
    }
    let action = DisputeAction::BillerAnswered;
    step(&session, id, action, Action::DisputeNoted, text, (Some(DisputeState::Open), typed, "reply")).await
}

/// The second person's word on what the biller is to put right; its proposer may take it back.
pub(crate) async fn decide(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let id = case(&session, &path.1).await?.dispute.id;
    let (action, audited, wanted) = match posted.one("decision")? {
        "approve" => (DisputeAction::Approved, Action::DisputeApproved, DisputeState::Upheld),
        "refuse" => (DisputeAction::Refused, Action::DisputeRefused, DisputeState::Open),
        _ => return Err(Fault::NotOffered),
    };
    let text = posted.one("word")?;
    let typed = Typed { word: kept(text), ..Typed::default() };
    if let Err(key) = words(text, action == DisputeAction::Refused) {
        return again(&session, id, WRONG, typed, "word", i18n::text(session.language(), key)).await;
    }
    step(&session, id, action, audited, text, (Some(wanted), typed, "word")).await
}

/// Opens a closed dispute once more.
pub(crate) async fn reopen(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let id = case(&session, &path.1).await?.dispute.id;
    let text = posted.one("why")?;
    let typed = Typed { why: kept(text), ..Typed::default() };
    if let Err(key) = words(text, true) {
        return again(&session, id, WRONG, typed, "why", i18n::text(session.language(), key)).await;
    }
    let entry = session.audit_entry(Action::DisputeReopened, &subject(id), "");
    let outcome = hub(&session)?.reopen_dispute(id, text.to_owned(), Some(actor(&session)), Some(entry)).await?;
    ended(&session, id, outcome, Some(DisputeState::Open), typed, "why").await
}
