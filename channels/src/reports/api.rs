//! Reports for systems: JSON by page and separated values, opened by a key. `docs/reports.md` is for who calls it,
//! `openapi/reports.json` describes it.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, LOCATION, RETRY_AFTER};
use actix_web::web::{self, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::SecondsFormat;
use chrono_tz::Africa::Casablanca;
use ledger::{AuditEntry, ReportKey};
use payments::Hub;
use payments::finance::FileFault;
use payments::reports::keys::{KeyFault, kinds_of};
use payments::reports::runs::{ReportAsker, ReportRun, ReportRunAsked, ReportRunState, RunForm, question_of};
use payments::reports::{Cell, Column, ReportKind, ReportQuestion};
use serde_json::{Map, Value, json};
use staff::Action;

use super::asked::{Asked, told};
use super::problem::{Code, Problem};
use super::runs::PLAIN_LANGUAGE;
use super::writing::{Manner, hand_out, name};
use crate::finance::download::{COME_BACK_SECONDS, hand_out as hand_out_file, headed};
use crate::state::ChannelState;
use crate::web::context::address;

/// The description (OpenAPI 3.1).
const DOCUMENT: &str = include_str!("../../openapi/reports.json");
/// Rows of a page, where nothing else is asked for, and at most: about a megabyte.
const PAGE: usize = 500;
const PAGE_MAX: usize = 1_000;
/// When to look again how far a report is, in seconds.
const RUN_AGAIN_SECONDS: u32 = 5;
/// Longest key or cursor that is read.
const WORD_MAX: usize = 200;

/// The description, for whoever asks.
pub(crate) async fn show_document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").insert_header((CACHE_CONTROL, "no-cache")).body(DOCUMENT)
}

/// A page of rows.
pub(crate) async fn show_rows(
    state: web::Data<ChannelState>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    rows(&state, &request, &path).await.unwrap_or_else(Problem::answer)
}

/// All rows as separated values.
pub(crate) async fn download_rows(
    state: web::Data<ChannelState>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    file(&state, &request, &path).await.unwrap_or_else(Problem::answer)
}

/// For addresses that no report has.
pub(crate) async fn find_nothing() -> HttpResponse {
    nothing().answer()
}

/// For methods that no address takes.
pub(crate) async fn refuse_method() -> HttpResponse {
    Problem::new(Code::MethodNotAllowed, "Reports are only read: send a GET.").answer()
}

/// What went wrong before a handler was reached, for paths below `/reports`.
pub(crate) fn problem_for_path(path: &str, status: StatusCode) -> Option<HttpResponse> {
    if path != "/reports" && !path.starts_with("/reports/") {
        return None;
    }
    let problem = match status {
        status if status.is_client_error() => nothing(),
        _ => Problem::new(Code::Trouble, "Ask the same again.").after(30),
    };
    Some(problem.answer())
}

fn nothing() -> Problem {
    Problem::new(Code::NoSuchAddress, "GET /reports/v1/openapi.json describes every address.")
}

async fn rows(state: &ChannelState, request: &HttpRequest, word: &str) -> Result<HttpResponse, Problem> {
    let (hub, key) = open(state, request).await?;
    let kind = opened(&key, word)?;
    let Wish { asked, limit } = Wish::of(request, true)?;
    let question = asked.question_of_key(kind, key.biller, (state.clock)()).map_err(bad_query)?;
    let after = asked.after.as_deref();
    // Faults of the question come before anything is written down; what is handed out is written down before.
    question.check()?;
    audit(&hub, &key, &question, "json").await?;
    let page = hub.report_page(&question, after, limit).await?;
    let columns = kind.columns();
    let rows: Vec<Value> = page.rows.iter().map(|row| object(columns, row)).collect();
    let filter = &question.filter;
    let keys: Vec<&str> = columns.iter().map(|column| column.key).collect();
    let body = json!({
        "report": kind.as_str(), "from": filter.from.to_string(), "to": filter.to.to_string(), "columns": keys,
        "rows": rows, "next": page.next,
    });
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type("application/json").insert_header((CACHE_CONTROL, "no-store")).body(body.to_string()))
}

async fn file(state: &ChannelState, request: &HttpRequest, word: &str) -> Result<HttpResponse, Problem> {
    let (hub, key) = open(state, request).await?;
    let kind = opened(&key, word)?;
    let Wish { asked, .. } = Wish::of(request, false)?;
    let question = asked.question_of_key(kind, key.biller, (state.clock)()).map_err(bad_query)?;
    if let Some(rows) = hub.report_too_long(&question).await? {
        return begin(&hub, &key, &question, rows).await;
    }
    let place = place(state)?;
    // What cannot be had is said now, while there is still an answer to say it in.
    hub.report_page(&question, None, 1).await?;
    audit(&hub, &key, &question, "csv").await?;
    let mut answer = headed(&name(&question, "csv"), "text/csv; charset=utf-8");
    Ok(answer.body(hand_out(hub, question, Manner::Plain, place)))
}

