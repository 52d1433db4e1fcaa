//! A price, and the two ways to pay it from afar: a link for a card, a reference for cash.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use payments::api::cash::CashReferenceError;
use payments::api::{Quote, QuoteError};
use payments::desk::{CallError, DeskCall, SendLink, SendReference};
use payments::form::mask;
use payments::links::{MakeLinkError, RevokeOutcome};
use payments::phone;

use super::entry::Entry;
use super::operator::{Operator, bill_name, number, sheet_path};
use crate::staff::frame::{Faults, Frame};
use crate::web::errors::Fault;
use crate::web::format;
use crate::web::inputs::{is_email, is_reference, mobile};
use crate::web::views::notice::{Notice, Tone};
use crate::web::views::{AmountLine, Page, PaidLine, amount_lines, paid_lines};

#[derive(Template)]
#[template(path = "desk/offer.html")]
struct OfferPage {
    frame: Frame,
    faults: Faults,
    name: String,
    contract: String,
    lines: Vec<PaidLine>,
    amounts: Vec<AmountLine>,
    total: String,
    expires: String,
    action: String,
    back: String,
    /// The caller's own, masked; empty where there is none.
    mobile: String,
    email: String,
    key: String,
    typed: Typed,
}

/// What was typed and is wrong.
#[derive(Default)]
struct Typed {
    phone: String,
    email: String,
    cash_phone: String,
}

