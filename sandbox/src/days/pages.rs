//! `/control/days`, `/control/breaks`, `/networks`: closing days, planning breaks, and the books of networks.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use super::{CashOperation, PlannedBreak};
use crate::control::handle;
use crate::reply::Reply;
use crate::world::World;

/// The paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/days", web::post().to(close_day))
        .route("/control/breaks", web::get().to(list_breaks))
        .route("/control/breaks", web::put().to(plan_break))
        .route("/control/breaks", web::delete().to(clear_breaks))
        .route("/networks/operations", web::get().to(list_operations))
        .route("/networks/operations", web::put().to(keep_operation))
        .route("/networks/top-ups", web::post().to(top_up));
}

fn problem(fault: &str) -> HttpResponse {
    Reply::json(400, &json!({ "error": fault })).into_response()
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, HttpResponse> {
    serde_json::from_slice(body).map_err(|fault| problem(&format!("the body is not as documented: {fault}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    /// Without one, today.
    day: Option<NaiveDate>,
}

async fn close_day(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    let wish: Closing = match if body.is_empty() { Ok(Closing { day: None }) } else { parse(&body) } {
        Ok(wish) => wish,
        Err(answer) => return answer,
    };
    let day = wish.day.unwrap_or_else(|| super::local_day(world.now()));
    match handle(&world).close_day(day) {
        Ok(files) => Reply::json(201, &json!({ "day": day, "files": files })).into_response(),
        Err(fault) => problem(&fault),
    }
}

async fn list_breaks(world: web::Data<World>) -> HttpResponse {
    Reply::json(200, &json!(handle(&world).planned_breaks())).into_response()
}

async fn plan_break(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    match parse::<PlannedBreak>(&body).map(|plan| handle(&world).plan_break(plan)) {
        Ok(Ok(id)) => Reply::json(201, &json!({ "id": id })).into_response(),
        Ok(Err(fault)) => problem(&fault),
        Err(answer) => answer,
    }
}

async fn clear_breaks(world: web::Data<World>) -> HttpResponse {
    handle(&world).clear_breaks();
    Reply::json(200, &json!({ "cleared": "all" })).into_response()
}

async fn list_operations(world: web::Data<World>) -> HttpResponse {
    Reply::json(200, &json!(handle(&world).cash_operations())).into_response()
}

async fn keep_operation(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    match parse::<CashOperation>(&body).map(|operation| handle(&world).keep_cash(operation)) {
        Ok(Ok(())) => Reply::json(201, &json!({ "kept": true })).into_response(),
        Ok(Err(fault)) => problem(&fault),
        Err(answer) => answer,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopUp {
    network: String,
    /// Centimes.
    minor: i64,
    proof: String,
}

async fn top_up(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    let wish: TopUp = match parse(&body) {
        Ok(wish) => wish,
        Err(answer) => return answer,
    };
    match handle(&world).top_up(&wish.network, wish.minor, &wish.proof) {
        Ok(()) => Reply::json(201, &json!({ "paid": wish.minor })).into_response(),
        Err(fault) => problem(&fault),
    }
}
