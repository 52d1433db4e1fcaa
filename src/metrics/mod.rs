//! Metrics for Prometheus, on an address of their own: never on the one that payers reach.
//!
//! What requests do is counted as they end; all else is read when it is asked for, from what the board has read and from
//! counters that the ledger keeps anyway, so that a payment costs nothing more. Labels are words of the program and codes
//! of its billers: no reference, no phone, no text from outside.

mod commits;
mod gauges;
mod heard;
mod requests;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context;
use ledger::Ledger;
use payments::{Clock, Hub};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use heard::Heard;

use commits::Commits;
use gauges::Gauges;
use requests::Requests;

/// The content type of OpenMetrics' text form, which Prometheus reads.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Connections at once: there are a few collectors.
const CONNECTIONS_MAX: usize = 16;
/// How long the head of a request may take to arrive.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// What is counted and read of this process and the hub.
pub struct Metrics {
    registry: Registry,
    requests: Requests,
    gauges: Gauges,
    hub: Arc<Hub>,
    ledger: Arc<Ledger>,
    clock: Clock,
}

impl Metrics {
    /// Nothing counted yet but by the ledger, and by what was `heard`.
    pub fn new(hub: Arc<Hub>, ledger: Arc<Ledger>, clock: Clock, heard: &Heard) -> Self {
        let mut registry = Registry::with_prefix("fatoura");
        let (requests, gauges) = (Requests::register(&mut registry), Gauges::register(&mut registry));
        heard.register(&mut registry);
        registry.register_collector(Box::new(Commits(Arc::clone(&ledger))));
        Self { registry, requests, gauges, hub, ledger, clock }
    }

    /// Counts an answered request; `route` is its pattern.
    pub(crate) fn count_request(&self, route: &str, method: &str, status: u16, took: Duration) {
        self.requests.count(route, method, status, took);
    }

    /// All of it, as text. What the database does not say is left out.
    pub async fn text(&self) -> anyhow::Result<String> {
        let board = self.hub.board().await;
        let now = (self.clock)();
        let ledger = Arc::clone(&self.ledger);
        let jobs = tokio::task::spawn_blocking(move || ledger.read(|reader| reader.jobs()));
        let jobs = jobs.await.ok().and_then(Result::ok).unwrap_or_default();
        self.gauges.set(&board, &jobs, now);
        self.gauges.set_ledger(&self.ledger);
        self.gauges.set_dropped(self.hub.exchanges_dropped());
        let mut text = String::new();
        encode(&mut text, &self.registry).context("the metrics cannot be written")?;
        Ok(text)
    }
}

/// A word of the program as a label has it.
fn word(kind: &str) -> String {
    kind.replace(' ', "_").to_lowercase()
}

/// The word without which nothing is told; `None`: told to whoever reaches the address.
struct Token(Option<SecretString>);

impl Token {
    /// Whether a request knows it. How far a wrong one is right does not show in the time that this takes.
    fn is_known_to(&self, request: &HttpRequest) -> bool {
        let Some(token) = &self.0 else { return true };
        let digest = |text: &str| Sha256::digest(text.as_bytes());
        let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.split_once(' '));
        given.is_some_and(|(scheme, given)| {
            let is_it = digest(given.trim()).ct_eq(&digest(token.expose_secret()));
            scheme.eq_ignore_ascii_case("bearer") && bool::from(is_it)
        })
    }
}

async fn show(request: HttpRequest, metrics: web::Data<Metrics>, token: web::Data<Token>) -> HttpResponse {
    if !token.is_known_to(&request) {
        return HttpResponse::Unauthorized().insert_header((WWW_AUTHENTICATE, "Bearer")).finish();
    }
    match metrics.text().await {
        Ok(text) => HttpResponse::Ok().content_type(OPEN_METRICS).insert_header((CACHE_CONTROL, "no-store")).body(text),
        Err(error) => {
            tracing::error!(%error, "no metrics");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}

/// The server of the metrics over a listener; it runs once it is awaited or spawned. Where there is a `token`, collectors have
/// to know it.
pub(crate) fn serve(
    listener: TcpListener,
    metrics: web::Data<Metrics>,
    token: Option<SecretString>,
) -> anyhow::Result<Server> {
    let token = web::Data::new(Token(token));
    let app =
        move || App::new().app_data(metrics.clone()).app_data(token.clone()).route("/metrics", web::get().to(show));
    let server = HttpServer::new(app)
        .workers(1)
        .max_connections(CONNECTIONS_MAX)
        .client_request_timeout(REQUEST_TIMEOUT)
        .disable_signals();
    Ok(server.listen(listener).context("the server of the metrics cannot start")?.run())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::right(Some("Bearer the token of a test"), true)]
    #[case::scheme_in_any_case(Some("bearer the token of a test"), true)]
    #[case::none(None, false)]
    #[case::another(Some("Bearer the token of a tesT"), false)]
    #[case::its_beginning(Some("Bearer the token"), false)]
    #[case::longer(Some("Bearer the token of a test and more"), false)]
    #[case::empty(Some("Bearer "), false)]
    #[case::another_scheme(Some("Basic the token of a test"), false)]
    #[case::no_scheme(Some("the-token-of-a-test"), false)]
    fn tokens(#[case] given: Option<&str>, #[case] is_known: bool) {
        let request = given
            .map_or_else(TestRequest::default, |given| TestRequest::default().insert_header((AUTHORIZATION, given)));
        let request = request.to_http_request();
        assert_eq!(Token(Some("the token of a test".into())).is_known_to(&request), is_known);
        assert!(Token(None).is_known_to(&request));
    }
}
