//! One refund: its story, what it books, and what can be done about it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{AccountKind, RefundDecision, RefundState};
use payments::card_numbers;
use payments::refunds::{RefundFault, RefundView};
use staff::{Action, Permission};

use super::asking::refusal;
use super::parts::{Row, actor, hub, lines, number, require_unbound, row};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};
use crate::web::{format, i18n};

/// Longest word of the second person, in characters.
const WORD_MAX: usize = 300;

#[derive(Template)]
#[template(path = "refunds/refund.html")]
struct RefundPage {
    frame: Frame,
    faults: Faults,
    line: Row,
    parts: Vec<(String, String)>,
    note: String,
    is_cash: bool,
    lines: Vec<(String, String, String)>,
    /// When, who, what, and their words.
    story: Vec<(String, String, String, String)>,
    trouble: String,
    is_stuck: bool,
    can_decide: bool,
    can_withdraw: bool,
    can_ask_again: bool,
    word: String,
    /// Where people say what became of it, while nobody has.
    resolve: Option<String>,
    more: Vec<(&'static str, String)>,
}

fn page(
    session: &StaffSession,
    status: StatusCode,
    view: &RefundView,
    word: &str,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, refund, payment) = (session.language(), &view.refund, &view.payment);
    let is_own = refund.proposed_by.id == session.who.member;
    let waits = refund.state == RefundState::Proposed;
    let part = |key: &str, amount| (i18n::text(language, key), format::money(language, amount));
    let parts = [
        ("refunds-part-principal", refund.amounts.principal),
        ("refunds-part-fee", refund.amounts.fee),
        ("refunds-part-vat", refund.amounts.vat),
    ];
    let event = |at: chrono::NaiveDateTime, by: &str, key: &str, said: &str| {
        (format::stamp(at.and_utc()), by.to_owned(), i18n::text(language, key), said.to_owned())
    };
    let mut story = vec![event(refund.proposed_at, &refund.proposed_by.name, "refunds-story-proposed", &refund.note)];
    if let (Some(at), Some(by)) = (refund.decided_at, &refund.decided_by) {
        let key = match (refund.state, refund.needs_second) {
            (RefundState::Refused, _) => "refunds-story-refused",
            (_, true) => "refunds-story-approved",
            (_, false) => "refunds-story-alone",
        };
        story.push(event(at, &by.name, key, &refund.decision_note));
    }
    if let Some(at) = refund.asked_at {
        story.push(event(at, "", "refunds-story-asked", ""));
    }
    if let Some(at) = refund.ended_at {
        let key = match refund.state {
            RefundState::Withdrawn => Some("refunds-story-withdrawn"),
            RefundState::Done => Some("refunds-story-done"),
            RefundState::Failed => Some("refunds-story-failed"),
            _ => None,
        };
        story.extend(key.map(|key| event(at, "", key, &refund.gateway_words)));
    }
    let entries = refund.entries(payment).map_err(|_| Fault::NotFound)?;
    let page = RefundPage {
        frame: session.frame("refunds-refund-title"),
        faults,
        line: row(session, refund, payment)?,
        parts: parts.iter().filter(|(_, amount)| amount.is_positive()).map(|(key, sum)| part(key, *sum)).collect(),
        note: refund.note.clone(),
        is_cash: payment.funds.kind == AccountKind::AgentFloat,
        lines: lines(language, &entries),
        story,
        trouble: view.trouble.clone(),
        is_stuck: view.is_stuck,
        can_decide: waits && !is_own && session.who.may(Permission::ApproveRefund),
        can_withdraw: waits && is_own,
        can_ask_again: view.is_stuck && session.who.may(Permission::ResolveIncidents),
        word: word.to_owned(),
        resolve: (refund.state == RefundState::Pending)
            .then(|| format!("/{language}/staff/refunds/{}/resolve", refund.id)),
        more: super::actions(session, payment.id, payment.state),
    };
    session.html(status, &page)
}

async fn view(session: &StaffSession, id: &str) -> Result<(i64, RefundView), Fault> {
    require_unbound(session)?;
    let id = number(id)?;
    Ok((id, hub(session)?.refund_view(id).await?.ok_or(Fault::NotFound)?))
}

pub(crate) async fn show_refund(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewPayments)?;
    let (_, view) = view(&session, &path.1).await?;
    page(&session, StatusCode::OK, &view, "", Faults::default())
}

