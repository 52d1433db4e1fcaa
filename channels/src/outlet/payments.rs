//! Payments of the outlet: the result at the till, today's list, cancellation.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Moment, Reference};
use payments::api::Standing;
use payments::api::cash::{CancelCash, CancelCashError, CashPayment, Instruction};
use serde::Deserialize;
use serde_json::json;
use staff::Permission;

use super::counter::{Bar, Counter, payment_at};
use super::inputs::{kept, words};
use super::scope::{hub, own_outlet};
use super::words::{Line, biller_view, is_open, word};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::staff::session::subject;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::{AmountLine, BillerView, PaidLine, amount_lines, paid_lines};
use crate::web::{format, i18n};

/// Payments of a page.
const LIST_MAX: i64 = 100;
/// Longest reason of a cancellation, in characters: the biller is told it.
const REASON_MAX: usize = 100;
/// Seconds between looks at an open payment, where there is no JavaScript.
const REFRESH_SECONDS: u8 = 5;

/// What the person at the counter is to do about a payment.
#[derive(Template)]
#[template(path = "outlet/payment.html")]
struct PaymentPage {
    frame: Frame,
    bar: Bar,
    word: &'static str,
    title: String,
    text: String,
    biller: BillerView,
    contract: String,
    reference: String,
    receipt_number: String,
    at: String,
    lines: Vec<PaidLine>,
    amounts: Vec<AmountLine>,
    total: String,
    total_label: String,
    tendered: String,
    change: String,
    /// What is to be given back, or was.
    cash: String,
    status_url: String,
    here: String,
    counter_url: String,
    prints: u32,
    /// Given back by this counter: only while a shift is open.
    can_give_back: bool,
    cancel: Cancel,
    refusal: String,
    faults: Faults,
}

/// What there is to say about cancelling.
enum Cancel {
    /// It may be asked, with this reason as typed.
    May(String),
    /// It may not: why.
    No(String),
    /// Not a question any more.
    Over,
}

/// Today's payments.
#[derive(Template)]
#[template(path = "outlet/payments.html")]
struct PaymentsPage {
    frame: Frame,
    bar: Bar,
    lines: Vec<Line>,
    /// Said where all of them are on one page.
    total: usize,
    /// Where earlier ones are.
    older: Option<String>,
    /// The first page, from any other.
    first: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Place {
    /// The reference of the last payment of the page before.
    before: Option<String>,
}

/// Why a payment cannot be cancelled, in the order in which the hub says so.
async fn cancel_word(counter: &Counter, found: &CashPayment) -> Result<Cancel, Fault> {
    if found.cancellable {
        return Ok(Cancel::May(String::new()));
    }
    let key = match found.instruction {
        Instruction::TellPending => "outlet-cancel-pending",
        Instruction::HandReceipt if found.cancellation_refused.is_some() => "outlet-cancel-refused",
        Instruction::HandReceipt => {
            let catalogue = counter.hub.catalogue();
            let biller = catalogue.get(found.payment.biller);
            let kind = biller.and_then(|biller| biller.receivable_type(&found.payment.receivable_type));
            let today = Moment::of(counter.session.context.now).day;
            if !kind.is_some_and(|kind| kind.cancellable) {
                "outlet-cancel-biller"
            } else if Moment::of(found.payment.started_at).day != today {
                "outlet-cancel-day"
            } else {
                "outlet-cancel-shift"
            }
        }
        _ => return Ok(Cancel::Over),
    };
    Ok(Cancel::No(i18n::text(counter.language(), key)))
}

async fn page(
    counter: &Counter,
    status: StatusCode,
    found: &CashPayment,
    typed: Option<String>,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, mut frame) = (counter.language(), counter.frame("outlet-payment-title"));
    let (payment, word) = (&found.payment, word(found));
    if is_open(&found.instruction) {
        frame.page.refresh = Some(REFRESH_SECONDS);
    }
    let money = |amount| format::money(language, amount);
    let cash = match found.instruction {
        Instruction::GiveCashBack(amount) | Instruction::CashGivenBack(amount) => money(amount),
        _ => money(payment.amounts.total),
    };
    let cancel = match (cancel_word(counter, found).await?, typed) {
        (Cancel::May(_), Some(typed)) => Cancel::May(typed),
        (cancel, _) => cancel,
    };
    let said = |part: &str| {
        i18n::text_with(language, &format!("outlet-result-{word}-{part}"), &[("amount", i18n::Arg::Text(&cash))])
    };
    let here = frame.page.url(&format!("/staff/outlet/payments/{}", payment.reference));
    let page = PaymentPage {
        title: said("title"),
        text: said("text"),
        word,
        biller: biller_view(&counter.hub.catalogue(), payment.biller, &payment.receivable_type, language),
        contract: payment.contract_masked.clone(),
        reference: payment.reference.clone(),
        receipt_number: match &payment.standing {
            Standing::Confirmed(receipt) => receipt.number.clone(),
            _ => String::new(),
        },
        at: format::moment(language, payment.started_at),
        lines: paid_lines(&payment.articles, language),
        amounts: amount_lines(&payment.amounts, language),
        total: money(payment.amounts.total),
        total_label: i18n::text(language, "amount-total"),
        tendered: found.tendered.map(money).unwrap_or_default(),
        change: found.change.map(money).unwrap_or_default(),
        cash,
        status_url: format!("{here}/status"),
        here,
        counter_url: frame.page.url("/staff/outlet"),
        prints: found.prints,
        can_give_back: counter.shift.is_some(),
        cancel,
        refusal: found.cancellation_refused.clone().unwrap_or_default(),
        faults,
        bar: counter.bar()?,
        frame,
    };
    counter.html(status, &page)
}

