//! Statements and notifications into rows, slice by slice, under an import that is not complete.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::bank::{BankDetail, BankStatement};
use super::words::EntryState;
use crate::money::Money;
use crate::storage::StorageError;
use crate::storage::schema::{bank_details, bank_entries, bank_statements};
use crate::writer::WriteOp;

/// A booked entry, as it is taken in. Amounts are signed: credit to the account is positive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewBankEntry {
    /// The statement; none for a notification.
    pub statement: Option<i64>,
    /// What it is known by in every file.
    pub identity: String,
    /// The account.
    pub account: String,
    /// How much.
    pub amount: Money,
    /// Booking day in Morocco.
    pub booked_on: NaiveDate,
    /// Value day.
    pub value_on: Option<NaiveDate>,
    /// Whether it takes an earlier entry back.
    pub is_reversal: bool,
    /// The owner's reference, or empty; as all texts here.
    pub reference: String,
    /// The bank's reference.
    pub bank_reference: String,
    /// The bank's code for what it is.
    pub code: String,
    /// The message that asked for a batch.
    pub message: String,
    /// The block in that message.
    pub payment: String,
    /// Free text.
    pub information: String,
    /// Charges within the amount: what they cost is negative.
    pub charges: Money,
    /// Whether its statement goes on where the last one ended: what an earlier statement has under the same identity is
    /// then another entry, under a reference that the bank used again.
    pub is_new_money: bool,
}

/// A row that is staged. Details follow their entry.
#[derive(Debug, Clone)]
pub enum StagedRow {
    /// An entry.
    Entry(Box<NewBankEntry>),
    /// A transaction of the entry before it.
    Detail(Box<BankDetail>),
}

/// How far the staging of a file is: handed on from slice to slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Staging {
    /// The entry whose details follow; none while it is one that was known.
    pub entry: Option<i64>,
    /// How many of its details are there.
    pub details: i32,
    /// Entries taken.
    pub taken: i64,
    /// Entries that were known.
    pub known: i64,
    /// How many of those another statement has.
    pub in_another: i64,
}

/// What became of an entry.
enum StagedEntry {
    Taken(i64),
    Known { in_another: bool },
}

