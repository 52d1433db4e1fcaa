//! Billers of the JSON protocol: `docs/biller-json-rest.md` from the biller's side.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::amount::{parse_amount, show_amount};
use crate::book::{BookingOutcome, Claim, Look, PaidArticle, look_reference};
use crate::faults::Injected;
use crate::reply::{Reply, under_faults};
use crate::seed;
use crate::signing::{hmac_hex, same, sha256_hex};
use crate::world::World;

/// How far the hub's clock may be from ours, in seconds: the protocol's own figure.
const CLOCK_SKEW_S_MAX: i64 = 300;

const KINDS: [&str; 4] = ["receivable", "fee", "mandatory", "stamp_duty"];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/billers/{code}/bills/find", web::post().to(find))
        .route("/billers/{code}/payments/confirm", web::post().to(confirm))
        .route("/billers/{code}/payments/status", web::post().to(status))
        .route("/billers/{code}/payments/cancel", web::post().to(cancel));
}

async fn find(world: web::Data<World>, code: web::Path<u16>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    answer(&world, *code, "find", &request, &body, find_bills).await
}

async fn confirm(
    world: web::Data<World>,
    code: web::Path<u16>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    answer(&world, *code, "confirm", &request, &body, confirm_payment).await
}

async fn status(world: web::Data<World>, code: web::Path<u16>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    answer(&world, *code, "status", &request, &body, payment_status).await
}

async fn cancel(world: web::Data<World>, code: web::Path<u16>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    answer(&world, *code, "cancel", &request, &body, cancel_payment).await
}

type Operation = fn(&World, u16, &[u8], &Injected) -> Result<Value, String>;

async fn answer(
    world: &World,
    code: u16,
    call: &str,
    request: &HttpRequest,
    body: &[u8],
    operation: Operation,
) -> HttpResponse {
    if seed::biller(code).is_none_or(|biller| biller.protocol != "json_rest") {
        return Reply::text(404, format!("no JSON biller {code} here\n")).into_response();
    }
    let reference = match check_signature(&world.config.biller_secret, request, body, world.now()) {
        Ok(reference) => reference,
        Err(fault) => return Reply::json(401, &json!({ "error": fault })).into_response(),
    };
    under_faults(world, &format!("biller:{code}"), call, |injected| {
        let reply = match serde_json::from_slice::<Value>(body) {
            Ok(named) if named.get("reference").and_then(Value::as_str) != Some(&reference) => {
                Err("the body's reference is not the one of X-Fatoura-Reference".to_owned())
            }
            _ => operation(world, code, body, injected),
        };
        let reply = match reply {
            Ok(value) => Reply::json(200, &value),
            Err(fault) => Reply::json(400, &json!({ "error": fault })),
        };
        let signed = format!("{}\n{reference}\n{}", reply.status(), sha256_hex(reply.body()));
        reply.header("x-fatoura-signature", hmac_hex(&world.config.biller_secret, &signed))
    })
    .await
}

/// The request's reference if its signature and its time are right.
pub(super) fn check_signature(
    secret: &str,
    request: &HttpRequest,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<String, String> {
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| format!("the header {name} is missing"))
    };
    let (timestamp, reference) = (header("X-Fatoura-Timestamp")?, header("X-Fatoura-Reference")?);
    let signature = header("X-Fatoura-Signature")?;
    let (method, path) = (request.method().as_str(), request.uri().path());
    let signed = format!("{method}\n{path}\n{timestamp}\n{}", sha256_hex(body));
    if !same(&hmac_hex(secret, &signed), signature) {
        return Err("the signature is wrong: HMAC-SHA256 over METHOD, PATH, TIMESTAMP and hex(SHA-256(body))".into());
    }
    let seconds: i64 = timestamp.parse().map_err(|_| "X-Fatoura-Timestamp is not a number of seconds".to_owned())?;
    if now.timestamp().abs_diff(seconds) > CLOCK_SKEW_S_MAX.unsigned_abs() {
        return Err(format!("the request's time is more than {CLOCK_SKEW_S_MAX} s away from ours"));
    }
    if reference.len() != 12 || !reference.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("X-Fatoura-Reference must be 12 digits".into());
    }
    Ok(reference.to_owned())
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|fault| format!("the body is not as documented: {fault}"))
}

