//! A bill to be paid in cash: a reference of thirteen digits that any outlet takes.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::Channel;
use payments::api::cash::{
    CashReference, CashReferenceError, CashReferenceStanding, MakeCashReference, ReferenceSubject,
};
use payments::api::{Quote, QuoteError};
use payments::card_numbers;

use super::context::{Context, Keep};
use super::errors::Fault;
use super::identify::{Chosen, say};
use super::inputs::Posted;
use super::pay::{expired, payer, phone_fault, quote, summary};
use super::views::cash;
use super::views::notice::{Notice, Tone};
use super::views::pay::PayerFaults;

/// Makes the reference; the same showing of the summary sent twice is one reference.
pub(crate) async fn make_reference(
    context: Context,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let quote = quote(&context, &path.1).await?;
    let mut payer = payer(&posted)?;
    let phone = super::inputs::mobile(&payer.phone);
    // An outlet needs no phone; one that was typed is to be right.
    let faults = match &phone {
        None if !payer.phone.is_empty() => {
            PayerFaults { phone: phone_fault(&mut payer.phone), ..PayerFaults::default() }
        }
        _ => PayerFaults::default(),
    };
    if faults.any() {
        // The address is not used, and no card number is sent back.
        if card_numbers::holds_one(&payer.email) {
            payer.email.clear();
        }
        return summary(&context, StatusCode::UNPROCESSABLE_ENTITY, &quote, payer, &faults);
    }
    context.state.starts.take(context.address).map_err(Fault::TooMany)?;
    let request = MakeCashReference {
        subject: ReferenceSubject::Quote(quote.reference.clone()),
        channel: Channel::Web,
        phone,
        language: context.language,
        idempotency_key: Some(payer.key),
    };
    match context.state.hub.make_cash_reference(request).await {
        Ok(made) => Ok(context.see_other(&format!("/cash/{}", made.digits))),
        Err(error) => refused(&context, &quote, error),
    }
}

fn refused(context: &Context, quote: &Quote, error: CashReferenceError) -> Result<HttpResponse, Fault> {
    let language = context.language;
    let again = format!("/quotes/{}", quote.reference);
    match error {
        CashReferenceError::UnknownQuote => Err(Fault::NotFound),
        CashReferenceError::Expired => expired(context, quote),
        CashReferenceError::KeyConflict => {
            let notice = Notice::new(language, Tone::Wait, "key-conflict");
            say(context, StatusCode::CONFLICT, notice.action(language, "action-summary", &again))
        }
        CashReferenceError::Quote(QuoteError::Busy) => {
            let notice = Notice::new(language, Tone::Wait, "cash-busy").action(language, "action-home", "/");
            say(context, StatusCode::CONFLICT, notice.action(language, "action-find", "/find"))
        }
        CashReferenceError::Quote(QuoteError::Unavailable) => {
            super::identify::unavailable(context, Chosen::of(context, &quote.biller.to_string())?.biller()?)
        }
        CashReferenceError::Quote(QuoteError::Infrastructure(trouble))
        | CashReferenceError::Infrastructure(trouble) => Err(trouble.into()),
        CashReferenceError::Quote(_) => {
            let notice = Notice::new(language, Tone::Wait, "cash-not-offered");
            let notice = notice.action(language, "action-summary", &again);
            say(context, StatusCode::UNPROCESSABLE_ENTITY, notice)
        }
    }
}

/// What is to be paid, and the code to pay it by. Whoever guesses is counted.
pub(crate) async fn show_reference(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    context.state.searches.take(context.address).map_err(Fault::TooMany)?;
    let found = context.state.hub.find_cash_reference(&path.1).await?.ok_or(Fault::NotFound)?;
    match found.standing {
        CashReferenceStanding::Open => open(&context, &found),
        CashReferenceStanding::Used => {
            let notice = Notice::new(context.language, Tone::Good, "cash-used");
            say(&context, StatusCode::OK, notice.action(context.language, "action-home", "/"))
        }
        CashReferenceStanding::Cancelled => over(&context, "cash-cancelled"),
        CashReferenceStanding::Expired => over(&context, "cash-expired"),
    }
}

fn open(context: &Context, found: &CashReference) -> Result<HttpResponse, Fault> {
    let chosen = Chosen::of(context, &found.quote.biller.to_string())?;
    let (biller, kind) = (chosen.biller()?, chosen.kind(&found.quote.receivable_type)?);
    let page = cash::reference(context.page("cash-title"), biller, kind, found);
    context.html(StatusCode::OK, Keep::Nobody, &page)
}

fn over(context: &Context, key: &'static str) -> Result<HttpResponse, Fault> {
    let notice = Notice::new(context.language, Tone::Wait, key).action(context.language, "action-again", "/");
    say(context, StatusCode::GONE, notice)
}
