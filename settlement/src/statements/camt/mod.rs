//! camt.053 and camt.054 as a stream of records.

mod detail;
mod entry;
mod head;

use std::collections::VecDeque;
use std::io::BufRead;

use ledger::Money;

use self::entry::PartialEntry;
use self::head::Head;
use super::cursor::Cursor;
use super::fault::{Fault, FaultKind, Place, ReadError};
use super::form::{Batch, Detail, Entry, Record, StatementKind};
use super::identity::Ordinals;
use super::stepping::Stepping;
use super::tally::Tally;

/// The namespaces that are read.
const KINDS: [(&str, StatementKind); 4] = [
    ("urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", StatementKind::Camt053V02),
    ("urn:iso:std:iso:20022:tech:xsd:camt.053.001.08", StatementKind::Camt053V08),
    ("urn:iso:std:iso:20022:tech:xsd:camt.054.001.02", StatementKind::Camt054V02),
    ("urn:iso:std:iso:20022:tech:xsd:camt.054.001.08", StatementKind::Camt054V08),
];

/// The kind that a namespace stands for.
pub(super) fn kind_of(namespace: &str) -> Option<StatementKind> {
    KINDS.iter().find(|(known, _)| *known == namespace).map(|(_, kind)| *kind)
}

/// Where the reader stands.
enum Stand {
    /// Before the message.
    Root,
    /// Among the children of the message.
    Message,
    /// Among those of a statement.
    Statement,
    /// Among those of an entry.
    Entry,
    /// Among those of `NtryDtls`.
    Details,
    End,
}

/// Reads one message.
pub(super) struct Camt<R> {
    cursor: Cursor<R>,
    kind: StatementKind,
    stand: Stand,
    message: Option<String>,
    statements: u64,
    ordinals: Ordinals,
    head: Head,
    tally: Tally,
    entry: PartialEntry,
    running: Running,
    ready: VecDeque<Result<Record, ReadError>>,
}

/// The entry whose details are being read.
#[derive(Default)]
struct Running {
    /// Set once the entry went out.
    entry: Option<Entry>,
    /// The batch of the `NtryDtls` at hand.
    batch: Option<Batch>,
    /// The detail read last: it goes out when it is known whether it is the only one.
    held: Option<Detail>,
    details: u64,
    /// Details' amounts in the account's currency; `None` where one has none, or past the range.
    sum: Option<Money>,
    charges: Money,
    /// Whether some batch has neither details nor a total, so that the sum says nothing.
    is_partial: bool,
    /// Details of the batch at hand and their sum.
    batch_details: u64,
    batch_sum: Option<Money>,
}

impl<R: BufRead> Stepping for Camt<R> {
    type Record = Record;

    fn ready(&mut self) -> &mut VecDeque<Result<Record, ReadError>> {
        &mut self.ready
    }

    fn step(&mut self) -> Option<Result<(), ReadError>> {
        Some(match self.stand {
            Stand::Root => self.root(),
            Stand::Message => self.message(),
            Stand::Statement => self.statement(),
            Stand::Entry => self.entry(),
            Stand::Details => self.details(),
            Stand::End => return None,
        })
    }

    fn stop(&mut self) {
        self.stand = Stand::End;
    }
}

impl<R: BufRead> Camt<R> {
    /// Reads on from the root, whose namespace gave `kind`.
    pub(super) fn new(cursor: Cursor<R>, kind: StatementKind) -> Self {
        Self {
            cursor,
            kind,
            stand: Stand::Root,
            message: None,
            statements: 0,
            ordinals: Ordinals::default(),
            head: Head::default(),
            tally: Tally::new(),
            entry: PartialEntry::default(),
            running: Running::default(),
            ready: VecDeque::new(),
        }
    }

    pub(super) fn kind(&self) -> StatementKind {
        self.kind
    }

    pub(super) fn sha256(&self) -> Option<String> {
        self.cursor.sha256()
    }

    /// A fault of the statement or of what is `below` it, after which reading goes on.
    fn disagree(&mut self, place: Place, below: &str, what: String) {
        let (message, statement) = self.names();
        let path = format!("Document/{message}/{statement}{below}");
        self.ready.push_back(Err(Fault { place, path, kind: FaultKind::Disagreement, what }.into()));
    }

