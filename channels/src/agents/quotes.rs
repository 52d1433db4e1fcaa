//! Prices: of a choice of lines, and of what a customer's 13-digit reference stands for.

use ::payments::api::{MakeQuote, Quote};
use actix_web::HttpResponse;
use ledger::{Channel, Instrument};
use serde_json::Value;

use super::problem::{Code, Problem};
use super::{Call, done, show};

/// The most lines that are chosen at once.
const ARTICLES_MAX: usize = 100;
/// The longest id of a line, in characters.
const ARTICLE_CHARS_MAX: usize = 100;

/// Prices a choice of lines for cash.
pub(crate) async fn make_quote(call: Call) -> Result<HttpResponse, Problem> {
    let mut body = call.body()?;
    let inquiry = body.text("inquiry", 1..=64);
    let articles = body.list("articles", ARTICLES_MAX, |body, value, name| match value {
        Value::String(id) if (1..=ARTICLE_CHARS_MAX).contains(&id.chars().count()) => Some(id),
        _ => {
            body.fault(name, "not-text", format!("must be a string of 1 to {ARTICLE_CHARS_MAX} characters"));
            None
        }
    });
    let amount = body.optional_amount("amount");
    body.finish()?;
    let (channel, instrument) = (Channel::Agt, Instrument::Cash);
    let quote = call.hub().make_quote(MakeQuote { inquiry, articles, amount, channel, instrument }).await?;
    Ok(done(&show::quote(&quote)))
}

/// A quote that can be paid in cash at an outlet, expired or not.
pub(crate) async fn show_quote(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    let payable = |quote: &Quote| quote.channel == Channel::Agt && quote.instrument == Instrument::Cash;
    let found = call.hub().quote(call.part("quote")).await?.filter(payable);
    let unknown = || Problem::new(Code::UnknownQuote, "No quote for cash at an outlet has that reference.");
    Ok(done(&show::quote(&found.ok_or_else(unknown)?)))
}

/// What a customer's 13-digit reference stands for.
pub(crate) async fn show_cash_reference(call: Call) -> Result<HttpResponse, Problem> {
    call.query()?.finish()?;
    call.look_up()?;
    let found = call.hub().find_cash_reference(call.part("digits")).await?;
    let unknown = || Problem::new(Code::UnknownReference, "Check the 13 digits: no such reference was made.");
    Ok(done(&show::cash_reference(&found.ok_or_else(unknown)?)))
}
