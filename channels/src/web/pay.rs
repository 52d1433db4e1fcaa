//! From a quote to the gateway's page.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpResponse, web};
use ledger::Channel;
use payments::api::{CardRedirect, Quote, StartCardPayment, StartError};
use payments::card_numbers;
use payments::guard::Stopped;

use super::context::{Context, Keep};
use super::errors::Fault;
use super::headers::policy_with_gateway;
use super::identify::{Chosen, say, unavailable};
use super::inputs::{CARD_NUMBER_KEY, Posted, is_email, is_reference, mobile};
use super::views::notice::{Notice, Tone};
use super::views::pay::{self, Payer, PayerFaults};

pub(crate) async fn show_summary(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let quote = quote(&context, &path.1).await?;
    if quote.expires_at <= context.now {
        return expired(&context, &quote);
    }
    let payer = Payer { key: hex::encode(rand::random::<[u8; 16]>()), ..Payer::default() };
    summary(&context, StatusCode::OK, &quote, payer, &PayerFaults::default())
}

pub(super) async fn quote(context: &Context, reference: &str) -> Result<Quote, Fault> {
    if !is_reference(reference) {
        return Err(Fault::NotFound);
    }
    let quote = context.state.hub.quote(reference).await?;
    // A quote that was made for a caller is paid by a link, or by telephone.
    quote.filter(|quote| quote.channel == Channel::Web).ok_or(Fault::NotFound)
}

pub(super) fn summary(
    context: &Context,
    status: StatusCode,
    quote: &Quote,
    payer: Payer,
    faults: &PayerFaults,
) -> Result<HttpResponse, Fault> {
    let chosen = Chosen::of(context, &quote.biller.to_string())?;
    let (biller, kind) = (chosen.biller()?, chosen.kind(&quote.receivable_type)?);
    let page = pay::summary(context.page("summary-title"), biller, kind, quote, payer, faults);
    context.html(status, Keep::Nobody, &page)
}

/// What was typed into the summary.
pub(super) fn payer(posted: &Posted) -> Result<Payer, Fault> {
    let payer = Payer {
        phone: posted.one("phone")?.to_owned(),
        email: posted.one("email")?.to_owned(),
        terms: posted.one("terms")? == "1",
        key: posted.one("key")?.to_owned(),
    };
    let is_key = payer.key.len() == 32 && payer.key.bytes().all(|b| b.is_ascii_hexdigit());
    if is_key { Ok(payer) } else { Err(Fault::BadRequest) }
}

/// What is wrong with a text that is no phone. A card number is not sent back.
pub(super) fn phone_fault(typed: &mut String) -> Option<&'static str> {
    if !card_numbers::holds_one(typed) {
        return Some("fault-phone");
    }
    typed.clear();
    Some(CARD_NUMBER_KEY)
}

/// Starts the payment; the same showing of the page sent twice is one payment.
pub(crate) async fn start_payment(
    context: Context,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let quote = quote(&context, &path.1).await?;
    let mut payer = payer(&posted)?;
    let phone = mobile(&payer.phone);
    let faults = PayerFaults {
        phone: if phone.is_some() { None } else { phone_fault(&mut payer.phone) },
        email: match payer.email.as_str() {
            email if card_numbers::holds_one(email) => Some(CARD_NUMBER_KEY),
            email if !email.is_empty() && !is_email(email) => Some("fault-email"),
            _ => None,
        },
        terms: !payer.terms,
    };
    // A card number is not sent back either.
    if faults.email == Some(CARD_NUMBER_KEY) {
        payer.email.clear();
    }
    let phone = match phone {
        Some(phone) if !faults.any() => phone,
        _ => return summary(&context, StatusCode::UNPROCESSABLE_ENTITY, &quote, payer, &faults),
    };
    context.state.starts.take(context.address).map_err(Fault::TooMany)?;
    let request = StartCardPayment {
        quote: quote.reference.clone(),
        idempotency_key: payer.key,
        phone,
        email: Some(payer.email).filter(|email| !email.is_empty()),
        address: Some(context.address),
        language: context.language,
        public_url: context.state.settings.public_url.clone(),
    };
    match context.state.hub.start_card_payment(request).await {
        Ok(redirect) => redirect_to_gateway(&context, redirect, &quote),
        Err(error) => refused(&context, &quote, error),
    }
}

/// The page that takes the payer to the gateway.
pub(super) fn redirect_to_gateway(
    context: &Context,
    redirect: CardRedirect,
    quote: &Quote,
) -> Result<HttpResponse, Fault> {
    let policy = policy_with_gateway(&redirect.action)
        .and_then(|policy| HeaderValue::from_str(&policy).ok())
        .ok_or_else(|| Fault::Failed("the gateway's address is no http(s) URL".to_owned()))?;
    let page = pay::redirect(context.page("redirect-title"), redirect, quote);
    let mut answer = context.html(StatusCode::OK, Keep::Nobody, &page)?;
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}

/// No money moved; the page says why and what to do.
pub(super) fn refused(context: &Context, quote: &Quote, error: StartError) -> Result<HttpResponse, Fault> {
    let language = context.language;
    let notice = |tone, key| Notice::new(language, tone, key).action(language, "action-home", "/");
    match error {
        StartError::UnknownQuote => Err(Fault::NotFound),
        StartError::Expired => expired(context, quote),
        StartError::BeingPaid => {
            let notice = notice(Tone::Wait, "being-paid").action(language, "action-find", "/find");
            say(context, StatusCode::CONFLICT, notice)
        }
        StartError::AlreadyPaid => {
            let notice = notice(Tone::Good, "already-paid").action(language, "action-find", "/find");
            say(context, StatusCode::CONFLICT, notice)
        }
        StartError::Over(payment) => Ok(context.see_other(&format!("/payments/{payment}"))),
        StartError::KeyConflict => {
            let again = format!("/quotes/{}", quote.reference);
            let notice = Notice::new(language, Tone::Wait, "key-conflict");
            say(context, StatusCode::CONFLICT, notice.action(language, "action-summary", &again))
        }
        StartError::WrongInstrument => {
            say(context, StatusCode::UNPROCESSABLE_ENTITY, notice(Tone::Wait, "not-offered"))
        }
        StartError::Unavailable => unavailable(context, Chosen::of(context, &quote.biller.to_string())?.biller()?),
        StartError::Stopped(Stopped { in_review, reference }) => {
            let key = if in_review { "guard-review" } else { "guard-refused" };
            let tone = if in_review { Tone::Wait } else { Tone::Bad };
            let notice = notice(tone, key).fact(language, "fact-reference", &reference);
            say(context, StatusCode::CONFLICT, notice)
        }
        StartError::Infrastructure(trouble) => Err(trouble.into()),
    }
}

pub(super) fn expired(context: &Context, quote: &Quote) -> Result<HttpResponse, Fault> {
    let again = format!("/billers/{}/{}", quote.biller, quote.receivable_type);
    let notice = Notice::new(context.language, Tone::Wait, "quote-expired")
        .action(context.language, "action-again", &again)
        .action(context.language, "action-home", "/");
    say(context, StatusCode::GONE, notice)
}