pub(crate) async fn show_payment(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    let found = counter.payment(&path.1).await?;
    counter.seen(&subject("payment", &found.payment.reference)).await?;
    page(&counter, StatusCode::OK, &found, None, Faults::default()).await
}

/// For the script of the page that waits, which asks every second or two: it reads the payment and nothing around it.
/// It tells nothing of the customer.
pub(crate) async fn show_status(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::TakeCash)?;
    let hub = hub(&session)?;
    let outlet = own_outlet(&hub.networks(), &session.who.scope)?;
    let found = payment_at(&hub, &outlet, &path.1).await?;
    let body = json!({ "standing": word(&found), "final": !is_open(&found.instruction) });
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(body))
}

pub(crate) async fn show_payments(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    let before = place.before.as_ref().map(|last| last.parse::<Reference>()).transpose();
    let before = before.map_err(|_| Fault::BadRequest)?.map(|last| last.id());
    counter.seen(&format!("payments of outlet {}", counter.outlet)).await?;
    let (catalogue, language, outlet) = (counter.hub.catalogue(), counter.language(), &counter.outlet);
    let today = Moment::of(counter.session.context.now).day;
    let mut found = counter.hub.outlet_payments_of(outlet, None, Some(today), before, LIST_MAX).await?;
    let here = format!("/{language}/staff/outlet/payments");
    let full = i64::try_from(found.len()).is_ok_and(|count| count == LIST_MAX);
    let older = found.last().filter(|_| full).map(|last| format!("{here}?before={}", last.payment.reference));
    if older.is_none() {
        // What one's shift still waits for from days before is shown until it is at its end.
        for reference in counter.shift.iter().flat_map(|open| &open.pending) {
            let carried = counter.hub.cash_payment(reference).await?;
            found.extend(carried.filter(|carried| Moment::of(carried.payment.started_at).day != today));
        }
    }
    let lines: Vec<Line> =
        found.iter().map(|found| Line::of(language, catalogue.get(found.payment.biller), found)).collect();
    let page = PaymentsPage {
        total: lines.len(),
        lines,
        older,
        first: before.map(|_| here),
        frame: counter.frame("outlet-payments-title"),
        bar: counter.bar()?,
    };
    counter.html(StatusCode::OK, &page)
}

/// Asks the biller to cancel.
pub(crate) async fn cancel(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::CancelCash).await?;
    let found = counter.payment(&path.1).await?;
    counter.seen(&subject("payment", &found.payment.reference)).await?;
    let (language, reason) = (counter.language(), posted.one("reason")?);
    let again = async |key: &str, status| {
        let faults = Faults::one("reason", i18n::text(language, key));
        page(&counter, status, &found, Some(kept(reason)), faults).await
    };
    if let Err(key) = words(reason, REASON_MAX) {
        return again(key, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let request = CancelCash {
        payment: found.payment.reference.clone(),
        outlet: counter.outlet.clone(),
        reason: reason.to_owned(),
        actor: counter.actor(),
    };
    let key = match counter.hub.cancel_cash(request).await {
        Ok(_) => return Ok(counter.see_other(&format!("/payments/{}", found.payment.reference))),
        Err(CancelCashError::UnknownPayment) => return Err(Fault::NotFound),
        Err(CancelCashError::Infrastructure(trouble)) => return Err(trouble.into()),
        Err(CancelCashError::NoReason) => "outlet-fault-reason",
        Err(CancelCashError::StillPending) => "outlet-cancel-pending",
        Err(CancelCashError::NotConfirmed) => "outlet-cancel-over",
        Err(CancelCashError::NotAllowed) => "outlet-cancel-biller",
        Err(CancelCashError::NotSameDay) => "outlet-cancel-day",
        Err(CancelCashError::ShiftClosed) => "outlet-cancel-shift",
        Err(CancelCashError::Refused(_)) => "outlet-cancel-refused",
    };
    again(key, StatusCode::CONFLICT).await
}
