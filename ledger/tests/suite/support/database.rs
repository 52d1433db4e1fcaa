//! A database per test, copied from one that was migrated once.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock, Once};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use ledger::{Account, DatabaseUrl, Ledger, Reference, check_books};

use super::Doing;

/// Makes of each function a test on SQLite and a test on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::support::TestDb::sqlite()); })+
        }
        mod postgres {
            $(#[test] fn $name() { crate::support::TestDb::postgres().iter().for_each(super::$name); })+
        }
    };
}

/// Whether the rest of what is asked for must be there.
pub fn is_all_required() -> bool {
    std::env::var("FATOURA_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1")
}

/// Past the capture of output: a test that passes would not be heard.
fn say(text: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "{text}").unwrap();
}

/// Says what was not tested, or fails.
pub fn skipped(once: &'static Once, what: &str) {
    assert!(!is_all_required(), "skipped although all is required: {what}");
    once.call_once(|| say(&format!("skipped: {what}")));
}

/// A fresh, migrated database, gone with the value.
pub struct TestDb {
    pub url: DatabaseUrl,
    place: Place,
}

enum Place {
    Sqlite(#[expect(dead_code, reason = "held until the test ends")] tempfile::TempDir),
    Postgres { name: String },
}

static SQLITE_TEMPLATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.db");
    Ledger::migrate(&DatabaseUrl::Sqlite(path.clone())).unwrap();
    std::fs::read(path).unwrap()
});

static SERVER: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("FATOURA_TEST_POSTGRES_URL").ok());
const TEMPLATE: &str = "fatoura_ledger_template";

static POSTGRES_TEMPLATE: LazyLock<()> = LazyLock::new(|| {
    let mut server = Raw::open(&database_of("")).unwrap();
    // One run of the tests at a time makes the template anew, as the migrations may have changed.
    server.run("SELECT pg_advisory_lock(7203412)").unwrap();
    server.run(&format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")).unwrap();
    server.run(&format!("CREATE DATABASE {TEMPLATE}")).unwrap();
    Ledger::migrate(&database_of(TEMPLATE)).unwrap();
});

/// The server's own database, or another one on it.
fn database_of(name: &str) -> DatabaseUrl {
    let server = SERVER.as_ref().unwrap();
    let (place, own) = server.rsplit_once('/').unwrap();
    DatabaseUrl::Postgres(format!("{place}/{}", if name.is_empty() { own } else { name }))
}

/// So few that most tests fold bills and keys while they go on.
const RECENT_MAX: usize = 3;

impl TestDb {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        std::fs::write(&path, &*SQLITE_TEMPLATE).unwrap();
        Self { url: DatabaseUrl::Sqlite(path), place: Place::Sqlite(folder) }
    }

    pub fn postgres() -> Option<Self> {
        static SAID: Once = Once::new();
        if SERVER.is_none() {
            skipped(&SAID, "PostgreSQL, as FATOURA_TEST_POSTGRES_URL is not set");
            return None;
        }
        LazyLock::force(&POSTGRES_TEMPLATE);
        let name = format!("fatoura_ledger_{}_{}", std::process::id(), Reference::fresh_secret());
        let create = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}");
        Raw::open(&database_of("")).unwrap().run(&create).unwrap();
        Some(Self { url: database_of(&name), place: Place::Postgres { name } })
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres { .. })
    }

    /// Another fresh database of the same kind.
    pub fn sibling(&self) -> Self {
        if self.is_postgres() { Self::postgres().unwrap() } else { Self::sqlite() }
    }

    pub fn open(&self) -> Ledger {
        Ledger::open_with_recent(&self.url, &ledger::DataKeys::of_bytes([7; 32]), 2, Arc::new(|| {}), RECENT_MAX)
            .unwrap()
    }

    pub fn raw(&self) -> Raw {
        Raw::open(&self.url).unwrap()
    }

    /// Rows of one text column named `line`.
    pub fn lines(&self, sql: &str) -> Vec<String> {
        self.raw().lines(sql)
    }

    /// Bills or request keys as they stand, as a table: on SQLite the recent ones count before those in the tree.
    pub fn standing(&self, table: &str) -> String {
        let (recent, columns) = match table {
            "bills" => ("recent_bills", "key, biller, state, payment_id, generation, updated_at"),
            "idempotency_keys" => ("recent_keys", "key, input, payment_id, created_at"),
            other => return other.to_owned(),
        };
        if self.is_postgres() {
            return table.to_owned();
        }
        format!(
            "(SELECT {columns} FROM {recent} r WHERE id = (SELECT MAX(id) FROM {recent} WHERE key = r.key)
              UNION ALL SELECT {columns} FROM {table} WHERE key NOT IN (SELECT key FROM {recent}))"
        )
    }

    pub fn count(&self, table: &str) -> u64 {
        let table = self.standing(table);
        self.lines(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {table}"))[0].parse().unwrap()
    }

    /// The number and the running balance of an account.
    pub fn balance(&self, account: &Account) -> i64 {
        let (kind, owner) = (account.kind.code(), &account.owner);
        let sql =
            format!("SELECT CAST(balance AS TEXT) AS line FROM accounts WHERE kind = {kind} AND owner = '{owner}'");
        self.lines(&sql).first().map_or(0, |balance| balance.parse().unwrap())
    }

    /// Fails with every fault of the books.
    pub fn assert_clean(&self) {
        assert_eq!(self.faults(), Vec::<String>::new());
    }

    pub fn faults(&self) -> Vec<String> {
        check_books(&self.url).unwrap().faults.iter().map(ToString::to_string).collect()
    }

    /// A top-up of an outlet's float, asked for by one person and approved by another.
    pub fn fund_float(&self, outlet: &str, centimes: i64) {
        self.open().fund(outlet, centimes);
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Place::Postgres { name } = &self.place {
            let dropped = Raw::open(&database_of(""))
                .and_then(|mut server| server.run(&format!("DROP DATABASE {name} WITH (FORCE)")));
            if let Err(error) = dropped {
                say(&format!("{name} was not dropped: {error}"));
            }
        }
    }
}

/// A connection beside the ledger's own.
pub enum Raw {
    Sqlite(SqliteConnection),
    Pg(PgConnection),
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Raw {
    pub fn open(url: &DatabaseUrl) -> Result<Self, String> {
        let opened = match url {
            DatabaseUrl::Sqlite(path) => sqlite(path).map(Self::Sqlite),
            DatabaseUrl::Postgres(url) => PgConnection::establish(url).map(Self::Pg),
        };
        opened.map_err(|error| error.to_string())
    }

    pub fn run(&mut self, sql: &str) -> Result<(), String> {
        match self {
            Self::Sqlite(c) => c.batch_execute(sql),
            Self::Pg(c) => c.batch_execute(sql),
        }
        .map_err(|error| error.to_string())
    }

    pub fn lines(&mut self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let rows: Vec<Line> = match self {
            Self::Sqlite(c) => query.load(c),
            Self::Pg(c) => query.load(c),
        }
        .unwrap();
        rows.into_iter().map(|row| row.line).collect()
    }
}

fn sqlite(path: &Path) -> ConnectionResult<SqliteConnection> {
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
    connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
    Ok(connection)
}