fn place(state: &ChannelState) -> Result<tokio::sync::OwnedSemaphorePermit, Problem> {
    state.downloads.clone().try_acquire_owned().map_err(|_| {
        let detail = format!("Too many files are being handed out: ask the same again after {COME_BACK_SECONDS} s.");
        Problem::new(Code::Overloaded, detail).after(COME_BACK_SECONDS)
    })
}

fn entry(key: &ReportKey, action: Action, question: &ReportQuestion, form: &str) -> AuditEntry {
    AuditEntry {
        actor: format!("(report key {})", key.id),
        action: action.as_str().to_owned(),
        subject: format!("report {}", question.kind),
        detail: told(question, form),
    }
}

/// Has a report that is too long to wait for written, and says where it is followed.
async fn begin(hub: &Hub, key: &ReportKey, question: &ReportQuestion, rows: i64) -> Result<HttpResponse, Problem> {
    let entry = entry(key, Action::ReportRunAsked, question, "csv");
    let asked = (RunForm::Plain, PLAIN_LANGUAGE, rows);
    let id = match hub.ask_report_run(question, asked, ReportAsker::Key(key.id), entry).await? {
        ReportRunAsked::Kept(id) | ReportRunAsked::Same(id) => id,
        ReportRunAsked::TooMany => {
            let detail = "Too many long reports are open or kept: wait until those that you asked for are done.";
            return Err(Problem::new(Code::TooManyRequests, detail).after(RUN_AGAIN_SECONDS));
        }
    };
    let run = hub.report_run(id).await?.ok_or_else(nothing)?;
    let mut answer = HttpResponse::Accepted();
    answer.insert_header((LOCATION, run_path(id))).insert_header((RETRY_AFTER, RUN_AGAIN_SECONDS.to_string()));
    answer.content_type("application/json").insert_header((CACHE_CONTROL, "no-store"));
    Ok(answer.body(run_json(&run).to_string()))
}

fn run_path(id: i64) -> String {
    format!("/reports/v1/runs/{id}")
}

fn run_json(run: &ReportRun) -> Value {
    let file = (run.state == ReportRunState::Done).then(|| format!("{}/report.csv", run_path(run.id)));
    json!({
        "run": run.id, "report": run.asked.kind, "state": run.state.as_str(), "rows": run.rows,
        "rows_expected": run.asked.rows_expected, "bytes": run.file.as_ref().map(|(bytes, _)| *bytes),
        "sha256": run.file.as_ref().map(|(_, digest)| digest.as_str()), "location": run_path(run.id), "file": file,
        "failure": Some(run.failure.as_str()).filter(|failure| !failure.is_empty()),
    })
}

/// How far a report is that is written behind the scenes.
pub(crate) async fn show_run(
    state: web::Data<ChannelState>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    let shown = async {
        let (_, run, _) = own_run(&state, &request, &path).await?;
        let mut answer = HttpResponse::Ok();
        answer.content_type("application/json").insert_header((CACHE_CONTROL, "no-store"));
        Ok(answer.body(run_json(&run).to_string()))
    };
    shown.await.unwrap_or_else(Problem::answer)
}

/// Its file.
pub(crate) async fn download_run(
    state: web::Data<ChannelState>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    let file = async {
        let (hub, run, key) = own_run(&state, &request, &path).await?;
        let (question, form) = question_of(&run).ok_or_else(nothing)?;
        let place = place(&state)?;
        let opened = hub.open_report(&run, name(&question, form.extension())).await.map_err(|fault| match fault {
            FileFault::Infrastructure(trouble) => trouble.into(),
            FileFault::Missing | FileFault::Changed => {
                Problem::new(Code::NoSuchAddress, "The file is not there: ask for the report again.")
            }
        })?;
        hub.audit_report(entry(&key, Action::ReportServed, &question, "csv")).await?;
        Ok(hand_out_file(opened, place))
    };
    file.await.unwrap_or_else(Problem::answer)
}

/// A report that this key asked for, and may ask for still.
async fn own_run(
    state: &ChannelState,
    request: &HttpRequest,
    number: &str,
) -> Result<(std::sync::Arc<Hub>, ReportRun, ReportKey), Problem> {
    let (hub, key) = open(state, request).await?;
    let id = number.parse().ok().filter(|id| *id > 0).ok_or_else(nothing)?;
    let run = hub.report_run(id).await?.filter(|run| run.asked.by == ReportAsker::Key(key.id)).ok_or_else(nothing)?;
    opened(&key, &run.asked.kind)?;
    Ok((hub, run, key))
}

