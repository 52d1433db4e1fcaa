//! Files that leave the hub: for billers, and for the bank.
//!
//! Pure functions from data to bytes: no clock, no chance, no order but that of the data, so that a file made again is
//! the same to the byte. They write as they go; a window of a million payments takes no more memory than one of ten.

mod encoding;
mod latin;
mod layout;
mod output;
mod reading;
mod sequence;
mod statement;
mod text;
mod verify;

pub use output::{Difference, Unfit, WriteError, Written};
pub use sequence::{SequenceFault, check_sequence};
pub use statement::{Line, LineKind, Totals, Unsound, WindowStatement};
pub use text::{TextForm, write_text};
pub use verify::{Fault, Unverified, Verified, verify};
