//! Rows that are sums of postings, by account: what a kind of posting is called does not matter.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use ledger::{Account, AccountKind, Money, PostingKind, Reader, ReportFilter, ReportPosting, StorageError};

use super::{Keyed, is_asked, past_the_range};
use crate::reports::{Cell, ColumnForm, ReportKind};

type Rows = Result<Vec<Keyed>, StorageError>;

/// The rows of a report that is summed.
pub(super) fn rows(reader: &mut Reader<'_>, kind: ReportKind, filter: &ReportFilter) -> Rows {
    match kind {
        ReportKind::Fees => fees(reader, filter),
        ReportKind::Vat => vat(reader, filter),
        ReportKind::StampDuty => stamp_duty(reader, filter),
        ReportKind::Outlets => outlets(reader, filter),
        ReportKind::TrialBalance => trial_balance(reader, filter),
        ReportKind::Ageing => ageing(reader, filter),
        ReportKind::Transactions | ReportKind::Settlements | ReportKind::Audit => Ok(Vec::new()),
    }
}

/// Sums of centimes under a key.
struct Sums<K, const N: usize>(BTreeMap<K, [i64; N]>);

impl<K: Ord, const N: usize> Sums<K, N> {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn add(&mut self, key: K, amounts: [i64; N]) -> Result<(), StorageError> {
        let sums = self.0.entry(key).or_insert([0; N]);
        for (sum, amount) in sums.iter_mut().zip(amounts) {
            *sum = sum.checked_add(amount).ok_or_else(past_the_range)?;
        }
        Ok(())
    }
}

/// What was moved on accounts of a kind, in centimes: debit above zero.
fn debit(posting: &ReportPosting, kind: AccountKind) -> i64 {
    posting.moved(kind).minor()
}

fn credit(posting: &ReportPosting, kind: AccountKind) -> i64 {
    debit(posting, kind).saturating_neg()
}

fn money(minor: i64) -> Cell {
    Cell::Amount(Money::from_minor(minor))
}

fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

fn fees(reader: &mut Reader<'_>, filter: &ReportFilter) -> Rows {
    let mut sums: Sums<(NaiveDate, Option<u16>), 4> = Sums::new();
    reader.each_posting(filter.from, Some(filter.to), &mut |posting| {
        let amounts = [
            credit(posting, AccountKind::FeeIncome),
            credit(posting, AccountKind::BillerCommission),
            debit(posting, AccountKind::AgentCommission),
            debit(posting, AccountKind::GatewayFees),
        ];
        if amounts == [0; 4] || !is_asked(filter, posting.biller) {
            return Ok(());
        }
        sums.add((posting.day, posting.biller), amounts)
    })?;
    let row = |((day, biller), amounts): ((NaiveDate, Option<u16>), [i64; 4])| {
        let code = biller.map(|biller| biller.to_string()).unwrap_or_default();
        let mut cells = vec![Cell::Day(day), Cell::code(code.as_str())];
        cells.extend(amounts.map(money));
        (format!("{day}/{code}"), cells)
    };
    Ok(sums.0.into_iter().map(row).collect())
}

fn vat(reader: &mut Reader<'_>, filter: &ReportFilter) -> Rows {
    let mut sums: Sums<NaiveDate, 3> = Sums::new();
    reader.each_posting(filter.from, Some(filter.to), &mut |posting| {
        let collected = credit(posting, AccountKind::VatPayable);
        // What a payment bears is VAT on the customer's fee; all else comes with commission.
        let [fees, commissions] = if posting.payment.is_some() { [collected, 0] } else { [0, collected] };
        let amounts = [fees, commissions, debit(posting, AccountKind::VatDeductible)];
        if amounts == [0; 3] { Ok(()) } else { sums.add(posting.day, amounts) }
    })?;
    let mut found = Vec::with_capacity(sums.0.len());
    for (day, [fees, commissions, deductible]) in sums.0 {
        let due = fees.checked_add(commissions).and_then(|sum| sum.checked_sub(deductible));
        let mut cells = vec![Cell::Code(month(day)), Cell::Day(day)];
        cells.extend([fees, commissions, deductible, due.ok_or_else(past_the_range)?].map(money));
        found.push((day.to_string(), cells));
    }
    Ok(found)
}

