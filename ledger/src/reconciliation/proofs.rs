//! What reconciliation proves: the bank's balance is the ledger's, but for what is named; what gateways owe is what their
//! reports announce, but for the rest; and what a day came to, source by source.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt};

use super::awaited::Payout;
use super::bank::{BankStatement, not_matched};
use super::breaks::NOT_CLOSED;
use super::imports::Import;
use super::words::{BreakKind, BreakSource, BreakState, BreakSubject, EntryState, ImportState};
use crate::accounts::{Account, AccountKind};
use crate::ledger::Reader;
use crate::money::{MAD, Money};
use crate::states::PostingKind;
use crate::storage::schema::{
    accounts, bank_entries, bank_matches, bank_statements, breaks, entries, imports, postings,
};
use crate::storage::{Conn, StorageError};

/// Rows read at once.
const PAGE: i64 = 2_000;
/// Items that are named one by one; past them they are counted and summed only.
const NAMED_MAX: usize = 1_000;

/// What a statement's entries come to, by state. A `SUM` of BIGINT would be a float on one database and a decimal on the
/// other.
const BY_STATE: &str = "\
    SELECT state AS state, CAST(COUNT(*) AS BIGINT) AS count, CAST(SUM(amount) AS BIGINT) AS amount \
    FROM bank_entries WHERE statement_id = $1 GROUP BY state ORDER BY state";

#[derive(QueryableByName)]
struct StateRow {
    #[diesel(sql_type = SmallInt)]
    state: i16,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// Something that stands on one side only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofItem {
    /// The number of the entry, or of the posting.
    pub id: i64,
    /// What it is.
    pub what: String,
    /// Its day.
    pub day: NaiveDate,
    /// How much, signed as the bank has it.
    pub amount: Money,
}

/// Items of one side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProofItems {
    /// The first of them.
    pub named: Vec<ProofItem>,
    /// How many there are.
    pub count: u64,
    /// Their sum.
    pub total: Money,
}

impl ProofItems {
    fn add(&mut self, item: ProofItem) -> Result<(), StorageError> {
        self.count += 1;
        self.total = self.total.checked_add(item.amount).ok_or_else(past_the_range)?;
        if self.named.len() < NAMED_MAX {
            self.named.push(item);
        }
        Ok(())
    }
}

fn past_the_range() -> StorageError {
    StorageError::Damaged("the sums are past the range".to_owned())
}

/// The bank's balance and the ledger's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankProof {
    /// The last day that a statement tells of.
    pub day: Option<NaiveDate>,
    /// What the accounts held before their first statements: money that was there before the hub.
    pub before: Money,
    /// What is missing between statements that do not follow one another.
    pub gaps: Money,
    /// What the last statements close with.
    pub closing: Money,
    /// The ledger's balance of the bank.
    pub ledger: Money,
    /// Entries, or what is left of them, that are not booked here yet.
    pub not_booked: ProofItems,
    /// Bookings that no statement shows yet.
    pub not_shown: ProofItems,
}

impl BankProof {
    /// What is unexplained: zero where the proof holds. `None` past the range.
    pub fn difference(&self) -> Option<Money> {
        let here = Money::sum([self.before, self.gaps, self.ledger, self.not_booked.total])?;
        self.closing.checked_sub(here.checked_sub(self.not_shown.total)?)
    }
}

/// What a gateway owes, and what of it its reports announce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayProof {
    /// The gateway.
    pub gateway: String,
    /// The ledger's balance: captured less paid out and given back.
    pub receivable: Money,
    /// Payouts that are announced and have not come, by value day.
    pub awaited: Vec<Payout>,
    /// What no report announces yet.
    pub not_announced: Money,
}

/// What one file of a day came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDay {
    /// The file.
    pub import: Import,
    /// Opening and closing balance; statements of the bank only.
    pub balances: Option<(Money, Money)>,
    /// Records that fit.
    pub matched: (i64, Money),
    /// Records that a break is open about, or that are not matched.
    pub open: (i64, Money),
    /// Breaks that were found, and how many of them are not closed.
    pub breaks: (i64, i64),
}