    fn names(&self) -> (&'static str, &'static str) {
        if self.kind.has_balances() { ("BkToCstmrStmt", "Stmt") } else { ("BkToCstmrDbtCdtNtfctn", "Ntfctn") }
    }

    fn root(&mut self) -> Result<(), ReadError> {
        let (message, _) = self.names();
        if self.cursor.name() != "Document" {
            return Err(self.cursor.fault("expected the root element Document"));
        }
        if self.cursor.child()? != Some(message) {
            return Err(self.cursor.fault(format!("expected {message}: a {} has nothing else", self.kind.name())));
        }
        self.stand = Stand::Message;
        Ok(())
    }

    fn message(&mut self) -> Result<(), ReadError> {
        let (_, statement) = self.names();
        match self.cursor.child()? {
            Some("GrpHdr") => {
                let message = head::group(&mut self.cursor)?;
                self.cursor.once(&mut self.message, message)
            }
            Some("SplmtryData") => self.cursor.skip(),
            Some(name) if name == statement => {
                if self.message.is_none() {
                    return Err(self.cursor.fault("GrpHdr with MsgId must come first"));
                }
                self.statements += 1;
                self.head = Head::new(self.cursor.place());
                self.tally = Tally::new();
                self.stand = Stand::Statement;
                Ok(())
            }
            Some(_) => Err(self.cursor.fault(format!("expected GrpHdr, {statement} or SplmtryData"))),
            None if self.statements == 0 => {
                Err(self.cursor.fault(format!("the message has no {statement}: it tells of no account")))
            }
            None => {
                if self.cursor.child()?.is_some() {
                    return Err(self.cursor.fault("a second message in Document"));
                }
                self.cursor.finish()?;
                self.stand = Stand::End;
                Ok(())
            }
        }
    }

    fn statement(&mut self) -> Result<(), ReadError> {
        match self.cursor.child()? {
            Some("Ntry") => {
                self.entry = PartialEntry::new(self.cursor.place());
                self.running = Running::default();
                self.stand = Stand::Entry;
                Ok(())
            }
            Some(_) => self.head.read(&mut self.cursor, self.tally.entries > 0),
            None => self.end_statement(),
        }
    }

    /// Sends the head out, once.
    fn open_statement(&mut self, first_currency: Option<&str>) -> Result<(), ReadError> {
        if !self.head.is_open {
            let message = self.message.clone().unwrap_or_default();
            let (statement, faults) = self.head.open(&self.cursor, message, first_currency, self.kind)?;
            self.ready.push_back(Ok(Record::Statement(Box::new(statement))));
            for (place, what) in faults {
                self.tally.comparable = false;
                self.disagree(place, "/Bal", what);
            }
        }
        Ok(())
    }

    fn end_statement(&mut self) -> Result<(), ReadError> {
        self.open_statement(None)?;
        let place = self.head.place;
        let closing = self.head.closing();
        let mut wrong = Vec::new();
        if self.kind.has_balances() {
            wrong.extend(self.tally.balances(self.head.opening(), closing));
        }
        wrong.extend(self.head.totals.iter().filter_map(|total| self.tally.total(total.of, total.count, total.sum)));
        for what in wrong {
            self.disagree(place, "", what);
        }
        self.ready.push_back(Ok(Record::End(self.tally.end(closing))));
        self.stand = Stand::Message;
        Ok(())
    }

    fn entry(&mut self) -> Result<(), ReadError> {
        match self.cursor.child()? {
            Some("NtryDtls") => {
                self.running.batch = None;
                self.running.batch_details = 0;
                self.running.batch_sum = Some(Money::ZERO);
                self.stand = Stand::Details;
                Ok(())
            }
            Some(name) if self.running.entry.is_some() && name != "AddtlNtryInf" => {
                Err(self.cursor.fault("it must stand before NtryDtls"))
            }
            Some(_) => self.entry.read(&mut self.cursor),
            None => {
                self.open_entry()?;
                self.end_details();
                self.stand = Stand::Statement;
                Ok(())
            }
        }
    }

