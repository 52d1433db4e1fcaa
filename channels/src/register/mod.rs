//! The register: payments found by whatever is known of them, and the whole story of one.
//!
//! Whoever is bound to a biller finds its payments alone, and sees no accounts. Lists show no customer's data; what somebody
//! looks for is in no address where it is a customer's. A story is in the audit log before it is shown; masked, unless a
//! reason was given.

pub(crate) mod acting;
mod actions;
mod criteria;
pub(crate) mod filters;
pub(crate) mod payment;
pub(crate) mod search;
mod timeline;

use payments::register::Story;
use staff::Permission;

pub(crate) use criteria::{beginning, day};

use crate::staff::session::StaffSession;
use crate::web::errors::Fault;

/// Lets in whoever may see payments, all or their biller's own.
fn require(session: &StaffSession) -> Result<(), Fault> {
    session.require_any(&[Permission::ViewPayments, Permission::ViewBillerPayments])
}

/// The one biller whose payments they may see; `None`: all.
fn own_biller(session: &StaffSession) -> Result<Option<u16>, Fault> {
    match session.who.scope.biller {
        Some(biller) => Ok(Some(biller)),
        // A role of a biller's that is bound to none sees nothing.
        None if session.who.may(Permission::ViewPayments) => Ok(None),
        None => Err(Fault::Forbidden),
    }
}

/// Whether they see what is the hub's own of a payment: accounts, tasks, incidents, notes.
fn sees_all(session: &StaffSession) -> bool {
    session.who.scope.biller.is_none() && session.who.may(Permission::ViewPayments)
}

/// A payment by the number in an address; another biller's is nowhere.
async fn story(session: &StaffSession, number: &str) -> Result<Story, Fault> {
    require(session)?;
    let (own, id) = (own_biller(session)?, crate::finance::parts::number(number)?);
    let found = crate::finance::parts::hub(session)?.payment_story(id).await?;
    found.filter(|story| own.is_none_or(|own| story.payment.biller == own)).ok_or(Fault::NotFound)
}
