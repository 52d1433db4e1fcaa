//! A hold as it stands, with the forms that capture it or let it go.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{HoldAct, PaymentState};
use payments::holds::HoldView;
use staff::Permission;

use crate::finance::parts::hub;
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// What was typed into the forms of the page.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) principal: Option<String>,
    pub(super) note: String,
    pub(super) reason: String,
}

#[derive(Template)]
#[template(path = "holds/hold.html")]
struct HoldPage {
    frame: Frame,
    faults: Faults,
    id: i64,
    href: String,
    payment_href: String,
    biller: String,
    state: String,
    held: String,
    principal: String,
    fee: String,
    ends: String,
    /// What people said: what, who, when, and their words; empty where nobody did.
    said: String,
    said_by: String,
    said_at: String,
    said_note: String,
    /// Why the gateway did not capture it, or empty.
    refused: String,
    is_by_hand: bool,
    is_capturing: bool,
    is_held: bool,
    /// Whether the amount cannot be changed any more.
    is_fixed: bool,
    can_act: bool,
    typed_principal: String,
    typed: Typed,
}

/// Somebody who may see holds, and the payment's.
pub(super) async fn view(session: &StaffSession, payment: &str) -> Result<HoldView, Fault> {
    if session.who.scope.biller.is_some() {
        return Err(Fault::Forbidden);
    }
    let id = payment.parse().ok().filter(|id| *id > 0).ok_or(Fault::NotFound)?;
    hub(session)?.hold_view(id).await?.ok_or(Fault::NotFound)
}

/// The biller's name.
pub(super) fn biller_name(session: &StaffSession, view: &HoldView) -> Result<String, Fault> {
    let catalogue = hub(session)?.catalogue();
    let name = catalogue.get(view.payment.biller).map(|biller| biller.name.get(session.language()).to_owned());
    Ok(name.unwrap_or_else(|| view.payment.biller.to_string()))
}

pub(super) fn page(
    session: &StaffSession,
    status: StatusCode,
    view: &HoldView,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, payment, decision) = (session.language(), &view.payment, view.decision.as_ref());
    let money = |amount| format::money(language, amount);
    let is_held = payment.state == PaymentState::Held;
    let is_capturing = is_held && decision.is_some_and(ledger::HoldDecision::is_capturing);
    let amounts = &payment.amounts;
    let total = amounts.total().unwrap_or_default();
    let fee = amounts.fee.checked_add(amounts.vat).unwrap_or_default();
    let said = decision.map(|decision| match decision.act {
        HoldAct::Capture => {
            let amount = money(decision.amount);
            i18n::text_with(language, "holds-said-capture", &[("amount", i18n::Arg::Text(&amount))])
        }
        HoldAct::LetGo => i18n::text(language, "holds-said-let-go"),
    });
    let refused = decision.and_then(|decision| decision.refused_at).map(|at| format::stamp(at.and_utc()));
    let page = HoldPage {
        frame: session.frame("holds-title"),
        faults,
        id: payment.id,
        href: format!("/{language}/staff/payments/{}/hold", payment.id),
        payment_href: format!("/{language}/staff/payments/{}", payment.id),
        biller: biller_name(session, view)?,
        state: i18n::text(language, &format!("register-state-{}", payment.state)),
        held: money(decision.map_or(total, |decision| decision.held)),
        principal: money(amounts.principal),
        fee: money(fee),
        ends: if is_held { format::stamp(view.ends_at) } else { String::new() },
        said: said.unwrap_or_default(),
        said_by: decision.map(|decision| decision.by.name.clone()).unwrap_or_default(),
        said_at: decision.map(|decision| format::stamp(decision.asked_at.and_utc())).unwrap_or_default(),
        said_note: decision.map(|decision| decision.note.clone()).unwrap_or_default(),
        refused: refused
            .map(|at| format!("{at} · {}", decision.map(|decision| decision.words.as_str()).unwrap_or_default()))
            .unwrap_or_default(),
        is_by_hand: view.is_by_hand,
        is_capturing,
        is_held,
        is_fixed: decision.is_some(),
        can_act: is_held
            && !is_capturing
            && (view.is_by_hand || decision.is_some())
            && session.who.may(Permission::ManageHolds),
        typed_principal: typed.principal.clone().unwrap_or_else(|| amounts.principal.to_string()),
        typed,
    };
    session.html(status, &page)
}

pub(crate) async fn show_hold(session: StaffSession, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewPayments)?;
    let view = view(&session, &path.1).await?;
    page(&session, StatusCode::OK, &view, Typed::default(), Faults::default())
}