fn refused(code: &str, message: &str) -> Value {
    json!({ "outcome": "refused", "code": code, "message": message })
}

/// What came is what is due: two pairs, one without a name, to see that they come back unchanged and in order.
fn opaque(contract: &str) -> Vec<(String, String)> {
    vec![(String::new(), String::new()), ("zone".into(), "12".into()), (String::new(), format!("ctx {contract} é|\\"))]
}

#[derive(Deserialize)]
struct FindRequest {
    receivable_type: String,
    fields: BTreeMap<String, String>,
}

/// The customer's contract, and the biller's own check of the other fields.
fn contract_of(code: u16, fields: &BTreeMap<String, String>) -> Result<String, (&'static str, &'static str)> {
    if code == 1302 && fields.get("level").is_none_or(String::is_empty) {
        return Err(("FIELD_MISSING", "the field level is missing"));
    }
    match fields.get("contract") {
        Some(contract) if !contract.is_empty() => Ok(contract.clone()),
        _ => Err(("FIELD_MISSING", "the field contract is missing")),
    }
}

fn find_bills(world: &World, code: u16, body: &[u8], injected: &Injected) -> Result<Value, String> {
    let request: FindRequest = parse(body)?;
    if injected.refuse {
        return Ok(refused("REFUSED", "refused by a fault of the sandbox"));
    }
    let contract = match contract_of(code, &request.fields) {
        Ok(contract) => contract,
        Err((code, message)) => return Ok(refused(code, message)),
    };
    Ok(match world.read(|state| state.book.look(code, &request.receivable_type, &contract)) {
        Look::Nothing => json!({ "outcome": "nothing_due" }),
        Look::Unknown => json!({ "outcome": "unknown_customer" }),
        Look::NoLookUp => refused("NO_LOOK_UP", "no such receivable type, or it has no look-up"),
        Look::Due(due) => {
            let articles: Vec<_> = due
                .iter()
                .map(|line| {
                    json!({
                        "id": line.id,
                        "kind": KINDS.get(usize::from(line.kind)).copied().unwrap_or("receivable"),
                        "description": line.description,
                        "amount": show_amount(line.minor),
                        "date": (!line.date.is_empty()).then_some(&line.date),
                    })
                })
                .collect();
            json!({
                "outcome": "bills",
                "biller_reference": look_reference(code, &request.receivable_type, &contract),
                "articles": articles,
                "opaque": opaque(&contract),
            })
        }
    })
}

#[derive(Deserialize)]
struct ConfirmRequest {
    reference: String,
    biller_reference: String,
    receivable_type: String,
    fields: BTreeMap<String, String>,
    articles: Vec<ConfirmArticle>,
    opaque: Vec<(String, String)>,
    amount: String,
    currency: String,
    paid_at: DateTime<Utc>,
    channel: String,
    instrument: String,
    authorisation: String,
}

#[derive(Deserialize)]
struct ConfirmArticle {
    id: String,
    kind: String,
    amount: String,
}

