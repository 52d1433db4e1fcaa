//! What the bank holds against all that stands behind it: what is owed, to be received and earned.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{AsOf, BooksProof, past_the_range};
use crate::accounts::AccountKind;
use crate::ledger::Reader;
use crate::money::{MAD, Money};
use crate::storage::StorageError;
use crate::storage::schema::accounts;

impl Reader<'_> {
    /// Holds the bank's account against all others, as they stand now.
    pub fn books_proof(&mut self) -> Result<BooksProof, StorageError> {
        self.books_proof_as_of(AsOf::now())
    }

    /// The same as a day is told.
    pub fn books_proof_of(&mut self, day: NaiveDate) -> Result<BooksProof, StorageError> {
        let as_of = self.as_of(day)?;
        self.books_proof_as_of(as_of)
    }

    fn books_proof_as_of(&mut self, as_of: AsOf) -> Result<BooksProof, StorageError> {
        let rows: Vec<(i64, i16, i64)> = accounts::table
            .filter(accounts::currency.eq(MAD))
            .select((accounts::id, accounts::kind, accounts::balance))
            .load(self.connection)?;
        let since = self.booked_since(as_of.until)?;
        let mut sums: BTreeMap<i16, Money> = BTreeMap::new();
        for (account, kind, balance) in rows {
            let since = since.get(&account).copied().unwrap_or_default();
            let sum = sums.entry(kind).or_default();
            let balance = Money::from_minor(balance).checked_sub(since);
            *sum = balance.and_then(|balance| sum.checked_add(balance)).ok_or_else(past_the_range)?;
        }
        let mut proof = BooksProof::default();
        for (code, sum) in sums {
            let unknown = || StorageError::Damaged(format!("kind {code} of an account"));
            match AccountKind::from_code(code).ok_or_else(unknown)? {
                AccountKind::Bank => proof.bank = sum,
                _ if sum == Money::ZERO => {}
                kind => proof.against.push((kind, Money::ZERO.checked_sub(sum).ok_or_else(past_the_range)?)),
            }
        }
        Ok(proof)
    }
}
