//! Where metrics are served.

use std::net::SocketAddr;

use super::environment::{Reader, Unset, Variable, variable};

const LISTEN: Variable = variable(
    "FATOURA_METRICS_LISTEN",
    Unset::LeftOut,
    "an address and a port, such as 127.0.0.1:9464",
    "where metrics are served for Prometheus, at `/metrics`: unencrypted, and for whoever reaches the address, so one of this machine or of an inner network. They are never served where payers come in",
);

pub(super) const VARIABLES: &[&Variable] = &[&LISTEN];

/// Where metrics are served; `None`: nowhere.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<SocketAddr> {
    reader.get(&LISTEN, |text| text.parse().ok())
}
