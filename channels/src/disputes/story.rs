//! One dispute: what was said and done, and what can be done about it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{DisputeAction, DisputeEffect, DisputeState, Money};
use payments::desk::PaymentCustomer;
use payments::disputes::{DisputeView, due_on};
use staff::Permission;

use super::listing::age;
use super::parts::{Choice, EventLine, ReadBy, events, handles, named, own_biller, tone, view, word};
use crate::finance::parts::{biller_name, hub};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::staff::unmasking::{Unmasking, shown};
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::{format, i18n};

/// The outcomes that a form offers, in the order in which they are shown.
pub(super) const OUTCOMES: [&str; 5] = ["refund", "correction", "upheld", "rejected", "withdrawn"];

/// What was typed into the page's forms.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) note: String,
    pub(super) question: String,
    pub(super) reply: String,
    pub(super) word: String,
    pub(super) why: String,
    pub(super) reason: String,
    pub(super) outcome: String,
    pub(super) answer: String,
    pub(super) principal: String,
    pub(super) fee: String,
}

#[derive(Template)]
#[template(path = "disputes/dispute.html")]
struct DisputePage {
    frame: Frame,
    faults: Faults,
    number: String,
    href: String,
    state: String,
    tone: &'static str,
    is_late: bool,
    is_whole: bool,
    /// Label, value, and whether it is a code.
    facts: Vec<(String, String, bool)>,
    payment: i64,
    unmasked: bool,
    events: Vec<EventLine>,
    /// Number and state of the refund that is, or was to be, the outcome.
    refund: Option<(i64, String)>,
    refund_waits: bool,
    breaks: Vec<(i64, String)>,
    opens_breaks: bool,
    handles: bool,
    can_assign: bool,
    owners: Vec<Choice>,
    can_ask_biller: bool,
    can_ask_payer: bool,
    can_take_up: bool,
    can_answer: bool,
    can_propose: bool,
    outcomes: Vec<Choice>,
    most_principal: String,
    most_fee: String,
    can_decide: bool,
    is_own_proposal: bool,
    proposed_answer: String,
    can_reopen: bool,
    key: String,
    typed: Typed,
}

fn subject(view: &DisputeView) -> String {
    format!("dispute {}", view.dispute.id)
}

pub(crate) async fn show_dispute(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let view = view(&session, &path.1).await?;
    masked(&session, StatusCode::OK, &view, Typed::default(), Faults::default()).await
}

/// The page with where the payer is told hidden; the audit log knows first.
pub(super) async fn masked(
    session: &StaffSession,
    status: StatusCode,
    view: &DisputeView,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    session.view_masked(&subject(view)).await?;
    page(session, status, view, typed, faults, false).await
}

/// The page as it stands by now, with why something was not done.
pub(super) async fn again(
    session: &StaffSession,
    id: i64,
    status: StatusCode,
    typed: Typed,
    field: &str,
    text: String,
) -> Result<HttpResponse, Fault> {
    let now = view(session, &id.to_string()).await?;
    // A conflict is told where the dispute's state is: the field may not be there any more.
    let field = if status == StatusCode::UNPROCESSABLE_ENTITY { field } else { "state" };
    masked(session, status, &now, typed, Faults::one(field, text)).await
}

/// Shows where the payer is told, once, for a reason that the audit log keeps.
pub(crate) async fn unmask(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewPayments)?;
    if own_biller(&session)?.is_some() {
        return Err(Fault::Forbidden);
    }
    let view = view(&session, &path.1).await?;
    if let Unmasking::Refused(reason, faults) = session.unmask(&subject(&view), posted).await? {
        let typed = Typed { reason, ..Typed::default() };
        return masked(&session, StatusCode::UNPROCESSABLE_ENTITY, &view, typed, faults).await;
    }
    page(&session, StatusCode::OK, &view, Typed::default(), Faults::default(), true).await
}

