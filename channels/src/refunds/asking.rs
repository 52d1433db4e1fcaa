//! A refund proposed: the form of a payment, and what it books before it is sent. The same form sent twice is one refund.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{AccountKind, Language, Money, PaymentState, Reference, RefundEffect, RefundReason, Refusal};
use payments::refunds::{RefundFault, RefundWish, RefundedPayment};
use payments::{card_numbers, typed_amount};
use staff::{Action, Permission, Staff};

use super::parts::{Choice, Row, actor, form_word, hub, lines, number, require_unbound, row, seen, word};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};
use crate::web::{format, i18n};

/// Longest note, in characters.
const NOTE_MAX: usize = 300;
/// Longest key of a form, in characters.
const KEY_MAX: usize = 40;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// What was typed.
#[derive(Default)]
struct Typed {
    principal: String,
    fee: String,
    reason: String,
    note: String,
    key: String,
}

/// What is known of the payment.
struct About {
    id: String,
    biller: String,
    total: String,
    principal: String,
    fee: String,
    duty: String,
    paid_at: String,
    state_key: String,
    href: String,
}

#[derive(Template)]
#[template(path = "refunds/ask.html")]
struct AskPage {
    frame: Frame,
    faults: Faults,
    about: About,
    is_confirmed: bool,
    is_cash: bool,
    left_principal: String,
    left_fee: String,
    is_all_back: bool,
    reasons: Vec<Choice>,
    typed: Typed,
    before: Vec<Row>,
}

#[derive(Template)]
#[template(path = "refunds/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    about: About,
    payer_gets: String,
    biller_gives: String,
    is_cash: bool,
    reason: String,
    note: String,
    lines: Vec<(String, String, String)>,
    left: String,
    needs_second: bool,
    reverses_commission: bool,
    changed: bool,
    button: String,
    fields: Vec<(&'static str, String)>,
}

fn about(session: &StaffSession, found: &RefundedPayment) -> Result<About, Fault> {
    let (language, payment) = (session.language(), &found.payment);
    let catalogue = hub(session)?.catalogue();
    let biller = catalogue.get(payment.biller).map(|biller| biller.name.get(language).to_owned());
    let amounts = &payment.amounts;
    let sum = |parts: &[Money]| Money::sum(parts.iter().copied()).map(|sum| format::money(language, sum));
    Ok(About {
        id: payment.id.to_string(),
        biller: biller.unwrap_or_else(|| payment.biller.to_string()),
        total: amounts.total().map(|total| format::money(language, total)).unwrap_or_default(),
        principal: format::money(language, amounts.principal),
        fee: sum(&[amounts.fee, amounts.vat]).unwrap_or_default(),
        duty: if amounts.duty == Money::ZERO { String::new() } else { format::money(language, amounts.duty) },
        paid_at: payment.paid_at.map(|at| format::stamp(at.and_utc())).unwrap_or_default(),
        state_key: format!("refunds-payment-{}", payment.state),
        href: format!("/{language}/staff/payments/{}/refund", payment.id),
    })
}

fn ask_page(
    session: &StaffSession,
    status: StatusCode,
    found: &RefundedPayment,
    mut typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let left_fee = found.left.fee().map_err(|_| Fault::NotFound)?;
    let left = found.left.rest.principal;
    if typed.key.is_empty() {
        typed.key = format!("{:016x}", Reference::fresh_secret());
        (typed.principal, typed.fee) = (left.to_string(), left_fee.to_string());
    }
    let reasons = RefundReason::ALL.iter().map(|reason| Choice {
        value: form_word(*reason),
        label: word(language, "reason", reason.as_str()),
        chosen: form_word(*reason) == typed.reason,
    });
    let page = AskPage {
        frame: session.frame("refunds-ask-title"),
        faults,
        about: about(session, found)?,
        is_confirmed: found.payment.state == PaymentState::Confirmed,
        is_cash: found.payment.funds.kind == AccountKind::AgentFloat,
        left_principal: format::money(language, left),
        left_fee: format::money(language, left_fee),
        is_all_back: left == Money::ZERO && left_fee == Money::ZERO,
        reasons: reasons.collect(),
        before: found.refunds.iter().map(|refund| row(session, refund, &found.payment)).collect::<Result<_, _>>()?,
        typed,
    };
    session.html(status, &page)
}

