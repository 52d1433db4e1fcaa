//! What a user does with their files.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use russh::Disconnect;
use russh::server::Handle as SshHandle;
use russh_sftp::protocol::{Attrs, Data, File, FileAttributes, Handle, Name, OpenFlags, Status, StatusCode, Version};
use russh_sftp::server::Handler;

use super::{DroppedFile, FILES_MAX};
use crate::bank;
use crate::faults::Injected;
use crate::world::{State, World};

/// Largest file.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Files open at a time.
const OPEN_MAX: usize = 16;
/// Most that is read at once.
const READ_MAX: u32 = 256 * 1024;

/// A file that is open; what is written is put into its place when it is closed, or when the connection ends.
struct Open {
    path: String,
    bytes: Vec<u8>,
    is_written: bool,
}

/// The files of one user, over one connection.
pub(super) struct Files {
    world: Arc<World>,
    user: String,
    ssh: SshHandle,
    open: BTreeMap<String, Open>,
    last_handle: u64,
    listings: BTreeMap<String, Vec<File>>,
}

impl Files {
    pub(super) fn new(world: Arc<World>, user: String, ssh: SshHandle) -> Self {
        Self { world, user, ssh, open: BTreeMap::new(), last_handle: 0, listings: BTreeMap::new() }
    }

    /// Meets the faults of a call; what is left is for after the work.
    async fn begin(&self, call: &str) -> Result<Injected, StatusCode> {
        let injected = self.world.take_faults("sftp", call);
        if injected.delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(injected.delay_ms)).await;
        }
        if injected.drop_before || injected.down {
            return Err(self.hang_up().await);
        }
        if injected.refuse {
            return Err(StatusCode::Failure);
        }
        Ok(injected)
    }

    async fn end(&self, injected: Injected) -> Result<(), StatusCode> {
        if injected.drop_after { Err(self.hang_up().await) } else { Ok(()) }
    }

    async fn hang_up(&self) -> StatusCode {
        // The session that is gone already has hung up.
        let _ = self.ssh.disconnect(Disconnect::ByApplication, String::new(), String::new()).await;
        StatusCode::ConnectionLost
    }

    fn handle(&mut self) -> String {
        self.last_handle += 1;
        self.last_handle.to_string()
    }

    fn size_of(&self, path: &str) -> Option<usize> {
        self.world.read(|state| find(state, &self.user, path).map(|file| file.bytes.len()))
    }

    fn put(&self, open: Open) {
        self.world.change(|state| {
            let id = state.number();
            state.dropped.retain(|file| !(file.user == self.user && file.path == open.path));
            let file = DroppedFile { id, user: self.user.clone(), path: open.path, bytes: open.bytes, at: Utc::now() };
            state.dropped.push(file);
            let surplus = state.dropped.len().saturating_sub(FILES_MAX);
            state.dropped.drain(..surplus);
        });
    }

    /// The bank reads at once what is put before it.
    fn tell_the_bank(&self) {
        if self.user == bank::USER {
            bank::work(&self.world);
        }
    }

    fn attributes(&self, path: &str) -> Result<FileAttributes, StatusCode> {
        let path = clean(path);
        if let Some(attributes) = self.world.read(|state| find(state, &self.user, &path).map(of_file)) {
            return Ok(attributes);
        }
        let inside = if path.is_empty() { String::new() } else { format!("{path}/") };
        let is_folder = path.is_empty()
            || self.world.read(|state| {
                state.dropped.iter().any(|file| file.user == self.user && file.path.starts_with(&inside))
            });
        if !is_folder {
            return Err(StatusCode::NoSuchFile);
        }
        let mut attributes = FileAttributes::empty();
        attributes.set_dir(true);
        Ok(attributes)
    }
}

/// A client that is gone leaves what it had written.
impl Drop for Files {
    fn drop(&mut self) {
        for (_, open) in std::mem::take(&mut self.open) {
            if open.is_written {
                self.put(open);
            }
        }
    }
}

fn find<'a>(state: &'a State, user: &str, path: &str) -> Option<&'a DroppedFile> {
    state.dropped.iter().find(|file| file.user == user && file.path == path)
}

