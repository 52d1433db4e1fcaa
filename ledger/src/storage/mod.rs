//! Where rows live: SQLite (embedded, the default) or PostgreSQL, chosen by the URL's scheme.

mod connection;
mod migrations;
pub(crate) mod rows;
pub(crate) mod schema;

pub use connection::{Conn, DatabaseUrl, StorageError};
pub(crate) use connection::{ReaderPool, connect, reader_pool};
pub(crate) use migrations::{migrate, pending};
