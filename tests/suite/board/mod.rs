//! The live board: what it counts, over one process and several, and what it shows to whom.

mod counting;
mod looking;
mod metrics;