fn clean(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

fn of_size(size: usize) -> FileAttributes {
    let mut attributes = FileAttributes::empty();
    attributes.size = u64::try_from(size).ok();
    attributes.set_regular(true);
    attributes
}

fn of_file(file: &DroppedFile) -> FileAttributes {
    let mut attributes = of_size(file.bytes.len());
    // Both times go together on the wire.
    attributes.mtime = u32::try_from(file.at.timestamp()).ok();
    attributes.atime = attributes.mtime;
    attributes
}

fn done(id: u32) -> Status {
    Status { id, status_code: StatusCode::Ok, error_message: "Ok".into(), language_tag: "en".into() }
}

impl Handler for Files {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        StatusCode::OpUnsupported
    }

    async fn init(&mut self, _version: u32, _extensions: HashMap<String, String>) -> Result<Version, StatusCode> {
        let mut version = Version::new();
        version.extensions.insert("fsync@openssh.com".into(), "1".into());
        Ok(version)
    }

    async fn open(
        &mut self,
        id: u32,
        filename: String,
        flags: OpenFlags,
        _attributes: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        let injected = self.begin("open").await?;
        if self.open.len() >= OPEN_MAX {
            return Err(StatusCode::Failure);
        }
        let path = clean(&filename);
        let known = self.world.read(|state| find(state, &self.user, &path).map(|file| file.bytes.clone()));
        let is_written = flags.contains(OpenFlags::WRITE);
        let bytes = match known {
            None if !flags.contains(OpenFlags::CREATE) => return Err(StatusCode::NoSuchFile),
            Some(_) if flags.contains(OpenFlags::EXCLUDE) => return Err(StatusCode::Failure),
            Some(bytes) if !flags.contains(OpenFlags::TRUNCATE) => bytes,
            _ => Vec::new(),
        };
        let handle = self.handle();
        self.open.insert(handle.clone(), Open { path, bytes, is_written });
        self.end(injected).await?;
        Ok(Handle { id, handle })
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, StatusCode> {
        let injected = self.begin("close").await?;
        if let Some(open) = self.open.remove(&handle).filter(|open| open.is_written) {
            self.put(open);
            self.tell_the_bank();
        }
        self.listings.remove(&handle);
        self.end(injected).await?;
        Ok(done(id))
    }

    async fn read(&mut self, id: u32, handle: String, offset: u64, len: u32) -> Result<Data, StatusCode> {
        let injected = self.begin("read").await?;
        let open = self.open.get(&handle).ok_or(StatusCode::Failure)?;
        let from = usize::try_from(offset).map_err(|_| StatusCode::Eof)?;
        let rest = open.bytes.get(from..).filter(|rest| !rest.is_empty()).ok_or(StatusCode::Eof)?;
        let length = usize::try_from(len.min(READ_MAX)).unwrap_or(usize::MAX).min(rest.len());
        let data = rest.get(..length).unwrap_or_default().to_vec();
        self.end(injected).await?;
        Ok(Data { id, data })
    }

    async fn write(&mut self, id: u32, handle: String, offset: u64, data: Vec<u8>) -> Result<Status, StatusCode> {
        let injected = self.begin("write").await?;
        let open = self.open.get_mut(&handle).filter(|open| open.is_written).ok_or(StatusCode::PermissionDenied)?;
        let from = usize::try_from(offset).map_err(|_| StatusCode::Failure)?;
        let end = from.checked_add(data.len()).filter(|end| *end <= FILE_BYTES_MAX).ok_or(StatusCode::Failure)?;
        if open.bytes.len() < end {
            open.bytes.resize(end, 0);
        }
        if let Some(place) = open.bytes.get_mut(from..end) {
            place.copy_from_slice(&data);
        }
        self.end(injected).await?;
        Ok(done(id))
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusCode> {
        let open = self.open.get(&handle).ok_or(StatusCode::Failure)?;
        Ok(Attrs { id, attrs: of_size(open.bytes.len()) })
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        let injected = self.begin("stat").await?;
        let attrs = self.attributes(&path);
        self.end(injected).await?;
        Ok(Attrs { id, attrs: attrs? })
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.stat(id, path).await
    }

    async fn setstat(&mut self, id: u32, path: String, _attrs: FileAttributes) -> Result<Status, StatusCode> {
        self.attributes(&path).map(|_| done(id))
    }

    async fn fsetstat(&mut self, id: u32, _handle: String, _attrs: FileAttributes) -> Result<Status, StatusCode> {
        Ok(done(id))
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusCode> {
        let injected = self.begin("list").await?;
        let folder = clean(&path);
        let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut entries: BTreeMap<String, FileAttributes> = BTreeMap::new();
        self.world.read(|state| {
            for file in state.dropped.iter().filter(|file| file.user == self.user) {
                let Some(rest) = file.path.strip_prefix(&inside) else { continue };
                match rest.split_once('/') {
                    None => drop(entries.insert(rest.to_owned(), of_file(file))),
                    Some((folder, _)) => {
                        let mut attributes = FileAttributes::empty();
                        attributes.set_dir(true);
                        entries.insert(folder.to_owned(), attributes);
                    }
                }
            }
        });
        let handle = self.handle();
        let files = entries.into_iter().map(|(name, attributes)| File::new(name, attributes)).collect();
        self.listings.insert(handle.clone(), files);
        self.end(injected).await?;
        Ok(Handle { id, handle })
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, StatusCode> {
        let files = self.listings.get_mut(&handle).map(std::mem::take).unwrap_or_default();
        if files.is_empty() { Err(StatusCode::Eof) } else { Ok(Name { id, files }) }
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, StatusCode> {
        Ok(Name { id, files: vec![File::dummy(format!("/{}", clean(&path)))] })
    }

    async fn remove(&mut self, id: u32, filename: String) -> Result<Status, StatusCode> {
        let injected = self.begin("remove").await?;
        let path = clean(&filename);
        self.size_of(&path).ok_or(StatusCode::NoSuchFile)?;
        self.world.change(|state| state.dropped.retain(|file| !(file.user == self.user && file.path == path)));
        self.end(injected).await?;
        Ok(done(id))
    }

    /// A name that is taken is not given again, as version 3 has it.
    async fn rename(&mut self, id: u32, oldpath: String, newpath: String) -> Result<Status, StatusCode> {
        let injected = self.begin("rename").await?;
        let (from, to) = (clean(&oldpath), clean(&newpath));
        self.size_of(&from).ok_or(StatusCode::NoSuchFile)?;
        if self.size_of(&to).is_some() {
            return Err(StatusCode::Failure);
        }
        self.world.change(|state| {
            let found = state.dropped.iter_mut().find(|file| file.user == self.user && file.path == from);
            if let Some(file) = found {
                file.path = to;
            }
        });
        self.tell_the_bank();
        self.end(injected).await?;
        Ok(done(id))
    }

    async fn extended(
        &mut self,
        id: u32,
        request: String,
        _data: Vec<u8>,
    ) -> Result<russh_sftp::protocol::Packet, StatusCode> {
        match request.as_str() {
            "fsync@openssh.com" => Ok(russh_sftp::protocol::Packet::Status(done(id))),
            _ => Err(StatusCode::OpUnsupported),
        }
    }
}
