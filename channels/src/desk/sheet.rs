//! A call: who calls, what was made for them, what was noted, how it ended.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use payments::desk::{CallError, CallOutcome, CallSheet, Caller, NOTE_CHARS_MAX};
use payments::phone;
use serde_json::json;

use super::entry::{CARD_KEY, Entry};
use super::home::{KindOption, kind_options, language_name};
use super::items::{ItemView, items};
use super::operator::{Operator, Watching, bill_name, number, sheet_path};
use crate::staff::frame::{Faults, Frame};
use crate::staff::unmasking::{reason_fault, shown};
use crate::web::errors::Fault;
use crate::web::inputs::is_email;
use crate::web::views::Page;
use crate::web::{format, i18n};

#[derive(Template)]
#[template(path = "desk/sheet.html")]
struct SheetPage {
    frame: Frame,
    faults: Faults,
    call: CallView,
    kinds: Vec<KindOption>,
    items: Vec<ItemView>,
    notes: Vec<(String, String)>,
    outcomes: Vec<(&'static str, String)>,
    status_url: String,
    note_max: usize,
    typed: Typed,
}

/// What was typed and is wrong, to be put right.
#[derive(Default)]
struct Typed {
    phone: String,
    email: String,
    note: String,
    reason: String,
}

struct CallView {
    id: i64,
    base: String,
    phone: String,
    email: String,
    /// Both are shown in full.
    unmasked: bool,
    language: &'static str,
    language_word: String,
    opened: String,
    /// How it ended; empty while it is open.
    closed: String,
    /// Why the voice server handed the caller over.
    reason: String,
    reached: String,
    contract: String,
    /// The bill that the caller heard.
    go_on: String,
}

async fn sheet(operator: &Operator, call: &str) -> Result<CallSheet, Fault> {
    let call = number(call)?;
    match operator.hub.call_sheet(call, operator.member()).await {
        Ok(sheet) => Ok(sheet),
        Err(CallError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(_) => Err(Fault::NotFound),
    }
}

pub(crate) async fn show_sheet(operator: Operator, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let sheet = sheet(&operator, &path.1).await?;
    operator.viewed(&format!("desk call {}", sheet.call.id), "masked").await?;
    page(&operator, StatusCode::OK, &sheet, Faults::default(), Typed::default(), false).await
}

async fn page(
    operator: &Operator,
    status: StatusCode,
    sheet: &CallSheet,
    faults: Faults,
    typed: Typed,
    unmasked: bool,
) -> Result<HttpResponse, Fault> {
    let (language, catalogue) = (operator.language(), operator.catalogue());
    let call = call_view(operator, sheet, unmasked).await?;
    let selected = sheet.handover.as_ref().and_then(|handover| {
        let context = &handover.context;
        Some(format!("{}.{}", context.biller?, context.receivable_type.as_deref()?))
    });
    let outcome = |outcome: &CallOutcome| (outcome.as_str(), outcome_text(*outcome, language));
    let page = SheetPage {
        frame: operator.frame("desk-call-title"),
        faults,
        kinds: kind_options(&catalogue, language, &selected.unwrap_or_default()),
        items: items(sheet, &catalogue, language),
        notes: sheet
            .notes
            .iter()
            .map(|note| (format::moment(language, note.made_at.and_utc()), note.text.clone()))
            .collect(),
        outcomes: CallOutcome::ALL.iter().map(outcome).collect(),
        status_url: format!("{}/status", call.base),
        call,
        note_max: NOTE_CHARS_MAX,
        typed,
    };
    operator.html(status, &page)
}

/// The words of an outcome.
pub(super) fn outcome_text(outcome: CallOutcome, language: ledger::Language) -> String {
    i18n::text(language, &format!("desk-outcome-{}", outcome.as_str().replace(' ', "-")))
}

async fn call_view(operator: &Operator, sheet: &CallSheet, unmasked: bool) -> Result<CallView, Fault> {
    let (language, call) = (operator.language(), &sheet.call);
    let context = sheet.handover.as_ref().map(|handover| &handover.context);
    let inquiry = match context.and_then(|context| context.inquiry.as_deref()) {
        Some(inquiry) if call.closed.is_none() => operator.hub.inquiry(inquiry).await?,
        _ => None,
    };
    let base = format!("/{language}{}", sheet_path(call.id));
    Ok(CallView {
        id: call.id,
        phone: shown(call.phone.as_deref(), unmasked),
        email: shown(call.email.as_deref(), unmasked),
        unmasked,
        language: language_name(call.language),
        language_word: call.language.to_string(),
        opened: format::moment(language, call.opened_at.and_utc()),
        closed: call.closed.map(|(_, outcome)| outcome_text(outcome, language)).unwrap_or_default(),
        reason: context
            .map(|context| i18n::text(language, &format!("desk-reason-{}", context.reason.as_str().replace(' ', "-"))))
            .unwrap_or_default(),
        reached: context
            .and_then(|context| {
                let kind = context.receivable_type.as_deref().unwrap_or_default();
                Some(bill_name(&operator.catalogue(), language, context.biller?, kind))
            })
            .unwrap_or_default(),
        contract: context.map(|context| context.contract_masked.clone()).unwrap_or_default(),
        go_on: inquiry.map(|inquiry| format!("{base}/bills/{}", inquiry.reference)).unwrap_or_default(),
        base,
    })
}

/// For the script that follows links and references. Says nothing of the customer.
pub(crate) async fn show_status(
    Watching(operator): Watching,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let sheet = sheet(&operator, &path.1).await?;
    let items = items(&sheet, &operator.catalogue(), operator.language());
    let items: Vec<_> = items
        .iter()
        .map(|item| {
            json!({
                "id": item.id, "state": item.state.word, "label": item.label, "tone": item.state.tone,
                "open": item.state.open, "live": item.state.live, "payment": item.payment,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(json!({ "items": items })))
}

/// The sheet again, with what is wrong.
async fn wrong(operator: &Operator, call: i64, faults: Faults, typed: Typed) -> Result<HttpResponse, Fault> {
    let sheet = sheet(operator, &call.to_string()).await?;
    operator.viewed(&format!("desk call {call}"), "masked").await?;
    page(operator, StatusCode::UNPROCESSABLE_ENTITY, &sheet, faults, typed, false).await
}

fn title_page(operator: &Operator) -> Page {
    operator.frame("desk-call-title").page
}

pub(crate) async fn set_caller(
    operator: Operator,
    path: web::Path<(String, String)>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    let call = number(&path.1)?;
    let stored = match operator.hub.desk_call(call, operator.member()).await {
        Ok(stored) => stored,
        Err(error) => return operator.refuse(call, error),
    };
    let page = title_page(&operator);
    if let Some(faults) = entry.card_faults(&page) {
        return wrong(&operator, call, faults, Typed::default()).await;
    }
    let (phone, email) = (entry.one("phone")?, entry.one("email")?);
    let language = entry.one("language")?.parse().map_err(|_| Fault::NotOffered)?;
    let typed = || Typed { phone: phone.to_owned(), email: email.to_owned(), ..Typed::default() };
    // Left empty, what is known stays: it is not on the page to be sent back.
    let phone = match (phone, phone::normalise(phone)) {
        ("", _) => stored.phone,
        (_, Ok(phone)) => Some(phone),
        (_, Err(_)) => {
            return wrong(&operator, call, Faults::one("phone", page.t("desk-fault-phone")), typed()).await;
        }
    };
    let email = match email {
        "" => stored.email,
        email if is_email(email) => Some(email.to_owned()),
        _ => return wrong(&operator, call, Faults::one("email", page.t("desk-fault-email")), typed()).await,
    };
    match operator.hub.set_desk_caller(call, operator.member(), Caller { phone, email, language }).await {
        Ok(()) => Ok(operator.see_other(&sheet_path(call))),
        Err(error) => operator.refuse(call, error),
    }
}

/// A reason as it stands in the audit log, or what is wrong with it.
pub(super) fn reason<'a>(text: &'a str, page: &Page) -> Result<&'a str, Faults> {
    match reason_fault(text) {
        None => Ok(text),
        Some(key) => Err(Faults::one("reason", page.t(key))),
    }
}

/// Shows the caller's number and address in full, once, for a reason.
pub(crate) async fn unmask(
    operator: Operator,
    path: web::Path<(String, String)>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    let sheet = sheet(&operator, &path.1).await?;
    let title = title_page(&operator);
    if let Some(faults) = entry.card_faults(&title) {
        return wrong(&operator, sheet.call.id, faults, Typed::default()).await;
    }
    let text = entry.one("reason")?;
    match reason(text, &title) {
        Err(faults) => {
            let typed = Typed { reason: text.to_owned(), ..Typed::default() };
            wrong(&operator, sheet.call.id, faults, typed).await
        }
        Ok(reason) => {
            operator.take_lookup()?;
            operator.unmasked(&format!("desk call {}", sheet.call.id), reason).await?;
            page(&operator, StatusCode::OK, &sheet, Faults::default(), Typed::default(), true).await
        }
    }
}

pub(crate) async fn add_note(
    operator: Operator,
    path: web::Path<(String, String)>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    let call = number(&path.1)?;
    let page = title_page(&operator);
    if let Some(faults) = entry.card_faults(&page) {
        return wrong(&operator, call, faults, Typed::default()).await;
    }
    let note = entry.one("note")?;
    let fits = (1..=NOTE_CHARS_MAX).contains(&note.chars().count());
    let typed = || Typed { note: note.to_owned(), ..Typed::default() };
    match operator.hub.add_desk_note(call, operator.member(), note).await {
        Ok(()) => Ok(operator.see_other(&format!("{}#notes", sheet_path(call)))),
        Err(CallError::BadNote) if !fits => {
            wrong(&operator, call, Faults::one("note", page.tn("desk-fault-note", NOTE_CHARS_MAX)), typed()).await
        }
        // With the note before it, it makes up a card number: it is not sent back.
        Err(CallError::BadNote) => {
            wrong(&operator, call, Faults::one("note", page.t(CARD_KEY)), Typed::default()).await
        }
        Err(CallError::TooManyNotes) => {
            wrong(&operator, call, Faults::one("note", page.t("desk-fault-notes")), typed()).await
        }
        Err(error) => operator.refuse(call, error),
    }
}

pub(crate) async fn close(
    operator: Operator,
    path: web::Path<(String, String)>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    let call = number(&path.1)?;
    let page = title_page(&operator);
    if let Some(faults) = entry.card_faults(&page) {
        return wrong(&operator, call, faults, Typed::default()).await;
    }
    let word = entry.one("outcome")?;
    if word.is_empty() {
        let faults = Faults::one("outcome", page.t("desk-fault-outcome"));
        return wrong(&operator, call, faults, Typed::default()).await;
    }
    let outcome = word.parse().map_err(|_| Fault::NotOffered)?;
    match operator.hub.close_desk_call(call, operator.member(), outcome).await {
        Ok(()) => Ok(operator.see_other("/staff/desk")),
        Err(error) => operator.refuse(call, error),
    }
}
