//! Reports as files, handed out to people.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use payments::reports::ReportQuestion;
use payments::reports::runs::RunForm;
use receipts::render_paper;
use staff::Action;

use super::asked::{Asked, address, kind, told};
use super::paper::paper;
use super::runs::begin;
use super::show::refused;
use super::writing::{Manner, hand_out, name, printable};
use crate::finance::download::{headed, place, taken};
use crate::finance::parts::hub;
use crate::staff::frame::StaffNotice;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::views::notice::{Notice, Tone};

/// The question of a download: what is wrong with it, its page says.
fn wanted(session: &StaffSession, word: &str, asked: &Asked) -> Result<ReportQuestion, Fault> {
    let kind = kind(session, word)?;
    asked.question(session, kind)?.map_err(|_| Fault::NotOffered)
}

async fn download(session: &StaffSession, word: &str, asked: &Asked, is_workbook: bool) -> Result<HttpResponse, Fault> {
    let question = wanted(session, word, asked)?;
    let hub = hub(session)?;
    if let Some(rows) = hub.report_too_long(&question).await.map_err(refused)? {
        return begin(session, &question, if is_workbook { RunForm::Xlsx } else { RunForm::Csv }, rows).await;
    }
    let place = place(session)?;
    let (form, mime) = match is_workbook {
        true => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        false => ("csv", "text/csv; charset=utf-8"),
    };
    // What cannot be had is said now, while there is still a page to say it on.
    hub.report_page(&question, None, 1).await.map_err(refused)?;
    taken(session, Action::ReportDownloaded, &format!("report {}", question.kind), &told(&question, form)).await?;
    let mut answer = headed(&name(&question, form), mime);
    if session.is_head {
        return Ok(answer.finish());
    }
    let manner = if is_workbook { Manner::Xlsx(session.language()) } else { Manner::Csv(session.language()) };
    Ok(answer.body(hand_out(hub, question, manner, place)))
}

/// All rows as separated values.
pub(crate) async fn download_csv(
    session: StaffSession,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Fault> {
    download(&session, &path.1, &asked, false).await
}

/// All rows as a workbook.
pub(crate) async fn download_xlsx(
    session: StaffSession,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Fault> {
    download(&session, &path.1, &asked, true).await
}

/// The paper, as far as one can be: a longer report is offered as a file.
pub(crate) async fn download_pdf(
    session: StaffSession,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Fault> {
    let question = wanted(&session, &path.1, &asked)?;
    let (hub, language) = (hub(&session)?, session.language());
    let Some((rows, totals)) = printable(&hub, &question).await.map_err(refused)? else {
        return too_long(&session, &question);
    };
    let paper = paper(language, &question, &rows, &totals, (&session.who.name, session.context.now));
    // Laying out text takes time of a processor: not on the thread that serves everybody.
    let made = web::block(move || render_paper(&paper)).await.map_err(|error| Fault::Failed(error.to_string()))?;
    let bytes = made.map_err(|error| Fault::Failed(format!("report: {error}")))?;
    taken(&session, Action::ReportDownloaded, &format!("report {}", question.kind), &told(&question, "pdf")).await?;
    Ok(headed(&name(&question, "pdf"), "application/pdf").body(bytes))
}

fn too_long(session: &StaffSession, question: &ReportQuestion) -> Result<HttpResponse, Fault> {
    let (language, kind) = (session.language(), question.kind);
    let back = format!("/staff/reports/{kind}?{}", address(question));
    let file = format!("/staff/reports/{kind}/report.csv?{}", address(question));
    let notice = Notice::new(language, Tone::Bad, "reports-too-long");
    let notice = notice.action(language, "reports-action-csv", &file).action(language, "reports-action-back", &back);
    let page = StaffNotice { frame: session.frame("reports-too-long-title"), notice };
    session.html(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
