//! Files that banks, gateways, networks and billers put on their servers, fetched once each.
//!
//! A file is written here as `.NAME.part`, held to the size that the server told before and after, and renamed: what is taken
//! in was whole there and is whole here. Nothing is changed on the server. A file counts as fetched while one of its name,
//! size and time lies here, taken in or not; what is cleared away here is fetched once more, and known by its content.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};

use super::connection::{Connection, TRY_MAX, place_of, sftp_config, told};
use super::{Courier, Failure, TARGETS_MAX, trouble};
use crate::config::{RemoteSource, sftp_key_variable};

/// Names of one folder: one with more needs clearing up by its owner.
const LISTED_MAX: usize = 50_000;
/// Files of one source in one run; the next takes the rest.
const FILES_MAX: usize = 500;
/// Largest file, as for what is taken in.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Longest name, in bytes: with the source's in front it fits every file system.
const NAME_BYTES_MAX: usize = 180;
/// Bytes asked for at once.
const CHUNK: u32 = 32 * 1024;
/// Files of one name that are kept apart by a number.
pub(crate) const NAMESAKES_MAX: u32 = 1_000;
/// How names of files end that are still on their way.
const UNFINISHED: [&str; 3] = [".part", ".tmp", ".filepart"];
/// Where files lie that were taken in, or refused.
const FOLDERS: [&str; 3] = ["", "done", "refused"];

/// What a run brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fetched {
    /// Files that lie here now.
    pub files: usize,
    /// Sources of which something is left, and why.
    pub left: Vec<String>,
}

/// A file there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Remote {
    name: String,
    bytes: u64,
    /// Seconds since 1970, where the server tells.
    modified: Option<u32>,
}

impl Remote {
    /// `None` for what is no file.
    fn of(name: &str, attributes: &FileAttributes) -> Option<Self> {
        let is_other = attributes.permissions.is_some() && !attributes.is_regular();
        let bytes = attributes.size?;
        (!is_other).then(|| Self { name: name.to_owned(), bytes, modified: attributes.mtime })
    }

