//! A hold captured, all or part of it, over what that takes; or let go, for a reason.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::HoldOutcome;
use payments::amount_rule::ChoiceError;
use payments::holds::{CaptureEffect, CaptureWish, HoldFault, HoldView};
use payments::{card_numbers, typed_amount};
use staff::{Action, Permission};

use super::showing::{Typed, biller_name, page, view};
use crate::finance::parts::{actor, hub};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};
use crate::web::{format, i18n};

/// Longest note, in characters.
const NOTE_MAX: usize = 300;
/// Characters of a reason: enough to mean something.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 8..=300;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[derive(Template)]
#[template(path = "holds/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    id: i64,
    href: String,
    biller: String,
    taken: String,
    principal: String,
    fee: String,
    /// What the payer has again; empty where all is taken.
    given_up: String,
    note: String,
    changed: bool,
    fields: Vec<(&'static str, String)>,
}

/// What a reader was shown, in short.
fn seen(effect: &CaptureEffect) -> String {
    let amounts = &effect.amounts;
    [amounts.principal, amounts.fee, amounts.vat, amounts.duty].map(|part| part.to_string()).join(" ")
}

/// The page again, with why it is not possible.
async fn refused(session: &StaffSession, payment: i64, typed: Typed, fault: HoldFault) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let money = |amount| format::money(language, amount);
    let text = |key: &str| i18n::text(language, key);
    let (status, field, said) = match fault {
        HoldFault::Refused(HoldOutcome::NotWithin(most)) => {
            let most = money(most);
            let args = [("amount", i18n::Arg::Text(&most))];
            (WRONG, "principal", i18n::text_with(language, "holds-fault-within", &args))
        }
        HoldFault::Refused(HoldOutcome::Capturing) => (StatusCode::CONFLICT, "hold", text("holds-fault-capturing")),
        HoldFault::Refused(_) => (StatusCode::CONFLICT, "hold", text("holds-fault-not-held")),
        HoldFault::Amount(ChoiceError::AmountNotAllowed { min, max, .. }) => {
            let (min, max) = (min.map(money).unwrap_or_default(), max.map(money).unwrap_or_default());
            let args = [("min", i18n::Arg::Text(&min)), ("max", i18n::Arg::Text(&max))];
            (WRONG, "principal", i18n::text_with(language, "holds-fault-rule", &args))
        }
        HoldFault::Amount(_) => (WRONG, "principal", text("holds-fault-amount")),
        HoldFault::NotByHand => (StatusCode::CONFLICT, "hold", text("holds-fault-not-by-hand")),
        HoldFault::Changed(_) => (StatusCode::CONFLICT, "hold", text("holds-fault-not-held")),
        HoldFault::Infrastructure(trouble) => return Err(trouble.into()),
    };
    let now = hub(session)?.hold_view(payment).await?.ok_or(Fault::NotFound)?;
    page(session, status, &now, typed, Faults::one(field, said))
}

/// Has a hold captured: first what that takes is shown.
pub(crate) async fn capture(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ManageHolds)?;
    let found = view(&session, &path.1).await?;
    let (language, id) = (session.language(), found.payment.id);
    let (principal, note) = (posted.one("principal")?, posted.one("note")?);
    let (confirm, shown) = (!posted.one("confirm")?.is_empty(), posted.one("seen")?);
    let kept = |text: &str| if card_numbers::holds_one(text) { String::new() } else { text.to_owned() };
    let typed = || Typed { principal: Some(kept(principal)), note: kept(note), ..Typed::default() };
    let wrong =
        |field: &str, key: &str| page(&session, WRONG, &found, typed(), Faults::one(field, i18n::text(language, key)));
    let Ok(amount) = typed_amount::parse(principal) else { return wrong("principal", "holds-fault-amount") };
    match note.chars().count() {
        _ if card_numbers::holds_one(note) => return wrong("note", CARD_NUMBER_KEY),
        count if count > NOTE_MAX => return wrong("note", "refunds-fault-note-long"),
        _ => {}
    }
    let wish = CaptureWish { payment: id, principal: amount, note: note.to_owned() };
    let hub = hub(&session)?;
    let effect = match hub.capture_effect(&wish).await {
        Ok(effect) => effect,
        Err(fault) => return refused(&session, id, typed(), fault).await,
    };
    if !confirm || seen(&effect) != shown {
        return confirm_page(&session, &found, &wish, &effect, confirm);
    }
    let (taken, principal) = (effect.amounts.total().unwrap_or_default(), effect.amounts.principal);
    let told = format!("{taken}, of which {principal} for the biller; {note}");
    let entry = session.audit_entry(Action::HoldCaptured, &format!("payment {id}"), &told);
    match hub.capture_hold(wish.clone(), effect, actor(&session), entry).await {
        Ok(()) => Ok(session.context.see_other(&format!("/staff/payments/{id}/hold"))),
        Err(HoldFault::Changed(effect)) => confirm_page(&session, &found, &wish, &effect, true),
        Err(fault) => refused(&session, id, typed(), fault).await,
    }
}

fn confirm_page(
    session: &StaffSession,
    found: &HoldView,
    wish: &CaptureWish,
    effect: &CaptureEffect,
    changed: bool,
) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let money = |amount| format::money(language, amount);
    let amounts = &effect.amounts;
    let page = ConfirmPage {
        frame: session.frame("holds-confirm-title"),
        id: wish.payment,
        href: format!("/{language}/staff/payments/{}/hold", wish.payment),
        biller: biller_name(session, found)?,
        taken: money(amounts.total().unwrap_or_default()),
        principal: money(amounts.principal),
        fee: money(amounts.fee.checked_add(amounts.vat).unwrap_or_default()),
        given_up: if effect.given_up.is_positive() { money(effect.given_up) } else { String::new() },
        note: wish.note.clone(),
        changed,
        fields: vec![
            ("principal", wish.principal.to_string()),
            ("note", wish.note.clone()),
            ("seen", seen(effect)),
            ("confirm", "1".to_owned()),
        ],
    };
    session.html(StatusCode::OK, &page)
}

/// Lets a hold go.
pub(crate) async fn let_go(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ManageHolds)?;
    let found = view(&session, &path.1).await?;
    let (language, id, reason) = (session.language(), found.payment.id, posted.one("reason")?);
    let fault = match REASON_CHARS.contains(&reason.chars().count()) {
        _ if card_numbers::holds_one(reason) => Some((CARD_NUMBER_KEY, "")),
        false => Some(("holds-fault-reason", reason)),
        true => None,
    };
    if let Some((key, kept)) = fault {
        let typed = Typed { reason: kept.to_owned(), ..Typed::default() };
        return page(&session, WRONG, &found, typed, Faults::one("reason", i18n::text(language, key)));
    }
    let entry = session.audit_entry(Action::HoldLetGo, &format!("payment {id}"), reason);
    match hub(&session)?.let_hold_go(id, reason.to_owned(), actor(&session), entry).await {
        Ok(()) => Ok(session.context.see_other(&format!("/staff/payments/{id}/hold"))),
        Err(fault) => {
            let typed = Typed { reason: reason.to_owned(), ..Typed::default() };
            refused(&session, id, typed, fault).await
        }
    }
}
