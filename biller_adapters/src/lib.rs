//! Connectors that speak to billers, one file per protocol.
//!
//! A [`Connector`] builds requests and reads answers and does no IO; the [`BillerClient`] does the IO for all of them.
//! [`ConnectorSettings::build`] makes a biller's connector from its configuration.

mod answers;
mod breaker;
mod client;
mod connector;
mod fatourati_soap;
#[cfg(test)]
mod fixtures;
mod flat_file;
mod json_rest;
pub mod recording;
mod settings;
mod signing;
mod tls;
mod trace;

pub use breaker::MonotonicClock;
pub use client::{BillerClient, BillerObserver, BillerTry, ClientSettings};
pub use connector::*;
pub use fatourati_soap::{FatouratiSoap, ListedBiller, ListedField, ListedReceivableType};
pub use flat_file::{BillFile, FileBill, FileCustomer, FileStep, LineFault, SequenceFault, parse_bill_file};
pub use settings::ConnectorSettings;
pub use tls::init_tls;
pub use trace::TraceId;
