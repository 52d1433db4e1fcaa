//! The statement of a float: its entries, newest first, with what was left after each.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Timestamp};

use super::float_of;
use crate::ledger::Reader;
use crate::money::{MAD, Money};
use crate::references::Reference;
use crate::states::PostingKind;
use crate::storage::schema::{agent_payments, float_requests, late_cash, payments};
use crate::storage::{Conn, StorageError};

/// One statement, so that balance and entries are of one moment. The sum runs from the newest entry back, so a page costs
/// as much as what is newer than its end; no running balance is kept, which every payment of the outlet would wait for.
const LINES: &str = "\
    SELECT t.posting_id, t.amount, CAST(t.balance - t.newer + t.amount AS BIGINT) AS after, p.kind, p.booked_at, \
    p.payment_id FROM (\
    SELECT f.posting_id, f.amount, a.balance, SUM(f.amount) OVER (ORDER BY f.posting_id DESC) AS newer \
    FROM accounts a JOIN float_entries f ON f.account_id = a.id \
    WHERE a.kind = $1 AND a.owner = $2 AND a.currency = $3) t \
    JOIN postings p ON p.id = t.posting_id WHERE t.posting_id < $4 ORDER BY t.posting_id DESC LIMIT $5";

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// The posting's number: the order of lines, and the key of pages.
    pub posting: i64,
    /// The event.
    pub kind: PostingKind,
    /// When it was booked (UTC).
    pub booked_at: NaiveDateTime,
    /// What came in (above zero) or went out (below).
    pub amount: Money,
    /// What was left after it, in the order of numbers.
    pub balance: Money,
    /// The payment it belongs to.
    pub payment: Option<Reference>,
    /// The network's own reference of that payment.
    pub network_reference: Option<String>,
    /// The number of the float request or late cash it belongs to.
    pub subject: Option<i64>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    posting_id: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
    #[diesel(sql_type = BigInt)]
    after: i64,
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = Timestamp)]
    booked_at: NaiveDateTime,
    #[diesel(sql_type = Nullable<BigInt>)]
    payment_id: Option<i64>,
}

impl Reader<'_> {
    /// The lines of an outlet's float before a posting's number.
    pub fn float_statement(
        &mut self,
        outlet: &str,
        before: i64,
        limit: i64,
    ) -> Result<Vec<StatementLine>, StorageError> {
        let float = float_of(outlet);
        let query = diesel::sql_query(LINES)
            .bind::<SmallInt, _>(float.kind.code())
            .bind::<diesel::sql_types::Text, _>(&float.owner)
            .bind::<SmallInt, _>(MAD)
            .bind::<BigInt, _>(before)
            .bind::<BigInt, _>(limit);
        let rows: Vec<Row> = match &mut *self.connection {
            Conn::Sqlite(c) => query.load(c)?,
            Conn::Pg(c) => query.load(c)?,
        };
        let payments = self.names_of(rows.iter().filter_map(|row| row.payment_id).collect())?;
        let without = rows.iter().filter(|row| row.payment_id.is_none()).map(|row| row.posting_id);
        let subjects = self.subjects_of(without.collect())?;
        rows.into_iter()
            .map(|row| {
                let kind = PostingKind::from_code(row.kind)
                    .ok_or_else(|| StorageError::Damaged(format!("kind {} of posting {}", row.kind, row.posting_id)))?;
                let named = row.payment_id.and_then(|payment| payments.get(&payment).cloned());
                let (payment, network_reference) = named.map_or((None, None), |(payment, own)| (Some(payment), own));
                // A float is the hub's debt: what comes in is a credit.
                Ok(StatementLine {
                    posting: row.posting_id,
                    kind,
                    booked_at: row.booked_at,
                    amount: Money::from_minor(-row.amount),
                    balance: Money::from_minor(-row.after),
                    payment,
                    network_reference,
                    subject: subjects.get(&row.posting_id).copied(),
                })
            })
            .collect()
    }

    /// The public references of payments, and their networks' own.
    fn names_of(&mut self, wanted: Vec<i64>) -> Result<HashMap<i64, (Reference, Option<String>)>, StorageError> {
        let secrets: Vec<(i64, i64)> = payments::table
            .filter(payments::id.eq_any(wanted.clone()))
            .select((payments::id, payments::secret))
            .load(self.connection)?;
        let own: Vec<(i64, Option<String>)> = agent_payments::table
            .filter(agent_payments::payment_id.eq_any(wanted))
            .select((agent_payments::payment_id, agent_payments::network_reference))
            .load(self.connection)?;
        let mut own: HashMap<i64, Option<String>> = own.into_iter().collect();
        let named = |(id, secret)| (id, (Reference::of(id, secret), own.remove(&id).flatten()));
        Ok(secrets.into_iter().map(named).collect())
    }

    /// The float requests and the late cash that postings without a payment are about.
    fn subjects_of(&mut self, postings: Vec<i64>) -> Result<HashMap<i64, i64>, StorageError> {
        let requests: Vec<(Option<i64>, i64)> = float_requests::table
            .filter(float_requests::posting_id.eq_any(postings.clone()))
            .select((float_requests::posting_id, float_requests::id))
            .load(self.connection)?;
        let taken: Vec<(i64, i64)> = late_cash::table
            .filter(late_cash::posting_id.eq_any(postings.clone()))
            .select((late_cash::posting_id, late_cash::id))
            .load(self.connection)?;
        let released: Vec<(Option<i64>, i64)> = late_cash::table
            .filter(late_cash::release_posting_id.eq_any(postings))
            .select((late_cash::release_posting_id, late_cash::id))
            .load(self.connection)?;
        let given = requests.into_iter().chain(released).filter_map(|(posting, id)| Some((posting?, id)));
        Ok(given.chain(taken).collect())
    }
}