fn confirm_payment(world: &World, code: u16, body: &[u8], injected: &Injected) -> Result<Value, String> {
    let request: ConfirmRequest = parse(body)?;
    let amount = |text: &str| parse_amount(text).ok_or_else(|| format!("'{text}' is not an amount of the form 168.00"));
    let minor = amount(&request.amount)?;
    let mut articles = Vec::new();
    for line in &request.articles {
        if !KINDS.contains(&line.kind.as_str()) {
            return Err(format!("'{}' is not a kind of article", line.kind));
        }
        articles.push(PaidArticle { id: line.id.clone(), minor: amount(&line.amount)? });
    }
    if request.currency != "504" {
        return Err(format!("currency '{}' is not 504", request.currency));
    }
    if request.paid_at > world.now() + chrono::TimeDelta::seconds(CLOCK_SKEW_S_MAX) {
        return Err("paid_at lies in the future".into());
    }
    if request.channel.is_empty() || request.instrument.is_empty() {
        return Err("channel and instrument must be given".into());
    }
    let contract = match contract_of(code, &request.fields) {
        Ok(contract) => contract,
        Err((code, message)) => return Ok(refused(code, message)),
    };
    let fetched = seed::biller(code)
        .and_then(|biller| biller.receivable_type(&request.receivable_type))
        .is_some_and(|kind| kind.fetch);
    if fetched {
        if request.biller_reference != look_reference(code, &request.receivable_type, &contract) {
            return Ok(refused("BAD_BILLER_REFERENCE", "biller_reference is not the one of the look-up"));
        }
        if request.opaque != opaque(&contract) {
            return Ok(refused("OPAQUE_CHANGED", "the opaque context did not come back unchanged"));
        }
    }
    let claim = Claim {
        biller: code,
        receivable_type: request.receivable_type,
        contract,
        reference: request.reference,
        articles,
        minor,
        authorisation: request.authorisation,
        digest: sha256_hex(body),
    };
    let outcome = world.change(|state| state.book.confirm(claim, injected.refuse, injected.pending, world.now()));
    Ok(show(&outcome))
}

#[derive(Deserialize)]
struct StatusRequest {
    reference: String,
}

fn payment_status(world: &World, code: u16, body: &[u8], injected: &Injected) -> Result<Value, String> {
    let request: StatusRequest = parse(body)?;
    if injected.refuse {
        return Err("refused by a fault of the sandbox".into());
    }
    let outcome = world.change(|state| state.book.status(code, &request.reference, injected.pending, world.now()));
    Ok(outcome.as_ref().map_or_else(|| json!({ "outcome": "not_found" }), show))
}

#[derive(Deserialize)]
struct CancelRequest {
    reference: String,
    amount: String,
    currency: String,
    cancelled_at: DateTime<Utc>,
    reason: String,
}

fn cancel_payment(world: &World, code: u16, body: &[u8], injected: &Injected) -> Result<Value, String> {
    let request: CancelRequest = parse(body)?;
    let minor = parse_amount(&request.amount);
    let minor = minor.ok_or_else(|| format!("'{}' is not an amount of the form 168.00", request.amount))?;
    if request.currency != "504" {
        return Err(format!("currency '{}' is not 504", request.currency));
    }
    if request.reason.is_empty() || request.cancelled_at > world.now() + chrono::TimeDelta::seconds(CLOCK_SKEW_S_MAX) {
        return Err("a reason, and a time that is not in the future, must be given".into());
    }
    if injected.refuse {
        return Ok(refused("REFUSED", "refused by a fault of the sandbox"));
    }
    if injected.pending {
        return Ok(json!({ "outcome": "pending" }));
    }
    let known = world.read(|state| state.book.booking(code, &request.reference).cloned());
    let Some(booking) = known.filter(|booking| matches!(booking.outcome, BookingOutcome::Confirmed { .. })) else {
        return Ok(refused("NOT_CONFIRMED", "no confirmed payment under this reference"));
    };
    if booking.minor != minor {
        return Ok(refused("BAD_AMOUNT", "the amount is not the payment's"));
    }
    world.change(|state| state.book.cancel(code, &request.reference));
    Ok(json!({ "outcome": "cancelled" }))
}

fn show(outcome: &BookingOutcome) -> Value {
    match outcome {
        BookingOutcome::Confirmed { receipt_number, date } => {
            json!({ "outcome": "confirmed", "receipt_number": receipt_number, "date": date })
        }
        BookingOutcome::Refused { code, message } => refused(code, message),
        BookingOutcome::Pending => json!({ "outcome": "pending" }),
    }
}
