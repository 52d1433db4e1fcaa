//! The list of disputes, the newest first.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Dispute, DisputeFilter, DisputeState, DisputesOf, DisputesShown, Language, Payment};
use payments::disputes::{DISPUTES_PAGE, due_on};
use serde::Deserialize;
use staff::Permission;

use super::parts::{Choice, kind_choices, kind_of, named, own_biller, tone, word};
use crate::finance::parts::{biller_name, hub};
use crate::register::{beginning, day};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// What can be asked for by where disputes stand, in the order in which it is shown.
const SHOWN: [(&str, DisputesShown); 11] = [
    ("open", DisputesShown::NotClosed),
    ("late", DisputesShown::Late),
    ("hub", DisputesShown::In(DisputeState::Open)),
    ("biller", DisputesShown::In(DisputeState::AtBiller)),
    ("payer", DisputesShown::In(DisputeState::AtPayer)),
    ("proposed", DisputesShown::In(DisputeState::Proposed)),
    ("closed", DisputesShown::Closed),
    ("upheld", DisputesShown::In(DisputeState::Upheld)),
    ("rejected", DisputesShown::In(DisputeState::Rejected)),
    ("withdrawn", DisputesShown::In(DisputeState::Withdrawn)),
    ("all", DisputesShown::All),
];
/// What can be asked for by who follows them up, besides a member's number.
const OF: [&str; 3] = ["all", "mine", "nobody"];

#[derive(Deserialize)]
pub(crate) struct Place {
    #[serde(default)]
    show: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    biller: String,
    #[serde(default)]
    of: String,
    #[serde(default)]
    due_from: String,
    #[serde(default)]
    due_to: String,
    before: Option<i64>,
}

/// A dispute of a list: nothing of its payer.
struct Row {
    number: String,
    href: String,
    payment: i64,
    amount: String,
    biller: String,
    kind: String,
    state: String,
    tone: &'static str,
    age: String,
    due: String,
    is_late: bool,
    owner: String,
}

#[derive(Template)]
#[template(path = "disputes/list.html")]
struct ListPage {
    frame: Frame,
    faults: Faults,
    /// Whether they see all billers, and who follows disputes up.
    is_whole: bool,
    shown: Vec<Choice>,
    kinds: Vec<Choice>,
    billers: Vec<Choice>,
    of: Vec<Choice>,
    /// The days by which they are to be answered: field, what stands there, its message.
    due: [(&'static str, String, &'static str); 2],
    filtered: bool,
    lines: Vec<Row>,
    older: Option<String>,
    newest: Option<String>,
}

/// How long a dispute has been open, or was.
pub(super) fn age(language: Language, dispute: &Dispute, now: DateTime<Utc>) -> String {
    let until = dispute.closed_at.map_or(now, |closed| closed.and_utc());
    let hours = (until - dispute.opened_at.and_utc()).num_hours().max(0);
    let (key, count) = if hours < 48 { ("refunds-hours", hours) } else { ("refunds-days", hours / 24) };
    i18n::text_with(language, key, &[("count", i18n::Arg::Number(count))])
}

fn row(session: &StaffSession, dispute: &Dispute, payment: &Payment, is_whole: bool) -> Result<Row, Fault> {
    let (language, now) = (session.language(), session.context.now);
    let owner = dispute.owner.as_ref().filter(|_| is_whole);
    Ok(Row {
        number: named(dispute.id),
        href: format!("/{language}/staff/disputes/{}", dispute.id),
        payment: payment.id,
        amount: payment.amounts.total().map(|total| format::money(language, total)).unwrap_or_default(),
        biller: biller_name(&hub(session)?.catalogue(), dispute.biller, language),
        kind: word(language, "kind", dispute.kind.as_str()),
        state: word(language, "state", dispute.state.as_str()),
        tone: tone(dispute.state),
        age: age(language, dispute, now),
        due: due_on(dispute.due_at.and_utc()).to_string(),
        is_late: dispute.is_late(now),
        owner: owner.map(|owner| owner.name.clone()).unwrap_or_default(),
    })
}

/// What the address asks for; whatever else stands there is not offered.
fn filter(session: &StaffSession, place: &Place, own: Option<u16>) -> Result<DisputeFilter, Fault> {
    let show = if place.show.is_empty() { "open" } else { place.show.as_str() };
    let shown = SHOWN.iter().find(|(word, _)| *word == show).map(|(_, shown)| *shown).ok_or(Fault::NotOffered)?;
    let kind = match place.kind.as_str() {
        "" => None,
        word => Some(kind_of(word).ok_or(Fault::NotOffered)?),
    };
    let biller = match (own, place.biller.as_str()) {
        (Some(own), _) => Some(own),
        (None, "") => None,
        (None, code) => Some(code.parse().map_err(|_| Fault::NotOffered)?),
    };
    let of = match (own, place.of.as_str()) {
        (Some(_), _) | (None, "" | "all") => DisputesOf::Everybody,
        (None, "mine") => DisputesOf::Member(session.who.member),
        (None, "nobody") => DisputesOf::Nobody,
        (None, member) => DisputesOf::Member(member.parse().map_err(|_| Fault::NotOffered)?),
    };
    Ok(DisputeFilter { shown, kind, biller, of, due_after: None, due_by: None })
}

