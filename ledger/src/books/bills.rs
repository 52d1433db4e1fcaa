//! Bills: one in flight is claimed by its open payment, a paid one was settled by its confirmed payment.

use diesel::prelude::*;

use super::{Astray, BookFault, BooksReport, PAGE};
use crate::bills::{BillKey, decode};
use crate::states::{BillState, PaymentState};
use crate::storage::schema::{bills, payments};
use crate::storage::{Conn, StorageError};

/// Key, state, payment; then the payment's state and claims.
type Row = (Vec<u8>, i16, i64, Option<i16>, Option<Vec<u8>>);

pub(super) fn check(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
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
        page.iter().for_each(|row| check_bill(row, report));
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
