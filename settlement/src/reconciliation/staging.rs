//! Statements and notifications into rows.

use std::collections::HashMap;
use std::io::BufRead;

use chrono::NaiveDate;
use ledger::{
    BankDetail, BankStatement, BreakKind, BreakSource, BreakSubject, ImportEnd, ImportKind, Ledger, Money,
    NewBankEntry, NewBreak, StagedRow, Staging,
};

use super::import::{Faults, File, ImportError, ImportTerms, Taken};
use crate::statements::{
    Account, Detail, Entry, EntryStatus, FaultKind, ReadError, Record, Statement, StatementEnd, Statements,
};
use crate::terms::ZONE;

/// Rows of one write: the writer is held for some milliseconds.
const SLICE: usize = 200;
/// Longest text of the bank that is kept, in characters.
const TEXT_MAX: usize = 500;

/// The statement at hand.
struct Open {
    /// Its number; none in a dry run and for a notification.
    id: Option<i64>,
    head: Box<Statement>,
    /// Booked entries of it.
    booked: i64,
    credits: Money,
    debits: Money,
    /// Known entries of the file before it, and how many of them another statement has.
    known_before: (i64, i64),
    /// Whether it goes on where the last one ended.
    continues: bool,
}

struct Taking<'a> {
    ledger: &'a Ledger,
    terms: &'a ImportTerms<'a>,
    kind: ImportKind,
    /// None in a dry run.
    import: Option<i64>,
    rows: Vec<StagedRow>,
    staging: Staging,
    open: Option<Open>,
    /// Whether the entry at hand is one that is taken.
    entry_is_booked: bool,
    /// What accounts closed with in this file, and on which day.
    closings: HashMap<String, (Money, Option<NaiveDate>)>,
    gaps: Vec<NewBreak>,
    faults: Faults,
    announced: i64,
    end: ImportEnd,
}

/// Takes a file of statements in.
pub(super) fn take<R: BufRead>(
    ledger: &Ledger,
    terms: &ImportTerms<'_>,
    file: &File,
    kind: ImportKind,
    mut statements: Statements<R>,
) -> Result<Taken, ImportError> {
    let import = if terms.dry_run { None } else { Some(file.begin(ledger, terms, kind)?) };
    let mut taking = Taking {
        ledger,
        terms,
        kind,
        import,
        rows: Vec::with_capacity(SLICE),
        staging: Staging::default(),
        open: None,
        entry_is_booked: false,
        closings: HashMap::new(),
        gaps: Vec::new(),
        faults: Faults::default(),
        announced: 0,
        end: ImportEnd::default(),
    };
    for record in &mut statements {
        match record {
            Ok(record) => taking.record(record)?,
            Err(ReadError::Refused(fault)) if fault.kind == FaultKind::Disagreement => {
                taking.faults.add(fault.to_string());
            }
            Err(error @ ReadError::Io(_)) => return Err(ImportError::read(error)),
            Err(error) => taking.faults.add(error.to_string()),
        }
    }
    taking.faults = finished(taking.faults)?;
    if statements.sha256().as_deref() != Some(file.digest.as_str()) {
        return Err(ImportError::refused("the file changed while it was read: import it again"));
    }
    taking.complete()
}

fn finished(faults: Faults) -> Result<Faults, ImportError> {
    faults.finish()?;
    Ok(Faults::default())
}

