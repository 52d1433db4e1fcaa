//! The pages about fraud: payments that wait for a person, what was decided, the rules, and the lists.
//!
//! Phones and contracts are shown masked. A case tells of a payer: it is in the audit log before it is shown. A rule holds
//! once a second person agrees to it.

pub(crate) mod hits;
pub(crate) mod import;
pub(crate) mod lists;
mod parts;
pub(crate) mod queue;
pub(crate) mod rules;