fn stamp_duty(reader: &mut Reader<'_>, filter: &ReportFilter) -> Rows {
    let mut sums: Sums<String, 3> = Sums::new();
    reader.each_posting(filter.from, Some(filter.to), &mut |posting| {
        let duty = credit(posting, AccountKind::StampDutyPayable);
        // Duty that is handed to the state is of no payment.
        if duty == 0 || posting.payment.is_none() {
            return Ok(());
        }
        let kinds = [AccountKind::BillerPayable, AccountKind::FeeIncome, AccountKind::VatPayable];
        let discharged = kinds.iter().try_fold(0i64, |sum, kind| sum.checked_add(credit(posting, *kind)));
        sums.add(month(posting.day), [duty.signum(), discharged.ok_or_else(past_the_range)?, duty])
    })?;
    let row = |(month, [receipts, discharged, duty]): (String, [i64; 3])| {
        (month.clone(), vec![Cell::Code(month), Cell::Count(receipts), money(discharged), money(duty)])
    };
    Ok(sums.0.into_iter().map(row).collect())
}

/// How many payments more an outlet took with a posting. A refund leaves its payment taken.
fn payments_told(kind: PostingKind) -> i64 {
    match kind {
        PostingKind::Taken => 1,
        PostingKind::TakenReversed | PostingKind::Returned => -1,
        _ => 0,
    }
}

/// Floats of outlets: what stood there, what moved it, and what the outlet earned.
fn outlets(reader: &mut Reader<'_>, filter: &ReportFilter) -> Rows {
    // Payments, taken, paid in, paid out, commission, VAT on it.
    let mut sums: Sums<String, 6> = Sums::new();
    reader.each_posting(filter.from, Some(filter.to), &mut |posting| {
        for (account, amount) in posting.entries.iter().filter(|(account, _)| account.kind == AccountKind::AgentFloat) {
            let back = amount.checked_neg().ok_or_else(past_the_range)?;
            let amounts = match (posting.payment.is_some(), *amount > 0) {
                (true, _) => [payments_told(posting.kind), *amount, 0, 0, 0, 0],
                (false, true) => [0, 0, 0, *amount, 0, 0],
                (false, false) => [0, 0, back, 0, 0, 0],
            };
            sums.add(account.owner.clone(), amounts)?;
        }
        let earned = [debit(posting, AccountKind::AgentCommission), debit(posting, AccountKind::VatDeductible)];
        if let (Some((_, outlet)), true) = (&posting.counter, earned != [0; 2]) {
            let [commission, vat] = earned;
            sums.add(outlet.clone(), [0, 0, 0, 0, commission, vat])?;
        }
        Ok(())
    })?;
    let networks = reader.report_outlets()?;
    let balances = reader.trial_balance(filter.from, filter.to)?;
    let mut found = Vec::new();
    for balance in balances.iter().filter(|balance| balance.account.kind == AccountKind::AgentFloat) {
        let outlet = &balance.account.owner;
        let [payments, taken, paid_in, paid_out, commission, vat] = sums.0.remove(outlet).unwrap_or_default();
        // A float is the hub's debt: what stands there is a credit.
        let stands = |amount: Money| Cell::Amount(Money::from_minor(amount.minor().saturating_neg()));
        let network = networks.get(outlet).map(String::as_str).unwrap_or_default();
        let cells = vec![
            Cell::code(network),
            Cell::Code(outlet.clone()),
            stands(balance.opening),
            Cell::Count(payments),
            money(taken),
            money(paid_in),
            money(paid_out),
            stands(balance.closing),
            money(commission),
            money(vat),
        ];
        let is_asked = |asked: &Option<String>, own: &str| asked.as_deref().is_none_or(|asked| asked == own);
        if is_asked(&filter.outlet, outlet) && is_asked(&filter.network, network) {
            found.push((outlet.clone(), cells));
        }
    }
    Ok(found)
}

