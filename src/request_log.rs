//! One log line a request, without personal data: the route's pattern instead of the path, which holds references;
//! no address, no query, no header.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use biller_adapters::TraceId;
use tracing::Instrument;

use crate::metrics::Metrics;

/// The header that tells a caller under which number the log speaks of the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The number that a proxy or a caller gave the request, or a new one. What is not wholly well-formed is no number: it would
/// come into the log.
fn trace_of(request: &ServiceRequest) -> TraceId {
    let mut given = request.headers().get_all(TraceId::HEADER);
    // Several of them are none.
    let header = given.next().filter(|_| given.next().is_none());
    let given = header.and_then(|header| TraceId::of_header(header.to_str().ok()?));
    given.unwrap_or_else(|| TraceId::of_bits(rand::random()))
}

/// Gives the request a number, puts it on every line that is logged meanwhile and on what is asked of others for it, and
/// says how it went.
pub(crate) async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let began = Instant::now();
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    let method = request.method().to_string();
    let trace = trace_of(&request);
    let route = request.match_pattern().unwrap_or_else(|| "unknown".to_owned());
    // Asked every few seconds by machines, or a dozen times a page: of interest only when something is looked into.
    let quiet = route.starts_with("/health/") || route.starts_with("/assets/");
    let span = tracing::info_span!("request", %trace, method, route);
    let outcome = trace.of(next.call(request).instrument(span.clone())).await;
    if let Some(metrics) = metrics {
        let status = match &outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        metrics.count_request(&route, &method, status.as_u16(), began.elapsed());
    }
    span.in_scope(|| {
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match &outcome {
            Ok(response) if quiet => tracing::debug!(status = response.status().as_u16(), ms, "answered"),
            Ok(response) => tracing::info!(status = response.status().as_u16(), ms, "answered"),
            // What the error says may quote what was sent.
            Err(error) => {
                let status = error.as_response_error().status_code().as_u16();
                tracing::warn!(status, ms, "refused");
            }
        }
    });
    let mut response = outcome?;
    if let Ok(value) = HeaderValue::from_str(&trace.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}
