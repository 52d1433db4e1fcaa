//! The twin migrations, embedded in the binary.

use std::collections::BTreeSet;

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::StorageError;
use super::either::Conn;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Brings the tables up to date; the names of the migrations that ran.
pub(crate) fn migrate(connection: &mut Conn) -> Result<Vec<String>, StorageError> {
    let ran = match connection {
        Conn::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE).map(names),
        Conn::Pg(pg) => {
            // Changing a large table takes as long as it takes. Two nodes that start at once must not both migrate.
            pg.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock(7203411)")?;
            let ran = pg.run_pending_migrations(POSTGRES).map(names);
            pg.batch_execute("SELECT pg_advisory_unlock(7203411)")?;
            ran
        }
    };
    ran.map_err(|error| StorageError::Failed(format!("migration: {error}")))
}

/// Whether migrations are still to run.
pub(crate) fn pending(connection: &mut Conn) -> Result<bool, StorageError> {
    let pending = match connection {
        Conn::Sqlite(sqlite) => sqlite.has_pending_migration(SQLITE),
        Conn::Pg(pg) => pg.has_pending_migration(POSTGRES),
    };
    pending.map_err(|error| StorageError::Failed(format!("migration: {error}")))
}

/// The migrations of a database, held against those of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// The same.
    Same,
    /// The database lacks some.
    Missing,
    /// The database has some that the program does not know: a later one changed it.
    Unknown,
}

#[derive(QueryableByName)]
struct Ran {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// Reads which migrations ran, and nothing more.
pub(crate) fn standing(connection: &mut Conn) -> Result<Migrations, StorageError> {
    let query = diesel::sql_query("SELECT CAST(version AS TEXT) AS version FROM __diesel_schema_migrations");
    let (ran, own): (Vec<Ran>, _) = match connection {
        Conn::Sqlite(sqlite) => (query.load(sqlite)?, versions::<Sqlite>(&SQLITE)?),
        Conn::Pg(pg) => (query.load(pg)?, versions::<Pg>(&POSTGRES)?),
    };
    let ran: BTreeSet<String> = ran.into_iter().map(|row| row.version).collect();
    Ok(if own.difference(&ran).next().is_some() {
        Migrations::Missing
    } else if ran == own {
        Migrations::Same
    } else {
        Migrations::Unknown
    })
}

fn versions<DB: Backend>(source: &EmbeddedMigrations) -> Result<BTreeSet<String>, StorageError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let all = MigrationSource::<DB>::migrations(source);
    let all = all.map_err(|error| StorageError::Failed(format!("migrations: {error}")))?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