impl Taking<'_> {
    fn record(&mut self, record: Record) -> Result<(), ImportError> {
        match record {
            Record::Statement(head) => self.statement(head),
            Record::Entry(entry) => self.entry(*entry),
            Record::Detail(detail) => self.detail(*detail),
            Record::End(end) => self.close(end),
        }
    }

    fn statement(&mut self, head: Box<Statement>) -> Result<(), ImportError> {
        let account = head.account.number();
        if !self.terms.accounts.iter().any(|known| known == account) {
            let known = match self.terms.accounts {
                [] => "no account is configured".to_owned(),
                accounts => accounts.join(", "),
            };
            let why = format!("{}: account {account} is not the hub's: {known}", head.place);
            return Err(ImportError::refused(why));
        }
        if !matches!(head.currency.as_str(), "MAD" | "XXX") {
            let why = format!("{}: the account is kept in {}; only MAD is taken", head.place, head.currency);
            return Err(ImportError::refused(why));
        }
        self.end.source = account.to_owned();
        let opening = head.opening.map(|balance| balance.amount).unwrap_or_default();
        let id = match (self.import, self.kind) {
            (Some(import), ImportKind::Statement) => {
                let (account, name) = (account.to_owned(), text(&head.id));
                let staged = self.ledger.write_now(move |op| op.stage_statement(import, &account, &name, opening))?;
                Some(staged.ok_or(ImportError::Overtaken)?)
            }
            _ => None,
        };
        let before = self.before(head.account.number())?;
        let continues = match before {
            Some((closing, day)) => closing == opening && head.to.is_some() && head.to > day,
            None => true,
        };
        let known_before = (self.staging.known, self.staging.in_another);
        let (credits, debits) = (Money::ZERO, Money::ZERO);
        self.open = Some(Open { id, head, booked: 0, credits, debits, known_before, continues });
        Ok(())
    }

    fn entry(&mut self, entry: Entry) -> Result<(), ImportError> {
        self.end.records += 1;
        self.entry_is_booked = entry.status == EntryStatus::Booked;
        if !self.entry_is_booked {
            self.announced += 1;
            return Ok(());
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        open.booked += 1;
        let sum = if entry.amount.is_positive() { &mut open.credits } else { &mut open.debits };
        let (Some(added), Some(total)) = (sum.checked_add(entry.amount), self.end.total.checked_add(entry.amount))
        else {
            return Err(ImportError::refused(format!("{}: the sums are past the range", entry.place)));
        };
        *sum = added;
        self.end.total = total;
        let day = entry.booked.or(entry.value).or(open.head.to).or(open.head.from);
        let Some(booked_on) = day else {
            self.faults
                .add(format!("{}: the entry has no booking day, no value day and no statement day", entry.place));
            return Ok(());
        };
        let new = new_entry(open, entry, booked_on);
        self.row(StagedRow::Entry(Box::new(new)))
    }

    fn detail(&mut self, detail: Detail) -> Result<(), ImportError> {
        if !self.entry_is_booked {
            return Ok(());
        }
        self.row(StagedRow::Detail(Box::new(new_detail(detail))))
    }

    fn row(&mut self, row: StagedRow) -> Result<(), ImportError> {
        self.rows.push(row);
        if self.rows.len() >= SLICE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(SLICE));
        let Some(import) = self.import.filter(|_| !rows.is_empty()) else { return Ok(()) };
        let from = self.staging;
        let staged = self.ledger.write_now(move |op| op.stage(import, from, &rows))?;
        self.staging = staged.ok_or(ImportError::Overtaken)?;
        Ok(())
    }

    fn close(&mut self, end: StatementEnd) -> Result<(), ImportError> {
        self.flush()?;
        let Some(open) = self.open.take() else { return Ok(()) };
        let last = open.head.to.or(end.closing.and_then(|balance| balance.date));
        self.end.day = self.end.day.max(last);
        self.end.sequence = open.head.sequence.and_then(|number| i64::try_from(number).ok()).or(self.end.sequence);
        let (Some(opening), Some(closing)) = (open.head.opening, end.closing) else { return Ok(()) };
        let (account, opening, closing) = (open.head.account.number().to_owned(), opening.amount, closing.amount);
        let known = self.staging.known - open.known_before.0;
        let in_another = self.staging.in_another - open.known_before.1;
        let statement = BankStatement {
            id: open.id.unwrap_or_default(),
            import_id: self.import.unwrap_or_default(),
            account: account.clone(),
            name: text(&open.head.id),
            sequence: open.head.sequence.and_then(|number| i64::try_from(number).ok()),
            from_on: open.head.from,
            to_on: last,
            opening: opening.minor(),
            closing: closing.minor(),
            entries: open.booked,
            credits: open.credits.minor(),
            debits: open.debits.minor(),
        };
        // A dry run does not know which entries are known.
        let are_known = known == open.booked || self.import.is_none();
        if are_known && open.booked > 0 && self.is_again(&statement)? {
            if let Some(id) = open.id {
                self.ledger.write_now(move |op| op.forget_statement(id))?;
            }
            return Ok(());
        }
        let before = self.before(&account)?.map(|(closing, _)| closing);
        if let Some(before) = before.filter(|before| *before != opening) {
            let words = format!("it begins with {opening}, and the one before it ended with {before}");
            self.gap(&open, &statement, words, (before, opening));
        } else if in_another > 0 {
            let words = format!("an earlier statement has {in_another} of its entries already");
            self.gap(&open, &statement, words, (opening, opening));
        }
        self.closings.insert(account, (closing, last));
        if open.id.is_some() {
            self.ledger.write_now(move |op| op.end_statement(&statement))?;
        }
        Ok(())
    }

    /// Whether the same statement was taken before, in another file.
    fn is_again(&self, statement: &BankStatement) -> Result<bool, ImportError> {
        let Some(day) = statement.to_on else { return Ok(false) };
        let same = self.ledger.read(|reader| reader.bank_statements_of(&statement.account, day))?;
        let figures = |of: &BankStatement| (of.opening, of.closing, of.entries);
        Ok(same.iter().any(|known| figures(known) == figures(statement)))
    }

    /// What the account's last statement closed with, in this file or before, and on which day.
    fn before(&self, account: &str) -> Result<Option<(Money, Option<NaiveDate>)>, ImportError> {
        if let Some(found) = self.closings.get(account) {
            return Ok(Some(*found));
        }
        let last = self.ledger.read(|reader| reader.last_bank_statement(account))?;
        Ok(last.map(|last| (Money::from_minor(last.closing), last.to_on)))
    }

    fn gap(&mut self, open: &Open, statement: &BankStatement, words: String, (before, opening): (Money, Money)) {
        let words = format!("statement {} of {}: {words}", statement.name, statement.account);
        if !self.terms.allow_gap {
            let place = open.head.place;
            self.faults.add(format!(
                "{place}: {words}: a statement is missing between them, or they overlap; import them in order, or \
                 with --allow-gap"
            ));
            return;
        }
        let today = self.terms.now.with_timezone(&ZONE).date_naive();
        self.gaps.push(NewBreak {
            kind: BreakKind::Gap,
            source: BreakSource::Bank,
            partner: statement.account.clone(),
            subject: BreakSubject::Statement,
            subject_id: statement.id,
            position: 0,
            words,
            expected: Some(before),
            found: Some(opening),
            due_on: statement.from_on.or(statement.to_on).unwrap_or(today),
        });
    }

    fn complete(self) -> Result<Taken, ImportError> {
        let (now, mut end) = (self.terms.now, self.end);
        end.known = self.staging.known;
        let taken = Taken {
            kind: self.kind,
            source: end.source.clone(),
            day: end.day,
            records: end.records,
            known: end.known,
            announced: self.announced,
            breaks: i64::try_from(self.gaps.len()).unwrap_or(i64::MAX),
        };
        let Some(import) = self.import else { return Ok(taken) };
        let gaps = self.gaps;
        let finished = self.ledger.write_now(move |op| {
            let finished = op.finish_import(import, &end, now)?;
            if finished {
                for gap in &gaps {
                    op.open_break(gap, Some(import), now)?;
                }
            }
            Ok(finished)
        })?;
        if finished { Ok(taken) } else { Err(ImportError::Overtaken) }
    }
}

