//! The use cases that every channel shares, and the gateways by which money arrives.

pub mod api;
pub mod catalogue;
mod hub;

pub use hub::Hub;
