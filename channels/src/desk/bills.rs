//! From a caller's contract to a price, inside a call.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Channel, Instrument};
use payments::api::{FieldFault, FieldFaultKind, FindBills, FindError, Found, Inquiry, MakeQuote, QuoteError};
use payments::catalogue::{Biller, ReceivableType};
use payments::desk::CallError;
use serde::Deserialize;

use super::entry::Entry;
use super::operator::{Operator, bill_name, chosen, number, sheet_path};
use crate::staff::frame::{Faults, Frame};
use crate::web::errors::Fault;
use crate::web::identify::as_sent;
use crate::web::inputs::is_reference;
use crate::web::views::bills::{self, AmountField, ArticleView, Choice, ChoiceFault};
use crate::web::views::identify::{self, FieldView};
use crate::web::views::notice::{Notice, Tone};
use crate::web::{bills::typed as typed_amount, i18n};

/// The start of the names of identification fields.
const FIELD_PREFIX: &str = "f.";

/// Which bill is looked for: `1001.02`.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    bill: String,
}

#[derive(Template)]
#[template(path = "desk/identify.html")]
struct IdentifyPage {
    frame: Frame,
    faults: Faults,
    name: String,
    action: String,
    back: String,
    fields: Vec<FieldView>,
}

#[derive(Template)]
#[template(path = "desk/bills.html")]
struct BillsPage {
    frame: Frame,
    faults: Faults,
    name: String,
    contract: String,
    action: String,
    back: String,
    again: String,
    articles: Vec<ArticleView>,
    total: String,
    amount: Option<AmountField>,
    payable: bool,
    expires: String,
}

