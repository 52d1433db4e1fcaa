//! The parts of the `fatoura` program: everything is put together here, and nothing is decided here that another room
//! decides.

pub mod config;
pub mod logging;
pub mod notify;
