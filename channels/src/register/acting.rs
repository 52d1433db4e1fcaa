//! What is done to a payment besides moving its money.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use payments::card_numbers;
use payments::register::{NOTE_CHARS_MAX, ReceiptBy, Story};
use staff::{Action, Permission};

use super::payment::{Typed, masked};
use super::{sees_all, story};
use crate::finance::parts::{actor, hub};
use crate::staff::frame::Faults;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};

/// Writes a note to a payment.
pub(crate) async fn note(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    if !sees_all(&session) {
        return Err(Fault::Forbidden);
    }
    let story = story(&session, &path.1).await?;
    let (text, id) = (posted.one("note")?, story.payment.id);
    let fault = match text.chars().count() {
        _ if card_numbers::holds_one(text) => Some((CARD_NUMBER_KEY, "")),
        0 => Some(("register-fault-note", "")),
        count if count > NOTE_CHARS_MAX => Some(("register-fault-note-long", text)),
        _ => None,
    };
    if let Some((key, kept)) = fault {
        let typed = Typed { note: kept.to_owned(), ..Typed::default() };
        let faults = Faults::one("note", i18n::text(session.language(), key));
        return masked(&session, StatusCode::UNPROCESSABLE_ENTITY, &story, typed, faults).await;
    }
    let entry = session.audit_entry(Action::PaymentNoted, &format!("payment {id}"), "");
    hub(&session)?.note_payment(id, text.to_owned(), actor(&session), entry).await?;
    Ok(session.context.see_other(&format!("/staff/payments/{id}")))
}

/// Sends the receipt once more, by SMS or mail.
pub(crate) async fn resend(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ResolveIncidents)?;
    if !sees_all(&session) {
        return Err(Fault::Forbidden);
    }
    let story = story(&session, &path.1).await?;
    let by = match posted.one("by")? {
        "sms" => ReceiptBy::Sms,
        "mail" => ReceiptBy::Mail,
        _ => return Err(Fault::NotOffered),
    };
    let id = story.payment.id;
    if !story.receipts().contains(&by) {
        return refused(&session, &story, "register-fault-no-receipt").await;
    }
    let entry = session.audit_entry(Action::ReceiptResent, &format!("payment {id}"), posted.one("by")?);
    let is_twice = story.just_sent(by, session.context.now.naive_utc());
    if is_twice || !hub(&session)?.resend_receipt(id, by, entry).await? {
        return refused(&session, &story, "register-fault-sent-just-now").await;
    }
    Ok(session.context.see_other(&format!("/staff/payments/{id}")))
}

/// Asks the biller again now, instead of when it would be asked next.
pub(crate) async fn ask_biller(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ResolveIncidents)?;
    if !sees_all(&session) {
        return Err(Fault::Forbidden);
    }
    let story = story(&session, &path.1).await?;
    posted.press()?;
    let id = story.payment.id;
    let entry = session.audit_entry(Action::BillerAsked, &format!("payment {id}"), "");
    if !story.asks_biller() || !hub(&session)?.ask_biller_now(id, entry).await? {
        return refused(&session, &story, "register-fault-not-waiting").await;
    }
    Ok(session.context.see_other(&format!("/staff/payments/{id}")))
}

/// The page as it stands, and why nothing was done.
async fn refused(session: &StaffSession, story: &Story, key: &str) -> Result<HttpResponse, Fault> {
    let faults = Faults::one("tasks", i18n::text(session.language(), key));
    masked(session, StatusCode::CONFLICT, story, Typed::default(), faults).await
}
