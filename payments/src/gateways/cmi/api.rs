//! Server operations on an order: CC5Request built, CC5Response read. No IO.
//!
//! An operation has three outcomes. Only a clear word of the gateway about this very order is an approval or a refusal;
//! anything else (no answer, garbage, a bank that was late) is unknown: ask the status, then repeat.

use ledger::Money;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{CURRENCY, CmiSettings, safe_mask};

/// ISO 8583 codes under which a bank may still have done it: in progress, late answer, unavailable, malfunction.
const OPEN_CODES: [&str; 4] = ["09", "68", "91", "96"];
/// The longest text kept of an error message, in characters.
const MESSAGE_MAX: usize = 200;

/// What the hub asks of the gateway.
#[derive(Debug, Clone, Copy)]
pub enum Operation<'a> {
    /// A new order, paid with a card that the gateway knows by a token: held, or captured at once.
    Charge {
        /// The amount.
        amount: Money,
        /// The gateway's own word for the card.
        token: &'a SecretString,
        /// Whether it is captured at once.
        capture: bool,
    },
    /// Capture of what is held, all or less, once.
    PostAuth(Money),
    /// Undoes a hold, or a capture of the same day.
    Void,
    /// Gives back what was captured, all or part.
    Credit(Money),
    /// What became of the order?
    Query,
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationOutcome {
    /// Done.
    Approved {
        /// The gateway's transaction id.
        transaction_id: String,
        /// The bank's authorisation code.
        auth_code: String,
    },
    /// The gateway says that it did not do it. It may have done so at an earlier try: ask the status before giving up.
    Refused {
        /// ProcReturnCode.
        code: String,
        /// The gateway's words, for staff.
        message: String,
    },
    /// Nobody knows; what went wrong, for the log.
    Unknown(String),
}

/// Where an order stands at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// The gateway never saw it.
    NotFound,
    /// Refused or abandoned; a later acceptance of the same order is still possible while its page is open.
    Declined,
    /// The amount is held.
    Authorised,
    /// The amount, or part of it, was taken.
    Captured,
    /// The hold or capture was undone.
    Voided,
    /// All that was captured was given back.
    Refunded,
    /// No decision yet.
    Pending,
}

/// The answer to a status query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderReport {
    /// Where it stands.
    pub status: OrderStatus,
    /// The amount of the order at first.
    pub amount: Option<Money>,
    /// What was captured.
    pub captured: Option<Money>,
    /// What was given back.
    pub refunded: Option<Money>,
    /// The bank's authorisation code, or empty.
    pub auth_code: String,
    /// The gateway's transaction id, or empty.
    pub transaction_id: String,
    /// The masked card number, or empty.
    pub card_mask: String,
}

/// Why a status query has no outcome: nothing is known about the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryFailure {
    /// No answer.
    #[error("the gateway did not answer: {0}")]
    NoAnswer(String),
    /// An answer that makes no sense.
    #[error("the gateway's answer makes no sense: {0}")]
    BadAnswer(String),
    /// The gateway refuses the question itself (name, password, client id).
    #[error("the gateway refuses the query: {0}")]
    Rejected(String),
}

#[derive(Serialize)]
#[serde(rename = "CC5Request", rename_all = "PascalCase")]
struct Request<'a> {
    name: &'a str,
    password: &'a str,
    client_id: &'a str,
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    order_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<RequestExtra<'a>>,
}

#[derive(Default, Serialize)]
struct RequestExtra<'a> {
    #[serde(rename = "ORDERSTATUS", skip_serializing_if = "Option::is_none")]
    order_status: Option<&'static str>,
    #[serde(rename = "PAYMENTTOKEN", skip_serializing_if = "Option::is_none")]
    payment_token: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename = "CC5Response", rename_all = "PascalCase", default)]