async fn page(
    session: &StaffSession,
    status: StatusCode,
    view: &DisputeView,
    mut typed: Typed,
    faults: Faults,
    unmasked: bool,
) -> Result<HttpResponse, Fault> {
    let (language, dispute, hub) = (session.language(), &view.dispute, hub(session)?);
    let (is_whole, handles) = (own_biller(session)?.is_none(), handles(session));
    let customer = hub.payment_customer(&view.payment.reference.to_string()).await?;
    let read_by = if is_whole { ReadBy::Hub } else { ReadBy::Biller };
    let leads = |action: DisputeAction| {
        let by_refund = dispute.state == DisputeState::Proposed && dispute.effect == DisputeEffect::Refund;
        action.leads(dispute.state).is_some_and(|next| !by_refund || next == dispute.state)
    };
    let can_propose = handles && leads(DisputeAction::Proposed);
    let left = match can_propose {
        true => hub.refunded_payment(dispute.payment).await?.map(|found| found.left),
        false => None,
    };
    let most_principal = left.as_ref().map(|left| left.rest.principal).unwrap_or_default();
    let most_fee = left.map(|left| left.fee().unwrap_or_default()).unwrap_or_default();
    if typed.outcome.is_empty() {
        (typed.principal, typed.fee) = (most_principal.to_string(), Money::ZERO.to_string());
    }
    let owners = match handles && leads(DisputeAction::Assigned) {
        true => session.staff().members_who_may(Permission::HandleDisputes).await?,
        false => Vec::new(),
    };
    let is_own = dispute.proposed_by.as_ref().is_some_and(|by| by.id == session.who.member);
    let page = DisputePage {
        frame: session.frame("disputes-dispute-title"),
        faults,
        number: named(dispute.id),
        href: format!("/{language}/staff/disputes/{}", dispute.id),
        state: word(language, "state", dispute.state.as_str()),
        tone: tone(dispute.state),
        is_late: dispute.is_late(session.context.now),
        is_whole,
        facts: facts(session, view, customer.as_ref(), is_whole, unmasked)?,
        payment: view.payment.id,
        unmasked,
        events: events(language, dispute, &view.events, read_by),
        refund: view.refund.as_ref().filter(|_| is_whole).map(|refund| {
            let state = i18n::text(language, &format!("refunds-state-{}", refund.state));
            (refund.id, state)
        }),
        refund_waits: dispute.state == DisputeState::Proposed && dispute.effect == DisputeEffect::Refund,
        breaks: match is_whole {
            true => view.breaks.iter().map(|found| (found.id, break_text(session, found))).collect(),
            false => Vec::new(),
        },
        opens_breaks: session.who.may(Permission::ViewBooks),
        handles,
        can_assign: !owners.is_empty(),
        owners: owners
            .into_iter()
            .map(|(id, _, name)| Choice {
                chosen: dispute.owner.as_ref().map_or(id == session.who.member, |owner| owner.id == id),
                value: id.to_string(),
                label: name,
            })
            .collect(),
        can_ask_biller: handles && leads(DisputeAction::AskedBiller),
        can_ask_payer: handles && leads(DisputeAction::AskedPayer),
        can_take_up: handles && leads(DisputeAction::TakenUp),
        can_answer: (handles || !is_whole) && leads(DisputeAction::BillerAnswered),
        can_propose,
        outcomes: OUTCOMES
            .iter()
            .map(|outcome| Choice {
                value: (*outcome).to_owned(),
                label: word(language, "outcome", outcome),
                chosen: *outcome == typed.outcome,
            })
            .collect(),
        most_principal: format::money(language, most_principal),
        most_fee: format::money(language, most_fee),
        can_decide: handles && leads(DisputeAction::Approved) && !is_own,
        is_own_proposal: handles && dispute.state == DisputeState::Proposed && is_own,
        proposed_answer: if is_whole { dispute.answer.clone() } else { String::new() },
        can_reopen: handles && view.can_reopen,
        key: format!("{:016x}", ledger::Reference::fresh_secret()),
        typed,
    };
    session.html(status, &page)
}

/// What a break is, and where it stands.
fn break_text(session: &StaffSession, found: &ledger::Break) -> String {
    let text =
        |of: &str, word: &str| i18n::text(session.language(), &format!("finance-{of}-{}", word.replace(' ', "-")));
    format!("{} · {}", text("kind", found.what.kind.as_str()), text("break", found.state.as_str()))
}

fn facts(
    session: &StaffSession,
    view: &DisputeView,
    customer: Option<&PaymentCustomer>,
    is_whole: bool,
    unmasked: bool,
) -> Result<Vec<(String, String, bool)>, Fault> {
    let (language, dispute, payment) = (session.language(), &view.dispute, &view.payment);
    let own = |text: String| if is_whole { text } else { String::new() };
    let contract = customer.map(|customer| customer.contract.as_str());
    let owner = dispute.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default();
    let effect = match dispute.effect {
        DisputeEffect::Nothing => String::new(),
        effect => word(language, "effect", effect.as_str()),
    };
    let facts = [
        ("disputes-col-kind", word(language, "kind", dispute.kind.as_str()), false),
        ("disputes-fact-told", dispute.told.clone(), false),
        ("disputes-fact-origin", word(language, "origin", dispute.origin.as_str()), false),
        ("disputes-col-biller", biller_name(&hub(session)?.catalogue(), dispute.biller, language), false),
        ("fact-reference", payment.reference.to_string(), true),
        ("fact-amount", payment.amounts.total().map(|sum| format::money(language, sum)).unwrap_or_default(), false),
        ("disputes-fact-payment-state", i18n::text(language, &format!("refunds-payment-{}", payment.state)), false),
        ("contract-label", shown(contract, unmasked), true),
        ("disputes-fact-phone", own(shown(dispute.phone.as_deref(), unmasked)), true),
        ("disputes-fact-email", own(shown(dispute.email.as_deref(), unmasked)), true),
        ("disputes-fact-opened", format::stamp(dispute.opened_at.and_utc()), true),
        ("disputes-col-age", age(language, dispute, session.context.now), false),
        ("disputes-col-due", format::date(language, due_on(dispute.due_at.and_utc())), false),
        ("disputes-col-owner", own(owner), false),
        ("disputes-fact-effect", own(effect), false),
    ];
    let filled = facts.into_iter().filter(|(_, value, _)| !value.is_empty());
    Ok(filled.map(|(key, value, is_code)| (i18n::text(language, key), value, is_code)).collect())
}
