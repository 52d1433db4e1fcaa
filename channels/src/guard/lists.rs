//! The lists: of whom nothing is taken, and whom no rule is asked about.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{GuardList, GuardSubject};
use payments::guard::{ListError, Listed};
use serde::Deserialize;
use staff::{Action, Permission};

use super::parts::{Choice, Tab, actor, fault, hub_for, kept, listed, not_listed, number, reason, tabs, word};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::format;
use crate::web::inputs::Posted;

/// Entries of a page.
const PAGE: usize = 50;
/// Who can be named, by the words of the form.
const WHO: [&str; 9] =
    ["phone", "phone-of", "contract", "contract-of", "outlet", "card", "card-of", "address", "address-of"];
/// What of a payment is meant where nothing else was counted.
const BY_PAYMENT: &str = "contract-of";
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[derive(Deserialize)]
pub(crate) struct Place {
    before: Option<i64>,
    /// A payment whose payer or contract is to be listed.
    #[serde(default)]
    payment: String,
    /// What of it, by a word of the form.
    #[serde(default)]
    who: String,
}

/// The link from a payment to the form that blocks its payer, its contract, or what a rule has counted of it.
pub(crate) fn block_link(language: ledger::Language, payment: &str, counted: Option<GuardSubject>) -> String {
    let who = match counted {
        Some(GuardSubject::Phone) => "phone-of",
        Some(GuardSubject::Card) => "card-of",
        Some(GuardSubject::Address) => "address-of",
        Some(GuardSubject::Contract | GuardSubject::Outlet) | None => BY_PAYMENT,
    };
    format!("/{language}/staff/guard/lists?payment={payment}&who={who}#add")
}

#[derive(Default)]
struct Typed {
    list: String,
    who: String,
    value: String,
    biller: String,
    kind: String,
    ends: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "guard/lists.html")]
struct ListsPage {
    frame: Frame,
    faults: Faults,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    lists: Vec<Choice>,
    whos: Vec<Choice>,
    typed: Typed,
    older: Option<String>,
    newest: Option<String>,
}

struct Line {
    href: String,
    list: String,
    tone: &'static str,
    what: String,
    shown: String,
    reason: String,
    by: String,
    ends: String,
    ended: bool,
}

async fn lists_page(
    session: &StaffSession,
    status: StatusCode,
    before: Option<i64>,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let hub = hub_for(session, Permission::ReviewFraud)?;
    let language = session.language();
    let now = session.context.now.naive_utc();
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let found = hub.guard_entries(before, limit).await?;
    let last = found.last().filter(|_| found.len() == PAGE).map(|last| last.id);
    let here = format!("/{language}/staff/guard/lists");
    let lines = found.iter().map(|entry| Line {
        href: format!("{here}/{}", entry.id),
        list: word(language, "list", entry.list.as_str()),
        tone: if entry.list == GuardList::Block { "badge-bad" } else { "badge-good" },
        what: word(language, "what", entry.subject.as_str()),
        shown: entry.shown.clone(),
        reason: entry.reason.clone(),
        by: format!("{} · {}", entry.added_by, format::stamp(entry.added_at.and_utc())),
        ends: entry.ends_at.map(|ends| format::stamp(ends.and_utc())).unwrap_or_default(),
        ended: !entry.holds(now),
    });
    let choice = |of: &str, value: &str, chosen: &str| Choice::new(value, word(language, of, value), value == chosen);
    let page = ListsPage {
        frame: session.frame("guard-lists-title"),
        faults,
        tabs: tabs(session, "/staff/guard/lists"),
        lines: lines.collect(),
        lists: GuardList::ALL.iter().map(|list| choice("list", list.as_str(), &typed.list)).collect(),
        whos: WHO.into_iter().map(|who| choice("what", who, &typed.who)).collect(),
        typed,
        older: last.map(|id| format!("{here}?before={id}")),
        newest: before.map(|_| here),
    };
    session.html(status, &page)
}

pub(crate) async fn show_lists(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    let place = place.into_inner();
    let by_payment = || WHO.into_iter().find(|who| *who == place.who).unwrap_or(BY_PAYMENT);
    let who = if place.payment.is_empty() { GuardSubject::Phone.as_str() } else { by_payment() };
    let value = kept(&place.payment.chars().take(64).collect::<String>());
    let typed = Typed { who: who.to_owned(), value, ..Typed::default() };
    lists_page(&session, StatusCode::OK, place.before, typed, Faults::default()).await
}

/// The end of a day in Casablanca: an entry holds until then.
pub(super) fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    let next = day.checked_add_days(Days::new(1))?.and_hms_opt(0, 0, 0)?;
    Some(next.and_local_timezone(Casablanca).earliest()?.to_utc())
}

pub(crate) async fn add_entry(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ReviewFraud)?;
    let language = session.language();
    let field = |name| posted.one(name).map(str::to_owned);
    let (list, who, value) = (field("list")?, field("who")?, field("value")?);
    let (biller, kind, ends, why) = (field("biller")?, field("kind")?, field("ends")?, field("reason")?);
    let list: GuardList = list.parse().map_err(|_| Fault::NotOffered)?;
    if !WHO.contains(&who.as_str()) {
        return Err(Fault::NotOffered);
    }
    let contract = || Listed::Contract(biller.parse().unwrap_or_default(), kind.clone(), value.clone());
    let listed = listed(&who, &value).unwrap_or_else(contract);
    let mut faults = Vec::new();
    if value.is_empty() {
        faults.push(fault(language, "value", "guard-fault-value"));
    }
    let ends_at = match ends.as_str() {
        "" => None,
        text => match text.parse().ok().and_then(end_of) {
            Some(ends) => Some(ends),
            None => {
                faults.push(fault(language, "ends", "guard-fault-day"));
                None
            }
        },
    };
    if let Err(key) = reason(&why) {
        faults.push(fault(language, "reason", key));
    }
    let typed = Typed {
        list: list.to_string(),
        who,
        value: kept(&value),
        biller: kept(&biller),
        kind: kept(&kind),
        ends: kept(&ends),
        reason: kept(&why),
    };
    if !faults.is_empty() {
        return lists_page(&session, WRONG, None, typed, faults.into()).await;
    }
    let entry = session.audit_entry(Action::FraudListed, &format!("{list} list"), &typed.who);
    let error = match hub.add_guard_entry(list, listed, why, ends_at, actor(&session), entry).await {
        Ok(_) => return Ok(session.context.see_other("/staff/guard/lists")),
        Err(ListError::Infrastructure(trouble)) => return Err(trouble.into()),
        Err(error) => error,
    };
    let status = if matches!(error, ListError::Listed) { StatusCode::CONFLICT } else { WRONG };
    let (target, what) = not_listed(language, &error);
    lists_page(&session, status, None, typed, Faults::one(target, what)).await
}

/// Takes an entry off its list; one that is off stays off.
pub(crate) async fn remove_entry(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ReviewFraud)?;
    posted.press()?;
    let id = number(&path.1)?;
    let entry = session.audit_entry(Action::FraudUnlisted, &format!("guard entry {id}"), "");
    hub.remove_guard_entry(id, actor(&session), entry).await?;
    Ok(session.context.see_other("/staff/guard/lists"))
}
