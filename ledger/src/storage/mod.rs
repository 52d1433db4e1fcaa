//! Where rows live: SQLite (embedded, the default) or PostgreSQL, chosen by the URL's scheme.

mod connection;
mod either;
mod filling;
mod migrations;
pub(crate) mod rows;
pub(crate) mod schema;

pub(crate) use connection::{Connect, ReaderPool, connect, connect_undurable, reader_pool};
pub use connection::{DatabaseUrl, StorageError};
pub use either::Conn;
pub(crate) use either::MultiBackend;
pub(crate) use filling::Filling;
pub use migrations::Migrations;
pub(crate) use migrations::{migrate, pending, standing};
