//! Files that were made of settlements, and where they are to be brought.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::settling::Settlement;
use crate::ledger::Reader;
use crate::states::{DeliveryMeans, SettlementFileKind};
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{deliveries, settlement_files, settlements};
use crate::writer::WriteOp;

/// A file that was made and is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The settled window.
    pub window: i64,
    /// The biller.
    pub biller: u16,
    /// What it is.
    pub kind: SettlementFileKind,
    /// Its name.
    pub name: String,
    /// SHA-256 of all of it, in lower-case hex.
    pub digest: String,
    /// Its size.
    pub bytes: u64,
    /// Where it is to be brought.
    pub deliveries: Vec<NewDelivery>,
}

/// Where a file is to be brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// How.
    pub means: DeliveryMeans,
    /// The mail address, or the server with account and folder.
    pub target: String,
}

/// A file as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Its number.
    pub id: i64,
    /// The settled window.
    pub window: i64,
    /// The biller.
    pub biller: u16,
    /// What it is.
    pub kind: SettlementFileKind,
    /// Its name.
    pub name: String,
    /// SHA-256 of all of it, in lower-case hex.
    pub digest: String,
    /// Its size.
    pub bytes: i64,
    /// When it was made (UTC).
    pub made_at: NaiveDateTime,
}

type FileRow = (i64, i64, i32, i16, String, String, i64, NaiveDateTime);

fn file((id, window, biller, kind, name, digest, bytes, made_at): FileRow) -> Result<KeptFile, StorageError> {
    let unknown = || StorageError::Damaged(format!("settlement file {id}: kind {kind}"));
    let kind = SettlementFileKind::from_code(kind).ok_or_else(unknown)?;
    Ok(KeptFile { id, window, biller: biller_code(biller)?, kind, name, digest, bytes, made_at })
}

/// The columns of a file, in the order of [`FileRow`].
const FILE: (
    settlement_files::id,
    settlement_files::window_id,
    settlement_files::biller,
    settlement_files::kind,
    settlement_files::name,
    settlement_files::digest,
    settlement_files::bytes,
    settlement_files::made_at,
) = (
    settlement_files::id,
    settlement_files::window_id,
    settlement_files::biller,
    settlement_files::kind,
    settlement_files::name,
    settlement_files::digest,
    settlement_files::bytes,
    settlement_files::made_at,
);

impl Reader<'_> {
    /// Settlements whose files are not all made, each biller's in order.
    pub fn settlements_to_file(&mut self) -> Result<Vec<Settlement>, StorageError> {
        let windows: Vec<i64> = settlements::table
            .filter(settlements::filed_at.is_null())
            .order((settlements::biller, settlements::sequence))
            .select(settlements::window_id)
            .load(self.connection)?;
        let mut found = Vec::with_capacity(windows.len());
        for window in windows {
            found.extend(self.settlement(window)?);
        }
        Ok(found)
    }

    /// The files of a window.
    pub fn files_of(&mut self, window: i64) -> Result<Vec<KeptFile>, StorageError> {
        let files = settlement_files::table.filter(settlement_files::window_id.eq(window));
        let rows: Vec<FileRow> = files.order(settlement_files::kind).select(FILE).load(self.connection)?;
        rows.into_iter().map(file).collect()
    }

    /// A file by its number.
    pub fn settlement_file(&mut self, id: i64) -> Result<Option<KeptFile>, StorageError> {
        let row = settlement_files::table.filter(settlement_files::id.eq(id)).select(FILE);
        row.get_result(self.connection).optional()?.map(file).transpose()
    }

    /// The digest of the biller's file of a kind before a settlement, which the next one names.
    pub fn digest_before(
        &mut self,
        kind: SettlementFileKind,
        biller: u16,
        sequence: i64,
    ) -> Result<Option<String>, StorageError> {
        let row = settlement_files::table
            .inner_join(settlements::table.on(settlements::window_id.eq(settlement_files::window_id)))
            .filter(settlements::biller.eq(i32::from(biller)))
            .filter(settlements::sequence.lt(sequence))
            .filter(settlement_files::kind.eq(kind.code()))
            .order(settlements::sequence.desc())
            .select(settlement_files::digest);
        Ok(row.first(self.connection).optional()?)
    }
}

impl WriteOp<'_> {
    /// Keeps a file that is in its place, and asks for its deliveries. Made again it must be the same.
    pub fn keep_file(&mut self, new: &NewFile, now: DateTime<Utc>) -> Result<(), StorageError> {
        let known = settlement_files::table
            .filter(settlement_files::window_id.eq(new.window))
            .filter(settlement_files::kind.eq(new.kind.code()))
            .select(settlement_files::digest);
        if let Some(digest) = known.get_result::<String>(self.connection).optional()? {
            let differs = || StorageError::Failed(format!("{}: made again it is another file: {digest}", new.name));
            return if digest == new.digest { Ok(()) } else { Err(differs()) };
        }
        let id = self.next_id()?;
        let values = (
            settlement_files::id.eq(id),
            settlement_files::window_id.eq(new.window),
            settlement_files::biller.eq(i32::from(new.biller)),
            settlement_files::kind.eq(new.kind.code()),
            settlement_files::name.eq(&new.name),
            settlement_files::digest.eq(&new.digest),
            settlement_files::bytes.eq(i64::try_from(new.bytes).unwrap_or(i64::MAX)),
            settlement_files::made_at.eq(now.naive_utc()),
        );
        diesel::insert_into(settlement_files::table).values(values).execute(self.connection)?;
        for delivery in &new.deliveries {
            let values = (
                deliveries::id.eq(self.next_id()?),
                deliveries::file_id.eq(id),
                deliveries::means.eq(delivery.means.code()),
                deliveries::target.eq(&delivery.target),
                deliveries::asked_at.eq(now.naive_utc()),
                deliveries::due_at.eq(now.naive_utc()),
                deliveries::attempts.eq(0),
                deliveries::proof.eq(""),
                deliveries::failure.eq(""),
            );
            diesel::insert_into(deliveries::table).values(values).execute(self.connection)?;
        }
        Ok(())
    }

    /// All files of a settlement are made.
    pub fn settlement_filed(&mut self, window: i64, now: DateTime<Utc>) -> Result<(), StorageError> {
        let row = settlements::table.filter(settlements::window_id.eq(window)).filter(settlements::filed_at.is_null());
        diesel::update(row).set(settlements::filed_at.eq(now.naive_utc())).execute(self.connection)?;
        Ok(())
    }
}
