//! The use cases that every channel shares, and the gateways by which money arrives.

pub mod amount_rule;
pub mod api;
pub mod billers;
pub mod board;
pub mod branding;
pub mod card_numbers;
mod cash_digits;
pub mod catalogue;
pub mod desk;
mod digits;
pub mod dispatch;
pub mod disputes;
mod exchanges;
pub mod finance;
pub mod form;
pub mod gateways;
pub mod guard;
pub mod holds;
mod hub;
pub mod links;
pub mod messages;
pub mod networks;
pub mod outcomes;
pub mod personal;
pub mod phone;
pub mod refunds;
pub mod register;
pub mod reports;
pub mod tariff;
pub mod typed_amount;
pub mod voice;

pub use exchanges::{ExchangeEnd, KeptExchange};
pub use hub::{Clock, FileOutcome, Hub, HubParts, HubSettings, Secrets, import_billers, import_networks};
