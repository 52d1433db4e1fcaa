//! What faces people and machines: the web pages, the pages for staff, the voice server and webhooks.
//!
//! [`configure`] mounts every route; it takes a [`ChannelState`] as app data. Channels know the use cases of
//! `payments` and nothing of rows or biller protocols.

mod agents;
mod billers;
mod board;
mod branding;
mod desk;
mod disputes;
mod finance;
mod guard;
mod health;
mod holds;
mod ivr;
mod outcomes;
mod outlet;
mod personal;
mod portal;
mod receipt;
mod refunds;
mod register;
mod reports;
mod routes;
mod staff;
mod state;
mod use_cases;
mod web;
mod webhooks;

pub use agents::AgentsLimits;
pub use ivr::{Teleoperators, VoiceSettings};
pub use personal::{erasure_certificate, readable_export};
pub use receipt::{bill_names, link_url, look_of, payment_url, receipt_data};
pub use reports::{LetterFile, Piece, ReportLetter, report_letter, write_report};
pub use routes::configure;
pub use state::{ChannelState, Check, Clock, Readiness, Warnings, WebLimits, WebSettings};
