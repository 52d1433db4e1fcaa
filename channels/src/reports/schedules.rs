//! Reports by mail: which are sent, new ones, and those that are ended.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;
use ledger::{Language, ReportMail, ReportSchedule};
use payments::reports::ReportKind;
use payments::reports::schedules::{Every, RECIPIENTS_MAX, ReportDays, ReportForm, Schedule};
use payments::{Hub, card_numbers};
use staff::Action;

use super::keys::{billers, may_hand_out, require};
use super::words::title;
use crate::finance::parts::{Choice, actor, biller_name, hub, number};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted, ascii_digits, is_email};
use crate::web::{format, i18n};

/// Schedules on the page: all that are not ended, and the last that are.
const SHOWN: i64 = 200;
/// What is chosen beforehand.
const TIME_USUAL: &str = "08:00";

#[derive(Template)]
#[template(path = "reports/schedules.html")]
struct SchedulesPage {
    frame: Frame,
    faults: Faults,
    /// The domains to which reports are mailed; empty: none are.
    domains: String,
    lines: Vec<ScheduleLine>,
    kinds: Vec<Choice>,
    billers: Vec<Choice>,
    days: Vec<Choice>,
    forms: Vec<Choice>,
    languages: Vec<Choice>,
    everies: Vec<Choice>,
    time: String,
    recipients: String,
    action: String,
}

struct ScheduleLine {
    id: i64,
    kind: String,
    biller: String,
    what: String,
    when: String,
    /// When it is due next; empty once it is ended.
    next: String,
    recipients: Vec<String>,
    mails: Vec<MailLine>,
    /// Where it is ended; `None` once it is.
    end: Option<String>,
}

struct MailLine {
    due: String,
    recipient: String,
    state: String,
    tone: &'static str,
    proof: String,
}

/// What somebody typed.
#[derive(Default)]
struct Typed {
    kind: String,
    biller: String,
    days: String,
    form: String,
    language: String,
    every: String,
    time: String,
    recipients: String,
}

pub(crate) async fn show_schedules(session: StaffSession) -> Result<HttpResponse, Fault> {
    require(&session)?;
    page(&session, StatusCode::OK, fresh(&session), Faults::default()).await
}

fn fresh(session: &StaffSession) -> Typed {
    Typed { time: TIME_USUAL.to_owned(), language: session.language().to_string(), ..Typed::default() }
}

async fn page(session: &StaffSession, status: StatusCode, typed: Typed, faults: Faults) -> Result<HttpResponse, Fault> {
    let (hub, language) = (hub(session)?, session.language());
    let found = hub.report_schedules(SHOWN).await?;
    let word = |list: &str, of: &str| i18n::text(language, &format!("reports-{list}-{of}"));
    let kinds = ReportKind::ALL.iter().copied().filter(|kind| may_hand_out(session, *kind));
    let view = SchedulesPage {
        frame: session.frame("reports-schedules-title"),
        faults,
        domains: hub.report_domains().join(", "),
        lines: found.iter().map(|(row, mails)| line(session, &hub, row, mails)).collect(),
        kinds: kinds.map(|kind| Choice::new(kind.as_str(), i18n::text(language, &title(kind)), &typed.kind)).collect(),
        billers: billers(session, &typed.biller)?,
        days: choices(ReportDays::ALL, ReportDays::as_str, |of| word("days-of", of), &typed.days),
        forms: choices(ReportForm::ALL, ReportForm::as_str, |of| word("form", of), &typed.form),
        languages: choices(Language::ALL, Language::as_str, |of| word("language", of), &typed.language),
        everies: choices(Every::ALL, Every::as_str, |of| word("every", of), &typed.every),
        time: typed.time,
        recipients: typed.recipients,
        action: session.context.url("/staff/reports/schedules"),
    };
    session.html(status, &view)
}

fn choices<T: Copy>(
    all: &[T],
    word: fn(T) -> &'static str,
    label: impl Fn(&str) -> String,
    chosen: &str,
) -> Vec<Choice> {
    all.iter().map(|of| Choice::new(word(*of), label(word(*of)), chosen)).collect()
}

/// `08:00`.
fn clock(at_minute: u16) -> String {
    format!("{:02}:{:02}", at_minute / 60, at_minute % 60)
}

fn line(session: &StaffSession, hub: &Hub, row: &ReportSchedule, mails: &[ReportMail]) -> ScheduleLine {
    let language = session.language();
    let word = |list: &str, of: &str| i18n::text(language, &format!("reports-{list}-{of}"));
    let stamp = |at: NaiveDateTime| format::stamp(at.and_utc());
    let schedule = Schedule::of_row(&row.says);
    let (kind, what, when) = match &schedule {
        Some(schedule) => (
            i18n::text(language, &title(schedule.kind)),
            [word("days-of", schedule.days.as_str()), word("form", schedule.form.as_str())].join(" · "),
            format!("{} · {}", word("every", schedule.every.as_str()), clock(schedule.at_minute)),
        ),
        // Words of a later program stand for themselves.
        None => (row.says.kind.clone(), row.says.days.clone(), row.says.every.clone()),
    };
    ScheduleLine {
        id: row.id,
        kind,
        biller: row.says.biller.map(|biller| biller_name(&hub.catalogue(), biller, language)).unwrap_or_default(),
        what,
        when,
        next: row.due_at.map(stamp).unwrap_or_default(),
        recipients: row.says.recipients.split(' ').map(str::to_owned).collect(),
        mails: mails
            .iter()
            .map(|mail| {
                let (state, tone) = match (mail.ended_at, mail.is_sent) {
                    (_, true) => ("reports-mail-sent", "badge-good"),
                    (Some(_), false) => ("reports-mail-refused", "badge-bad"),
                    (None, false) => ("reports-mail-waits", "badge-wait"),
                };
                MailLine {
                    due: stamp(mail.due_at),
                    recipient: mail.recipient.clone(),
                    state: i18n::text(language, state),
                    tone,
                    proof: mail.proof.clone(),
                }
            })
            .collect(),
        end: row.due_at.map(|_| session.context.url(&format!("/staff/reports/schedules/{}/end", row.id))),
    }
}

