//! A payer's own disputes, from the payment's page: whoever has its reference opens one, follows it, answers, takes it back,
//! and opens it once more.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Dispute, DisputeAction, DisputeKind, DisputeOrigin, DisputeOutcome, DisputeState};
use payments::Hub;
use payments::disputes::{DisputeView, DisputeWish, DisputedPayment, PayerStep};

use super::opening::{due_text, why_not};
use super::parts::{
    Choice, EventLine, ReadBy, contact, events, is_payers, kept, kind_choices, kind_of, named, not_done, or_of_payment,
    reference, tone, word, words,
};
use crate::web::context::{Context, Keep};
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::{FaultLink, Page};
use crate::web::{format, i18n};

const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// A dispute on its payment's page.
pub(crate) struct PayerLine {
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) tone: &'static str,
}

/// The disputes of a payment, for its page; none over sample data.
pub(crate) async fn payer_lines(context: &Context, text: &str) -> Result<Vec<PayerLine>, Fault> {
    let Some(hub) = &context.state.counters else { return Ok(Vec::new()) };
    let found = payment(hub, text).await?;
    let language = context.language;
    let line = |dispute: &Dispute| PayerLine {
        number: named(dispute.id),
        href: context.url(&format!("/payments/{text}/disputes/{}", dispute.id)),
        kind: word(language, "kind", dispute.kind.as_str()),
        state: word(language, "state", dispute.state.as_str()),
        tone: tone(dispute.state),
    };
    Ok(found.disputes.iter().map(|(dispute, _)| line(dispute)).collect())
}

fn hub(context: &Context) -> Result<Arc<Hub>, Fault> {
    context.state.counters.clone().ok_or(Fault::NotFound)
}

/// The payment of a public reference; a number opens nothing here.
async fn payment(hub: &Hub, text: &str) -> Result<DisputedPayment, Fault> {
    let reference = reference(text)?;
    let id = hub.payment_named(&reference.to_string()).await?.ok_or(Fault::NotFound)?;
    hub.disputed_payment(id).await?.ok_or(Fault::NotFound)
}

/// What was typed.
#[derive(Default)]
struct Typed {
    kind: String,
    told: String,
    phone: String,
    email: String,
}

#[derive(Template)]
#[template(path = "disputes/ask.html")]
struct AskPage {
    page: Page,
    faults: Vec<FaultLink>,
    href: String,
    back: String,
    biller: String,
    amount: String,
    kinds: Vec<Choice>,
    cools_until: String,
    /// Whether the payment has somewhere to answer to.
    has_contact: bool,
    open: Vec<PayerLine>,
    kind_fault: String,
    told_fault: String,
    phone_fault: String,
    email_fault: String,
    typed: Typed,
}

async fn ask_page(
    context: &Context,
    text: &str,
    status: StatusCode,
    found: &DisputedPayment,
    typed: Typed,
    fault: Option<(&str, String)>,
) -> Result<HttpResponse, Fault> {
    let (language, hub) = (context.language, hub(context)?);
    let of = |field: &str| match &fault {
        Some((target, text)) if *target == field => text.clone(),
        _ => String::new(),
    };
    let catalogue = hub.catalogue();
    let biller = catalogue.get(found.payment.biller);
    let amount = found.payment.amounts.total().map(|total| format::money(language, total)).unwrap_or_default();
    let open = payer_lines(context, text).await?;
    let page = AskPage {
        kind_fault: of("kind"),
        told_fault: of("told"),
        phone_fault: of("phone"),
        email_fault: of("email"),
        faults: fault
            .iter()
            .map(|(field, text)| FaultLink { target: (*field).to_owned(), text: text.clone() })
            .collect(),
        href: context.url(&format!("/payments/{text}/dispute")),
        back: context.url(&format!("/payments/{text}")),
        biller: biller.map(|biller| biller.shown_name(language).to_owned()).unwrap_or_default(),
        amount,
        kinds: kind_choices(language, &found.kinds, &typed.kind),
        cools_until: found.cools_until.map(|at| format::moment(language, at)).unwrap_or_default(),
        has_contact: or_of_payment((None, None), &found.payment)? != (None, None),
        open,
        typed,
        page: context.page("disputes-ask-title").branded_if(biller),
    };
    context.html(status, Keep::Nobody, &page)
}

pub(crate) async fn show_form(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let found = payment(&*hub(&context)?, &path.1).await?;
    ask_page(&context, &path.1, StatusCode::OK, &found, Typed::default(), None).await
}

/// Opens a dispute. One of its kind that is open already is the one that they are led to.
pub(crate) async fn open(
    context: Context,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let hub = hub(&context)?;
    let found = payment(&hub, &path.1).await?;
    let language = context.language;
    let (kind, told, phone, email) =
        (posted.one("kind")?, posted.one("told")?, posted.one("phone")?, posted.one("email")?);
    let typed = || Typed { kind: kind.to_owned(), told: kept(told), phone: kept(phone), email: kept(email) };
    let again = async |status, field: &str, text: String| {
        ask_page(&context, &path.1, status, &found, typed(), Some((field, text))).await
    };
    let Some(kind) = kind_of(kind) else {
        return again(WRONG, "kind", i18n::text(language, "disputes-fault-kind")).await;
    };
    if let Err(key) = words(told, kind == DisputeKind::Other) {
        return again(WRONG, "told", i18n::text(language, key)).await;
    }
    let contact = match contact(phone, email) {
        Ok(contact) => or_of_payment(contact, &found.payment)?,
        Err((field, key)) => return again(WRONG, field, i18n::text(language, key)).await,
    };
    if contact == (None, None) {
        return again(WRONG, "phone", i18n::text(language, "disputes-fault-contact")).await;
    }
    // Each may send an SMS to whatever number was typed.
    context.state.searches.take(context.address).map_err(Fault::TooMany)?;
    let (payment, told, (phone, email)) = (found.payment.id, told.to_owned(), contact);
    let wish = DisputeWish { payment, kind, origin: DisputeOrigin::Payer, told, phone, email, language };
    match hub.open_dispute(wish, None, |_| None).await {
        Ok(id) => Ok(context.see_other(&format!("/payments/{}/disputes/{id}", path.1))),
        Err(fault) => {
            let (status, text) = why_not(language, fault)?;
            again(status, "kind", text).await
        }
    }
}

