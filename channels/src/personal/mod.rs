//! What people ask for by law about their own data: requests taken in, what is held looked up and handed out, put right, and
//! erased by two people.
//!
//! Nobody is shown in full here: whose data it is stands masked, what is held is counted, and the rest is in the file that is
//! handed out, of which the audit log knows first.

pub(crate) mod acting;
pub(crate) mod handing;
pub(crate) mod listing;
mod paper;
mod parts;
pub(crate) mod request;

pub use paper::{erasure_certificate, readable_export};
