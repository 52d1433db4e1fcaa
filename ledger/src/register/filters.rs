//! What a member of staff looks for again and again, under names of their own.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::saved_filters;
use crate::writer::WriteOp;

/// Filters of a member at most: they stand on one page, above what they find.
pub const FILTERS_MAX: i64 = 20;

/// A filter that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its number.
    pub id: i64,
    /// What its member calls it.
    pub name: String,
    /// What is looked for, as whoever kept it wrote it down.
    pub fields: String,
}

/// Whether a filter was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKept {
    /// It is kept, now or from the same form sent before.
    Kept,
    /// Another one of the member has the name.
    NameTaken,
    /// The member has as many as one can have.
    TooMany,
}

impl WriteOp<'_> {
    /// Keeps a filter of a member.
    pub fn keep_filter(
        &mut self,
        member: i64,
        name: &str,
        fields: &str,
        now: DateTime<Utc>,
    ) -> Result<FilterKept, StorageError> {
        let own: Vec<(String, String)> = saved_filters::table
            .filter(saved_filters::member_id.eq(member))
            .select((saved_filters::name, saved_filters::fields))
            .limit(FILTERS_MAX)
            .load(self.connection)?;
        if let Some((_, known)) = own.iter().find(|(known, _)| known == name) {
            return Ok(if known == fields { FilterKept::Kept } else { FilterKept::NameTaken });
        }
        if i64::try_from(own.len()).is_ok_and(|count| count >= FILTERS_MAX) {
            return Ok(FilterKept::TooMany);
        }
        let values = (
            saved_filters::id.eq(self.next_id()?),
            saved_filters::member_id.eq(member),
            saved_filters::name.eq(name),
            saved_filters::fields.eq(fields),
            saved_filters::made_at.eq(now.naive_utc()),
        );
        diesel::insert_into(saved_filters::table).values(values).execute(self.connection)?;
        Ok(FilterKept::Kept)
    }

    /// Deletes a filter of a member; whether there was one.
    pub fn drop_filter(&mut self, member: i64, filter: i64) -> Result<bool, StorageError> {
        let own = saved_filters::table.filter(saved_filters::id.eq(filter)).filter(saved_filters::member_id.eq(member));
        Ok(diesel::delete(own).execute(self.connection)? > 0)
    }
}

impl Reader<'_> {
    /// The filters of a member by name.
    pub fn saved_filters(&mut self, member: i64) -> Result<Vec<SavedFilter>, StorageError> {
        let rows: Vec<(i64, String, String)> = saved_filters::table
            .filter(saved_filters::member_id.eq(member))
            .order(saved_filters::name)
            .limit(FILTERS_MAX)
            .select((saved_filters::id, saved_filters::name, saved_filters::fields))
            .load(self.connection)?;
        Ok(rows.into_iter().map(|(id, name, fields)| SavedFilter { id, name, fields }).collect())
    }
}
