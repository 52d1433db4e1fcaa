//! The ledger as its callers and its databases see it: every test runs on SQLite, and on PostgreSQL where
//! `FATOURA_TEST_POSTGRES_URL` names a server.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail as tests do")]

#[macro_use]
mod support;
mod voice;

mod audit;
mod books;
mod concurrency;
mod counter_damage;
mod counters;
mod damage;
mod disputes;
mod histories;
mod holds;
mod jobs;
mod keeping;
mod links;
mod outbox;
mod outcomes;
mod outlets;
mod paying;
mod payment_words;
mod personal;
mod recent;
mod reconciliation;
mod refunds;
mod register;
mod reports;
mod retention;
mod schema;
mod staff;
mod steps;
mod velocity;
mod windows;
