//! Disputes about payments: opened and followed by payers, opened at the desk, handled in the back office, answered by
//! billers.
//!
//! Whoever is bound to a biller sees its own disputes alone, and nothing of the hub's work on them. Where the payer is told
//! is masked, and in the audit log before it is shown.

pub(crate) mod acting;
pub(crate) mod listing;
pub(crate) mod opening;
pub(crate) mod outcome;
mod parts;
pub(crate) mod payer;
pub(crate) mod story;

use ledger::{Dispute, Language};
use payments::disputes::due_on;
use staff::Permission;

use crate::staff::session::StaffSession;
use crate::web::format;

/// What a member can do about a payment's disputes elsewhere: the message of the step, and its path below the language.
pub(crate) fn actions(session: &StaffSession, payment: i64) -> Vec<(&'static str, String)> {
    let may = [Permission::HandleDisputes, Permission::ViewBillerPayments];
    match may.iter().any(|permission| session.who.may(*permission)) {
        true => vec![("disputes-action-open", format!("/staff/payments/{payment}/dispute"))],
        false => Vec::new(),
    }
}

/// A dispute, as its payment's story tells of it.
pub(crate) struct DisputeLine {
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) at: String,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) tone: &'static str,
    pub(crate) due: String,
    pub(crate) owner: String,
}

/// The disputes of a payment as lines; `whole`: with who follows them up.
pub(crate) fn dispute_lines<'a>(
    language: Language,
    disputes: impl Iterator<Item = &'a Dispute>,
    whole: bool,
) -> Vec<DisputeLine> {
    let line = |dispute: &Dispute| DisputeLine {
        number: parts::named(dispute.id),
        href: format!("/{language}/staff/disputes/{}", dispute.id),
        at: format::stamp(dispute.opened_at.and_utc()),
        kind: parts::word(language, "kind", dispute.kind.as_str()),
        state: parts::word(language, "state", dispute.state.as_str()),
        tone: parts::tone(dispute.state),
        due: due_on(dispute.due_at.and_utc()).to_string(),
        owner: dispute.owner.as_ref().filter(|_| whole).map(|owner| owner.name.clone()).unwrap_or_default(),
    };
    disputes.map(line).collect()
}

/// What was done about a dispute, as a story of its payment tells it.
pub(crate) fn step_text(language: Language, dispute: i64, action: ledger::DisputeAction) -> String {
    let what = parts::word(language, "event", action.as_str());
    let number = parts::named(dispute);
    let args = [("number", crate::web::i18n::Arg::Text(&number)), ("what", crate::web::i18n::Arg::Text(&what))];
    crate::web::i18n::text_with(language, "disputes-step", &args)
}
