//! The sandbox over real sockets, as a hub and a payer see it.

mod billers_json;
mod gateway;
mod support;
