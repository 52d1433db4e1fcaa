//! From what is due to a quote.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::{Channel, Instrument, Money};
use payments::api::{Inquiry, MakeQuote, QuoteError};
use payments::card_numbers;
use payments::typed_amount::{self, TypedAmountError};

use super::context::{Context, Keep};
use super::errors::Fault;
use super::i18n;
use super::identify::{Chosen, say};
use super::inputs::{CARD_NUMBER_KEY, Posted, is_reference};
use super::views::bills::{self, Choice, ChoiceFault};
use super::views::notice::{Notice, Tone};

pub(crate) async fn show_bills(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    match inquiry(&context, &path.1).await? {
        Some(inquiry) => page(&context, StatusCode::OK, &inquiry, None, None),
        None => expired(&context),
    }
}

async fn inquiry(context: &Context, reference: &str) -> Result<Option<Inquiry>, Fault> {
    if !is_reference(reference) {
        return Err(Fault::NotFound);
    }
    Ok(context.state.hub.inquiry(reference).await?)
}

fn page(
    context: &Context,
    status: StatusCode,
    inquiry: &Inquiry,
    choice: Option<&Choice>,
    fault: Option<ChoiceFault>,
) -> Result<HttpResponse, Fault> {
    let chosen = Chosen::of(context, &inquiry.biller.to_string())?;
    let (biller, kind) = (chosen.biller()?, chosen.kind(&inquiry.receivable_type)?);
    let page = context.page("bills-title");
    context.html(status, Keep::Nobody, &bills::bills(page, biller, kind, inquiry, choice, fault))
}

fn expired(context: &Context) -> Result<HttpResponse, Fault> {
    let notice =
        Notice::new(context.language, Tone::Wait, "inquiry-expired").action(context.language, "action-again", "/");
    say(context, StatusCode::GONE, notice)
}

/// Prices what was ticked.
pub(crate) async fn make_quote(
    context: Context,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let Some(inquiry) = inquiry(&context, &path.1).await? else { return expired(&context) };
    let mut choice = Choice {
        articles: posted.many("article").map(str::to_owned).collect(),
        amount: posted.one("amount")?.to_owned(),
    };
    let amount = match typed(&choice.amount) {
        Ok(amount) => amount,
        Err(key) => {
            if key == CARD_NUMBER_KEY {
                choice.amount.clear();
            }
            let text = i18n::text(context.language, key);
            let fault = ChoiceFault::Amount(text);
            return page(&context, StatusCode::UNPROCESSABLE_ENTITY, &inquiry, Some(&choice), Some(fault));
        }
    };
    let request = MakeQuote {
        inquiry: inquiry.reference.clone(),
        articles: choice.articles.clone(),
        amount,
        channel: Channel::Web,
        instrument: Instrument::Card,
    };
    match context.state.hub.make_quote(request).await {
        Ok(quote) => Ok(context.see_other(&format!("/quotes/{}", quote.reference))),
        Err(QuoteError::InquiryExpired) => expired(&context),
        Err(QuoteError::UnknownArticle(_)) => Err(Fault::NotOffered),
        Err(QuoteError::InstrumentNotOffered) => {
            let notice = Notice::new(context.language, Tone::Wait, "not-offered");
            say(&context, StatusCode::UNPROCESSABLE_ENTITY, notice.action(context.language, "action-home", "/"))
        }
        Err(QuoteError::Unavailable) => {
            super::identify::unavailable(&context, Chosen::of(&context, &inquiry.biller.to_string())?.biller()?)
        }
        Err(QuoteError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(error) => {
            let status = match error {
                QuoteError::Busy => StatusCode::CONFLICT,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            match bills::choice_fault(&error, context.language) {
                // What became busy meanwhile must show as busy.
                Some(fault) => match self::inquiry(&context, &path.1).await? {
                    Some(fresh) => page(&context, status, &fresh, Some(&choice), Some(fault)),
                    None => expired(&context),
                },
                None => Err(Fault::Failed(error.to_string())),
            }
        }
    }
}

/// What was typed, `None` for nothing; or the message that says what is wrong with it.
pub(crate) fn typed(text: &str) -> Result<Option<Money>, &'static str> {
    if card_numbers::holds_one(text) {
        return Err(CARD_NUMBER_KEY);
    }
    match typed_amount::parse(text) {
        Ok(amount) if amount.is_positive() => Ok(Some(amount)),
        Err(TypedAmountError::Empty) => Ok(None),
        Err(TypedAmountError::Ambiguous) => Err("fault-amount-ambiguous"),
        Ok(_) | Err(_) => Err("fault-amount"),
    }
}
