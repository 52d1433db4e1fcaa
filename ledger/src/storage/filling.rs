//! A SQLite database that is filled with generated payments is one process's alone: its commits do not wait for the disk.
//! PostgreSQL looks after that by itself: what is lost there is what that connection committed last.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use diesel::SqliteConnection;
use diesel::connection::{Connection, SimpleConnection};

use super::connection::{DatabaseUrl, StorageError};

/// How long somebody who is about to close a database is waited for: a pool's last connection may outlive the pool a little.
const CLOSES_IN: Duration = Duration::from_secs(1);
/// Between two looks meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What keeps others out of a database while it is filled. The lock ends with the process, whatever becomes of it.
pub(crate) struct Filling {
    file: File,
    path: PathBuf,
}

/// The file that is locked, beside the database.
fn lock_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-filling");
    name.into()
}

impl Filling {
    /// Keeps others out, unless they are in: `None` for a database that needs none of it.
    pub(crate) fn begin(url: &DatabaseUrl) -> Result<Option<Self>, StorageError> {
        let DatabaseUrl::Sqlite(database) = url else { return Ok(None) };
        let path = lock_of(database);
        let failed = |error: std::io::Error| StorageError::Connect(format!("{}: {error}", path.display()));
        let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(is_filled()),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let filling = Self { file, path };
        // Whoever has it open in any other process holds a lock on it for as long.
        let mut alone = SqliteConnection::establish(&database.to_string_lossy())
            .map_err(|error| StorageError::Connect(error.to_string()))?;
        let until = Instant::now() + CLOSES_IN;
        loop {
            match alone
                .batch_execute("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT")
            {
                Ok(()) => return Ok(Some(filling)),
                Err(error) if !error.to_string().contains("locked") => {
                    return Err(StorageError::Connect(error.to_string()));
                }
                Err(_) if Instant::now() < until => std::thread::sleep(LOOK_EVERY),
                Err(_) => {
                    return Err(StorageError::Connect("another process has it open: stop the hub first".to_owned()));
                }
            }
        }
    }

    /// Refuses a database that another process fills. To be asked once it is open here: then one of both sees the other.
    pub(crate) fn refuse(url: &DatabaseUrl) -> Result<(), StorageError> {
        let DatabaseUrl::Sqlite(database) = url else { return Ok(()) };
        match File::open(lock_of(database)) {
            Ok(file) => match file.try_lock_shared() {
                Err(TryLockError::WouldBlock) => Err(is_filled()),
                // What a process left that was killed.
                Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
            },
            Err(_) => Ok(()),
        }
    }
}

fn is_filled() -> StorageError {
    StorageError::Connect("`fatoura generate` is filling it: wait until it is done".to_owned())
}

impl Drop for Filling {
    fn drop(&mut self) {
        // A file that stays is locked by nobody.
        drop(std::fs::remove_file(&self.path));
        drop(self.file.unlock());
    }
}
