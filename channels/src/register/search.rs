//! The list: a form with every criterion, and what it finds, the newest first.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Channel, Instrument, Language, Payment, PaymentState};
use payments::catalogue::Catalogue;
use staff::Action;

use super::criteria::{FIELDS, HIDDEN, Typed, wanted};
use super::{own_biller, require};
use crate::desk::CARD_KEY;
use crate::finance::parts::{Choice, biller_name, hub};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{Posted, ascii_digits};
use crate::web::{format, i18n};

#[derive(Template)]
#[template(path = "register/payments.html")]
struct PaymentsPage {
    frame: Frame,
    faults: Faults,
    typed: Typed,
    billers: Vec<Choice>,
    states: Vec<Choice>,
    channels: Vec<Choice>,
    instruments: Vec<Choice>,
    /// Whether they see all billers.
    is_whole: bool,
    /// Whether anything is looked for.
    filtered: bool,
    /// Whether more than the first criteria are filled in.
    more_open: bool,
    lines: Vec<PaymentLine>,
    looked_to: String,
    /// The number below which the next page is.
    next: Option<i64>,
    is_first: bool,
    saved: Vec<SavedView>,
    /// The name typed for a filter that was not kept.
    name: String,
}

/// A filter of the member's own.
struct SavedView {
    name: String,
    href: String,
    /// Where its form to delete it goes.
    delete: String,
}

/// A payment of a list: nothing of its customer.
pub(crate) struct PaymentLine {
    pub(crate) number: i64,
    pub(crate) href: String,
    pub(crate) at: String,
    pub(crate) biller: String,
    pub(crate) amount: String,
    pub(crate) channel: String,
    pub(crate) instrument: String,
    pub(crate) state: String,
    pub(crate) tone: &'static str,
    pub(crate) receipt: String,
}

/// The badge of a state.
pub(super) fn tone(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Confirmed => "badge-good",
        PaymentState::Declined | PaymentState::Expired | PaymentState::Cancelled | PaymentState::Returned => {
            "badge-bad"
        }
        _ => "badge-wait",
    }
}

/// The words of a state.
pub(super) fn state_text(language: Language, state: PaymentState) -> String {
    i18n::text(language, &format!("register-state-{state}"))
}

/// The words of a channel.
pub(super) fn channel_text(language: Language, channel: Channel) -> String {
    i18n::text(language, &format!("desk-channel-{}", channel.as_str().to_lowercase()))
}

pub(crate) fn line(language: Language, catalogue: &Catalogue, payment: &Payment) -> PaymentLine {
    PaymentLine {
        number: payment.id,
        href: format!("/{language}/staff/payments/{}", payment.id),
        at: format::stamp(payment.created_at.and_utc()),
        biller: biller_name(catalogue, payment.biller, language),
        amount: payment.amounts.total().map(|total| format::money(language, total)).unwrap_or_default(),
        channel: channel_text(language, payment.channel),
        instrument: i18n::text(language, &format!("instrument-{}", payment.instrument)),
        state: state_text(language, payment.state),
        tone: tone(payment.state),
        receipt: payment.receipt_number.clone().unwrap_or_default(),
    }
}

/// The newest payments, or those that an address asks for: it names no customer.
pub(crate) async fn show_payments(
    session: StaffSession,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let mut fields = BTreeMap::new();
    for (name, text) in query.into_inner() {
        if HIDDEN.contains(&name.as_str()) || !(FIELDS.contains(&name.as_str()) || name == "before") {
            return Err(Fault::NotOffered);
        }
        if text.chars().any(char::is_control) {
            return Err(Fault::Unreadable);
        }
        if fields.insert(name, text.trim().to_owned()).is_some() {
            return Err(Fault::FieldTwice);
        }
    }
    let typed = Typed::read(|name| Ok(fields.get(name).map(String::as_str).unwrap_or_default()))?;
    list(session, typed, fields.get("before").map(String::as_str).unwrap_or_default()).await
}

/// What was looked for in the form.
pub(crate) async fn search(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    let typed = Typed::read(|name| posted.one(name))?;
    list(session, typed, posted.one("before")?).await
}

