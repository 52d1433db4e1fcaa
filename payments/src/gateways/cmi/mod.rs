//! CMI's hosted card page (Nestpay "3D pay hosting"): the form that sends the payer there, the callback that comes
//! back, and the server operations. No card number passes through the hub.

pub mod api;
pub mod callback;
pub mod client;
mod entities;
pub mod form;
pub mod hash;

use std::time::Duration;

use secrecy::SecretString;

/// The merchant's account at the gateway. Secrets come from the environment and are never logged.
#[derive(Debug, Clone)]
pub struct CmiSettings {
    /// The merchant's number (`clientid`).
    pub client_id: String,
    /// The key of the `ver3` hash.
    pub store_key: SecretString,
    /// The hosted page: `https://.../fim/est3Dgate`.
    pub gateway_url: String,
    /// The server operations: `https://.../fim/api`.
    pub api_url: String,
    /// The operator's name for server operations.
    pub api_user: String,
    /// The operator's password.
    pub api_password: SecretString,
    /// Whether an approved callback asks the gateway to capture at once; otherwise the hub captures later by itself.
    pub automatic_capture: bool,
    /// Sent in place of the payer's mail address where there is none: the gateway requires one.
    pub fallback_email: String,
    /// Longest wait for a connection (TCP and TLS).
    pub connect_timeout: Duration,
    /// Longest wait for a server operation: banks are slow, and an early end only costs a status query.
    pub timeout: Duration,
}

impl CmiSettings {
    /// The default of `connect_timeout`.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
    /// The default of `timeout`.
    pub const TIMEOUT: Duration = Duration::from_secs(20);
}

/// ISO 4217 number of the dirham, as the gateway writes it.
const CURRENCY: &str = "504";

/// A card mask that is safe to keep: at most the first six and the last four digits (PCI DSS 3.4.1), whatever came.
pub(crate) fn safe_mask(given: &str) -> String {
    let digits = given.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    let hide = |c: char| {
        if !c.is_ascii_digit() {
            return c;
        }
        seen += 1;
        if digits > 10 && seen > 6 && seen <= digits - 4 { '*' } else { c }
    };
    given.trim().chars().take(32).map(hide).collect()
}

#[cfg(test)]
pub(crate) fn settings_for_tests(api_url: &str) -> CmiSettings {
    CmiSettings {
        client_id: "600001234".into(),
        store_key: "TEST1234".into(),
        gateway_url: "https://gateway.example.ma/fim/est3Dgate".into(),
        api_url: api_url.into(),
        api_user: "api".into(),
        api_password: "pass<word".into(),
        automatic_capture: true,
        fallback_email: "payer@hub.example.ma".into(),
        connect_timeout: CmiSettings::CONNECT_TIMEOUT,
        timeout: CmiSettings::TIMEOUT,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case("4000 00** **** 0010", "4000 00** **** 0010")]
    #[case("400000******0010", "400000******0010")]
    #[case("4000000000000010", "400000******0010")]
    #[case("", "")]
    fn masks(#[case] given: &str, #[case] kept: &str) {
        assert_eq!(super::safe_mask(given), kept);
    }
}
