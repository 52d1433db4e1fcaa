//! Reports: what can be asked by whom, a page of rows with what they come to, and files of all of them.
//!
//! A file is written as its rows are read, a page at a time, however long it is; a paper holds some thousand rows. Whoever
//! is bound to a biller, a network or an outlet sees its rows alone. What tells of customers is in the audit log before it is
//! shown, and so is each file. No report holds a phone; a contract is whole for its own biller alone.

mod asked;
pub(crate) mod files;
mod paper;
pub(crate) mod show;
mod words;
