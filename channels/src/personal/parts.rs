//! What the pages of requests share: who may come, words, masks.

use std::sync::Arc;

use chrono::NaiveDate;
use ledger::{Contactable, Erasure, Language, Obstacle, PersonRequest, PersonRequestState};
use payments::form::mask;
use payments::{Hub, card_numbers};
use staff::Permission;

use crate::finance::parts::{day_of, hub, number, require_unbound};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// Characters of a reference and of a reason: enough to mean something, as much as a row keeps.
pub(super) const WORD_CHARS: std::ops::RangeInclusive<usize> = 8..=300;

/// The hub, for whoever may handle requests.
pub(super) fn hub_for(session: &StaffSession) -> Result<Arc<Hub>, Fault> {
    session.require(Permission::ManagePersonalData)?;
    require_unbound(session)?;
    hub(session)
}

/// The request that an address names, with the erasure that was asked for.
pub(super) async fn case(session: &StaffSession, id: &str) -> Result<(PersonRequest, Option<Erasure>), Fault> {
    let hub = hub_for(session)?;
    hub.person_request(number(id)?).await?.ok_or(Fault::NotFound)
}

/// What the audit log says it was done to.
pub(super) fn subject(id: i64) -> String {
    format!("person request {id}")
}

/// The number of a request, as people name it.
pub(super) fn named(id: i64) -> String {
    format!("P{id}")
}

/// The address of a request, below the language.
pub(super) fn path(id: i64) -> String {
    format!("/staff/personal/{id}")
}

/// The message of one of the ledger's words.
pub(super) fn word(language: Language, of: &str, word: &str) -> String {
    i18n::text(language, &format!("personal-{of}-{}", word.replace(' ', "-")))
}

/// The badge of a state.
pub(super) fn tone(state: PersonRequestState) -> &'static str {
    match state {
        PersonRequestState::Open => "badge-wait",
        PersonRequestState::Done => "badge-good",
        PersonRequestState::Refused => "badge-bad",
    }
}

/// Whole days since a request came.
pub(super) fn age(session: &StaffSession, received_on: NaiveDate) -> String {
    let days = (day_of(session.context.now) - received_on).num_days().max(0);
    i18n::text_with(session.language(), "refunds-days", &[("count", i18n::Arg::Number(days))])
}

/// Whether an open request is past its term.
pub(super) fn is_late(session: &StaffSession, request: &PersonRequest) -> bool {
    request.ended_at.is_none() && day_of(session.context.now) > request.due_on
}

/// Whose data it is, masked.
pub(super) fn masked(request: &PersonRequest) -> Vec<(&'static str, String)> {
    let contract = request.contract.as_ref().map(|(biller, contract)| format!("{biller} / {}", mask(contract)));
    let shown = [
        ("phone-label", request.phone.as_deref().map(mask)),
        ("email-label", request.email.as_deref().map(mask)),
        ("contract-label", contract),
    ];
    shown.into_iter().filter_map(|(key, value)| value.map(|value| (key, value))).collect()
}

/// What was typed, unless a card number is in it: that is not shown again.
pub(super) fn kept(text: &str) -> String {
    if card_numbers::holds_one(text) { String::new() } else { text.to_owned() }
}

/// What is still open, as lines.
pub(super) fn obstacles(language: Language, open: &[Obstacle]) -> Vec<String> {
    let line = |obstacle: &Obstacle| {
        let what = format!("{} {}", word(language, "what", obstacle.what), obstacle.id);
        match obstacle.until {
            Some(until) => {
                let until = format::stamp(until.and_utc());
                let args = [("what", i18n::Arg::Text(&what)), ("until", i18n::Arg::Text(&until))];
                i18n::text_with(language, "personal-open-until", &args)
            }
            None => what,
        }
    };
    open.iter().map(line).collect()
}

/// A row with a contact, as forms name it, and the key of what it is.
pub(super) fn row_word(row: Contactable) -> (String, &'static str, i64) {
    let (word, key, id) = match row {
        Contactable::Payment(id) => ("payment", "personal-what-payment", id),
        Contactable::Link(id) => ("link", "personal-what-payment-link", id),
        Contactable::Reference(id) => ("reference", "personal-what-cash-reference", id),
        Contactable::Complaint(id) => ("complaint", "personal-what-complaint", id),
        Contactable::DeskCall(id) => ("call", "personal-what-call-at-the-desk", id),
    };
    (format!("{word}-{id}"), key, id)
}

/// The row that a form names.
pub(super) fn row_named(text: &str) -> Option<Contactable> {
    let (word, id) = text.split_once('-')?;
    let id = id.parse().ok().filter(|id| *id > 0)?;
    Some(match word {
        "payment" => Contactable::Payment(id),
        "link" => Contactable::Link(id),
        "reference" => Contactable::Reference(id),
        "complaint" => Contactable::Complaint(id),
        "call" => Contactable::DeskCall(id),
        _ => return None,
    })
}
