//! Texts as they are kept.

use std::fmt;
use std::sync::Arc;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{HasSqlType, Text};

use super::{Column, Keyring};
use crate::storage::{MultiBackend, StorageError};

/// A column of texts that are sealed: text to the database.
#[derive(Debug, Clone, Copy, Default, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Text"))]
#[diesel(postgres_type(oid = 25, array_oid = 1009))]
pub struct SealedText;

impl HasSqlType<SealedText> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<SealedText>(lookup)
    }
}

/// A text as it stands in such a column.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SealedText)]
pub(crate) struct Sealed(pub(super) String);

impl Sealed {
    /// For statements that are written out.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl<DB: Backend> ToSql<SealedText, DB> for Sealed
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <str as ToSql<Text, DB>>::to_sql(&self.0, out)
    }
}

impl<DB: Backend> FromSql<SealedText, DB> for Sealed
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, DB>>::from_sql(bytes).map(Self)
    }
}

/// Personal text that was read and not opened: who needs it asks for it, and nobody pays for the rest. It shows nothing
/// in logs.
#[derive(Clone)]
pub struct PersonalText {
    keys: Arc<Keyring>,
    column: &'static Column,
    row: i64,
    sealed: Sealed,
}

impl PersonalText {
    pub(crate) fn new(keys: &Arc<Keyring>, column: &'static Column, row: i64, sealed: Sealed) -> Self {
        Self { keys: Arc::clone(keys), column, row, sealed }
    }

    /// What it says. An error where its key is not among the data keys, or the row was damaged.
    pub fn reveal(&self) -> Result<String, StorageError> {
        self.keys.open(self.column, self.row, &self.sealed)
    }
}

impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
