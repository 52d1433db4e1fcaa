//! Whether this process can do its work, part by part.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use channels::Check;
use ledger::{Ledger, Migrations};

/// How long the database's word stands: whoever asks in between, however many, is one read.
const KNOWN_FOR: Duration = Duration::from_secs(1);
/// How long ago the outbox was looked at at most: the dispatcher looks every second, and pauses two after trouble.
const PASS_MAX: Duration = Duration::from_secs(30);

/// The parts, as they are asked for.
pub(crate) struct Readiness {
    /// Whether the program stops.
    pub stopping: Arc<AtomicBool>,
    /// The ledger that everything stands on.
    pub ledger: Arc<Ledger>,
    /// How long ago the outbox was looked at last with success.
    pub last_pass: Box<dyn Fn() -> Duration + Send + Sync>,
    /// What the database said last, and when.
    pub known: Mutex<Option<(Instant, [Check; 2])>>,
    /// Held by whoever asks the database.
    pub asking: Mutex<()>,
}

fn check(name: &'static str, is_well: bool, fault: &'static str) -> Check {
    Check { name, fault: (!is_well).then_some(fault) }
}

fn of_database(database: Option<&'static str>, migrations: Option<&'static str>) -> [Check; 2] {
    [Check { name: "database", fault: database }, Check { name: "migrations", fault: migrations }]
}

impl Readiness {
    pub(crate) fn new(
        stopping: Arc<AtomicBool>,
        ledger: Arc<Ledger>,
        last_pass: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self { stopping, ledger, last_pass: Box::new(last_pass), known: Mutex::new(None), asking: Mutex::new(()) }
    }

    /// Each part with what is wrong with it. Blocks for a read of the database, once a second.
    pub(crate) fn checks(&self) -> Vec<Check> {
        let [database, migrations] = self.database();
        vec![
            check("stopping", !self.stopping.load(Ordering::Relaxed), "the program is stopping"),
            check("writer", self.ledger.is_writing(), "it has stopped: see the log, and start the program again"),
            database,
            migrations,
            check("dispatcher", (self.last_pass)() <= PASS_MAX, "the outbox has not been looked at for half a minute"),
        ]
    }

    fn database(&self) -> [Check; 2] {
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, checks)) = known
            && at.elapsed() < KNOWN_FOR
        {
            return checks;
        }
        let _asking = match self.asking.try_lock() {
            Ok(asking) => asking,
            Err(TryLockError::Poisoned(asking)) => asking.into_inner(),
            // Somebody else does: what was known before, while that lasts.
            Err(TryLockError::WouldBlock) => {
                let unknown = Some("it is being asked");
                return known.map_or(of_database(unknown, unknown), |(_, checks)| checks);
            }
        };
        let checks = match self.ledger.read(|reader| reader.migrations()) {
            Ok(Migrations::Same) => of_database(None, None),
            Ok(Migrations::Missing) => of_database(None, Some("some have not run: run `fatoura migrate`")),
            Ok(Migrations::Unknown) => of_database(None, Some("a later program changed the tables: run that one")),
            Err(error) => {
                tracing::warn!(%error, "the database cannot be read");
                of_database(Some("it cannot be read: see the log"), Some("it is not known"))
            }
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), checks));
        checks
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::{Connection, SimpleConnection};
    use ledger::DatabaseUrl;
    use rstest::rstest;

    use super::*;
    use crate::test_database::{Backend, TestDatabase};

    fn run(url: &DatabaseUrl, statement: &str) {
        let done = match url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = diesel::SqliteConnection::establish(&path.to_string_lossy()).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                connection.batch_execute(statement)
            }
            DatabaseUrl::Postgres(url) => diesel::PgConnection::establish(url).unwrap().batch_execute(statement),
        };
        done.unwrap();
    }

    fn faults(readiness: &Readiness) -> Vec<&'static str> {
        // As if it had been asked long ago.
        *readiness.known.lock().unwrap() = None;
        readiness.checks().into_iter().filter(|check| check.fault.is_some()).map(|check| check.name).collect()
    }

    /// What happens, and the parts that say so.
    #[rstest]
    #[case::nothing("", 0, &[])]
    #[case::no_pass("", 31, &["dispatcher"])]
    #[case::migration_is_missing(
        "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT MAX(version) FROM __diesel_schema_migrations)",
        0,
        &["migrations"]
    )]
    #[case::of_a_later_program("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')", 0, &["migrations"])]
    #[case::unreadable("DROP TABLE __diesel_schema_migrations", 0, &["database", "migrations"])]
    fn what_fails_is_named(
        #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
        #[case] statement: &str,
        #[case] passed_seconds: u64,
        #[case] expected: &[&str],
    ) {
        let Some(database) = TestDatabase::make(backend) else { return };
        let ledger = Arc::new(Ledger::open_beside(&database.url, &ledger::DataKeys::of_bytes([7; 32])).unwrap());
        let stopping = Arc::new(AtomicBool::new(false));
        let passed = move || Duration::from_secs(passed_seconds);
        let readiness = Readiness::new(Arc::clone(&stopping), Arc::clone(&ledger), passed);
        if !statement.is_empty() {
            run(&database.url, statement);
        }
        assert_eq!(faults(&readiness), expected);
        stopping.store(true, Ordering::Relaxed);
        ledger.close();
        assert_eq!(faults(&readiness), [&["stopping", "writer"], expected].concat());
    }

    #[test]
    fn many_who_ask_are_one_read() {
        let database = TestDatabase::make(Backend::Sqlite).unwrap();
        let ledger = Arc::new(Ledger::open_beside(&database.url, &ledger::DataKeys::of_bytes([7; 32])).unwrap());
        let readiness = Readiness::new(Arc::default(), ledger, Duration::default);
        assert!(readiness.checks().iter().all(|check| check.fault.is_none()));
        run(&database.url, "DROP TABLE __diesel_schema_migrations");
        let far = Instant::now() + Duration::from_secs(3_600);
        readiness.known.lock().unwrap().as_mut().unwrap().0 = far;
        assert!(readiness.checks().iter().all(|check| check.fault.is_none()), "it is what was known");
        // While another asks, too, for how long it may take.
        *readiness.known.lock().unwrap() = None;
        let _asking = readiness.asking.lock().unwrap();
        assert_eq!(readiness.checks().iter().filter(|check| check.fault == Some("it is being asked")).count(), 2);
    }
}
