//! Billers and their bill files, as rows. What they say is the use cases' business.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::ledger::Reader;
use crate::personal::Sealed;
use crate::personal::columns::{FILE_BILLS_ARTICLE, FILE_BILLS_CONTRACT, FILE_CUSTOMERS_CONTRACT};
use crate::storage::rows::biller_code;
use crate::storage::schema::{bill_files, billers, file_bills, file_customers};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// A biller's definition, as the use cases wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBiller {
    /// 4-digit code.
    pub code: u16,
    /// The definition.
    pub definition: String,
}

/// The bill file imported last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBillFile {
    /// Its sequence number.
    pub sequence: u64,
    /// SHA-256 of its content, in lower-case hex.
    pub digest: String,
    /// When it was imported (UTC).
    pub imported_at: NaiveDateTime,
}

/// One line of a customer in a bill file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileArticle {
    /// 2-digit receivable type.
    pub receivable_type: String,
    /// The contract.
    pub contract: String,
    /// The line, as the use cases write it.
    pub article: String,
}

/// A bill file to be taken whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileImport {
    /// The biller.
    pub biller: u16,
    /// Its sequence number.
    pub sequence: u64,
    /// SHA-256 of its content, in lower-case hex.
    pub digest: String,
    /// The day the biller made it.
    pub created: NaiveDate,
    /// Customers who owe nothing: receivable type and contract.
    pub customers: Vec<(String, String)>,
    /// Unpaid lines, in the file's order.
    pub articles: Vec<FileArticle>,
}

/// Rows of one insert: columns x rows stays below SQLite's 32,766 parameters.
const ROWS_PER_INSERT: usize = 5_000;

impl WriteOp<'_> {
    /// Puts a biller in, or in place of what was under its code.
    pub fn put_biller(&mut self, code: u16, definition: &str, now: NaiveDateTime) -> Result<(), StorageError> {
        let row = billers::table.filter(billers::code.eq(i32::from(code)));
        let version = billers::version.eq(self.next_id()?);
        let changed = diesel::update(row)
            .set((billers::definition.eq(definition), version, billers::updated_at.eq(now)))
            .execute(self.connection)?;
        if changed == 0 {
            let values = (
                billers::code.eq(i32::from(code)),
                billers::definition.eq(definition),
                version,
                billers::updated_at.eq(now),
            );
            diesel::insert_into(billers::table).values(values).execute(self.connection)?;
        }
        Ok(())
    }

    /// Replaces what was imported for a biller, if `expected` is still what was imported last; whether it was.
    pub fn replace_bill_file(
        &mut self,
        import: &FileImport,
        expected: Option<u64>,
        now: NaiveDateTime,
    ) -> Result<bool, StorageError> {
        let biller = i32::from(import.biller);
        let sequence = |number: u64| i64::try_from(number).map_err(|error| StorageError::Failed(error.to_string()));
        let known: Option<i64> = bill_files::table
            .filter(bill_files::biller.eq(biller))
            .select(bill_files::sequence)
            .get_result(self.connection)
            .optional()?;
        if known != expected.map(sequence).transpose()? {
            return Ok(false);
        }
        diesel::delete(bill_files::table.filter(bill_files::biller.eq(biller))).execute(self.connection)?;
        diesel::delete(file_customers::table.filter(file_customers::biller.eq(biller))).execute(self.connection)?;
        diesel::delete(file_bills::table.filter(file_bills::biller.eq(biller))).execute(self.connection)?;
        let header = (
            bill_files::biller.eq(biller),
            bill_files::sequence.eq(sequence(import.sequence)?),
            bill_files::digest.eq(&import.digest),
            bill_files::created.eq(import.created),
            bill_files::imported_at.eq(now),
        );
        diesel::insert_into(bill_files::table).values(header).execute(self.connection)?;
        for part in import.customers.chunks(ROWS_PER_INSERT) {
            let rows: Vec<_> = part
                .iter()
                .map(|(receivable_type, contract)| {
                    Ok((
                        file_customers::biller.eq(biller),
                        file_customers::receivable_type.eq(receivable_type),
                        file_customers::contract.eq(self.keys.seal(&FILE_CUSTOMERS_CONTRACT, 0, contract)?),
                    ))
                })
                .collect::<Result<_, StorageError>>()?;
            match &mut *self.connection {
                Conn::Sqlite(c) => diesel::insert_into(file_customers::table).values(&rows).execute(c)?,
                Conn::Pg(c) => diesel::insert_into(file_customers::table).values(&rows).execute(c)?,
            };
        }
        let numbered: Vec<(i32, &FileArticle)> = (0i32..).zip(&import.articles).collect();
        for part in numbered.chunks(ROWS_PER_INSERT) {
            let rows: Vec<_> = part
                .iter()
                .map(|(position, line)| {
                    Ok((
                        file_bills::biller.eq(biller),
                        file_bills::receivable_type.eq(&line.receivable_type),
                        file_bills::contract.eq(self.keys.seal(&FILE_BILLS_CONTRACT, 0, &line.contract)?),
                        file_bills::position.eq(*position),
                        file_bills::article.eq(self.keys.seal(
                            &FILE_BILLS_ARTICLE,
                            i64::from(biller),
                            &line.article,
                        )?),
                    ))
                })
                .collect::<Result<_, StorageError>>()?;
            match &mut *self.connection {
                Conn::Sqlite(c) => diesel::insert_into(file_bills::table).values(&rows).execute(c)?,
                Conn::Pg(c) => diesel::insert_into(file_bills::table).values(&rows).execute(c)?,
            };
        }
        Ok(true)
    }
}

