//! The list of disputes, the newest first.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use ledger::{Dispute, DisputeFilter, DisputeState, DisputesOf, DisputesShown, Language, Payment};
use payments::disputes::{DISPUTES_PAGE, due_on};
use serde::Deserialize;

use super::parts::{Choice, kind_choices, kind_of, named, own_biller, tone, word};
use crate::finance::parts::{biller_name, hub};
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// What can be asked for by where disputes stand, in the order in which it is shown.
const SHOWN: [(&str, DisputesShown); 7] = [
    ("open", DisputesShown::NotClosed),
    ("late", DisputesShown::Late),
    ("biller", DisputesShown::In(DisputeState::AtBiller)),
    ("payer", DisputesShown::In(DisputeState::AtPayer)),
    ("proposed", DisputesShown::In(DisputeState::Proposed)),
    ("rejected", DisputesShown::In(DisputeState::Rejected)),
    ("all", DisputesShown::All),
];
/// What can be asked for by who follows them up.
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
    /// Whether they see all billers, and who follows disputes up.
    is_whole: bool,
    shown: Vec<Choice>,
    kinds: Vec<Choice>,
    billers: Vec<Choice>,
    of: Vec<Choice>,
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
        (None, _) => return Err(Fault::NotOffered),
    };
    Ok(DisputeFilter { shown, kind, biller, of })
}

pub(crate) async fn show_disputes(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    let own = own_biller(&session)?;
    let filter = filter(&session, &place, own)?;
    let (hub, language, is_whole) = (hub(&session)?, session.language(), own.is_none());
    let found = hub.disputes(filter, place.before).await?;
    let older = found.last().filter(|_| found.len() == DISPUTES_PAGE).map(|(last, _)| last.id);
    let show = if place.show.is_empty() { "open" } else { place.show.as_str() };
    let of = if place.of.is_empty() { "all" } else { place.of.as_str() };
    // Each is one of the words of its list, or a biller's number.
    let asked = format!("show={show}&kind={}&of={of}", place.kind);
    let asked = match filter.biller.filter(|_| is_whole) {
        Some(biller) => format!("{asked}&biller={biller}"),
        None => asked,
    };
    let here = |more: &str| format!("/{language}/staff/disputes?{asked}{more}");
    let choice = |value: &str, key: String, chosen: &str| Choice {
        value: value.to_owned(),
        label: i18n::text(language, &key),
        chosen: value == chosen,
    };
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
        of: OF.iter().map(|word| choice(word, format!("disputes-of-{word}"), of)).collect(),
        filtered: show != "open"
            || filter.kind.is_some()
            || filter.of != DisputesOf::Everybody
            || !place.biller.is_empty(),
        lines: found
            .iter()
            .map(|(dispute, payment)| row(&session, dispute, payment, is_whole))
            .collect::<Result<_, _>>()?,
        older: older.map(|id| here(&format!("&before={id}"))),
        newest: place.before.map(|_| here("")),
    };
    session.html(StatusCode::OK, &page)
}