async fn list(session: StaffSession, mut typed: Typed, before: &str) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let (own, language) = (own_biller(&session)?, session.language());
    let (hub, held_card) = (hub(&session)?, typed.scrub());
    let catalogue = hub.catalogue();
    let before = match ascii_digits(before) {
        text if text.is_empty() => None,
        text => Some(text.parse::<i64>().ok().filter(|number| *number > 0).ok_or(Fault::NotOffered)?),
    };
    let wanted = match (held_card, wanted(&typed, own, &catalogue, language)?) {
        (Some(field), _) => Err(Faults::one(field, i18n::text(language, CARD_KEY))),
        (None, Ok(wanted)) => Ok(wanted),
        (None, Err(faults)) => Err(Faults::from(faults)),
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(faults) => {
            let mut page = page(&session, own, &catalogue, typed, faults, before.is_none());
            page.saved = saved(&session).await?;
            return session.html(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    if typed.names_customer() {
        session.context.state.operators.take_key(&session.who.member).map_err(Fault::TooManyLookUps)?;
    }
    let found = hub.search_register(wanted, before).await?;
    if typed.names_customer() || !typed.get("receipt").is_empty() {
        let by: Vec<&str> = typed.filled().map(|(name, _)| name).collect();
        let shown: Vec<String> = found.payments.iter().map(|payment| payment.id.to_string()).collect();
        let detail = format!("by {}: {} payments: {}", by.join(", "), shown.len(), shown.join(", "));
        session.audit(Action::CustomerViewed, "payments search", detail.trim_end_matches(": ")).await?;
    }
    let mut page = page(&session, own, &catalogue, typed, Faults::default(), before.is_none());
    page.lines = found.payments.iter().map(|payment| line(language, &catalogue, payment)).collect();
    page.saved = saved(&session).await?;
    page.next = found.before;
    page.looked_to = found.looked_to.map(|at| format::stamp(at.and_utc())).unwrap_or_default();
    session.html(StatusCode::OK, &page)
}

async fn saved(session: &StaffSession) -> Result<Vec<SavedView>, Fault> {
    let base = format!("/{}/staff/payments", session.language());
    let view = |filter: ledger::SavedFilter| SavedView {
        name: filter.name,
        href: format!("{base}?{}", filter.fields),
        delete: format!("{base}/filters/{}/delete", filter.id),
    };
    Ok(hub(session)?.saved_filters(session.who.member).await?.into_iter().map(view).collect())
}

/// The form as it was typed, and why its filter was not kept.
pub(super) async fn not_kept(
    session: &StaffSession,
    status: StatusCode,
    typed: Typed,
    name: &str,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (own, catalogue) = (own_biller(session)?, hub(session)?.catalogue());
    let mut page = page(session, own, &catalogue, typed, faults, true);
    (page.saved, page.name) = (saved(session).await?, name.to_owned());
    session.html(status, &page)
}

fn page(
    session: &StaffSession,
    own: Option<u16>,
    catalogue: &Catalogue,
    typed: Typed,
    faults: Faults,
    is_first: bool,
) -> PaymentsPage {
    let language = session.language();
    let any = || Choice::new("", i18n::text(language, "register-any"), "");
    let mut billers = vec![any()];
    billers.extend(catalogue.billers().iter().map(|biller| {
        let name = format!("{} {}", biller.code, biller.name.get(language));
        Choice::new(biller.code.to_string(), name, typed.get("biller"))
    }));
    // A biller that has left the catalogue keeps its payments.
    if !typed.get("biller").is_empty() && !billers.iter().any(|choice| choice.chosen) {
        billers.push(Choice::new(typed.get("biller"), typed.get("biller").to_owned(), typed.get("biller")));
    }
    let mut states = vec![any()];
    states.extend(
        PaymentState::ALL
            .iter()
            .map(|state| Choice::new(state.as_str(), state_text(language, *state), typed.get("state"))),
    );
    let mut channels = vec![any()];
    channels.extend(
        Channel::ALL
            .iter()
            .map(|channel| Choice::new(channel.as_str(), channel_text(language, *channel), typed.get("channel"))),
    );
    let mut instruments = vec![any()];
    instruments.extend(Instrument::ALL.iter().map(|instrument| {
        let name = i18n::text(language, &format!("instrument-{instrument}"));
        Choice::new(instrument.as_str(), name, typed.get("instrument"))
    }));
    const FIRST: [&str; 5] = ["reference", "from", "until", "state", "biller"];
    let more_open = typed.filled().any(|(name, _)| !FIRST.contains(&name))
        || faults.lines().iter().any(|fault| !FIRST.contains(&fault.target.as_str()));
    let filtered = typed.filled().next().is_some();
    PaymentsPage {
        frame: session.frame("register-title"),
        faults,
        filtered,
        typed,
        billers,
        states,
        channels,
        instruments,
        is_whole: own.is_none(),
        more_open,
        lines: Vec::new(),
        looked_to: String::new(),
        next: None,
        is_first,
        saved: Vec::new(),
        name: String::new(),
    }
}
