//! The sandbox over real sockets, as a hub and a payer see it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod bank;
mod billers_file;
mod billers_json;
mod billers_soap;
mod days;
mod faults;
mod gateway;
mod gateway_api;
mod mail;
mod pages;
mod restart;
mod sms;
mod support;
mod voice;
