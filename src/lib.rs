//! The parts of the `fatoura` program: everything is put together here, and nothing is decided here that another room
//! decides.

pub mod app;
pub mod bench;
pub mod cli;
mod commands;
pub mod config;
mod data_keys;
pub mod delivery;
pub mod generate;
mod jobs;
pub mod logging;
pub mod metrics;
pub mod notify;
mod readiness;
mod request_log;
pub mod running;
pub mod server;
mod signals;
#[cfg(test)]
#[path = "../settlement/tests/support/database.rs"]
mod test_database;

pub use commands::run;