#[derive(Default)]
struct Response {
    order_id: String,
    response: String,
    auth_code: String,
    proc_return_code: String,
    trans_id: String,
    err_msg: String,
    extra: Extra,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
struct Extra {
    orderstatus: String,
    trans_stat: String,
    charge_type_cd: String,
    orig_trans_amt: String,
    capture_amt: String,
    credit_amt: String,
    auth_code: String,
    trans_id: String,
    pan: String,
}

impl Extra {
    /// A value of its own element, or else of the tab-separated `NAME:value` list.
    fn get(&self, own: &str, name: &str) -> String {
        if !own.trim().is_empty() {
            return own.trim().to_owned();
        }
        let pair =
            |entry: &str| entry.trim().split_once(':').filter(|(key, _)| *key == name).map(|(_, v)| v.to_owned());
        self.orderstatus.split('\t').find_map(pair).unwrap_or_default().trim().to_owned()
    }
}

/// The XML of an operation; it holds the password, perhaps a token, and must not be logged.
pub fn request_xml(oid: &str, operation: Operation<'_>, settings: &CmiSettings) -> Result<String, QueryFailure> {
    let (kind, total) = match operation {
        Operation::Charge { amount, capture, .. } => (Some(if capture { "Auth" } else { "PreAuth" }), Some(amount)),
        Operation::PostAuth(amount) => (Some("PostAuth"), Some(amount)),
        Operation::Void => (Some("Void"), None),
        Operation::Credit(amount) => (Some("Credit"), Some(amount)),
        Operation::Query => (None, None),
    };
    let extra = match operation {
        Operation::Query => Some(RequestExtra { order_status: Some("QUERY"), ..RequestExtra::default() }),
        Operation::Charge { token, .. } => {
            Some(RequestExtra { payment_token: Some(token.expose_secret()), ..RequestExtra::default() })
        }
        _ => None,
    };
    let request = Request {
        name: &settings.api_user,
        password: settings.api_password.expose_secret(),
        client_id: &settings.client_id,
        kind,
        order_id: oid,
        total: total.map(|amount| amount.to_string()),
        currency: total.map(|_| CURRENCY),
        extra,
    };
    quick_xml::se::to_string(&request).map_err(|_| QueryFailure::BadAnswer("the request cannot be written".into()))
}

fn read(oid: &str, body: &str) -> Result<Response, String> {
    if !body.contains("<CC5Response") {
        return Err("not a CC5Response".to_owned());
    }
    let response: Response = quick_xml::de::from_str(body).map_err(|error| error.to_string())?;
    match response.order_id.trim() {
        "" => Ok(response),
        found if found == oid => Ok(response),
        _ => Err("it is about another order".to_owned()),
    }
}

fn short(text: &str) -> String {
    text.trim().chars().take(MESSAGE_MAX).collect()
}

/// Reads the answer to Auth, PreAuth, PostAuth, Void or Credit.
pub fn read_operation(oid: &str, body: &str) -> OperationOutcome {
    let response = match read(oid, body) {
        Ok(response) => response,
        Err(fault) => return OperationOutcome::Unknown(fault),
    };
    let (word, code) = (response.response.trim(), response.proc_return_code.trim());
    match word {
        "Approved" if code == "00" => OperationOutcome::Approved {
            transaction_id: short(&response.trans_id),
            auth_code: short(&response.auth_code),
        },
        "Declined" | "Error" if !code.is_empty() && code != "00" && !OPEN_CODES.contains(&code) => {
            OperationOutcome::Refused { code: short(code), message: short(&response.err_msg) }
        }
        _ => OperationOutcome::Unknown(short(&format!("{word} {code} {}", response.err_msg))),
    }
}

/// Reads the answer to a status query. The order's state stands in TRANS_STAT; Response is about the query.
pub fn read_report(oid: &str, body: &str) -> Result<OrderReport, QueryFailure> {
    let response = read(oid, body).map_err(QueryFailure::BadAnswer)?;
    let extra = &response.extra;
    let state = extra.get(&extra.trans_stat, "TRANS_STAT");
    let message = response.err_msg.to_ascii_lowercase();
    if state.is_empty() {
        // Only the gateway's own words tell "never seen" from a wrong password.
        return match message.contains("no record") || message.contains("record not found") {
            true => Ok(OrderReport::not_found()),
            false => Err(QueryFailure::Rejected(short(&response.err_msg))),
        };
    }
    let amount = |own: &str, name: &str| {
        let text = extra.get(own, name);
        read_amount(&text).ok_or_else(|| QueryFailure::BadAnswer(format!("{name} '{}'", short(&text))))
    };
    let original = amount(&extra.orig_trans_amt, "ORIG_TRANS_AMT")?;
    let captured = amount(&extra.capture_amt, "CAPTURE_AMT")?;
    let refunded = amount(&extra.credit_amt, "CREDIT_AMT")?;
    let own_code = Some(extra.get(&extra.auth_code, "AUTH_CODE")).filter(|code| !code.is_empty());
    let auth_code = own_code.unwrap_or_else(|| response.auth_code.trim().to_owned());
    let all_back = matches!((captured, refunded), (Some(taken), Some(back)) if back.is_positive() && back >= taken);
    let status = match state.as_str() {
        "C" | "S" if all_back || extra.get(&extra.charge_type_cd, "CHARGE_TYPE_CD") == "C" => OrderStatus::Refunded,
        "C" | "S" => OrderStatus::Captured,
        "A" => OrderStatus::Authorised,
        "V" => OrderStatus::Voided,
        // Cancelled: after a hold it was undone, before one the payer turned back.
        "CNCL" if auth_code.is_empty() => OrderStatus::Declined,
        "CNCL" => OrderStatus::Voided,
        "D" => OrderStatus::Declined,
        "R" => OrderStatus::Refunded,
        "PN" => OrderStatus::Pending,
        other => return Err(QueryFailure::BadAnswer(format!("TRANS_STAT '{}'", short(other)))),
    };
    let own_id = Some(extra.get(&extra.trans_id, "TRANS_ID")).filter(|id| !id.is_empty());
    Ok(OrderReport {
        status,
        amount: original,
        captured,
        refunded,
        auth_code: short(&auth_code),
        transaction_id: short(&own_id.unwrap_or(response.trans_id.clone())),
        card_mask: safe_mask(&extra.get(&extra.pan, "PAN")),
    })
}

impl OrderReport {
    fn not_found() -> Self {
        let (amount, captured, refunded) = (None, None, None);
        let (auth_code, transaction_id, card_mask) = Default::default();
        let status = OrderStatus::NotFound;
        Self { status, amount, captured, refunded, auth_code, transaction_id, card_mask }
    }
}

/// With a point the amount is in dirhams; without one Nestpay means centimes. The outer `None` is unreadable.
fn read_amount(text: &str) -> Option<Option<Money>> {
    if text.is_empty() {
        return Some(None);
    }
    if text.contains('.') {
        return Money::parse_wire(text).ok().map(Some);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).map(|minor| Some(Money::from_minor(minor)))
}

#[cfg(test)]
mod tests;
