//! Refunds of confirmed payments: the queue, a proposal over what it books, and the second person's word.
//!
//! Whoever is bound to a biller has no part in them. Nothing here shows a person's data: payments are told by their numbers.

pub(crate) mod asking;
pub(crate) mod listing;
mod parts;
pub(crate) mod story;

pub(crate) use asking::refusal;
pub(crate) use parts::{lines, seen};

use ledger::{Language, PaymentState, Refund};
use staff::Permission;

use crate::staff::session::StaffSession;
use crate::web::format;

/// What a member can do about a payment's money here: the message of the step, and its path below the language.
pub(crate) fn actions(session: &StaffSession, payment: i64, state: PaymentState) -> Vec<(&'static str, String)> {
    let may = session.who.may(Permission::RequestRefund) && session.who.scope.biller.is_none();
    match state {
        PaymentState::Confirmed if may => vec![("refunds-action-refund", format!("/staff/payments/{payment}/refund"))],
        _ => Vec::new(),
    }
}

pub(crate) use parts::lines as effect_lines;

/// A refund, as its payment's story tells of it.
pub(crate) struct RefundLine {
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) at: String,
    pub(crate) total: String,
    pub(crate) reason: String,
    pub(crate) note: String,
    pub(crate) state: String,
    pub(crate) tone: &'static str,
    pub(crate) proposed_by: String,
    pub(crate) decided_by: String,
}

/// The refunds of a payment as lines.
pub(crate) fn refund_lines(language: Language, refunds: &[Refund]) -> Vec<RefundLine> {
    let line = |refund: &Refund| RefundLine {
        number: refund.id.to_string(),
        href: format!("/{language}/staff/refunds/{}", refund.id),
        at: format::stamp(refund.proposed_at.and_utc()),
        total: refund.amounts.total().map(|total| format::money(language, total)).unwrap_or_default(),
        reason: parts::word(language, "reason", refund.reason.as_str()),
        note: refund.note.clone(),
        state: parts::word(language, "state", refund.state.as_str()),
        tone: parts::tone(refund.state),
        proposed_by: refund.proposed_by.name.clone(),
        decided_by: refund.decided_by.as_ref().map(|by| by.name.clone()).unwrap_or_default(),
    };
    refunds.iter().map(line).collect()
}
