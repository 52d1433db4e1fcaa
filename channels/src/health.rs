//! For load balancers and orchestrators: is the process alive, can it serve.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::state::ChannelState;

/// The process answers.
pub(crate) async fn show_live() -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(json!({ "status": "live" }))
}

/// The process can do its work; 503 with the reason while it cannot.
pub(crate) async fn show_ready(state: web::Data<ChannelState>) -> HttpResponse {
    let (mut answer, body) = match (state.ready)() {
        Ok(()) => (HttpResponse::Ok(), json!({ "status": "ready" })),
        Err(reason) => {
            tracing::warn!(%reason, "not ready");
            (HttpResponse::ServiceUnavailable(), json!({ "status": "not ready" }))
        }
    };
    answer.insert_header(("Cache-Control", "no-store")).json(body)
}
