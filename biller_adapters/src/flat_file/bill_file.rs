//! The bill file: a biller's whole truth at one moment, taken whole or refused whole.

use chrono::NaiveDate;
use ledger::Money;
use sha2::{Digest, Sha256};

use super::lines::{Faults, LineFault, Record, SeenAt, shown, split};
use super::write_records;
use crate::answers::{is_identifier, iso_date, two_places};
use crate::connector::{Article, ArticleKind};

/// A bill file as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillFile {
    /// 4-digit biller code.
    pub biller: u16,
    /// 1, 2, 3 ... without gaps.
    pub sequence: u64,
    /// SHA-256, in lower-case hex, of everything before the trailer: the file's identity.
    pub digest: String,
    /// The day the biller made it.
    pub created: NaiveDate,
    /// Customers who owe nothing, in the file's order.
    pub customers: Vec<FileCustomer>,
    /// Unpaid lines, in the file's order.
    pub bills: Vec<FileBill>,
}

/// A customer without anything due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCustomer {
    /// 2-digit receivable type.
    pub receivable_type: String,
    /// The contract.
    pub contract: String,
}

/// One unpaid line of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileBill {
    /// 2-digit receivable type.
    pub receivable_type: String,
    /// The contract.
    pub contract: String,
    /// The line.
    pub article: Article,
}

/// What to do with a file, seen from the one imported last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStep {
    /// It is that very file again: nothing changes.
    Unchanged,
    /// It is newer: it replaces what was imported. Each file is the whole truth, so files that were missed in between
    /// are not needed; how many there were.
    Replace(u64),
}

/// Why a sound file does not belong after the one imported last.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SequenceFault {
    /// Another biller's file.
    #[error("the file is of biller {found}, not of {expected}")]
    OtherBiller {
        /// The biller it was pulled from.
        expected: u16,
        /// The biller in its header.
        found: u16,
    },
    /// The same number with other content.
    #[error("file {0} was imported already with other content: a changed file needs the next number")]
    Changed(u64),
    /// A file of before the one imported last.
    #[error("the file has number {found}, and number {last} was imported already")]
    Older {
        /// The number imported last.
        last: u64,
        /// The number in its header.
        found: u64,
    },
}

impl BillFile {
    /// Whether the file follows the last import of `biller` (its sequence number and digest).
    pub fn step(&self, biller: u16, last: Option<(u64, &str)>) -> Result<FileStep, SequenceFault> {
        if self.biller != biller {
            return Err(SequenceFault::OtherBiller { expected: biller, found: self.biller });
        }
        match last {
            None => Ok(FileStep::Replace(0)),
            Some((sequence, digest)) if sequence == self.sequence => {
                if digest == self.digest {
                    Ok(FileStep::Unchanged)
                } else {
                    Err(SequenceFault::Changed(sequence))
                }
            }
            Some((last, _)) => match self.sequence.checked_sub(last) {
                Some(ahead) => Ok(FileStep::Replace(ahead.saturating_sub(1))),
                None => Err(SequenceFault::Older { last, found: self.sequence }),
            },
        }
    }

    /// The file as a biller would drop it: customers first, then bills. The digest is computed anew. `None` if the
    /// amounts add up past the range.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let total = Money::sum(self.bills.iter().map(|bill| bill.article.amount))?;
        let mut records = vec![vec![
            "H".to_owned(),
            "FATOURA-BILLS".to_owned(),
            "1".to_owned(),
            format!("{:04}", self.biller),
            self.sequence.to_string(),
            self.created.to_string(),
        ]];
        for customer in &self.customers {
            records.push(vec!["C".to_owned(), customer.receivable_type.clone(), customer.contract.clone()]);
        }
        for FileBill { receivable_type, contract, article } in &self.bills {
            records.push(vec![
                "D".to_owned(),
                receivable_type.clone(),
                contract.clone(),
                article.id.clone(),
                article.kind.number().to_string(),
                article.description.clone(),
                article.amount.to_string(),
                article.date.map(|date| date.to_string()).unwrap_or_default(),
            ]);
        }
        write_records(&records, self.customers.len() + self.bills.len(), total)
    }
}

