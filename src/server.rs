//! The HTTP server: its limits, and TLS where the program ends it itself.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use anyhow::{Context, anyhow, bail};
use biller_adapters::init_tls;
use channels::ChannelState;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::{TlsConfig, WebConfig};
use crate::metrics::Metrics;
use crate::request_log;

/// How long the head of a request may take to arrive: phones on weak networks, not clients that stall.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept: longer than the usual 60 s of proxies, which must be the ones to close.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Connections of one worker thread; past it, newcomers wait in the system's queue.
const CONNECTIONS_PER_WORKER: usize = 10_000;

/// Listens, or says what to do about it; `setting` is what chose the address.
pub fn listen(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| anyhow!(cannot_listen(&address.to_string(), &error, setting)))
}

/// Why an address cannot be listened on, and what to do.
pub fn cannot_listen(address: &str, error: &io::Error, setting: &str) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("{address} is in use: stop what listens there, or choose another with {setting}")
        }
        io::ErrorKind::PermissionDenied => {
            format!("{address} may not be used: ports below 1024 need a privilege; choose another with {setting}")
        }
        io::ErrorKind::AddrNotAvailable => {
            format!("{address} is no address of this machine: choose another with {setting}")
        }
        _ => format!("cannot listen on {address} (see {setting}): {error}"),
    }
}

/// The server over a listener; it runs once it is awaited or spawned.
pub fn serve(
    listener: TcpListener,
    tls: Option<ServerConfig>,
    web: &WebConfig,
    state: web::Data<ChannelState>,
    metrics: web::Data<Metrics>,
) -> anyhow::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(metrics.clone())
            .wrap(from_fn(request_log::log))
            .configure(channels::configure)
    })
    .workers(web.workers.unwrap_or_else(cores))
    .max_connections(CONNECTIONS_PER_WORKER)
    .client_request_timeout(REQUEST_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(web.stop.as_secs())
    // Signals stop the parts in order, from one place.
    .disable_signals();
    let server = match tls {
        Some(config) => server.listen_rustls_0_23(listener, config),
        None => server.listen(listener),
    };
    Ok(server.context("the HTTP server cannot start")?.run())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Reads the certificate and its key.
pub fn tls(config: &TlsConfig) -> anyhow::Result<ServerConfig> {
    init_tls();
    let certificate = read(&config.certificate, "FATOURA_TLS_CERTIFICATE")?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&certificate).collect();
    let chain =
        chain.with_context(|| format!("FATOURA_TLS_CERTIFICATE: {} is damaged", config.certificate.display()))?;
    if chain.is_empty() {
        bail!("FATOURA_TLS_CERTIFICATE: {} holds no certificate in PEM form", config.certificate.display());
    }
    let key = read(&config.key, "FATOURA_TLS_KEY")?;
    let key = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|_| anyhow!("FATOURA_TLS_KEY: {} holds no private key in PEM form", config.key.display()))?;
    ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).with_context(|| {
        format!(
            "FATOURA_TLS_CERTIFICATE and FATOURA_TLS_KEY: {} and {} do not go together",
            config.certificate.display(),
            config.key.display()
        )
    })
}

fn read(path: &Path, variable: &str) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{variable}: {} cannot be read", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/biller_adapters/tests/tls");

    fn outcome(certificate: &str, key: &str) -> Result<(), String> {
        let path = |name: &str| Path::new(FOLDER).join(name);
        let config = TlsConfig { certificate: path(certificate), key: path(key) };
        tls(&config).map(drop).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_certificate_goes_with_its_key_only() {
        assert_eq!(outcome("server.pem", "server.key"), Ok(()));
        let cases = [
            ("absent.pem", "server.key", "absent.pem cannot be read"),
            ("server.key", "server.key", "holds no certificate"),
            ("server.pem", "server.pem", "holds no private key"),
            ("authority.pem", "server.key", "do not go together"),
        ];
        for (certificate, key, expected) in cases {
            let fault = outcome(certificate, key).unwrap_err();
            assert!(fault.contains(expected) && fault.starts_with("FATOURA_TLS"), "{fault}");
        }
    }

    #[test]
    fn a_port_in_use_is_said_so() {
        let taken = listen(([127, 0, 0, 1], 0).into(), "--port").unwrap();
        let fault = listen(taken.local_addr().unwrap(), "--port").unwrap_err().to_string();
        assert!(fault.contains("is in use") && fault.contains("--port"), "{fault}");
    }
}
