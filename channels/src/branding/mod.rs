//! How billers are shown to payers: drafted by the biller or by operations, looked at in every language, published by a
//! second person.
//!
//! Whoever is bound to a biller works on its branding alone. A preview shows the very pages that payers see, over made-up
//! bills, to staff only; what is published is handed out below `/assets/brands/` under names that hold its digest.

pub(crate) mod acting;
mod files;
pub(crate) mod pages;
mod parts;
pub(crate) mod preview;
mod upload;

pub(crate) use files::show_file;
