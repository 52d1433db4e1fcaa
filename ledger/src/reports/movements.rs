//! Postings of some days with their entries, one after the other, and what accounts came to.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Numbered, PAGE, after, beginning};
use crate::accounts::{Account, AccountKind};
use crate::ledger::Reader;
use crate::money::{MAD, Money};
use crate::states::PostingKind;
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{accounts, agent_payments, entries, payments, postings, refunds};

/// A posting as reports take it: whose payment it is of, and its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPosting {
    /// Its number.
    pub id: i64,
    /// The event.
    pub kind: PostingKind,
    /// The day it counts for.
    pub day: NaiveDate,
    /// The payment; of a refund's posting, the one that is refunded.
    pub payment: Option<i64>,
    /// The refund that it is of.
    pub refund: Option<i64>,
    /// The biller of the payment; of a posting without one, the biller whose account it moves.
    pub biller: Option<u16>,
    /// Network and outlet at whose counter the payment was taken.
    pub counter: Option<(String, String)>,
    /// Account and centimes: debit positive, credit negative.
    pub entries: Vec<(Account, i64)>,
}

impl ReportPosting {
    /// What it moves on accounts of a kind: debit positive.
    pub fn moved(&self, kind: AccountKind) -> Money {
        let of_kind = self.entries.iter().filter(|(account, _)| account.kind == kind);
        Money::from_minor(of_kind.map(|(_, amount)| amount).fold(0, |sum: i64, amount| sum.saturating_add(*amount)))
    }
}

/// An account over some days. Debit positive, credit negative, but for `credit`, which is what was credited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountMovement {
    /// The account.
    pub account: Account,
    /// What stood there before the first day.
    pub opening: Money,
    /// What was debited.
    pub debit: Money,
    /// What was credited.
    pub credit: Money,
    /// What stands there after the last day.
    pub closing: Money,
}

/// Number, kind, payment, day.
type Head = (i64, i16, Option<i64>, NaiveDate);

fn past_the_range() -> StorageError {
    StorageError::Damaged("the sums of an account are past the range".to_owned())
}

impl Reader<'_> {
    /// Hands over every posting that counts for a day from the first one on and, where there is one, up to the last one, in
    /// the order of numbers. Holds a page of them at a time.
    pub fn each_posting(
        &mut self,
        from: NaiveDate,
        to: Option<NaiveDate>,
        each: &mut dyn FnMut(&ReportPosting) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        // The day of a posting is the day on which it was booked.
        let until = to.map(|to| beginning(after(to)?)).transpose()?.unwrap_or(chrono::NaiveDateTime::MAX);
        let Some((lowest, upto)) = self.numbers(Numbered::Postings, beginning(from)?, until)? else { return Ok(()) };
        let names = self.account_names()?;
        let mut last = lowest - 1;
        loop {
            let page: Vec<Head> = postings::table
                .filter(postings::id.gt(last))
                .filter(postings::id.le(upto))
                .order(postings::id)
                .limit(PAGE)
                .select((postings::id, postings::kind, postings::payment_id, postings::effective_on))
                .load(self.connection)?;
            let Some(end) = page.last().map(|(id, ..)| *id) else { return Ok(()) };
            let is_within = |day: &NaiveDate| *day >= from && to.is_none_or(|to| *day <= to);
            let wanted: Vec<Head> = page.into_iter().filter(|(.., day)| is_within(day)).collect();
            if let (Some((first, ..)), Some((until, ..))) = (wanted.first(), wanted.last()) {
                let lines = self.lines(*first, *until)?;
                let refunded = self.refunded(&wanted)?;
                let owners = self.owners(&wanted, &refunded)?;
                for posting in assemble(wanted, &lines, (&refunded, &owners), &names)? {
                    each(&posting)?;
                }
            }
            last = end;
        }
    }

    /// Every account that moved up to the last day, or stands at something, by kind and owner.
    ///
    /// What stands is what stands now less what was booked after the last day: read as of one moment
    /// ([`crate::Ledger::read_whole`]).
    pub fn trial_balance(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<AccountMovement>, StorageError> {
        type Sums = [i64; 3];
        let mut sums: BTreeMap<Account, Sums> = BTreeMap::new();
        self.each_posting(from, None, &mut |posting| {
            for (account, amount) in &posting.entries {
                let [debit, credit, later] = sums.entry(account.clone()).or_default();
                let (into, amount) = match () {
                    () if posting.day > to => (later, *amount),
                    () if *amount < 0 => (credit, amount.checked_neg().ok_or_else(past_the_range)?),
                    () => (debit, *amount),
                };
                *into = into.checked_add(amount).ok_or_else(past_the_range)?;
            }
            Ok(())
        })?;
        let balances: Vec<(i16, String, i64)> = accounts::table
            .filter(accounts::currency.eq(MAD))
            .order((accounts::kind, accounts::owner))
            .select((accounts::kind, accounts::owner, accounts::balance))
            .load(self.connection)?;
        let mut found = Vec::with_capacity(balances.len());
        for (kind, owner, balance) in balances {
            let account = Account::of(kind_of(kind)?, owner);
            let [debit, credit, later] = sums.remove(&account).unwrap_or_default();
            let closing = balance.checked_sub(later).ok_or_else(past_the_range)?;
            let opening = closing.checked_sub(debit).and_then(|rest| rest.checked_add(credit));
            let opening = opening.ok_or_else(past_the_range)?;
            if [opening, debit, credit, closing] != [0; 4] {
                let [opening, debit, credit, closing] = [opening, debit, credit, closing].map(Money::from_minor);
                found.push(AccountMovement { account, opening, debit, credit, closing });
            }
        }
        // Owners in one order on both databases.
        found.sort_by(|a, b| a.account.cmp(&b.account));
        Ok(found)
    }

    fn account_names(&mut self) -> Result<HashMap<i64, Account>, StorageError> {
        let rows: Vec<(i64, i16, String)> = accounts::table
            .filter(accounts::currency.eq(MAD))
            .select((accounts::id, accounts::kind, accounts::owner))
            .load(self.connection)?;
        rows.into_iter().map(|(id, kind, owner)| Ok((id, Account::of(kind_of(kind)?, owner)))).collect()
    }

    fn lines(&mut self, first: i64, last: i64) -> Result<Vec<(i64, i64, i64)>, StorageError> {
        Ok(entries::table
            .filter(entries::posting_id.ge(first))
            .filter(entries::posting_id.le(last))
            .order((entries::posting_id, entries::line))
            .select((entries::posting_id, entries::account_id, entries::amount))
            .load(self.connection)?)
    }

    /// Which refunds postings are of: a posting of a refund names no payment, its refund names it.
    fn refunded(&mut self, page: &[Head]) -> Result<HashMap<i64, Refunded>, StorageError> {
        let mut alone = page.iter().filter(|(_, _, payment, _)| payment.is_none()).map(|(id, ..)| *id);
        let Some(first) = alone.next() else { return Ok(HashMap::new()) };
        let last = alone.next_back().unwrap_or(first);
        let mut found = HashMap::new();
        macro_rules! refunds_by {
            ($($posting:ident),*) => {$(
                let rows: Vec<(Option<i64>, i64, i64)> = refunds::table
                    .filter(refunds::$posting.between(first, last))
                    .select((refunds::$posting, refunds::id, refunds::payment_id))
                    .load(self.connection)?;
                found.extend(rows.into_iter().filter_map(|(posting, id, payment)| Some((posting?, (id, payment)))));
            )*};
        }
        refunds_by!(decided_posting, paid_posting, reversed_posting, commission_posting);
        Ok(found)
    }

    /// Biller and counter of payments.
    fn owners(
        &mut self,
        page: &[Head],
        refunded: &HashMap<i64, Refunded>,
    ) -> Result<HashMap<i64, Owner>, StorageError> {
        let named = page.iter().filter_map(|(_, _, payment, _)| *payment);
        let wanted: Vec<i64> = named.chain(refunded.values().map(|(_, payment)| *payment)).collect();
        let rows: Vec<(i64, i32, Counter)> = payments::table
            .left_join(agent_payments::table.on(agent_payments::payment_id.eq(payments::id)))
            .filter(payments::id.eq_any(wanted))
            .select((payments::id, payments::biller, (agent_payments::network, agent_payments::outlet).nullable()))
            .load(self.connection)?;
        rows.into_iter().map(|(id, biller, counter)| Ok((id, (biller_code(biller)?, counter)))).collect()
    }
}

