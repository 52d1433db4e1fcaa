//! Where metrics are served.

use std::net::SocketAddr;

use secrecy::SecretString;

use super::environment::{Reader, Unset, Variable, secret, variable};

const LISTEN: Variable = variable(
    "FATOURA_METRICS_LISTEN",
    Unset::LeftOut,
    "an address and a port, such as 127.0.0.1:9464",
    "where metrics are served for Prometheus, at `/metrics`: unencrypted, and for whoever reaches the address, so one of this machine or of an inner network. They are never served where payers come in",
);

const TOKEN: Variable = secret(
    "FATOURA_METRICS_TOKEN",
    Unset::LeftOut,
    "at least 16 bytes",
    "what a collector has to send as `Authorization: Bearer TOKEN`; without it metrics are told to whoever reaches the address",
);

/// Shortest token, in bytes: it cannot be guessed.
const TOKEN_MIN: usize = 16;

pub(super) const VARIABLES: &[&Variable] = &[&LISTEN, &TOKEN];

/// Where metrics are served; `None`: nowhere.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<SocketAddr> {
    reader.get(&LISTEN, |text| text.parse().ok())
}

/// What collectors have to know; `None`: nothing.
pub(super) fn token(reader: &mut Reader<'_>) -> Option<SecretString> {
    reader.secret(&TOKEN, TOKEN_MIN)
}
