//! The queue of refunds, and the way to a payment that is to be refunded.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::RefundFilter;
use serde::Deserialize;
use staff::Permission;

use super::parts::{Choice, Row, hub, require_unbound, row};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;

/// Refunds of a page.
const PAGE: usize = 50;
/// Longest text in which a payment is looked for, in characters.
const NAMED_MAX: usize = 40;
/// What can be asked for, in the order in which it is shown.
const SHOWN: [(&str, RefundFilter); 4] = [
    ("proposed", RefundFilter::Proposed),
    ("pending", RefundFilter::Pending),
    ("failed", RefundFilter::Failed),
    ("all", RefundFilter::All),
];

#[derive(Deserialize)]
pub(crate) struct Place {
    #[serde(default)]
    show: String,
    #[serde(default)]
    payment: String,
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "refunds/list.html")]
struct ListPage {
    frame: Frame,
    faults: Faults,
    lines: Vec<Row>,
    shown: Vec<Choice>,
    may_ask: bool,
    older: Option<String>,
    newest: Option<String>,
}

pub(crate) async fn show_refunds(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewPayments)?;
    require_unbound(&session)?;
    let (hub, language) = (hub(&session)?, session.language());
    let may_ask = session.who.may(Permission::RequestRefund);
    let named = place.payment.trim();
    let mut faults = Faults::default();
    if !named.is_empty() {
        let found = match named.chars().count() <= NAMED_MAX {
            true => hub.payment_named(named).await?,
            false => None,
        };
        match found {
            Some(payment) if may_ask => {
                return Ok(session.context.see_other(&format!("/staff/payments/{payment}/refund")));
            }
            Some(_) => return Err(Fault::Forbidden),
            None => faults = Faults::one("payment", i18n::text(language, "refunds-fault-payment")),
        }
    }
    let show = if place.show.is_empty() { "proposed" } else { place.show.as_str() };
    let filter = SHOWN.iter().find(|(word, _)| *word == show).map(|(_, filter)| *filter).ok_or(Fault::NotOffered)?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let found = hub.refunds(filter, place.before, limit).await?;
    let older = found.last().filter(|_| found.len() == PAGE).map(|(last, _)| last.id);
    let here = |more: &str| format!("/{language}/staff/refunds?show={show}{more}");
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ListPage {
        frame: session.frame_with_query("refunds-title", &format!("show={show}")),
        faults,
        lines: found.iter().map(|(refund, payment)| row(&session, refund, payment)).collect::<Result<_, _>>()?,
        shown: SHOWN
            .iter()
            .map(|(word, _)| Choice {
                value: (*word).to_owned(),
                label: i18n::text(language, &format!("refunds-show-{word}")),
                chosen: *word == show,
            })
            .collect(),
        may_ask,
        older: older.map(|id| here(&format!("&before={id}"))),
        newest: place.before.map(|_| here("")),
    };
    session.html(status, &page)
}
