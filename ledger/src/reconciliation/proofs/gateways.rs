//! What gateways owe, and what of it their reports announce.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamp};

use super::{AsOf, GatewayProof, PAGE, past_the_range};
use crate::accounts::{Account, AccountKind};
use crate::ledger::Reader;
use crate::money::{MAD, Money};
use crate::reconciliation::awaited::{PAYOUT_COLUMNS, Payout, PayoutRow, payouts};
use crate::reconciliation::words::ImportState;
use crate::storage::schema::{accounts, gateway_payouts, id_blocks, imports, postings};
use crate::storage::{Conn, StorageError};

/// What was booked on each account from an instant on, within a block of numbers. A `SUM` of BIGINT would be a float on one
/// database and a decimal on the other.
const BOOKED_SINCE: &str = "\
    SELECT e.account_id AS account, CAST(SUM(e.amount) AS BIGINT) AS amount \
    FROM postings p JOIN entries e ON e.posting_id = p.id \
    WHERE p.id >= $1 AND p.id < $2 AND p.booked_at >= $3 GROUP BY e.account_id";

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = BigInt)]
    account: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
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

    /// What each gateway owes, and what of it its reports announce, as it stands now. One that owes and announced nothing is
    /// not named.
    pub fn gateway_proofs(&mut self) -> Result<Vec<GatewayProof>, StorageError> {
        self.gateway_proofs_as_of(AsOf::now())
    }

    /// The same as a day is told.
    pub fn gateway_proofs_of(&mut self, day: NaiveDate) -> Result<Vec<GatewayProof>, StorageError> {
        let as_of = self.as_of(day)?;
        self.gateway_proofs_as_of(as_of)
    }

    fn gateway_proofs_as_of(&mut self, as_of: AsOf) -> Result<Vec<GatewayProof>, StorageError> {
        let rows: Vec<(i64, String, i64)> = accounts::table
            .filter(accounts::kind.eq(AccountKind::GatewayReceivable.code()))
            .filter(accounts::currency.eq(MAD))
            .order(accounts::owner)
            .select((accounts::id, accounts::owner, accounts::balance))
            .load(self.connection)?;
        let mut all = self.payouts_as_of(as_of)?;
        all.sort_by(|a, b| (a.sums.value_on, &a.sums.reference).cmp(&(b.sums.value_on, &b.sums.reference)));
        let mut proofs = Vec::with_capacity(rows.len());
        let booked = self.booked_since(as_of.until)?;
        for (account, gateway, balance) in rows {
            let since = booked.get(&account).copied().unwrap_or_default();
            let receivable = Money::from_minor(balance).checked_sub(since).ok_or_else(past_the_range)?;
            let mut not_announced = receivable;
            let (awaited, others): (Vec<Payout>, Vec<Payout>) =
                all.into_iter().partition(|payout| payout.sums.gateway == gateway);
            all = others;
            for payout in &awaited {
                let gross = payout.sums.captured.checked_sub(payout.sums.returned);
                let rest = gross.and_then(|gross| not_announced.checked_sub(gross));
                not_announced = rest.ok_or_else(past_the_range)?;
            }
            if receivable != Money::ZERO || !awaited.is_empty() {
                proofs.push(GatewayProof { gateway, receivable, awaited, not_announced });
            }
        }
        Ok(proofs)
    }

    /// What was booked on each account from an instant on. Reads all postings since.
    pub(super) fn booked_since(&mut self, from: NaiveDateTime) -> Result<HashMap<i64, Money>, StorageError> {
        let blocks: Vec<(i64, i64)> = id_blocks::table
            .order(id_blocks::first)
            .select((id_blocks::first, id_blocks::beyond))
            .load(self.connection)?;
        let mut sums: HashMap<i64, Money> = HashMap::new();
        for (first, beyond) in blocks {
            // Numbers of a block grow with time, but for what was on its way to the writer together.
            let newest: Option<NaiveDateTime> = postings::table
                .filter(postings::id.ge(first))
                .filter(postings::id.lt(beyond))
                .order(postings::id.desc())
                .select(postings::booked_at)
                .first(self.connection)
                .optional()?;
            if newest.is_none_or(|newest| newest + super::TOGETHER_MAX < from) {
                continue;
            }
            let query = diesel::sql_query(BOOKED_SINCE);
            let rows: Vec<SumRow> = match &mut *self.connection {
                Conn::Sqlite(c) => {
                    query.bind::<BigInt, _>(first).bind::<BigInt, _>(beyond).bind::<Timestamp, _>(from).load(c)?
                }
                Conn::Pg(c) => {
                    query.bind::<BigInt, _>(first).bind::<BigInt, _>(beyond).bind::<Timestamp, _>(from).load(c)?
                }
            };
            for row in rows {
                let sum = sums.entry(row.account).or_default();
                *sum = sum.checked_add(Money::from_minor(row.amount)).ok_or_else(past_the_range)?;
            }
        }
        Ok(sums)
    }

    /// Payouts that were announced and not booked by then.
    fn payouts_as_of(&mut self, AsOf { until, .. }: AsOf) -> Result<Vec<Payout>, StorageError> {
        type Row = (PayoutRow, Option<i64>, Option<i64>);
        let (mut found, mut after) = (Vec::new(), i64::MIN);
        loop {
            let page: Vec<Row> = gateway_payouts::table
                .inner_join(imports::table.on(imports::id.eq(gateway_payouts::import_id)))
                .filter(imports::state.eq(ImportState::Complete.code()))
                .filter(imports::imported_at.lt(until))
                .filter(gateway_payouts::id.gt(after))
                .order(gateway_payouts::id)
                .limit(PAGE)
                .select((PAYOUT_COLUMNS, imports::superseded_by, gateway_payouts::posting_id))
                .load(self.connection)?;
            let Some(((last, ..), ..)) = page.last() else { return payouts(found) };
            after = *last;
            let later: Vec<i64> = page.iter().filter_map(|(_, import, _)| *import).collect();
            let later: HashMap<i64, NaiveDateTime> = imports::table
                .filter(imports::id.eq_any(later))
                .select((imports::id, imports::imported_at))
                .load(self.connection)?
                .into_iter()
                .collect();
            let booked: Vec<i64> = page.iter().filter_map(|(.., posting)| *posting).collect();
            let booked: HashMap<i64, NaiveDateTime> = postings::table
                .filter(postings::id.eq_any(booked))
                .select((postings::id, postings::booked_at))
                .load(self.connection)?
                .into_iter()
                .collect();
            let is_past = |of: &HashMap<i64, NaiveDateTime>, id: Option<i64>| {
                id.and_then(|id| of.get(&id)).is_some_and(|at| *at < until)
            };
            let stands = |(_, import, posting): &Row| !is_past(&later, *import) && !is_past(&booked, *posting);
            found.extend(page.into_iter().filter(stands).map(|(row, ..)| row));
        }
    }
}
