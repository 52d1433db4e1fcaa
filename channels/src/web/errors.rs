//! What goes wrong with a request, and how it is said.
//!
//! Handlers return a [`Fault`] for a request that makes no sense or for trouble of ours; business refusals (declined,
//! being paid, expired ...) are pages of their own. [`render_errors`] turns every fault, and every bare 4xx of the
//! framework's extractors, into a page in the reader's language, problem+json or plain text, by the path asked for.

use std::fmt;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError};
use biller_adapters::TraceId;
use payments::api::Infrastructure;
use serde_json::json;

use super::context::{Context, Keep};
use super::views::notice::{self, NoticePage};
use crate::agents::problem_for_path;
use crate::reports::api::problem_for_path as reports_problem_for_path;
use crate::staff::StaffNoticePage;

/// A request that cannot be served.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Nothing lives at this address.
    NotFound,
    /// The address takes only these methods.
    MethodNotAllowed(&'static str),
    /// Malformed.
    BadRequest,
    /// One field came twice.
    FieldTwice,
    /// A field, line or value that the page does not offer.
    NotOffered,
    /// Control characters, which nobody types.
    Unreadable,
    /// Bigger than we take.
    TooLarge,
    /// The form does not come from a page that we gave this browser.
    Forged,
    /// Signed in, and not allowed to.
    Forbidden,
    /// The outlet at which they work is in no network.
    NoOutlet,
    /// Another page comes first: a path below the reader's language.
    GoTo(String),
    /// The allowance of this address is used up for so many seconds.
    TooMany(u32),
    /// The member's allowance of look-ups is used up for so many seconds.
    TooManyLookUps(u32),
    /// We are full for so many seconds.
    Overloaded(u32),
    /// Something of ours failed; the text is for the log.
    Failed(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status_code())
    }
}

impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest | Self::FieldTwice | Self::NotOffered | Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Forged | Self::Forbidden | Self::NoOutlet => StatusCode::FORBIDDEN,
            Self::GoTo(_) => StatusCode::SEE_OTHER,
            Self::TooMany(_) | Self::TooManyLookUps(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded(_) | Self::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

impl From<Infrastructure> for Fault {
    fn from(trouble: Infrastructure) -> Self {
        match trouble {
            Infrastructure::Overloaded(seconds) => Self::Overloaded(seconds),
            Infrastructure::Failed(what) => Self::Failed(what),
        }
    }
}

impl From<staff::Trouble> for Fault {
    fn from(trouble: staff::Trouble) -> Self {
        match trouble {
            staff::Trouble::Overloaded(seconds) => Self::Overloaded(seconds),
            staff::Trouble::Broken(what) => Self::Failed(what),
        }
    }
}

impl Fault {
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.is_client_error() => Self::BadRequest,
            status => Self::Failed(format!("bare {status}")),
        }
    }

    pub(crate) fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooMany(seconds) | Self::TooManyLookUps(seconds) | Self::Overloaded(seconds) => Some(*seconds),
            Self::Failed(_) => Some(30),
            _ => None,
        }
    }
}

/// For addresses that no route takes.
pub(crate) async fn find_nothing() -> Result<HttpResponse, Fault> {
    Err(Fault::NotFound)
}

/// For methods that a route does not take.
pub(crate) async fn refuse_method(allowed: &'static str) -> Result<HttpResponse, Fault> {
    Err(Fault::MethodNotAllowed(allowed))
}

/// Gives every fault its page; answers that already say something pass.
pub(crate) async fn render_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let fault = match response.response().error() {
        Some(error) => match error.as_error::<Fault>() {
            Some(fault) => fault.clone(),
            None => Fault::of_status(response.status()),
        },
        None if response.status().as_u16() >= 400 && is_empty(response.response().body()) => {
            Fault::of_status(response.status())
        }
        None => return Ok(response),
    };
    let status = if let Fault::Failed(_) = fault { StatusCode::SERVICE_UNAVAILABLE } else { response.status() };
    let answer = say(response.request(), &fault, status);
    Ok(response.into_response(answer))
}

/// What the log knows the request by, for whoever tells support of it.
fn trace() -> String {
    TraceId::current().unwrap_or_else(|| TraceId::of_bits(rand::random())).to_string()
}

fn is_empty(body: &BoxBody) -> bool {
    matches!(body.size(), BodySize::None | BodySize::Sized(0))
}

fn say(request: &HttpRequest, fault: &Fault, status: StatusCode) -> HttpResponse {
    if let (Fault::GoTo(path), Ok(context)) = (fault, Context::of(request)) {
        return context.see_other(path);
    }
    let trace = matches!(fault, Fault::Failed(_) | Fault::Overloaded(_)).then(trace);
    // The route, not the path: paths hold references of payments.
    let route = request.match_pattern().unwrap_or_default();
    match (fault, &trace) {
        (Fault::Failed(what), Some(trace)) => tracing::error!(trace, what, route, "request failed"),
        (Fault::Overloaded(_), Some(trace)) => tracing::warn!(trace, route, "overloaded"),
        _ => tracing::debug!(%fault, route, "request refused"),
    }
    let path = request.path();
    if let Some(answer) = problem_for_path(path, status).or_else(|| reports_problem_for_path(path, status)) {
        return answer;
    }
    let to_machines = ["/webhooks", "/assets", "/ivr"].iter().any(|start| path.starts_with(start));
    let mut answer = if (path.ends_with("/status") && !to_machines) || path.starts_with("/health") {
        let title = status.canonical_reason().unwrap_or("error");
        let detail = Context::of(request).ok().map(|context| notice::of_fault(fault, context.language, None).text);
        let body = json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "trace": trace,
        });
        HttpResponse::build(status).content_type("application/problem+json").body(body.to_string())
    } else if to_machines {
        HttpResponse::build(status)
            .content_type("text/plain; charset=utf-8")
            .body(status.canonical_reason().unwrap_or("error"))
    } else {
        page(request, fault, status, trace).unwrap_or_else(|| HttpResponse::new(status))
    };
    let headers = answer.headers_mut();
    if let Fault::MethodNotAllowed(allowed) = fault {
        headers.insert(ALLOW, HeaderValue::from_static(allowed));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = fault.retry_after() {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    answer
}

fn page(request: &HttpRequest, fault: &Fault, status: StatusCode, trace: Option<String>) -> Option<HttpResponse> {
    let context = Context::of(request).ok()?;
    let notice = notice::of_fault(fault, context.language, trace);
    let page = context.page_titled(notice.title.clone());
    if context.is_staff_page() {
        return context.html(status, Keep::Nobody, &StaffNoticePage::of(page, notice)).ok();
    }
    context.html(status, Keep::Nobody, &NoticePage { page, notice }).ok()
}
