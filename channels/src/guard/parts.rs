//! What the pages about fraud share: the hub, words, and what was found told in a sentence.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ledger::{Actor, GuardHit, GuardOutcome, GuardSubject, Language, NetworkFault};
use payments::guard::{Finding, ListError, Listed};
use payments::{Hub, card_numbers};
use staff::Permission;

use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n::{self, Arg};
use crate::web::inputs::{CARD_NUMBER_KEY, typed_reference};
use crate::web::{format, views};

/// Longest reason, in characters.
const REASON_MAX: usize = 300;
/// Minutes of an hour.
const HOUR: u32 = 60;
/// Minutes of a day.
const DAY: u32 = 24 * HOUR;

/// The hub, for whoever has a permission and is bound to no part of it.
pub(super) fn hub_for(session: &StaffSession, permission: Permission) -> Result<Arc<Hub>, Fault> {
    session.require(permission)?;
    if session.who.scope.biller.is_some() {
        return Err(Fault::Forbidden);
    }
    session.context.state.counters.clone().ok_or(Fault::NotFound)
}

/// A member as rows remember them.
pub(super) fn actor(session: &StaffSession) -> Actor {
    Actor { id: session.who.member, name: session.who.name.clone() }
}

/// A number in an address.
pub(super) fn number(text: &str) -> Result<i64, Fault> {
    text.parse().ok().filter(|number| *number > 0).ok_or(Fault::NotFound)
}

/// The message of one of the words of rules and rows.
pub(super) fn word(language: Language, of: &str, word: &str) -> String {
    i18n::text(language, &format!("guard-{of}-{}", word.to_lowercase().replace(' ', "-")))
}

/// A reason as typed: the message that says what is wrong with it.
pub(super) fn reason(text: &str) -> Result<(), &'static str> {
    match text.chars().count() {
        _ if card_numbers::holds_one(text) => Err(CARD_NUMBER_KEY),
        0 => Err("guard-fault-reason"),
        count if count > REASON_MAX => Err("guard-fault-reason-long"),
        _ => Ok(()),
    }
}

/// What is shown again of a field: a card number never is.
pub(super) fn kept(text: &str) -> String {
    if card_numbers::holds_one(text) { String::new() } else { text.to_owned() }
}

/// A time in its largest whole unit.
pub(super) fn span(language: Language, minutes: u32) -> String {
    let (key, count) = match minutes {
        minutes if minutes >= DAY && minutes.is_multiple_of(DAY) => ("guard-span-days", minutes / DAY),
        minutes if minutes >= HOUR && minutes.is_multiple_of(HOUR) => ("guard-span-hours", minutes / HOUR),
        minutes => ("guard-span-minutes", minutes),
    };
    i18n::text_with(language, key, &[("count", Arg::Number(count.into()))])
}

/// How long ago something was.
pub(super) fn age(language: Language, since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - since).num_minutes().max(0);
    let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
    // Whole units are enough for an age.
    let rounded = match minutes {
        minutes if minutes >= 2 * DAY => minutes - minutes % DAY,
        minutes if minutes >= 2 * HOUR => minutes - minutes % HOUR,
        minutes => minutes,
    };
    span(language, rounded)
}

/// What was found, with its figures.
pub(super) fn told(language: Language, finding: &Finding) -> String {
    let money = |amount| format::money(language, amount);
    let of = |subject: GuardSubject| word(language, "of", subject.as_str());
    let key = format!("guard-why-{}", finding.as_str());
    match finding {
        Finding::Blocked { subject, shown } => {
            let what = word(language, "what", subject.as_str());
            i18n::text_with(language, &key, &[("what", Arg::Text(&what)), ("shown", Arg::Text(shown))])
        }
        Finding::Count { subject, count, at_most, minutes, .. } => {
            let (of, time) = (of(*subject), span(language, *minutes));
            let (count, most) = (Arg::Number((*count).into()), Arg::Number((*at_most).into()));
            let args = [("count", count), ("of", Arg::Text(&of)), ("time", Arg::Text(&time))];
            let told = i18n::text_with(language, &key, &args);
            let limit = i18n::text_with(language, "guard-why-at-most", &[("most", most)]);
            format!("{told} {limit}")
        }
        Finding::Sum { subject, sum, at_most, minutes, .. } => {
            let (of, sum, most) = (of(*subject), money(*sum), money(*at_most));
            let time = minutes.map(|minutes| span(language, minutes)).unwrap_or_default();
            let args = [
                ("of", Arg::Text(&of)),
                ("sum", Arg::Text(&sum)),
                ("most", Arg::Text(&most)),
                ("time", Arg::Text(&time)),
            ];
            i18n::text_with(language, &key, &args)
        }
        Finding::Amount { amount, at_most } => {
            let (amount, most) = (money(*amount), money(*at_most));
            i18n::text_with(language, &key, &[("amount", Arg::Text(&amount)), ("most", Arg::Text(&most))])
        }
        Finding::Structuring { subject, count, from, limit, minutes, .. } => {
            let (of, from, limit, time) = (of(*subject), money(*from), money(*limit), span(language, *minutes));
            let args = [
                ("of", Arg::Text(&of)),
                ("from", Arg::Text(&from)),
                ("limit", Arg::Text(&limit)),
                ("time", Arg::Text(&time)),
                ("count", Arg::Number((*count).into())),
            ];
            i18n::text_with(language, &key, &args)
        }
        Finding::Coarse { shown } => {
            let shown = if shown.is_empty() { "-" } else { shown };
            i18n::text_with(language, &key, &[("shown", Arg::Text(shown))])
        }
        Finding::Night { hour, from, to } => {
            let clock = |hour: &u8| format!("{hour:02}:00");
            let (hour, from, to) = (clock(hour), clock(from), clock(to));
            let args = [("hour", Arg::Text(&hour)), ("from", Arg::Text(&from)), ("to", Arg::Text(&to))];
            i18n::text_with(language, &key, &args)
        }
    }
}

