//! Starting and stopping a sandbox.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Once};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};

use crate::config::{SandboxConfig, SandboxError};
use crate::handle::Control;
use crate::world::World;
use crate::{bank, billers, control, dashboard, days, gateway, inboxes, sftp, sms, smtp, voice};

/// Largest request that any of the protocols needs, with room: a payments file of 10,000 lines.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// How long a request may take to arrive: a client that stalls must not hold a connection for ever.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// How long an idle connection is kept: longer than any client keeps it, so that nothing is sent as it is closed.
const KEEP_ALIVE: Duration = Duration::from_secs(120);
/// How long an idle connection to a hub is kept: shorter than the 75 s of a hub.
pub(crate) const POOL_IDLE: Duration = Duration::from_secs(60);

/// Two threads serve a test environment, and leave the machine to the hub.
const WORKERS: usize = 2;

/// The outside world, ready to be started.
pub struct Sandbox;

/// A sandbox that listens.
pub struct RunningSandbox {
    base_url: String,
    control: Control,
    server: ServerHandle,
    smtp_addr: SocketAddr,
    smtp: tokio::task::JoinHandle<()>,
    sftp_addr: SocketAddr,
    sftp: tokio::task::JoinHandle<()>,
    /// Closes days by the clock, where it is to.
    closing: Option<tokio::task::JoinHandle<()>>,
}

pub(crate) fn init_tls() {
    static ONCE: Once = Once::new();
    // Fails if the process installed a provider before: that one serves as well.
    ONCE.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

impl Sandbox {
    /// Listens on the configured ports and serves until [`RunningSandbox::stop`].
    pub async fn start(config: SandboxConfig) -> Result<RunningSandbox, SandboxError> {
        init_tls();
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .pool_idle_timeout(POOL_IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|fault| SandboxError::Client(fault.to_string()))?;
        let listener = listen(SocketAddr::new(config.bind, config.http_port))?;
        let address = local(&listener)?;
        let mail_listener = listen(SocketAddr::new(config.bind, config.smtp_port))?;
        let smtp_addr = local(&mail_listener)?;
        let file_listener = listen(SocketAddr::new(config.bind, config.sftp_port))?;
        let sftp_addr = local(&file_listener)?;
        let world = Arc::new(World::open(config, client)?);
        let base_url = format!("http://{address}");
        let _ = world.base_url.set(base_url.clone());
        let shared = web::Data::from(world.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
                .app_data(web::FormConfig::default().limit(BODY_BYTES_MAX))
                .configure(billers::routes)
                .configure(gateway::routes)
                .configure(sms::routes)
                .configure(voice::routes)
                .configure(control::routes)
                .configure(dashboard::routes)
                .configure(inboxes::routes)
                .configure(bank::routes)
                .configure(days::routes)
        })
        .workers(WORKERS)
        .client_request_timeout(REQUEST_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .disable_signals()
        .shutdown_timeout(2)
        .listen(listener)
        .map_err(|cause| SandboxError::Listen { address: address.to_string(), cause })?
        .run();
        let handle = server.handle();
        let mail = smtp::listen(mail_listener, world.clone())
            .map_err(|cause| SandboxError::Listen { address: smtp_addr.to_string(), cause })?;
        let files = sftp::listen(file_listener, world.clone())
            .map_err(|cause| SandboxError::Listen { address: sftp_addr.to_string(), cause })?;
        tokio::spawn(server);
        let (smtp, sftp) = (tokio::spawn(mail), tokio::spawn(files));
        let closing = world.config.closes_days.then(|| tokio::spawn(days::keep_closing(world.clone())));
        let control = Control { world };
        Ok(RunningSandbox { base_url, control, server: handle, smtp_addr, smtp, sftp_addr, sftp, closing })
    }
}

impl RunningSandbox {
    /// `http://address:port`, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// Where the mail sink listens, without TLS.
    pub fn smtp_addr(&self) -> SocketAddr {
        self.smtp_addr
    }

    /// Where the file server listens.
    pub fn sftp_addr(&self) -> SocketAddr {
        self.sftp_addr
    }

    /// The file server's key as `known_hosts` has it: the same for every sandbox.
    pub fn sftp_host_key(&self) -> String {
        sftp::public_host_key()
    }

    /// The state, for tests and demos.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Stops listening and lets running answers end, for at most two seconds.
    pub async fn stop(self) {
        self.smtp.abort();
        self.sftp.abort();
        if let Some(closing) = self.closing {
            closing.abort();
        }
        self.server.stop(true).await;
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, SandboxError> {
    TcpListener::bind(address).map_err(|cause| SandboxError::Listen { address: address.to_string(), cause })
}

fn local(listener: &TcpListener) -> Result<SocketAddr, SandboxError> {
    listener.local_addr().map_err(|cause| SandboxError::Listen { address: "its port".into(), cause })
}
