//! The twin migrations, embedded in the binary.

use diesel::connection::SimpleConnection;
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

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
