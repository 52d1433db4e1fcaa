//! The parts of the `fatoura` program that its tests reach.

pub mod bench;
pub mod notify;
