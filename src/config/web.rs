//! Where the program listens, and what payers see of it.

use std::net::SocketAddr;
use std::time::Duration;

use channels::{WebLimits, WebSettings};
use secrecy::SecretString;

use super::address::safe_origin;
use super::environment::{Reader, Unset, Variable, secret, variable, with_default};

/// What HMAC-SHA256 makes full use of.
const KEY_BYTES_MIN: usize = 32;

const LISTEN: Variable =
    with_default("FATOURA_LISTEN", "127.0.0.1:8080", "an address and a port, such as 0.0.0.0:8443", "where to listen");
const PUBLIC_URL: Variable = variable(
    "FATOURA_PUBLIC_URL",
    Unset::Required,
    "https://HOST without a path (http:// only for this machine: localhost, 127.0.0.1 or [::1])",
    "the address under which payers and the card gateway reach the pages",
);
const COOKIE_KEY: Variable = secret(
    "FATOURA_COOKIE_KEY",
    Unset::Required,
    "at least 32 random characters, such as the output of `openssl rand -hex 32`",
    "signs cookies and forms and makes the tokens of payment links; the same over restarts and on every node",
);
const TRUST_PROXY: Variable = with_default(
    "FATOURA_TRUST_PROXY",
    "false",
    "true or false",
    "whether the last entry of X-Forwarded-For is the payer's address: only behind a proxy of yours that sets it",
);
const WORKERS: Variable = variable(
    "FATOURA_WORKERS",
    Unset::LeftOut,
    "a whole number, 1 to 256",
    "threads that serve requests; without it one a core",
);
const DRAIN: Variable = with_default(
    "FATOURA_DRAIN_SECONDS",
    "0",
    "a whole number, 0 to 300",
    "at a stop: how long `/health/ready` answers 503 while requests are still taken, so that a load balancer turns away first",
);
const STOP: Variable = with_default(
    "FATOURA_STOP_SECONDS",
    "30",
    "a whole number, 1 to 300",
    "at a stop: the longest wait for requests under way, and again for calls to billers and messages under way",
);

pub(super) const VARIABLES: &[&Variable] = &[&LISTEN, &PUBLIC_URL, &COOKIE_KEY, &TRUST_PROXY, &WORKERS, &DRAIN, &STOP];

/// Where the program listens, and what payers see of it.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Base URL of the pages, no slash at the end.
    pub public_url: String,
    /// Signs cookies and forms.
    pub cookie_key: SecretString,
    /// Whether `X-Forwarded-For` is believed.
    pub trust_proxy: bool,
    /// Threads that serve; `None`: one a core.
    pub workers: Option<usize>,
    /// At a stop, how long requests are still taken.
    pub drain: Duration,
    /// At a stop, the longest wait for what is under way.
    pub stop: Duration,
}

impl WebConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let listen = reader.get(&LISTEN, |text| text.parse().ok());
        let public_url = reader.get(&PUBLIC_URL, safe_origin);
        let cookie_key = reader.secret(&COOKIE_KEY, KEY_BYTES_MIN);
        let trust_proxy = reader.flag(&TRUST_PROXY);
        let workers = reader.number(&WORKERS, 1..=256);
        let drain = reader.seconds(&DRAIN, 0..=300);
        let stop = reader.seconds(&STOP, 1..=300);
        Some(Self {
            listen: listen?,
            public_url: public_url?,
            cookie_key: cookie_key?,
            trust_proxy: trust_proxy?,
            workers,
            drain: drain?,
            stop: stop?,
        })
    }

    /// The settings of the web channel. Cookies are `Secure` wherever the pages are: plain HTTP is for this machine.
    pub fn settings(&self, limits: WebLimits) -> WebSettings {
        WebSettings {
            public_url: self.public_url.clone(),
            cookie_key: self.cookie_key.clone(),
            trust_proxy: self.trust_proxy,
            secure_cookies: self.public_url.starts_with("https://"),
            limits,
        }
    }
}
