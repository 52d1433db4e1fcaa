//! A file onto a server by SFTP (version 3), over a connection of its own.
//!
//! It is written as `.NAME.part`, made durable where the server can, held to its size, and renamed: whoever sees the name
//! sees all of it. Whoever reads the folder may take the file away at once, so that the rename is written down before it is
//! asked for: where its answer is lost and neither name is there afterwards, the file was taken up, and is not put there a
//! second time.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ledger::LedgerError;
use russh::keys::PrivateKey;
use russh_sftp::client::SftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::protocol::StatusCode;
use settlement::terms::Sftp;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connection::{Connection, TRY_MAX, place_of, sftp_config, told};
use super::{Failure, hex, trouble};

/// Bytes on their way at once.
const CHUNK: usize = 32 * 1024;

/// A file, and where it goes.
pub(super) struct Upload<'a> {
    /// The server and the folder.
    pub(super) server: &'a Sftp,
    /// Who we are there.
    pub(super) key: Arc<PrivateKey>,
    /// The file here.
    pub(super) path: &'a Path,
    /// Its name there.
    pub(super) name: &'a str,
    /// SHA-256 of it, in lower-case hex.
    pub(super) digest: &'a str,
    /// Whether an earlier try asked for its name and heard no more.
    pub(super) was_offered: bool,
}

impl Upload<'_> {
    /// Brings the file: the proof that it is there. `offer` writes down that its name is about to be asked for.
    pub(super) async fn run(
        &self,
        offer: impl Future<Output = Result<(), LedgerError>> + Send,
    ) -> Result<String, Failure> {
        let offered = AtomicBool::new(self.was_offered);
        let result = match tokio::time::timeout(TRY_MAX, self.bring(&offered, offer)).await {
            Ok(result) => result,
            Err(_) => Err(Failure::passing(format!("it took longer than {} minutes", TRY_MAX.as_secs() / 60))),
        };
        result.map_err(|failure| Failure { is_offered: offered.load(Ordering::Relaxed), ..failure })
    }

    async fn bring(
        &self,
        offered: &AtomicBool,
        offer: impl Future<Output = Result<(), LedgerError>> + Send,
    ) -> Result<String, Failure> {
        let connection = Connection::open(self.server, Arc::clone(&self.key), async |stream| {
            SftpSession::new_with_config(stream, sftp_config()).await
        });
        let connection = connection.await?;
        let result = self.put(&connection.sftp, offered, offer).await;
        connection.close().await;
        result
    }

    fn place(&self) -> String {
        place_of(self.server)
    }

    async fn put(
        &self,
        sftp: &SftpSession,
        offered: &AtomicBool,
        offer: impl Future<Output = Result<(), LedgerError>> + Send,
    ) -> Result<String, Failure> {
        let folder = self.server.folder.trim_end_matches('/');
        let (whole, part) = (format!("{folder}/{}", self.name), format!("{folder}/.{}.part", self.name));
        let at = |path: &str| format!("{}@{}{path}", self.server.user, self.place());
        let bytes =
            tokio::fs::metadata(self.path).await.map_err(|error| Failure::passing(trouble(self.path, &error)))?;
        let bytes = bytes.len();
        if let Some(size) = size(sftp, &whole).await? {
            let is_same = size == bytes && digest(sftp, &whole).await? == self.digest;
            return match is_same {
                true => Ok(format!("{} was there: {bytes} bytes, SHA-256 {}", at(&whole), self.digest)),
                false => Err(Failure::lasting(format!("{} is there already and is another file", at(&whole)))),
            };
        }
        if offered.load(Ordering::Relaxed) {
            match size(sftp, &part).await? {
                None => return Ok(format!("{} was taken up: neither it nor its part is there any more", at(&whole))),
                Some(_) => offered.store(false, Ordering::Relaxed),
            }
        }
        self.write(sftp, &part).await?;
        match size(sftp, &part).await? {
            Some(size) if size == bytes => {}
            found => return Err(Failure::passing(format!("{}: {found:?} bytes of {bytes} arrived", at(&part)))),
        }
        offer.await.map_err(|error| Failure::passing(format!("the ledger does not write: {error}")))?;
        offered.store(true, Ordering::Relaxed);
        if let Err(error) = sftp.rename(&part, &whole).await {
            // Refused in so many words, it was not done.
            if matches!(error, SftpError::Status(_)) {
                offered.store(false, Ordering::Relaxed);
            }
            return Err(Failure::passing(format!("{} cannot be given its name: {}", at(&whole), told(&error))));
        }
        match size(sftp, &whole).await {
            Ok(Some(size)) if size == bytes => Ok(format!("{}: {bytes} bytes", at(&whole))),
            Ok(Some(size)) => Err(Failure::lasting(format!("{} has {size} bytes and not {bytes}", at(&whole)))),
            // It had its name, and was whole before.
            Ok(None) | Err(_) => Ok(format!("{}: {bytes} bytes, and taken up at once", at(&whole))),
        }
    }

    async fn write(&self, sftp: &SftpSession, part: &str) -> Result<(), Failure> {
        let not_written = |why: String| Failure::passing(format!("{}{part} cannot be written: {why}", self.place()));
        let mut out = sftp.create(part).await.map_err(|error| not_written(told(&error)))?;
        let here = |error| Failure::passing(trouble(self.path, &error));
        let mut file = tokio::fs::File::open(self.path).await.map_err(here)?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = file.read(&mut chunk).await.map_err(here)?;
            let Some(read) = chunk.get(..read).filter(|read| !read.is_empty()) else { break };
            out.write_all(read).await.map_err(|error| not_written(error.to_string()))?;
        }
        out.flush().await.map_err(|error| not_written(error.to_string()))?;
        out.sync_all().await.map_err(|error| not_written(told(&error)))?;
        out.close().await.map_err(|error| not_written(error.to_string()))
    }
}

/// `None`: there is no such file.
async fn size(sftp: &SftpSession, path: &str) -> Result<Option<u64>, Failure> {
    match sftp.metadata(path).await {
        Ok(attributes) => Ok(attributes.size),
        Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => Ok(None),
        Err(error) => Err(Failure::passing(format!("{path} cannot be looked at: {}", told(&error)))),
    }
}

/// SHA-256 of a file there, in lower-case hex.
async fn digest(sftp: &SftpSession, path: &str) -> Result<String, Failure> {
    let unread = |why: String| Failure::passing(format!("{path} cannot be read: {why}"));
    let mut file = sftp.open(path).await.map_err(|error| unread(told(&error)))?;
    let (mut hasher, mut chunk) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        let read = file.read(&mut chunk).await.map_err(|error| unread(error.to_string()))?;
        match chunk.get(..read).filter(|read| !read.is_empty()) {
            Some(read) => hasher.update(read),
            None => return Ok(hex(&hasher.finalize())),
        }
    }
}
