//! How the hub speaks to one biller: which protocol, and its settings.

use secrecy::{ExposeSecret, SecretString};

use crate::connector::{BillerFailure, Connector};
use crate::fatourati_soap::FatouratiSoap;
use crate::flat_file::FlatFile;
use crate::json_rest::JsonRest;

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
    /// The FATOURATI SOAP operations (docs/biller-fatourati-soap.md).
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

impl ConnectorSettings {
    /// The connector of a biller. `secrets` looks an environment variable up by name.
    ///
    /// `Misconfigured` says which setting is wrong and what would do: a missing secret, a URL that is none, plain HTTP
    /// to another machine.
    pub fn build(
        &self,
        biller_code: u16,
        secrets: &dyn Fn(&str) -> Option<SecretString>,
    ) -> Result<Box<dyn Connector>, BillerFailure> {
        match self {
            Self::JsonRest { base_url, secret_env } => {
                Ok(Box::new(JsonRest::new(biller_code, base_url, secret(secret_env, secrets)?)?))
            }
            Self::FatouratiSoap { endpoint, secret_env, acquirer_id } => {
                let secret = secret(secret_env, secrets)?;
                Ok(Box::new(FatouratiSoap::new(biller_code, endpoint, acquirer_id, secret)?))
            }
            Self::FlatFile { bills_url, payments_url, secret_env } => {
                let secret = secret(secret_env, secrets)?;
                Ok(Box::new(FlatFile::new(biller_code, bills_url, payments_url, secret)?))
            }
        }
    }
}

fn secret(name: &str, secrets: &dyn Fn(&str) -> Option<SecretString>) -> Result<SecretString, BillerFailure> {
    secrets(name).filter(|secret| !secret.expose_secret().is_empty()).ok_or_else(|| {
        BillerFailure::Misconfigured(format!("the environment variable {name} must hold the biller's shared secret"))
    })
}

/// Checks an address from the configuration and takes a trailing slash away.
///
/// Plain HTTP goes to this machine only (a sandbox, a local proxy): payments and customers' data travel encrypted.
pub(crate) fn address(setting: &str, url: &str) -> Result<reqwest::Url, BillerFailure> {
    let wrong = |what: &str| BillerFailure::Misconfigured(format!("{setting} '{url}': {what}"));
    let parsed = reqwest::Url::parse(url.trim_end_matches('/')).map_err(|error| wrong(&error.to_string()))?;
    let host = parsed.host_str().ok_or_else(|| wrong("it has no host"))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let local = host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match parsed.scheme() {
        "https" => {}
        "http" if local => {}
        _ => return Err(wrong("it must begin with https:// (http:// is for this machine only)")),
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(wrong("it must not hold a user name or password"));
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(wrong("it must have no query and no fragment"));
    }
    Ok(parsed)
}

/// An address with more path segments, which must need no escaping.
pub(crate) fn below(base: &reqwest::Url, path: &str) -> reqwest::Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}
