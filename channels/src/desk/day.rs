//! The operator's own day.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{Language, Money, PaymentState};
use payments::desk::{DESK_CALLS_KEPT, DeskCall, DeskDay, DeskItem, DeskItemKind, Span};
use payments::form::mask;
use serde::Deserialize;

use super::operator::{Operator, sheet_path};
use super::sheet::outcome_text;
use crate::staff::frame::Frame;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// Which day, `2026-11-24`; today without one.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    day: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/day.html")]
struct DayPage {
    frame: Frame,
    day: String,
    /// Empty where no calls are kept.
    before: String,
    /// Empty for today.
    after: String,
    figures: Vec<Figure>,
    calls: Vec<CallLine>,
}

/// A number of the day.
struct Figure {
    label: String,
    value: String,
    note: String,
}

struct CallLine {
    href: String,
    id: i64,
    at: String,
    length: String,
    phone: String,
    outcome: String,
    open: bool,
}

pub(crate) async fn show_day(operator: Operator, wanted: web::Query<Wanted>) -> Result<HttpResponse, Fault> {
    let now = operator.session.context.now;
    let today = now.with_timezone(&Casablanca).date_naive();
    let day = match wanted.day.as_deref() {
        None | Some("") => today,
        Some(word) => NaiveDate::parse_from_str(word, "%Y-%m-%d").map_err(|_| Fault::NotOffered)?,
    };
    let kept = today - DESK_CALLS_KEPT;
    if !(kept..=today).contains(&day) {
        return Err(Fault::NotOffered);
    }
    let span = span(day).ok_or(Fault::NotOffered)?;
    let done = operator.hub.desk_day(operator.member(), span).await?;
    if !done.calls.is_empty() {
        operator.viewed("desk day", &format!("{day}: {} calls, masked", done.calls.len())).await?;
    }
    let (language, frame) = (operator.language(), operator.frame("desk-day-title"));
    let link = |day: Option<NaiveDate>| day.map(|day| frame.page.url(&format!("/staff/desk/day?day={day}")));
    let page = DayPage {
        day: format::date(language, day),
        before: link(day.checked_sub_days(Days::new(1)).filter(|last| *last >= kept)).unwrap_or_default(),
        after: link(day.checked_add_days(Days::new(1)).filter(|next| *next <= today)).unwrap_or_default(),
        figures: figures(&done, language, now),
        calls: done.calls.iter().map(|call| line(call, language, now)).collect(),
        frame,
    };
    operator.html(StatusCode::OK, &page)
}

/// A day of Morocco's clock.
fn span(day: NaiveDate) -> Option<Span> {
    let begin = |day: NaiveDate| {
        let midnight = Casablanca.from_local_datetime(&day.and_time(NaiveTime::MIN));
        midnight.earliest().map(|at| at.with_timezone(&Utc))
    };
    Some(Span { from: begin(day)?, to: begin(day.checked_add_days(Days::new(1))?)? })
}

fn length_of(call: &DeskCall, now: DateTime<Utc>) -> TimeDelta {
    let end = call.closed.map_or(now.naive_utc(), |(at, _)| at);
    (end - call.opened_at).max(TimeDelta::zero())
}

/// `4:05`, minutes and seconds.
fn clock(length: TimeDelta) -> String {
    format!("{}:{:02}", length.num_minutes(), length.num_seconds() % 60)
}

/// Half-up to the centime; nothing of nothing.
fn average(sum: Money, count: usize) -> Money {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let half = count / 2;
    let rounded = sum.minor().checked_add(half).and_then(|sum| sum.checked_div(count));
    Money::from_minor(rounded.unwrap_or(0))
}

/// What was made of one kind: how many, how many of them paid, and how much that is.
struct Tally {
    made: usize,
    paid: usize,
    sum: Money,
}

fn tally<'a>(items: impl Iterator<Item = &'a DeskItem>) -> Tally {
    let mut tally = Tally { made: 0, paid: 0, sum: Money::ZERO };
    for item in items {
        tally.made += 1;
        if item.payment == Some(PaymentState::Confirmed) {
            tally.paid += 1;
            tally.sum = tally.sum.checked_add(item.total).unwrap_or(tally.sum);
        }
    }
    tally
}

fn figures(day: &DeskDay, language: Language, now: DateTime<Utc>) -> Vec<Figure> {
    let text = |key: &str| i18n::text(language, key);
    let count = |key: &str, count: usize| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        i18n::text_with(language, key, &[("count", i18n::Arg::Number(count))])
    };
    let of = |kind: DeskItemKind| tally(day.items.iter().filter(move |item| item.kind == kind));
    let (links, references, all) = (of(DeskItemKind::Link), of(DeskItemKind::CashReference), tally(day.items.iter()));
    let closed: Vec<&DeskCall> = day.calls.iter().filter(|call| call.closed.is_some()).collect();
    let talked = closed.iter().fold(TimeDelta::zero(), |sum, call| sum + length_of(call, now));
    let mean = i32::try_from(closed.len()).ok().and_then(|count| talked.checked_div(count)).unwrap_or_default();
    let figure = |key: &str, value: String, note: String| Figure { label: text(key), value, note };
    vec![
        figure(
            "desk-day-calls",
            day.calls.len().to_string(),
            count("desk-day-open", day.calls.len().saturating_sub(closed.len())),
        ),
        figure("desk-day-length", clock(mean), text("desk-day-length-note")),
        figure("desk-day-links", links.made.to_string(), count("desk-day-paid", links.paid)),
        figure("desk-day-references", references.made.to_string(), count("desk-day-paid", references.paid)),
        figure("desk-day-sum", format::money(language, all.sum), count("desk-day-paid", all.paid)),
        figure("desk-day-average", format::money(language, average(all.sum, all.paid)), text("desk-day-average-note")),
    ]
}

fn line(call: &DeskCall, language: Language, now: DateTime<Utc>) -> CallLine {
    CallLine {
        href: format!("/{language}{}", sheet_path(call.id)),
        id: call.id,
        at: call.opened_at.and_utc().with_timezone(&Casablanca).format("%H:%M").to_string(),
        length: clock(length_of(call, now)),
        phone: call.phone.as_deref().map(mask).unwrap_or_default(),
        outcome: call.closed.map(|(_, outcome)| outcome_text(outcome, language)).unwrap_or_default(),
        open: call.closed.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, 0, 0)]
    #[case(28_842, 2, 14_421)]
    #[case(100, 3, 33)]
    #[case(200, 3, 67)]
    #[case(5, 2, 3)]
    fn averages(#[case] sum: i64, #[case] count: usize, #[case] mean: i64) {
        assert_eq!(average(Money::from_minor(sum), count), Money::from_minor(mean));
    }

    #[rstest]
    #[case(0, "0:00")]
    #[case(245, "4:05")]
    #[case(3_725, "62:05")]
    fn lengths(#[case] seconds: i64, #[case] shown: &str) {
        assert_eq!(clock(TimeDelta::seconds(seconds)), shown);
    }

    #[test]
    fn a_day_begins_at_midnight_in_casablanca() {
        let span = span("2026-11-24".parse().unwrap()).unwrap();
        assert_eq!(span.from.to_rfc3339(), "2026-11-23T23:00:00+00:00");
        assert_eq!(span.to - span.from, TimeDelta::days(1));
    }
}
