//! A database of its own for each test.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use ledger::{DataKeys, DatabaseUrl, Ledger, Swept};
use tempfile::TempDir;

/// Where to make PostgreSQL databases.
const POSTGRES_URL: &str = "FATOURA_TEST_POSTGRES_URL";
/// Seals the personal data of tests.
pub const DATA_KEY: [u8; 32] = [7; 32];
/// Set where nothing may be skipped.
const REQUIRE_ALL: &str = "FATOURA_TEST_REQUIRE_ALL";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    /// A column of bytes as hex, in SQL.
    pub fn hex(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("hex({column})"),
            Self::Postgres => format!("encode({column}, 'hex')"),
        }
    }
}

/// Says that something is skipped; a failure where nothing may be.
#[expect(clippy::print_stderr, reason = "whoever runs the tests must see what did not run")]
pub fn skip(what: &str) {
    assert!(std::env::var_os(REQUIRE_ALL).is_none(), "{what} is missing, and {REQUIRE_ALL} is set");
    eprintln!("skipped: {what} is missing (scripts/test brings it)");
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// A migrated, empty database; gone with the value.
pub struct TestDatabase {
    pub url: DatabaseUrl,
    folder: Option<TempDir>,
    server: Option<(String, String)>,
}

/// Migrations take longer than most tests: each database is a copy of one that went through them.
static SQLITE_TEMPLATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.db");
    Ledger::migrate(&DatabaseUrl::Sqlite(path.clone())).unwrap();
    std::fs::read(path).unwrap()
});

const POSTGRES_TEMPLATE: &str = "fatoura_suite_template";

/// On a server, once for each run of the tests: the migrations may have changed.
static POSTGRES_TEMPLATE_MADE: LazyLock<()> = LazyLock::new(|| {
    let server = std::env::var(POSTGRES_URL).unwrap();
    let mut connection = PgConnection::establish(&server).unwrap();
    connection.batch_execute(&format!("DROP DATABASE IF EXISTS {POSTGRES_TEMPLATE} WITH (FORCE)")).unwrap();
    connection.batch_execute(&format!("CREATE DATABASE {POSTGRES_TEMPLATE}")).unwrap();
    let (place, _) = server.rsplit_once('/').unwrap();
    Ledger::migrate(&format!("{place}/{POSTGRES_TEMPLATE}").parse().unwrap()).unwrap();
});

impl TestDatabase {
    /// `None` without a server to make it on.
    pub fn make(backend: Backend) -> Option<Self> {
        Some(match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                std::fs::write(folder.path().join("fatoura.db"), &*SQLITE_TEMPLATE).unwrap();
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
                LazyLock::force(&POSTGRES_TEMPLATE_MADE);
                let mut connection = PgConnection::establish(&server).unwrap();
                connection.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {POSTGRES_TEMPLATE}")).unwrap();
                let (place, _) = server.rsplit_once('/').unwrap();
                Self { url: format!("{place}/{name}").parse().unwrap(), folder: None, server: Some((server, name)) }
            }
        })
    }

    /// The first column of a query, as text.
    pub fn texts(&self, query: &str) -> Vec<String> {
        let query = sql_query(query);
        let rows: QueryResult<Vec<TextRow>> = match &self.server {
            None => query.load(&mut self.sqlite()),
            Some(_) => query.load(&mut PgConnection::establish(&self.place()).unwrap()),
        };
        rows.unwrap().into_iter().map(|row| row.text).collect()
    }

    /// Whether a statement is refused.
    pub fn refuses(&self, statement: &str) -> bool {
        match &self.server {
            None => self.sqlite().batch_execute(statement).is_err(),
            Some(_) => PgConnection::establish(&self.place()).unwrap().batch_execute(statement).is_err(),
        }
    }

    /// Runs a statement.
    pub fn run(&self, statement: &str) {
        let done = match &self.server {
            None => self.sqlite().batch_execute(statement),
            Some(_) => PgConnection::establish(&self.place()).unwrap().batch_execute(statement),
        };
        done.unwrap();
    }

    /// The only value of a query, a number.
    pub fn number(&self, query: &str) -> i64 {
        let texts = self.texts(&format!("SELECT CAST(({query}) AS TEXT) AS text"));
        texts[0].parse().unwrap()
    }

    /// A connection that waits for others: one that was killed leaves its log to whoever comes next.
    fn sqlite(&self) -> SqliteConnection {
        let mut connection = SqliteConnection::establish(&self.place()).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
        connection
    }

    fn place(&self) -> String {
        match (self.folder(), &self.server) {
            (Some(folder), _) => folder.join("fatoura.db").display().to_string(),
            (None, Some((server, name))) => format!("{}/{name}", server.rsplit_once('/').unwrap().0),
            (None, None) => unreachable!("a database is one or the other"),
        }
    }

    /// Every row of every table, as text, and every text that is sealed in them.
    pub fn everything(&self) -> String {
        let ledger = Ledger::open_beside(&self.url, &DataKeys::of_bytes(DATA_KEY)).unwrap();
        let (mut rows, mut swept) = (vec![self.at_rest()], Swept::default());
        while let Some((found, upto)) = ledger.read(|reader| reader.personal_texts(&swept)).unwrap() {
            rows.extend(found.into_iter().map(|found| format!("{}.{} {}", found.table, found.column, found.text)));
            swept = upto;
        }
        ledger.close();
        rows.join("\n")
    }

    /// Every row of every table, as it stands there.
    pub fn at_rest(&self) -> String {
        let tables = match self.server {
            None => "SELECT name AS text FROM sqlite_master WHERE type = 'table'",
            Some(_) => "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public'",
        };
        let mut rows = Vec::new();
        for table in self.texts(tables) {
            let row = match self.server {
                None => {
                    let columns = format!("SELECT name AS text FROM pragma_table_info('{table}')");
                    let columns = self.texts(&columns);
                    columns.iter().map(|c| format!("CAST(quote({c}) AS TEXT)")).collect::<Vec<_>>().join(" || ' ' || ")
                }
                Some(_) => format!("\"{table}\"::text"),
            };
            rows.extend(self.texts(&format!("SELECT {row} AS text FROM \"{table}\"")));
        }
        rows.join("\n")
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