/// Reads a bill file, whole or not at all.
///
/// The error lists every fault in the order of the file. Whether the file follows the last one is [`BillFile::step`].
pub fn parse_bill_file(bytes: &[u8]) -> Result<BillFile, Vec<LineFault>> {
    let mut faults = Faults::default();
    if bytes.starts_with(b"\xef\xbb\xbf") {
        faults.add(1, 1, "the file begins with a byte-order mark: save it as UTF-8 without one");
    }
    let records = split(bytes, &mut faults);
    let mut reading = Reading { faults, total: Some(Money::ZERO), ..Reading::default() };
    let last = records.len().saturating_sub(1);
    for (index, record) in records.iter().enumerate() {
        match record.at(1) {
            "H" if index == 0 => reading.header(record),
            "T" if index == last => reading.trailer(record, bytes),
            "C" => reading.customer(record),
            "D" => reading.bill(record),
            "H" => reading.faults.add(record.line, 1, "the header record may only be the first line"),
            "T" => reading.faults.add(record.line, 1, "the trailer record may only be the last line"),
            "" if record.fields.len() == 1 => reading.faults.add(record.line, 1, "an empty line"),
            other => {
                let what = format!("unknown record '{}', expected H, C, D or T", shown(other));
                reading.faults.add(record.line, 1, what);
            }
        }
    }
    if records.first().is_none_or(|record| record.at(1) != "H") {
        reading.faults.add(1, 1, "the first line must be the header record H");
    }
    if records.last().is_none_or(|record| record.at(1) != "T") {
        let line = records.last().map_or(1, |record| record.line);
        reading.faults.add(line, 1, "the last line must be the trailer record T: the file may have been cut off");
    }
    match reading {
        Reading {
            faults, header: Some((biller, sequence, created)), digest: Some(digest), customers, bills, ..
        } if faults.is_empty() => Ok(BillFile { biller, sequence, digest, created, customers, bills }),
        Reading { faults, .. } => Err(faults.into_sorted()),
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    faults: Faults,
    header: Option<(u16, u64, NaiveDate)>,
    digest: Option<String>,
    customers: Vec<FileCustomer>,
    bills: Vec<FileBill>,
    /// `C` and `D` records, faulty ones too.
    records: u64,
    /// The sum of the `D` amounts, `None` past the range.
    total: Option<Money>,
    /// Whether some amount could not be read: the total then says nothing.
    amounts_unknown: bool,
    articles_seen: SeenAt<(String, String, String)>,
    customers_seen: SeenAt<(String, String)>,
    debtors_seen: SeenAt<(String, String)>,
}

impl Reading {
    /// Whether the record has its fields; the fault stands at the first one missing or too many.
    fn has_fields(&mut self, record: &Record, expected: usize) -> bool {
        let found = record.fields.len();
        if found != expected {
            let what = format!("the record has {found} fields, expected {expected}");
            self.faults.add(record.line, found.min(expected) + 1, what);
        }
        found == expected
    }

    fn header(&mut self, record: &Record) {
        if !self.has_fields(record, 6) {
            return;
        }
        let line = record.line;
        if record.at(2) != "FATOURA-BILLS" {
            self.faults.add(line, 2, format!("'{}', expected FATOURA-BILLS", shown(record.at(2))));
        }
        if record.at(3) != "1" {
            self.faults.add(line, 3, format!("version '{}', expected 1", shown(record.at(3))));
        }
        let biller = number(record.at(4)).filter(|_| record.at(4).len() == 4).and_then(|code| u16::try_from(code).ok());
        let biller = biller.filter(|code| *code >= 1000);
        if biller.is_none() {
            let what = format!("biller code '{}', expected four digits from 1000", shown(record.at(4)));
            self.faults.add(line, 4, what);
        }
        let sequence = number(record.at(5)).filter(|sequence| *sequence >= 1);
        if sequence.is_none() {
            let what = format!("sequence number '{}', expected a whole number from 1", shown(record.at(5)));
            self.faults.add(line, 5, what);
        }
        let created = iso_date(record.at(6));
        if created.is_none() {
            self.faults.add(line, 6, format!("creation date '{}', expected YYYY-MM-DD", shown(record.at(6))));
        }
        if let (Some(biller), Some(sequence), Some(created)) = (biller, sequence, created) {
            self.header = Some((biller, sequence, created));
        }
    }

    /// Receivable type and contract of a `C` or `D` record. Contracts are personal data: faults do not repeat them.
    fn identity(&mut self, record: &Record) -> Option<(String, String)> {
        let (receivable_type, contract) = (record.at(2), record.at(3));
        let type_sound = receivable_type.len() == 2 && receivable_type.bytes().all(|byte| byte.is_ascii_digit());
        if !type_sound {
            let what = format!("receivable type '{}', expected two digits", shown(receivable_type));
            self.faults.add(record.line, 2, what);
        }
        let contract_sound = is_identifier(contract);
        if !contract_sound {
            self.faults.add(record.line, 3, "contract: expected 1 to 64 printable characters");
        }
        (type_sound && contract_sound).then(|| (receivable_type.to_owned(), contract.to_owned()))
    }

    fn customer(&mut self, record: &Record) {
        self.records += 1;
        if !self.has_fields(record, 3) {
            return;
        }
        let Some(identity) = self.identity(record) else { return };
        if let Some(line) = self.debtors_seen.get(&identity) {
            self.faults.add(record.line, 3, format!("a customer without anything due, who owes a bill on line {line}"));
        }
        if let Some(line) = self.customers_seen.insert(identity.clone(), record.line) {
            self.faults.add(record.line, 3, format!("the same customer as on line {line}"));
        }
        let (receivable_type, contract) = identity;
        self.customers.push(FileCustomer { receivable_type, contract });
    }

    fn bill(&mut self, record: &Record) {
        self.records += 1;
        if !self.has_fields(record, 8) {
            self.amounts_unknown = true;
            return;
        }
        let line = record.line;
        let identity = self.identity(record);
        let id = record.at(4);
        if !is_identifier(id) {
            self.faults.add(line, 4, "article id: expected 1 to 64 printable characters");
        }
        let kind = ArticleKind::from_digit(record.at(5));
        if kind.is_none() {
            self.faults.add(line, 5, format!("kind '{}', expected 0, 1, 2 or 3", shown(record.at(5))));
        }
        let amount = two_places(record.at(7)).filter(|amount| amount.is_positive());
        if let Some(amount) = amount {
            self.total = self.total.and_then(|total| total.checked_add(amount));
        } else {
            self.amounts_unknown = true;
            let what = format!("'{}' is not an amount above zero of the form 168.00", shown(record.at(7)));
            self.faults.add(line, 7, what);
        }
        let date = match record.at(8) {
            "" => Some(None),
            text => iso_date(text).map(Some),
        };
        if date.is_none() {
            let what = format!("bill date '{}', expected YYYY-MM-DD or nothing", shown(record.at(8)));
            self.faults.add(line, 8, what);
        }
        let Some((receivable_type, contract)) = identity else { return };
        let key = (receivable_type, contract);
        if let Some(first) = self.customers_seen.get(&key) {
            self.faults.add(line, 3, format!("a bill of a customer without anything due on line {first}"));
        }
        self.debtors_seen.entry(key.clone()).or_insert(line);
        let (receivable_type, contract) = key;
        if let Some(first) = self.articles_seen.insert((receivable_type.clone(), contract.clone(), id.to_owned()), line)
        {
            self.faults.add(line, 4, format!("the same article of the same customer as on line {first}"));
        }
        if let (Some(kind), Some(amount), Some(date)) = (kind, amount, date) {
            let article = Article { id: id.to_owned(), kind, description: record.at(6).to_owned(), amount, date };
            self.bills.push(FileBill { receivable_type, contract, article });
        }
    }

    fn trailer(&mut self, record: &Record, bytes: &[u8]) {
        if !self.has_fields(record, 4) {
            return;
        }
        let line = record.line;
        if number(record.at(2)) != Some(self.records) {
            let what = format!("'{}' records, but the file has {} C and D records", shown(record.at(2)), self.records);
            self.faults.add(line, 2, what);
        }
        let given = two_places(record.at(3));
        match (given, self.total) {
            (None, _) => {
                self.faults.add(line, 3, format!("total '{}' is not of the form 168.00", shown(record.at(3))));
            }
            (_, None) => self.faults.add(line, 3, "the amounts add up past what can be counted"),
            (Some(given), Some(total)) if given != total && !self.amounts_unknown => {
                self.faults.add(line, 3, format!("total {given}, but the amounts add up to {total}"));
            }
            _ => {}
        }
        let digest = hex::encode(Sha256::digest(bytes.get(..record.offset).unwrap_or_default()));
        if record.at(4) != digest {
            let what = format!("SHA-256 '{}', but what comes before has {digest}", shown(record.at(4)));
            self.faults.add(line, 4, what);
        }
        self.digest = Some(digest);
    }
}

/// Digits only, in the range of a database integer.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && i64::try_from(*number).is_ok())
}