pub(crate) async fn show_form(
    operator: Operator,
    path: web::Path<(String, String)>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Fault> {
    let call = open_call(&operator, &path.1).await?;
    let catalogue = operator.catalogue();
    let Some((biller, kind)) = chosen(&catalogue, &wanted.bill) else {
        // The list of the sheet with nothing chosen.
        return if wanted.bill.is_empty() { Ok(operator.see_other(&sheet_path(call))) } else { Err(Fault::NotOffered) };
    };
    form(&operator, call, StatusCode::OK, biller, kind, &BTreeMap::new(), &[], false)
}

/// The number of a call of theirs.
async fn open_call(operator: &Operator, call: &str) -> Result<i64, Fault> {
    let call = number(call)?;
    match operator.hub.desk_call(call, operator.member()).await {
        Ok(stored) if stored.closed.is_some() => Err(Fault::GoTo(sheet_path(call))),
        Ok(_) => Ok(call),
        Err(CallError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(_) => Err(Fault::NotFound),
    }
}

#[expect(clippy::too_many_arguments, reason = "a form, what was typed in it, and what is wrong with that")]
fn form(
    operator: &Operator,
    call: i64,
    status: StatusCode,
    biller: &Biller,
    kind: &ReceivableType,
    typed: &BTreeMap<String, String>,
    faults: &[FieldFault],
    unknown: bool,
) -> Result<HttpResponse, Fault> {
    let frame = operator.frame("desk-find-title");
    let view = identify::form(operator.frame("desk-find-title").page, biller, kind, typed, faults, unknown);
    let base = frame.page.url(&sheet_path(call));
    let page = IdentifyPage {
        faults: view.faults.into(),
        name: bill_name(&operator.catalogue(), operator.language(), biller.code, &kind.code),
        action: format!("{base}/find?bill={}.{}", biller.code, kind.code),
        back: base,
        fields: view.fields,
        frame,
    };
    operator.html(status, &page)
}

/// Asks the biller, within the operator's allowance.
pub(crate) async fn find_bills(
    operator: Operator,
    path: web::Path<(String, String)>,
    wanted: web::Query<Wanted>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    let call = open_call(&operator, &path.1).await?;
    let catalogue = operator.catalogue();
    let (biller, kind) = chosen(&catalogue, &wanted.bill).ok_or(Fault::NotOffered)?;
    let (typed, wrong) = (entry.below(FIELD_PREFIX)?, StatusCode::UNPROCESSABLE_ENTITY);
    let own = |name: &String| kind.form.iter().any(|field| field.name == *name);
    if !typed.keys().all(own) {
        return Err(Fault::NotOffered);
    }
    if entry.card_faults(&operator.frame("desk-find-title").page).is_some() {
        let held: Vec<FieldFault> = typed
            .keys()
            .filter(|name| entry.held_card(&format!("{FIELD_PREFIX}{name}")))
            .map(|name| FieldFault { field: name.clone(), kind: FieldFaultKind::CardNumber })
            .collect();
        return form(&operator, call, wrong, biller, kind, &typed, &held, false);
    }
    operator.take_lookup()?;
    let request = FindBills {
        biller: biller.code,
        receivable_type: kind.code.clone(),
        fields: as_sent(kind, &typed),
        channel: Channel::Tel,
        language: operator.language(),
    };
    let say = |status, tone, key: &str| {
        let notice = Notice::new(operator.language(), tone, key).fact(
            operator.language(),
            "fact-biller",
            biller.name.get(operator.language()),
        );
        operator.say(status, notice.action(operator.language(), "desk-action-call", &sheet_path(call)))
    };
    match operator.hub.find_bills(request).await {
        Ok(Found::Bill(inquiry)) => {
            Ok(operator.see_other(&format!("{}/bills/{}", sheet_path(call), inquiry.reference)))
        }
        Ok(Found::NothingDue) => {
            operator.viewed(&format!("desk call {call}"), "nothing due").await?;
            say(StatusCode::OK, Tone::Good, "nothing-due")
        }
        Ok(Found::UnknownCustomer) => form(&operator, call, wrong, biller, kind, &typed, &[], true),
        Err(FindError::Form(faults)) => form(&operator, call, wrong, biller, kind, &typed, &faults, false),
        Err(FindError::UnknownBiller) => Err(Fault::NotOffered),
        Err(FindError::ChannelClosed | FindError::Unavailable) => {
            say(StatusCode::SERVICE_UNAVAILABLE, Tone::Wait, "unavailable")
        }
        Err(FindError::Infrastructure(trouble)) => Err(trouble.into()),
    }
}

async fn inquiry(operator: &Operator, reference: &str) -> Result<Option<Inquiry>, Fault> {
    if !is_reference(reference) {
        return Err(Fault::NotFound);
    }
    Ok(operator.hub.inquiry(reference).await?)
}

pub(crate) async fn show_bills(
    operator: Operator,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Fault> {
    let call = open_call(&operator, &path.1).await?;
    match inquiry(&operator, &path.2).await? {
        Some(inquiry) => {
            operator.viewed(&format!("desk call {call}"), "bills, masked").await?;
            page(&operator, call, StatusCode::OK, &inquiry, None, None)
        }
        None => expired(&operator, call),
    }
}

fn page(
    operator: &Operator,
    call: i64,
    status: StatusCode,
    inquiry: &Inquiry,
    choice: Option<&Choice>,
    fault: Option<ChoiceFault>,
) -> Result<HttpResponse, Fault> {
    let catalogue = operator.catalogue();
    let word = format!("{}.{}", inquiry.biller, inquiry.receivable_type);
    let (biller, kind) = chosen(&catalogue, &word).ok_or(Fault::NotFound)?;
    let frame = operator.frame("desk-bills-title");
    let view = bills::bills(operator.frame("desk-bills-title").page, biller, kind, inquiry, choice, fault);
    let base = frame.page.url(&sheet_path(call));
    let page = BillsPage {
        faults: view.faults.into(),
        name: bill_name(&catalogue, operator.language(), biller.code, &kind.code),
        contract: view.contract,
        action: format!("{base}/bills/{}", inquiry.reference),
        again: format!("{base}/find?bill={word}"),
        back: base,
        articles: view.articles,
        total: view.total,
        amount: view.amount,
        payable: view.payable,
        expires: view.expires,
        frame,
    };
    operator.html(status, &page)
}

fn expired(operator: &Operator, call: i64) -> Result<HttpResponse, Fault> {
    let language = operator.language();
    let notice = Notice::new(language, Tone::Wait, "inquiry-expired");
    operator.say(StatusCode::GONE, notice.action(language, "desk-action-call", &sheet_path(call)))
}

/// Prices what was ticked.
pub(crate) async fn make_quote(
    operator: Operator,
    path: web::Path<(String, String, String)>,
    entry: Entry,
) -> Result<HttpResponse, Fault> {
    let call = open_call(&operator, &path.1).await?;
    let Some(found) = inquiry(&operator, &path.2).await? else { return expired(&operator, call) };
    let choice = Choice {
        articles: entry.many("article").map(str::to_owned).collect(),
        amount: entry.one("amount")?.to_owned(),
    };
    let (language, wrong) = (operator.language(), StatusCode::UNPROCESSABLE_ENTITY);
    let held = entry.held_card("amount").then_some(crate::web::inputs::CARD_NUMBER_KEY);
    let amount = match (held, typed_amount(&choice.amount)) {
        (None, Ok(amount)) => amount,
        (Some(key), _) | (None, Err(key)) => {
            let fault = ChoiceFault::Amount(i18n::text(language, key));
            return page(&operator, call, wrong, &found, Some(&choice), Some(fault));
        }
    };
    let request = MakeQuote {
        inquiry: found.reference.clone(),
        articles: choice.articles.clone(),
        amount,
        channel: Channel::Tel,
        instrument: Instrument::Card,
    };
    let error = match operator.hub.desk_quote(call, operator.member(), request).await {
        Ok(quote) => return Ok(operator.see_other(&format!("{}/quotes/{}", sheet_path(call), quote.reference))),
        Err(CallError::Quote(error)) => error,
        Err(error) => return operator.refuse(call, error),
    };
    match error {
        QuoteError::InquiryExpired => expired(&operator, call),
        QuoteError::UnknownArticle(_) => Err(Fault::NotOffered),
        QuoteError::InstrumentNotOffered => {
            let notice = Notice::new(language, Tone::Wait, "not-offered");
            operator.say(wrong, notice.action(language, "desk-action-call", &sheet_path(call)))
        }
        QuoteError::Unavailable => {
            let notice = Notice::new(language, Tone::Wait, "unavailable");
            let notice = notice.action(language, "desk-action-call", &sheet_path(call));
            operator.say(StatusCode::SERVICE_UNAVAILABLE, notice)
        }
        QuoteError::Infrastructure(trouble) => Err(trouble.into()),
        error => {
            let status = if matches!(error, QuoteError::Busy) { StatusCode::CONFLICT } else { wrong };
            let fault = bills::choice_fault(&error, language).ok_or_else(|| Fault::Failed(error.to_string()))?;
            // What became busy meanwhile must show as busy.
            match inquiry(&operator, &path.2).await? {
                Some(fresh) => page(&operator, call, status, &fresh, Some(&choice), Some(fault)),
                None => expired(&operator, call),
            }
        }
    }
}
