//! Reading the advice to a biller back: its form, its numbers and its totals.
//!
//! An advice names no digest, neither its own nor that of the one before it: what is changed in it so that all still adds
//! up is not found. The files of text of the same window prove more.

use std::io::BufRead;

use ledger::Money;

use super::reading::Faults;
use super::references::TransferId;
use super::verify::Unverified;
use crate::statements::{Entry, EntryStatus, FaultKind, Incoming, ReadError, Record, Statement, StatementKind, open};

/// An advice that adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedAdvice {
    /// The biller's code.
    pub biller: u16,
    /// The number of its statement.
    pub sequence: u64,
    /// Accounts that are notified.
    pub accounts: u64,
    /// Payments, refunds and deductions told one by one.
    pub details: u64,
    /// What is on its way to all accounts.
    pub paid: Money,
    /// SHA-256 of the whole file.
    pub sha256: String,
}

/// Reads an advice (`camt.054.001.08`) and holds it to its numbers and totals: what its entries and their details make is
/// what it says of them, and every entry names a transfer of the biller to the account at that place.
///
/// # Errors
///
/// [`Unverified::Faulty`] with every fault, [`Unverified::Unreadable`] if the input fails.
pub fn verify_advice(input: impl BufRead) -> Result<VerifiedAdvice, Unverified> {
    let mut reading = Reading::default();
    let mut statements = match open(input) {
        Ok(Incoming::Statements(statements)) if statements.kind() == StatementKind::Camt054V08 => statements,
        Ok(_) => {
            reading.faults.add(1, 1, "not an advice of the hub: expected a message of the kind camt.054.001.08");
            return Err(Unverified::Faulty(reading.faults.into_sorted()));
        }
        Err(error) => {
            reading.error(error)?;
            return Err(Unverified::Faulty(reading.faults.into_sorted()));
        }
    };
    for record in &mut statements {
        match record {
            Ok(record) => reading.record(record),
            Err(error) => reading.error(error)?,
        }
        if reading.faults.are_too_many() {
            break;
        }
    }
    match (reading.message, statements.sha256()) {
        (Some((biller, sequence)), Some(sha256)) if reading.faults.is_empty() => Ok(VerifiedAdvice {
            biller,
            sequence,
            accounts: reading.accounts,
            details: reading.details,
            paid: reading.paid,
            sha256,
        }),
        (None, _) if reading.faults.is_empty() => {
            reading.faults.add(1, 1, "it notifies no account");
            Err(Unverified::Faulty(reading.faults.into_sorted()))
        }
        _ => Err(Unverified::Faulty(reading.faults.into_sorted())),
    }
}

#[derive(Default)]
struct Reading {
    faults: Faults,
    /// Biller and number of the statement.
    message: Option<(u16, u64)>,
    accounts: u64,
    details: u64,
    paid: Money,
    /// The entry at hand: line, amount, details so far and their sum.
    entry: Option<(u64, Money, u64, Money)>,
    /// Entries of the notification at hand.
    entries: u64,
}

impl Reading {
    fn error(&mut self, error: ReadError) -> Result<(), Unverified> {
        match error {
            ReadError::Io(error) => Err(Unverified::Unreadable(error)),
            ReadError::Refused(fault) => {
                let column = usize::try_from(fault.place.column).unwrap_or(usize::MAX);
                let what = if fault.path.is_empty() || fault.kind == FaultKind::Disagreement {
                    fault.what
                } else {
                    format!("{}: {}", fault.path, fault.what)
                };
                self.faults.add(fault.place.line, column, what);
                Ok(())
            }
        }
    }

    fn record(&mut self, record: Record) {
        match record {
            Record::Statement(head) => self.notification(&head),
            Record::Entry(entry) => self.entry(&entry),
            Record::Detail(detail) => {
                self.details += 1;
                if let (Some((_, _, count, sum)), Some(amount)) = (&mut self.entry, detail.amount) {
                    *count += 1;
                    *sum = sum.checked_add(amount).unwrap_or(*sum);
                }
            }
            Record::End(_) => self.end_entry(),
        }
    }

    fn notification(&mut self, head: &Statement) {
        self.accounts += 1;
        self.entries = 0;
        let (line, column) = (head.place.line, usize::try_from(head.place.column).unwrap_or(usize::MAX));
        let mut fault = |what: String| self.faults.add(line, column, what);
        let Some((biller, sequence)) = message(&head.message) else {
            return fault(format!("MsgId: '{}', expected FA, the biller's code, S and a number", head.message));
        };
        if head.id != format!("{}A{}", head.message, self.accounts) {
            fault(format!("Id: '{}', expected {}A{}", head.id, head.message, self.accounts));
        }
        if head.sequence != Some(sequence) {
            fault(format!("ElctrncSeqNb: expected {sequence}, the number of the message"));
        }
        if head.currency != super::layout::CURRENCY {
            fault(format!("Ccy: '{}', expected {}", head.currency, super::layout::CURRENCY));
        }
        self.message = Some((biller, sequence));
    }

    fn entry(&mut self, entry: &Entry) {
        self.end_entry();
        self.entries += 1;
        let (line, column) = (entry.place.line, usize::try_from(entry.place.column).unwrap_or(usize::MAX));
        if self.entries > 1 {
            self.faults.add(line, column, "a second entry of the account, expected one: a window pays out once");
        }
        if entry.status != EntryStatus::Information {
            self.faults.add(line, column, "Sts: expected INFO: an advice is not the bank's word");
        }
        let named: Option<TransferId> = entry.reference.as_deref().and_then(|name| name.parse().ok());
        let fits = |id: &TransferId| {
            self.message.is_some_and(|(biller, _)| biller == id.biller) && u64::from(id.account) == self.accounts
        };
        if !named.as_ref().is_some_and(fits) {
            let found = entry.reference.as_deref().unwrap_or_default();
            let what = format!("NtryRef: '{found}', expected the biller's transfer to account {}", self.accounts);
            self.faults.add(line, column, what);
        }
        match self.paid.checked_add(entry.amount) {
            Some(paid) => self.paid = paid,
            None => self.faults.add(line, column, "the sums are past the range"),
        }
        self.entry = Some((line, entry.amount, 0, Money::ZERO));
    }

    /// What is told one by one makes the entry.
    fn end_entry(&mut self) {
        if let Some((line, amount, count, sum)) = self.entry.take().filter(|(_, _, count, _)| *count > 0)
            && amount != sum
        {
            self.faults.add(line, 1, format!("the {count} details come to {sum}, but the entry has {amount}"));
        }
    }
}

/// Biller and number of `FA1001S57`.
fn message(text: &str) -> Option<(u16, u64)> {
    let (biller, sequence) = text.strip_prefix("FA")?.split_once('S')?;
    Some((biller.parse().ok()?, sequence.parse().ok()?))
}
