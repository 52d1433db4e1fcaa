//! Suspending a biller, and letting it go on: one person, a reason, at once.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::{Actor, Channel};
use payments::card_numbers;
use staff::{Action, Permission};

use super::pages::{Typed, biller_of, hub, show};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};

/// Longest reason, in characters.
const REASON_MAX: usize = 300;

pub(super) fn require(session: &StaffSession) -> Result<(), Fault> {
    session.require(Permission::ManageBillers)?;
    if session.who.scope.biller.is_none() { Ok(()) } else { Err(Fault::Forbidden) }
}

pub(super) fn actor(session: &StaffSession) -> Actor {
    Actor { id: session.who.member, name: session.who.name.clone() }
}

/// A reason as typed: the message that says what is wrong with it.
fn check(reason: &str) -> Result<(), &'static str> {
    match reason.chars().count() {
        _ if card_numbers::holds_one(reason) => Err(CARD_NUMBER_KEY),
        0 => Err("billers-fault-reason"),
        count if count > REASON_MAX => Err("billers-fault-reason-long"),
        _ => Ok(()),
    }
}

/// What is shown again of a field: a card number never is.
pub(super) fn kept(text: &str) -> String {
    if card_numbers::holds_one(text) { String::new() } else { text.to_owned() }
}

pub(crate) async fn suspend(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let hub = hub(&session)?;
    let biller = biller_of(&hub, &path.1)?;
    let (word, reason) = (posted.one("channel")?, posted.one("reason")?);
    let channel = match word {
        "" => None,
        word => Some(word.parse::<Channel>().map_err(|_| Fault::NotOffered)?),
    };
    let language = session.language();
    let typed = |target, key| Typed {
        reason: kept(reason),
        channel: word.to_owned(),
        fault: Some((target, i18n::text(language, key))),
    };
    if let Err(key) = check(reason) {
        return show(&session, &hub, &biller, StatusCode::UNPROCESSABLE_ENTITY, typed("reason", key)).await;
    }
    let detail = format!("{}: {reason}", channel.map_or("all channels", Channel::as_str));
    let entry = session.audit_entry(Action::BillerSuspended, &format!("biller {}", biller.code), &detail);
    match hub.suspend_biller(biller.code, channel, reason.to_owned(), actor(&session), entry).await? {
        true => Ok(session.context.see_other(&format!("/staff/billers/{}", biller.code))),
        false => show(&session, &hub, &biller, StatusCode::CONFLICT, typed("channel", "billers-fault-held")).await,
    }
}

pub(crate) async fn resume(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let hub = hub(&session)?;
    let biller = biller_of(&hub, &path.1)?;
    let id: i64 = posted.one("suspension")?.parse().map_err(|_| Fault::NotOffered)?;
    let why = posted.one("why")?;
    let language = session.language();
    let typed = |target, key| Typed { fault: Some((target, i18n::text(language, key))), ..Typed::default() };
    if let Err(key) = check(why) {
        return show(&session, &hub, &biller, StatusCode::UNPROCESSABLE_ENTITY, typed("held", key)).await;
    }
    let entry = session.audit_entry(Action::BillerResumed, &format!("biller {}", biller.code), why);
    match hub.lift_suspension(biller.code, id, why.to_owned(), actor(&session), entry).await? {
        true => Ok(session.context.see_other(&format!("/staff/billers/{}", biller.code))),
        false => show(&session, &hub, &biller, StatusCode::CONFLICT, typed("settings", "billers-fault-lifted")).await,
    }
}
