//! Answers over HTTP, and what faults make of them.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, body};

use crate::faults::Injected;
use crate::world::World;

/// An answer that can still be damaged or withheld.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", content_type.into())], body: body.into() }
    }

    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.into())
    }

    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    pub fn xml(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "text/xml; charset=utf-8", body.into())
    }

    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body.into())
    }

    pub fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn status(&self) -> u16 {
        self.status
    }

    /// Cuts the body short and damages what is left, so that neither a parser nor a signature takes it.
    fn garbled(mut self) -> Self {
        self.body.truncate(self.body.len() / 2);
        for byte in self.body.iter_mut().step_by(3) {
            *byte = b'#';
        }
        self.body.extend_from_slice(b"\x00\x7f#garbled");
        self
    }

    pub fn into_response(self) -> HttpResponse {
        let mut response =
            HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.insert_header((HeaderName::from_static(name), value));
            }
        }
        response.body(self.body)
    }
}

/// A page for people; nothing of it is kept by browsers.
pub(crate) fn html(status: u16, page: &impl askama::Template) -> Reply {
    match page.render() {
        Ok(body) => Reply::html(status, body).header("cache-control", "no-store".into()),
        Err(fault) => Reply::text(500, format!("the page could not be made: {fault}\n")),
    }
}

/// Closes the connection without a byte of answer: a body that fails before its first chunk makes the server give the
/// connection up while the head is still unsent.
fn dropped() -> HttpResponse {
    struct Broken;
    impl body::MessageBody for Broken {
        type Error = std::io::Error;
        fn size(&self) -> body::BodySize {
            body::BodySize::Stream
        }
        fn poll_next(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
            std::task::Poll::Ready(Some(Err(std::io::Error::other("dropped by a fault of the sandbox"))))
        }
    }
    HttpResponse::Ok().force_close().body(body::BoxBody::new(Broken))
}

/// Does the work of one call under the faults that are switched on for it.
pub(crate) async fn under_faults(
    world: &World,
    target: &str,
    call: &str,
    mut work: impl FnMut(&Injected) -> Reply,
) -> HttpResponse {
    let injected = world.take_faults(target, call);
    if injected.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(injected.delay_ms)).await;
    }
    if injected.down {
        return Reply::text(503, "down: a fault of the sandbox\n").into_response();
    }
    if injected.drop_before {
        return dropped();
    }
    let mut reply = work(&injected);
    if injected.twice {
        reply = work(&injected);
    }
    if injected.drop_after {
        return dropped();
    }
    if injected.garble {
        reply = reply.garbled();
    }
    reply.into_response()
}
