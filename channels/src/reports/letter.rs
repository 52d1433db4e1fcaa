//! The mail with a report.

use std::io;

use chrono::{DateTime, NaiveDateTime, Utc};
use payments::Hub;
use payments::reports::ReportQuestion;
use payments::reports::schedules::{ReportForm, Schedule};
use receipts::render_paper;

use super::asked::address;
use super::paper::paper;
use super::words::title;
use super::writing::{Manner, name, printable, whole};
use crate::web::{format, i18n};

/// Largest file that a mail carries; in Base64 it grows by a third, and many servers take 20 MB.
const ATTACHED_MAX: usize = 10 * 1024 * 1024;

/// A file in a mail.
pub struct LetterFile {
    /// Its name.
    pub name: String,
    /// What it is.
    pub mime: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A mail with a report: as a file, or where that is too large, with the address of its page.
pub struct ReportLetter {
    /// Its subject.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// The file; `None`: it is too large.
    pub file: Option<LetterFile>,
}

/// Makes the mail of a schedule that was due at a moment (UTC). `public_url` is the base of the pages.
///
/// # Errors
///
/// In words for the log: why the report could not be made.
pub async fn report_letter(
    hub: &Hub,
    schedule: &Schedule,
    due_at: NaiveDateTime,
    public_url: &str,
    now: DateTime<Utc>,
) -> Result<ReportLetter, String> {
    let question = schedule.question(due_at).ok_or("days beyond the calendar")?;
    let file = file(hub, schedule, &question, now).await.map_err(|error| error.to_string())?;
    let language = schedule.language;
    let (kind, filter) = (i18n::text(language, &title(schedule.kind)), &question.filter);
    let (from, to) = (format::date(language, filter.from), format::date(language, filter.to));
    let page = format!("{public_url}/{language}/staff/reports/{}?{}", schedule.kind, address(&question));
    let args = [
        ("report", i18n::Arg::Text(&kind)),
        ("from", i18n::Arg::Text(&from)),
        ("to", i18n::Arg::Text(&to)),
        ("page", i18n::Arg::Text(&page)),
    ];
    let said = |key: &str| i18n::text_with(language, key, &args);
    let place = said(if file.is_some() { "reports-mail-attached" } else { "reports-mail-too-large" });
    let text = [said("reports-mail-hello"), said("reports-mail-what"), place, said("reports-mail-foot")].join("\n\n");
    Ok(ReportLetter { subject: said("reports-mail-subject"), text: format!("{text}\n"), file })
}

async fn file(
    hub: &Hub,
    schedule: &Schedule,
    question: &ReportQuestion,
    now: DateTime<Utc>,
) -> io::Result<Option<LetterFile>> {
    let language = schedule.language;
    let (mime, bytes) = match schedule.form {
        ReportForm::Csv => {
            ("text/csv; charset=utf-8", whole(hub, question, Manner::Csv(language), ATTACHED_MAX).await?)
        }
        ReportForm::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            whole(hub, question, Manner::Xlsx(language), ATTACHED_MAX).await?,
        ),
        ReportForm::Pdf => {
            let printed = printable(hub, question).await.map_err(io::Error::other)?;
            let bytes = match printed {
                None => None,
                Some((rows, totals)) => {
                    let paper = paper(language, question, &rows, &totals, ("fatoura", now));
                    // Laying out text takes time of a processor: not on a thread that serves everybody.
                    let made = tokio::task::spawn_blocking(move || render_paper(&paper)).await?;
                    Some(made.map_err(io::Error::other)?).filter(|bytes| bytes.len() <= ATTACHED_MAX)
                }
            };
            ("application/pdf", bytes)
        }
    };
    let name = name(question, schedule.form.as_str());
    Ok(bytes.map(|bytes| LetterFile { name, mime, bytes }))
}
