//! Bills: one in flight is claimed by its open payment, a paid one was settled by its confirmed payment.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Astray, BookFault, BooksReport, PAGE};
use crate::bills::{BillKey, decode};
use crate::states::{BillState, PaymentState};
use crate::storage::schema::{bills, payments, recent_bills};
use crate::storage::{Conn, StorageError};

/// Key, state, payment; then the payment's state and claims.
type Row = (Vec<u8>, i16, i64, Option<i16>, Option<Vec<u8>>);

/// The latest rows of bills that are not in their tree yet: key to state and payment. As many as the writer keeps in
/// memory; none on PostgreSQL.
pub(super) struct Recent(HashMap<Vec<u8>, (i16, i64)>);

impl Recent {
    pub fn load(connection: &mut Conn) -> Result<Self, StorageError> {
        let Conn::Sqlite(sqlite) = connection else { return Ok(Self(HashMap::new())) };
        let columns = (recent_bills::key, (recent_bills::state, recent_bills::payment_id));
        let rows = recent_bills::table.order(recent_bills::id).select(columns);
        Ok(Self(rows.load::<(Vec<u8>, (i16, i64))>(sqlite)?.into_iter().collect()))
    }

    /// State and payment of a bill, if it changed lately.
    pub fn get(&self, key: &[u8]) -> Option<(i16, i64)> {
        self.0.get(key).copied()
    }
}

pub(super) fn check(connection: &mut Conn, recent: &Recent, report: &mut BooksReport) -> Result<(), StorageError> {
    check_tree(connection, recent, report)?;
    let rows: Vec<_> = recent.0.iter().collect();
    for page in rows.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
        let ids: Vec<i64> = page.iter().map(|(_, (_, payment))| *payment).collect();
        let found: Vec<(i64, i16, Vec<u8>)> = payments::table
            .filter(payments::id.eq_any(ids))
            .select((payments::id, payments::state, payments::bills))
            .load(connection)?;
        let found: HashMap<i64, (i16, Vec<u8>)> =
            found.into_iter().map(|(id, state, bills)| (id, (state, bills))).collect();
        for (key, (state, payment)) in page {
            let (payment_state, claims) = found.get(payment).cloned().unzip();
            check_bill(&((*key).clone(), *state, *payment, payment_state, claims), report);
        }
    }
    Ok(())
}

fn check_tree(connection: &mut Conn, recent: &Recent, report: &mut BooksReport) -> Result<(), StorageError> {
    // No key is empty.
    let mut last: Vec<u8> = vec![];
    loop {
        let page: Vec<Row> = bills::table
            .left_join(payments::table.on(payments::id.eq(bills::payment_id)))
            .filter(bills::key.gt(&last))
            .order(bills::key)
            .limit(PAGE)
            .select((
                bills::key,
                bills::state,
                bills::payment_id,
                payments::state.nullable(),
                payments::bills.nullable(),
            ))
            .load(connection)?;
        page.iter().filter(|row| recent.get(&row.0).is_none()).for_each(|row| check_bill(row, report));
        match page.into_iter().last() {
            Some((key, ..)) => last = key,
            None => return Ok(()),
        }
    }
}

fn check_bill((key, code, payment, payment_state, claims): &Row, report: &mut BooksReport) {
    report.bills += 1;
    let payment = *payment;
    let Ok(bill) = key.as_slice().try_into().map(BillKey) else {
        let key = key.iter().map(|byte| format!("{byte:02x}")).collect();
        return report.fault(BookFault::BillKeyLength { key, payment });
    };
    let Some(state) = BillState::from_code(*code) else {
        return report.unknown(format!("bill {bill:?}"), "state", *code);
    };
    let (Some(payment_state), Some(claims)) = (payment_state, claims) else {
        return report.fault(BookFault::BillAstray { bill, state, payment, why: Astray::Missing });
    };
    // What cannot be read of the payment was told with it.
    let (Some(payment_state), Some(claims)) = (PaymentState::from_code(*payment_state), decode(claims)) else { return };
    let claim = claims.iter().find(|claim| claim.key == bill);
    let state_fits = match state {
        BillState::Open => true,
        BillState::InFlight => payment_state.is_open(),
        BillState::Paid => matches!(payment_state, PaymentState::Confirmed | PaymentState::Cancelling),
    };
    let why = match claim {
        None => Astray::NotClaimed,
        Some(_) if !state_fits => Astray::State(payment_state),
        Some(claim) if state == BillState::Paid && !claim.settles => Astray::NotSettled,
        Some(_) => return,
    };
    report.fault(BookFault::BillAstray { bill, state, payment, why });
}
