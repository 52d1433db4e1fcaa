//! A database of its own for each test, copied from one that was migrated once.

use std::sync::{LazyLock, Mutex};

use diesel::PgConnection;
use diesel::connection::{Connection, SimpleConnection};
use ledger::{DatabaseUrl, Ledger, Reference};

/// Where to make PostgreSQL databases.
const POSTGRES_URL: &str = "FATOURA_TEST_POSTGRES_URL";
/// Set where nothing may be skipped.
const REQUIRE_ALL: &str = "FATOURA_TEST_REQUIRE_ALL";
const TEMPLATE: &str = "fatoura_settlement_template";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A migrated, empty database; gone with the value.
pub struct TestDatabase {
    pub url: DatabaseUrl,
    folder: Option<tempfile::TempDir>,
    name: Option<String>,
}

static SQLITE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.db");
    Ledger::migrate(&DatabaseUrl::Sqlite(path.clone())).unwrap();
    std::fs::read(path).unwrap()
});

/// The connection that keeps other runs from the template until this one ends.
static POSTGRES: LazyLock<Option<Mutex<PgConnection>>> = LazyLock::new(|| {
    let mut server = PgConnection::establish(&std::env::var(POSTGRES_URL).ok()?).unwrap();
    // The migrations may have changed.
    let fresh = format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)");
    for statement in ["SELECT pg_advisory_lock(7203413)", &fresh, &format!("CREATE DATABASE {TEMPLATE}")] {
        server.batch_execute(statement).unwrap();
    }
    Ledger::migrate(&of(TEMPLATE)).unwrap();
    Some(Mutex::new(server))
});

fn of(name: &str) -> DatabaseUrl {
    let server = std::env::var(POSTGRES_URL).unwrap();
    DatabaseUrl::Postgres(format!("{}/{name}", server.rsplit_once('/').unwrap().0))
}

fn serve(statement: &str) {
    let server = POSTGRES.as_ref().unwrap();
    server.lock().unwrap_or_else(std::sync::PoisonError::into_inner).batch_execute(statement).unwrap();
}

impl TestDatabase {
    /// `None` without a server to make it on.
    #[allow(clippy::print_stderr, reason = "whoever runs the tests must see what did not run")]
    pub fn make(backend: Backend) -> Option<Self> {
        if backend == Backend::Sqlite {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ledger.db");
            std::fs::write(&path, &*SQLITE).unwrap();
            return Some(Self { url: DatabaseUrl::Sqlite(path), folder: Some(folder), name: None });
        }
        if POSTGRES.is_none() {
            assert!(std::env::var_os(REQUIRE_ALL).is_none(), "{POSTGRES_URL} is missing, and {REQUIRE_ALL} is set");
            eprintln!("skipped: PostgreSQL ({POSTGRES_URL}) is missing (scripts/test brings it)");
            return None;
        }
        let name = format!("fatoura_settlement_{}_{}", std::process::id(), Reference::fresh_secret());
        serve(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        Some(Self { url: of(&name), folder: None, name: Some(name) })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            serve(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
        drop(self.folder.take());
    }
}
