//! The audit log: who did what, when. Append-only by trigger, and hash-chained, so that a row changed or taken out by
//! whoever gets around the triggers shows: `check_books` names the first that does not follow from the one before.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::{audit_log, counters};
use crate::writer::WriteOp;

/// The counter of rows written.
pub(crate) const COUNTER: &str = "audit";
/// What the first row continues.
pub(crate) const BEGINNING: [u8; 32] = [0; 32];
/// Longest text of a column, in characters; what is longer is cut off, and control characters are left out.
const TEXT_MAX: usize = 500;

/// Something that somebody did. No secret, and no more of a customer than the number of what was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who: a member's login, or a word in brackets for somebody without one.
    pub actor: String,
    /// What was done, in a fixed word.
    pub action: String,
    /// To what: `payment 100005`.
    pub subject: String,
    /// What else there is to say.
    pub detail: String,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place, from 1, without gaps.
    pub seq: i64,
    /// When (UTC).
    pub at: NaiveDateTime,
    /// What happened.
    pub entry: AuditEntry,
}

impl AuditRow {
    /// SHA-256 over everything in the row and the digest before it. Lengths keep neighbouring texts apart.
    pub(crate) fn digest(&self, previous: &[u8]) -> [u8; 32] {
        let AuditEntry { actor, action, subject, detail } = &self.entry;
        let mut hash = Sha256::new();
        hash.update(self.seq.to_be_bytes());
        hash.update(self.at.and_utc().timestamp_micros().to_be_bytes());
        for text in [actor.as_bytes(), action.as_bytes(), subject.as_bytes(), detail.as_bytes(), previous] {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        }
        hash.finalize().into()
    }
}

/// A row with its two digests, as the proof reads it.
pub(crate) type StoredAudit = (i64, NaiveDateTime, String, String, String, String, Vec<u8>, Vec<u8>);

/// The row apart from its digests, in the order of the table.
pub(crate) fn apart(
    (seq, at, actor, action, subject, detail, previous, digest): StoredAudit,
) -> (AuditRow, Vec<u8>, Vec<u8>) {
    (AuditRow { seq, at, entry: AuditEntry { actor, action, subject, detail } }, previous, digest)
}

impl WriteOp<'_> {
    /// Appends to the log; its place in it. The counter's row keeps the writers of several processes apart.
    pub fn audit(&mut self, entry: &AuditEntry, now: DateTime<Utc>) -> Result<i64, StorageError> {
        let counter = counters::table.filter(counters::name.eq(COUNTER));
        diesel::update(counter).set(counters::next.eq(counters::next + 1)).execute(self.connection)?;
        let next: i64 = counter.select(counters::next).get_result(self.connection)?;
        let seq = next - 1;
        let last: Option<(i64, Vec<u8>)> = audit_log::table
            .order(audit_log::seq.desc())
            .select((audit_log::seq, audit_log::digest))
            .first(self.connection)
            .optional()?;
        // A log that has lost its end goes on where the counter stands: the gap stays for the proof to find.
        let previous = last.map_or_else(|| BEGINNING.to_vec(), |(_, digest)| digest);
        let short = |text: &str| text.chars().filter(|c| !c.is_control()).take(TEXT_MAX).collect::<String>();
        let entry = AuditEntry {
            actor: short(&entry.actor),
            action: short(&entry.action),
            subject: short(&entry.subject),
            detail: short(&entry.detail),
        };
        // Both databases keep microseconds.
        let row = AuditRow { seq, at: now.naive_utc().trunc_subsecs(6), entry };
        let digest = row.digest(&previous);
        let values = (
            audit_log::seq.eq(seq),
            audit_log::at.eq(row.at),
            audit_log::actor.eq(&row.entry.actor),
            audit_log::action.eq(&row.entry.action),
            audit_log::subject.eq(&row.entry.subject),
            audit_log::detail.eq(&row.entry.detail),
            audit_log::previous.eq(previous),
            audit_log::digest.eq(digest.to_vec()),
        );
        diesel::insert_into(audit_log::table).values(values).execute(self.connection)?;
        Ok(seq)
    }
}

impl Reader<'_> {
    /// Rows before a place, or the last ones; the newest first.
    pub fn audit_rows(&mut self, before: Option<i64>, limit: i64) -> Result<Vec<AuditRow>, StorageError> {
        let rows: Vec<StoredAudit> = audit_log::table
            .filter(audit_log::seq.lt(before.unwrap_or(i64::MAX)))
            .order(audit_log::seq.desc())
            .limit(limit)
            .select(audit_log::all_columns)
            .load(self.connection)?;
        Ok(rows.into_iter().map(|row| apart(row).0).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_row_counts_and_texts_do_not_run_together() {
        let row = |seq, at: &str, words: [&str; 4]| AuditRow {
            seq,
            at: at.parse().unwrap(),
            entry: AuditEntry {
                actor: words[0].to_owned(),
                action: words[1].to_owned(),
                subject: words[2].to_owned(),
                detail: words[3].to_owned(),
            },
        };
        let at = "2026-11-24T10:00:00.000001";
        let digests = [
            row(1, at, ["a", "b", "c", "d"]).digest(&BEGINNING),
            row(2, at, ["a", "b", "c", "d"]).digest(&BEGINNING),
            row(1, "2026-11-24T10:00:00.000002", ["a", "b", "c", "d"]).digest(&BEGINNING),
            row(1, at, ["ab", "", "c", "d"]).digest(&BEGINNING),
            row(1, at, ["a", "bc", "", "d"]).digest(&BEGINNING),
            row(1, at, ["a", "b", "cd", ""]).digest(&BEGINNING),
            row(1, at, ["a", "b", "c", "d"]).digest(&[1; 32]),
        ];
        let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
    }
}
