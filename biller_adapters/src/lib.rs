//! Connectors that speak to billers, one file per protocol.
