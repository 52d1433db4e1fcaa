//! Keys of the reports' API, as rows. A key is known by the digest of what its holder was shown once.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{report_keys, staff_members};
use crate::writer::WriteOp;

/// A key to be kept.
#[derive(Debug, Clone)]
pub struct NewReportKey {
    /// SHA-256 of the key.
    pub digest: [u8; 32],
    /// What people call it.
    pub name: String,
    /// The words of the kinds that it opens, separated by blanks.
    pub kinds: String,
    /// The biller whose rows it opens alone.
    pub biller: Option<u16>,
    /// Who made it.
    pub made_by: Actor,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// A stored key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportKey {
    /// Its number.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// The words of the kinds that it opens, separated by blanks.
    pub kinds: String,
    /// The biller whose rows it opens alone.
    pub biller: Option<u16>,
    /// Who made it.
    pub made_by: String,
    /// When (UTC).
    pub made_at: NaiveDateTime,
    /// Until when it is good (UTC).
    pub expires_at: NaiveDateTime,
    /// When it was revoked (UTC).
    pub revoked_at: Option<NaiveDateTime>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = report_keys)]
struct KeyRow {
    id: i64,
    name: String,
    kinds: String,
    biller: Option<i32>,
    made_by_name: String,
    made_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    revoked_at: Option<NaiveDateTime>,
}

impl TryFrom<KeyRow> for ReportKey {
    type Error = StorageError;

    fn try_from(row: KeyRow) -> Result<Self, StorageError> {
        Ok(Self {
            id: row.id,
            name: row.name,
            kinds: row.kinds,
            biller: row.biller.map(biller_code).transpose()?,
            made_by: row.made_by_name,
            made_at: row.made_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
    }
}

impl WriteOp<'_> {
    /// Keeps a key, unless as many as `most` are good already; its number.
    pub fn keep_report_key(
        &mut self,
        new: &NewReportKey,
        most: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, StorageError> {
        let good: i64 = report_keys::table
            .filter(report_keys::revoked_at.is_null())
            .filter(report_keys::expires_at.gt(now.naive_utc()))
            .count()
            .get_result(self.connection)?;
        if good >= most {
            return Ok(None);
        }
        let id = self.next_id()?;
        let values = (
            report_keys::id.eq(id),
            report_keys::digest.eq(new.digest.as_slice()),
            report_keys::name.eq(&new.name),
            report_keys::kinds.eq(&new.kinds),
            report_keys::biller.eq(new.biller.map(i32::from)),
            report_keys::made_by.eq(new.made_by.id),
            report_keys::made_by_name.eq(&new.made_by.name),
            report_keys::made_at.eq(now.naive_utc()),
            report_keys::expires_at.eq(new.expires_at.naive_utc()),
        );
        diesel::insert_into(report_keys::table).values(values).execute(self.connection)?;
        Ok(Some(id))
    }

    /// Revokes a key; whether it was good until now.
    pub fn revoke_report_key(&mut self, id: i64, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let row = report_keys::table.filter(report_keys::id.eq(id)).filter(report_keys::revoked_at.is_null());
        let revoked =
            diesel::update(row).set(report_keys::revoked_at.eq(Some(now.naive_utc()))).execute(self.connection)?;
        Ok(revoked == 1)
    }
}

impl Reader<'_> {
    /// Keys: first those that are good at a moment, then the others, the newest of each first.
    pub fn report_keys(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<ReportKey>, StorageError> {
        let now = now.naive_utc();
        let mut rows: Vec<KeyRow> = report_keys::table
            .filter(report_keys::revoked_at.is_null())
            .filter(report_keys::expires_at.gt(now))
            .order(report_keys::id.desc())
            .limit(limit)
            .select(KeyRow::as_select())
            .load(self.connection)?;
        let room = limit.saturating_sub(i64::try_from(rows.len()).unwrap_or(limit));
        let others: Vec<KeyRow> = report_keys::table
            .filter(report_keys::revoked_at.is_not_null().or(report_keys::expires_at.le(now)))
            .order(report_keys::id.desc())
            .limit(room)
            .select(KeyRow::as_select())
            .load(self.connection)?;
        rows.extend(others);
        rows.into_iter().map(ReportKey::try_from).collect()
    }

    /// The key of a digest, good or not.
    pub fn report_key(&mut self, digest: &[u8; 32]) -> Result<Option<ReportKey>, StorageError> {
        let row = report_keys::table.filter(report_keys::digest.eq(digest.as_slice())).select(KeyRow::as_select());
        row.get_result(self.connection).optional()?.map(ReportKey::try_from).transpose()
    }

    /// Whether whoever made a key may still sign in.
    pub fn is_report_key_backed(&mut self, id: i64) -> Result<bool, StorageError> {
        let maker: Option<i64> = report_keys::table
            .filter(report_keys::id.eq(id))
            .select(report_keys::made_by)
            .get_result(self.connection)
            .optional()?;
        let Some(maker) = maker else { return Ok(false) };
        let at_work =
            staff_members::table.filter(staff_members::id.eq(maker)).filter(staff_members::disabled_at.is_null());
        let count: i64 = at_work.count().get_result(self.connection)?;
        Ok(count > 0)
    }
}
