//! Keys of the reports' API: which there are, new ones, and those taken back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use ledger::ReportKey;
use payments::card_numbers;
use payments::reports::ReportKind;
use payments::reports::keys::{KeyWish, kinds_of};
use staff::{Action, Permission};

use super::asked::may;
use super::words::title;
use crate::finance::parts::{Choice, actor, biller_name, hub, number, require_unbound};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};
use crate::web::{format, i18n};

/// Keys on the page: all that are good, and the last that were.
const SHOWN: i64 = 200;
/// Longest name of a key, in characters.
const NAME_MAX: usize = 60;
/// For how many days a key may be made; a year is the longest that nobody looks after one.
const DAYS: [i64; 4] = [30, 90, 180, 365];
/// What is chosen beforehand.
const DAYS_USUAL: &str = "90";

#[derive(Template)]
#[template(path = "reports/keys.html")]
struct KeysPage {
    frame: Frame,
    faults: Faults,
    /// The key that was just made: it is shown this once.
    made: Option<String>,
    lines: Vec<KeyLine>,
    name: String,
    kinds: Vec<Choice>,
    billers: Vec<Choice>,
    lifetimes: Vec<Choice>,
    action: String,
}

struct KeyLine {
    id: i64,
    name: String,
    kinds: String,
    biller: String,
    made: String,
    made_by: String,
    expires: String,
    state: String,
    tone: &'static str,
    /// Where it is revoked; `None` where it opens nothing any more.
    revoke: Option<String>,
}

/// What somebody typed.
#[derive(Default)]
struct Typed {
    name: String,
    kinds: Vec<String>,
    biller: String,
    days: String,
}

/// Whether somebody may hand a report out: whoever may have it, and whoever says who may.
pub(super) fn may_hand_out(session: &StaffSession, kind: ReportKind) -> bool {
    may(session, kind) || session.who.may(Permission::ManageStaff)
}

/// Whoever hands reports out, for the hub as a whole.
pub(super) fn require(session: &StaffSession) -> Result<(), Fault> {
    session.require(Permission::ManageReports)?;
    require_unbound(session)
}

/// The billers that something can be bound to.
pub(super) fn billers(session: &StaffSession, chosen: &str) -> Result<Vec<Choice>, Fault> {
    let (catalogue, language) = (hub(session)?.catalogue(), session.language());
    let mut choices = vec![Choice::new("", i18n::text(language, "finance-all"), chosen)];
    choices.extend(catalogue.billers().iter().map(|biller| {
        let name = format!("{} {}", biller.code, biller_name(&catalogue, biller.code, language));
        Choice::new(biller.code.to_string(), name, chosen)
    }));
    Ok(choices)
}

pub(crate) async fn show_keys(session: StaffSession) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let typed = Typed { days: DAYS_USUAL.to_owned(), ..Typed::default() };
    page(&session, StatusCode::OK, typed, Faults::default(), None).await
}

async fn page(
    session: &StaffSession,
    status: StatusCode,
    typed: Typed,
    faults: Faults,
    made: Option<String>,
) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let keys = hub(session)?.report_keys(SHOWN).await?;
    let open = ReportKind::ALL.iter().copied().filter(|kind| may_hand_out(session, *kind));
    let view = KeysPage {
        frame: session.frame("reports-keys-title"),
        faults,
        made,
        lines: keys.iter().map(|key| line(session, key)).collect::<Result<_, Fault>>()?,
        kinds: open
            .map(|kind| Choice {
                value: kind.to_string(),
                label: i18n::text(language, &title(kind)),
                chosen: typed.kinds.iter().any(|word| word == kind.as_str()),
            })
            .collect(),
        billers: billers(session, &typed.biller)?,
        lifetimes: DAYS
            .iter()
            .map(|days| {
                let label = i18n::text_with(language, "reports-key-days", &[("count", i18n::Arg::Number(*days))]);
                Choice::new(days.to_string(), label, &typed.days)
            })
            .collect(),
        name: typed.name,
        action: session.context.url("/staff/reports/keys"),
    };
    session.html(status, &view)
}

