//! Headers that every answer carries.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
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

/// Adds what is missing, so that a page can state its own policy.
pub(crate) async fn secure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let hsts = request.app_data::<web::Data<ChannelState>>().is_some_and(|state| state.settings.secure_cookies);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    add(headers, "content-security-policy", &content_policy(None));
    add(headers, "x-content-type-options", "nosniff");
    add(headers, "x-frame-options", "DENY");
    add(headers, "referrer-policy", "same-origin");
    add(headers, "cross-origin-opener-policy", "same-origin");
    add(headers, "permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
    if hsts {
        add(headers, "strict-transport-security", "max-age=63072000");
    }
    Ok(response)
}

fn add(headers: &mut HeaderMap, name: &'static str, value: &str) {
    let name = HeaderName::from_static(name);
    if !headers.contains_key(&name)
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.insert(name, value);
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
