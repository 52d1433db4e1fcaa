//! Outcomes that nobody ever said: the list, what was asked, a proposal over what it does, and the second person's word.
//!
//! Whoever is bound to a biller has no part in them. Nothing here shows a person's data: payments are told by their numbers.

pub(crate) mod deciding;
pub(crate) mod listing;
mod parts;
pub(crate) mod proposing;
pub(crate) mod showing;

use ledger::{OutcomeSubject, PaymentState, Refund, RefundState};
use staff::Permission;

use crate::staff::session::StaffSession;

pub(crate) use parts::{Kind, said};

/// What a member can do about a payment's outcome here: the message of the step, and its path below the language.
pub(crate) fn actions(session: &StaffSession, payment: i64, state: PaymentState) -> Vec<(&'static str, String)> {
    let may = session.who.may(Permission::ViewPayments) && session.who.scope.biller.is_none();
    match OutcomeSubject::of_state(state) {
        Some(_) if may => vec![("outcomes-action-resolve", format!("/staff/payments/{payment}/resolve"))],
        _ => Vec::new(),
    }
}

/// The same about what became of its refunds: one at a time is under way.
pub(crate) fn refund_actions(session: &StaffSession, refunds: &[Refund]) -> Vec<(&'static str, String)> {
    let may = session.who.may(Permission::ViewPayments) && session.who.scope.biller.is_none();
    let pending = refunds.iter().filter(|refund| may && refund.state == RefundState::Pending);
    pending.map(|refund| ("outcomes-action-resolve-refund", format!("/staff/refunds/{}/resolve", refund.id))).collect()
}
