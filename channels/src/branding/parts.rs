//! What the pages share: which biller, whose branding, by whom.

use std::sync::Arc;

use ledger::Actor;
use payments::Hub;
use payments::catalogue::Biller;
use staff::Permission;

use crate::staff::session::StaffSession;
use crate::web::errors::Fault;

/// Somebody at work on one biller's branding.
pub(super) struct Case {
    pub(super) session: StaffSession,
    pub(super) hub: Arc<Hub>,
    pub(super) biller: Biller,
}

/// The hub; `None` over sample data.
pub(super) fn hub(session: &StaffSession) -> Result<Arc<Hub>, Fault> {
    session.context.state.counters.clone().ok_or(Fault::NotFound)
}

impl Case {
    /// Another biller's is as good as none.
    pub(super) fn of(session: StaffSession, code: &str) -> Result<Self, Fault> {
        session.require(Permission::EditBranding)?;
        let hub = hub(&session)?;
        let digits = code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit());
        let code: u16 = code.parse().ok().filter(|_| digits).ok_or(Fault::NotFound)?;
        if session.who.scope.biller.is_some_and(|own| own != code) {
            return Err(Fault::NotFound);
        }
        let biller = hub.catalogue().get(code).cloned().ok_or(Fault::NotFound)?;
        Ok(Self { session, hub, biller })
    }

    pub(super) fn actor(&self) -> Actor {
        Actor { id: self.session.who.member, name: self.session.who.name.clone() }
    }

    /// The biller as the audit log names it.
    pub(super) fn subject(&self) -> String {
        format!("biller {}", self.biller.code)
    }

    /// The page of the branding, below the language.
    pub(super) fn path(&self) -> String {
        format!("/staff/branding/{}", self.biller.code)
    }

    /// Where the draft's files are.
    pub(super) fn draft_base(&self) -> String {
        format!("/{}{}/files/", self.session.language(), self.path())
    }
}
