//! Connections to either database. `MultiConnection` hides why a connection cannot be opened, so it is opened by scheme
//! here and wrapped after.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, Pool};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::either::Conn;

/// Longest wait for another process's write to a SQLite file.
const BUSY_TIMEOUT_MS: u32 = 10_000;
/// Pages in the write-ahead log before they move to the file: with random pages fewer cost much.
const WAL_PAGES: u32 = 8_000;
/// SQLite's own cache: each commit looks through all of it, and the system has another.
const CACHE_KIB: u32 = 32_768;
/// Longest run of one statement on PostgreSQL, locks included.
const STATEMENT_TIMEOUT_MS: u32 = 30_000;

/// Where the ledger is kept: `sqlite:PATH` or `postgres://...`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server; the URL may hold a password and is never shown.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.trim_start_matches("//").is_empty() => {
                Ok(Self::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
            }
            _ => Err("expected sqlite:PATH or postgres://USER@HOST/DATABASE".to_owned()),
        }
    }
}

/// Without a password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                // Parameters may hold a password as well.
                let url = url.split('?').next().unwrap_or_default();
                match url.rsplit_once('@') {
                    Some((_, place)) => write!(f, "postgres://…@{place}"),
                    None => f.write_str(url),
                }
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The database failed: never a statement about a bill, and never "not found".
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageError {
    /// No connection.
    #[error("the database cannot be opened: {0}")]
    Connect(String),
    /// Another process was faster: the same again may work.
    #[error("a concurrent change: {0}")]
    Conflict(String),
    /// The database's own word.
    #[error("the database failed: {0}")]
    Failed(String),
    /// Personal data cannot be read under the data keys that are set.
    #[error("the data keys: {0}")]
    Sealed(String),
    /// A row holds what no version of this program writes.
    #[error("a row is damaged: {0}")]
    Damaged(String),
}

impl From<DieselError> for StorageError {
    fn from(error: DieselError) -> Self {
        use DatabaseErrorKind::{CheckViolation, SerializationFailure, UniqueViolation};
        match &error {
            DieselError::DatabaseError(UniqueViolation | CheckViolation | SerializationFailure, _) => {
                Self::Conflict(error.to_string())
            }
            // SQLSTATE 40P01, which Diesel has no kind for.
            DieselError::DatabaseError(_, told) if told.message() == "deadlock detected" => {
                Self::Conflict(error.to_string())
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// Opens a connection that may write.
pub(crate) fn connect(url: &DatabaseUrl) -> Result<Conn, StorageError> {
    let failed = |error: ConnectionError| StorageError::Connect(error.to_string());
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut connection = SqliteConnection::establish(&path.to_string_lossy()).map_err(failed)?;
            // The busy timeout comes first: the next statements may already wait for another process.
            connection.batch_execute(&format!(
                "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = {WAL_PAGES}; PRAGMA cache_size = -{CACHE_KIB}; \
                 PRAGMA temp_store = MEMORY;"
            ))?;
            Ok(Conn::Sqlite(connection))
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url).map_err(failed)?;
            connection.batch_execute(&format!(
                "SET statement_timeout = {STATEMENT_TIMEOUT_MS}; SET lock_timeout = {BUSY_TIMEOUT_MS}; \
                 SET timezone = 'UTC'; SET client_min_messages = warning;"
            ))?;
            Ok(Conn::Pg(connection))
        }
    }
}

/// How a connection that may write is opened.
pub(crate) type Connect = fn(&DatabaseUrl) -> Result<Conn, StorageError>;

/// [`connect`] for what may be lost: commits do not wait until the disk has them.
pub(crate) fn connect_undurable(url: &DatabaseUrl) -> Result<Conn, StorageError> {
    let mut connection = connect(url)?;
    match &mut connection {
        Conn::Sqlite(sqlite) => sqlite.batch_execute("PRAGMA synchronous = OFF")?,
        Conn::Pg(pg) => pg.batch_execute("SET synchronous_commit = off")?,
    }
    Ok(connection)
}

/// Connections that only read.
pub(crate) type ReaderPool = Pool<Readers>;

/// Makes connections for the pool.
pub(crate) struct Readers {
    url: DatabaseUrl,
}

impl ManageConnection for Readers {
    type Connection = Conn;
    type Error = StorageError;

    fn connect(&self) -> Result<Conn, StorageError> {
        let mut connection = connect(&self.url)?;
        match &mut connection {
            Conn::Sqlite(sqlite) => sqlite.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -16384;")?,
            Conn::Pg(pg) => pg.batch_execute("SET default_transaction_read_only = on")?,
        }
        Ok(connection)
    }

    fn is_valid(&self, connection: &mut Conn) -> Result<(), StorageError> {
        Ok(connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, _connection: &mut Conn) -> bool {
        std::thread::panicking()
    }
}

/// A pool of readers. A look-up that waits longer than two seconds for one is better refused.
pub(crate) fn reader_pool(url: &DatabaseUrl, size: u32) -> Result<ReaderPool, StorageError> {
    let wait = Duration::from_secs(2);
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(wait)
        // A local file cannot go away; a server can, and is asked before each use.
        .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
        .build(Readers { url: url.clone() })
        .map_err(|error| StorageError::Connect(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("sqlite:data/fatoura.db", Some("sqlite:data/fatoura.db"))]
    #[case("sqlite:///var/lib/f.db", Some("sqlite:/var/lib/f.db"))]
    #[case("postgres://hub:secret@db/fatoura", Some("postgres://…@db/fatoura"))]
    #[case("postgresql:///fatoura", Some("postgresql:///fatoura"))]
    #[case("postgres://db/fatoura?user=hub&password=secret", Some("postgres://db/fatoura"))]
    #[case("sqlite:", None)]
    #[case("mysql://x", None)]
    #[case("", None)]
    fn urls(#[case] url: &str, #[case] shown: Option<&str>) {
        assert_eq!(url.parse::<DatabaseUrl>().ok().map(|url| url.to_string()).as_deref(), shown);
    }
}
