//! From confirmed payments to files and transfers, over a real database file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod books;
#[path = "../support/database.rs"]
mod database;
mod figures;
mod interrupted;
mod ramadan;
#[path = "../support/schema.rs"]
mod schema;