/// The local time of a day, in minutes.
fn minute(text: &str) -> Option<u16> {
    let text = ascii_digits(text);
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, below: u16| {
        let is_sound = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u16>().ok().filter(|number| is_sound && *number < below)
    };
    Some(number(hour, 24)? * 60 + number(minute, 60)?)
}

/// Mail addresses that somebody typed, in the order and each once; `Err`: the message, and what it is about.
fn recipients(hub: &Hub, text: &str) -> Result<Vec<String>, (&'static str, String)> {
    let mut all = Vec::new();
    for typed in text.split([' ', ',', ';', '،', '؛']).filter(|typed| !typed.is_empty()) {
        if !is_email(typed) {
            return Err(("reports-fault-recipient", typed.to_owned()));
        }
        let to = hub.report_recipient(typed).ok_or_else(|| ("reports-fault-domain", typed.to_owned()))?;
        if !all.contains(&to) {
            all.push(to);
        }
    }
    match all.len() {
        0 => Err(("reports-fault-recipients", String::new())),
        count if count > RECIPIENTS_MAX => Err(("reports-fault-recipients-many", String::new())),
        _ => Ok(all),
    }
}

/// The first field that holds a card number; each that does is cleared.
fn held_card(typed: &mut Typed) -> Option<&'static str> {
    let fields = [("time", &mut typed.time), ("recipients", &mut typed.recipients)];
    let held = fields.into_iter().filter(|(_, text)| card_numbers::holds_one(text));
    let cleared: Vec<&str> = held
        .map(|(field, text)| {
            text.clear();
            field
        })
        .collect();
    cleared.into_iter().next()
}

/// Keeps a schedule.
pub(crate) async fn make_schedule(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let one = |name| posted.one(name).map(str::to_owned);
    let mut typed = Typed {
        kind: one("kind")?,
        biller: one("biller")?,
        days: one("days")?,
        form: one("form")?,
        language: one("language")?,
        every: one("every")?,
        time: one("time")?,
        recipients: one("recipients")?,
    };
    let (hub, language) = (hub(&session)?, session.language());
    let kind: ReportKind = typed.kind.parse().map_err(|()| Fault::NotOffered)?;
    if !may_hand_out(&session, kind) {
        return Err(Fault::NotOffered);
    }
    let biller = match typed.biller.as_str() {
        "" => None,
        code => Some(code.parse().ok().filter(|code| hub.catalogue().get(*code).is_some()).ok_or(Fault::NotOffered)?),
    };
    let offered = |()| Fault::NotOffered;
    let (days, form) = (typed.days.parse().map_err(offered)?, typed.form.parse().map_err(offered)?);
    let (every, in_language) = (typed.every.parse().map_err(offered)?, typed.language.parse());
    let in_language: Language = in_language.map_err(|_| Fault::NotOffered)?;
    if let Some(field) = held_card(&mut typed) {
        let faults = Faults::one(field, i18n::text(language, CARD_NUMBER_KEY));
        return page(&session, StatusCode::UNPROCESSABLE_ENTITY, typed, faults).await;
    }
    let fault = match (minute(&typed.time), recipients(&hub, &typed.recipients)) {
        _ if biller.is_some() && !kind.takes_biller() => ("biller", "reports-fault-schedule-biller", String::new()),
        (None, _) => ("time", "reports-fault-time", String::new()),
        (_, Err((key, about))) => ("recipients", key, about),
        (Some(at_minute), Ok(recipients)) => {
            let schedule = Schedule { kind, biller, days, form, language: in_language, recipients, every, at_minute };
            let detail = format!("{kind}, {days}, {form}, each {every}, to {}", schedule.recipients.join(" "));
            let entry = session.audit_entry(Action::ReportScheduled, "report schedule", &detail);
            match hub.make_report_schedule(&schedule, actor(&session), entry).await? {
                Some(_) => return Ok(session.context.see_other("/staff/reports/schedules")),
                None => ("recipients", "reports-fault-schedules-many", String::new()),
            }
        }
    };
    let (field, key, about) = fault;
    let about: String = about.chars().take(80).collect();
    let text = i18n::text_with(language, key, &[("about", i18n::Arg::Text(&about))]);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page(&session, status, typed, Faults::one(field, text)).await
}

/// Ends a schedule. One that was ended before is what was asked for.
pub(crate) async fn end_schedule(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    require(&session)?;
    posted.press()?;
    let id = number(&path.1)?;
    let entry = session.audit_entry(Action::ReportScheduleEnded, "report schedule", "");
    hub(&session)?.end_report_schedule(id, entry).await?;
    Ok(session.context.see_other("/staff/reports/schedules"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("08:00", Some(480))]
    #[case("8:5", Some(485))]
    #[case("٠٨:٣٠", Some(510))]
    #[case("00:00", Some(0))]
    #[case("23:59", Some(1_439))]
    #[case("24:00", None)]
    #[case("12:60", None)]
    #[case("+8:00", None)]
    #[case("8", None)]
    #[case("", None)]
    fn times(#[case] text: &str, #[case] found: Option<u16>) {
        assert_eq!(minute(text), found);
    }
}
