//! What people do about a break: who follows it up, notes, ways out, and the second person's word. Forms that were sent
//! twice do what they did once.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Actor, BreakAction, BreakNote, BreakState, Proposal, Resolution, Resolved};
use payments::card_numbers;
use payments::finance::{BreakView, WayOut};
use staff::{Action, Permission};

use super::breaks::{BreakRow, break_page, row};
use super::parts::{biller_name, hub, number, require_unbound, word};
use super::way_out::{Effect, Seen, Typed, effect_view, form_word, proposal_view, refusal_text, refused_field};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};

/// Longest note, in characters.
const NOTE_MAX: usize = 300;
/// Longest reference of a payout.
const PAYOUT_MAX: usize = 64;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// What is to be confirmed.
#[derive(Template)]
#[template(path = "finance/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    line: BreakRow,
    /// What is about to be done.
    what: String,
    named: String,
    why: String,
    effect: Effect,
    /// Whether what it books has changed since it was shown.
    changed: bool,
    action: String,
    button: String,
    /// The hidden fields of the form.
    fields: Vec<(&'static str, String)>,
}

/// A break that somebody does something about.
struct Case {
    session: StaffSession,
    id: i64,
    view: BreakView,
}

impl Case {
    async fn of(session: StaffSession, id: &str) -> Result<Self, Fault> {
        session.require(Permission::ResolveBreaks)?;
        require_unbound(&session)?;
        let id = number(id)?;
        let view = hub(&session)?.break_view(id).await?.ok_or(Fault::NotFound)?;
        Ok(Self { session, id, view })
    }

    fn actor(&self) -> Actor {
        super::parts::actor(&self.session)
    }

    fn subject(&self) -> String {
        format!("break {}", self.id)
    }

    fn is_me(&self, who: Option<&Actor>) -> bool {
        who.is_some_and(|who| who.id == self.session.who.member)
    }

    /// Where a fault of a field is told: at the field, if the page of the break as it stands has it.
    fn target<'a>(&self, field: &'a str) -> &'a str {
        let found = &self.view.found;
        let fits = |way| found.state == BreakState::Open && found.resolutions().contains(&way);
        let is_there = match field {
            "to" => found.closed_at.is_none(),
            "why" | "how" => found.state == BreakState::Open,
            "payout" => fits(Resolution::Payout),
            "biller" => fits(Resolution::Commission),
            "word" => self.view.proposed.is_some() && !self.is_me(found.proposed_by.as_ref()),
            _ => true,
        };
        if is_there { field } else { "history" }
    }

    /// As it stands by now.
    async fn read_again(self) -> Result<Self, Fault> {
        let view = hub(&self.session)?.break_view(self.id).await?.ok_or(Fault::NotFound)?;
        Ok(Self { view, ..self })
    }

    fn done(&self) -> HttpResponse {
        self.session.context.see_other(&format!("/staff/breaks/{}", self.id))
    }

    /// The page again, with a fault.
    async fn again(self, status: StatusCode, typed: Typed, target: &str, text: String) -> Result<HttpResponse, Fault> {
        let target = self.target(target).to_owned();
        break_page(&self.session, status, self.view, typed, Faults::one(&target, text)).await
    }
}

/// A few words as typed: the message that says what is wrong with them.
fn words(text: &str) -> Result<(), &'static str> {
    match text.chars().count() {
        _ if card_numbers::holds_one(text) => Err(CARD_NUMBER_KEY),
        0 => Err("finance-fault-note"),
        count if count > NOTE_MAX => Err("finance-fault-note-long"),
        _ => Ok(()),
    }
}

/// What is shown again of a field: a card number never is.
fn kept(text: &str) -> String {
    if card_numbers::holds_one(text) { String::new() } else { text.to_owned() }
}

/// Says who follows a break up.
pub(crate) async fn assign(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1).await?;
    let (session, language) = (&case.session, case.session.language());
    let wanted = posted.one("to")?;
    let members = session.staff().members_who_may(Permission::ResolveBreaks).await?;
    let Some((id, login, name)) = members.into_iter().find(|(id, ..)| id.to_string() == wanted) else {
        let text = i18n::text(language, "finance-fault-member");
        return case.again(WRONG, Typed::default(), "to", text).await;
    };
    let entry = session.audit_entry(Action::BreakAssigned, &case.subject(), &login);
    if hub(session)?.assign_break(case.id, Actor { id, name }, case.actor(), entry).await? {
        return Ok(case.done());
    }
    let text = i18n::text(language, "finance-fault-closed");
    case.read_again().await?.again(StatusCode::CONFLICT, Typed::default(), "to", text).await
}

