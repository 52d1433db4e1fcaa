//! How a dispute ends: what it does to money is shown first. What moves money is proposed, and a second person decides.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{DisputeAction, DisputeEffect, DisputeState, Language, Money, RefundEffect};
use payments::disputes::{DisputeFault, DisputeView};
use payments::typed_amount;
use staff::Action;

use super::acting::{case, ended, subject};
use super::parts::{kept, named, word, words};
use super::story::{OUTCOMES, Typed, again};
use crate::finance::parts::{actor, hub};
use crate::refunds::{lines, refusal, seen};
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::{format, i18n};

/// Longest key of a form, in characters.
const KEY_MAX: usize = 40;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// What is about to be done.
#[derive(Template)]
#[template(path = "disputes/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    number: String,
    outcome: String,
    answer: String,
    /// What it does to money, a sentence each.
    effects: Vec<String>,
    lines: Vec<(String, String, String)>,
    needs_second: bool,
    changed: bool,
    action: String,
    back: String,
    button: String,
    fields: Vec<(&'static str, String)>,
}

/// An amount of a form, empty for nothing.
fn amount(text: &str) -> Result<Money, &'static str> {
    if text.is_empty() {
        return Ok(Money::ZERO);
    }
    typed_amount::parse(text).map_err(|_| "refunds-fault-amount")
}

/// What was asked for.
struct Asked<'a> {
    outcome: &'a str,
    answer: &'a str,
    principal: &'a str,
    fee: &'a str,
    key: &'a str,
    confirm: bool,
    seen: &'a str,
}

impl Asked<'_> {
    fn typed(&self) -> Typed {
        Typed {
            outcome: self.outcome.to_owned(),
            answer: kept(self.answer),
            principal: kept(self.principal),
            fee: kept(self.fee),
            ..Typed::default()
        }
    }
}

/// Answers a dispute: first what it does is shown.
pub(crate) async fn propose(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let view = case(&session, &path.1).await?;
    let (id, language) = (view.dispute.id, session.language());
    let asked = Asked {
        outcome: posted.one("outcome")?,
        answer: posted.one("answer")?,
        principal: posted.one("principal")?,
        fee: posted.one("fee")?,
        key: posted.one("key")?,
        confirm: !posted.one("confirm")?.is_empty(),
        seen: posted.one("seen")?,
    };
    let key = asked.key;
    let is_key = !key.is_empty() && key.len() <= KEY_MAX && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !OUTCOMES.contains(&asked.outcome) || !is_key {
        return Err(Fault::NotOffered);
    }
    if let Err(key) = words(asked.answer, true) {
        return again(&session, id, WRONG, asked.typed(), "answer", i18n::text(language, key)).await;
    }
    match asked.outcome {
        "refund" => refund(&session, &view, &asked).await,
        "correction" if asked.confirm => {
            let entry = session.audit_entry(Action::DisputeProposed, &subject(id), "correction");
            let outcome =
                hub(&session)?.propose_correction(id, asked.answer.to_owned(), actor(&session), entry).await?;
            // The same form once more; another outcome that waits is another.
            let is_same = view.dispute.effect == DisputeEffect::Correction;
            let wanted = is_same.then_some(DisputeState::Proposed);
            ended(&session, id, outcome, wanted, asked.typed(), "answer").await
        }
        _ if !asked.confirm => confirm_page(&session, &view, &asked, None, false),
        closing => {
            let (action, state) = match closing {
                "upheld" => (DisputeAction::Upheld, DisputeState::Upheld),
                "rejected" => (DisputeAction::Rejected, DisputeState::Rejected),
                _ => (DisputeAction::Withdrawn, DisputeState::Withdrawn),
            };
            let entry = session.audit_entry(Action::DisputeClosed, &subject(id), closing);
            let answer = asked.answer.to_owned();
            let outcome = hub(&session)?.step_dispute(id, action, answer, actor(&session), entry).await?;
            ended(&session, id, outcome, Some(state), asked.typed(), "answer").await
        }
    }
}

