//! The outlet screen: an agent's day at a till, and the floats and late cash behind it.
//!
//! Every page stands in the frame for staff and below the counter's bar, which tells float, drawer and pending payments
//! at a glance. A page is reached with a permission and for the outlets of one's scope alone; whoever sees a customer's
//! bill or payment is written to the audit log first.

pub(crate) mod bills;
pub(crate) mod closure;
mod counter;
pub(crate) mod find;
pub(crate) mod floats;
pub(crate) mod give_back;
mod inputs;
pub(crate) mod late_cash;
pub(crate) mod movements;
pub(crate) mod pay;
pub(crate) mod payments;
pub(crate) mod print;
pub(crate) mod references;
pub(crate) mod scope;
pub(crate) mod shifts;
mod vouching;
mod words;
