//! Calls in the browser, and for scripts.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::call::{CallLine, Dial, PhoneCall, PhoneKeys};
use crate::control::handle;
use crate::reply::{Reply, html};
use crate::world::World;

/// Calls shown.
const SHOWN_MAX: usize = 100;

/// The voice provider's paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/calls", web::get().to(list_calls))
        .route("/calls", web::post().to(begin_call))
        .route("/calls/{sid}", web::get().to(show_call))
        .route("/calls/{sid}", web::post().to(key_call))
        .route("/control/calls", web::get().to(list_for_scripts))
        .route("/control/calls", web::put().to(dial))
        .route("/control/calls/{sid}", web::get().to(show_for_scripts))
        .route("/control/calls/{sid}/keys", web::put().to(press));
}

#[derive(Template)]
#[template(path = "calls.html")]
struct CallsPage {
    calls: Vec<PhoneCall>,
    url: String,
    error: String,
}

#[derive(Template)]
#[template(path = "call.html")]
struct CallPage {
    call: PhoneCall,
    error: String,
}

fn calls_page(world: &web::Data<World>, status: u16, error: String) -> HttpResponse {
    let mut calls = handle(world).calls();
    calls.reverse();
    calls.truncate(SHOWN_MAX);
    let url = world.config.voice_url.clone().unwrap_or_default();
    html(status, &CallsPage { calls, url, error }).into_response()
}

async fn list_calls(world: web::Data<World>) -> HttpResponse {
    calls_page(&world, 200, String::new())
}

fn to_call(sid: &str) -> HttpResponse {
    Reply::text(303, "").header("location", format!("/calls/{sid}")).into_response()
}

async fn begin_call(world: web::Data<World>, form: web::Form<Vec<(String, String)>>) -> HttpResponse {
    let get = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    let dial = Dial {
        url: Some(get("url").to_owned()).filter(|url| !url.is_empty()),
        operator_answers: get("operator") == "1",
        ..Dial::from(get("from"))
    };
    match handle(&world).dial(dial).await {
        Ok(call) => to_call(&call.sid),
        Err(fault) => calls_page(&world, 400, fault),
    }
}

async fn show_call(world: web::Data<World>, sid: web::Path<String>) -> HttpResponse {
    match handle(&world).call(&sid) {
        Some(call) => html(200, &CallPage { call, error: String::new() }).into_response(),
        None => calls_page(&world, 404, "there is no such call".to_owned()),
    }
}

async fn key_call(
    world: web::Data<World>,
    sid: web::Path<String>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    let keys = form.iter().find(|(known, _)| known == "keys").map_or("", |(_, value)| value.as_str());
    let pressed = match PhoneKeys::parse(keys) {
        Ok(keys) => handle(&world).press(&sid, keys).await,
        Err(fault) => Err(fault),
    };
    match (pressed, handle(&world).call(&sid)) {
        (Ok(_), _) => to_call(&sid),
        (Err(error), Some(call)) => html(400, &CallPage { call, error }).into_response(),
        (Err(error), None) => calls_page(&world, 404, error),
    }
}

fn problem(status: u16, fault: &str) -> HttpResponse {
    Reply::json(status, &json!({ "error": fault })).into_response()
}

/// A call as scripts read it.
fn shown(call: &PhoneCall) -> serde_json::Value {
    json!({
        "sid": call.sid, "from": call.dial.from, "to": call.dial.to, "at": call.at, "ended": call.ended,
        "lines": call.lines, "replay_was_same": call.replay_was_same, "last_answer": call.last_answer,
    })
}

async fn list_for_scripts(world: web::Data<World>) -> HttpResponse {
    let calls: Vec<_> = handle(&world).calls().iter().map(shown).collect();
    Reply::json(200, &calls.into()).into_response()
}

async fn show_for_scripts(world: web::Data<World>, sid: web::Path<String>) -> HttpResponse {
    match handle(&world).call(&sid) {
        Some(call) => Reply::json(200, &shown(&call)).into_response(),
        None => problem(404, "there is no such call"),
    }
}

async fn dial(world: web::Data<World>, body: web::Bytes) -> HttpResponse {
    let dial: Dial = match serde_json::from_slice(&body) {
        Ok(dial) => dial,
        Err(fault) => return problem(400, &format!("the body is not as documented: {fault}")),
    };
    match handle(&world).dial(dial).await {
        Ok(call) => Reply::json(201, &shown(&call)).into_response(),
        Err(fault) => problem(400, &fault),
    }
}

#[derive(Deserialize)]
struct Pressed {
    keys: String,
}

async fn press(world: web::Data<World>, sid: web::Path<String>, body: web::Bytes) -> HttpResponse {
    if handle(&world).call(&sid).is_none() {
        return problem(404, "there is no such call");
    }
    let keys =
        serde_json::from_slice::<Pressed>(&body).map_err(|fault| format!("the body is not as documented: {fault}"));
    let keys = keys.and_then(|pressed| PhoneKeys::parse(&pressed.keys));
    match keys {
        Ok(keys) => match handle(&world).press(&sid, keys).await {
            Ok(call) => Reply::json(200, &shown(&call)).into_response(),
            Err(fault) => problem(400, &fault),
        },
        Err(fault) => problem(400, &fault),
    }
}

impl CallPage {
    /// Right-to-left text keeps its direction.
    fn direction(&self, language: &str) -> &'static str {
        if language.starts_with("ar") { "rtl" } else { "ltr" }
    }

    fn kind<'a>(&self, line: &'a CallLine) -> (&'static str, &'a str, &'a str) {
        match line {
            CallLine::Said { language, text } => ("said", language, text),
            CallLine::Keyed(keys) => ("keyed", "", keys),
            CallLine::Event(what) => ("event", "", what),
        }
    }
}