/// A text of the bank, cut to what is kept.
fn text(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

fn optional(found: Option<String>) -> String {
    found.as_deref().map(text).unwrap_or_default()
}

fn new_entry(open: &Open, entry: Entry, booked_on: NaiveDate) -> NewBankEntry {
    let batch = entry.batch.unwrap_or_default();
    NewBankEntry {
        statement: open.id,
        identity: entry.identity,
        account: open.head.account.number().to_owned(),
        amount: entry.amount,
        booked_on,
        value_on: entry.value,
        is_reversal: entry.reversal,
        reference: optional(entry.reference),
        bank_reference: optional(entry.bank_reference),
        code: optional(entry.code),
        message: optional(batch.message),
        payment: optional(batch.payment),
        information: optional(entry.text),
        charges: entry.charges.unwrap_or_default(),
        is_new_money: open.continues,
    }
}

fn new_detail(detail: Detail) -> BankDetail {
    let is_credit = detail.amount.is_some_and(Money::is_positive);
    let party = if is_credit { detail.debtor } else { detail.creditor };
    let reason = detail
        .returned
        .clone()
        .map(|reason| [reason.code, reason.text].into_iter().flatten().collect::<Vec<_>>().join(" "));
    let remittance: Vec<String> = detail.remittance.into_iter().chain(detail.creditor_references).collect();
    BankDetail {
        position: 0,
        amount: detail.amount,
        end_to_end: optional(detail.end_to_end.or(detail.instruction)),
        message: optional(detail.message),
        payment: optional(detail.payment),
        bank_reference: optional(detail.bank_reference),
        party: optional(party.name),
        party_account: party.account.as_ref().map(Account::number).map(text).unwrap_or_default(),
        remittance: text(&remittance.join(" ")),
        charges: detail.charges.unwrap_or_default(),
        is_return: detail.returned.is_some(),
        reason: reason.as_deref().map(text).unwrap_or_default(),
    }
}
