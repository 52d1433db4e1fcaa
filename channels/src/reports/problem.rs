//! What is answered to a request of the reports' API that is not done: `application/problem+json` (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use biller_adapters::TraceId;
use payments::api::Infrastructure;
use payments::reports::{DAYS_MAX, ReportFault, SUMMED_ROWS_MAX};
use serde_json::json;

/// When to come back after trouble of ours, in seconds.
const TROUBLE_SECONDS: u32 = 30;

/// Why a request is not done. Codes are never given another meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    BadQuery,
    BadKey,
    KeyOver,
    NotOpened,
    NoSuchAddress,
    MethodNotAllowed,
    TooManyRows,
    TooManyRequests,
    Overloaded,
    Trouble,
}

impl Code {
    /// Status, stable word and title.
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadQuery => (StatusCode::BAD_REQUEST, "bad-query", "Some query parameters are wrong"),
            Self::BadKey => (StatusCode::UNAUTHORIZED, "bad-key", "No such key"),
            Self::KeyOver => (StatusCode::UNAUTHORIZED, "key-over", "The key is good no more"),
            Self::NotOpened => (StatusCode::FORBIDDEN, "not-opened", "The key does not open this"),
            Self::NoSuchAddress => (StatusCode::NOT_FOUND, "no-such-address", "Nothing is at this address"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The address does not take this method")
            }
            Self::TooManyRows => (StatusCode::PAYLOAD_TOO_LARGE, "too-many-rows", "The report is too long"),
            Self::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "The hub is full at the moment"),
            Self::Trouble => (StatusCode::SERVICE_UNAVAILABLE, "trouble", "The hub is in trouble"),
        }
    }
}

/// Why a request is not done; `detail` says what was wrong and what to do.
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    detail: String,
    retry_after: Option<u32>,
    cause: Option<String>,
}

impl Problem {
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after: None, cause: None }
    }

    pub(super) fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Logs it and answers.
    pub(super) fn answer(self) -> HttpResponse {
        let trace = TraceId::current().unwrap_or_else(|| TraceId::of_bits(rand::random())).to_string();
        let (status, word, title) = self.code.parts();
        match &self.cause {
            Some(cause) => tracing::error!(trace, code = word, cause, "a report's request failed"),
            None => tracing::debug!(trace, code = word, "a report's request refused"),
        }
        let body = json!({
            "type": format!("urn:fatoura:problem:{word}"), "title": title, "status": status.as_u16(), "code": word,
            "detail": self.detail, "trace_id": trace,
        });
        let mut answer = HttpResponse::build(status);
        answer.content_type("application/problem+json").insert_header((CACHE_CONTROL, "no-store"));
        match self.code {
            Code::BadKey | Code::KeyOver => {
                answer.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"fatoura reports\""));
            }
            Code::MethodNotAllowed => {
                answer.insert_header((ALLOW, "GET, HEAD"));
            }
            _ => {}
        }
        if let Some(seconds) = self.retry_after {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        answer.body(body.to_string())
    }
}

impl From<Infrastructure> for Problem {
    fn from(trouble: Infrastructure) -> Self {
        match trouble {
            Infrastructure::Overloaded(seconds) => {
                Self::new(Code::Overloaded, format!("Ask the same again after {seconds} s.")).after(seconds)
            }
            Infrastructure::Failed(cause) => {
                let detail = "Ask the same again; if that goes on, call the operator with the trace_id.";
                Self { cause: Some(cause), ..Self::new(Code::Trouble, detail) }.after(TROUBLE_SECONDS)
            }
        }
    }
}

impl From<ReportFault> for Problem {
    fn from(fault: ReportFault) -> Self {
        match fault {
            ReportFault::Infrastructure(trouble) => trouble.into(),
            ReportFault::TooMany => {
                Self::new(Code::TooManyRows, format!("It has more than {SUMMED_ROWS_MAX} rows: ask for fewer days."))
            }
            ReportFault::Backwards => Self::new(Code::BadQuery, "to: comes before from. Swap them."),
            ReportFault::TooLong => {
                Self::new(Code::BadQuery, format!("from: a report is about {DAYS_MAX} days at most. Ask for fewer."))
            }
            ReportFault::Cursor => {
                Self::new(Code::BadQuery, "after: no page ended there. Give what stood in next, unchanged.")
            }
        }
    }
}
