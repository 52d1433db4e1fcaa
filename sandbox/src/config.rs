//! What a sandbox is started with.

use std::net::IpAddr;
use std::path::PathBuf;

/// Addresses and test credentials of a sandbox. The defaults are the ones that `docs/sandbox.md` publishes: they
/// protect nothing and are no secrets.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Interface to listen on.
    pub bind: IpAddr,
    /// Port of the HTTP server; 0 lets the system choose.
    pub http_port: u16,
    /// Port of the mail sink; 0 lets the system choose.
    pub smtp_port: u16,
    /// Port of the file server; 0 lets the system choose.
    pub sftp_port: u16,
    /// The only key that the file server takes, `ssh-ed25519 AAAA...`; `None`: any.
    pub sftp_client_key: Option<String>,
    /// Folder that keeps what happened over a restart; `None` keeps it in memory only.
    pub data_dir: Option<PathBuf>,
    /// The billers' shared secret: JSON and file signatures, SOAP MAC.
    pub biller_secret: String,
    /// The merchant's number at the card gateway.
    pub cmi_client_id: String,
    /// The merchant's store key, for HASH ver3.
    pub cmi_store_key: String,
    /// User of the gateway's server API.
    pub cmi_api_user: String,
    /// Password of that user.
    pub cmi_api_password: String,
    /// Account of the SMS provider.
    pub twilio_account_sid: String,
    /// Token of that account: authorises SMS and signs the voice provider's requests.
    pub twilio_auth_token: String,
    /// Where the voice provider asks what to do with a call, `https://.../ivr/start`; calls may name another place.
    pub voice_url: Option<String>,
    /// How long the "slow" test card holds the callback back, in milliseconds.
    pub slow_callback_ms: u64,
    /// Whether each day is closed by the clock, when it is over in Morocco; else only when it is asked for.
    pub closes_days: bool,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            bind: IpAddr::from([127, 0, 0, 1]),
            http_port: 0,
            smtp_port: 0,
            sftp_port: 0,
            sftp_client_key: None,
            data_dir: None,
            biller_secret: "sandbox-biller-secret".into(),
            cmi_client_id: "600001234".into(),
            cmi_store_key: "TEST1234".into(),
            cmi_api_user: "api".into(),
            cmi_api_password: "sandbox-api".into(),
            twilio_account_sid: "ACsandbox".into(),
            twilio_auth_token: "sandbox-token".into(),
            voice_url: None,
            slow_callback_ms: 5_000,
            closes_days: false,
        }
    }
}

/// Why a sandbox does not start or cannot keep its data.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A port is taken or the interface does not exist.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// What was asked for.
        address: String,
        /// The system's words.
        cause: std::io::Error,
    },
    /// The data folder cannot be read or written.
    #[error("cannot use the sandbox's data at {path}: {cause}")]
    Data {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong, and where the file is damaged if it is.
        cause: String,
    },
    /// The client that posts callbacks cannot be made.
    #[error("cannot make the HTTP client: {0}")]
    Client(String),
}