/// Adds a note.
pub(crate) async fn note(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1).await?;
    let text = posted.one("note")?;
    if let Err(key) = words(text) {
        let typed = Typed { note: kept(text), ..Typed::default() };
        let fault = i18n::text(case.session.language(), key);
        return case.again(WRONG, typed, "note", fault).await;
    }
    let entry = case.session.audit_entry(Action::BreakNoted, &case.subject(), "");
    hub(&case.session)?.note_break(case.id, text.to_owned(), case.actor(), entry).await?;
    Ok(case.done())
}

/// Closes a break, or proposes how to: first what it books is shown.
pub(crate) async fn resolve(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1).await?;
    let language = case.session.language();
    let (how, why, biller, payout) =
        (posted.one("how")?, posted.one("why")?, posted.one("biller")?, posted.one("payout")?);
    let (confirm, seen) = (!posted.one("confirm")?.is_empty(), posted.one("seen")?);
    let resolution = case.view.found.resolutions().into_iter().find(|way| form_word(*way) == how);
    let resolution = resolution.ok_or(Fault::NotOffered)?;
    let typed = || Typed {
        how: how.to_owned(),
        why: kept(why),
        biller: biller.to_owned(),
        payout: kept(payout),
        ..Typed::default()
    };
    if let Err(key) = words(why) {
        return case.again(WRONG, typed(), "why", i18n::text(language, key)).await;
    }
    if payout.chars().count() > PAYOUT_MAX {
        return case.again(WRONG, typed(), "payout", i18n::text(language, "finance-fault-payout-unknown")).await;
    }
    let hub = hub(&case.session)?;
    let named = match (resolution, biller) {
        (Resolution::Commission, "") => None,
        (Resolution::Commission, code) => {
            let known = code.parse().ok().filter(|code| hub.catalogue().get(*code).is_some());
            Some(known.ok_or(Fault::NotOffered)?)
        }
        _ => None,
    };
    let way = WayOut {
        resolution,
        note: why.to_owned(),
        biller: named,
        payout: Some(payout.to_owned()).filter(|payout| resolution == Resolution::Payout && !payout.is_empty()),
    };
    if is_done_so(&case, &way) {
        return Ok(case.done());
    }
    let effect = match hub.break_effect(case.id, way.clone()).await? {
        Ok(effect) => effect,
        Err(refusal) => return refused(case, typed(), &refusal).await,
    };
    let told = Seen { found: &case.view.found, resolution, biller: named, payout: way.payout.as_deref() };
    let shown = effect_view(language, &told, Ok(&effect));
    if !confirm || shown.seen != seen {
        let named = named.map_or_else(
            || way.payout.clone().unwrap_or_default(),
            |biller| biller_name(&hub.catalogue(), biller, language),
        );
        let fields = vec![
            ("how", how.to_owned()),
            ("why", why.to_owned()),
            ("biller", biller.to_owned()),
            ("payout", payout.to_owned()),
        ];
        let button = if shown.needs_second { "finance-button-propose" } else { "finance-button-close" };
        let (what, why) = (word(language, "way", resolution.as_str()), why.to_owned());
        return confirm_page(&case, what, named, why, shown, confirm, "resolve", button, fields);
    }
    let entry = case.session.audit_entry(Action::BreakResolved, &case.subject(), resolution.as_str());
    match hub.resolve_break(case.id, way, effect, case.actor(), entry).await? {
        Some(Resolved::Closed(_) | Resolved::Waits) => Ok(case.done()),
        Some(refusal) => refused(case, typed(), &refusal).await,
        None => changed(case, typed()).await,
    }
}

/// Whether what a form asks for is what the same person asked for before: the same form sent twice.
fn is_done_so(case: &Case, way: &WayOut) -> bool {
    let BreakView { found, proposed, .. } = &case.view;
    let is_mine = found.resolution == Some(way.resolution) && case.is_me(found.proposed_by.as_ref());
    is_mine
        && match (found.state, proposed) {
            (BreakState::Proposed, Some(Proposal { biller, payout, .. })) => {
                *biller == way.biller && *payout == way.payout
            }
            // What was named is not told of a break that is closed.
            (BreakState::Resolved, _) => way.biller.is_none() && way.payout.is_none(),
            _ => false,
        }
}

/// What they saw is not what it is by now: nothing was done, and it is shown as it stands.
async fn changed(case: Case, typed: Typed) -> Result<HttpResponse, Fault> {
    let text = i18n::text(case.session.language(), "finance-fault-changed");
    case.read_again().await?.again(StatusCode::CONFLICT, typed, "history", text).await
}