/// The page as it stands by now, with what was not done.
async fn again(
    session: &StaffSession,
    id: i64,
    status: StatusCode,
    field: &str,
    text: String,
    word: &str,
) -> Result<HttpResponse, Fault> {
    let view = hub(session)?.refund_view(id).await?.ok_or(Fault::NotFound)?;
    // The field may not be there any more.
    let field = if view.refund.state == RefundState::Proposed { field } else { "story" };
    page(session, status, &view, word, Faults::one(field, text))
}

fn done(session: &StaffSession, id: i64) -> HttpResponse {
    session.context.see_other(&format!("/staff/refunds/{id}"))
}

/// The second person's word, over what the page shows.
pub(crate) async fn decide(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ApproveRefund)?;
    let (id, found) = view(&session, &path.1).await?;
    let language = session.language();
    let said = posted.one("word")?;
    let approve = match posted.one("decision")? {
        "approve" => true,
        "refuse" => false,
        _ => return Err(Fault::NotOffered),
    };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let fault = match said.chars().count() {
        _ if card_numbers::holds_one(said) => Some((CARD_NUMBER_KEY, "")),
        0 if !approve => Some(("refunds-fault-word", said)),
        count if count > WORD_MAX => Some(("refunds-fault-note-long", said)),
        _ => None,
    };
    if let Some((key, kept)) = fault {
        return again(&session, id, wrong, "word", i18n::text(language, key), kept).await;
    }
    let action = if approve { Action::RefundApproved } else { Action::RefundRefused };
    let detail = found.refund.amounts.total().unwrap_or_default().to_string();
    let entry = session.audit_entry(action, &format!("refund {id}"), &detail);
    let decided = hub(&session)?.decide_refund(id, approve, said.to_owned(), actor(&session), entry).await;
    let (status, text) = match decided {
        Ok(RefundDecision::Decided(_)) => return Ok(done(&session, id)),
        // The same form once more.
        Ok(RefundDecision::DecidedBefore(state))
            if approve == (state != RefundState::Refused)
                && found.refund.decided_by.as_ref().is_some_and(|by| by.id == session.who.member) =>
        {
            return Ok(done(&session, id));
        }
        Ok(RefundDecision::NoSuchRefund) => return Err(Fault::NotFound),
        Ok(RefundDecision::SamePerson | RefundDecision::NotYours) => {
            (StatusCode::FORBIDDEN, i18n::text(language, "refunds-fault-same-person"))
        }
        Ok(RefundDecision::DecidedBefore(_)) => (StatusCode::CONFLICT, i18n::text(language, "refunds-fault-decided")),
        Ok(RefundDecision::Refused(why)) | Err(RefundFault::Refused(why)) => {
            (StatusCode::CONFLICT, refusal(language, &why).1)
        }
        Err(RefundFault::OutletGone) => (StatusCode::CONFLICT, i18n::text(language, "refunds-fault-outlet")),
        Err(RefundFault::KeyConflict | RefundFault::Changed(_)) => {
            (StatusCode::CONFLICT, i18n::text(language, "refunds-fault-key"))
        }
        Err(RefundFault::Infrastructure(trouble)) => return Err(trouble.into()),
    };
    again(&session, id, status, "word", text, said).await
}

/// Takes one's own proposal back.
pub(crate) async fn withdraw(
    session: StaffSession,
    path: web::Path<(String, String)>,
    _posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::RequestRefund)?;
    let (id, _) = view(&session, &path.1).await?;
    let language = session.language();
    let entry = session.audit_entry(Action::RefundWithdrawn, &format!("refund {id}"), "");
    let (status, key) = match hub(&session)?.withdraw_refund(id, actor(&session), entry).await? {
        RefundDecision::Decided(_) | RefundDecision::DecidedBefore(RefundState::Withdrawn) => {
            return Ok(done(&session, id));
        }
        RefundDecision::NotYours => (StatusCode::FORBIDDEN, "refunds-fault-not-yours"),
        _ => (StatusCode::CONFLICT, "refunds-fault-decided"),
    };
    again(&session, id, status, "story", i18n::text(language, key), "").await
}

/// Has the gateway asked once more; one person may, as it decides nothing.
pub(crate) async fn ask_again(
    session: StaffSession,
    path: web::Path<(String, String)>,
    _posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ResolveIncidents)?;
    let (id, _) = view(&session, &path.1).await?;
    let entry = session.audit_entry(Action::RefundTakenUp, &format!("refund {id}"), "");
    // Asked already, or over: the page says so.
    hub(&session)?.ask_again(id, entry).await?;
    Ok(done(&session, id))
}