/// Proposes a refund, with the dispute's number as its reference.
async fn refund(session: &StaffSession, view: &DisputeView, asked: &Asked<'_>) -> Result<HttpResponse, Fault> {
    session.require(staff::Permission::RequestRefund)?;
    let (id, language) = (view.dispute.id, session.language());
    let amounts = match (amount(asked.principal), amount(asked.fee)) {
        (Ok(principal), Ok(fee)) => (principal, fee),
        (Err(why), _) => {
            return again(session, id, WRONG, asked.typed(), "principal", i18n::text(language, why)).await;
        }
        (_, Err(why)) => return again(session, id, WRONG, asked.typed(), "fee", i18n::text(language, why)).await,
    };
    // The same form once more: its refund is there.
    if view.dispute.state == DisputeState::Proposed && view.dispute.effect == DisputeEffect::Refund {
        return Ok(super::acting::done(session, id));
    }
    let hub = hub(session)?;
    let effect = match hub.dispute_refund_effect(view, amounts, asked.key, actor(session)).await {
        Ok(effect) => effect,
        Err(fault) => return refused(session, view, asked, fault).await,
    };
    if !asked.confirm || seen(&effect.entries, true) != asked.seen {
        return confirm_page(session, view, asked, Some(&effect), asked.confirm);
    }
    let detail = format!("refund {}", effect.amounts.total().unwrap_or_default());
    let entry = session.audit_entry(Action::DisputeProposed, &subject(id), &detail);
    let (answer, form) = (asked.answer.to_owned(), (asked.key, effect));
    match hub.propose_dispute_refund(view, amounts, answer, form, actor(session), entry).await {
        Ok(outcome) => ended(session, id, outcome, Some(DisputeState::Proposed), asked.typed(), "answer").await,
        Err(fault) => refused(session, view, asked, fault).await,
    }
}

/// The page again, with why no refund is proposed.
async fn refused(
    session: &StaffSession,
    view: &DisputeView,
    asked: &Asked<'_>,
    fault: DisputeFault,
) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let (status, field, text) = match fault {
        DisputeFault::Refund(why) => {
            let (field, text) = refusal(language, &why);
            let status = if matches!(why, ledger::Refusal::NotLeft(_)) { WRONG } else { StatusCode::CONFLICT };
            (status, field, text)
        }
        DisputeFault::Break(id) => {
            let number = id.to_string();
            let args = [("number", i18n::Arg::Text(&number))];
            (StatusCode::CONFLICT, "principal", i18n::text_with(language, "disputes-fault-break", &args))
        }
        DisputeFault::OutletGone => (StatusCode::CONFLICT, "principal", i18n::text(language, "refunds-fault-outlet")),
        DisputeFault::Changed(Some(effect)) => return confirm_page(session, view, asked, Some(&effect), true),
        DisputeFault::Changed(None) => (StatusCode::CONFLICT, "principal", i18n::text(language, "refunds-fault-key")),
        DisputeFault::Infrastructure(trouble) => return Err(trouble.into()),
        DisputeFault::Nothing | DisputeFault::NotYet(_) | DisputeFault::DoesNotFit | DisputeFault::TooMany => {
            return Err(Fault::NotFound);
        }
    };
    again(session, view.dispute.id, status, asked.typed(), field, text).await
}

/// What an outcome does to money, in sentences.
fn effects(language: Language, outcome: &str, effect: Option<&RefundEffect>) -> Vec<String> {
    let told = |key: &str, amount: Option<Money>| {
        let amount = format::money(language, amount.unwrap_or_default());
        i18n::text_with(language, key, &[("amount", i18n::Arg::Text(&amount))])
    };
    match (outcome, effect) {
        (_, Some(effect)) => {
            let mut told = vec![
                told("disputes-effect-payer", effect.amounts.total()),
                match effect.amounts.principal {
                    Money::ZERO => i18n::text(language, "refunds-effect-no-biller"),
                    principal => told("refunds-effect-biller", Some(principal)),
                },
            ];
            if effect.reverses_commission {
                told.push(i18n::text(language, "refunds-effect-commission"));
            }
            told
        }
        ("correction", None) => vec![i18n::text(language, "disputes-effect-by-biller")],
        (_, None) => vec![i18n::text(language, "disputes-effect-nothing")],
    }
}

fn confirm_page(
    session: &StaffSession,
    view: &DisputeView,
    asked: &Asked<'_>,
    effect: Option<&RefundEffect>,
    changed: bool,
) -> Result<HttpResponse, Fault> {
    let (language, id) = (session.language(), view.dispute.id);
    let needs_second = matches!(asked.outcome, "refund" | "correction");
    let href = format!("/{language}/staff/disputes/{id}");
    let button = if needs_second { "disputes-button-propose" } else { "disputes-button-close" };
    let page = ConfirmPage {
        frame: session.frame("disputes-confirm-title"),
        number: named(id),
        outcome: word(language, "outcome", asked.outcome),
        answer: asked.answer.to_owned(),
        effects: effects(language, asked.outcome, effect),
        lines: effect.map(|effect| lines(language, &effect.entries)).unwrap_or_default(),
        needs_second,
        changed,
        action: format!("{href}/propose"),
        back: href,
        button: i18n::text(language, button),
        fields: vec![
            ("outcome", asked.outcome.to_owned()),
            ("answer", asked.answer.to_owned()),
            ("principal", asked.principal.to_owned()),
            ("fee", asked.fee.to_owned()),
            ("key", asked.key.to_owned()),
            ("seen", effect.map(|effect| seen(&effect.entries, true)).unwrap_or_default()),
            ("confirm", "1".to_owned()),
        ],
    };
    session.html(StatusCode::OK, &page)
}
