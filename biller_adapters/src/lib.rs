//! Connectors that speak to billers, one file per protocol.
//!
//! A [`Connector`] builds requests and reads answers and does no IO; the client does the IO for all of them.

mod connector;

pub use connector::*;

/// How the hub speaks to one biller: which protocol, and its settings.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "protocol", rename_all = "snake_case", deny_unknown_fields)]
pub enum ConnectorSettings {
    /// JSON over HTTP, signed with HMAC-SHA256 (docs/biller-json-rest.md).
    JsonRest {
        /// Base URL, no trailing slash.
        base_url: String,
        /// Name of the environment variable that holds the shared secret.
        secret_env: String,
    },
    /// The FATOURATI SOAP operations.
    FatouratiSoap {
        /// Endpoint URL.
        endpoint: String,
        /// Name of the environment variable that holds the MAC secret.
        secret_env: String,
        /// The acquirer's identifier given by the biller hub.
        acquirer_id: String,
    },
    /// Bill files dropped by the biller; payments files given back (docs/biller-flat-file.md).
    FlatFile {
        /// Where the biller's bill file is pulled from.
        bills_url: String,
        /// Below this URL the hub puts one payments file a confirmation.
        payments_url: String,
        /// Name of the environment variable that holds the shared secret.
        secret_env: String,
    },
}
