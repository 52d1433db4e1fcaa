//! From what is due to a price in cash.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Channel, Instrument, Money};
use payments::api::{Inquiry, MakeQuote, QuoteError};
use staff::Permission;

use super::counter::{Bar, Counter};
use super::words::biller_view;
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::staff::session::subject;
use crate::web::bills::typed;
use crate::web::errors::Fault;
use crate::web::identify::Chosen;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted, is_reference};
use crate::web::views::bills::{
    AmountField, ArticleView, Choice, ChoiceFault, amount_field, article_view, choice_fault,
};
use crate::web::views::notice::{Notice, Tone};
use crate::web::views::{BillerView, FaultLink};
use crate::web::{format, i18n};

/// What is due, to be ticked.
#[derive(Template)]
#[template(path = "outlet/bills.html")]
struct BillsPage {
    frame: Frame,
    bar: Bar,
    biller: BillerView,
    contract: String,
    action: String,
    back: String,
    articles: Vec<ArticleView>,
    total: String,
    amount: Option<AmountField>,
    payable: bool,
    faults: Vec<FaultLink>,
}

async fn inquiry(counter: &Counter, reference: &str) -> Result<Option<Inquiry>, Fault> {
    if !is_reference(reference) {
        return Err(Fault::NotFound);
    }
    Ok(counter.hub.inquiry(reference).await?)
}

fn expired(counter: &Counter) -> Result<HttpResponse, Fault> {
    let language = counter.language();
    let notice = Notice::new(language, Tone::Wait, "inquiry-expired");
    counter.say(StatusCode::GONE, notice.action(language, "outlet-action-counter", "/staff/outlet"))
}

fn page(
    counter: &Counter,
    status: StatusCode,
    inquiry: &Inquiry,
    choice: Option<&Choice>,
    fault: Option<ChoiceFault>,
) -> Result<HttpResponse, Fault> {
    let (language, frame) = (counter.language(), counter.frame("bills-title"));
    let chosen = Chosen::of(&counter.session.context, &inquiry.biller.to_string())?;
    let kind = chosen.kind(&inquiry.receivable_type)?;
    let line = |article| article_view(article, language, choice);
    let articles: Vec<ArticleView> = inquiry.articles.iter().map(line).collect();
    let ticked = articles.iter().filter(|article| article.ticked).map(|article| Money::from_minor(article.minor));
    let total = Money::sum(ticked).unwrap_or_default();
    let mut amount = amount_field(&kind.amount_rule, articles.is_empty(), language, choice);
    let mut faults = Vec::new();
    match fault {
        Some(ChoiceFault::Amount(text)) => {
            faults.push(FaultLink { target: "amount".to_owned(), text: text.clone() });
            if let Some(field) = &mut amount {
                field.fault = text;
            }
        }
        Some(other) => {
            let key = if matches!(other, ChoiceFault::Busy) { "fault-busy" } else { "fault-nothing-chosen" };
            faults.push(FaultLink { target: "articles".to_owned(), text: i18n::text(language, key) });
        }
        None => {}
    }
    let page = BillsPage {
        biller: biller_view(&counter.hub.catalogue(), inquiry.biller, &kind.code, language),
        contract: inquiry.contract_masked.clone(),
        action: frame.page.url(&format!("/staff/outlet/bills/{}", inquiry.reference)),
        back: frame.page.url(&format!("/staff/outlet/billers/{}/{}", inquiry.biller, kind.code)),
        total: format::money(language, total),
        payable: articles.is_empty() || articles.iter().any(|article| !article.busy),
        articles,
        amount,
        faults,
        bar: counter.bar()?,
        frame,
    };
    counter.html(status, &page)
}

pub(crate) async fn show_bills(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let Some(inquiry) = inquiry(&counter, &path.1).await? else { return expired(&counter) };
    counter.seen(&subject("inquiry", &inquiry.reference)).await?;
    page(&counter, StatusCode::OK, &inquiry, None, None)
}

/// Prices what was ticked, for cash at an outlet.
pub(crate) async fn make_quote(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let Some(inquiry) = inquiry(&counter, &path.1).await? else { return expired(&counter) };
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
            let fault = ChoiceFault::Amount(i18n::text(counter.language(), key));
            return page(&counter, StatusCode::UNPROCESSABLE_ENTITY, &inquiry, Some(&choice), Some(fault));
        }
    };
    let request = MakeQuote {
        inquiry: inquiry.reference.clone(),
        articles: choice.articles.clone(),
        amount,
        channel: Channel::Agt,
        instrument: Instrument::Cash,
    };
    let language = counter.language();
    match counter.hub.make_quote(request).await {
        Ok(quote) => Ok(counter.see_other(&format!("/quotes/{}", quote.reference))),
        Err(QuoteError::InquiryExpired) => expired(&counter),
        Err(QuoteError::UnknownArticle(_)) => Err(Fault::NotOffered),
        Err(QuoteError::InstrumentNotOffered) => {
            let notice = Notice::new(language, Tone::Wait, "outlet-not-offered");
            let notice = notice.action(language, "outlet-action-counter", "/staff/outlet");
            counter.say(StatusCode::UNPROCESSABLE_ENTITY, notice)
        }
        Err(QuoteError::Unavailable) => super::find::unavailable(&counter, inquiry.biller),
        Err(QuoteError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(error) => {
            let busy = matches!(error, QuoteError::Busy);
            let status = if busy { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            let Some(fault) = choice_fault(&error, language) else { return Err(Fault::Failed(error.to_string())) };
            // What became busy meanwhile must show as busy.
            match self::inquiry(&counter, &path.1).await? {
                Some(fresh) => page(&counter, status, &fresh, Some(&choice), Some(fault)),
                None => expired(&counter),
            }
        }
    }
}
