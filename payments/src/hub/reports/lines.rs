//! Rows that stand for a row of the ledger: payments, windows, the audit log.

use std::collections::BTreeMap;

use ledger::{
    AuditRow, Money, PaymentSum, Reader, ReportFilter, ReportPayment, Settlement, SettlementWindow, StorageError,
    Transfer,
};

use super::{Keyed, past_the_range};
use crate::api::Infrastructure;
use crate::catalogue::Catalogue;
use crate::form::mask;
use crate::reports::Cell;

/// A window, what came of it, and the transfers that pay it out.
pub(super) type Window = (SettlementWindow, Option<Settlement>, Vec<Transfer>);

pub(super) fn payment(catalogue: &Catalogue, of: &ReportPayment, whole: bool) -> Result<Keyed, Infrastructure> {
    let ReportPayment { payment, receivable_type, detail, counter } = of;
    let amounts = &payment.amounts;
    let total = crate::hub::total(amounts)?;
    // A quote that is gone took its customer's contract along.
    let contract = match detail.is_empty() {
        true => String::new(),
        false => catalogue.contract_of(payment.biller, receivable_type, detail)?,
    };
    let contract = if whole { contract } else { mask(&contract) };
    let at_counter =
        |of: fn(&ledger::AgentPayment) -> &str| counter.as_ref().map_or(Cell::Empty, |counter| Cell::code(of(counter)));
    let earned = |of: fn(&ledger::AgentPayment) -> Money| {
        counter.as_ref().map_or(Cell::Empty, |counter| Cell::Amount(of(counter)))
    };
    let row = vec![
        Cell::Code(payment.reference.to_string()),
        Cell::Time(payment.created_at),
        payment.paid_at.map_or(Cell::Empty, Cell::Time),
        Cell::Word("state", payment.state.to_string()),
        Cell::Code(payment.biller.to_string()),
        Cell::code(receivable_type.as_str()),
        Cell::code(contract),
        Cell::Word("channel", payment.channel.to_string()),
        Cell::Word("instrument", payment.instrument.to_string()),
        Cell::Amount(amounts.principal),
        Cell::Amount(amounts.fee),
        Cell::Amount(amounts.vat),
        Cell::Amount(amounts.duty),
        Cell::Amount(total),
        Cell::code(payment.receipt_number.as_deref().unwrap_or_default()),
        payment.receipt_date.map_or(Cell::Empty, Cell::Day),
        at_counter(|counter| &counter.network),
        at_counter(|counter| &counter.outlet),
        at_counter(|counter| &counter.till),
        at_counter(|counter| counter.network_reference.as_deref().unwrap_or_default()),
        Cell::code(payment.authorisation.as_str()),
        earned(|counter| counter.commission.net),
        earned(|counter| counter.commission.vat),
    ];
    Ok((payment.id.to_string(), row))
}

fn too_large() -> Infrastructure {
    Infrastructure::Failed(past_the_range().to_string())
}

/// How many payments stand in a state, and their amounts, in the columns of [`payment`].
pub(super) fn payment_sum(of: &PaymentSum) -> Result<Vec<Cell>, Infrastructure> {
    let amounts = &of.amounts;
    let mut row = vec![Cell::Empty; 23];
    let total = Money::sum([amounts.principal, amounts.fee, amounts.vat, amounts.duty]);
    let known = [
        (0, Cell::Count(of.count)),
        (3, Cell::Word("state", of.state.to_string())),
        (9, Cell::Amount(amounts.principal)),
        (10, Cell::Amount(amounts.fee)),
        (11, Cell::Amount(amounts.vat)),
        (12, Cell::Amount(amounts.duty)),
        (13, Cell::Amount(total.ok_or_else(too_large)?)),
    ];
    for (at, cell) in known {
        if let Some(place) = row.get_mut(at) {
            *place = cell;
        }
    }
    Ok(row)
}

pub(super) fn windows(
    reader: &mut Reader<'_>,
    filter: &ReportFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<Window>, StorageError> {
    let mut found = Vec::new();
    for (window, settlement) in reader.report_windows(filter, after, limit)? {
        let transfers = reader.transfers_of(window.id)?;
        found.push((window, settlement, transfers));
    }
    Ok(found)
}

pub(super) fn settlement((window, settlement, transfers): &Window) -> Result<Keyed, Infrastructure> {
    let carried_on = match settlement {
        Some(all) => Cell::Amount(all.carried_on().ok_or_else(too_large)?),
        None => Cell::Empty,
    };
    let amount = |of: fn(&Settlement) -> Money| settlement.as_ref().map_or(Cell::Empty, |all| Cell::Amount(of(all)));
    let count = |of: fn(&Settlement) -> i64| settlement.as_ref().map_or(Cell::Empty, |all| Cell::Count(of(all)));
    let row = vec![
        Cell::Code(window.id.to_string()),
        Cell::Code(window.biller.to_string()),
        settlement.as_ref().map_or(Cell::Empty, |all| Cell::Code(all.sequence.to_string())),
        Cell::Time(window.cut_off),
        settlement.as_ref().map_or(Cell::Empty, |all| Cell::Time(all.made_at)),
        count(|all| all.payments.0),
        amount(|all| all.payments.1),
        count(|all| all.refunds.0),
        amount(|all| all.refunds.1),
        amount(|all| all.commission),
        amount(|all| all.commission_vat),
        amount(|all| all.carried_in),
        amount(|all| all.net),
        amount(|all| all.payout),
        carried_on,
        standing(transfers),
    ];
    Ok((window.id.to_string(), row))
}

/// Where the transfers of a window stand: the word of all of them, or "mixed".
fn standing(transfers: &[Transfer]) -> Cell {
    // Of transfers that were made again the last one counts.
    let last: BTreeMap<i16, &Transfer> = transfers.iter().map(|transfer| (transfer.position, transfer)).collect();
    let mut states: Vec<&str> = last.values().map(|transfer| transfer.state.as_str()).collect();
    states.sort_unstable();
    states.dedup();
    match states.as_slice() {
        [] => Cell::Empty,
        [one] => Cell::Word("transfer", (*one).to_owned()),
        _ => Cell::Word("transfer", "mixed".to_owned()),
    }
}

pub(super) fn audit(row: AuditRow) -> Keyed {
    let cells = vec![
        Cell::Code(row.seq.to_string()),
        Cell::Time(row.at),
        Cell::code(row.entry.actor),
        Cell::Word("action", row.entry.action),
        Cell::code(row.entry.subject),
        Cell::Text(row.entry.detail),
    ];
    (row.seq.to_string(), cells)
}

#[cfg(test)]
mod tests {
    use ledger::{Amounts, PaymentState};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(16_800, Some(16_801))]
    #[case(i64::MAX - 1, Some(i64::MAX))]
    #[case(i64::MAX, None)]
    fn a_total_past_the_range_is_no_total(#[case] principal: i64, #[case] total: Option<i64>) {
        let [principal, vat] = [principal, 1].map(Money::from_minor);
        let amounts = Amounts { principal, fee: Money::ZERO, vat, duty: Money::ZERO };
        let row = payment_sum(&PaymentSum { state: PaymentState::Confirmed, count: 2, amounts });
        assert_eq!(row.ok().map(|row| row[13].clone()), total.map(|total| Cell::Amount(Money::from_minor(total))));
    }
}