async fn refused(case: Case, typed: Typed, refusal: &Resolved) -> Result<HttpResponse, Fault> {
    let text = refusal_text(case.session.language(), refusal);
    let status = if matches!(refusal, Resolved::Unfit(_)) { WRONG } else { StatusCode::CONFLICT };
    // Read again: what is refused because it stands otherwise is shown as it stands.
    case.read_again().await?.again(status, typed, refused_field(refusal), text).await
}

#[expect(clippy::too_many_arguments, reason = "the parts of one page")]
fn confirm_page(
    case: &Case,
    what: String,
    named: String,
    why: String,
    effect: Effect,
    changed: bool,
    step: &str,
    button: &str,
    mut fields: Vec<(&'static str, String)>,
) -> Result<HttpResponse, Fault> {
    let language = case.session.language();
    fields.extend([("seen", effect.seen.clone()), ("confirm", "1".to_owned())]);
    let page = ConfirmPage {
        frame: case.session.frame("finance-confirm-title"),
        line: row(&case.session, &case.view.found),
        what,
        named,
        why,
        effect,
        changed,
        action: format!("/{language}/staff/breaks/{}/{step}", case.id),
        button: i18n::text(language, button),
        fields,
    };
    case.session.html(StatusCode::OK, &page)
}

/// The second person's word: a yes is confirmed over what it books.
pub(crate) async fn decide(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1).await?;
    let language = case.session.language();
    let (decision, said) = (posted.one("decision")?, posted.one("word")?);
    let (confirm, seen) = (!posted.one("confirm")?.is_empty(), posted.one("seen")?);
    let approve = match decision {
        "approve" => true,
        "refuse" => false,
        _ => return Err(Fault::NotOffered),
    };
    let typed = || Typed { word: kept(said), ..Typed::default() };
    if !(approve && said.is_empty())
        && let Err(key) = words(said)
    {
        return case.again(WRONG, typed(), "word", i18n::text(language, key)).await;
    }
    let found = &case.view.found;
    if found.state == BreakState::Resolved && approve && case.is_me(found.approved_by.as_ref()) {
        return Ok(case.done());
    }
    let Some(proposal) = &case.view.proposed else {
        let closed = found.closed_at.is_some();
        let refusal = if closed { Resolved::ClosedBefore } else { Resolved::NotProposed };
        // Refused before, by the same form.
        let is_same = |last: &BreakNote| {
            last.action == BreakAction::Refused && last.by == case.session.who.name && last.note == said
        };
        let is_again = !approve && !closed && case.view.notes.last().is_some_and(is_same);
        return if is_again { Ok(case.done()) } else { undecided(case, typed(), &refusal).await };
    };
    if case.is_me(found.proposed_by.as_ref()) {
        return undecided(case, typed(), &Resolved::SamePerson).await;
    }
    if approve {
        let shown = proposal_view(language, found, proposal);
        if !shown.refusal.is_empty() {
            let text = shown.refusal;
            return case.again(StatusCode::CONFLICT, typed(), "word", text).await;
        }
        if !confirm || shown.seen != seen {
            let what = word(language, "way", proposal.resolution.as_str());
            let named = match (proposal.biller, &proposal.payout) {
                (Some(biller), _) => biller_name(&hub(&case.session)?.catalogue(), biller, language),
                (None, payout) => payout.clone().unwrap_or_default(),
            };
            let fields = vec![("decision", decision.to_owned()), ("word", said.to_owned())];
            let shown = Effect { needs_second: false, ..shown };
            let said = said.to_owned();
            return confirm_page(&case, what, named, said, shown, confirm, "decide", "finance-button-approve", fields);
        }
    }
    let action = if approve { Action::BreakApproved } else { Action::BreakRefused };
    let entry = case.session.audit_entry(action, &case.subject(), proposal.resolution.as_str());
    let hub = hub(&case.session)?;
    match hub.decide_break(case.id, proposal.clone(), approve, said.to_owned(), case.actor(), entry).await? {
        Some(Resolved::Closed(_) | Resolved::Refused) => Ok(case.done()),
        Some(refusal) => undecided(case, typed(), &refusal).await,
        None => changed(case, typed()).await,
    }
}

async fn undecided(case: Case, typed: Typed, refusal: &Resolved) -> Result<HttpResponse, Fault> {
    let language = case.session.language();
    let (target, text) = match refusal {
        Resolved::NotProposed => ("history", i18n::text(language, "finance-fault-not-proposed")),
        Resolved::SamePerson => ("history", i18n::text(language, "finance-fault-same-person")),
        Resolved::ClosedBefore => ("history", i18n::text(language, "finance-fault-closed")),
        other => ("word", refusal_text(language, other)),
    };
    let status = if matches!(refusal, Resolved::SamePerson) { StatusCode::FORBIDDEN } else { StatusCode::CONFLICT };
    case.read_again().await?.again(status, typed, target, text).await
}