impl WriteOp<'_> {
    /// Begins a statement of an import: its number. `None`: the import is gone.
    pub fn stage_statement(
        &mut self,
        import: i64,
        account: &str,
        name: &str,
        opening: Money,
    ) -> Result<Option<i64>, StorageError> {
        if !self.is_staged(import)? {
            return Ok(None);
        }
        let id = self.next_id()?;
        let values = (
            bank_statements::id.eq(id),
            bank_statements::import_id.eq(import),
            (bank_statements::account.eq(account), bank_statements::name.eq(name)),
            (bank_statements::opening.eq(opening.minor()), bank_statements::closing.eq(opening.minor())),
            (bank_statements::entries.eq(0), bank_statements::credits.eq(0), bank_statements::debits.eq(0)),
        );
        diesel::insert_into(bank_statements::table).values(values).execute(self.connection)?;
        Ok(Some(id))
    }

    /// Ends a staged statement.
    pub fn end_statement(&mut self, end: &BankStatement) -> Result<(), StorageError> {
        diesel::update(bank_statements::table.filter(bank_statements::id.eq(end.id)))
            .set((
                bank_statements::sequence.eq(end.sequence),
                bank_statements::from_on.eq(end.from_on),
                bank_statements::to_on.eq(end.to_on),
                bank_statements::closing.eq(end.closing),
                bank_statements::entries.eq(end.entries),
                bank_statements::credits.eq(end.credits),
                bank_statements::debits.eq(end.debits),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    /// Forgets a staged statement that was taken before under another name.
    pub fn forget_statement(&mut self, statement: i64) -> Result<(), StorageError> {
        diesel::delete(bank_statements::table.filter(bank_statements::id.eq(statement))).execute(self.connection)?;
        Ok(())
    }

    /// Stages a slice of a file. An entry that is known is not taken again; where a notification told of it, the
    /// statement has it from now on. `None`: the import is gone.
    pub fn stage(&mut self, import: i64, from: Staging, rows: &[StagedRow]) -> Result<Option<Staging>, StorageError> {
        if !self.is_staged(import)? {
            return Ok(None);
        }
        let mut at = from;
        for row in rows {
            match row {
                StagedRow::Entry(new) => {
                    self.end_entry(&at)?;
                    at.details = 0;
                    at.entry = match self.stage_entry(import, new)? {
                        StagedEntry::Taken(id) => Some(id),
                        StagedEntry::Known { in_another } => {
                            at.in_another += i64::from(in_another);
                            None
                        }
                    };
                    match at.entry {
                        Some(_) => at.taken += 1,
                        None => at.known += 1,
                    }
                }
                StagedRow::Detail(detail) => {
                    let Some(entry) = at.entry else { continue };
                    at.details += 1;
                    self.stage_detail(entry, at.details, detail)?;
                }
            }
        }
        self.end_entry(&at)?;
        Ok(Some(at))
    }

    fn end_entry(&mut self, at: &Staging) -> Result<(), StorageError> {
        if let Some(entry) = at.entry.filter(|_| at.details > 0) {
            diesel::update(bank_entries::table.filter(bank_entries::id.eq(entry)))
                .set(bank_entries::details.eq(at.details))
                .execute(self.connection)?;
        }
        Ok(())
    }

    fn stage_entry(&mut self, import: i64, new: &NewBankEntry) -> Result<StagedEntry, StorageError> {
        let known: Option<(i64, Option<i64>)> = bank_entries::table
            .filter(bank_entries::identity.eq(&new.identity))
            .select((bank_entries::id, bank_entries::statement_id))
            .get_result(self.connection)
            .optional()?;
        let mut identity = new.identity.clone();
        match (known, new.statement) {
            (None, _) => {}
            (Some((id, None)), Some(statement)) => {
                diesel::update(bank_entries::table.filter(bank_entries::id.eq(id)))
                    .set(bank_entries::statement_id.eq(statement))
                    .execute(self.connection)?;
                return Ok(StagedEntry::Known { in_another: false });
            }
            (Some((_, Some(_))), Some(statement)) if new.is_new_money => {
                identity = format!("{identity}/{statement}");
            }
            (Some((_, other)), statement) => {
                return Ok(StagedEntry::Known { in_another: statement.is_some() && other.is_some() });
            }
        }
        let id = self.next_id()?;
        let values = (
            bank_entries::id.eq(id),
            (bank_entries::import_id.eq(import), bank_entries::statement_id.eq(new.statement)),
            (bank_entries::identity.eq(identity), bank_entries::account.eq(&new.account)),
            bank_entries::amount.eq(new.amount.minor()),
            (bank_entries::booked_on.eq(new.booked_on), bank_entries::value_on.eq(new.value_on)),
            bank_entries::is_reversal.eq(new.is_reversal),
            (bank_entries::reference.eq(&new.reference), bank_entries::bank_reference.eq(&new.bank_reference)),
            bank_entries::code.eq(&new.code),
            (bank_entries::message.eq(&new.message), bank_entries::payment.eq(&new.payment)),
            bank_entries::information.eq(&new.information),
            bank_entries::charges.eq(new.charges.minor()),
            bank_entries::details.eq(0),
            bank_entries::state.eq(EntryState::Open.code()),
        );
        diesel::insert_into(bank_entries::table).values(values).execute(self.connection)?;
        Ok(StagedEntry::Taken(id))
    }

    fn stage_detail(&mut self, entry: i64, position: i32, new: &BankDetail) -> Result<(), StorageError> {
        let values = (
            bank_details::entry_id.eq(entry),
            bank_details::position.eq(position),
            bank_details::amount.eq(new.amount.map(Money::minor)),
            bank_details::end_to_end.eq(&new.end_to_end),
            (bank_details::message.eq(&new.message), bank_details::payment.eq(&new.payment)),
            bank_details::bank_reference.eq(&new.bank_reference),
            (bank_details::party.eq(&new.party), bank_details::party_account.eq(&new.party_account)),
            bank_details::remittance.eq(&new.remittance),
            bank_details::charges.eq(new.charges.minor()),
            (bank_details::is_return.eq(new.is_return), bank_details::reason.eq(&new.reason)),
        );
        diesel::insert_into(bank_details::table).values(values).execute(self.connection)?;
        Ok(())
    }
}
