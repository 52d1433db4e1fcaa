//! TLS by the program itself. Without it a reverse proxy ends TLS in front.

use std::path::PathBuf;

use super::environment::{Reader, Unset, Variable, variable};

const CERTIFICATE: Variable = variable(
    "FATOURA_TLS_CERTIFICATE",
    Unset::LeftOut,
    "the path of a PEM file: the certificate, then its chain",
    "serve TLS with this certificate; read at the start. Without it the program speaks plain HTTP, to a proxy that ends TLS",
);
const KEY: Variable = variable(
    "FATOURA_TLS_KEY",
    Unset::LeftOut,
    "the path of a PEM file with the certificate's private key",
    "goes with the certificate",
);

pub(super) const VARIABLES: &[&Variable] = &[&CERTIFICATE, &KEY];

/// The files of the certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsConfig {
    /// PEM: the certificate, then its chain.
    pub certificate: PathBuf,
    /// PEM: the private key.
    pub key: PathBuf,
}

impl TlsConfig {
    /// `None` without TLS, or together with a fault.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        match (reader.text(&CERTIFICATE), reader.text(&KEY)) {
            (Some(certificate), Some(key)) => Some(Self { certificate: certificate.into(), key: key.into() }),
            (Some(_), None) => {
                reader.fault(&KEY, "it is not set, but FATOURA_TLS_CERTIFICATE is");
                None
            }
            (None, Some(_)) => {
                reader.fault(&CERTIFICATE, "it is not set, but FATOURA_TLS_KEY is");
                None
            }
            (None, None) => None,
        }
    }
}
