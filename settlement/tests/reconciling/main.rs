//! What comes in, held against a ledger on a real file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod bank;
mod days;
mod invoices;
mod past;
mod refunds;
mod reports;
mod returns;
mod world;
