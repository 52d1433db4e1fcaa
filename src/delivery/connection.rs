//! A connection to a file server: its key is held to the one that is known, and the hub shows its own.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, Handle, Msg};
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use russh::{ChannelStream, Disconnect, Preferred};
use russh_sftp::client::Config as SftpConfig;
use russh_sftp::client::error::Error as SftpError;
use settlement::terms::Sftp;

use super::Failure;

/// From the first byte to a session that takes files.
const CONNECT_MAX: Duration = Duration::from_secs(20);
/// Longest wait for one answer.
const ANSWER_MAX_SECONDS: u64 = 30;
/// Longest whole try: the largest files there are, over a slow line.
pub(super) const TRY_MAX: Duration = Duration::from_secs(15 * 60);

/// The server's key, held to the one that is known.
struct Pinned {
    known: PublicKey,
    other: Arc<Mutex<Option<String>>>,
}

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let is_known = key.key_data() == self.known.key_data();
        if !is_known {
            let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
            *self.other.lock().unwrap_or_else(PoisonError::into_inner) = Some(fingerprint);
        }
        Ok(is_known)
    }
}

/// A connection with a session on it.
pub(super) struct Connection<S> {
    ssh: Handle<Pinned>,
    /// The session.
    pub(super) sftp: S,
}

impl<S> Connection<S> {
    /// Connects, signs in and opens a session.
    pub(super) async fn open(
        server: &Sftp,
        key: Arc<PrivateKey>,
        open: impl AsyncFnOnce(ChannelStream<Msg>) -> Result<S, SftpError>,
    ) -> Result<Self, Failure> {
        match tokio::time::timeout(CONNECT_MAX, Self::connect(server, key, open)).await {
            Ok(connected) => connected,
            Err(_) => Err(Failure::passing(format!("{} does not answer in time", place_of(server))).of_target()),
        }
    }

    async fn connect(
        server: &Sftp,
        key: Arc<PrivateKey>,
        open: impl AsyncFnOnce(ChannelStream<Msg>) -> Result<S, SftpError>,
    ) -> Result<Self, Failure> {
        let place = place_of(server);
        let known = PublicKey::from_openssh(&server.host_key)
            .map_err(|_| Failure::lasting("the server's key in the terms cannot be read").of_target())?;
        let config = client::Config {
            inactivity_timeout: Some(Duration::from_secs(2 * ANSWER_MAX_SECONDS)),
            // A server with several keys shows the one that is known.
            preferred: Preferred { key: Cow::Owned(vec![known.algorithm()]), ..Preferred::default() },
            nodelay: true,
            ..client::Config::default()
        };
        let other = Arc::new(Mutex::new(None));
        let pinned = Pinned { known, other: Arc::clone(&other) };
        let connected = client::connect(Arc::new(config), (server.host.as_str(), server.port), pinned).await;
        let mut ssh = connected.map_err(|error| {
            let shown = other.lock().unwrap_or_else(PoisonError::into_inner).take();
            match (shown, error) {
                (Some(shown), _) => Failure::lasting(format!(
                    "{place} shows the key {shown}, which is not the one of the terms: nothing was sent; ask its owner"
                )),
                (None, russh::Error::UnknownKey | russh::Error::NoCommonAlgo { .. }) => {
                    Failure::lasting(format!("{place} has no key of the kind that the terms name"))
                }
                (None, error) => Failure::passing(format!("{place} cannot be reached: {error}")),
            }
            .of_target()
        })?;
        let lost = |error: russh::Error| Failure::passing(format!("{place}: {error}")).of_target();
        let key = PrivateKeyWithHashAlg::new(key, None);
        if !ssh.authenticate_publickey(&server.user, key).await.map_err(lost)?.success() {
            let why = format!("{place} does not let {} in with the key {}", server.user, server.key);
            return Err(Failure::lasting(why).of_target());
        }
        let channel = ssh.channel_open_session().await.map_err(lost)?;
        channel.request_subsystem(true, "sftp").await.map_err(lost)?;
        let sftp = open(channel.into_stream()).await;
        let sftp = sftp.map_err(|error| Failure::passing(format!("{place}: no SFTP: {}", told(&error))).of_target())?;
        Ok(Self { ssh, sftp })
    }

    /// Hangs up. What is to be known is known: how the connection ends changes nothing, and may not take long.
    pub(super) async fn close(self) {
        let bye = self.ssh.disconnect(Disconnect::ByApplication, "", "en");
        let _ = tokio::time::timeout(Duration::from_secs(1), bye).await;
    }
}

/// Where a server is, as it is told.
pub(super) fn place_of(server: &Sftp) -> String {
    format!("{}:{}", server.host, server.port)
}

/// How long its answers are waited for.
pub(super) fn sftp_config() -> SftpConfig {
    SftpConfig { request_timeout_secs: ANSWER_MAX_SECONDS, ..SftpConfig::default() }
}

/// The server's code; its own words are its own.
pub(super) fn told(error: &SftpError) -> String {
    match error {
        SftpError::Status(status) => status.status_code.to_string(),
        other => other.to_string(),
    }
}
