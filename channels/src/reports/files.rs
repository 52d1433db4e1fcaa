//! Reports as files: written as their rows are read, and handed out as they are written.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use ledger::Language;
use payments::Hub;
use payments::reports::csv::{self, CsvStyle};
use payments::reports::xlsx::Workbook;
use payments::reports::{Cell, ReportQuestion, SUMMED_ROWS_MAX, Wording};
use receipts::render_paper;
use staff::Action;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::asked::{Asked, address, kind, told};
use super::paper::{ROWS_PRINTED, paper};
use super::show::refused;
use super::words::{head, title, word};
use crate::finance::download::{headed, place, taken};
use crate::finance::parts::hub;
use crate::staff::frame::StaffNotice;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::views::notice::{Notice, Tone};

/// Rows read at once.
const PAGE: usize = 1_000;
/// Pieces written ahead of a slow reader.
const AHEAD: usize = 2;
/// How long a reader may leave a piece lying, as for other files.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file on its way out, of a length that nobody knows yet.
struct ReportBody(mpsc::Receiver<io::Result<Bytes>>);

impl MessageBody for ReportBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        self.get_mut().0.poll_recv(cx)
    }
}

/// Where a writer leaves what is to go out next.
#[derive(Clone, Default)]
struct Outbound(Arc<Mutex<Vec<u8>>>);

impl Outbound {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Outbound {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The writer of a file's form.
enum Writer {
    Csv(Outbound, CsvStyle),
    Xlsx(Box<Workbook<Outbound>>),
}

impl Writer {
    fn row(&mut self, wording: &Wording<'_>, row: &[Cell]) -> io::Result<()> {
        match self {
            Self::Csv(out, style) => csv::write_row(out, *style, wording, row),
            Self::Xlsx(book) => book.row(wording, row),
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Csv(..) => Ok(()),
            Self::Xlsx(book) => book.end(),
        }
    }
}

/// What spreadsheets of the reader's language take: in Morocco those in Arabic are set up as the French ones.
const fn style(language: Language) -> CsvStyle {
    match language {
        Language::Ar | Language::Fr => CsvStyle::French,
        Language::En => CsvStyle::English,
    }
}

/// Writes a whole report, piece by piece, for as long as somebody takes them.
async fn write(
    hub: &Hub,
    question: &ReportQuestion,
    language: Language,
    is_workbook: bool,
    pieces: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let word = move |list: &str, of: &str| word(language, list, of);
    let heads = question.kind.columns().iter().map(|column| head(language, column)).collect();
    let wording = Wording { heads, word: &word };
    let mut out = Outbound::default();
    let mut writer = if is_workbook {
        let sheet = i18n::text(language, &title(question.kind));
        Writer::Xlsx(Box::new(Workbook::begin(out.clone(), &sheet, language == Language::Ar, &wording)?))
    } else {
        csv::write_head(&mut out, style(language), &wording)?;
        Writer::Csv(out.clone(), style(language))
    };
    // Sums are made at once, so they are taken at once.
    let limit = if question.kind.is_summed() { SUMMED_ROWS_MAX } else { PAGE };
    let mut after = None;
    loop {
        let page = hub.report_page(question, after.as_deref(), limit).await.map_err(io::Error::other)?;
        for row in &page.rows {
            writer.row(&wording, row)?;
        }
        after = page.next;
        if after.is_none() {
            writer.end()?;
            return send(pieces, out.take()).await;
        }
        send(pieces, out.take()).await?;
    }
}

async fn send(pieces: &mpsc::Sender<io::Result<Bytes>>, piece: Bytes) -> io::Result<()> {
    if piece.is_empty() {
        return Ok(());
    }
    match tokio::time::timeout(PATIENCE, pieces.send(Ok(piece))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

fn hand_out(
    hub: Arc<Hub>,
    question: ReportQuestion,
    language: Language,
    is_workbook: bool,
    place: OwnedSemaphorePermit,
) -> ReportBody {
    let (out, pieces) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let _place = place;
        if let Err(error) = write(&hub, &question, language, is_workbook, &out).await {
            if error.kind() != io::ErrorKind::BrokenPipe {
                tracing::error!(report = question.kind.as_str(), %error, "a report is not written to its end");
            }
            // What is cut off must not pass for the whole: the answer ends in an error.
            let _ = tokio::time::timeout(PATIENCE, out.send(Err(error))).await;
        }
    });
    ReportBody(pieces)
}

/// The name under which a report is kept.
fn name(question: &ReportQuestion, form: &str) -> String {
    format!("{}-{}-{}.{form}", question.kind, question.filter.from, question.filter.to)
}

/// The question of a download: what is wrong with it, its page says.
fn wanted(session: &StaffSession, word: &str, asked: &Asked) -> Result<ReportQuestion, Fault> {
    let kind = kind(session, word)?;
    asked.question(session, kind)?.map_err(|_| Fault::NotOffered)
}

async fn download(session: &StaffSession, word: &str, asked: &Asked, is_workbook: bool) -> Result<HttpResponse, Fault> {
    let question = wanted(session, word, asked)?;
    let (hub, place) = (hub(session)?, place(session)?);
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
    Ok(answer.body(hand_out(hub, question, session.language(), is_workbook, place)))
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
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = hub.report_page(&question, after.as_deref(), PAGE).await.map_err(refused)?;
        rows.extend(page.rows);
        after = page.next;
        if rows.len() > ROWS_PRINTED || after.is_none() {
            break;
        }
    }
    if rows.len() > ROWS_PRINTED {
        return too_long(&session, &question);
    }
    let totals = hub.report_totals(&question).await.map_err(refused)?;
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
