//! The bank's balance and the ledger's.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{AsOf, BankProof, PAGE, ProofItem, ProofItems, past_the_range};
use crate::accounts::{Account, AccountKind};
use crate::ledger::Reader;
use crate::money::Money;
use crate::reconciliation::bank::{BankStatement, not_matched};
use crate::reconciliation::words::ImportState;
use crate::states::PostingKind;
use crate::storage::StorageError;
use crate::storage::schema::{accounts, bank_entries, bank_matches, bank_statements, entries, imports, postings};

/// Entries whose matches are summed at once.
const TOGETHER: usize = 500;

impl Reader<'_> {
    /// Holds the bank's balance against the ledger's, as both stand now.
    pub fn bank_proof(&mut self) -> Result<BankProof, StorageError> {
        self.bank_proof_as_of(AsOf::now())
    }

    /// The same as a day is told.
    pub fn bank_proof_of(&mut self, day: NaiveDate) -> Result<BankProof, StorageError> {
        let as_of = self.as_of(day)?;
        self.bank_proof_as_of(as_of)
    }

    fn bank_proof_as_of(&mut self, as_of: AsOf) -> Result<BankProof, StorageError> {
        let bank = Account::only(AccountKind::Bank);
        let mut proof = BankProof { ledger: self.balance_of(&bank)?, ..BankProof::default() };
        self.balances(as_of, &mut proof)?;
        let hidden = self.statements_not_told(as_of)?;
        self.not_booked(as_of, &hidden, &mut proof.not_booked)?;
        let later = self.not_shown(as_of, &hidden, &mut proof.not_shown)?;
        proof.ledger = proof.ledger.checked_sub(later).ok_or_else(past_the_range)?;
        Ok(proof)
    }

    /// Statements that are still being staged, or that a kill left so, and those that are told later. A known entry may
    /// point to one of them.
    fn statements_not_told(&mut self, AsOf { day, until }: AsOf) -> Result<Vec<i64>, StorageError> {
        let is_later = imports::imported_at.ge(until).or(bank_statements::to_on.gt(day).assume_not_null());
        Ok(bank_statements::table
            .inner_join(imports::table.on(imports::id.eq(bank_statements::import_id)))
            .filter(imports::state.eq(ImportState::Staged.code()).or(is_later))
            .select(bank_statements::id)
            .load(self.connection)?)
    }

    fn balances(&mut self, AsOf { day, until }: AsOf, proof: &mut BankProof) -> Result<(), StorageError> {
        let rows: Vec<BankStatement> = bank_statements::table
            .inner_join(imports::table.on(imports::id.eq(bank_statements::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(imports::imported_at.lt(until))
            .filter(bank_statements::to_on.is_null().or(bank_statements::to_on.le(day).assume_not_null()))
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

    /// Entries that are not wholly matched, or were not then, by their numbers.
    fn not_booked(&mut self, as_of: AsOf, hidden: &[i64], items: &mut ProofItems) -> Result<(), StorageError> {
        // As many as were matched since.
        let since: Vec<i64> = bank_matches::table
            .filter(bank_matches::made_at.ge(as_of.until))
            .select(bank_matches::entry_id)
            .distinct()
            .load(self.connection)?;
        let since: BTreeSet<i64> = since.into_iter().collect();
        let mut after = i64::MIN;
        loop {
            let open: Vec<i64> = bank_entries::table
                .filter(not_matched())
                .filter(bank_entries::id.gt(after))
                .order(bank_entries::id)
                .limit(PAGE)
                .select(bank_entries::id)
                .load(self.connection)?;
            let is_full = i64::try_from(open.len()).is_ok_and(|found| found == PAGE);
            let end = open.last().copied().filter(|_| is_full).unwrap_or(i64::MAX);
            let also = since.range((Bound::Excluded(after), Bound::Included(end))).copied();
            let ids: Vec<i64> = open.into_iter().chain(also).collect::<BTreeSet<i64>>().into_iter().collect();
            for some in ids.chunks(TOGETHER) {
                self.not_booked_of(some, as_of, hidden, items)?;
            }
            if end == i64::MAX {
                return Ok(());
            }
            after = end;
        }
    }

    fn not_booked_of(
        &mut self,
        some: &[i64],
        AsOf { until, .. }: AsOf,
        hidden: &[i64],
        items: &mut ProofItems,
    ) -> Result<(), StorageError> {
        let rows: Vec<(i64, i64, NaiveDate, String)> = bank_entries::table
            .inner_join(imports::table.on(imports::id.eq(bank_entries::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(bank_entries::id.eq_any(some))
            .filter(bank_entries::statement_id.is_not_null())
            .filter(bank_entries::statement_id.ne_all(hidden.to_vec()))
            .order(bank_entries::id)
            .select((bank_entries::id, bank_entries::amount, bank_entries::booked_on, bank_entries::bank_reference))
            .load(self.connection)?;
        let found: Vec<(i64, i64)> = bank_matches::table
            .filter(bank_matches::entry_id.eq_any(some))
            .filter(bank_matches::made_at.lt(until))
            .select((bank_matches::entry_id, bank_matches::amount))
            .load(self.connection)?;
        let mut matched: HashMap<i64, Money> = HashMap::new();
        for (entry, amount) in found {
            let sum = matched.entry(entry).or_default();
            *sum = sum.checked_add(Money::from_minor(amount)).ok_or_else(past_the_range)?;
        }
        for (id, amount, day, what) in rows {
            let matched = matched.get(&id).copied().unwrap_or_default();
            let amount = Money::from_minor(amount).checked_sub(matched).ok_or_else(past_the_range)?;
            if amount != Money::ZERO {
                items.add(ProofItem { id, what, day, amount })?;
            }
        }
        Ok(())
    }

    /// Bookings that no statement shows; the sum of those that were made later.
    fn not_shown(
        &mut self,
        AsOf { until, .. }: AsOf,
        hidden: &[i64],
        items: &mut ProofItems,
    ) -> Result<Money, StorageError> {
        let bank: Vec<i64> = accounts::table
            .filter(accounts::kind.eq(AccountKind::Bank.code()))
            .select(accounts::id)
            .load(self.connection)?;
        let (mut after, mut later) = (i64::MIN, Money::ZERO);
        loop {
            let page: Vec<(i64, i16, NaiveDate, NaiveDateTime)> = postings::table
                .filter(postings::payment_id.is_null())
                .filter(postings::id.gt(after))
                .order(postings::id)
                .limit(PAGE)
                .select((postings::id, postings::kind, postings::effective_on, postings::booked_at))
                .load(self.connection)?;
            let (Some((first, ..)), Some((last, ..))) = (page.first(), page.last()) else { return Ok(later) };
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
                .filter(bank_matches::made_at.lt(until))
                .filter(bank_entries::statement_id.is_not_null())
                .filter(bank_entries::statement_id.ne_all(hidden.to_vec()))
                .select((bank_matches::posting_id, bank_matches::amount))
                .load(self.connection)?;
            after = *last;
            let mut rest: HashMap<i64, i64> = HashMap::new();
            booked.into_iter().for_each(|(posting, amount)| *rest.entry(posting).or_default() += amount);
            shown.into_iter().for_each(|(posting, amount)| *rest.entry(posting).or_default() -= amount);
            for (posting, kind, day, booked_at) in page {
                let Some(amount) = rest.get(&posting).copied().filter(|amount| *amount != 0) else { continue };
                let amount = Money::from_minor(amount);
                if booked_at >= until {
                    later = later.checked_add(amount).ok_or_else(past_the_range)?;
                    continue;
                }
                let what = PostingKind::from_code(kind).map_or("unknown", PostingKind::as_str).to_owned();
                items.add(ProofItem { id: posting, what, day, amount })?;
            }
        }
    }
}
