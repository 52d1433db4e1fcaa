//! Headers that every answer carries.

use std::sync::LazyLock;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::state::ChannelState;

/// Nothing but our own files; forms go to ourselves, and on one page to the card gateway.
fn content_policy(form_target: Option<&str>) -> String {
    let target = form_target.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
         form-action 'self'{target}; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The policy of the page that posts to the gateway's address; `None` if that is no http(s) address.
pub(super) fn policy_with_gateway(action: &str) -> Option<String> {
    origin(action).map(|origin| content_policy(Some(&origin)))
}

/// Scheme, host and port of an absolute address, if it holds only what those may hold.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    (matches!(scheme, "https" | "http") && !host.is_empty() && host.bytes().all(plain))
        .then(|| format!("{scheme}://{host}"))
}

/// What every answer carries. Made once: it goes with each.
static COMMON: LazyLock<Vec<(HeaderName, HeaderValue)>> = LazyLock::new(|| {
    let common = [
        (header::CONTENT_SECURITY_POLICY, content_policy(None)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::X_FRAME_OPTIONS, "DENY".to_owned()),
        (header::REFERRER_POLICY, "same-origin".to_owned()),
        (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin".to_owned()),
        (header::PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=(), payment=()".to_owned()),
    ];
    common.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?))).collect()
});

/// Adds what is missing, so that a page can state its own policy.
pub(crate) async fn secure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let hsts = request.app_data::<web::Data<ChannelState>>().is_some_and(|state| state.settings.secure_cookies);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in COMMON.iter() {
        add(headers, name, value);
    }
    if hsts {
        add(headers, &header::STRICT_TRANSPORT_SECURITY, &HeaderValue::from_static("max-age=63072000"));
    }
    Ok(response)
}

fn add(headers: &mut HeaderMap, name: &HeaderName, value: &HeaderValue) {
    if !headers.contains_key(name) {
        headers.insert(name.clone(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://payment.cmi.co.ma/fim/est3Dgate", Some("https://payment.cmi.co.ma"))]
    #[case("http://127.0.0.1:4010/fim/est3Dgate?x=1", Some("http://127.0.0.1:4010"))]
    #[case("http://[::1]:4010/", Some("http://[::1]:4010"))]
    #[case("javascript://alert(1)", None)]
    #[case("https://a.example; script-src *", None)]
    #[case("https://user@host/", None)]
    #[case("/relative", None)]
    fn origins(#[case] url: &str, #[case] expected: Option<&str>) {
        assert_eq!(origin(url).as_deref(), expected);
    }
}
