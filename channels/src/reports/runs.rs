//! Large reports: asked for by a download that is too long to wait for, followed on a page, and had as a file.

use std::io;
use std::sync::atomic::AtomicU64;

use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use ledger::Language;
use payments::Hub;
use payments::reports::ReportQuestion;
use payments::reports::runs::{KEPT, ReportAsker, ReportRun, ReportRunAsked, ReportRunState, RunForm, question_of};
use staff::Action;
use tokio::sync::mpsc;

use super::asked::{may, told};
use super::words::title;
use super::writing::{Manner, name, write};
use crate::finance::download::{hand_out, place, refuse, taken};
use crate::finance::parts::{actor, hub, number};
use crate::staff::frame::{Frame, StaffNotice};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::views::notice::{Notice, Tone};
use crate::web::{format, i18n};

/// How often the page of a report that is being written asks again by itself.
const REFRESH_SECONDS: u8 = 3;

/// The query by which a page asks how far its report is.
const LOOK: &str = "look";

/// A piece of a file.
pub type Piece = Bytes;

/// Writes a large report, piece by piece, for as long as somebody takes them; `rows` says how many are written.
///
/// # Errors
///
/// Why it is not written to its end.
pub async fn write_report(
    hub: &Hub,
    run: &ReportRun,
    rows: &AtomicU64,
    pieces: mpsc::Sender<io::Result<Piece>>,
) -> io::Result<()> {
    let Some((question, form)) = question_of(run) else {
        return Err(io::Error::other("only a later program understands what was asked"));
    };
    let manner = match form {
        RunForm::Csv => Manner::Csv(run.asked.language),
        RunForm::Xlsx => Manner::Xlsx(run.asked.language),
        RunForm::Plain => Manner::Plain,
    };
    write(hub, &question, manner, &pieces, rows).await
}

/// Has a report that is too long to wait for written, and leads to where it is followed.
pub(super) async fn begin(
    session: &StaffSession,
    question: &ReportQuestion,
    form: RunForm,
    rows: i64,
) -> Result<HttpResponse, Fault> {
    // Who asks for the head of an answer alone asks for nothing to be written.
    if session.is_head {
        return Ok(session.context.see_other("/staff/reports/runs"));
    }
    let detail = told(question, form.as_str());
    let entry = session.audit_entry(Action::ReportRunAsked, &format!("report {}", question.kind), &detail);
    let by = ReportAsker::Member(actor(session));
    match hub(session)?.ask_report_run(question, (form, session.language(), rows), by, entry).await? {
        ReportRunAsked::Kept(id) | ReportRunAsked::Same(id) => {
            Ok(session.context.see_other(&format!("/staff/reports/runs/{id}")))
        }
        ReportRunAsked::TooMany => {
            let language = session.language();
            let notice = Notice::new(language, Tone::Bad, "reports-runs-many");
            let notice = notice.action(language, "reports-runs-action", "/staff/reports/runs");
            let page = StaffNotice { frame: session.frame("reports-runs-many-title"), notice };
            session.html(StatusCode::TOO_MANY_REQUESTS, &page)
        }
    }
}

#[derive(Template)]
#[template(path = "reports/runs.html")]
struct RunsPage {
    frame: Frame,
    lines: Vec<RunView>,
    days: usize,
}

#[derive(Template)]
#[template(path = "reports/run.html")]
struct RunPage {
    frame: Frame,
    run: RunView,
    days: usize,
}

struct RunView {
    id: i64,
    href: String,
    what: String,
    days: String,
    form: &'static str,
    at: String,
    state: String,
    tone: &'static str,
    /// Rows written, and how many there will be; empty where that is not known.
    rows: String,
    expected: String,
    /// In percent of what is expected, at most 99 while it is written.
    percent: Option<i64>,
    moving: bool,
    /// The file: its address, its size.
    file: Option<(String, String)>,
    /// Why it was given up.
    failure: String,
}

