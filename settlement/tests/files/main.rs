//! Settlement files and messages to the bank: what they hold, and that nothing else passes for them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod advised;
mod messages;
mod sample;
#[path = "../support/schema.rs"]
mod schema;
mod text;
mod verify;