fn line(session: &StaffSession, key: &ReportKey) -> Result<KeyLine, Fault> {
    let language = session.language();
    let (state, tone) = match key {
        ReportKey { revoked_at: Some(_), .. } => ("reports-key-revoked", "badge-bad"),
        key if key.expires_at <= session.context.now.naive_utc() => ("reports-key-expired", "badge-wait"),
        _ => ("reports-key-good", "badge-good"),
    };
    let kinds: Vec<String> = kinds_of(key).into_iter().map(|kind| i18n::text(language, &title(kind))).collect();
    let catalogue = hub(session)?.catalogue();
    Ok(KeyLine {
        id: key.id,
        name: key.name.clone(),
        kinds: kinds.join(i18n::text(language, "reports-comma").as_str()),
        biller: key.biller.map(|biller| biller_name(&catalogue, biller, language)).unwrap_or_default(),
        made: format::stamp(key.made_at.and_utc()),
        made_by: key.made_by.clone(),
        expires: format::stamp(key.expires_at.and_utc()),
        state: i18n::text(language, state),
        tone,
        revoke: (tone == "badge-good").then(|| session.context.url(&format!("/staff/reports/keys/{}/revoke", key.id))),
    })
}

/// What is wrong with what somebody typed: the field, and the message.
fn wrong(name: &str, kinds: &[ReportKind], is_bound: bool) -> Option<(&'static str, &'static str)> {
    match name.chars().count() {
        _ if card_numbers::holds_one(name) => return Some(("name", CARD_NUMBER_KEY)),
        0 => return Some(("name", "reports-fault-key-name")),
        count if count > NAME_MAX => return Some(("name", "reports-fault-key-name-long")),
        _ => {}
    }
    if kinds.is_empty() {
        return Some(("kinds", "reports-fault-key-kinds"));
    }
    let is_of_all = kinds.iter().any(|kind| !kind.takes_biller());
    (is_bound && is_of_all).then_some(("biller", "reports-fault-key-biller"))
}

/// Makes a key and shows it, this once.
pub(crate) async fn make_key(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let language = session.language();
    let typed = Typed {
        name: posted.one("name")?.to_owned(),
        kinds: posted.many("kind").map(str::to_owned).collect(),
        biller: posted.one("biller")?.to_owned(),
        days: posted.one("days")?.to_owned(),
    };
    let mut kinds: Vec<ReportKind> = Vec::new();
    for word in &typed.kinds {
        let kind = word.parse().map_err(|()| Fault::NotOffered)?;
        if !may_hand_out(&session, kind) {
            return Err(Fault::NotOffered);
        }
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let days = DAYS.into_iter().find(|days| days.to_string() == typed.days).ok_or(Fault::NotOffered)?;
    let hub = hub(&session)?;
    let biller = match typed.biller.as_str() {
        "" => None,
        code => Some(code.parse().ok().filter(|code| hub.catalogue().get(*code).is_some()).ok_or(Fault::NotOffered)?),
    };
    if let Some((field, key)) = wrong(&typed.name, &kinds, biller.is_some()) {
        let name = if key == CARD_NUMBER_KEY { String::new() } else { typed.name.clone() };
        let faults = Faults::one(field, i18n::text(language, key));
        return page(&session, StatusCode::UNPROCESSABLE_ENTITY, Typed { name, ..typed }, faults, None).await;
    }
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let of = biller.map_or_else(|| "all billers".to_owned(), |biller| format!("biller {biller}"));
    let detail = format!("{}, {of}, {days} days", words.join(" "));
    let entry = session.audit_entry(Action::ReportKeyMade, "report key", &detail);
    let wish =
        KeyWish { name: typed.name.clone(), kinds, biller, lifetime: TimeDelta::days(days), by: actor(&session) };
    match hub.make_report_key(wish, entry).await? {
        Some((_, key)) => {
            let fresh = Typed { days: DAYS_USUAL.to_owned(), ..Typed::default() };
            page(&session, StatusCode::OK, fresh, Faults::default(), Some(key)).await
        }
        None => {
            let faults = Faults::one("name", i18n::text(language, "reports-fault-keys-many"));
            page(&session, StatusCode::CONFLICT, typed, faults, None).await
        }
    }
}

/// Takes a key back. One that was revoked before is what was asked for.
pub(crate) async fn revoke_key(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    require(&session)?;
    posted.press()?;
    let id = number(&path.1)?;
    let entry = session.audit_entry(Action::ReportKeyRevoked, "report key", "");
    hub(&session)?.revoke_report_key(id, entry).await?;
    Ok(session.context.see_other("/staff/reports/keys"))
}
