//! What is answered to a request that is not done: `application/problem+json` (RFC 9457) with a code that stays.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER};
use payments::api::Infrastructure;
use serde_json::{Map, Value, json};

/// Until when to wait after trouble of ours that has no time of its own, in seconds.
const TROUBLE_SECONDS: u32 = 30;

/// Declares the codes with their status and title.
macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident = $status:literal, $word:literal, $title:literal;)+) => {
        /// Why a request is not done. Codes are never given another meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code {
            $($(#[$meta])* $variant,)+
        }

        impl Code {
            /// Every code.
            #[cfg(test)]
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
        }
    };
}

codes! {
    // The request itself.
    BadHeader = 400, "bad-header", "A header is missing or malformed";
    BadJson = 400, "bad-json", "The body is not JSON";
    BadField = 422, "bad-field", "Some fields are missing or wrong";
    BadQuery = 400, "bad-query", "Some query parameters are wrong";
    BodyTooLarge = 413, "body-too-large", "The body is too large";
    BodyTooSlow = 408, "body-too-slow", "The body did not arrive in time";
    NotJson = 415, "not-json", "The body is of another type";
    NoSuchAddress = 404, "no-such-address", "Nothing is at this address";
    MethodNotAllowed = 405, "method-not-allowed", "The address does not take this method";
    // The signature.
    BadSignature = 401, "bad-signature", "The signature is not right";
    StaleTimestamp = 401, "stale-timestamp", "The timestamp is outside of the window";
    RequestReplayed = 409, "request-replayed", "This request was sent before";
    TooManyRequests = 429, "too-many-requests", "Too many requests";
    // Ours.
    Overloaded = 503, "overloaded", "The hub is full at the moment";
    Trouble = 503, "trouble", "The hub is in trouble";
    // Bills.
    UnknownBiller = 404, "unknown-biller", "No such biller or receivable type";
    NotOffered = 409, "not-offered", "Not offered in cash at outlets";
    BillerUnavailable = 503, "biller-unavailable", "The biller cannot be reached";
    LookUpExpired = 409, "look-up-expired", "The look-up is too old";
    AmountNotAllowed = 409, "amount-not-allowed", "The amount is not allowed";
    Busy = 409, "busy", "A line is being paid or is paid";
    UnknownQuote = 404, "unknown-quote", "No such quote";
    QuoteExpired = 409, "expired", "The quote or the reference has expired";
    UnknownReference = 404, "unknown-reference", "No such cash reference";
    ReferenceUsed = 409, "reference-used", "The cash reference is paid";
    ReferenceCancelled = 409, "reference-cancelled", "The cash reference was cancelled";
    ReferencePayable = 409, "reference-payable", "The cash reference can still be paid";
    // Counters.
    UnknownOutlet = 404, "unknown-outlet", "No such outlet";
    UnknownTill = 404, "unknown-till", "No such till";
    OutletInactive = 409, "outlet-inactive", "The outlet takes no payments";
    NoOpenShift = 409, "no-open-shift", "The till has no open shift";
    ShiftOpen = 409, "shift-open", "The till has an open shift";
    ShiftClosed = 409, "shift-closed", "The shift is closed";
    UnknownShift = 404, "unknown-shift", "No such shift";
    DrawerTooLow = 409, "drawer-too-low", "The drawer does not hold that much";
    NeedsReason = 409, "needs-reason", "The drawer is off: a reason is needed";
    NeedsSupervisor = 409, "needs-supervisor", "The drawer is off: a supervisor is needed";
    PaymentsPending = 409, "payments-pending", "Payments are still pending";
    // Paying.
    AlreadyPaid = 409, "already-paid", "The bill is paid";
    PaymentRefused = 409, "payment-refused", "The payment is refused";
    PaymentInReview = 409, "payment-in-review", "The payment is being checked";
    KeyConflict = 409, "reference-conflict", "Your reference stands for something else";
    TooLittle = 409, "too-little", "Less than the total was handed over";
    FloatTooLow = 409, "float-too-low", "The float does not hold that much";
    UnknownPayment = 404, "unknown-payment", "No such payment";
    StillPending = 409, "still-pending", "The payment is still pending";
    NotConfirmed = 409, "not-confirmed", "The payment does not stand";
    NotCancellable = 409, "not-cancellable", "The biller allows no cancellation";
    NotSameDay = 409, "not-same-day", "The payment is of another day";
    CancellationRefused = 409, "cancellation-refused", "The biller refused to cancel";
    NothingOwed = 404, "nothing-owed", "No such cash is to be given back";
    UnknownLateCash = 404, "unknown-late-cash", "No such late cash";
}