    /// Sends the entry out, once.
    fn open_entry(&mut self) -> Result<(), ReadError> {
        if self.running.entry.is_some() {
            return Ok(());
        }
        let batch = self.running.batch.clone();
        let mut entry = self.entry.finish(&self.cursor, batch)?;
        self.open_statement(Some(&entry.currency))?;
        if entry.currency != self.head.currency {
            let what = format!("an entry in {} on an account in {}", entry.currency, self.head.currency);
            self.tally.comparable = false;
            self.disagree(entry.place, "/Ntry/Amt", what);
        }
        entry.identity = self.ordinals.identity(&self.head.account, &entry);
        self.tally.add(&entry);
        self.running.sum = Some(Money::ZERO);
        self.running.charges = entry.charges.unwrap_or_default();
        self.ready.push_back(Ok(Record::Entry(Box::new(entry.clone()))));
        self.running.entry = Some(entry);
        Ok(())
    }

    fn details(&mut self) -> Result<(), ReadError> {
        match self.cursor.child()? {
            Some("Btch") => {
                let batch = self.entry.batch(&mut self.cursor)?;
                self.cursor.once(&mut self.running.batch, batch)
            }
            Some("TxDtls") => {
                self.open_entry()?;
                let Some(entry) = &self.running.entry else { return Ok(()) };
                let detail = detail::read(&mut self.cursor, entry, self.running.batch.as_ref())?;
                let own = detail.amount.filter(|_| detail.currency == entry.currency);
                let running = &mut self.running;
                running.details += 1;
                running.batch_details += 1;
                running.sum = running.sum.zip(own).and_then(|(sum, own)| sum.checked_add(own));
                running.batch_sum = running.batch_sum.zip(own).and_then(|(sum, own)| sum.checked_add(own));
                let charges = running.charges.checked_add(detail.charges.unwrap_or_default());
                running.charges = charges.ok_or_else(|| self.cursor.fault("charges past what can be counted"))?;
                if let Some(before) = running.held.replace(detail) {
                    self.ready.push_back(Ok(Record::Detail(Box::new(before))));
                }
                Ok(())
            }
            Some(_) => Err(self.cursor.fault("expected Btch or TxDtls")),
            None => {
                self.end_batch()?;
                self.stand = Stand::Entry;
                Ok(())
            }
        }
    }

    /// Compares a batch with the details given of it, if any are.
    fn end_batch(&mut self) -> Result<(), ReadError> {
        // An entry with a batch only still tells of the batch.
        self.open_entry()?;
        let Some(batch) = self.running.batch.clone() else { return Ok(()) };
        let Running { batch_details: found, batch_sum: sum, .. } = self.running;
        if found == 0 {
            // It counts as it says of itself beside the details of other batches.
            self.running.sum = self.running.sum.zip(batch.total).and_then(|(sum, total)| sum.checked_add(total));
            self.running.is_partial |= batch.total.is_none();
            return Ok(());
        }
        let mut wrong = Vec::new();
        if batch.count.is_some_and(|count| count != found) {
            let count = batch.count.unwrap_or_default();
            wrong.push(format!("the batch has {count} transactions, but {found} details are given"));
        }
        match (batch.total, sum) {
            (Some(total), Some(sum)) if total != sum => {
                wrong.push(format!("the batch's total is {total}, but its details add up to {sum}"));
            }
            _ => {}
        }
        for what in wrong {
            self.disagree(self.entry.place, "/Ntry/NtryDtls", what);
        }
        Ok(())
    }

    /// Sends the last detail out and compares their sum with the entry's amount.
    fn end_details(&mut self) {
        let running = std::mem::take(&mut self.running);
        let Some(entry) = running.entry else { return };
        let mut sum = running.sum;
        if let Some(mut last) = running.held {
            if running.details == 1 && last.amount.is_none() {
                last.amount = Some(entry.amount);
                last.currency.clone_from(&entry.currency);
                sum = Some(entry.amount);
            }
            self.ready.push_back(Ok(Record::Detail(Box::new(last))));
        }
        let is_single = entry.batch.is_none() && running.details == 1;
        if running.details == 0 || is_single || running.is_partial {
            return;
        }
        let what = match sum {
            // Charges may have been taken from the total.
            Some(sum) if sum == entry.amount || sum.checked_add(running.charges) == Some(entry.amount) => return,
            Some(sum) => format!("an entry of {}, but its details add up to {sum}", entry.amount),
            None if entry.batch.is_some() => {
                format!("details without an amount in {} cannot be held against the batch", entry.currency)
            }
            None => return,
        };
        self.disagree(entry.place, "/Ntry", what);
    }
}
