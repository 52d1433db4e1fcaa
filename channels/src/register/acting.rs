//! What is done to a payment besides moving its money.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use payments::card_numbers;
use payments::register::NOTE_CHARS_MAX;
use staff::Action;

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
    let story = story(&session, &path.1).await?;
    if !sees_all(&session) {
        return Err(Fault::Forbidden);
    }
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
