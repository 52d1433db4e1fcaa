//! The gateways by which money arrives.

pub mod cmi;