/// Breaks of one kind and source that are not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenBreaks {
    /// From whom.
    pub source: BreakSource,
    /// What does not fit.
    pub kind: BreakKind,
    /// How many are of this day, up to a week old, up to 30 days, older.
    pub by_age: [u64; 4],
}

/// What a day came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciliationDay {
    /// The day.
    pub day: NaiveDate,
    /// Source by source.
    pub sources: Vec<SourceDay>,
    /// What is open by then, with its age on that day.
    pub breaks: Vec<OpenBreaks>,
}

impl Reader<'_> {
    /// The balance of an account: debit positive.
    pub fn balance_of(&mut self, account: &Account) -> Result<Money, StorageError> {
        let balance: Option<i64> = accounts::table
            .filter(accounts::kind.eq(account.kind.code()))
            .filter(accounts::owner.eq(&account.owner))
            .filter(accounts::currency.eq(MAD))
            .select(accounts::balance)
            .get_result(self.connection)
            .optional()?;
        Ok(Money::from_minor(balance.unwrap_or(0)))
    }

    /// Holds the bank's balance against the ledger's.
    pub fn bank_proof(&mut self) -> Result<BankProof, StorageError> {
        let bank = Account::only(AccountKind::Bank);
        let mut proof = BankProof { ledger: self.balance_of(&bank)?, ..BankProof::default() };
        self.balances(&mut proof)?;
        // A known entry may point to a statement that is still being staged, or that a kill left so.
        let staged: Vec<i64> = bank_statements::table
            .inner_join(imports::table.on(imports::id.eq(bank_statements::import_id)))
            .filter(imports::state.eq(ImportState::Staged.code()))
            .select(bank_statements::id)
            .load(self.connection)?;
        self.not_booked(&staged, &mut proof.not_booked)?;
        self.not_shown(&staged, &mut proof.not_shown)?;
        Ok(proof)
    }

    fn balances(&mut self, proof: &mut BankProof) -> Result<(), StorageError> {
        let rows: Vec<BankStatement> = bank_statements::table
            .inner_join(imports::table.on(imports::id.eq(bank_statements::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .order((bank_statements::account, bank_statements::id))
            .select(BankStatement::as_select())
            .load(self.connection)?;
        let add = |into: &mut Money, amount: i64| {
            *into = into.checked_add(Money::from_minor(amount)).ok_or_else(past_the_range)?;
            Ok::<(), StorageError>(())
        };
        let mut last: Option<&BankStatement> = None;
        for row in &rows {
            match last.filter(|last| last.account == row.account) {
                Some(last) => add(&mut proof.gaps, row.opening.saturating_sub(last.closing))?,
                None => {
                    add(&mut proof.before, row.opening)?;
                    add(&mut proof.closing, last.map_or(0, |last| last.closing))?;
                }
            }
            proof.day = proof.day.max(row.to_on);
            last = Some(row);
        }
        add(&mut proof.closing, last.map_or(0, |last| last.closing))
    }

    fn not_booked(&mut self, staged: &[i64], items: &mut ProofItems) -> Result<(), StorageError> {
        let mut after = i64::MIN;
        loop {
            let page: Vec<(i64, i64, i16, NaiveDate, String)> = bank_entries::table
                .inner_join(imports::table.on(imports::id.eq(bank_entries::import_id)))
                .filter(imports::state.eq(ImportState::Complete.code()))
                .filter(not_matched())
                .filter(bank_entries::statement_id.is_not_null())
                .filter(bank_entries::statement_id.ne_all(staged.to_vec()))
                .filter(bank_entries::id.gt(after))
                .order(bank_entries::id)
                .limit(PAGE)
                .select((
                    bank_entries::id,
                    bank_entries::amount,
                    bank_entries::state,
                    bank_entries::booked_on,
                    bank_entries::bank_reference,
                ))
                .load(self.connection)?;
            let Some((last, ..)) = page.last() else { return Ok(()) };
            after = *last;
            for (id, amount, state, day, reference) in page {
                let mut amount = Money::from_minor(amount);
                if state == EntryState::PartlyMatched.code() {
                    let parts = self.matched_of(id)?.into_iter().map(|(_, amount)| amount);
                    let matched = Money::sum(parts).ok_or_else(past_the_range)?;
                    amount = amount.checked_sub(matched).ok_or_else(past_the_range)?;
                }
                items.add(ProofItem { id, what: reference, day, amount })?;
            }
        }
    }

    fn not_shown(&mut self, staged: &[i64], items: &mut ProofItems) -> Result<(), StorageError> {
        let bank: Vec<i64> = accounts::table
            .filter(accounts::kind.eq(AccountKind::Bank.code()))
            .select(accounts::id)
            .load(self.connection)?;
        let mut after = i64::MIN;
        loop {
            let page: Vec<(i64, i16, NaiveDate)> = postings::table
                .filter(postings::payment_id.is_null())
                .filter(postings::id.gt(after))
                .order(postings::id)
                .limit(PAGE)
                .select((postings::id, postings::kind, postings::effective_on))
                .load(self.connection)?;
            let (Some((first, ..)), Some((last, ..))) = (page.first(), page.last()) else { return Ok(()) };
            let booked: Vec<(i64, i64)> = entries::table
                .filter(entries::posting_id.ge(first))
                .filter(entries::posting_id.le(last))
                .filter(entries::account_id.eq_any(&bank))
                .select((entries::posting_id, entries::amount))
                .load(self.connection)?;
            let shown: Vec<(i64, i64)> = bank_matches::table
                .inner_join(bank_entries::table.on(bank_entries::id.eq(bank_matches::entry_id)))
                .filter(bank_matches::posting_id.ge(first))
                .filter(bank_matches::posting_id.le(last))
                .filter(bank_entries::statement_id.is_not_null())
                .filter(bank_entries::statement_id.ne_all(staged.to_vec()))
                .select((bank_matches::posting_id, bank_matches::amount))
                .load(self.connection)?;
            after = *last;
            let mut rest: HashMap<i64, i64> = HashMap::new();
            booked.into_iter().for_each(|(posting, amount)| *rest.entry(posting).or_default() += amount);
            shown.into_iter().for_each(|(posting, amount)| *rest.entry(posting).or_default() -= amount);
            for (posting, kind, day) in page {
                let Some(amount) = rest.get(&posting).copied().filter(|amount| *amount != 0) else { continue };
                let what = PostingKind::from_code(kind).map_or("unknown", PostingKind::as_str).to_owned();
                items.add(ProofItem { id: posting, what, day, amount: Money::from_minor(amount) })?;
            }
        }
    }

    /// What each gateway owes, and what of it its reports announce.
    pub fn gateway_proofs(&mut self) -> Result<Vec<GatewayProof>, StorageError> {
        let rows: Vec<(String, i64)> = accounts::table
            .filter(accounts::kind.eq(AccountKind::GatewayReceivable.code()))
            .filter(accounts::currency.eq(MAD))
            .order(accounts::owner)
            .select((accounts::owner, accounts::balance))
            .load(self.connection)?;
        let mut all = self.payouts_awaited(None, i64::from(i32::MAX))?;
        all.sort_by(|a, b| (a.sums.value_on, &a.sums.reference).cmp(&(b.sums.value_on, &b.sums.reference)));
        let mut proofs = Vec::with_capacity(rows.len());
        for (gateway, balance) in rows {
            let (receivable, mut not_announced) = (Money::from_minor(balance), Money::from_minor(balance));
            let (awaited, others): (Vec<Payout>, Vec<Payout>) =
                all.into_iter().partition(|payout| payout.sums.gateway == gateway);
            all = others;
            for payout in &awaited {
                let gross = payout.sums.captured.checked_sub(payout.sums.returned);
                let rest = gross.and_then(|gross| not_announced.checked_sub(gross));
                not_announced = rest.ok_or_else(past_the_range)?;
            }
            proofs.push(GatewayProof { gateway, receivable, awaited, not_announced });
        }
        Ok(proofs)
    }

    /// What a day came to, source by source, and what is open by its end.
    pub fn reconciliation_day(&mut self, day: NaiveDate) -> Result<ReconciliationDay, StorageError> {
        let mut sources = Vec::new();
        for import in self.imports_of_day(day)?.into_iter().filter(|import| import.superseded_by.is_none()) {
            sources.push(self.source_day(import)?);
        }
        Ok(ReconciliationDay { day, sources, breaks: self.open_by_age(day)? })
    }

    fn source_day(&mut self, import: Import) -> Result<SourceDay, StorageError> {
        let found: Vec<(i16, i16, i64, Option<i64>)> = breaks::table
            .filter(breaks::import_id.eq(import.id))
            .filter(breaks::state.ne(BreakState::Staged.code()))
            .select((breaks::state, breaks::subject, breaks::subject_id, breaks::found))
            .load(self.connection)?;
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        let open: Vec<_> = found.iter().filter(|(state, ..)| NOT_CLOSED.contains(state)).collect();
        let breaks = (count(found.len()), count(open.len()));
        let statements: Vec<(i64, i64, i64)> = bank_statements::table
            .filter(bank_statements::import_id.eq(import.id))
            .order(bank_statements::id)
            .select((bank_statements::id, bank_statements::opening, bank_statements::closing))
            .load(self.connection)?;
        if let (Some((_, opening, _)), Some((.., closing))) = (statements.first(), statements.last()) {
            let balances = Some((Money::from_minor(*opening), Money::from_minor(*closing)));
            let (mut matched, mut rest) = ((0, Money::ZERO), (0, Money::ZERO));
            for (statement, ..) in &statements {
                for row in self.by_state(*statement)? {
                    let sums = if row.state == EntryState::Matched.code() { &mut matched } else { &mut rest };
                    sums.0 += row.count;
                    sums.1 = sums.1.checked_add(Money::from_minor(row.amount)).ok_or_else(past_the_range)?;
                }
            }
            return Ok(SourceDay { import, balances, matched, open: rest, breaks });
        }
        // A report's records fit unless a break is open about them; what it lacks is not among its records.
        let told: Vec<_> = open
            .iter()
            .filter(|(_, subject, _, found)| *subject != BreakSubject::Payout.code() && found.is_some())
            .collect();
        let amount = Money::sum(told.iter().filter_map(|(.., found)| found.map(Money::from_minor)));
        let rest = (count(told.len()), amount.ok_or_else(past_the_range)?);
        let fits = import.total.checked_sub(rest.1).ok_or_else(past_the_range)?;
        let matched = (import.records.saturating_sub(rest.0), fits);
        Ok(SourceDay { import, balances: None, matched, open: rest, breaks })
    }

    fn by_state(&mut self, statement: i64) -> Result<Vec<StateRow>, StorageError> {
        let query = diesel::sql_query(BY_STATE);
        Ok(match &mut *self.connection {
            Conn::Sqlite(c) => query.bind::<BigInt, _>(statement).load(c)?,
            Conn::Pg(c) => query.bind::<BigInt, _>(statement).load(c)?,
        })
    }

    fn open_by_age(&mut self, day: NaiveDate) -> Result<Vec<OpenBreaks>, StorageError> {
        let rows: Vec<(i64, i16, i16, NaiveDate)> = breaks::table
            .filter(breaks::state.eq_any(NOT_CLOSED))
            .filter(breaks::due_on.le(day))
            .select((breaks::id, breaks::source, breaks::kind, breaks::due_on))
            .load(self.connection)?;
        let mut sums: BTreeMap<(i16, i16), [u64; 4]> = BTreeMap::new();
        for (_, source, kind, due) in rows {
            let at = match (day - due).num_days() {
                ..=0 => 0,
                1..=7 => 1,
                8..=30 => 2,
                _ => 3,
            };
            if let Some(count) = sums.entry((source, kind)).or_default().get_mut(at) {
                *count += 1;
            }
        }
        let unknown = |what: &str, code: i16| StorageError::Damaged(format!("{what} {code} of a break"));
        let read = |((source, kind), by_age): ((i16, i16), [u64; 4])| {
            Ok(OpenBreaks {
                source: BreakSource::from_code(source).ok_or_else(|| unknown("source", source))?,
                kind: BreakKind::from_code(kind).ok_or_else(|| unknown("kind", kind))?,
                by_age,
            })
        };
        sums.into_iter().map(read).collect()
    }
}
