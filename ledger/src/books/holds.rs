//! Holds that people decided about: what they said is what the payment became.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{BookFault, BooksReport, PAGE};
use crate::holds::{HoldAct, HoldRow};
use crate::states::PaymentState;
use crate::storage::rows::PaymentRow;
use crate::storage::schema::{hold_acts, payments};
use crate::storage::{Conn, StorageError};

const HOLD: &str = "hold of payment";
/// Numbers in one question.
const CHUNK: usize = 500;

pub(super) fn check(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    while last < i64::MAX {
        let rows: Vec<HoldRow> = hold_acts::table
            .filter(hold_acts::payment_id.gt(last))
            .order(hold_acts::payment_id)
            .limit(PAGE)
            .select(HoldRow::as_select())
            .load(connection)?;
        last = super::page_end(&rows, |row| row.payment_id);
        for part in rows.chunks(CHUNK) {
            let of: Vec<i64> = part.iter().map(|row| row.payment_id).collect();
            let found: Vec<PaymentRow> =
                payments::table.filter(payments::id.eq_any(of)).select(PaymentRow::as_select()).load(connection)?;
            let found: HashMap<i64, PaymentRow> = found.into_iter().map(|row| (row.id, row)).collect();
            part.iter().for_each(|row| check_row(row, found.get(&row.payment_id), report));
        }
    }
    Ok(())
}

fn check_row(row: &HoldRow, payment: Option<&PaymentRow>, report: &mut BooksReport) {
    use PaymentState as P;
    let id = row.payment_id;
    let Some(act) = HoldAct::from_code(row.act) else {
        return report.unknown(format!("{HOLD} {id}"), "act", row.act);
    };
    let mut wrong = |why| report.fault(BookFault::OutsidePayments { what: HOLD, id, why });
    let is_within = match act {
        HoldAct::Capture => (1..=row.held).contains(&row.amount),
        HoldAct::LetGo => row.amount == 0,
    };
    if !is_within {
        wrong("what is captured is not within what is held");
    }
    let is_refusable = act == HoldAct::Capture;
    if row.refused_at.is_some_and(|refused| !is_refusable || refused < row.asked_at) {
        wrong("it was refused before it was asked for, or what cannot be");
    }
    let Some(payment) = payment else { return wrong("there is no such payment") };
    if row.asked_at < payment.created_at {
        wrong("it was decided before its payment began");
    }
    // A state that cannot be read was told with the payment.
    let Ok(state) = payment.state() else { return };
    match act {
        HoldAct::Capture => {
            let total = payment.amounts().total().map(|total| total.minor());
            if total != Some(row.amount) {
                wrong("what is captured is not what the payment is of");
            }
            if matches!(state, P::Awaiting | P::Declined | P::Expired) {
                wrong("it is captured, and was never held");
            }
        }
        HoldAct::LetGo if !matches!(state, P::Returning | P::Returned) => {
            wrong("it was let go, and its money does not go back");
        }
        HoldAct::LetGo => {}
    }
}