/// Somebody who may propose, and the payment.
async fn case(session: &StaffSession, payment: &str) -> Result<RefundedPayment, Fault> {
    session.require(Permission::RequestRefund)?;
    require_unbound(session)?;
    hub(session)?.refunded_payment(number(payment)?).await?.ok_or(Fault::NotFound)
}

pub(crate) async fn show_form(session: StaffSession, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let found = case(&session, &path.1).await?;
    ask_page(&session, StatusCode::OK, &found, Typed::default(), Faults::default())
}

/// An amount of a form, empty for nothing; the message that says what is wrong with it.
fn amount(text: &str) -> Result<Money, &'static str> {
    if text.is_empty() {
        return Ok(Money::ZERO);
    }
    typed_amount::parse(text).map_err(|_| "refunds-fault-amount")
}

/// Words as typed.
fn words(text: &str, is_needed: bool) -> Result<(), &'static str> {
    match text.chars().count() {
        _ if card_numbers::holds_one(text) => Err(CARD_NUMBER_KEY),
        0 if is_needed => Err("refunds-fault-note"),
        count if count > NOTE_MAX => Err("refunds-fault-note-long"),
        _ => Ok(()),
    }
}

/// The message about a refund that is not possible, and the field that it is about.
pub(crate) fn refusal(language: Language, refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::NoSuchPayment | Refusal::NotConfirmed(_) => {
            ("principal", i18n::text(language, "refunds-fault-not-confirmed"))
        }
        Refusal::TooMany => ("principal", i18n::text(language, "refunds-fault-too-many")),
        Refusal::NotLeft(left) => {
            let fee = left.fee().map(|fee| format::money(language, fee)).unwrap_or_default();
            let principal = format::money(language, left.rest.principal);
            let args = [("principal", i18n::Arg::Text(&principal)), ("fee", i18n::Arg::Text(&fee))];
            ("principal", i18n::text_with(language, "refunds-fault-left", &args))
        }
        Refusal::UnderWay(other) => {
            let other = other.to_string();
            let args = [("refund", i18n::Arg::Text(&other))];
            ("principal", i18n::text_with(language, "refunds-fault-under-way", &args))
        }
    }
}

