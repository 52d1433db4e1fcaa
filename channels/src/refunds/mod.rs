//! Refunds of confirmed payments: the queue, a proposal over what it books, and the second person's word.
//!
//! Whoever is bound to a biller has no part in them. Nothing here shows a person's data: payments are told by their numbers.

pub(crate) mod asking;
pub(crate) mod listing;
mod parts;
pub(crate) mod story;

use ledger::PaymentState;
use staff::Permission;

use crate::staff::session::StaffSession;

/// What a member can do about a payment's money here: the message of the step, and its path below the language.
pub(crate) fn actions(session: &StaffSession, payment: i64, state: PaymentState) -> Vec<(&'static str, String)> {
    let may = session.who.may(Permission::RequestRefund) && session.who.scope.biller.is_none();
    match state {
        PaymentState::Confirmed if may => vec![("refunds-action-refund", format!("/staff/payments/{payment}/refund"))],
        _ => Vec::new(),
    }
}