/// The first and the last day by which they are to be answered.
type Days = (Option<NaiveDate>, Option<NaiveDate>);

/// The days by which they are to be answered; or which field is wrong, and how.
fn due(place: &Place) -> Result<Days, (&'static str, &'static str)> {
    let read = |field, text: &str| match text.trim() {
        "" => Ok(None),
        text => day(text).map(Some).ok_or((field, "register-fault-day")),
    };
    let (from, to) = (read("due_from", &place.due_from)?, read("due_to", &place.due_to)?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(("due_to", "register-fault-days-turned"));
    }
    Ok((from, to))
}

pub(crate) async fn show_disputes(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    let own = own_biller(&session)?;
    let mut filter = filter(&session, &place, own)?;
    let (hub, language, is_whole) = (hub(&session)?, session.language(), own.is_none());
    let mut faults = Faults::default();
    let (mut due_from, mut due_to) = (String::new(), String::new());
    let found = match due(&place) {
        Ok((from, to)) => {
            // What is to be answered by the end of a day is due as the next one begins.
            filter.due_after = from.map(beginning);
            filter.due_by = to.and_then(|day| day.succ_opt()).map(beginning);
            let shown = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
            (due_from, due_to) = (shown(from), shown(to));
            hub.disputes(filter, place.before).await?
        }
        Err((field, key)) => {
            faults = Faults::one(field, i18n::text(language, key));
            Vec::new()
        }
    };
    let older = found.last().filter(|_| found.len() == DISPUTES_PAGE).map(|(last, _)| last.id);
    let show = if place.show.is_empty() { "open" } else { place.show.as_str() };
    let of = match filter.of {
        DisputesOf::Everybody => "all".to_owned(),
        DisputesOf::Nobody => "nobody".to_owned(),
        DisputesOf::Member(id) if id == session.who.member => "mine".to_owned(),
        DisputesOf::Member(id) => id.to_string(),
    };
    // Each is one of the words of its list, a day, or a number.
    let mut asked = format!("show={show}&kind={}", place.kind);
    if is_whole {
        asked.push_str(&format!("&of={of}"));
    }
    if let Some(biller) = filter.biller.filter(|_| is_whole) {
        asked.push_str(&format!("&biller={biller}"));
    }
    for (name, day) in [("due_from", &due_from), ("due_to", &due_to)] {
        if !day.is_empty() {
            asked.push_str(&format!("&{name}={day}"));
        }
    }
    let here = |more: &str| format!("/{language}/staff/disputes?{asked}{more}");
    let choice = |value: &str, key: String, chosen: &str| Choice {
        value: value.to_owned(),
        label: i18n::text(language, &key),
        chosen: value == chosen,
    };
    let mut owners: Vec<Choice> = OF.iter().map(|word| choice(word, format!("disputes-of-{word}"), &of)).collect();
    if is_whole {
        let members = session.staff().members_who_may(Permission::HandleDisputes).await?;
        let others = members.into_iter().filter(|(id, ..)| *id != session.who.member);
        owners.extend(others.map(|(id, login, name)| Choice {
            chosen: filter.of == DisputesOf::Member(id),
            value: id.to_string(),
            label: format!("{name} ({login})"),
        }));
    }
    let catalogue = hub.catalogue();
    let page = ListPage {
        frame: session.frame_with_query("disputes-title", &asked),
        is_whole,
        shown: SHOWN.iter().map(|(word, _)| choice(word, format!("disputes-show-{word}"), show)).collect(),
        kinds: kind_choices(language, ledger::DisputeKind::ALL, &place.kind),
        billers: catalogue
            .billers()
            .iter()
            .map(|biller| Choice {
                value: biller.code.to_string(),
                label: biller.name.get(language).to_owned(),
                chosen: filter.biller == Some(biller.code),
            })
            .collect(),
        of: owners,
        filtered: show != "open"
            || filter.kind.is_some()
            || filter.of != DisputesOf::Everybody
            || filter.due_after.or(filter.due_by).is_some()
            || (is_whole && filter.biller.is_some()),
        // What is wrong stands there as it was typed.
        due: match faults.is_empty() {
            true => [("due_from", due_from, "disputes-due-from"), ("due_to", due_to, "disputes-due-to")],
            false => [
                ("due_from", place.due_from.clone(), "disputes-due-from"),
                ("due_to", place.due_to.clone(), "disputes-due-to"),
            ],
        },
        lines: found
            .iter()
            .map(|(dispute, payment)| row(&session, dispute, payment, is_whole))
            .collect::<Result<_, _>>()?,
        older: older.map(|id| here(&format!("&before={id}"))),
        newest: place.before.map(|_| here("")),
        faults,
    };
    let status = if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    session.html(status, &page)
}
