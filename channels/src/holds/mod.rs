//! Money that the gateway holds until people capture it: what is held and until when, a capture over what it takes, and the
//! hold let go.
//!
//! Whoever is bound to a biller has no part in it. Nothing here shows a person's data: payments are told by their numbers.

pub(crate) mod acting;
pub(crate) mod showing;

use ledger::PaymentState;
use staff::Permission;

use crate::staff::session::StaffSession;

/// What a member can do about a payment's hold here: the message of the step, and its path below the language.
pub(crate) fn actions(session: &StaffSession, payment: i64, state: PaymentState) -> Vec<(&'static str, String)> {
    let may = session.who.may(Permission::ManageHolds) && session.who.scope.biller.is_none();
    match state {
        PaymentState::Held if may => vec![("holds-action", format!("/staff/payments/{payment}/hold"))],
        _ => Vec::new(),
    }
}
