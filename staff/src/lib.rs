//! Who works with the hub: members, what their roles let them do, how they sign in, and the words of the audit log.
//!
//! [`Staff`] is the door for pages: sign-in in steps, sessions, passwords, the second factor. `admin` is what commands
//! do to members. Rows are the ledger's (`ledger/src/staff`); this crate gives them their meaning. It knows nothing of
//! HTTP.

mod account;
pub mod admin;
mod attempts;
mod audit;
pub mod passwords;
mod random;
mod roles;
mod service;
mod session;
mod sign_in;
mod totp;
mod vault;

use ledger::LedgerError;

pub use account::{ChangeOutcome, CodesOutcome, EnrolOutcome, Enrolment};
pub use audit::Action;
pub use roles::{Bound, Permission, Role, Scope, ScopeFault};
pub use service::{Clock, Staff, StaffParts};
pub use session::{Due, Opened, Session, SessionLine};
pub use sign_in::{Factor, FactorOutcome, Origin, SignIn, SignInOutcome};
pub use totp::base32;

/// Trouble of ours: never a word about who may sign in.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Trouble {
    /// Too much is waiting: come back after so many seconds.
    #[error("overloaded, retry after {0} s")]
    Overloaded(u32),
    /// Something failed; the text is for the log.
    #[error("{0}")]
    Broken(String),
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Overloaded(seconds) => Self::Overloaded(seconds),
            // Another process takes over within seconds.
            LedgerError::Closed => Self::Overloaded(5),
            LedgerError::OutcomeUnknown(_) | LedgerError::NotHeld | LedgerError::Storage(_) => {
                Self::Broken(error.to_string())
            }
        }
    }
}
