//! What is set of a biller, changed by two persons: a file is given and looked at line by line, another one decides.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{BillerChange, Language};
use payments::Hub;
use payments::billers::{
    Asked, CHANGE_BYTES_MAX, CHANGE_WHY_CHARS_MAX, Change, ChangeOutcome, ChangeState, ChangeView, Effect,
};
use payments::card_numbers;
use payments::catalogue::{Biller, export, import};
use staff::{Action, Permission};

use super::acting::{actor, kept, require};
use super::given::Given;
use super::pages::{biller_of, hub, reader};
use crate::finance::parts::number;
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};
use crate::web::views::FaultLink;
use crate::web::{format, i18n};

/// Faults of a file that are told at once: whoever has more begins with these.
const FAULTS_SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "billers/settings.html")]
struct SettingsPage {
    frame: Frame,
    faults: Faults,
    code: u16,
    name: String,
    href: String,
    may: bool,
    text: String,
    why: String,
    lines: Vec<ChangeLine>,
    /// The change that waits, as a link.
    waiting: Option<String>,
}

struct ChangeLine {
    id: i64,
    href: String,
    at: String,
    by: String,
    why: String,
    state: String,
    tone: &'static str,
}

fn state_of(language: Language, state: ChangeState) -> (String, &'static str) {
    let tone = match state {
        ChangeState::Waiting => "badge-wait",
        ChangeState::Applied => "badge-good",
        ChangeState::Refused | ChangeState::Withdrawn => "badge-bad",
    };
    (i18n::text(language, &format!("billers-change-{state}")), tone)
}

fn line(session: &StaffSession, change: &BillerChange) -> ChangeLine {
    let (state, tone) = state_of(session.language(), change.state);
    ChangeLine {
        id: change.id,
        href: session.context.url(&format!("/staff/billers/{}/settings/{}", change.biller, change.id)),
        at: format::stamp(change.made_at.and_utc()),
        by: change.made_by.name.clone(),
        why: change.why.clone(),
        state,
        tone,
    }
}

pub(crate) async fn show_settings(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    reader(&session)?;
    let hub = hub(&session)?;
    let biller = biller_of(&hub, &path.1)?;
    let text = export::write(&biller);
    settings(&session, &hub, &biller, StatusCode::OK, (text, String::new()), Faults::default()).await
}

async fn settings(
    session: &StaffSession,
    hub: &Hub,
    biller: &Biller,
    status: StatusCode,
    (text, why): (String, String),
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let changes = hub.biller_changes(biller.code).await?;
    let lines: Vec<ChangeLine> = changes.iter().map(|change| line(session, change)).collect();
    let waiting = changes.iter().position(|change| change.state == ChangeState::Waiting);
    let page = SettingsPage {
        frame: session.frame("billers-change-title"),
        faults,
        code: biller.code,
        name: biller.name.get(session.language()).to_owned(),
        href: session.context.url(&format!("/staff/billers/{}", biller.code)),
        may: session.who.may(Permission::ManageBillers),
        text,
        why,
        waiting: waiting.map(|at| lines[at].href.clone()),
        lines,
    };
    session.html(status, &page)
}

fn one(language: Language, target: &'static str, key: &str) -> Faults {
    Faults::one(target, i18n::text(language, key))
}

/// A fault of the file, with its place in it.
fn placed(language: Language, fault: &import::Fault) -> FaultLink {
    let (line, column) = (fault.line.to_string(), fault.column.to_string());
    let what =
        if fault.path.is_empty() { fault.expected.clone() } else { format!("{}: {}", fault.path, fault.expected) };
    let args =
        [("line", i18n::Arg::Text(&line)), ("column", i18n::Arg::Text(&column)), ("what", i18n::Arg::Text(&what))];
    FaultLink { target: "text".to_owned(), text: i18n::text_with(language, "billers-fault-line", &args) }
}

fn why_fault(why: &str) -> Option<&'static str> {
    match why.chars().count() {
        _ if card_numbers::holds_one(why) => Some(CARD_NUMBER_KEY),
        0 => Some("billers-fault-why"),
        count if count > CHANGE_WHY_CHARS_MAX => Some("billers-fault-reason-long"),
        _ => None,
    }
}

