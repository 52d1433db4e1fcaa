//! The teleoperators' desk: callers, their bills and payments, links and references for them. Below the pages for staff.
//!
//! Every handler takes an [`operator::Operator`], which only whoever may work at the desk becomes, and every form comes
//! through [`entry::Entry`], which takes card numbers out before anything reads a field. What is shown of a customer is
//! in the audit log before it is shown.

pub(crate) mod bills;
pub(crate) mod day;
mod entry;
pub(crate) mod home;
mod items;
pub(crate) mod offer;
mod operator;
pub(crate) mod payment;
pub(crate) mod sheet;

pub(crate) use entry::CARD_KEY;
pub(crate) use operator::bill_name;
