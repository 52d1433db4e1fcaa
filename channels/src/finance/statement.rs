//! The reconciliation statement of a day: to be looked at, taken along, or signed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Days, NaiveDate};
use payments::finance::DayStatement;
use receipts::{Paper, PaperSection, Verdict, render_paper};
use serde::Deserialize;
use staff::{Action, Permission};

use super::download::{headed, taken};
use super::paper::{Printing, paper};
use super::parts::{day_of, hub, require_unbound};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::ascii_digits;

/// Items of one side of the bank's proof that the page names; the paper names all that the proof does.
const ITEMS_SHOWN: usize = 100;
/// The same for the paper: what fits into a file that people print.
const ITEMS_PRINTED: usize = 1_000;
/// The first day that is stated: there was no hub before.
const FIRST_YEAR: i32 = 2020;

#[derive(Deserialize)]
pub(crate) struct Asked {
    day: Option<String>,
}

#[derive(Template)]
#[template(path = "finance/statement.html")]
struct StatementPage {
    frame: Frame,
    faults: Faults,
    day: String,
    typed: String,
    today: String,
    tone: &'static str,
    verdict: String,
    sections: Vec<PaperSection>,
    facts: Vec<(String, String)>,
    before: String,
    after: Option<String>,
    csv: String,
    pdf: String,
}

impl Asked {
    /// The day that was asked for; `Err` is the message about what was typed instead.
    fn day(&self, today: NaiveDate) -> Result<Option<NaiveDate>, &'static str> {
        let Some(typed) = self.day.as_deref().map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
        let day = NaiveDate::parse_from_str(&ascii_digits(typed), "%Y-%m-%d").map_err(|_| "finance-fault-day")?;
        match NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1) {
            Some(first) if day < first => Err("finance-fault-day-early"),
            _ if day > today => Err("finance-fault-day-late"),
            _ => Ok(Some(day)),
        }
    }
}

fn printing<'a>(session: &'a StaffSession, items_max: usize) -> Printing<'a> {
    Printing { by: &session.who.name, at: session.context.now, items_max }
}

pub(crate) async fn show_statement(session: StaffSession, asked: web::Query<Asked>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewBooks)?;
    require_unbound(&session)?;
    let (hub, language, today) = (hub(&session)?, session.language(), day_of(session.context.now));
    let (day, fault) = match asked.day(today) {
        Ok(day) => (day, None),
        Err(key) => (None, Some(key)),
    };
    // Without a wish, the last day that something tells of.
    let day = match day {
        Some(day) => day,
        None => hub.last_imported_day(today).await?.unwrap_or(today),
    };
    let statement = hub.day_statement(day).await?;
    let Paper { verdict: (verdict, text), sections, facts, subtitle, .. } =
        paper(language, &statement, &printing(&session, ITEMS_SHOWN));
    let link = |day: NaiveDate| format!("/{language}/staff/reconciliation?day={day}");
    let before = day.checked_sub_days(Days::new(1)).unwrap_or(day);
    let after = day.checked_add_days(Days::new(1)).filter(|next| *next <= today);
    let faults = fault.map(|key| Faults::one("day", i18n::text(language, key))).unwrap_or_default();
    let page = StatementPage {
        frame: session.frame_with_query("finance-statement-title", &format!("day={day}")),
        typed: match fault {
            Some(_) => asked.day.clone().unwrap_or_default().chars().take(10).collect(),
            None => day.to_string(),
        },
        faults,
        day: subtitle,
        today: today.to_string(),
        tone: match verdict {
            Verdict::Good => "good",
            Verdict::Open => "wait",
            Verdict::Bad => "bad",
        },
        verdict: text,
        sections,
        facts,
        before: link(before),
        after: after.map(link),
        csv: format!("/{language}/staff/reconciliation/statement.csv?day={day}"),
        pdf: format!("/{language}/staff/reconciliation/statement.pdf?day={day}"),
    };
    session.html(if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// The statement of the day that a download asks for.
async fn wanted(session: &StaffSession, asked: &Asked) -> Result<DayStatement, Fault> {
    session.require(Permission::ViewBooks)?;
    require_unbound(session)?;
    let day = asked.day(day_of(session.context.now)).ok().flatten().ok_or(Fault::NotOffered)?;
    Ok(hub(session)?.day_statement(day).await?)
}

async fn told(session: &StaffSession, statement: &DayStatement, form: &str) -> Result<(), Fault> {
    let subject = format!("reconciliation-day {}", statement.day.day);
    let detail = format!("{form}, figures {}", statement.digest());
    taken(session, Action::StatementDownloaded, &subject, &detail).await
}

/// The sources as separated values, as the command writes them.
pub(crate) async fn download_csv(session: StaffSession, asked: web::Query<Asked>) -> Result<HttpResponse, Fault> {
    let statement = wanted(&session, &asked).await?;
    told(&session, &statement, "csv").await?;
    let name = format!("reconciliation-{}.csv", statement.day.day);
    Ok(headed(&name, "text/csv; charset=utf-8").body(statement.csv()))
}

/// The paper to be signed.
pub(crate) async fn download_pdf(session: StaffSession, asked: web::Query<Asked>) -> Result<HttpResponse, Fault> {
    let statement = wanted(&session, &asked).await?;
    let paper = paper(session.language(), &statement, &printing(&session, ITEMS_PRINTED));
    // Laying out text takes time of a processor: not on the thread that serves everybody.
    let made = web::block(move || render_paper(&paper)).await.map_err(|error| Fault::Failed(error.to_string()))?;
    let bytes = made.map_err(|error| Fault::Failed(format!("statement: {error}")))?;
    told(&session, &statement, "pdf").await?;
    let name = format!("reconciliation-{}.pdf", statement.day.day);
    Ok(headed(&name, "application/pdf").body(bytes))
}