/// The open call and the quote of an address.
async fn offered(operator: &Operator, call: &str, quote: &str) -> Result<(DeskCall, Quote), Fault> {
    let call = number(call)?;
    if !is_reference(quote) {
        return Err(Fault::NotFound);
    }
    let both = async {
        let stored = operator.hub.desk_call(call, operator.member()).await?;
        let quote = operator.hub.quote_of_call(call, operator.member(), quote).await?;
        Ok((stored, quote))
    };
    match both.await {
        Ok((stored, _)) if stored.closed.is_some() => Err(Fault::GoTo(sheet_path(call))),
        Ok(both) => Ok(both),
        Err(CallError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(_) => Err(Fault::NotFound),
    }
}

pub(crate) async fn show_offer(
    operator: Operator,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Fault> {
    let (call, quote) = offered(&operator, &path.1, &path.2).await?;
    operator.viewed(&format!("desk call {}", call.id), "quote, masked").await?;
    page(&operator, StatusCode::OK, &call, &quote, Faults::default(), Typed::default())
}

fn page(
    operator: &Operator,
    status: StatusCode,
    call: &DeskCall,
    quote: &Quote,
    faults: Faults,
    typed: Typed,
) -> Result<HttpResponse, Fault> {
    let (language, frame) = (operator.language(), operator.frame("desk-offer-title"));
    let base = frame.page.url(&sheet_path(call.id));
    let mobile = call.phone.as_deref().filter(|phone| phone::is_mobile(phone));
    let page = OfferPage {
        name: bill_name(&operator.catalogue(), language, quote.biller, &quote.receivable_type),
        contract: quote.contract_masked.clone(),
        lines: paid_lines(&quote.articles, language),
        amounts: amount_lines(&quote.amounts, language),
        total: format::money(language, quote.amounts.total),
        expires: format::moment(language, quote.expires_at),
        action: format!("{base}/quotes/{}", quote.reference),
        back: base,
        mobile: mobile.map(mask).unwrap_or_default(),
        email: call.email.as_deref().map(mask).unwrap_or_default(),
        key: fresh_key(),
        faults,
        typed,
        frame,
    };
    operator.html(status, &page)
}

/// 128 random bits in letters: digits could look like a card number.
fn fresh_key() -> String {
    let bytes = rand::random::<[u8; 16]>();
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(b'a' + half)).collect()
}

/// A key that a page of ours made.
fn key(entry: &Entry) -> Result<String, Fault> {
    let key = entry.one("key")?;
    let own = key.len() == 32 && key.bytes().all(|b| matches!(b, b'a'..=b'p'));
    if own { Ok(key.to_owned()) } else { Err(Fault::NotOffered) }
}

/// A number that an SMS reaches: the one typed, else the caller's own.
fn recipient(typed: &str, call: &DeskCall, field: &str, page: &Page) -> Result<Option<String>, Faults> {
    match (typed, mobile(typed)) {
        ("", _) => Ok(call.phone.clone().filter(|phone| phone::is_mobile(phone))),
        (_, Some(mobile)) => Ok(Some(mobile)),
        (_, None) => Err(Faults::one(field, page.t("fault-phone"))),
    }
}

/// Sends the link by SMS, by mail or both.
pub(crate) async fn send_link(
    operator: Operator,
    path: web::Path<(String, String, String)>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    let (call, quote) = offered(&operator, &path.1, &path.2).await?;
    let title = operator.frame("desk-offer-title").page;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(faults) = entry.card_faults(&title) {
        return page(&operator, wrong, &call, &quote, faults, Typed::default());
    }
    let (phone, email, key) = (entry.one("phone")?, entry.one("email")?, key(&entry)?);
    let (by_sms, by_mail) = (entry.ticked("sms")? || !phone.is_empty(), entry.ticked("mail")? || !email.is_empty());
    let typed = || Typed { phone: phone.to_owned(), email: email.to_owned(), ..Typed::default() };
    let to_phone = match recipient(phone, &call, "phone", &title) {
        Ok(to) => to.filter(|_| by_sms),
        Err(faults) => return page(&operator, wrong, &call, &quote, faults, typed()),
    };
    let to_mail = match email {
        "" => call.email.clone().filter(|_| by_mail),
        email if is_email(email) => Some(email.to_owned()),
        _ => {
            let faults = Faults::one("email", title.t("fault-email"));
            return page(&operator, wrong, &call, &quote, faults, typed());
        }
    };
    let missing = match (&to_phone, &to_mail) {
        (None, _) if by_sms => Some(("phone", "desk-fault-no-mobile")),
        (_, None) if by_mail => Some(("email", "desk-fault-no-mail")),
        (None, None) => Some(("phone", "desk-fault-no-way")),
        _ => None,
    };
    if let Some((field, key)) = missing {
        return page(&operator, wrong, &call, &quote, Faults::one(field, title.t(key)), typed());
    }
    let request = SendLink {
        call: call.id,
        operator: operator.member(),
        quote: quote.reference.clone(),
        phone: to_phone,
        email: to_mail,
        key,
    };
    operator.take_lookup()?;
    match operator.hub.send_desk_link(request).await {
        Ok(_) => Ok(operator.see_other(&sheet_path(call.id))),
        Err(CallError::Link(error)) => refused_link(&operator, &call, error),
        Err(error) => operator.refuse(call.id, error),
    }
}

/// The notice that says why nothing was sent.
fn obstacle(operator: &Operator, call: i64, status: StatusCode, tone: Tone, key: &str) -> Result<HttpResponse, Fault> {
    let language = operator.language();
    let notice = Notice::new(language, tone, key);
    operator.say(status, notice.action(language, "desk-action-call", &sheet_path(call)))
}

fn refused_link(operator: &Operator, call: &DeskCall, error: MakeLinkError) -> Result<HttpResponse, Fault> {
    let say = |status, tone, key| obstacle(operator, call.id, status, tone, key);
    match error {
        MakeLinkError::UnknownQuote => Err(Fault::NotFound),
        MakeLinkError::Expired => say(StatusCode::GONE, Tone::Wait, "desk-quote-expired"),
        MakeLinkError::BeingPaid => say(StatusCode::CONFLICT, Tone::Wait, "desk-being-paid"),
        MakeLinkError::AlreadyPaid => say(StatusCode::CONFLICT, Tone::Good, "desk-already-paid"),
        MakeLinkError::KeyConflict => say(StatusCode::CONFLICT, Tone::Wait, "desk-sent-before"),
        MakeLinkError::NotByLink => say(StatusCode::UNPROCESSABLE_ENTITY, Tone::Wait, "not-offered"),
        MakeLinkError::Unavailable => say(StatusCode::SERVICE_UNAVAILABLE, Tone::Wait, "unavailable"),
        // Checked before.
        MakeLinkError::NoRecipient => Err(Fault::Failed(error.to_string())),
        MakeLinkError::Infrastructure(trouble) => Err(trouble.into()),
    }
}

/// Makes a reference for cash, and sends it where there is a mobile.
pub(crate) async fn send_reference(
    operator: Operator,
    path: web::Path<(String, String, String)>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    let (call, quote) = offered(&operator, &path.1, &path.2).await?;
    let title = operator.frame("desk-offer-title").page;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(faults) = entry.card_faults(&title) {
        return page(&operator, wrong, &call, &quote, faults, Typed::default());
    }
    let (typed, key) = (entry.one("cash-phone")?, key(&entry)?);
    let phone = match recipient(typed, &call, "cash-phone", &title) {
        Ok(to) => to,
        Err(faults) => {
            let typed = Typed { cash_phone: typed.to_owned(), ..Typed::default() };
            return page(&operator, wrong, &call, &quote, faults, typed);
        }
    };
    let request =
        SendReference { call: call.id, operator: operator.member(), quote: quote.reference.clone(), phone, key };
    let say = |status, tone, key| obstacle(&operator, call.id, status, tone, key);
    operator.take_lookup()?;
    match operator.hub.send_desk_reference(request).await {
        Ok(_) => Ok(operator.see_other(&sheet_path(call.id))),
        Err(CallError::Reference(CashReferenceError::Expired)) => {
            say(StatusCode::GONE, Tone::Wait, "desk-quote-expired")
        }
        Err(CallError::Reference(CashReferenceError::UnknownQuote)) => Err(Fault::NotFound),
        Err(CallError::Reference(CashReferenceError::KeyConflict)) => {
            say(StatusCode::CONFLICT, Tone::Wait, "desk-sent-before")
        }
        Err(CallError::Reference(CashReferenceError::Quote(QuoteError::Busy))) => {
            say(StatusCode::CONFLICT, Tone::Wait, "desk-being-paid")
        }
        Err(CallError::Reference(CashReferenceError::Quote(QuoteError::Unavailable))) => {
            say(StatusCode::SERVICE_UNAVAILABLE, Tone::Wait, "unavailable")
        }
        Err(CallError::Reference(CashReferenceError::Infrastructure(trouble))) => Err(trouble.into()),
        Err(CallError::Reference(CashReferenceError::Quote(QuoteError::Infrastructure(trouble)))) => {
            Err(trouble.into())
        }
        // Above what is taken in cash, or cash is not taken for this bill.
        Err(CallError::Reference(CashReferenceError::Quote(_))) => say(wrong, Tone::Wait, "desk-not-in-cash"),
        Err(error) => operator.refuse(call.id, error),
    }
}

pub(crate) async fn revoke_link(
    operator: Operator,
    path: web::Path<(String, String, String)>,
    _entry: Entry,
) -> Result<HttpResponse, Fault> {
    let (call, link) = (number(&path.1)?, number(&path.2)?);
    match operator.hub.revoke_desk_link(call, operator.member(), link).await {
        Ok(RevokeOutcome::Revoked) => Ok(operator.see_other(&sheet_path(call))),
        Ok(RevokeOutcome::TooLate) => obstacle(&operator, call, StatusCode::CONFLICT, Tone::Wait, "desk-too-late"),
        Ok(RevokeOutcome::UnknownLink) => Err(Fault::NotFound),
        Err(error) => operator.refuse(call, error),
    }
}

pub(crate) async fn cancel_reference(
    operator: Operator,
    path: web::Path<(String, String, String)>,
    _entry: Entry,
) -> Result<HttpResponse, Fault> {
    let (call, reference) = (number(&path.1)?, number(&path.2)?);
    match operator.hub.cancel_desk_reference(call, operator.member(), reference).await {
        Ok(true) => Ok(operator.see_other(&sheet_path(call))),
        Ok(false) => obstacle(&operator, call, StatusCode::CONFLICT, Tone::Wait, "desk-too-late"),
        Err(error) => operator.refuse(call, error),
    }
}
