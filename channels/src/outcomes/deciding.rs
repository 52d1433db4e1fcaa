//! The second person's word, a proposal taken back, and having it asked once more.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::{OutcomeDecided, OutcomeState};
use payments::card_numbers;
use payments::outcomes::OutcomeView;
use staff::{Action, Permission};

use super::Kind;
use super::parts::{form_word, path, view};
use super::proposing::subject_of;
use super::showing::{Typed, page};
use crate::finance::parts::{actor, hub};
use crate::staff::frame::Faults;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};
use crate::web::{format, i18n};

/// Longest word of the second person, in characters.
const NOTE_MAX: usize = 300;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

fn again(
    session: &StaffSession,
    status: StatusCode,
    view: &OutcomeView,
    (field, text): (&str, String),
    note: &str,
) -> Result<HttpResponse, Fault> {
    let typed = Typed { note: note.to_owned(), ..Typed::default() };
    page(session, status, view, typed, Faults::one(field, text))
}

fn done(session: &StaffSession, view: &OutcomeView) -> HttpResponse {
    session.context.see_other(&path(view.about))
}

/// The proposal that a form is about: one of this payment or refund.
fn named(posted: &Posted, view: &OutcomeView) -> Result<ledger::OutcomeProposal, Fault> {
    let id: i64 = posted.one("proposal")?.parse().map_err(|_| Fault::NotOffered)?;
    view.proposals.iter().find(|proposal| proposal.id == id).cloned().ok_or(Fault::NotOffered)
}

/// The second person's word, over what the page shows.
pub(crate) async fn decide(
    kind: Kind,
    session: StaffSession,
    number: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::DecideOutcome)?;
    let found = view(&session, kind, &number.1).await?;
    let language = session.language();
    let said = posted.one("note")?;
    let approve = match posted.one("decision")? {
        "approve" => true,
        "refuse" => false,
        _ => return Err(Fault::NotOffered),
    };
    let proposal = named(&posted, &found)?;
    let fault = match said.chars().count() {
        _ if card_numbers::holds_one(said) => Some((CARD_NUMBER_KEY, "")),
        0 if !approve => Some(("outcomes-fault-note", said)),
        count if count > NOTE_MAX => Some(("outcomes-fault-note-long", said)),
        _ => None,
    };
    if let Some((key, kept)) = fault {
        return again(&session, WRONG, &found, ("note", i18n::text(language, key)), kept);
    }
    let action = if approve { Action::OutcomeApproved } else { Action::OutcomeRefused };
    let told = format!("{} {}", form_word(proposal.verdict), proposal.receipt_number);
    let entry = session.audit_entry(action, &subject_of(&found), told.trim());
    let hub = hub(&session)?;
    let decided = hub.decide_outcome(proposal.id, approve, said.to_owned(), actor(&session), entry).await?;
    let (status, text) = match decided {
        OutcomeDecided::Decided(_) => return Ok(done(&session, &found)),
        // The same form once more.
        OutcomeDecided::DecidedBefore(state)
            if state == (if approve { OutcomeState::Approved } else { OutcomeState::Refused })
                && proposal.decided_by.as_ref().is_some_and(|by| by.id == session.who.member) =>
        {
            return Ok(done(&session, &found));
        }
        OutcomeDecided::NoSuchProposal => return Err(Fault::NotFound),
        OutcomeDecided::SamePerson | OutcomeDecided::NotYours => {
            (StatusCode::FORBIDDEN, i18n::text(language, "outcomes-fault-same-person"))
        }
        OutcomeDecided::DecidedBefore(OutcomeState::Overtaken) | OutcomeDecided::Overtaken => {
            (StatusCode::CONFLICT, i18n::text(language, "outcomes-fault-overtaken"))
        }
        OutcomeDecided::DecidedBefore(_) => (StatusCode::CONFLICT, i18n::text(language, "outcomes-fault-decided")),
        OutcomeDecided::Asked(until) => {
            let until = format::stamp(until.and_utc());
            let args = [("at", i18n::Arg::Text(&until))];
            (StatusCode::CONFLICT, i18n::text_with(language, "outcomes-fault-being-asked", &args))
        }
    };
    let now = view(&session, kind, &number.1).await?;
    again(&session, status, &now, ("outcome", text), said)
}

/// Takes one's own proposal back.
pub(crate) async fn withdraw(
    kind: Kind,
    session: StaffSession,
    number: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ProposeOutcome)?;
    let found = view(&session, kind, &number.1).await?;
    let proposal = named(&posted, &found)?;
    let entry = session.audit_entry(Action::OutcomeWithdrawn, &subject_of(&found), "");
    let decided = hub(&session)?.withdraw_outcome(proposal.id, actor(&session), entry).await?;
    let (status, key) = match decided {
        OutcomeDecided::Decided(_) | OutcomeDecided::DecidedBefore(OutcomeState::Withdrawn) => {
            return Ok(done(&session, &found));
        }
        OutcomeDecided::NotYours => (StatusCode::FORBIDDEN, "outcomes-fault-not-yours"),
        _ => (StatusCode::CONFLICT, "outcomes-fault-decided"),
    };
    let now = view(&session, kind, &number.1).await?;
    again(&session, status, &now, ("outcome", i18n::text(session.language(), key)), "")
}

/// Has the biller or the gateway asked once more about a payment; one person may, as it decides nothing.
pub(crate) async fn ask_again(
    session: StaffSession,
    number: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ResolveIncidents)?;
    let found = view(&session, Kind::Payment, &number.1).await?;
    posted.press()?;
    let entry = session.audit_entry(Action::PaymentTakenUp, &subject_of(&found), "");
    // Asked already, or known: the page says so.
    hub(&session)?.ask_payment_again(found.payment.id, entry).await?;
    Ok(done(&session, &found))
}
