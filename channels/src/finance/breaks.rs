//! Breaks, and one of them: what it is, what was done about it, and what can be done.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Break, BreakFilter, BreakKind, BreakNote, BreakSource, BreakState, Language, Resolution};
use payments::finance::BreakView;
use serde::Deserialize;
use staff::Permission;

use super::parts::{Choice, amount, biller_name, day_of, hub, number, query, require_unbound, word};
use super::way_out::{Effect, Typed, proposal_view, ways};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// Breaks of a page.
const PAGE: usize = 50;
/// The word for breaks that oneself follows up.
const OWN: &str = "me";

#[derive(Deserialize)]
pub(crate) struct Place {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    owner: String,
    after: Option<i64>,
}

#[derive(Template)]
#[template(path = "finance/breaks.html")]
struct BreaksPage {
    frame: Frame,
    lines: Vec<BreakRow>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    sources: Vec<Choice>,
    owners: Vec<Choice>,
    filtered: bool,
    next: Option<String>,
    first: Option<String>,
}

pub(super) struct BreakRow {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) source: String,
    pub(super) partner: String,
    pub(super) about: String,
    pub(super) words: String,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) due: String,
    pub(super) age: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) owner: String,
    pub(super) href: String,
}

pub(super) fn row(session: &StaffSession, found: &Break) -> BreakRow {
    let (language, what) = (session.language(), &found.what);
    let tone = match found.state {
        BreakState::Open => "badge-bad",
        BreakState::Proposed => "badge-wait",
        _ => "badge-good",
    };
    let until = found.closed_at.map_or(session.context.now, |closed| closed.and_utc());
    let age = (day_of(until) - what.due_on).num_days().max(0);
    let subject = word(language, "subject", what.subject.as_str());
    let position = if what.position == 0 { String::new() } else { format!(" / {}", what.position) };
    BreakRow {
        id: found.id.to_string(),
        kind: word(language, "kind", what.kind.as_str()),
        source: word(language, "source", what.source.as_str()),
        partner: what.partner.clone(),
        about: format!("{subject} {}{position}", what.subject_id),
        words: what.words.clone(),
        expected: amount(language, what.expected),
        found: amount(language, what.found),
        due: what.due_on.to_string(),
        age: i18n::text_with(language, "finance-days", &[("count", i18n::Arg::Number(age))]),
        state: word(language, "break", found.state.as_str()),
        tone,
        owner: found.staff.as_ref().map(|staff| staff.name.clone()).unwrap_or_default(),
        href: format!("/{language}/staff/breaks/{}", found.id),
    }
}

/// A word of an address, if it is one of these.
fn one_of<T: std::str::FromStr>(text: &str) -> Result<Option<T>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Fault::NotOffered)
}

pub(crate) async fn show_breaks(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewBooks)?;
    require_unbound(&session)?;
    let (hub, language) = (hub(&session)?, session.language());
    let open = match place.state.as_str() {
        "" | "open" => true,
        "all" => false,
        _ => return Err(Fault::NotOffered),
    };
    let staff = match place.owner.as_str() {
        "" => None,
        OWN => Some(session.who.member),
        id => Some(id.parse().map_err(|_| Fault::NotOffered)?),
    };
    let (kind, source) = (one_of::<BreakKind>(&place.kind)?, one_of::<BreakSource>(&place.source)?);
    let filter = BreakFilter { open, kind, source, staff, ..BreakFilter::default() };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let found = hub.breaks(filter, place.after.unwrap_or(0), limit).await?;
    let parts = [
        ("state", place.state.as_str()),
        ("kind", place.kind.as_str()),
        ("source", place.source.as_str()),
        ("owner", place.owner.as_str()),
    ];
    let kept = query(&parts);
    let here = |more: &str| {
        let all = [kept.as_str(), more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        let all = if all.is_empty() { String::new() } else { format!("?{all}") };
        format!("/{language}/staff/breaks{all}")
    };
    let all = || Choice::new("", i18n::text(language, "finance-all"), "");
    let state = if open { "open" } else { "all" };
    let mut kinds = vec![all()];
    kinds.extend(
        BreakKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.as_str(), word(language, "kind", kind.as_str()), &place.kind)),
    );
    let mut sources = vec![all()];
    sources.extend(
        BreakSource::ALL
            .iter()
            .map(|source| Choice::new(source.as_str(), word(language, "source", source.as_str()), &place.source)),
    );
    let mut owners = vec![all()];
    if session.who.may(Permission::ResolveBreaks) {
        owners.push(Choice::new(OWN, i18n::text(language, "finance-owner-me"), &place.owner));
    }
    for (id, login, name) in session.staff().members_who_may(Permission::ResolveBreaks).await? {
        owners.push(Choice::new(id.to_string(), format!("{name} ({login})"), &place.owner));
    }
    let last = found.last().filter(|_| found.len() == PAGE).map(|last| last.id);
    let page = BreaksPage {
        frame: session.frame_with_query("finance-breaks-title", &kept),
        lines: found.iter().map(|found| row(&session, found)).collect(),
        states: ["open", "all"]
            .map(|word| Choice::new(word, i18n::text(language, &format!("finance-filter-{word}")), state))
            .into(),
        kinds,
        sources,
        owners,
        filtered: !kept.is_empty(),
        next: last.map(|id| here(&format!("after={id}"))),
        first: place.after.map(|_| here("")),
    };
    session.html(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "finance/break.html")]