/// One field of the request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldProblem {
    /// Where it stands: `fields.contract`, `counted[2].pieces`.
    pub field: String,
    /// A word that stays.
    pub code: &'static str,
    /// What is wrong, and what would do.
    pub detail: String,
}

/// Why a request is not done.
#[derive(Debug)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    code: Code,
    detail: String,
    faults: Vec<FieldProblem>,
    more: Map<String, Value>,
    retry_after: Option<u32>,
    allow: Option<String>,
    /// What is for the log only.
    cause: Option<String>,
}

impl Problem {
    /// A problem; `detail` says what was wrong and what to do.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let (faults, more) = Default::default();
        Self(Box::new(Parts { code, detail: detail.into(), faults, more, retry_after: None, allow: None, cause: None }))
    }

    /// With the fields that are wrong.
    pub fn of_fields(code: Code, faults: Vec<FieldProblem>) -> Self {
        let first = faults.first().map(|fault| format!(": {} {}", fault.field, fault.detail)).unwrap_or_default();
        let count = if faults.len() > 1 { format!(" ({} in all, see faults)", faults.len()) } else { String::new() };
        let mut problem = Self::new(code, format!("Correct the request and send it again{first}{count}."));
        problem.0.faults = faults;
        problem
    }

    /// With another member.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(name.to_owned(), value.into());
        self
    }

    /// To be tried again after so many seconds.
    pub fn after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The methods that an address takes.
    pub fn allowing(mut self, methods: &str) -> Self {
        self.0.allow = Some(methods.to_owned());
        self
    }

    /// Its code.
    #[cfg(test)]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Logs it under its trace id and answers.
    pub fn answer(self, trace: &str, network: &str, route: &str) -> HttpResponse {
        let Parts { code: kind, detail, faults, more, retry_after, allow, cause } = *self.0;
        let code = kind.word();
        match (&cause, kind) {
            (Some(cause), _) => tracing::error!(trace, network, route, code, cause, "an agents' request failed"),
            (None, Code::BadSignature | Code::RequestReplayed) => {
                tracing::warn!(trace, network, route, code, "an agents' request refused");
            }
            (None, _) => tracing::debug!(trace, network, route, code, "an agents' request refused"),
        }
        let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let mut body = Map::new();
        body.insert("type".to_owned(), format!("urn:fatoura:problem:{code}").into());
        body.insert("title".to_owned(), kind.title().into());
        body.insert("status".to_owned(), status.as_u16().into());
        body.insert("code".to_owned(), code.into());
        body.insert("detail".to_owned(), detail.into());
        body.insert("trace_id".to_owned(), trace.into());
        if !faults.is_empty() {
            let fault =
                |fault: FieldProblem| json!({ "field": fault.field, "code": fault.code, "detail": fault.detail });
            body.insert("faults".to_owned(), faults.into_iter().map(fault).collect());
        }
        body.extend(more);
        let mut answer = HttpResponse::build(status);
        answer.content_type("application/problem+json").insert_header((CACHE_CONTROL, "no-store"));
        if let Some(seconds) = retry_after {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if let Some(methods) = allow {
            answer.insert_header((ALLOW, methods));
        }
        answer.body(Value::Object(body).to_string())
    }
}

impl From<Infrastructure> for Problem {
    fn from(trouble: Infrastructure) -> Self {
        match trouble {
            Infrastructure::Overloaded(seconds) => Self::new(
                Code::Overloaded,
                format!("Send the same content again after {seconds} s, signed anew; a payment keeps its reference."),
            )
            .after(seconds),
            Infrastructure::Failed(cause) => {
                let mut problem = Self::new(
                    Code::Trouble,
                    "It is not known how far the request got. Send the same content again, signed anew and with the same \
                     reference; if that goes on, call the operator with the trace_id.",
                )
                .after(TROUBLE_SECONDS);
                problem.0.cause = Some(cause);
                problem
            }
        }
    }
}