fn trial_balance(reader: &mut Reader<'_>, filter: &ReportFilter) -> Rows {
    let found = reader.trial_balance(filter.from, filter.to)?;
    let row = |movement: ledger::AccountMovement| {
        let Account { kind, owner } = movement.account;
        let amounts = [movement.opening, movement.debit, movement.credit, movement.closing].map(Cell::Amount);
        let mut cells = vec![Cell::Word("account", kind.to_string()), Cell::code(owner.as_str())];
        cells.extend(amounts);
        (format!("{:03}/{owner}", kind.code()), cells)
    };
    Ok(found.into_iter().map(row).collect())
}

/// What ages: the accounts, and on which side what is open stands.
const AGEING: [(AccountKind, i64); 7] = [
    (AccountKind::GatewayReceivable, 1),
    (AccountKind::BillerReceivable, 1),
    // Payments of which it is not known whether the biller booked them.
    (AccountKind::InTransit, -1),
    (AccountKind::RefundsPayable, -1),
    (AccountKind::Suspense, -1),
    (AccountKind::TransfersInTransit, -1),
    (AccountKind::AgentCommissionPayable, -1),
];

/// The last days of the first three ages; what is older is in the fourth.
const AGES: [u64; 3] = [1, 7, 30];

/// Which age a day has on another; `None` where it is older than the last.
fn age(day: NaiveDate, on: NaiveDate) -> Option<usize> {
    let days = u64::try_from((on - day).num_days()).unwrap_or(0);
    AGES.iter().position(|last| days <= *last)
}

/// What is open on the last day by the age of what it came from. Where payments and refunds are told one by one, what is open
/// of each has the age of its first entry; elsewhere what came first is taken to be settled first.
fn ageing(reader: &mut Reader<'_>, filter: &ReportFilter) -> Rows {
    let on = filter.to;
    let first = on.checked_sub_days(Days::new(AGES[2])).ok_or_else(past_the_range)?;
    let side = |kind: AccountKind| AGEING.iter().find(|(of, _)| *of == kind).map(|(_, side)| *side);
    // What came to an account in each age, and what is open of payments and refunds that came to it since.
    let mut came: Sums<Account, 3> = Sums::new();
    let mut open: BTreeMap<(Account, i64, Option<i64>), (NaiveDate, i64)> = BTreeMap::new();
    reader.each_posting(first, Some(on), &mut |posting| {
        for (account, amount) in &posting.entries {
            let (Some(side), Some(age)) = (side(account.kind), age(posting.day, on)) else { continue };
            let amount = amount.checked_mul(side).ok_or_else(past_the_range)?;
            match posting.payment.filter(|_| is_told_by_payment(account.kind)) {
                Some(payment) => {
                    let key = (account.clone(), payment, posting.refund);
                    let (_, sum) = open.entry(key.clone()).or_insert((posting.day, 0));
                    *sum = sum.checked_add(amount).ok_or_else(past_the_range)?;
                    if *sum == 0 {
                        open.remove(&key);
                    }
                }
                None if amount > 0 => {
                    let mut amounts = [0; 3];
                    amounts[age] = amount;
                    came.add(account.clone(), amounts)?;
                }
                None => {}
            }
        }
        Ok(())
    })?;
    for ((account, ..), (day, sum)) in open {
        // Below zero is what ended of older ones.
        if let (1.., Some(age)) = (sum, age(day, on)) {
            let mut amounts = [0; 3];
            amounts[age] = sum;
            came.add(account, amounts)?;
        }
    }
    let mut found = Vec::new();
    for movement in reader.trial_balance(on, on)? {
        let Some(side) = side(movement.account.kind) else { continue };
        let stands = movement.closing.minor().checked_mul(side).ok_or_else(past_the_range)?;
        if stands == 0 {
            continue;
        }
        let ages = spread(stands, came.0.get(&movement.account).copied().unwrap_or_default());
        let Account { kind, owner } = movement.account;
        let mut cells = vec![Cell::Word("account", kind.to_string()), Cell::code(owner.as_str())];
        cells.extend(ages.map(money));
        cells.push(money(stands));
        found.push((format!("{:03}/{owner}", kind.code()), cells));
    }
    Ok(found)
}