/// Keeps what somebody gave for a second person to decide. Nothing changes for payers.
pub(crate) async fn propose(
    session: StaffSession,
    path: web::Path<(String, String)>,
    given: Given,
) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let hub = hub(&session)?;
    let biller = biller_of(&hub, &path.1)?;
    let language = session.language();
    let why = given.posted.one("why")?.to_owned();
    let fault = |key: &str| one(language, "text", key);
    let text = given.file.unwrap_or_default();
    let wrong = match why_fault(&why) {
        Some(key) => Some(one(language, "why", key)),
        None if text.trim().is_empty() => Some(fault("billers-fault-file")),
        None if text.len() > CHANGE_BYTES_MAX => Some(fault("billers-fault-file-large")),
        None if card_numbers::holds_one(&text) => Some(fault(CARD_NUMBER_KEY)),
        None => None,
    };
    if let Some(faults) = wrong {
        // What is too large or holds a card number is not shown again.
        let is_shown = text.len() <= CHANGE_BYTES_MAX && !card_numbers::holds_one(&text);
        let typed = (if is_shown { text } else { String::new() }, kept(&why));
        return settings(&session, &hub, &biller, StatusCode::UNPROCESSABLE_ENTITY, typed, faults).await;
    }
    let entry = session.audit_entry(Action::BillerChangeProposed, &format!("biller {}", biller.code), &why);
    let asked = hub.propose_biller_change(biller.code, text.clone(), why.clone(), actor(&session), entry).await?;
    let (status, faults) = match asked {
        Asked::Kept(id) => {
            return Ok(session.context.see_other(&format!("/staff/billers/{}/settings/{id}", biller.code)));
        }
        Asked::Faulty(found) => {
            let mut lines: Vec<FaultLink> =
                found.iter().take(FAULTS_SHOWN).map(|fault| placed(language, fault)).collect();
            if found.len() > FAULTS_SHOWN {
                let more = i18n::Arg::Number(i64::try_from(found.len() - FAULTS_SHOWN).unwrap_or(i64::MAX));
                let text = i18n::text_with(language, "billers-fault-more", &[("count", more)]);
                lines.push(FaultLink { target: "text".to_owned(), text });
            }
            (StatusCode::UNPROCESSABLE_ENTITY, Faults::from(lines))
        }
        Asked::Unreachable(what) => {
            let text = i18n::text_with(language, "billers-fault-connector", &[("what", i18n::Arg::Text(&what))]);
            (StatusCode::UNPROCESSABLE_ENTITY, Faults::one("text", text))
        }
        Asked::OtherBiller => (StatusCode::UNPROCESSABLE_ENTITY, fault("billers-fault-other")),
        Asked::Same => (StatusCode::UNPROCESSABLE_ENTITY, fault("billers-fault-same")),
        Asked::Waiting => (StatusCode::CONFLICT, fault("billers-fault-waiting")),
    };
    settings(&session, &hub, &biller, status, (text, why), faults).await
}

#[derive(Template)]
#[template(path = "billers/change.html")]
struct ChangePage {
    frame: Frame,
    faults: Faults,
    code: u16,
    name: String,
    id: i64,
    state: String,
    tone: &'static str,
    by: String,
    at: String,
    why: String,
    /// Who decided, when and with which word.
    ended: String,
    overtaken: bool,
    effects: Vec<String>,
    lines: Vec<DiffLine>,
    text: String,
    href: String,
    back: String,
    /// What this reader may do: decide, withdraw or nothing.
    decides: bool,
    withdraws: bool,
    word: String,
}

struct DiffLine {
    what: String,
    of: String,
    old: Option<String>,
    new: Option<String>,
}

fn diff_line(language: Language, change: &Change) -> DiffLine {
    let value = |value: &Option<String>| value.as_deref().map(|value| value_text(language, value));
    DiffLine {
        what: i18n::text(language, &format!("billers-key-{}", change.key.replace('_', "-"))),
        of: change.of.clone(),
        old: value(&change.old),
        new: value(&change.new),
    }
}

/// Words of the file in the reader's; all else stands as it is.
fn value_text(language: Language, value: &str) -> String {
    match value {
        "yes" | "no" => i18n::text(language, &format!("billers-{value}")),
        "exact" | "exact_or_more" | "exact_or_less" | "any" => {
            i18n::text(language, &format!("billers-rule-{}", value.replace('_', "-")))
        }
        "net" | "gross" | "keep" | "return" | "daily" => i18n::text(language, &format!("billers-value-{value}")),
        _ => value.to_owned(),
    }
}

