//! What outlets, networks and the back office say to the hub and hear from it: cash over the counter, shifts, floats,
//! references payable at an outlet.
//!
//! Whoever calls has signed in and may do what it asks: the hub knows no roles. It holds the rules that need two people
//! (a float's request and its decision, a closure and its supervisor) by the numbers of their [`Actor`]s.

mod floats;
mod paying;
mod references;
mod shifts;

pub use floats::*;
pub use paying::*;
pub use references::*;
pub use shifts::*;

/// Why an outlet or a till cannot be used. Part of every error of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CounterFault {
    /// No outlet of that number.
    #[error("no such outlet")]
    UnknownOutlet,
    /// The outlet or its network takes no payments at present.
    #[error("the outlet or its network is not active")]
    Inactive,
    /// The outlet has no till of that name.
    #[error("the outlet has no such till")]
    UnknownTill,
}
