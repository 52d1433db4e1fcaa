//! Settlement and reconciliation: windows become files for billers and banks, statements and reports become matches and
//! breaks. Knows nothing of HTTP; what it keeps, the ledger keeps.

pub mod files;
pub mod rib;
pub mod statements;
pub mod terms;
mod windows;

pub use windows::{Closing, SettledBiller, Settling, close_windows, settle_windows};
