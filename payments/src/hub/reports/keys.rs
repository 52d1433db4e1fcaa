//! Keys of the reports' API. What is done with them stands in the audit log by the same commit.

use ledger::{AuditEntry, NewReportKey, ReportKey};

use crate::api::Infrastructure;
use crate::hub::Hub;
use crate::reports::keys::{KEYS_MAX, KeyFault, KeyWish, digest, new_key};

/// The most keys that are listed at once.
const PAGE_MAX: i64 = 200;

impl Hub {
    /// Makes a key: its number and the key itself, which nobody can read again. `None`: there are [`KEYS_MAX`] good ones.
    pub async fn make_report_key(
        &self,
        wish: KeyWish,
        entry: AuditEntry,
    ) -> Result<Option<(i64, String)>, Infrastructure> {
        let (key, now) = (new_key(), self.now());
        let KeyWish { name, kinds, biller, lifetime, by } = wish;
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        let new = NewReportKey {
            digest: digest(&key),
            name,
            kinds: kinds.join(" "),
            biller,
            made_by: by,
            expires_at: now + lifetime,
        };
        let kept = self.write(move |op| {
            let Some(id) = op.keep_report_key(&new, KEYS_MAX, now)? else { return Ok(None) };
            op.audit(&AuditEntry { subject: subject(id), ..entry.clone() }, now)?;
            Ok(Some(id))
        });
        Ok(kept.await?.map(|id| (id, key)))
    }

    /// Revokes a key; whether it was not revoked before.
    pub async fn revoke_report_key(&self, id: i64, entry: AuditEntry) -> Result<bool, Infrastructure> {
        self.write_audited(AuditEntry { subject: subject(id), ..entry }, move |op, now| op.revoke_report_key(id, now))
            .await
    }

    /// Keys: first those that are good, then the others, the newest of each first; at most 200.
    pub async fn report_keys(&self, limit: i64) -> Result<Vec<ReportKey>, Infrastructure> {
        let now = self.now();
        self.read(move |reader| reader.report_keys(now, limit.clamp(1, PAGE_MAX))).await
    }

    /// What a key opens, or why it opens nothing.
    pub async fn open_report_key(&self, key: &str) -> Result<Result<ReportKey, KeyFault>, Infrastructure> {
        let (digest, now) = (digest(key), self.now().naive_utc());
        let found = self.read(move |reader| {
            let Some(key) = reader.report_key(&digest)? else { return Ok(None) };
            let is_backed = reader.is_report_key_backed(key.id)?;
            Ok(Some((key, is_backed)))
        });
        Ok(match found.await? {
            None => Err(KeyFault::Unknown),
            Some((key, is_backed)) if key.revoked_at.is_some() || !is_backed => Err(KeyFault::Revoked),
            Some((key, _)) if key.expires_at <= now => Err(KeyFault::Expired),
            Some((key, _)) => Ok(key),
        })
    }

    /// Writes to the audit log that a report is handed to whoever holds a key.
    pub async fn audit_report(&self, entry: AuditEntry) -> Result<(), Infrastructure> {
        let now = self.now();
        self.write(move |op| op.audit(&entry, now).map(|_| ())).await
    }
}

fn subject(id: i64) -> String {
    format!("report key {id}")
}