/// Proposes a refund: first what it books is shown.
pub(crate) async fn propose(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let found = case(&session, &path.1).await?;
    let language = session.language();
    let (principal, fee, reason, note, key) =
        (posted.one("principal")?, posted.one("fee")?, posted.one("reason")?, posted.one("note")?, posted.one("key")?);
    let (confirm, shown) = (!posted.one("confirm")?.is_empty(), posted.one("seen")?);
    let is_key = !key.is_empty() && key.len() <= KEY_MAX && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let chosen = RefundReason::ALL.iter().copied().find(|known| form_word(*known) == reason);
    let chosen = chosen.filter(|_| is_key).ok_or(Fault::NotOffered)?;
    let kept = |text: &str| if card_numbers::holds_one(text) { String::new() } else { text.to_owned() };
    let typed = || Typed {
        principal: kept(principal),
        fee: kept(fee),
        reason: reason.to_owned(),
        note: kept(note),
        key: key.to_owned(),
    };
    let again = |status, field: &str, text| ask_page(&session, status, &found, typed(), Faults::one(field, text));
    let (principal, fee) = match (amount(principal), amount(fee)) {
        (Ok(principal), Ok(fee)) => (principal, fee),
        (Err(why), _) => return again(WRONG, "principal", i18n::text(language, why)),
        (_, Err(why)) => return again(WRONG, "fee", i18n::text(language, why)),
    };
    if let Err(why) = words(note, chosen == RefundReason::Other) {
        return again(WRONG, "note", i18n::text(language, why));
    }
    let hub = hub(&session)?;
    let (note, key) = (note.to_owned(), key.to_owned());
    let wish = RefundWish { payment: found.payment.id, principal, fee, reason: chosen, note, key };
    if let Some(id) = hub.refund_of_form(wish.clone(), actor(&session)).await? {
        return Ok(session.context.see_other(&format!("/staff/refunds/{id}")));
    }
    let effect = match hub.refund_effect(wish.clone(), actor(&session)).await {
        Ok(effect) => effect,
        Err(fault) => return refused(language, fault, again),
    };
    if !confirm || seen(&effect.entries, effect.needs_second) != shown {
        return confirm_page(&session, &found, &wish, &effect, confirm);
    }
    let (who, detail) =
        (session.who.clone(), format!("{} of payment {}", effect.amounts.total().unwrap_or_default(), wish.payment));
    let entry = move |id: i64| Staff::audit_entry(&who, Action::RefundRequested, &format!("refund {id}"), &detail);
    match hub.propose_refund(wish.clone(), effect, actor(&session), entry).await {
        Ok(id) => Ok(session.context.see_other(&format!("/staff/refunds/{id}"))),
        Err(RefundFault::Changed(effect)) => confirm_page(&session, &found, &wish, &effect, true),
        Err(fault) => refused(language, fault, again),
    }
}

/// The form again, with why it is not possible.
fn refused(
    language: Language,
    fault: RefundFault,
    again: impl Fn(StatusCode, &str, String) -> Result<HttpResponse, Fault>,
) -> Result<HttpResponse, Fault> {
    match fault {
        RefundFault::Refused(why) => {
            let (field, text) = refusal(language, &why);
            let status = if matches!(why, Refusal::NotLeft(_)) { WRONG } else { StatusCode::CONFLICT };
            again(status, field, text)
        }
        RefundFault::OutletGone => {
            again(StatusCode::CONFLICT, "principal", i18n::text(language, "refunds-fault-outlet"))
        }
        RefundFault::KeyConflict | RefundFault::Changed(_) => {
            again(StatusCode::CONFLICT, "principal", i18n::text(language, "refunds-fault-key"))
        }
        RefundFault::Infrastructure(trouble) => Err(trouble.into()),
    }
}

fn confirm_page(
    session: &StaffSession,
    found: &RefundedPayment,
    wish: &RefundWish,
    effect: &RefundEffect,
    changed: bool,
) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let money = |amount| format::money(language, amount);
    let left = Money::sum([effect.left.rest.principal, effect.left.rest.fee, effect.left.rest.vat]);
    let button = if effect.needs_second { "refunds-button-propose" } else { "refunds-button-make" };
    let principal = effect.amounts.principal;
    let page = ConfirmPage {
        frame: session.frame("refunds-confirm-title"),
        about: about(session, found)?,
        payer_gets: effect.amounts.total().map(money).unwrap_or_default(),
        biller_gives: if principal == Money::ZERO { String::new() } else { money(principal) },
        is_cash: found.payment.funds.kind == AccountKind::AgentFloat,
        reason: word(language, "reason", wish.reason.as_str()),
        note: wish.note.clone(),
        lines: lines(language, &effect.entries),
        left: left.map(money).unwrap_or_default(),
        needs_second: effect.needs_second,
        reverses_commission: effect.reverses_commission,
        changed,
        button: i18n::text(language, button),
        fields: vec![
            ("principal", wish.principal.to_string()),
            ("fee", wish.fee.to_string()),
            ("reason", form_word(wish.reason)),
            ("note", wish.note.clone()),
            ("key", wish.key.clone()),
            ("seen", seen(&effect.entries, effect.needs_second)),
            ("confirm", "1".to_owned()),
        ],
    };
    session.html(StatusCode::OK, &page)
}
