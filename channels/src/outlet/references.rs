//! References of 13 digits: payable ones lead to the till, others say why not, and take over cash that came too late.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use payments::api::cash::{CashReference, CashReferenceStanding, CashSubject, LateCashError, ReportLateCash};
use staff::Permission;

use super::counter::{Bar, Counter};
use super::inputs::{amount, fresh_key, kept, key};
use super::pay::{self, Sale};
use super::words::{biller_view, counter_fault};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::staff::session::subject;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::BillerView;
use crate::web::views::notice::{Notice, Tone};
use crate::web::{format, i18n};

/// A reference that cannot be paid, and the form for cash that was taken for it.
#[derive(Template)]
#[template(path = "outlet/late.html")]
struct LatePage {
    frame: Frame,
    bar: Bar,
    biller: BillerView,
    contract: String,
    digits: String,
    total: String,
    standing: &'static str,
    since: String,
    action: String,
    amount: String,
    key: String,
    faults: Faults,
}

async fn found(counter: &Counter, digits: &str) -> Result<CashReference, Fault> {
    counter.look_up()?;
    let found = counter.hub.find_cash_reference(digits).await?.ok_or(Fault::NotFound)?;
    counter.seen(&subject("quote", &found.quote.reference)).await?;
    Ok(found)
}

fn sale(found: CashReference) -> Sale {
    Sale {
        subject: CashSubject::Reference(found.digits.clone()),
        path: format!("/references/{}", found.digits),
        reference: found.digits,
        quote: found.quote,
    }
}

fn late_page(
    counter: &Counter,
    status: StatusCode,
    found: &CashReference,
    typed: (&str, String),
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, frame) = (counter.language(), counter.frame("outlet-late-title"));
    let page = LatePage {
        biller: biller_view(&counter.hub.catalogue(), found.quote.biller, &found.quote.receivable_type, language),
        contract: found.quote.contract_masked.clone(),
        digits: found.digits.clone(),
        total: format::money(language, found.quote.amounts.total),
        standing: match found.standing {
            CashReferenceStanding::Open => "open",
            CashReferenceStanding::Used => "used",
            CashReferenceStanding::Cancelled => "cancelled",
            CashReferenceStanding::Expired => "expired",
        },
        since: format::moment(language, found.expires_at),
        action: frame.page.url(&format!("/staff/outlet/references/{}/late", found.digits)),
        amount: kept(typed.0),
        key: typed.1,
        faults,
        bar: counter.bar()?,
        frame,
    };
    counter.html(status, &page)
}

pub(crate) async fn show_reference(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let found = found(&counter, &path.1).await?;
    match found.standing {
        CashReferenceStanding::Open => pay::show(&counter, &sale(found)).await,
        _ => late_page(&counter, StatusCode::OK, &found, ("", fresh_key()), Faults::default()),
    }
}

/// Takes the cash. A reference that was used meanwhile goes on to the hub, which knows the same request again.
pub(crate) async fn pay_reference(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let found = found(&counter, &path.1).await?;
    pay::take(&counter, &sale(found), &posted).await
}

pub(crate) async fn show_late(session: StaffSession, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let found = found(&counter, &path.1).await?;
    late_page(&counter, StatusCode::OK, &found, ("", fresh_key()), Faults::default())
}

/// Takes over cash that cannot pay.
pub(crate) async fn report_late(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    let till = counter.open_shift()?.shift.till.clone();
    let found = found(&counter, &path.1).await?;
    let (language, typed, key) = (counter.language(), posted.one("amount")?, key(&posted)?);
    let again = |fault: &str| {
        let faults = Faults::one("amount", i18n::text(language, fault));
        late_page(&counter, StatusCode::UNPROCESSABLE_ENTITY, &found, (typed, key.clone()), faults)
    };
    let amount = match amount(typed) {
        Ok(Some(amount)) if amount.is_positive() => amount,
        Ok(_) => return again("fault-amount-required"),
        Err(fault) => return again(fault),
    };
    let request = ReportLateCash {
        outlet: counter.outlet.clone(),
        till: Some(till),
        reference: found.digits.clone(),
        amount,
        key: key.clone(),
        actor: counter.actor(),
    };
    let notice =
        |tone, key| Notice::new(language, tone, key).action(language, "outlet-action-counter", "/staff/outlet");
    match counter.hub.report_late_cash(request).await {
        Ok(held) => {
            let notice = notice(Tone::Wait, "outlet-late-held")
                .fact(language, "fact-amount", &format::money(language, held.cash.amount))
                .fact(language, "outlet-fact-late", &held.cash.id.to_string());
            counter.say(StatusCode::OK, notice)
        }
        Err(LateCashError::Payable) => Ok(counter.see_other(&format!("/references/{}", found.digits))),
        Err(LateCashError::BadAmount) => again("fault-amount-required"),
        Err(LateCashError::NoShift) => Err(Fault::GoTo("/staff/outlet".to_owned())),
        Err(LateCashError::Counter(fault)) => {
            counter.say(StatusCode::CONFLICT, notice(Tone::Bad, counter_fault(fault)))
        }
        Err(LateCashError::KeyConflict) => counter.say(StatusCode::CONFLICT, notice(Tone::Wait, "outlet-key-conflict")),
        Err(LateCashError::FloatTooLow { available }) => {
            let notice = notice(Tone::Bad, "outlet-late-float");
            let notice = notice.fact(language, "outlet-fact-available", &format::money(language, available));
            counter.say(StatusCode::CONFLICT, notice)
        }
        Err(LateCashError::UnknownReference | LateCashError::UnknownCash | LateCashError::Released) => {
            Err(Fault::NotFound)
        }
        Err(LateCashError::Infrastructure(trouble)) => Err(trouble.into()),
    }
}
