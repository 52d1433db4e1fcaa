//! Metrics for Prometheus, on an address of their own: never on the one that payers reach.
//!
//! What requests do is counted as they end; all else is read when it is asked for, from what the board has read and from
//! counters that the ledger keeps anyway, so that a payment costs nothing more. Labels are words of the program and codes
//! of its billers: no reference, no phone, no text from outside.

mod gauges;
mod requests;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;
use ledger::Ledger;
use payments::{Clock, Hub};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

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
    /// Nothing counted yet.
    pub fn new(hub: Arc<Hub>, ledger: Arc<Ledger>, clock: Clock) -> Self {
        let mut registry = Registry::with_prefix("fatoura");
        let (requests, gauges) = (Requests::register(&mut registry), Gauges::register(&mut registry));
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
        self.gauges.set(&board, &jobs, self.ledger.stats(), now);
        self.gauges.set_dropped(self.hub.exchanges_dropped());
        let mut text = String::new();
        encode(&mut text, &self.registry).context("the metrics cannot be written")?;
        Ok(text)
    }
}

async fn show(metrics: web::Data<Metrics>) -> HttpResponse {
    match metrics.text().await {
        Ok(text) => HttpResponse::Ok().content_type(OPEN_METRICS).insert_header((CACHE_CONTROL, "no-store")).body(text),
        Err(error) => {
            tracing::error!(%error, "no metrics");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}

/// The server of the metrics over a listener; it runs once it is awaited or spawned.
pub(crate) fn serve(listener: TcpListener, metrics: web::Data<Metrics>) -> anyhow::Result<Server> {
    let server = HttpServer::new(move || App::new().app_data(metrics.clone()).route("/metrics", web::get().to(show)))
        .workers(1)
        .max_connections(CONNECTIONS_MAX)
        .client_request_timeout(REQUEST_TIMEOUT)
        .disable_signals();
    Ok(server.listen(listener).context("the server of the metrics cannot start")?.run())
}
