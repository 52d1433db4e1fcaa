//! `/control`: the sandbox's own JSON interface, for test suites of integrators.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::FaultRule;
use crate::handle::Control;
use crate::reply::Reply;
use crate::world::World;

/// The control paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/faults", web::get().to(list_faults))
        .route("/control/faults", web::put().to(set_fault))
        .route("/control/faults", web::delete().to(clear_faults))
        .route("/control/faults/{id}", web::delete().to(clear_fault))
        .route("/control/billers/{code}/bookings", web::get().to(list_bookings))
        .route("/control/billers/{code}/articles", web::put().to(add_article))
        .route("/control/orders", web::get().to(list_orders))
        .route("/control/orders/{oid}", web::get().to(show_order))
        .route("/control/sms", web::get().to(list_sms))
        .route("/control/mail", web::get().to(list_mail))
        .route("/control/reset", web::put().to(reset));
}

/// The handle over the same state.
pub(crate) fn handle(world: &web::Data<World>) -> Control {
    Control { world: std::sync::Arc::clone(world) }
}

fn listing(items: &impl serde::Serialize) -> HttpResponse {
    match serde_json::to_value(items) {
        Ok(value) => Reply::json(200, &value).into_response(),
        Err(fault) => problem(500, &fault.to_string()),
    }
}

fn problem(status: u16, fault: &str) -> HttpResponse {
    Reply::json(status, &json!({ "error": fault })).into_response()
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Reply> {
    serde_json::from_slice(body)
        .map_err(|fault| Reply::json(400, &json!({ "error": format!("the body is not as documented: {fault}") })))
}

async fn list_faults(world: web::Data<World>) -> HttpResponse {
    listing(&handle(&world).faults())
}

async fn set_fault(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    let rule: FaultRule = match parse(&body) {
        Ok(rule) => rule,
        Err(answer) => return answer.into_response(),
    };
    match handle(&world).set_fault(rule) {
        Ok(id) => Reply::json(201, &json!({ "id": id })).into_response(),
        Err(fault) => problem(400, &fault),
    }
}

async fn clear_faults(world: web::Data<World>) -> HttpResponse {
    handle(&world).clear_faults();
    Reply::json(200, &json!({ "cleared": "all" })).into_response()
}

async fn clear_fault(world: web::Data<World>, id: web::Path<u64>) -> HttpResponse {
    if handle(&world).clear_fault(*id) {
        return Reply::json(200, &json!({ "cleared": *id })).into_response();
    }
    problem(404, "no fault of that number is on")
}

async fn list_bookings(world: web::Data<World>, code: web::Path<u16>) -> HttpResponse {
    if crate::seed::biller(*code).is_none() {
        return problem(404, "no such biller");
    }
    listing(&handle(&world).bookings(*code))
}

#[derive(Deserialize)]
struct NewArticle {
    receivable_type: String,
    contract: String,
    article: String,
    amount: String,
}

async fn add_article(world: web::Data<World>, code: web::Path<u16>, body: web::Bytes) -> HttpResponse {
    let new: NewArticle = match parse(&body) {
        Ok(new) => new,
        Err(answer) => return answer.into_response(),
    };
    let Some(minor) = crate::amount::parse_amount(&new.amount) else {
        return problem(400, "the amount is not of the form 168.00");
    };
    match handle(&world).add_article(*code, &new.receivable_type, &new.contract, &new.article, minor) {
        Ok(()) => Reply::json(201, &json!({ "due": new.amount })).into_response(),
        Err(fault) => problem(400, &fault),
    }
}

async fn list_orders(world: web::Data<World>) -> HttpResponse {
    listing(&handle(&world).orders())
}

async fn show_order(world: web::Data<World>, oid: web::Path<String>) -> HttpResponse {
    match handle(&world).order(&oid) {
        Some(order) => listing(&order),
        None => problem(404, "no such order"),
    }
}

async fn list_sms(world: web::Data<World>) -> HttpResponse {
    listing(&handle(&world).sms())
}

async fn list_mail(world: web::Data<World>) -> HttpResponse {
    let mails = handle(&world).mails();
    let shown: Vec<Value> = mails
        .iter()
        .map(|mail| {
            json!({
                "id": mail.id, "from": mail.from, "to": mail.to, "at": mail.at,
                "raw": String::from_utf8_lossy(&mail.raw),
            })
        })
        .collect();
    listing(&shown)
}

async fn reset(world: web::Data<World>) -> HttpResponse {
    handle(&world).reset();
    Reply::json(200, &json!({ "reset": true })).into_response()
}