/// Network and outlet, where a payment was taken at a counter.
type Counter = Option<(String, String)>;
type Owner = (u16, Counter);
/// A refund and its payment.
type Refunded = (i64, i64);

fn kind_of(code: i16) -> Result<AccountKind, StorageError> {
    AccountKind::from_code(code).ok_or_else(|| StorageError::Damaged(format!("accounts of kind {code}")))
}

fn assemble(
    page: Vec<Head>,
    lines: &[(i64, i64, i64)],
    (refunded, owners): (&HashMap<i64, Refunded>, &HashMap<i64, Owner>),
    names: &HashMap<i64, Account>,
) -> Result<Vec<ReportPosting>, StorageError> {
    let mut found = Vec::with_capacity(page.len());
    for (id, kind, payment, day) in page {
        let kind = PostingKind::from_code(kind)
            .ok_or_else(|| StorageError::Damaged(format!("kind {kind} of posting {id}")))?;
        let start = lines.partition_point(|(posting, ..)| *posting < id);
        let own = lines.iter().skip(start).take_while(|(posting, ..)| *posting == id);
        let entries = own
            .map(|(_, account, amount)| {
                let name = names.get(account).cloned();
                let name = name.ok_or_else(|| StorageError::Damaged(format!("an account of posting {id}")))?;
                Ok((name, *amount))
            })
            .collect::<Result<Vec<_>, StorageError>>()?;
        let of_refund = refunded.get(&id);
        let (refund, payment) =
            (of_refund.map(|(refund, _)| *refund), payment.or(of_refund.map(|(_, payment)| *payment)));
        let (biller, counter) = match payment.and_then(|payment| owners.get(&payment)) {
            Some((biller, counter)) => (Some(*biller), counter.clone()),
            None => (named_biller(&entries), None),
        };
        found.push(ReportPosting { id, kind, day, payment, refund, biller, counter, entries });
    }
    Ok(found)
}

fn named_biller(entries: &[(Account, i64)]) -> Option<u16> {
    let is_billers = |kind| {
        matches!(kind, AccountKind::BillerPayable | AccountKind::BillerReceivable | AccountKind::TransfersInTransit)
    };
    entries.iter().find(|(account, _)| is_billers(account.kind)).and_then(|(account, _)| account.owner.parse().ok())
}