impl Reader<'_> {
    /// Every biller, by code.
    pub fn billers(&mut self) -> Result<Vec<StoredBiller>, StorageError> {
        let query = billers::table.select((billers::code, billers::definition)).order(billers::code);
        let rows: Vec<(i32, String)> = query.load(self.connection)?;
        let stored = |(code, definition)| Ok(StoredBiller { code: biller_code(code)?, definition });
        rows.into_iter().map(stored).collect()
    }

    /// Changes whenever a biller does.
    pub fn billers_version(&mut self) -> Result<i64, StorageError> {
        let version: Option<i64> =
            billers::table.select(diesel::dsl::max(billers::version)).get_result(self.connection)?;
        Ok(version.unwrap_or(0))
    }

    /// The file imported last for a biller.
    pub fn bill_file(&mut self, biller: u16) -> Result<Option<StoredBillFile>, StorageError> {
        let columns = (bill_files::sequence, bill_files::digest, bill_files::imported_at);
        let row: Option<(i64, String, NaiveDateTime)> = bill_files::table
            .filter(bill_files::biller.eq(i32::from(biller)))
            .select(columns)
            .get_result(self.connection)
            .optional()?;
        row.map(|(sequence, digest, imported_at)| {
            let sequence =
                u64::try_from(sequence).map_err(|_| StorageError::Damaged(format!("sequence {sequence}")))?;
            Ok(StoredBillFile { sequence, digest, imported_at })
        })
        .transpose()
    }

    /// A customer's lines in the imported file, in its order; `None` for a customer that the file does not name.
    pub fn file_articles(
        &mut self,
        biller: u16,
        receivable_type: &str,
        contract: &str,
    ) -> Result<Option<Vec<String>>, StorageError> {
        let biller = i32::from(biller);
        let articles: Vec<Sealed> = file_bills::table
            .filter(file_bills::biller.eq(biller))
            .filter(file_bills::receivable_type.eq(receivable_type))
            .filter(file_bills::contract.eq_any(self.keys.forms(&FILE_BILLS_CONTRACT, contract)?))
            .order(file_bills::position)
            .select(file_bills::article)
            .load(self.connection)?;
        if !articles.is_empty() {
            let open = |article| self.keys.open(&FILE_BILLS_ARTICLE, i64::from(biller), &article);
            return articles.into_iter().map(open).collect::<Result<_, _>>().map(Some);
        }
        let known: i64 = file_customers::table
            .filter(file_customers::biller.eq(biller))
            .filter(file_customers::receivable_type.eq(receivable_type))
            .filter(file_customers::contract.eq_any(self.keys.forms(&FILE_CUSTOMERS_CONTRACT, contract)?))
            .count()
            .get_result(self.connection)?;
        Ok((known > 0).then(Vec::new))
    }
}
