//! Writes reports to their end: as their rows are read, a page at a time, however long they are.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use ledger::Language;
use payments::Hub;
use payments::reports::csv::{self, CsvStyle};
use payments::reports::xlsx::Workbook;
use payments::reports::{Cell, ReportFault, ReportPage, ReportQuestion, SUMMED_ROWS_MAX, Wording};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::paper::ROWS_PRINTED;
use super::words::{head, title, word};
use crate::web::i18n;

/// Rows read at once.
pub(super) const PAGE: usize = 1_000;
/// Pieces written ahead of a slow reader.
const AHEAD: usize = 2;
/// How long a reader may leave a piece lying, as for other files.
const PATIENCE: Duration = Duration::from_secs(60);

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Separated values as the spreadsheets of people who read this language take them.
    Csv(Language),
    /// Separated values for programs: keys for heads, words as the hub has them.
    Plain,
    /// A workbook.
    Xlsx(Language),
}

/// A file on its way out, of a length that nobody knows yet.
pub(super) struct ReportBody(mpsc::Receiver<io::Result<Bytes>>);

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

/// Writes a whole report, piece by piece, for as long as somebody takes them; `rows` says how many are written.
pub(super) async fn write(
    hub: &Hub,
    question: &ReportQuestion,
    manner: Manner,
    pieces: &mpsc::Sender<io::Result<Bytes>>,
    rows: &AtomicU64,
) -> io::Result<()> {
    let language = match manner {
        Manner::Csv(language) | Manner::Xlsx(language) => Some(language),
        Manner::Plain => None,
    };
    let word = move |list: &str, of: &str| language.map_or_else(|| of.to_owned(), |language| word(language, list, of));
    let heads = match language {
        Some(language) => question.kind.columns().iter().map(|column| head(language, column)).collect(),
        None => Wording::plain(question.kind).heads,
    };
    let wording = Wording { heads, word: &word };
    let mut out = Outbound::default();
    let mut writer = match manner {
        Manner::Xlsx(language) => {
            let sheet = i18n::text(language, &title(question.kind));
            Writer::Xlsx(Box::new(Workbook::begin(out.clone(), &sheet, language == Language::Ar, &wording)?))
        }
        Manner::Csv(_) | Manner::Plain => {
            let style = language.map_or(CsvStyle::Plain, style);
            csv::write_head(&mut out, style, &wording)?;
            Writer::Csv(out.clone(), style)
        }
    };
    // Sums are made at once, so they are taken at once.
    let limit = if question.kind.is_summed() { SUMMED_ROWS_MAX } else { PAGE };
    let mut after = None;
    loop {
        let page = hub.report_page(question, after.as_deref(), limit).await.map_err(io::Error::other)?;
        after.clone_from(&page.next);
        let count = u64::try_from(page.rows.len()).unwrap_or_default();
        let written = write_page(&mut writer, &wording, page)?;
        rows.fetch_add(count, Ordering::Relaxed);
        // No row is held while somebody takes what was written of it.
        send(pieces, out.take()).await?;
        if written == Written::All {
            writer.end()?;
            return send(pieces, out.take()).await;
        }
    }
}

/// How far a report is written.
#[derive(PartialEq, Eq)]
enum Written {
    Some,
    All,
}

/// Writes the rows of a page, and lets go of them.
fn write_page(writer: &mut Writer, wording: &Wording<'_>, page: ReportPage) -> io::Result<Written> {
    for row in &page.rows {
        writer.row(wording, row)?;
    }
    Ok(if page.next.is_none() { Written::All } else { Written::Some })
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

/// Hands a report out as it is written. Until it is read to its end, or its reader is given up, it holds its place.
pub(super) fn hand_out(
    hub: Arc<Hub>,
    question: ReportQuestion,
    manner: Manner,
    place: OwnedSemaphorePermit,
) -> ReportBody {
    let (out, pieces) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let _place = place;
        if let Err(error) = write(&hub, &question, manner, &out, &AtomicU64::new(0)).await {
            if error.kind() != io::ErrorKind::BrokenPipe {
                tracing::error!(report = question.kind.as_str(), %error, "a report is not written to its end");
            }
            // What is cut off must not pass for the whole: the answer ends in an error.
            let _ = tokio::time::timeout(PATIENCE, out.send(Err(error))).await;
        }
    });
    ReportBody(pieces)
}

