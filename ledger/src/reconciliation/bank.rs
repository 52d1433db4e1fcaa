//! Statements and entries of the hub's accounts.

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::words::{EntryState, ImportState};
use crate::ledger::Reader;
use crate::money::Money;
use crate::storage::StorageError;
use crate::storage::schema::{bank_details, bank_entries, bank_matches, bank_statements, imports};
use crate::writer::WriteOp;

/// A statement of an account, with its balances.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = bank_statements)]
pub struct BankStatement {
    /// Its number.
    pub id: i64,
    /// The file that it came in.
    pub import_id: i64,
    /// The account.
    pub account: String,
    /// The bank's name for it.
    pub name: String,
    /// The bank's number for it.
    pub sequence: Option<i64>,
    /// First day told of, in Morocco.
    pub from_on: Option<NaiveDate>,
    /// Last day told of, in Morocco.
    pub to_on: Option<NaiveDate>,
    /// Balance before its entries, in centimes.
    pub opening: i64,
    /// Balance after them, in centimes.
    pub closing: i64,
    /// How many booked entries.
    pub entries: i64,
    /// Sum of the credits, in centimes.
    pub credits: i64,
    /// Sum of the debits, in centimes, not above zero.
    pub debits: i64,
}

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

/// A transaction within an entry, as it is taken in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankDetail {
    /// Its place in the entry, from 1.
    pub position: i32,
    /// How much, signed; none where the bank does not say.
    pub amount: Option<Money>,
    /// `EndToEndId`, or empty; as all texts here.
    pub end_to_end: String,
    /// The message that asked for it.
    pub message: String,
    /// The block in that message.
    pub payment: String,
    /// The bank's reference.
    pub bank_reference: String,
    /// The other party.
    pub party: String,
    /// The other party's account.
    pub party_account: String,
    /// What was written with it, creditor references among it.
    pub remittance: String,
    /// Charges within the amount: what they cost is negative.
    pub charges: Money,
    /// Whether it is a return.
    pub is_return: bool,
    /// Why it came back.
    pub reason: String,
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

/// An entry as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankEntry {
    /// Its number.
    pub id: i64,
    /// The statement that has it; none where only a notification told of it.
    pub statement: Option<i64>,
    /// The account.
    pub account: String,
    /// How much, signed.
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
    /// How many transactions the bank told of it.
    pub details: i32,
    /// Where it stands.
    pub state: EntryState,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = bank_entries)]
struct EntryRow {
    id: i64,
    statement_id: Option<i64>,
    account: String,
    amount: i64,
    booked_on: NaiveDate,
    value_on: Option<NaiveDate>,
    is_reversal: bool,
    reference: String,
    bank_reference: String,
    code: String,
    message: String,
    payment: String,
    information: String,
    charges: i64,
    details: i32,
    state: i16,
}

impl TryFrom<EntryRow> for BankEntry {
    type Error = StorageError;

    fn try_from(row: EntryRow) -> Result<Self, StorageError> {
        let unknown = || StorageError::Damaged(format!("bank entry {}: state {}", row.id, row.state));
        Ok(Self {
            id: row.id,
            statement: row.statement_id,
            account: row.account,
            amount: Money::from_minor(row.amount),
            booked_on: row.booked_on,
            value_on: row.value_on,
            is_reversal: row.is_reversal,
            reference: row.reference,
            bank_reference: row.bank_reference,
            code: row.code,
            message: row.message,
            payment: row.payment,
            information: row.information,
            charges: Money::from_minor(row.charges),
            details: row.details,
            state: EntryState::from_code(row.state).ok_or_else(unknown)?,
        })
    }
}

type DetailRow = (i32, Option<i64>, (String, String, String), (String, String, String, String), i64, bool, String);

/// Entries that are not wholly matched. As a literal: an index of such rows alone is not used for a value that is bound.
pub(super) fn not_matched() -> SqlLiteral<Bool> {
    sql("bank_entries.state <> 2")
}

