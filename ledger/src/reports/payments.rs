//! Payments of some days: a row each, and what they come to by state.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, SmallInt, Text, Timestamp};

use super::{Numbered, ReportFilter};
use crate::agents::AgentPayment;
use crate::agents::payments::AgentPaymentRow;
use crate::ledger::Reader;
use crate::money::Money;
use crate::personal::Sealed;
use crate::personal::columns::QUOTES_DETAIL;
use crate::postings::Amounts;
use crate::states::PaymentState;
use crate::storage::rows::{Payment, PaymentRow};
use crate::storage::schema::{agent_payments, payments, quotes};
use crate::storage::{Conn, StorageError};

/// What is asked for, over `payments p` and `agent_payments a`.
const ASKED: &str = "\
    FROM payments p LEFT JOIN agent_payments a ON a.payment_id = p.id \
    WHERE p.id > $1 AND p.id <= $2 AND p.created_at >= $3 AND p.created_at < $4 \
    AND ($5 = 0 OR p.biller = $5) AND ($6 = 0 OR p.channel = $6) \
    AND ($7 = '' OR a.network = $7) AND ($8 = '' OR a.outlet = $8)";

/// A payment as reports show it.
#[derive(Debug, Clone)]
pub struct ReportPayment {
    /// The payment.
    pub payment: Payment,
    /// The receivable type of its quote.
    pub receivable_type: String,
    /// What the quote keeps as text; empty once the quote is gone.
    pub detail: String,
    /// The counter at which it was taken.
    pub counter: Option<AgentPayment>,
}

/// What the payments in one state come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentSum {
    /// The state.
    pub state: PaymentState,
    /// How many.
    pub count: i64,
    /// Their amounts.
    pub amounts: Amounts,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = SmallInt)]
    state: i16,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    principal: i64,
    #[diesel(sql_type = BigInt)]
    fee: i64,
    #[diesel(sql_type = BigInt)]
    vat: i64,
    #[diesel(sql_type = BigInt)]
    duty: i64,
}

/// What binds the question's values.
struct Bound<'a> {
    filter: &'a ReportFilter,
    from: NaiveDateTime,
    until: NaiveDateTime,
    /// Numbers above this one.
    above: i64,
    /// Numbers up to this one.
    upto: i64,
}

/// Runs a question over [`ASKED`].
macro_rules! ask {
    ($reader:expr, $sql:expr, $bound:expr) => {{
        let Bound { filter, from, until, above, upto } = $bound;
        let query = diesel::sql_query($sql)
            .bind::<BigInt, _>(above)
            .bind::<BigInt, _>(upto)
            .bind::<Timestamp, _>(from)
            .bind::<Timestamp, _>(until)
            .bind::<Integer, _>(filter.biller.map_or(0, i32::from))
            .bind::<SmallInt, _>(filter.channel.map_or(0, |channel| channel.code()))
            .bind::<Text, _>(filter.network.as_deref().unwrap_or_default())
            .bind::<Text, _>(filter.outlet.as_deref().unwrap_or_default());
        match &mut *$reader.connection {
            Conn::Sqlite(c) => query.load(c)?,
            Conn::Pg(c) => query.load(c)?,
        }
    }};
}

impl Reader<'_> {
    /// Payments that were started in the days, above a number and in the order of numbers.
    pub fn report_payments(
        &mut self,
        filter: &ReportFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ReportPayment>, StorageError> {
        let (from, until) = filter.instants()?;
        let Some((lowest, upto)) = self.numbers(Numbered::Payments, from, until)? else { return Ok(Vec::new()) };
        let bound = Bound { filter, from, until, above: after.max(lowest - 1), upto };
        let found: Vec<Id> = ask!(self, format!("SELECT p.id {ASKED} ORDER BY p.id LIMIT {limit}"), bound);
        self.whole(&found.into_iter().map(|row| row.id).collect::<Vec<_>>())
    }

    /// What the same payments come to, state by state.
    pub fn report_payment_sums(&mut self, filter: &ReportFilter) -> Result<Vec<PaymentSum>, StorageError> {
        let (from, until) = filter.instants()?;
        let Some((lowest, upto)) = self.numbers(Numbered::Payments, from, until)? else { return Ok(Vec::new()) };
        let bound = Bound { filter, from, until, above: lowest - 1, upto };
        // A `SUM` of BIGINT would be a float on one database and a decimal on the other.
        let sums = ["principal", "fee", "vat", "duty"].map(|of| format!("CAST(SUM(p.{of}) AS BIGINT) AS {of}"));
        let sql =
            format!("SELECT p.state, COUNT(*) AS count, {} {ASKED} GROUP BY p.state ORDER BY p.state", sums.join(", "));
        let rows: Vec<Sum> = ask!(self, sql, bound);
        rows.into_iter()
            .map(|row| {
                let state = PaymentState::from_code(row.state)
                    .ok_or_else(|| StorageError::Damaged(format!("payments of state {}", row.state)))?;
                let [principal, fee, vat, duty] = [row.principal, row.fee, row.vat, row.duty].map(Money::from_minor);
                Ok(PaymentSum { state, count: row.count, amounts: Amounts { principal, fee, vat, duty } })
            })
            .collect()
    }

    fn whole(&mut self, ids: &[i64]) -> Result<Vec<ReportPayment>, StorageError> {
        let rows: Vec<PaymentRow> = payments::table
            .filter(payments::id.eq_any(ids))
            .order(payments::id)
            .select(PaymentRow::as_select())
            .load(self.connection)?;
        let wanted: Vec<i64> = rows.iter().map(|row| row.quote_id).collect();
        let quoted: Vec<(i64, String, Sealed)> = quotes::table
            .filter(quotes::id.eq_any(wanted))
            .select((quotes::id, quotes::receivable_type, quotes::detail))
            .load(self.connection)?;
        let quoted: HashMap<i64, (String, String)> = quoted
            .into_iter()
            .map(|(id, kind, detail)| Ok((id, (kind, self.keys.open(&QUOTES_DETAIL, id, &detail)?))))
            .collect::<Result<_, StorageError>>()?;
        let counters: Vec<AgentPaymentRow> = agent_payments::table
            .filter(agent_payments::payment_id.eq_any(ids))
            .select(AgentPaymentRow::as_select())
            .load(self.connection)?;
        let mut counters: HashMap<i64, AgentPayment> =
            counters.into_iter().map(|row| (row.payment_id, row.into())).collect();
        rows.into_iter()
            .map(|row| {
                // Payments of one quote have its texts in common.
                let (receivable_type, detail) = quoted.get(&row.quote_id).cloned().unwrap_or_default();
                let counter = counters.remove(&row.id);
                Ok(ReportPayment { payment: Payment::read(row, self.keys)?, receivable_type, detail, counter })
            })
            .collect()
    }
}
