//! The page that the payer sees: card, 3-D Secure code, outcome.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;

use super::callback;
use super::cards::{self, SECURE_CODE, TEST_CARDS, TestCard};
use super::order::{CardMovementKind, CardOrder, OrderState};
use super::texts::{Texts, texts};
use crate::reply::{Reply, html};
use crate::world::World;

#[derive(Template)]
#[template(path = "card.html")]
struct CardPage<'a> {
    t: &'static Texts,
    order: &'a CardOrder,
    error: &'a str,
    cards: &'static [TestCard],
    year: i32,
}

#[derive(Template)]
#[template(path = "secure_code.html")]
struct CodePage<'a> {
    t: &'static Texts,
    order: &'a CardOrder,
    error: &'a str,
    code: &'static str,
}

#[derive(Template)]
#[template(path = "card_result.html")]
struct ResultPage<'a> {
    t: &'static Texts,
    order: &'a CardOrder,
    accepted: bool,
    outcome: &'static str,
    url: &'a str,
    fields: &'a [(String, String)],
}

#[derive(Template)]
#[template(path = "card_refusal.html")]
struct RefusalPage<'a> {
    t: &'static Texts,
    title: &'a str,
    detail: &'a str,
    url: &'a str,
}

/// The hub's form is not acceptable: said plainly, for the integrator; no callback.
pub(super) fn refusal(fields: &[(String, String)], detail: &str) -> Reply {
    let lang = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("lang")).map_or("en", |(_, value)| value);
    let t = texts(lang);
    html(400, &RefusalPage { t, title: t.refused, detail, url: "" })
}

fn order_of(world: &World, session: &str) -> Option<CardOrder> {
    world.read(|state| state.orders.values().find(|order| order.session == session).cloned())
}

fn gone() -> HttpResponse {
    let t = texts("en");
    html(404, &RefusalPage { t, title: t.expired, detail: "", url: "" }).into_response()
}

fn back_to(session: &str) -> HttpResponse {
    Reply::text(303, "").header("location", format!("/fim/pay/{session}")).into_response()
}

/// The page for where the order stands.
pub(super) async fn show(world: web::Data<World>, session: web::Path<String>) -> HttpResponse {
    match order_of(&world, &session) {
        Some(order) => page_of(&world, &order, "", world.now()).into_response(),
        None => gone(),
    }
}

fn page_of(world: &World, order: &CardOrder, error: &str, now: DateTime<Utc>) -> Reply {
    let t = texts(order.field("lang"));
    match order.state {
        OrderState::Open if now > order.expires_at => {
            html(410, &RefusalPage { t, title: t.expired, detail: "", url: order.field("shopurl") })
        }
        OrderState::Open if order.awaiting_code.is_some() => {
            html(if error.is_empty() { 200 } else { 422 }, &CodePage { t, order, error, code: SECURE_CODE })
        }
        OrderState::Open => {
            let status = if error.is_empty() { 200 } else { 422 };
            html(status, &CardPage { t, order, error, cards: TEST_CARDS, year: now.year() })
        }
        OrderState::Abandoned => {
            html(200, &RefusalPage { t, title: t.cancelled, detail: "", url: order.field("shopurl") })
        }
        state => {
            let accepted = !matches!(state, OrderState::Declined | OrderState::Voided);
            let fields = callback::result_fields(order, &order.proc_return_code, &world.config.cmi_store_key);
            let url = order.field(if accepted { "okUrl" } else { "failUrl" });
            let outcome = match state {
                OrderState::Captured => t.captured,
                OrderState::Voided => t.voided,
                OrderState::Declined => t.declined,
                _ => t.authorised,
            };
            html(200, &ResultPage { t, order, accepted, outcome, url, fields: &fields })
        }
    }
}

/// What the payer typed. It lives as long as the request.
#[derive(Deserialize)]
pub(super) struct CardForm {
    pan: String,
    expiry: String,
    cvv: String,
}

/// `MM/YY` (or `MM/YYYY`) of this month or later.
fn expiry_fits(typed: &str, now: DateTime<Utc>) -> bool {
    let Some((month, year)) = typed.split_once('/') else { return false };
    let (Ok(month), Ok(year)) = (month.trim().parse::<u32>(), year.trim().parse::<i32>()) else { return false };
    let year = if year < 100 { year + 2000 } else { year };
    (1..=12).contains(&month) && (year, month) >= (now.year(), now.month()) && year < now.year() + 30
}

