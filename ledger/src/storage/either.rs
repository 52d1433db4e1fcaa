//! One type for both connections.
#![expect(clippy::disallowed_types, reason = "the derive forwards every type a backend has; no table has a float")]

use diesel::prelude::*;

/// A connection to either database; one set of queries serves both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL 13 or later.
    Pg(PgConnection),
    /// SQLite, bundled.
    Sqlite(SqliteConnection),
}
