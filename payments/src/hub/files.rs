//! Bill files: pulled, taken whole or refused whole, and look-ups served from them.

use biller_adapters::{
    Article, BillFile, BillQuery, BillSource, Connector, FetchedBill, FileStep, FindOutcome, parse_bill_file,
};
use ledger::{FileArticle, FileImport, StoredBillFile};

use super::Hub;
use super::detail;
use crate::api::{FindError, Infrastructure};

/// The identification field that names the customer in files.
const CONTRACT: &str = "contract";

/// What became of one biller's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileOutcome {
    /// Taken in place of the one before: its number and how many lines.
    Imported(u64, usize),
    /// The very file that was imported last.
    Unchanged,
    /// Refused whole; nothing changed. Every fault, one a line.
    Refused(Vec<String>),
    /// Not to be had at the moment.
    Unavailable(String),
}

impl Hub {
    /// Serves a look-up from the imported file.
    pub(super) async fn find_in_file(&self, query: &BillQuery) -> Result<FindOutcome, FindError> {
        let contract = query.fields.get(CONTRACT).cloned().unwrap_or_default();
        let (biller, kind) = (query.biller, query.receivable_type.clone());
        let found = self
            .read(move |reader| {
                let Some(file) = reader.bill_file(biller)? else { return Ok(None) };
                Ok(Some((file, reader.file_articles(biller, &kind, &contract)?)))
            })
            .await?;
        // Without a file nothing is known: not the same as nothing due.
        let Some((file, lines)) = found else { return Err(FindError::Unavailable) };
        match lines {
            None => Ok(FindOutcome::UnknownCustomer),
            Some(lines) if lines.is_empty() => Ok(FindOutcome::NothingDue),
            Some(lines) => {
                let articles: Result<Vec<Article>, Infrastructure> =
                    lines.iter().map(|line| detail::read(line)).collect();
                let biller_reference = file.sequence.to_string();
                Ok(FindOutcome::Bills(FetchedBill { biller_reference, articles: articles?, opaque: Vec::new() }))
            }
        }
    }

    /// Pulls the bill file of every biller that has one.
    pub async fn pull_bill_files(&self) -> Result<Vec<(u16, FileOutcome)>, Infrastructure> {
        let mut outcomes = Vec::new();
        for biller in self.catalogue().billers() {
            let Some(connector) = self.connector(biller.code) else { continue };
            if let BillSource::File { .. } = connector.source() {
                let outcome = self.pull_bill_file(connector.as_ref()).await?;
                match &outcome {
                    FileOutcome::Imported(sequence, lines) => {
                        tracing::info!(biller = biller.code, sequence, lines, "bill file imported");
                    }
                    FileOutcome::Unchanged => {}
                    FileOutcome::Refused(faults) => {
                        tracing::error!(biller = biller.code, faults = faults.join("; "), "bill file refused whole");
                    }
                    FileOutcome::Unavailable(why) => {
                        tracing::warn!(biller = biller.code, why, "bill file not to be had");
                    }
                }
                outcomes.push((biller.code, outcome));
            }
        }
        Ok(outcomes)
    }

    async fn pull_bill_file(&self, connector: &dyn Connector) -> Result<FileOutcome, Infrastructure> {
        match self.client.fetch_bill_file(connector, self.now()).await {
            Ok(bytes) => self.import_bill_file(connector.biller(), &bytes).await,
            Err(failure) => Ok(FileOutcome::Unavailable(failure.to_string())),
        }
    }

    /// Takes one biller's file, whole or not at all.
    pub async fn import_bill_file(&self, biller: u16, bytes: &[u8]) -> Result<FileOutcome, Infrastructure> {
        let file = match parse_bill_file(bytes) {
            Ok(file) => file,
            Err(faults) => return Ok(FileOutcome::Refused(faults.iter().map(ToString::to_string).collect())),
        };
        let last = self.read(move |reader| reader.bill_file(biller)).await?;
        let known = last.as_ref().map(|StoredBillFile { sequence, digest, .. }| (*sequence, digest.as_str()));
        match file.step(biller, known) {
            Ok(FileStep::Unchanged) => return Ok(FileOutcome::Unchanged),
            Ok(FileStep::Replace(0)) => {}
            Ok(FileStep::Replace(missed)) => {
                tracing::warn!(biller, missed, "bill files were missed; this one holds the whole truth");
            }
            Err(fault) => return Ok(FileOutcome::Refused(vec![fault.to_string()])),
        }
        let (sequence, lines) = (file.sequence, file.bills.len());
        let (import, expected, now) = (rows(file)?, last.map(|last| last.sequence), self.now().naive_utc());
        if self.write(move |op| op.replace_bill_file(&import, expected, now)).await? {
            Ok(FileOutcome::Imported(sequence, lines))
        } else {
            Ok(FileOutcome::Unavailable("another process imported a file meanwhile".to_owned()))
        }
    }
}

fn rows(file: BillFile) -> Result<FileImport, Infrastructure> {
    let articles = file.bills.into_iter().map(|bill| {
        let article = detail::write(&bill.article)?;
        Ok(FileArticle { receivable_type: bill.receivable_type, contract: bill.contract, article })
    });
    Ok(FileImport {
        biller: file.biller,
        sequence: file.sequence,
        digest: file.digest,
        created: file.created,
        customers: file.customers.into_iter().map(|customer| (customer.receivable_type, customer.contract)).collect(),
        articles: articles.collect::<Result<_, Infrastructure>>()?,
    })
}
