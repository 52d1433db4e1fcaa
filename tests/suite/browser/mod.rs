//! The pages in a real browser: paid through in every language, on desks and on phones, without scripts, without a
//! mouse; and every page on the way held against the same rules (see `audit.js`).

mod billers;
mod board;
mod branding;
mod desk;
mod disputes;
mod driver;
mod finance;
mod guard;
mod journeys;
mod mishaps;
mod outcomes;
mod outlet;
mod page;
mod personal;
mod register;
mod reports;
mod staff;
mod teleoperator;
