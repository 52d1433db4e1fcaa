//! Addresses in the configuration, and when they may be plain HTTP.

use std::net::IpAddr;

use reqwest::Url;

/// Whether a host is this machine: the only one to which payers' data and secrets go unencrypted.
pub(super) fn is_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An absolute URL without a slash at the end, https or of this machine, with nothing that could hide in it.
pub(super) fn safe_url(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    let url = Url::parse(text).ok()?;
    let encrypted = url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(&url));
    let plain = url.username().is_empty() && url.password().is_none();
    let bare = url.query().is_none() && url.fragment().is_none();
    (url.has_host() && encrypted && plain && bare).then(|| text.to_owned())
}

/// The same without a path: the pages stand at the root of their host.
pub(super) fn safe_origin(text: &str) -> Option<String> {
    let text = safe_url(text)?;
    (Url::parse(&text).ok()?.path() == "/").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://pay.example.ma", Some("https://pay.example.ma"))]
    #[case("https://pay.example.ma/", Some("https://pay.example.ma"))]
    #[case("http://127.0.0.1:8080", Some("http://127.0.0.1:8080"))]
    #[case("http://[::1]:8080", Some("http://[::1]:8080"))]
    #[case("http://localhost:8080/", Some("http://localhost:8080"))]
    #[case::unencrypted("http://pay.example.ma", None)]
    #[case::looks_like_loopback("http://127.0.0.1.example.ma", None)]
    #[case::other_scheme("ftp://pay.example.ma", None)]
    #[case::relative("pay.example.ma", None)]
    #[case::path("https://pay.example.ma/fatoura", None)]
    #[case::query("https://pay.example.ma/?a=1", None)]
    #[case::user("https://user:pass@pay.example.ma", None)]
    #[case::empty("", None)]
    fn origins(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(safe_origin(text).as_deref(), expected);
    }
}