fn view(session: &StaffSession, run: &ReportRun) -> RunView {
    let language = session.language();
    let (what, days, form) = match question_of(run) {
        Some((question, form)) => {
            let filter = &question.filter;
            let days = format!("{} – {}", format::date(language, filter.from), format::date(language, filter.to));
            (i18n::text(language, &title(question.kind)), days, form.extension())
        }
        None => (run.asked.kind.clone(), String::new(), ""),
    };
    let tone = match run.state {
        ReportRunState::Waiting | ReportRunState::Writing => "badge-wait",
        ReportRunState::Done => "badge-good",
        ReportRunState::Failed => "badge-bad",
    };
    let count = |rows: i64| format::count(language, u64::try_from(rows).unwrap_or_default());
    let moving = matches!(run.state, ReportRunState::Waiting | ReportRunState::Writing);
    let part = |expected: i64| (run.rows.saturating_mul(100) / expected.max(1)).clamp(0, 99);
    let href = session.context.url(&format!("/staff/reports/runs/{}", run.id));
    let size = |bytes: i64| {
        let size = format::count(language, u64::try_from(bytes).unwrap_or_default());
        i18n::text_with(language, "finance-bytes", &[("size", i18n::Arg::Text(&size))])
    };
    RunView {
        id: run.id,
        what,
        days,
        form,
        at: format::stamp(run.made_at.and_utc()),
        state: i18n::text(language, &format!("reports-run-{}", run.state)),
        tone,
        rows: count(run.rows),
        expected: run.asked.rows_expected.filter(|_| moving).map(count).unwrap_or_default(),
        percent: run.asked.rows_expected.filter(|_| run.state == ReportRunState::Writing).map(part),
        moving,
        file: run.file.as_ref().map(|(bytes, _)| (format!("{href}/file"), size(*bytes))),
        failure: match run.state {
            ReportRunState::Failed => i18n::text(language, failure_key(&run.failure)),
            _ => String::new(),
        },
        href,
    }
}

/// For how many days a file is kept.
fn days_kept() -> usize {
    usize::try_from(KEPT.num_days()).unwrap_or_default()
}

fn failure_key(word: &str) -> &'static str {
    match word {
        "cut-off" => "reports-run-cut-off",
        _ => "reports-run-trouble",
    }
}

/// What they asked for, the newest first.
pub(crate) async fn show_runs(session: StaffSession) -> Result<HttpResponse, Fault> {
    let found = hub(&session)?.report_runs_of(session.who.member).await?;
    let page = RunsPage {
        frame: session.frame("reports-runs-title"),
        lines: found.iter().map(|run| view(&session, run)).collect(),
        days: days_kept(),
    };
    session.html(StatusCode::OK, &page)
}

/// A report of their own; another's is as good as none.
async fn own(session: &StaffSession, number_of: &str) -> Result<ReportRun, Fault> {
    let found = hub(session)?.report_run(number(number_of)?).await?.ok_or(Fault::NotFound)?;
    match &found.asked.by {
        ReportAsker::Member(by) if by.id == session.who.member => Ok(found),
        _ => Err(Fault::NotFound),
    }
}

/// How far a report is; the page asks again by itself while it is being written.
pub(crate) async fn show_run(
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> actix_web::Result<HttpResponse> {
    // What the page asks by itself is no use of the session.
    let session = match request.query_string() {
        LOOK => StaffSession::unattended(&request).await?,
        _ => StaffSession::extract(&request).await?,
    };
    Ok(run_page(&session, &path).await?)
}

async fn run_page(session: &StaffSession, path: &web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let run = own(session, &path.1).await?;
    let mut frame = session.frame("reports-run-title");
    let run = view(session, &run);
    if run.moving {
        frame.page.refresh = Some(REFRESH_SECONDS);
    }
    session.html(StatusCode::OK, &RunPage { frame, run, days: days_kept() })
}

/// Whether they may still have what they asked for: roles and bounds hold as they are now.
fn may_have(session: &StaffSession, question: &ReportQuestion) -> bool {
    let (scope, filter) = (&session.who.scope, &question.filter);
    let is_within = scope.biller.is_none() || scope.biller == filter.biller;
    let is_of_network = scope.network.is_none() || scope.network == filter.network;
    let is_of_outlet = scope.outlet.is_none() || filter.outlet.is_some();
    let takes_contracts = !question.shows_contracts || scope.biller.is_some();
    may(session, question.kind) && is_within && is_of_network && is_of_outlet && takes_contracts
}

/// Hands the file out.
pub(crate) async fn download_run(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let run = own(&session, &path.1).await?;
    let (question, form) = question_of(&run).ok_or(Fault::NotFound)?;
    if !may_have(&session, &question) {
        return Err(Fault::Forbidden);
    }
    let place = place(&session)?;
    let name = name(&question, form.extension());
    match hub(&session)?.open_report(&run, name.clone()).await {
        Ok(opened) => {
            let detail = told(&question, form.as_str());
            taken(&session, Action::ReportDownloaded, &format!("report {}", question.kind), &detail).await?;
            Ok(hand_out(opened, place))
        }
        Err(fault) => {
            let back = format!("/staff/reports/runs/{}", run.id);
            refuse(&session, fault, &name, ("reports-runs-action", &back))
        }
    }
}

/// The language that stands for none, in files for programs.
pub(super) const PLAIN_LANGUAGE: Language = Language::En;
