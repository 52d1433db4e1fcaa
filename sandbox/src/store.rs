//! The file that keeps a sandbox's state over a restart.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::config::SandboxError;
use crate::world::State;

const FILE_NAME: &str = "sandbox.json";

/// A JSON file, replaced whole at every change.
pub(crate) struct Store {
    file: PathBuf,
}

impl Store {
    /// Makes the folder if need be.
    pub fn open(folder: &Path) -> Result<Self, SandboxError> {
        fs::create_dir_all(folder).map_err(|cause| data_fault(folder, cause))?;
        Ok(Self { file: folder.join(FILE_NAME) })
    }

    /// What an earlier run left; `None` at the first start. A damaged file is an error, not a fresh start.
    pub fn load(&self) -> Result<Option<State>, SandboxError> {
        match fs::read(&self.file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|cause| data_fault(&self.file, cause)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(data_fault(&self.file, cause)),
        }
    }

    /// Writes beside the file, then renames: a reader or a crash sees the old state or the new one.
    pub fn save(&self, state: &State) -> Result<(), SandboxError> {
        let fresh = self.file.with_extension("json.new");
        let bytes = serde_json::to_vec(state).map_err(|cause| data_fault(&self.file, cause))?;
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, &self.file)
        };
        write().map_err(|cause: std::io::Error| data_fault(&self.file, cause))
    }
}

fn data_fault(path: &Path, cause: impl std::fmt::Display) -> SandboxError {
    SandboxError::Data { path: path.to_owned(), cause: cause.to_string() }
}
