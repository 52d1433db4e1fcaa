//! Files that leave the hub: for billers, and for the bank.

mod statement;

pub use statement::{Line, LineKind, Totals, Unsound, WindowStatement};
