//! Cash that lies at the outlet and belongs to customers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use payments::api::cash::{CashOwed, GiveBackError};
use staff::Permission;

use super::counter::{Bar, Counter};
use super::words::counter_fault;
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::format;
use crate::web::inputs::Posted;
use crate::web::views::notice::{Notice, Tone};

/// What is to be given back, oldest first.
#[derive(Template)]
#[template(path = "outlet/give_back.html")]
struct GiveBackPage {
    frame: Frame,
    bar: Bar,
    lines: Vec<Line>,
    action: String,
    can: bool,
}

struct Line {
    id: i64,
    /// The payment's reference; empty for late cash.
    reference: String,
    href: String,
    amount: String,
    since: String,
}

pub(crate) async fn show_owed(session: StaffSession) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    let language = counter.language();
    let owed = counter.hub.cash_owed(&counter.outlet).await?;
    let line = |owed: CashOwed| {
        let reference = owed.payment.unwrap_or_default();
        Line {
            id: owed.id,
            href: format!("/{language}/staff/outlet/payments/{reference}"),
            reference,
            amount: format::money(language, owed.amount),
            since: format::moment(language, owed.since),
        }
    };
    let frame = counter.frame("outlet-give-back-title");
    let page = GiveBackPage {
        lines: owed.into_iter().map(line).collect(),
        action: frame.page.url("/staff/outlet/give-back"),
        can: counter.shift.is_some(),
        bar: counter.bar()?,
        frame,
    };
    counter.html(StatusCode::OK, &page)
}

/// "Handed back": out of the drawer of one's own shift. `id` names late cash, `payment` a payment.
pub(crate) async fn give_back(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    let till = counter.open_shift()?.shift.till.clone();
    let (language, reference) = (counter.language(), posted.one("payment")?);
    let (id, next) = if reference.is_empty() {
        (posted.one("id")?.parse().map_err(|_| Fault::NotOffered)?, "/give-back".to_owned())
    } else {
        let found = counter.payment(reference).await?;
        let id = counter.hub.cash_owed_for(&found.payment.reference).await?;
        (id.ok_or(Fault::NotOffered)?, format!("/payments/{}", found.payment.reference))
    };
    let notice = |key| Notice::new(language, Tone::Bad, key).action(language, "outlet-action-counter", "/staff/outlet");
    match counter.hub.give_cash_back(id, &counter.outlet, &till, counter.actor()).await {
        // The same button twice is one hand-over.
        Ok(()) | Err(GiveBackError::GivenBack) => Ok(counter.see_other(&next)),
        Err(GiveBackError::NothingOwed) => counter.say(StatusCode::CONFLICT, notice("outlet-nothing-owed")),
        Err(GiveBackError::NoShift) => Err(Fault::GoTo("/staff/outlet".to_owned())),
        Err(GiveBackError::Counter(fault)) => counter.say(StatusCode::CONFLICT, notice(counter_fault(fault))),
        Err(GiveBackError::Infrastructure(trouble)) => Err(trouble.into()),
    }
}
