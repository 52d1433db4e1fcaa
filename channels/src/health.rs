//! For load balancers and orchestrators: is the process alive, can it serve.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::state::ChannelState;

/// The process answers.
pub(crate) async fn show_live() -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(json!({ "status": "live" }))
}

/// The process can do its work; 503 while it cannot. What a person should look at all the same is a warning.
pub(crate) async fn show_ready(state: web::Data<ChannelState>) -> HttpResponse {
    let (mut answer, body) = match (state.ready)() {
        Ok(()) => match (state.warnings)() {
            none if none.is_empty() => (HttpResponse::Ok(), json!({ "status": "ready" })),
            warnings => (HttpResponse::Ok(), json!({ "status": "ready", "warnings": warnings })),
        },
        Err(reason) => {
            tracing::warn!(%reason, "not ready");
            (HttpResponse::ServiceUnavailable(), json!({ "status": "not ready" }))
        }
    };
    answer.insert_header(("Cache-Control", "no-store")).json(body)
}
