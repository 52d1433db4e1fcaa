//! The program under way: HTTP server, outbox dispatcher and jobs; started together, stopped in order.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use anyhow::Context;
use rustls::ServerConfig;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::config::WebConfig;
use crate::jobs::Jobs;
use crate::metrics;
use crate::server;

/// More than the dispatcher gives its own work, so that it is cut off only if it hangs.
const DISPATCHER_STOP_MAX: Duration = Duration::from_secs(30);

/// The program under way.
pub struct Running {
    app: App,
    address: SocketAddr,
    drain: Duration,
    server: ServerHandle,
    /// Of the metrics.
    measuring: Option<ServerHandle>,
    serving: JoinHandle<std::io::Result<()>>,
    dispatching: JoinHandle<()>,
    stop: watch::Sender<bool>,
    jobs: Jobs,
}

impl Running {
    /// Starts everything over a listener.
    pub async fn start(
        app: App,
        web: &WebConfig,
        tls: Option<ServerConfig>,
        listener: TcpListener,
    ) -> anyhow::Result<Self> {
        let address = listener.local_addr().context("the listener has no address")?;
        let jobs = Jobs::start(app.job_parts(), Arc::clone(&app.warnings)).await?;
        let serving = server::serve(listener, tls, web, app.state.clone(), app.metrics.clone())?;
        let server = serving.handle();
        let measuring = match app.metrics_address {
            Some(address) => {
                let listener = server::listen(address, "FATOURA_METRICS_LISTEN")?;
                let measuring = metrics::serve(listener, app.metrics.clone(), app.metrics_token.clone())?;
                let handle = measuring.handle();
                tokio::spawn(measuring);
                Some(handle)
            }
            None => None,
        };
        let serving = tokio::spawn(serving);
        let (stop, stopped) = watch::channel(false);
        let dispatcher = app.dispatcher.clone();
        let dispatching = tokio::spawn(async move { dispatcher.run(stopped).await });
        Ok(Self { app, address, drain: web.drain, server, measuring, serving, dispatching, stop, jobs })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns when a part has ended that should not have, saying which.
    pub async fn broken(&mut self) -> &'static str {
        tokio::select! {
            _ = &mut self.serving => "the HTTP server ended",
            _ = &mut self.dispatching => "the outbox dispatcher ended",
        }
    }

    /// Stops in order: says that it is not ready, stops accepting and lets requests end, then jobs, then the outbox,
    /// then the ledger's writer. Each step has a limit; what is cut off is taken up again at the next start.
    pub async fn stop(self) {
        self.app.turn_away();
        sleep(self.drain).await;
        self.server.stop(true).await;
        if let Some(measuring) = self.measuring {
            measuring.stop(false).await;
        }
        tracing::info!("no more requests");
        self.jobs.stop().await;
        // Nobody listens if the dispatcher ended by itself.
        let _ = self.stop.send(true);
        if !self.dispatching.is_finished() && timeout(DISPATCHER_STOP_MAX, self.dispatching).await.is_err() {
            tracing::warn!("the outbox did not come to rest; what was under way is tried again at the next start");
        }
        let ledger = self.app.ledger;
        // The writer commits what is queued: blocking, but on the last thread that has something to do.
        let closed = tokio::task::spawn_blocking(move || ledger.close()).await;
        tracing::info!(clean = closed.is_ok(), "stopped");
    }
}
