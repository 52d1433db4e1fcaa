//! Reports: what can be asked by whom, a page of rows with what they come to, and files of all of them; keys by which systems
//! fetch them, and schedules by which they are mailed.
//!
//! A file is written as its rows are read, a page at a time, however long it is; a paper holds some thousand rows. Whoever
//! is bound to a biller, a network or an outlet sees its rows alone. What tells of customers is in the audit log before it is
//! shown, and so is each file. No report holds a phone; a contract is whole for its own biller alone.

pub(crate) mod api;
mod asked;
pub(crate) mod files;
pub(crate) mod keys;
mod letter;
mod paper;
mod problem;
pub(crate) mod runs;
pub(crate) mod schedules;
pub(crate) mod show;
mod words;
mod writing;

use std::num::NonZeroU32;

pub use letter::{LetterFile, ReportLetter, report_letter};
pub use runs::{Piece, write_report};

use crate::web::limits::Limiter;

/// Requests of one key per minute, sustained; half of them at once. Each reads up to a thousand rows: 120,000 rows a minute
/// are more than a day has.
const REQUESTS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(120).unwrap();
/// Requests of one address per minute, right or wrong: some systems behind one address, and nobody who tries keys out.
const ADDRESS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(300).unwrap();
/// Keys told apart at most; there are a few hundred.
const KEYS_TOLD_APART: usize = 10_000;

/// How much systems may ask.
pub(crate) struct ApiLimits {
    keys: Limiter<i64>,
    addresses: Limiter,
}

impl ApiLimits {
    pub(crate) fn new(addresses_max: usize) -> Self {
        let half = NonZeroU32::new(REQUESTS_PER_MINUTE.get() / 2).unwrap_or(NonZeroU32::MIN);
        Self {
            keys: Limiter::new(REQUESTS_PER_MINUTE, half, KEYS_TOLD_APART),
            addresses: Limiter::new(ADDRESS_PER_MINUTE, ADDRESS_PER_MINUTE, addresses_max),
        }
    }
}
