//! Members of staff at their pages: signing in, what goes wrong with it, what they may do, what is written down.

mod account;
mod first_time;
mod lock_out;
mod permissions;
pub mod routes;
mod sessions;
mod signing_in;