#[derive(Template)]
#[template(path = "disputes/mine.html")]
struct MinePage {
    page: Page,
    faults: Vec<FaultLink>,
    number: String,
    href: String,
    back: String,
    kind: String,
    biller: String,
    state: String,
    tone: &'static str,
    is_closed: bool,
    due: String,
    answer: String,
    question: String,
    can_withdraw: bool,
    can_reopen: bool,
    events: Vec<EventLine>,
    note: String,
    note_fault: String,
    why_fault: String,
}

/// A dispute of the payment whose reference they have; another payment's is nowhere.
async fn mine(context: &Context, text: &str, id: &str) -> Result<DisputeView, Fault> {
    let hub = hub(context)?;
    let found = payment(&hub, text).await?;
    let id = crate::finance::parts::number(id)?;
    let view = hub.dispute_view(id).await?;
    view.filter(|view| view.dispute.payment == found.payment.id).ok_or(Fault::NotFound)
}

fn mine_page(
    context: &Context,
    text: &str,
    status: StatusCode,
    view: &DisputeView,
    note: String,
    fault: Option<(&str, String)>,
) -> Result<HttpResponse, Fault> {
    let (language, dispute, hub) = (context.language, &view.dispute, hub(context)?);
    let catalogue = hub.catalogue();
    let biller = catalogue.get(dispute.biller);
    let of = |field: &str| match &fault {
        Some((target, text)) if *target == field => text.clone(),
        _ => String::new(),
    };
    let asked = view.events.iter().rev().find(|event| event.action == DisputeAction::AskedPayer);
    let question = match dispute.state {
        DisputeState::AtPayer => asked.map(|event| event.note.clone()).unwrap_or_default(),
        _ => String::new(),
    };
    let page = MinePage {
        note_fault: of("note"),
        why_fault: of("why"),
        faults: fault
            .iter()
            .map(|(field, text)| FaultLink { target: (*field).to_owned(), text: text.clone() })
            .collect(),
        number: named(dispute.id),
        href: context.url(&format!("/payments/{text}/disputes/{}", dispute.id)),
        back: context.url(&format!("/payments/{text}")),
        kind: word(language, "kind", dispute.kind.as_str()),
        biller: biller.map(|biller| biller.shown_name(language).to_owned()).unwrap_or_default(),
        state: word(language, "state", dispute.state.as_str()),
        tone: tone(dispute.state),
        is_closed: dispute.state.is_closed(),
        due: due_text(language, dispute),
        // What is only proposed may come to nothing.
        answer: if dispute.state.is_closed() { dispute.answer.clone() } else { String::new() },
        question,
        can_withdraw: is_payers(dispute) && DisputeAction::Withdrawn.leads(dispute.state).is_some(),
        can_reopen: is_payers(dispute) && view.can_reopen,
        events: events(language, dispute, &view.events, ReadBy::Payer),
        note,
        page: context.page("disputes-mine-title").branded_if(biller),
    };
    context.html(status, Keep::Nobody, &page)
}

pub(crate) async fn show_mine(
    context: Context,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Fault> {
    let view = mine(&context, &path.1, &path.2).await?;
    mine_page(&context, &path.1, StatusCode::OK, &view, String::new(), None)
}

/// Answers, takes back, or opens once more.
pub(crate) async fn act(
    context: Context,
    path: web::Path<(String, String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let view = mine(&context, &path.1, &path.2).await?;
    let language = context.language;
    let (step, field, wanted) = match posted.one("do")? {
        "answer" => (PayerStep::Answer, "note", DisputeState::Open),
        "withdraw" => (PayerStep::Withdraw, "withdraw", DisputeState::Withdrawn),
        "reopen" => (PayerStep::Reopen, "why", DisputeState::Open),
        _ => return Err(Fault::NotOffered),
    };
    if step != PayerStep::Answer && !is_payers(&view.dispute) {
        return Err(Fault::NotOffered);
    }
    let text = if step == PayerStep::Withdraw { "" } else { posted.one(field)? };
    if let Err(key) = words(text, step != PayerStep::Withdraw) {
        return mine_page(&context, &path.1, WRONG, &view, kept(text), Some((field, i18n::text(language, key))));
    }
    context.state.searches.take(context.address).map_err(Fault::TooMany)?;
    let outcome = hub(&context)?.step_of_payer(view.dispute.id, step, text.to_owned()).await?;
    match outcome {
        DisputeOutcome::NoSuchDispute => return Err(Fault::NotFound),
        DisputeOutcome::Done(_) => {}
        DisputeOutcome::NotNow(state) if state == wanted => {}
        other => {
            let now = mine(&context, &path.1, &path.2).await?;
            let fault = ("state", i18n::text(language, not_done(other)));
            return mine_page(&context, &path.1, StatusCode::CONFLICT, &now, String::new(), Some(fault));
        }
    }
    Ok(context.see_other(&format!("/payments/{}/disputes/{}", path.1, view.dispute.id)))
}
