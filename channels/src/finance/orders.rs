//! Orders of transfers to the bank, and their messages.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Language, OrderDelivery, OrderState};
use serde::Deserialize;
use staff::{Action, Permission};

use super::download::{hand_out, place, refuse, taken};
use super::parts::{hub, number, require_unbound, word};
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// Orders of a page.
const PAGE: usize = 30;

#[derive(Deserialize)]
pub(crate) struct Place {
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "finance/orders.html")]
struct OrdersPage {
    frame: Frame,
    lines: Vec<OrderRow>,
    older: Option<String>,
    newest: Option<String>,
}

struct OrderRow {
    name: String,
    made_at: String,
    execution: String,
    transfers: String,
    total: String,
    state: String,
    tone: &'static str,
    way: String,
    /// The proof of its arrival, or why the last try failed.
    said: String,
    digest: String,
    href: Option<String>,
}

fn way(language: Language, delivery: &OrderDelivery) -> (String, String) {
    let at = |key: &str, at: chrono::NaiveDateTime| {
        i18n::text_with(language, key, &[("at", i18n::Arg::Text(&format::stamp(at.and_utc())))])
    };
    match (delivery.delivered_at, delivery.due_at) {
        (Some(arrived), _) => (at("finance-delivery-done", arrived), delivery.proof.clone()),
        (None, None) => (i18n::text(language, "finance-order-by-hand"), String::new()),
        (None, Some(_)) if delivery.attempts == 0 => (i18n::text(language, "finance-delivery-new"), String::new()),
        (None, Some(next)) => (at("finance-delivery-failed", next), delivery.failure.clone()),
    }
}

fn row(language: Language, delivery: &OrderDelivery) -> OrderRow {
    let order = &delivery.order;
    let tone = match order.state {
        OrderState::Accepted => "badge-good",
        OrderState::Rejected | OrderState::PartlyAccepted => "badge-bad",
        OrderState::Made => "badge-wait",
    };
    let (way, said) = way(language, delivery);
    OrderRow {
        name: order.message_id.clone(),
        made_at: format::stamp(order.made_at.and_utc()),
        execution: order.execution_on.to_string(),
        transfers: i18n::text_with(
            language,
            "finance-orders-transfers",
            &[("count", i18n::Arg::Number(order.transfers))],
        ),
        total: format::money(language, order.total),
        state: word(language, "order", order.state.as_str()),
        tone,
        way,
        said,
        digest: order.digest.clone(),
        href: (!order.digest.is_empty()).then(|| format!("/{language}/staff/settlement/orders/{}", order.id)),
    }
}

pub(crate) async fn show_orders(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewSettlement)?;
    require_unbound(&session)?;
    let (hub, language) = (hub(&session)?, session.language());
    let found = hub.transfer_orders(place.before, i64::try_from(PAGE).unwrap_or(i64::MAX)).await?;
    let here = format!("/{language}/staff/settlement/orders");
    let last = found.last().filter(|_| found.len() == PAGE).map(|delivery| delivery.order.id);
    let page = OrdersPage {
        frame: session.frame("finance-orders-title"),
        lines: found.iter().map(|delivery| row(language, delivery)).collect(),
        older: last.map(|id| format!("{here}?before={id}")),
        newest: place.before.map(|_| here),
    };
    session.html(StatusCode::OK, &page)
}

/// Hands the message of an order out, as it was made.
pub(crate) async fn download_order(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewSettlement)?;
    require_unbound(&session)?;
    let hub = hub(&session)?;
    let order = hub.transfer_order(number(&path.1)?).await?.ok_or(Fault::NotFound)?;
    let place = place(&session)?;
    match hub.open_order(&order).await {
        Ok(opened) => {
            taken(&session, Action::FileDownloaded, &format!("transfer-order {}", order.id), &opened.name).await?;
            Ok(hand_out(opened, place))
        }
        Err(fault) => refuse(&session, fault, &order.message_id, ("finance-action-orders", "/staff/settlement/orders")),
    }
}
