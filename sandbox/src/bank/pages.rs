//! `/bank`: the bank's own interface, for test suites and people.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use super::{BankAnswer, StatementForm};
use crate::control::handle;
use crate::reply::Reply;
use crate::world::World;

/// The bank's paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/bank/statement", web::get().to(show_statement))
        .route("/bank/entries", web::get().to(list_entries))
        .route("/bank/entries", web::post().to(add_entry))
        .route("/bank/returns", web::post().to(give_back))
        .route("/bank/notifications", web::post().to(notify))
        .route("/bank/plans", web::post().to(plan))
        .route("/bank/form", web::put().to(set_form));
}

fn problem(status: u16, fault: &str) -> HttpResponse {
    Reply::json(status, &json!({ "error": fault })).into_response()
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, HttpResponse> {
    serde_json::from_slice(body).map_err(|fault| problem(400, &format!("the body is not as documented: {fault}")))
}

#[derive(Deserialize)]
struct Day {
    day: NaiveDate,
}

async fn show_statement(world: web::Data<World>, query: web::Query<Day>) -> HttpResponse {
    let text = handle(&world).bank_statement(query.day);
    let kind = if text.starts_with('<') { "application/xml" } else { "text/plain" };
    HttpResponse::Ok().insert_header(("content-type", kind)).body(text)
}

async fn notify(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    let wish: Day = match parse(&body) {
        Ok(wish) => wish,
        Err(answer) => return answer,
    };
    match handle(&world).notify_bank(wish.day) {
        Ok(file) => Reply::json(201, &json!({ "file": file })).into_response(),
        Err(fault) => problem(400, &fault),
    }
}

async fn list_entries(world: web::Data<World>) -> HttpResponse {
    Reply::json(200, &json!(handle(&world).bank_entries())).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    day: NaiveDate,
    /// Centimes; below zero what goes out.
    minor: i64,
    about: String,
    /// What whoever pays writes for the hub.
    #[serde(default)]
    remittance: Option<String>,
}

async fn add_entry(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    match parse::<NewEntry>(&body) {
        Ok(new) => {
            handle(&world).add_bank_entry_for(new.day, new.minor, &new.about, new.remittance);
            Reply::json(201, &json!({ "booked": new.minor })).into_response()
        }
        Err(answer) => answer,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Return {
    end_to_end_id: String,
    code: String,
    day: NaiveDate,
}

async fn give_back(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    let wish: Return = match parse(&body) {
        Ok(wish) => wish,
        Err(answer) => return answer,
    };
    match handle(&world).return_transfer(&wish.end_to_end_id, &wish.code, wish.day) {
        true => Reply::json(201, &json!({ "returned": wish.end_to_end_id })).into_response(),
        false => problem(404, "no transfer of that EndToEndId was booked"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    answer: BankAnswer,
}

async fn plan(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    match parse::<Plan>(&body) {
        Ok(plan) => {
            handle(&world).plan_bank(plan.answer);
            Reply::json(201, &json!({ "planned": plan.answer })).into_response()
        }
        Err(answer) => answer,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    form: StatementForm,
}

async fn set_form(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    match parse::<Form>(&body) {
        Ok(wish) => {
            handle(&world).set_statement_form(wish.form);
            Reply::json(200, &json!({ "form": wish.form })).into_response()
        }
        Err(answer) => answer,
    }
}