/// Whose key it is, and the hub. Limits come first, so that keys are not tried out.
async fn open(state: &ChannelState, request: &HttpRequest) -> Result<(std::sync::Arc<Hub>, ReportKey), Problem> {
    let hub = state.counters.clone().ok_or_else(nothing)?;
    let too_many = |whose: &str, seconds: u32| {
        let detail = format!("The allowance of {whose} is used up: ask the same again after {seconds} s.");
        Problem::new(Code::TooManyRequests, detail).after(seconds)
    };
    let address = address(request, state.settings.trust_proxy);
    state.reports.addresses.take(address).map_err(|seconds| too_many("your address", seconds))?;
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    let Some(key) = key.filter(|key| (1..=WORD_MAX).contains(&key.len())) else {
        return Err(Problem::new(Code::BadKey, "Send your key as Authorization: Bearer KEY."));
    };
    let key = hub.open_report_key(key).await?.map_err(|fault| match fault {
        KeyFault::Unknown => Problem::new(Code::BadKey, "There is no such key: check what you were given."),
        KeyFault::Revoked => Problem::new(Code::KeyOver, "The key was revoked: ask the operator for another one."),
        KeyFault::Expired => Problem::new(Code::KeyOver, "The key has expired: ask the operator for another one."),
    })?;
    state.reports.keys.take_key(&key.id).map_err(|seconds| too_many("your key", seconds))?;
    Ok((hub, key))
}

fn opened(key: &ReportKey, word: &str) -> Result<ReportKind, Problem> {
    let kind: ReportKind = word.parse().map_err(|()| nothing())?;
    let opens = kinds_of(key);
    if opens.contains(&kind) {
        return Ok(kind);
    }
    let opens: Vec<&str> = opens.iter().map(|kind| kind.as_str()).collect();
    Err(Problem::new(Code::NotOpened, format!("Your key opens {}.", opens.join(", "))))
}

fn bad_query((field, what): (&'static str, String)) -> Problem {
    Problem::new(Code::BadQuery, format!("{field}: {what}."))
}

async fn audit(hub: &Hub, key: &ReportKey, question: &ReportQuestion, form: &str) -> Result<(), Problem> {
    Ok(hub.audit_report(entry(key, Action::ReportServed, question, form)).await?)
}

/// The parameters of a request.
struct Wish {
    asked: Asked,
    limit: usize,
}

impl Wish {
    /// Each parameter at most once, and none that is not known.
    fn of(request: &HttpRequest, by_page: bool) -> Result<Self, Problem> {
        let bad = |field: &str, what: &str| Problem::new(Code::BadQuery, format!("{field}: {what}."));
        let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
        let pairs = pairs.map_err(|_| Problem::new(Code::BadQuery, "The query cannot be read."))?.into_inner();
        let (mut asked, mut limit) = (Asked::default(), None);
        let mut seen: Vec<&str> = Vec::new();
        for (field, value) in &pairs {
            let known = match field.as_str() {
                "from" => &mut asked.from,
                "to" => &mut asked.to,
                "biller" => &mut asked.biller,
                "network" => &mut asked.network,
                "outlet" => &mut asked.outlet,
                "channel" => &mut asked.channel,
                "after" if by_page => asked.after.get_or_insert_default(),
                "limit" if by_page => limit.get_or_insert_default(),
                _ => {
                    let field: String = field.chars().filter(|c| !c.is_control()).take(40).collect();
                    return Err(bad(&field, "is no parameter of this address"));
                }
            };
            if seen.contains(&field.as_str()) {
                return Err(bad(field, "stands twice"));
            }
            seen.push(field);
            if value.len() > WORD_MAX {
                return Err(bad(field, "is too long"));
            }
            known.clone_from(value);
        }
        let limit = match limit as Option<String> {
            None => PAGE,
            Some(text) => {
                let number = text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
                number.ok_or_else(|| bad("limit", &format!("must be a whole number from 1 to {PAGE_MAX}")))?
            }
        };
        Ok(Self { asked, limit })
    }
}

/// A row by the keys of its columns. Amounts are texts with two places, as JSON's numbers are read as floats.
fn object(columns: &[Column], row: &[Cell]) -> Value {
    let value = |cell: &Cell| match cell {
        Cell::Empty => Value::Null,
        Cell::Code(text) | Cell::Text(text) | Cell::Word(_, text) => text.as_str().into(),
        Cell::Amount(amount) => amount.to_string().into(),
        Cell::Count(count) => (*count).into(),
        Cell::Day(day) => day.to_string().into(),
        Cell::Time(at) => at.and_utc().with_timezone(&Casablanca).to_rfc3339_opts(SecondsFormat::Secs, false).into(),
    };
    let pairs = columns.iter().zip(row).map(|(column, cell)| (column.key.to_owned(), value(cell)));
    Value::Object(pairs.collect::<Map<String, Value>>())
}