/// The payer typed a card.
pub(super) async fn submit_card(
    world: web::Data<World>,
    session: web::Path<String>,
    form: web::Form<CardForm>,
) -> HttpResponse {
    let now = world.now();
    let Some(order) = order_of(&world, &session) else { return gone() };
    if order.state != OrderState::Open || order.awaiting_code.is_some() || now > order.expires_at {
        return back_to(&session);
    }
    let t = texts(order.field("lang"));
    let Some(digits) = cards::digits(&form.pan) else {
        return page_of(&world, &order, t.bad_number, now).into_response();
    };
    if !expiry_fits(&form.expiry, now) {
        return page_of(&world, &order, t.bad_expiry, now).into_response();
    }
    if !(3..=4).contains(&form.cvv.len()) || !form.cvv.bytes().all(|byte| byte.is_ascii_digit()) {
        return page_of(&world, &order, t.bad_cvv, now).into_response();
    }
    let name = cards::find(&digits).map_or("unknown", |card| card.name);
    let mask = cards::mask(&digits);
    if name == "approve-3ds" {
        world.change(|state| {
            if let Some(order) = state.orders.get_mut(&order.oid).filter(|known| known.session == *session) {
                order.mask = mask;
                order.awaiting_code = Some(name.to_owned());
            }
        });
        return back_to(&session);
    }
    act(world, order.oid, name, mask).await;
    back_to(&session)
}

/// What the payer typed on the 3-D Secure page.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    code: String,
}

/// The payer typed the 3-D Secure code.
pub(super) async fn submit_code(
    world: web::Data<World>,
    session: web::Path<String>,
    form: web::Form<CodeForm>,
) -> HttpResponse {
    let now = world.now();
    let Some(order) = order_of(&world, &session) else { return gone() };
    if order.state != OrderState::Open || order.awaiting_code.is_none() || now > order.expires_at {
        return back_to(&session);
    }
    if form.code.trim() != SECURE_CODE {
        return page_of(&world, &order, texts(order.field("lang")).bad_code, now).into_response();
    }
    act(world, order.oid, "approve", order.mask).await;
    back_to(&session)
}

/// The payer gave up: back to the shop, no callback, as at the real gateway.
pub(super) async fn cancel(world: web::Data<World>, session: web::Path<String>) -> HttpResponse {
    let Some(order) = order_of(&world, &session) else { return gone() };
    if order.state != OrderState::Open {
        return back_to(&session);
    }
    world.change(|state| {
        if let Some(order) = state.orders.get_mut(&order.oid).filter(|known| known.state == OrderState::Open) {
            order.state = OrderState::Abandoned;
        }
    });
    Reply::text(303, "").header("location", order.field("shopurl").to_owned()).into_response()
}

/// Moves an open (or, for a late acceptance, declined) order to the bank's decision; `false` if another request did.
fn decide(world: &World, oid: &str, from: OrderState, code: &str, mask: &str) -> bool {
    world.change(|state| {
        let number = state.number();
        let Some(order) = state.orders.get_mut(oid).filter(|order| order.state == from) else { return false };
        order.mask = mask.to_owned();
        order.awaiting_code = None;
        order.proc_return_code = code.to_owned();
        order.trans_id = format!("{}{number:08}", world.now().format("%y%j"));
        if code == "00" {
            order.auth_code = format!("P{:05}", number % 100_000);
            order.authorised_minor = order.minor;
            order.state = OrderState::Authorised;
            order.moved(CardMovementKind::PreAuth, order.minor, world.now());
        } else {
            order.state = OrderState::Declined;
            order.not_held(world.now());
        }
        true
    })
}

/// The bank decides and tells the hub. In a task of its own: the payer's closing the page must not stop the callback.
async fn act(world: web::Data<World>, oid: String, card: &'static str, mask: String) {
    let task = tokio::spawn(async move {
        let code = match card {
            "decline" | "decline-then-accept" => "05",
            "insufficient" => "51",
            "unknown" => "14",
            _ => "00",
        };
        if !decide(&world, &oid, OrderState::Open, code, &mask) {
            return;
        }
        match card {
            "no-callback" => {}
            "slow" => {
                let wait = Duration::from_millis(world.config.slow_callback_ms);
                tokio::spawn(async move {
                    tokio::time::sleep(wait).await;
                    callback::send(&world, &oid, code, false, false).await;
                });
            }
            "double" => callback::send(&world, &oid, code, true, false).await,
            "bad-hash" => callback::send(&world, &oid, code, false, true).await,
            "decline-then-accept" => {
                callback::send(&world, &oid, code, false, false).await;
                if decide(&world, &oid, OrderState::Declined, "00", &mask) {
                    callback::send(&world, &oid, "00", false, false).await;
                }
            }
            _ => callback::send(&world, &oid, code, false, false).await,
        }
    });
    if let Err(fault) = task.await {
        tracing::error!(%fault, "the card's outcome was not delivered");
    }
}
