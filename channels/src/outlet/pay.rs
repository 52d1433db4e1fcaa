//! Taking cash: the price line by line, what is handed over, the change, and the payment.
//!
//! Three steps: what is handed over is typed, the change is shown, the payment is made. A form's key makes its payment
//! once, however often it is sent.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Channel, Instrument, Money};
use payments::api::Quote;
use payments::api::cash::{CashKey, CashSubject, PayCash, PayCashError};
use payments::card_numbers;
use payments::guard::Stopped;
use staff::Permission;

use super::counter::{Bar, Counter};
use super::inputs::{amount, fresh_key, kept, key};
use super::words::{biller_view, counter_fault};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::staff::session::subject;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted, is_reference, mobile};
use crate::web::views::notice::{Notice, Tone};
use crate::web::views::{AmountLine, BillerView, PaidLine, amount_lines, paid_lines};
use crate::web::{format, i18n};

/// How long an answer of the biller is waited for before the page says that there is none yet.
const PATIENCE: Duration = Duration::from_secs(3);

/// The price, and a field for what is handed over.
#[derive(Template)]
#[template(path = "outlet/tender.html")]
struct TenderPage {
    frame: Frame,
    bar: Bar,
    biller: BillerView,
    contract: String,
    /// The 13 digits, where the customer came with them.
    reference: String,
    action: String,
    back: String,
    lines: Vec<PaidLine>,
    amounts: Vec<AmountLine>,
    total: String,
    total_label: String,
    expires: String,
    form: Tender,
    faults: Faults,
}

/// What is handed over and what goes back, before it is written down.
#[derive(Template)]
#[template(path = "outlet/change.html")]
struct ChangePage {
    frame: Frame,
    bar: Bar,
    biller: BillerView,
    contract: String,
    action: String,
    total: String,
    tendered: String,
    change: String,
    form: Tender,
}

/// The form as typed.
#[derive(Default)]
pub(super) struct Tender {
    pub(super) tendered: String,
    pub(super) phone: String,
    pub(super) key: String,
}

/// What is about to be paid.
pub(super) struct Sale {
    pub(super) quote: Quote,
    pub(super) subject: CashSubject,
    /// The path of its page, below the outlet.
    pub(super) path: String,
    pub(super) reference: String,
}

fn price(
    counter: &Counter,
    status: StatusCode,
    sale: &Sale,
    form: Tender,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, frame, quote) = (counter.language(), counter.frame("outlet-tender-title"), &sale.quote);
    let back = if sale.reference.is_empty() {
        format!("/staff/outlet/bills/{}", quote.inquiry)
    } else {
        "/staff/outlet".to_owned()
    };
    let page = TenderPage {
        biller: biller_view(&counter.hub.catalogue(), quote.biller, &quote.receivable_type, language),
        contract: quote.contract_masked.clone(),
        reference: sale.reference.clone(),
        action: frame.page.url(&format!("/staff/outlet{}", sale.path)),
        back: frame.page.url(&back),
        lines: paid_lines(&quote.articles, language),
        amounts: amount_lines(&quote.amounts, language),
        total: format::money(language, quote.amounts.total),
        total_label: i18n::text(language, "amount-total"),
        expires: format::moment(language, quote.expires_at),
        form,
        faults,
        bar: counter.bar()?,
        frame,
    };
    counter.html(status, &page)
}

/// Shows what is to be paid.
pub(super) async fn show(counter: &Counter, sale: &Sale) -> Result<HttpResponse, Fault> {
    counter.seen(&subject("quote", &sale.quote.reference)).await?;
    if sale.quote.expires_at <= counter.session.context.now {
        return refused(counter, sale, PayCashError::Expired).await;
    }
    let form = Tender { key: fresh_key(), ..Tender::default() };
    price(counter, StatusCode::OK, sale, form, Faults::default())
}

async fn sale(counter: &Counter, reference: &str) -> Result<Sale, Fault> {
    if !is_reference(reference) {
        return Err(Fault::NotFound);
    }
    let quote = counter.hub.quote(reference).await?.ok_or(Fault::NotFound)?;
    if quote.channel != Channel::Agt || quote.instrument != Instrument::Cash {
        return Err(Fault::NotFound);
    }
    let path = format!("/quotes/{}", quote.reference);
    Ok(Sale { subject: CashSubject::Quote(quote.reference.clone()), path, reference: String::new(), quote })
}

pub(crate) async fn show_quote(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let sale = sale(&counter, &path.1).await?;
    show(&counter, &sale).await
}

pub(crate) async fn pay_quote(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let sale = sale(&counter, &path.1).await?;
    take(&counter, &sale, &posted).await
}

