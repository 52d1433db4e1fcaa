//! What comes in, held against a ledger on a real file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod bank;
#[path = "../support/database.rs"]
mod database;
mod days;
mod invoices;
mod past;
mod refunds;
mod reports;
mod returns;
mod rules;
mod world;
