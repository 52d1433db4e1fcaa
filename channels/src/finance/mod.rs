//! The finance pages: what billers are paid and by which files, what a day came to, and breaks with what people do about
//! them.
//!
//! Whoever is bound to a biller sees its windows and files alone; orders, statements and breaks are for whoever is bound to
//! none. A step that books says what it books before it is taken.

pub(crate) mod acting;
pub(crate) mod breaks;
mod download;
pub(crate) mod orders;
mod paper;
pub(crate) mod parts;
pub(crate) mod statement;
mod way_out;
pub(crate) mod windows;