pub(super) struct BreakPage {
    pub(super) frame: Frame,
    pub(super) faults: Faults,
    line: BreakRow,
    opened_at: String,
    closed_at: String,
    posting: String,
    notes: Vec<NoteRow>,
    advice: String,
    /// Whether the reader may do something about it.
    may: bool,
    open: bool,
    members: Vec<Choice>,
    ways: Vec<Choice>,
    billers: Vec<Choice>,
    asks_biller: bool,
    asks_payout: bool,
    pub(super) typed: Typed,
    proposal: Option<ProposalView>,
}

struct NoteRow {
    at: String,
    by: String,
    action: String,
    note: String,
}

/// What waits for a second person.
struct ProposalView {
    how: String,
    by: String,
    own: bool,
    named: String,
    effect: Effect,
}

fn note_row(language: Language, note: &BreakNote) -> NoteRow {
    NoteRow {
        at: format::stamp(note.made_at.and_utc()),
        by: note.by.clone(),
        action: word(language, "action", note.action.as_str()),
        note: note.note.clone(),
    }
}

/// The page of a break, with what was typed and what is wrong with it.
pub(super) async fn break_page(
    session: &StaffSession,
    status: StatusCode,
    view: BreakView,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (hub, language) = (hub(session)?, session.language());
    let BreakView { found, notes, proposed } = view;
    let catalogue = hub.catalogue();
    let members = session.staff().members_who_may(Permission::ResolveBreaks).await?;
    let owner = found.staff.as_ref().map(|staff| staff.id.to_string()).unwrap_or_default();
    let fit = found.resolutions();
    let proposal = match proposed {
        None => None,
        Some(proposal) => Some(ProposalView {
            how: word(language, "way", proposal.resolution.as_str()),
            by: found.proposed_by.as_ref().map(|by| by.name.clone()).unwrap_or_default(),
            own: found.proposed_by.as_ref().is_some_and(|by| by.id == session.who.member),
            named: match (proposal.biller, &proposal.payout) {
                (Some(biller), _) => biller_name(&catalogue, biller, language),
                (None, payout) => payout.clone().unwrap_or_default(),
            },
            effect: proposal_view(language, &found, &proposal),
        }),
    };
    let mut billers = vec![Choice::new("", i18n::text(language, "finance-choose"), &typed.biller)];
    billers.extend(catalogue.billers().iter().map(|biller| {
        let name = format!("{} {}", biller.code, biller.name.get(language));
        Choice::new(biller.code.to_string(), name, &typed.biller)
    }));
    let page = BreakPage {
        frame: session.frame("finance-break-title"),
        faults,
        line: row(session, &found),
        opened_at: format::stamp(found.opened_at.and_utc()),
        closed_at: found.closed_at.map(|at| format::stamp(at.and_utc())).unwrap_or_default(),
        posting: found.posting.map(|posting| posting.to_string()).unwrap_or_default(),
        notes: notes.iter().map(|note| note_row(language, note)).collect(),
        advice: word(language, "advice", found.what.kind.as_str()),
        may: session.who.may(Permission::ResolveBreaks),
        open: found.closed_at.is_none(),
        members: members
            .into_iter()
            .map(|(id, login, name)| Choice::new(id.to_string(), format!("{name} ({login})"), &owner))
            .collect(),
        asks_biller: fit.contains(&Resolution::Commission),
        asks_payout: fit.contains(&Resolution::Payout),
        ways: ways(language, &fit, &typed.how),
        billers,
        typed,
        proposal,
    };
    session.html(status, &page)
}

pub(crate) async fn show_break(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewBooks)?;
    require_unbound(&session)?;
    let view = hub(&session)?.break_view(number(&path.1)?).await?.ok_or(Fault::NotFound)?;
    break_page(&session, StatusCode::OK, view, Typed::default(), Faults::default()).await
}
