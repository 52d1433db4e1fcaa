//! A database of its own for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use ledger::{DatabaseUrl, Ledger};
use tempfile::TempDir;

/// Where to make PostgreSQL databases.
const POSTGRES_URL: &str = "FATOURA_TEST_POSTGRES_URL";
/// Set where nothing may be skipped.
const REQUIRE_ALL: &str = "FATOURA_TEST_REQUIRE_ALL";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Says that something is skipped; a failure where nothing may be.
pub fn skip(what: &str) {
    assert!(std::env::var_os(REQUIRE_ALL).is_none(), "{what} is missing, and {REQUIRE_ALL} is set");
    eprintln!("skipped: {what} is missing (scripts/test brings it)");
}

/// A migrated, empty database; gone with the value.
pub struct TestDatabase {
    pub url: DatabaseUrl,
    folder: Option<TempDir>,
    server: Option<(String, String)>,
}

impl TestDatabase {
    /// `None` without a server to make it on.
    pub fn make(backend: Backend) -> Option<Self> {
        let database = match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", folder.path().join("fatoura.db").display()).parse().unwrap();
                Self { url, folder: Some(folder), server: None }
            }
            Backend::Postgres => {
                let Ok(server) = std::env::var(POSTGRES_URL) else {
                    skip(&format!("PostgreSQL ({POSTGRES_URL})"));
                    return None;
                };
                static COUNT: AtomicU32 = AtomicU32::new(0);
                let name = format!("suite_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
                let mut connection = PgConnection::establish(&server).unwrap();
                connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
                let (place, _) = server.rsplit_once('/').unwrap();
                Self { url: format!("{place}/{name}").parse().unwrap(), folder: None, server: Some((server, name)) }
            }
        };
        Ledger::migrate(&database.url).unwrap();
        Some(database)
    }

    /// The folder of an embedded database.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(TempDir::path)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server
            && let Ok(mut connection) = PgConnection::establish(server)
        {
            drop(connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        }
    }
}