/// Reads the form, shows the change, and takes the cash once that was agreed to.
pub(super) async fn take(counter: &Counter, sale: &Sale, posted: &Posted) -> Result<HttpResponse, Fault> {
    let (language, total) = (counter.language(), sale.quote.amounts.total);
    let mut form = Tender {
        tendered: posted.one("tendered")?.to_owned(),
        phone: posted.one("phone")?.to_owned(),
        key: key(posted)?,
    };
    let phone = mobile(&form.phone);
    let phone_fault = match &phone {
        _ if card_numbers::holds_one(&form.phone) => Some(CARD_NUMBER_KEY),
        None if !form.phone.is_empty() => Some("fault-phone"),
        _ => None,
    };
    let tendered = amount(&form.tendered).map(|tendered| tendered.unwrap_or(total));
    let fault = match (tendered, phone_fault) {
        (Err(key), _) => Some(("tendered", i18n::text(language, key))),
        (Ok(tendered), _) if tendered < total => Some(("tendered", too_little(counter, total))),
        (_, Some(key)) => Some(("phone", i18n::text(language, key))),
        _ => None,
    };
    let tendered = match (tendered, fault) {
        (Ok(tendered), None) => tendered,
        (_, fault) => {
            form.tendered = kept(&form.tendered);
            form.phone = kept(&form.phone);
            let faults = fault.map(|(target, text)| Faults::one(target, text)).unwrap_or_default();
            return price(counter, StatusCode::UNPROCESSABLE_ENTITY, sale, form, faults);
        }
    };
    if posted.one("confirm")? != "1" {
        return change(counter, sale, tendered, form);
    }
    let request = PayCash {
        outlet: counter.outlet.clone(),
        till: counter.open_shift()?.shift.till.clone(),
        subject: sale.subject.clone(),
        key: CashKey::Screen(form.key),
        tendered: Some(tendered),
        phone,
        language,
        actor: counter.actor(),
        opens_shift: false,
    };
    match counter.hub.pay_cash(request).await {
        Ok(paid) => {
            let reference = paid.payment.reference;
            counter.hub.await_cash(&reference, PATIENCE).await?;
            Ok(counter.see_other(&format!("/payments/{reference}")))
        }
        Err(error) => refused(counter, sale, error).await,
    }
}

fn too_little(counter: &Counter, total: Money) -> String {
    let total = format::money(counter.language(), total);
    i18n::text_with(counter.language(), "outlet-fault-too-little", &[("total", i18n::Arg::Text(&total))])
}

fn change(counter: &Counter, sale: &Sale, tendered: Money, form: Tender) -> Result<HttpResponse, Fault> {
    let (language, frame, quote) = (counter.language(), counter.frame("outlet-tender-title"), &sale.quote);
    let change = tendered.checked_sub(quote.amounts.total).unwrap_or_default();
    let page = ChangePage {
        biller: biller_view(&counter.hub.catalogue(), quote.biller, &quote.receivable_type, language),
        contract: quote.contract_masked.clone(),
        action: frame.page.url(&format!("/staff/outlet{}", sale.path)),
        total: format::money(language, quote.amounts.total),
        tendered: format::money(language, tendered),
        change: format::money(language, change),
        form,
        bar: counter.bar()?,
        frame,
    };
    counter.html(StatusCode::OK, &page)
}

/// No float was drawn on: the page says why, and that the cash stays the customer's.
async fn refused(counter: &Counter, sale: &Sale, error: PayCashError) -> Result<HttpResponse, Fault> {
    let language = counter.language();
    let notice =
        |tone, key| Notice::new(language, tone, key).action(language, "outlet-action-counter", "/staff/outlet");
    let late = format!("/staff/outlet/references/{}/late", sale.reference);
    let answer = match error {
        PayCashError::Counter(fault) => (StatusCode::CONFLICT, notice(Tone::Bad, counter_fault(fault))),
        PayCashError::NoShift => return Err(Fault::GoTo("/staff/outlet".to_owned())),
        PayCashError::UnknownQuote | PayCashError::UnknownReference => return Err(Fault::NotFound),
        PayCashError::ReferenceUsed | PayCashError::ReferenceCancelled => {
            return Ok(counter.see_other(&format!("/references/{}", sale.reference)));
        }
        PayCashError::Expired => (StatusCode::GONE, notice(Tone::Wait, "outlet-expired")),
        PayCashError::BeingPaid => (StatusCode::CONFLICT, notice(Tone::Wait, "outlet-being-paid")),
        PayCashError::AlreadyPaid => {
            let notice = notice(Tone::Wait, "outlet-already-paid");
            let notice =
                if sale.reference.is_empty() { notice } else { notice.action(language, "outlet-action-late", &late) };
            (StatusCode::CONFLICT, notice)
        }
        PayCashError::KeyConflict | PayCashError::BadKey => {
            (StatusCode::CONFLICT, notice(Tone::Wait, "outlet-key-conflict"))
        }
        PayCashError::WrongInstrument => (StatusCode::UNPROCESSABLE_ENTITY, notice(Tone::Wait, "outlet-not-offered")),
        PayCashError::TooLittle { total, .. } => {
            let form = Tender { key: fresh_key(), ..Tender::default() };
            let faults = Faults::one("tendered", too_little(counter, total));
            return price(counter, StatusCode::UNPROCESSABLE_ENTITY, sale, form, faults);
        }
        PayCashError::FloatTooLow { available, needed } => {
            let notice = notice(Tone::Bad, "outlet-float-low")
                .fact(language, "outlet-fact-available", &format::money(language, available))
                .fact(language, "outlet-fact-needed", &format::money(language, needed));
            (StatusCode::CONFLICT, notice)
        }
        PayCashError::Unavailable => return super::find::unavailable(counter, sale.quote.biller),
        PayCashError::Stopped(Stopped { in_review, reference }) => {
            let key = if in_review { "guard-counter-review" } else { "guard-counter-refused" };
            let tone = if in_review { Tone::Wait } else { Tone::Bad };
            (StatusCode::CONFLICT, notice(tone, key).fact(language, "fact-reference", &reference))
        }
        PayCashError::Infrastructure(trouble) => return Err(trouble.into()),
    };
    counter.say(answer.0, answer.1)
}
