//! For load balancers and orchestrators: is the process alive, can it serve.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::state::{ChannelState, Check};

/// The process answers.
pub(crate) async fn show_live() -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(json!({ "status": "live" }))
}

/// Longest that the parts are waited for: whoever asks gives up soon after.
const CHECKS_MAX: Duration = Duration::from_secs(3);

/// The process can do its work; 503 while it cannot, with each part and what is wrong with it. What a person should look at
/// all the same is a warning.
pub(crate) async fn show_ready(state: web::Data<ChannelState>) -> HttpResponse {
    let ready = Arc::clone(&state.ready);
    let checks = match timeout(CHECKS_MAX, web::block(move || ready())).await {
        Ok(Ok(checks)) => checks,
        Ok(Err(_)) | Err(_) => vec![Check { name: "checks", fault: Some("they do not end in time") }],
    };
    let is_ready = checks.iter().all(|check| check.fault.is_none());
    let mut body = json!({ "status": if is_ready { "ready" } else { "not ready" } });
    if !checks.is_empty() {
        let told = checks.iter().map(|check| (check.name.to_owned(), check.fault.unwrap_or("ok").into()));
        body["checks"] = Value::Object(told.collect());
    }
    let warnings = (state.warnings)();
    if is_ready && !warnings.is_empty() {
        body["warnings"] = warnings.into();
    }
    if !is_ready {
        tracing::warn!(%body, "not ready");
    }
    let mut answer = if is_ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.insert_header(("Cache-Control", "no-store")).json(body)
}
