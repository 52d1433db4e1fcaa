//! Outcomes that people decided: two of them, and what they said is what the payment or the refund became.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{BookFault, BooksReport, PAGE};
use crate::outcomes::{OutcomeState, OutcomeSubject, OutcomeVerdict, ProposalRow};
use crate::refunds::RefundState;
use crate::states::PaymentState;
use crate::storage::schema::{outcome_proposals, payments, refunds};
use crate::storage::{Conn, StorageError};

const PROPOSAL: &str = "outcome proposal";
/// Numbers in one question.
const CHUNK: usize = 500;

type Stand = (i16, Option<String>);
/// A refund's payment and state.
type Back = (i64, i16);

pub(super) fn check(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    while last < i64::MAX {
        let rows: Vec<ProposalRow> = outcome_proposals::table
            .filter(outcome_proposals::id.gt(last))
            .order(outcome_proposals::id)
            .limit(PAGE)
            .select(ProposalRow::as_select())
            .load(connection)?;
        last = super::page_end(&rows, |row| row.id);
        for part in rows.chunks(CHUNK) {
            let of: Vec<i64> = part.iter().map(|row| row.payment_id).collect();
            let found: Vec<(i64, i16, Option<String>)> = payments::table
                .filter(payments::id.eq_any(of))
                .select((payments::id, payments::state, payments::receipt_number))
                .load(connection)?;
            let paid: HashMap<i64, Stand> =
                found.into_iter().map(|(id, state, number)| (id, (state, number))).collect();
            let about: Vec<i64> = part.iter().map(|row| row.about_id).collect();
            let found: Vec<(i64, i64, i16)> = refunds::table
                .filter(refunds::id.eq_any(about))
                .select((refunds::id, refunds::payment_id, refunds::state))
                .load(connection)?;
            let refunded: HashMap<i64, Back> =
                found.into_iter().map(|(id, payment, state)| (id, (payment, state))).collect();
            part.iter().for_each(|row| check_row(row, &paid, &refunded, report));
        }
    }
    Ok(())
}

fn check_row(row: &ProposalRow, paid: &HashMap<i64, Stand>, refunded: &HashMap<i64, Back>, report: &mut BooksReport) {
    let id = row.id;
    let (state, subject, verdict) = (
        OutcomeState::from_code(row.state),
        OutcomeSubject::from_code(row.subject),
        OutcomeVerdict::from_code(row.verdict),
    );
    for (what, code, known) in [
        ("state", row.state, state.is_some()),
        ("subject", row.subject, subject.is_some()),
        ("verdict", row.verdict, verdict.is_some()),
    ] {
        if !known {
            report.unknown(format!("{PROPOSAL} {id}"), what, code);
        }
    }
    let (Some(state), Some(subject), Some(verdict)) = (state, subject, verdict) else { return };
    let mut wrong = |why| report.fault(BookFault::OutsidePayments { what: PROPOSAL, id, why });
    if matches!(state, OutcomeState::Approved | OutcomeState::Refused) != row.decided_by.is_some() {
        wrong("its state and who decided it do not fit");
    }
    if row.decided_by == Some(row.proposed_by) {
        wrong("its proposer decided it");
    }
    let is_over = state != OutcomeState::Proposed;
    if row.ended_at.is_some() != is_over || row.ended_at.is_some_and(|ended| ended < row.proposed_at) {
        wrong("its state and its end do not fit");
    }
    if !subject.verdicts().contains(&verdict) {
        wrong("nobody can say that of it");
    }
    let Some((payment, number)) = paid.get(&row.payment_id) else { return wrong("there is no such payment") };
    let is_about = match subject {
        OutcomeSubject::Refund => refunded.get(&row.about_id).is_some_and(|(payment, _)| *payment == row.payment_id),
        _ => row.about_id == row.payment_id,
    };
    if !is_about {
        wrong("it is not about its payment");
    }
    if state != OutcomeState::Approved {
        return;
    }
    let fits = match subject {
        OutcomeSubject::Refund => {
            let wanted = if verdict == OutcomeVerdict::Done { RefundState::Done } else { RefundState::Failed };
            refunded.get(&row.about_id).is_some_and(|(_, state)| *state == wanted.code())
        }
        _ => PaymentState::from_code(*payment).is_some_and(|payment| follows(subject, verdict, payment)),
    };
    let is_booked = (subject, verdict) == (OutcomeSubject::Confirmation, OutcomeVerdict::Done);
    if !fits || (is_booked && number.as_ref() != Some(&row.receipt_number)) {
        wrong("what was approved is not what became of it");
    }
}

/// Whether a payment may be in a state after this was approved of it.
fn follows(subject: OutcomeSubject, verdict: OutcomeVerdict, state: PaymentState) -> bool {
    use PaymentState as P;
    match (subject, verdict) {
        (OutcomeSubject::Confirmation, OutcomeVerdict::Done) => {
            matches!(state, P::Confirmed | P::Cancelling | P::Cancelled)
        }
        (OutcomeSubject::Confirmation, OutcomeVerdict::NotDone) => matches!(state, P::Returning | P::Returned),
        (OutcomeSubject::Return, OutcomeVerdict::Done) => state == P::Returned,
        (OutcomeSubject::Cancellation, OutcomeVerdict::Done) => state == P::Cancelled,
        (OutcomeSubject::Cancellation, OutcomeVerdict::NotDone) => state == P::Confirmed,
        (OutcomeSubject::Return, OutcomeVerdict::NotDone) | (OutcomeSubject::Refund, _) => false,
    }
}