/// A whole report of at most so many bytes; `None`: it has more.
pub(super) async fn whole(
    hub: &Hub,
    question: &ReportQuestion,
    manner: Manner,
    bytes_max: usize,
) -> io::Result<Option<Vec<u8>>> {
    let (out, mut pieces) = mpsc::channel(AHEAD);
    let writing = async move { write(hub, question, manner, &out, &AtomicU64::new(0)).await };
    let taking = async move {
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.recv().await {
            bytes.extend_from_slice(&piece?);
            if bytes.len() > bytes_max {
                // Dropping the other end stops the writer.
                return Ok(None);
            }
        }
        Ok(Some(bytes))
    };
    match tokio::join!(writing, taking) {
        (_, Ok(None)) => Ok(None),
        (written, taken) => written.and(taken),
    }
}

/// Rows that are held.
type Rows = Vec<Vec<Cell>>;

/// The rows and totals of a paper; `None`: more than are printed.
pub(super) async fn printable(hub: &Hub, question: &ReportQuestion) -> Result<Option<(Rows, Rows)>, ReportFault> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = hub.report_page(question, after.as_deref(), PAGE).await?;
        rows.extend(page.rows);
        after = page.next;
        if rows.len() > ROWS_PRINTED {
            return Ok(None);
        }
        if after.is_none() {
            return Ok(Some((rows, hub.report_totals(question).await?)));
        }
    }
}

/// The name under which a report is kept.
pub(super) fn name(question: &ReportQuestion, form: &str) -> String {
    format!("{}-{}-{}.{form}", question.kind, question.filter.from, question.filter.to)
}

#[cfg(test)]
mod tests {
    use payments::reports::ReportKind;
    use rstest::rstest;

    use super::*;

    /// Rows that look unlike one another, so that they are hard to pack.
    fn page(first: usize) -> ReportPage {
        let digits = |row: usize| format!("{:020}", row.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let row = |row: usize| vec![Cell::Code(digits(row)), Cell::Text(digits(row + 7)), Cell::Count(1)];
        ReportPage { rows: (first..first + PAGE).map(row).collect(), next: Some(String::new()) }
    }

    /// What a writer keeps to itself after each page does not grow with the pages: it holds a page at most.
    #[rstest]
    #[case::values(false)]
    #[case::workbook(true)]
    fn no_row_is_kept(#[case] is_workbook: bool) {
        let (wording, mut out) = (Wording::plain(ReportKind::Vat), Outbound::default());
        let mut writer = match is_workbook {
            true => Writer::Xlsx(Box::new(Workbook::begin(out.clone(), "x", false, &wording).unwrap())),
            false => {
                csv::write_head(&mut out, CsvStyle::Plain, &wording).unwrap();
                Writer::Csv(out.clone(), CsvStyle::Plain)
            }
        };
        let (mut pages, mut pieces) = (0usize, Vec::new());
        while pages < 50 {
            let written = write_page(&mut writer, &wording, page(pages * PAGE)).unwrap();
            assert!(written == Written::Some);
            pieces.push(out.take().len());
            pages += 1;
        }
        writer.end().unwrap();
        let (all, left) = (pieces.iter().sum::<usize>(), out.take().len());
        let a_page = all / pages;
        assert!(a_page > PAGE, "rows go out as they are written: {pieces:?}");
        assert!(pieces.iter().all(|piece| *piece <= 4 * a_page), "{pieces:?}");
        assert!(left <= 4 * a_page, "{left} were kept to the end, {a_page} a page");
    }
}