/// What the payer was told it is found by.
pub(super) fn reference(hit: &GuardHit) -> String {
    format!("G{:012}", hit.id)
}

/// Who is to be listed, by the word of the form; `None`: no such word.
pub(super) fn listed(who: &str, value: &str) -> Option<Listed> {
    let typed = || value.to_owned();
    Some(match who {
        "phone" => Listed::Phone(typed()),
        "phone-of" => Listed::PhoneOf(typed_reference(value)),
        "contract-of" => Listed::ContractOf(typed_reference(value)),
        "outlet" => Listed::Outlet(typed()),
        "card" => Listed::Card(typed()),
        "card-of" => Listed::CardOf(typed_reference(value)),
        "address" => Listed::Network(typed()),
        "address-of" => Listed::AddressOf(typed_reference(value)),
        _ => return None,
    })
}

/// Why somebody was not listed: the field that is wrong, and what is.
pub(super) fn not_listed(language: Language, error: &ListError) -> (&'static str, String) {
    let of = |target, key| (target, i18n::text(language, key));
    let right = |key, right: &str| ("value", i18n::text_with(language, key, &[("right", Arg::Text(right))]));
    match error {
        ListError::Phone(_) => of("value", "guard-fault-phone"),
        ListError::Contract => of("value", "guard-fault-contract"),
        ListError::Payment => of("value", "guard-fault-payment"),
        ListError::Card => of("value", "guard-fault-card"),
        ListError::Outlet => of("value", "guard-fault-outlet"),
        ListError::Network(NetworkFault::Malformed) => of("value", "guard-fault-address"),
        ListError::Network(NetworkFault::LengthV4) => of("value", "guard-fault-length-v4"),
        ListError::Network(NetworkFault::LengthV6(network)) => right("guard-fault-length-v6", network),
        ListError::Network(NetworkFault::HostBits(network)) => right("guard-fault-host-bits", network),
        ListError::Over => of("ends", "guard-fault-over"),
        ListError::Listed | ListError::Infrastructure(_) => of("value", "guard-fault-listed"),
    }
}

/// How a decision looks.
pub(super) const fn tone(outcome: GuardOutcome) -> &'static str {
    match outcome {
        GuardOutcome::Refused => "badge-bad",
        GuardOutcome::InReview => "badge-wait",
        GuardOutcome::WouldRefuse | GuardOutcome::WouldReview | GuardOutcome::NotCounted => "",
    }
}

/// One of the four pages.
pub(super) struct Tab {
    pub(super) label: String,
    pub(super) href: String,
    pub(super) current: bool,
}

/// The pages that somebody may see.
pub(super) fn tabs(session: &StaffSession, current: &str) -> Vec<Tab> {
    let pages = [
        ("guard-tab-queue", "/staff/guard", Permission::ReviewFraud),
        ("guard-tab-hits", "/staff/guard/hits", Permission::ApproveRules),
        ("guard-tab-rules", "/staff/guard/rules", Permission::ApproveRules),
        ("guard-tab-lists", "/staff/guard/lists", Permission::ReviewFraud),
    ];
    let language = session.language();
    let may = |(_, _, permission): &(&str, &str, Permission)| session.who.may(*permission);
    let tab = |(key, path, _): (&str, &str, Permission)| Tab {
        label: i18n::text(language, key),
        href: format!("/{language}{path}"),
        current: path == current,
    };
    pages.into_iter().filter(may).map(tab).collect()
}

/// A choice of a list.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, label: String, chosen: bool) -> Self {
        Self { value: value.into(), label, chosen }
    }
}

/// A fault of a field, as the list above a form shows it.
pub(super) fn fault(language: Language, target: &str, key: &str) -> views::FaultLink {
    views::FaultLink { target: target.to_owned(), text: i18n::text(language, key) }
}
