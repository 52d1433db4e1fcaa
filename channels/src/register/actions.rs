//! What can be done about a payment, as links of its page.

use payments::register::Story;

use crate::staff::session::StaffSession;
use crate::{disputes, holds, outcomes, refunds};

/// A link to something that can be done.
pub(super) struct ActionLink {
    /// The message that names it.
    pub(super) key: &'static str,
    /// Its path below the language.
    pub(super) path: String,
}

/// What this member can do about this payment elsewhere. Features that move money add their links here.
pub(super) fn action_links(session: &StaffSession, story: &Story) -> Vec<ActionLink> {
    let refunds = refunds::actions(session, story.payment.id, story.payment.state);
    let outcomes = outcomes::actions(session, story.payment.id, story.payment.state);
    let unknown_refunds = outcomes::refund_actions(session, &story.refunds);
    let holds = holds::actions(session, story.payment.id, story.payment.state);
    let disputes = disputes::actions(session, story.payment.id);
    let all = refunds.into_iter().chain(outcomes).chain(unknown_refunds).chain(holds).chain(disputes);
    all.map(|(key, path)| ActionLink { key, path }).collect()
}