fn effect_text(language: Language, effect: &Effect) -> String {
    let at = |at: &chrono::DateTime<chrono::Utc>| format::moment(language, *at);
    match effect {
        Effect::Fees { hours, from: None } => {
            i18n::text_with(language, "billers-effect-fees", &[("hours", i18n::Arg::Number((*hours).into()))])
        }
        Effect::Fees { hours, from: Some(from) } => {
            let day = from.to_string();
            let args = [("hours", i18n::Arg::Number((*hours).into())), ("day", i18n::Arg::Text(&day))];
            i18n::text_with(language, "billers-effect-fees-from", &args)
        }
        Effect::Commission { window: Some(window) } => {
            i18n::text_with(language, "billers-effect-commission", &[("at", i18n::Arg::Text(&at(window)))])
        }
        Effect::Commission { window: None } => i18n::text(language, "billers-effect-commission-next"),
        Effect::CutOff { first, open: None } => {
            i18n::text_with(language, "billers-effect-cut-off", &[("first", i18n::Arg::Text(&at(first)))])
        }
        Effect::CutOff { first, open: Some(open) } => {
            let (first, open) = (at(first), at(open));
            let args = [("first", i18n::Arg::Text(&first)), ("open", i18n::Arg::Text(&open))];
            i18n::text_with(language, "billers-effect-cut-off-open", &args)
        }
        Effect::Payout => i18n::text(language, "billers-effect-payout"),
        Effect::Files => i18n::text(language, "billers-effect-files"),
        Effect::Connector => i18n::text(language, "billers-effect-connector"),
        Effect::Kinds => i18n::text(language, "billers-effect-kinds"),
        Effect::Shown => i18n::text(language, "billers-effect-shown"),
    }
}

type Address = web::Path<(String, String, String)>;

async fn found(hub: &Hub, path: &Address) -> Result<(Biller, ChangeView), Fault> {
    let biller = biller_of(hub, &path.1)?;
    let view = hub.biller_change(biller.code, number(&path.2)?).await?.ok_or(Fault::NotFound)?;
    Ok((biller, view))
}

pub(crate) async fn show_change(session: StaffSession, path: Address) -> Result<HttpResponse, Fault> {
    reader(&session)?;
    let (biller, view) = found(&*hub(&session)?, &path).await?;
    change(&session, &biller, view, StatusCode::OK, String::new(), Faults::default())
}

fn change(
    session: &StaffSession,
    biller: &Biller,
    view: ChangeView,
    status: StatusCode,
    word: String,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, kept) = (session.language(), view.change);
    let (state, tone) = state_of(language, kept.state);
    let ended = kept.ended.as_ref().map(|(at, by, word)| {
        let at = format::stamp(at.and_utc());
        let args = [("at", i18n::Arg::Text(&at)), ("name", i18n::Arg::Text(&by.name)), ("word", i18n::Arg::Text(word))];
        i18n::text_with(language, "billers-change-ended", &args)
    });
    let acts = kept.state == ChangeState::Waiting && session.who.may(Permission::ManageBillers);
    let is_own = kept.made_by.id == session.who.member;
    let page = ChangePage {
        frame: session.frame("billers-change-title"),
        faults,
        code: biller.code,
        name: biller.name.get(language).to_owned(),
        id: kept.id,
        state,
        tone,
        by: kept.made_by.name,
        at: format::stamp(kept.made_at.and_utc()),
        why: kept.why,
        ended: ended.unwrap_or_default(),
        overtaken: view.is_overtaken,
        effects: view.effects.iter().map(|effect| effect_text(language, effect)).collect(),
        lines: view.changes.iter().map(|change| diff_line(language, change)).collect(),
        text: kept.text,
        href: session.context.url(&format!("/staff/billers/{}/settings/{}", biller.code, kept.id)),
        back: session.context.url(&format!("/staff/billers/{}/settings", biller.code)),
        decides: acts && !is_own,
        withdraws: acts && is_own,
        word,
    };
    session.html(status, &page)
}

/// Puts a change in force, refuses it or takes it back.
pub(crate) async fn decide(session: StaffSession, path: Address, posted: Posted) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let hub = hub(&session)?;
    let (biller, view) = found(&hub, &path).await?;
    let (decision, word) = (posted.one("decision")?, posted.one("word")?);
    let (state, action) = match decision {
        "apply" => (ChangeState::Applied, Action::BillerChangeApplied),
        "refuse" => (ChangeState::Refused, Action::BillerChangeRefused),
        "withdraw" => (ChangeState::Withdrawn, Action::BillerChangeWithdrawn),
        _ => return Err(Fault::NotOffered),
    };
    let language = session.language();
    if let Some(key) = why_fault(word) {
        let faults = one(language, "word", key);
        return change(&session, &biller, view, StatusCode::UNPROCESSABLE_ENTITY, kept(word), faults);
    }
    let id = view.change.id;
    let entry = session.audit_entry(action, &format!("biller {} change {id}", biller.code), word);
    let key = match hub.end_biller_change((biller.code, id), state, word.to_owned(), actor(&session), entry).await? {
        ChangeOutcome::Done => {
            return Ok(session.context.see_other(&format!("/staff/billers/{}/settings/{id}", biller.code)));
        }
        ChangeOutcome::NotWaiting => "billers-fault-decided",
        ChangeOutcome::WrongPerson => "billers-fault-person",
        ChangeOutcome::Moved => "billers-fault-moved",
    };
    let (biller, view) = found(&hub, &path).await?;
    change(&session, &biller, view, StatusCode::CONFLICT, word.to_owned(), one(language, "changes", key))
}