/// Whether what is open on an account is told payment by payment, and refund by refund.
fn is_told_by_payment(kind: AccountKind) -> bool {
    matches!(kind, AccountKind::InTransit | AccountKind::RefundsPayable)
}

/// What stands on an account, by ages: the youngest first, as far as so much came then. What stands on the other side is
/// not a debt that ages: it is told with the youngest.
fn spread(stands: i64, came: [i64; 3]) -> [i64; 4] {
    if stands < 0 {
        return [stands, 0, 0, 0];
    }
    let mut left = stands;
    let [a, b, c] = came.map(|amount| {
        let part = amount.clamp(0, left);
        left -= part;
        part
    });
    [a, b, c, left]
}

/// What the rows of a report come to: the sums of its amounts and counts.
pub(super) struct Total {
    kind: ReportKind,
    sums: Vec<Option<i64>>,
    is_empty: bool,
}

impl Total {
    pub(super) fn of(kind: ReportKind) -> Self {
        let adds = |form| matches!(form, ColumnForm::Amount | ColumnForm::Count);
        let sums = kind.columns().iter().map(|column| adds(column.form).then_some(0)).collect();
        Self { kind, sums, is_empty: true }
    }

    pub(super) fn add(&mut self, row: &[Cell]) -> Result<(), crate::api::Infrastructure> {
        self.is_empty = false;
        for (sum, cell) in self.sums.iter_mut().zip(row) {
            let amount = match cell {
                Cell::Amount(amount) => amount.minor(),
                Cell::Count(count) => *count,
                _ => 0,
            };
            if let Some(sum) = sum {
                let more = sum.checked_add(amount);
                *sum = more.ok_or_else(|| crate::api::Infrastructure::Failed(past_the_range().to_string()))?;
            }
        }
        Ok(())
    }

    /// The row; `None` where there was none to sum.
    pub(super) fn row(self) -> Option<Vec<Cell>> {
        let cell = |(column, sum): (&crate::reports::Column, Option<i64>)| match (column.form, sum) {
            (ColumnForm::Count, Some(sum)) => Cell::Count(sum),
            (_, Some(sum)) => money(sum),
            (_, None) => Cell::Empty,
        };
        (!self.is_empty).then(|| self.kind.columns().iter().zip(self.sums).map(cell).collect())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(100, [0, 0, 0], [0, 0, 0, 100])]
    #[case(100, [30, 50, 90], [30, 50, 20, 0])]
    #[case(100, [300, 0, 0], [100, 0, 0, 0])]
    #[case(-7, [300, 0, 0], [-7, 0, 0, 0])]
    fn what_came_last_stays_open(#[case] stands: i64, #[case] came: [i64; 3], #[case] ages: [i64; 4]) {
        assert_eq!(spread(stands, came), ages);
        assert_eq!(ages.iter().sum::<i64>(), stands);
    }

    #[rstest]
    #[case("2026-11-30", Some(0))]
    #[case("2026-11-29", Some(0))]
    #[case("2026-11-28", Some(1))]
    #[case("2026-11-23", Some(1))]
    #[case("2026-11-22", Some(2))]
    #[case("2026-10-31", Some(2))]
    #[case("2026-10-30", None)]
    fn ages(#[case] day: NaiveDate, #[case] place: Option<usize>) {
        assert_eq!(age(day, "2026-11-30".parse().unwrap()), place);
    }
}
