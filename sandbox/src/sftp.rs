//! A file server: SFTP version 3 over SSH. Every user has a folder of their own, made by the first sign-in.

mod session;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::world::World;
use session::Files;

/// The seed of the server's key: published with the sandbox, it protects nothing.
const HOST_KEY_SEED: [u8; 32] = *b"the sandbox's published host key";
/// A silent client is let go after that.
const IDLE: Duration = Duration::from_secs(60);
/// Connections at a time; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 64;
/// Files kept; the oldest is forgotten.
pub(crate) const FILES_MAX: usize = 2_000;

/// A file that somebody put here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedFile {
    /// Its number.
    pub id: u64,
    /// Whose folder it is in.
    pub user: String,
    /// Its path there, without a slash in front.
    pub path: String,
    /// What is in it.
    #[serde(with = "crate::smtp::raw_bytes")]
    pub bytes: Vec<u8>,
    /// When it was written last.
    pub at: DateTime<Utc>,
}

/// The server's private key, the same for every sandbox.
fn host_key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&HOST_KEY_SEED))
}

/// The server's public key as `known_hosts` has it.
pub(crate) fn public_host_key() -> String {
    // An Ed25519 key can always be written.
    PublicKey::from(&host_key()).to_openssh().unwrap_or_default()
}

/// Serves until it is dropped.
pub(crate) fn listen(
    listener: std::net::TcpListener,
    world: Arc<World>,
) -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let config = Arc::new(Config {
        keys: vec![host_key()],
        methods: MethodSet::from(&[MethodKind::PublicKey][..]),
        auth_rejection_time: Duration::ZERO,
        inactivity_timeout: Some(IDLE),
        ..Config::default()
    });
    Ok(async move {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut connections = JoinSet::new();
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            while connections.try_join_next().is_some() {}
            match listener.accept().await {
                Ok((stream, _)) => {
                    let ssh = Ssh { world: world.clone(), user: String::new(), channel: None };
                    let config = config.clone();
                    connections.spawn(async move {
                        let _place = place;
                        let ended = match russh::server::run_stream(config, stream, ssh).await {
                            Ok(session) => session.await,
                            Err(fault) => Err(fault),
                        };
                        if let Err(fault) = ended {
                            tracing::debug!(%fault, "a file connection ended");
                        }
                    });
                }
                // Out of file handles or the like: give the system a moment.
                Err(fault) => {
                    tracing::warn!(%fault, "a file connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    })
}

/// A connection up to its subsystem.
struct Ssh {
    world: Arc<World>,
    user: String,
    channel: Option<Channel<Msg>>,
}

impl Handler for Ssh {
    type Error = russh::Error;

    /// Takes every key unless the configuration names the one.
    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        if self.world.take_faults("sftp", "sign-in").refuse {
            return Ok(Auth::reject());
        }
        let known = self.world.config.sftp_client_key.as_deref().map(PublicKey::from_openssh).transpose();
        let is_known = match known {
            Ok(Some(known)) => known.key_data() == key.public_key.key_data(),
            Ok(None) => true,
            Err(_) => false,
        };
        user.clone_into(&mut self.user);
        Ok(if is_known { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channel = Some(channel);
        reply.accept().await;
        Ok(())
    }

    async fn subsystem_request(&mut self, id: ChannelId, name: &str, session: &mut Session) -> Result<(), Self::Error> {
        let Some(channel) = self.channel.take().filter(|channel| channel.id() == id && name == "sftp") else {
            return session.channel_failure(id);
        };
        session.channel_success(id)?;
        let files = Files::new(self.world.clone(), self.user.clone(), session.handle());
        russh_sftp::server::run(channel.into_stream(), files).await;
        Ok(())
    }

    async fn channel_eof(&mut self, id: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        session.close(id)
    }
}
