//! Where rows live: SQLite (embedded, the default) or PostgreSQL, chosen by the URL's scheme.

mod connection;
mod either;
mod migrations;
pub(crate) mod rows;
pub(crate) mod schema;

pub use connection::{DatabaseUrl, StorageError};
pub(crate) use connection::{ReaderPool, connect, reader_pool};
pub use either::Conn;
pub(crate) use migrations::{migrate, pending};
