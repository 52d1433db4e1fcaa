//! The program against the outside world that the sandbox plays, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod agents;
mod agents_api;
mod bad_input;
mod bench_command;
mod billers;
mod board;
mod branding;
mod browser;
mod cash_page;
mod cli;
mod crash;
mod desk;
mod finance;
mod guard;
mod jobs;
mod journey;
mod links;
mod month;
mod network_command;
mod notify;
mod outlet;
mod paying;
mod reconcile_command;
mod refunds;
mod register;
mod reports;
mod scrubber;
mod settlement;
mod settlement_command;
mod staff_pages;
mod support;
mod user_command;
mod voice;