impl Reader<'_> {
    /// The last complete statement of an account.
    pub fn last_bank_statement(&mut self, account: &str) -> Result<Option<BankStatement>, StorageError> {
        let row = bank_statements::table
            .inner_join(imports::table.on(imports::id.eq(bank_statements::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(bank_statements::account.eq(account))
            .order(bank_statements::id.desc())
            .select(BankStatement::as_select());
        Ok(row.first(self.connection).optional()?)
    }

    /// The first complete statement of an account.
    pub fn first_bank_statement(&mut self, account: &str) -> Result<Option<BankStatement>, StorageError> {
        let row = bank_statements::table
            .inner_join(imports::table.on(imports::id.eq(bank_statements::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(bank_statements::account.eq(account))
            .order(bank_statements::id)
            .select(BankStatement::as_select());
        Ok(row.first(self.connection).optional()?)
    }

    /// Complete statements of an account that end on a day.
    pub fn bank_statements_of(&mut self, account: &str, day: NaiveDate) -> Result<Vec<BankStatement>, StorageError> {
        let rows = bank_statements::table
            .inner_join(imports::table.on(imports::id.eq(bank_statements::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(bank_statements::account.eq(account))
            .filter(bank_statements::to_on.eq(day))
            .order(bank_statements::id)
            .select(BankStatement::as_select());
        Ok(rows.load(self.connection)?)
    }

    /// Entries of complete imports that are not wholly matched, after a number.
    pub fn open_bank_entries(&mut self, after: i64, limit: i64) -> Result<Vec<BankEntry>, StorageError> {
        let rows: Vec<EntryRow> = bank_entries::table
            .inner_join(imports::table.on(imports::id.eq(bank_entries::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(not_matched())
            .filter(bank_entries::id.gt(after))
            .order(bank_entries::id)
            .limit(limit)
            .select(EntryRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(BankEntry::try_from).collect()
    }

    /// An entry by its number.
    pub fn bank_entry(&mut self, id: i64) -> Result<Option<BankEntry>, StorageError> {
        let row = bank_entries::table.filter(bank_entries::id.eq(id)).select(EntryRow::as_select());
        row.get_result::<EntryRow>(self.connection).optional()?.map(BankEntry::try_from).transpose()
    }

    /// Transactions of an entry after a position, in order.
    pub fn bank_details(&mut self, entry: i64, after: i32, limit: i64) -> Result<Vec<BankDetail>, StorageError> {
        use bank_details::dsl as d;
        let rows: Vec<DetailRow> = d::bank_details
            .filter(d::entry_id.eq(entry))
            .filter(d::position.gt(after))
            .order(d::position)
            .limit(limit)
            .select((
                d::position,
                d::amount,
                (d::end_to_end, d::message, d::payment),
                (d::bank_reference, d::party, d::party_account, d::remittance),
                d::charges,
                d::is_return,
                d::reason,
            ))
            .load(self.connection)?;
        let read = |(position, amount, ids, party, charges, is_return, reason): DetailRow| BankDetail {
            position,
            amount: amount.map(Money::from_minor),
            end_to_end: ids.0,
            message: ids.1,
            payment: ids.2,
            bank_reference: party.0,
            party: party.1,
            party_account: party.2,
            remittance: party.3,
            charges: Money::from_minor(charges),
            is_return,
            reason,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// How much of an entry is matched, by position; 0 is the entry as a whole.
    pub fn matched_of(&mut self, entry: i64) -> Result<Vec<(i32, Money)>, StorageError> {
        let rows: Vec<(i32, i64)> = bank_matches::table
            .filter(bank_matches::entry_id.eq(entry))
            .order(bank_matches::position)
            .select((bank_matches::position, bank_matches::amount))
            .load(self.connection)?;
        Ok(rows.into_iter().map(|(position, amount)| (position, Money::from_minor(amount))).collect())
    }
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