    /// Whether a name is one of a whole file. `Err`: it cannot be a name here.
    fn is_whole(name: &str) -> Result<bool, ()> {
        if name.starts_with('.') || UNFINISHED.iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
            return Ok(false);
        }
        let is_sound = !name.is_empty()
            && name.len() <= NAME_BYTES_MAX
            && !name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\'));
        if is_sound { Ok(true) } else { Err(()) }
    }

    /// Whether it lies here already, under its own name or one beside it.
    fn is_here(&self, folder: &Path, name: &str) -> io::Result<bool> {
        for place in FOLDERS.map(|below| folder.join(below)) {
            for namesake in std::iter::once(name.to_owned()).chain((2..NAMESAKES_MAX).map(|at| format!("{name}.{at}")))
            {
                let known = match fs::metadata(place.join(namesake)) {
                    Ok(known) => known,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                    Err(error) => return Err(error),
                };
                let is_of_time = match self.modified {
                    Some(seconds) => known.modified()? == instant(seconds),
                    None => true,
                };
                if known.len() == self.bytes && is_of_time {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

fn instant(seconds: u32) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.into())
}

/// Fetches what is new at every source into the folder of files to be taken in.
pub(crate) async fn fetch_files(courier: &Arc<Courier>) -> Fetched {
    let places = Arc::new(Semaphore::new(TARGETS_MAX));
    let mut under_way = JoinSet::new();
    for source in courier.sources.iter().cloned() {
        let (courier, places) = (Arc::clone(courier), Arc::clone(&places));
        under_way.spawn(async move {
            // Never closed.
            let _place = places.acquire_owned().await;
            let mut files = 0;
            let ended = match tokio::time::timeout(TRY_MAX, courier.fetch(&source, &mut files)).await {
                Ok(ended) => ended,
                Err(_) => Err(Failure::passing(format!("it took longer than {} minutes", TRY_MAX.as_secs() / 60))),
            };
            (files, ended.err().map(|failure| format!("{}: {}", source.name, failure.why)))
        });
    }
    let mut fetched = Fetched::default();
    while let Some(ended) = under_way.join_next().await {
        let (files, left) = ended.unwrap_or_else(|error| (0, Some(format!("a source ended badly: {error}"))));
        fetched.files += files;
        fetched.left.extend(left);
    }
    fetched.left.sort_unstable();
    fetched
}

impl Courier {
    /// Fetches what is new at a source, counting the files.
    async fn fetch(&self, source: &RemoteSource, files: &mut usize) -> Result<(), Failure> {
        let Some(key) = self.keys.get(&source.server.key) else {
            let why =
                format!("the hub has no key {}: set {}", source.server.key, sftp_key_variable(&source.server.key));
            return Err(Failure::lasting(why));
        };
        let connection = Connection::open(&source.server, key, async |stream| {
            let session = RawSftpSession::new_with_config(stream, sftp_config());
            session.init().await?;
            Ok(session)
        });
        let connection = connection.await?;
        let result = self.take(source, &connection.sftp, files).await;
        connection.close().await;
        result
    }

    async fn take(&self, source: &RemoteSource, sftp: &RawSftpSession, files: &mut usize) -> Result<(), Failure> {
        let folder = self.folder.join("in");
        let (found, unsound) = list(source, sftp).await?;
        let (of, at) = (source.name.clone(), folder.clone());
        let fresh = match spawn_blocking(move || fresh(found, &of, &at)).await {
            Ok(Ok(fresh)) => fresh,
            Ok(Err(error)) => return Err(Failure::lasting(trouble(&folder, &error))),
            Err(_) => return Err(Failure::passing(format!("{}: looking at it ended badly", folder.display()))),
        };
        let mut left = Vec::new();
        for (remote, name) in fresh {
            match download(source, sftp, &remote, &folder, &name).await {
                Ok(true) => *files += 1,
                // It is being written there, or one of its name waits to be taken in: the next run sees.
                Ok(false) => {}
                Err(failure) => left.push(failure.why),
            }
        }
        if unsound > 0 {
            left.push(format!("{unsound} name(s) that cannot be names here are passed over"));
        }
        if left.is_empty() { Ok(()) } else { Err(Failure::passing(left.join("; "))) }
    }
}

/// The first files, in the order of their names, that do not lie here yet; each with its name here.
fn fresh(mut found: Vec<Remote>, source: &str, folder: &Path) -> io::Result<Vec<(Remote, String)>> {
    fs::create_dir_all(folder)?;
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let mut fresh = Vec::new();
    for remote in found {
        let name = format!("{source}-{}", remote.name);
        if !remote.is_here(folder, &name)? {
            fresh.push((remote, name));
        }
        if fresh.len() >= FILES_MAX {
            break;
        }
    }
    Ok(fresh)
}

/// What is there, and how many names cannot be taken. A folder that is not there is empty.
async fn list(source: &RemoteSource, sftp: &RawSftpSession) -> Result<(Vec<Remote>, usize), Failure> {
    let at = || format!("{}@{}{}", source.server.user, place_of(&source.server), source.server.folder);
    let unread = |error: SftpError| Failure::passing(format!("{} cannot be listed: {}", at(), told(&error)));
    let handle = match sftp.opendir(&source.server.folder).await {
        Ok(handle) => handle.handle,
        Err(error) if has_code(&error, StatusCode::NoSuchFile) => return Ok((Vec::new(), 0)),
        Err(error) => return Err(unread(error)),
    };
    let (mut found, mut listed, mut unsound) = (Vec::new(), 0, 0);
    loop {
        let page = match sftp.readdir(&handle).await {
            Ok(page) => page.files,
            Err(error) if has_code(&error, StatusCode::Eof) => break,
            Err(error) => return Err(unread(error)),
        };
        listed += page.len().max(1);
        if listed > LISTED_MAX {
            return Err(Failure::lasting(format!("{} holds more than {LISTED_MAX} names: clear it up", at())));
        }
        for file in page {
            match (Remote::is_whole(&file.filename), Remote::of(&file.filename, &file.attrs)) {
                (Ok(true), Some(remote)) => found.push(remote),
                (Err(()), Some(_)) => unsound += 1,
                _ => {}
            }
        }
    }
    // It ends with the connection at the latest.
    let _ = sftp.close(handle).await;
    Ok((found, unsound))
}

fn has_code(error: &SftpError, code: StatusCode) -> bool {
    matches!(error, SftpError::Status(status) if status.status_code == code)
}

/// Brings one file. `false`: not now.
async fn download(
    source: &RemoteSource,
    sftp: &RawSftpSession,
    remote: &Remote,
    folder: &Path,
    name: &str,
) -> Result<bool, Failure> {
    let path = format!("{}/{}", source.server.folder.trim_end_matches('/'), remote.name);
    if remote.bytes > FILE_BYTES_MAX {
        return Err(Failure::lasting(format!("{path} has {} bytes, more than {FILE_BYTES_MAX}", remote.bytes)));
    }
    let (part, whole) = (folder.join(format!(".{name}.part")), folder.join(name));
    let here = |error: io::Error| Failure::passing(trouble(&part, &error));
    let there = |error: SftpError| Failure::passing(format!("{path} cannot be read: {}", told(&error)));
    let mut file = tokio::fs::File::create(&part).await.map_err(here)?;
    let handle = sftp.open(&path, OpenFlags::READ, FileAttributes::empty()).await.map_err(there)?.handle;
    let mut got = 0;
    while got <= remote.bytes {
        match sftp.read(&handle, got, CHUNK).await {
            Ok(data) if data.data.is_empty() => break,
            Ok(data) => {
                file.write_all(&data.data).await.map_err(here)?;
                got += u64::try_from(data.data.len()).unwrap_or(u64::MAX);
            }
            Err(error) if has_code(&error, StatusCode::Eof) => break,
            Err(error) => return Err(there(error)),
        }
    }
    // It ends with the connection at the latest.
    let _ = sftp.close(handle).await;
    let after = sftp.stat(&path).await.map_err(there)?.attrs;
    let is_as_before = after.size == Some(remote.bytes) && after.mtime == remote.modified;
    file.flush().await.map_err(here)?;
    let (file, is_whole, modified) = (file.into_std().await, got == remote.bytes && is_as_before, remote.modified);
    let at = part.clone();
    match spawn_blocking(move || finish(&file, is_whole, modified, &at, &whole)).await {
        Ok(finished) => finished.map_err(here),
        Err(_) => Err(Failure::passing(format!("{}: giving it its name ended badly", part.display()))),
    }
}

/// Gives a whole file its name, unless another one waits under it; what is not whole is removed. Whether it has its name.
fn finish(file: &File, is_whole: bool, modified: Option<u32>, part: &Path, whole: &Path) -> io::Result<bool> {
    if !is_whole || whole.try_exists()? {
        fs::remove_file(part)?;
        return Ok(false);
    }
    if let Some(seconds) = modified {
        file.set_times(FileTimes::new().set_modified(instant(seconds)))?;
    }
    file.sync_all()?;
    fs::rename(part, whole)?;
    // A name is durable with its folder.
    whole.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())?;
    Ok(true)
}
