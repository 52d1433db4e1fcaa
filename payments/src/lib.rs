//! The use cases that every channel shares, and the gateways by which money arrives.

pub mod amount_rule;
pub mod api;
pub mod catalogue;
pub mod gateways;
mod hub;
pub mod tariff;

pub use hub::Hub;
