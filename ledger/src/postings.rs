//! Double entry: one pure function per business event. Read in order they are the accountant's manual.
//!
//! Amounts of entries: debit positive, credit negative. A [`Posting`] that does not balance cannot be built.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use chrono_tz::Africa::Casablanca;

use crate::accounts::{Account, AccountKind};
use crate::money::Money;
use crate::states::PostingKind;

/// When an event is booked, and the day it counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Booking time.
    pub at: DateTime<Utc>,
    /// Effective date: the civil day in Morocco.
    pub day: NaiveDate,
}

impl Moment {
    /// The moment of an instant, to the microsecond (both databases keep no more), its day in Africa/Casablanca by the
    /// time-zone database.
    pub fn of(at: DateTime<Utc>) -> Self {
        let at = at.trunc_subsecs(6);
        Self { at, day: at.with_timezone(&Casablanca).date_naive() }
    }
}

/// What a payer pays, by receiver. Only the principal ever goes to the biller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// What the biller gets.
    pub principal: Money,
    /// The hub's fee before VAT.
    pub fee: Money,
    /// VAT on the fee.
    pub vat: Money,
    /// Stamp duty (cash only).
    pub duty: Money,
}

impl Amounts {
    /// What the payer pays: the sum. `None` past the range or where a part is negative or the principal is not above zero.
    pub fn total(&self) -> Option<Money> {
        let parts = [self.principal, self.fee, self.vat, self.duty];
        let sound = self.principal.is_positive() && parts.iter().all(|part| part.minor() >= 0);
        Money::sum(parts).filter(|_| sound)
    }
}

/// The parts of a refund, by whom they are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RefundAmounts {
    /// What the biller gives back.
    pub principal: Money,
    /// What the hub gives back of its fee, before VAT.
    pub fee: Money,
    /// VAT on that.
    pub vat: Money,
}

impl RefundAmounts {
    /// What the payer gets: the sum. `None` past the range, where a part is negative, or where it is nothing.
    pub fn total(&self) -> Option<Money> {
        let parts = [self.principal, self.fee, self.vat];
        let sound = parts.iter().all(|part| part.minor() >= 0);
        Money::sum(parts).filter(|sum| sound && sum.is_positive())
    }
}

/// One line of a posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The account.
    pub account: Account,
    /// Centimes; debit positive, credit negative, never zero.
    pub amount: i64,
}

/// A balanced set of entries for one business event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    kind: PostingKind,
    moment: Moment,
    entries: Vec<Entry>,
}

/// A posting that would not balance, or amounts past the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the posting does not balance")]
pub struct Unbalanced;

impl Posting {
    /// A posting of these entries; zero amounts are left out.
    pub fn new(kind: PostingKind, moment: Moment, entries: Vec<(Account, i64)>) -> Result<Self, Unbalanced> {
        let sum = entries.iter().try_fold(0i64, |sum, (_, amount)| sum.checked_add(*amount));
        let entries: Vec<Entry> = entries
            .into_iter()
            .filter(|(_, amount)| *amount != 0)
            .map(|(account, amount)| Entry { account, amount })
            .collect();
        if sum == Some(0) && entries.len() >= 2 { Ok(Self { kind, moment, entries }) } else { Err(Unbalanced) }
    }

    /// The event.
    pub fn kind(&self) -> PostingKind {
        self.kind
    }

    /// When it is booked.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// Its lines.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// Money arrived for a bill. `funds` is the account it comes from: the gateway's receivable for a card, the outlet's
/// float for cash.
///
/// Dr funds: total. Cr bills in transit: total.
pub fn taken(funds: &Account, amounts: &Amounts, moment: Moment) -> Result<Posting, Unbalanced> {
    let total = amounts.total().ok_or(Unbalanced)?.minor();
    let transit = Account::only(AccountKind::InTransit);
    Posting::new(PostingKind::Taken, moment, vec![(funds.clone(), total), (transit, -total)])
}

/// The biller booked the payment.
///
/// Dr bills in transit: total. Cr biller payable: principal; fee income: fee; VAT payable: vat; stamp duty payable: duty.
pub fn confirmed(biller: u16, amounts: &Amounts, moment: Moment) -> Result<Posting, Unbalanced> {
    let total = amounts.total().ok_or(Unbalanced)?.minor();
    let entries = vec![
        (Account::only(AccountKind::InTransit), total),
        (Account::of(AccountKind::BillerPayable, biller.to_string()), -amounts.principal.minor()),
        (Account::only(AccountKind::FeeIncome), -amounts.fee.minor()),
        (Account::only(AccountKind::VatPayable), -amounts.vat.minor()),
        (Account::only(AccountKind::StampDutyPayable), -amounts.duty.minor()),
    ];
    Posting::new(PostingKind::Confirmed, moment, entries)
}

/// The biller refused for good, or the bill was paid meanwhile: all of it goes back, fee and duty too.
///
/// Dr bills in transit: total. Cr refunds payable: total.
pub fn return_decided(amounts: &Amounts, moment: Moment) -> Result<Posting, Unbalanced> {
    let total = amounts.total().ok_or(Unbalanced)?.minor();
    let (transit, refunds) = (Account::only(AccountKind::InTransit), Account::only(AccountKind::RefundsPayable));
    Posting::new(PostingKind::ReturnDecided, moment, vec![(transit, total), (refunds, -total)])
}

/// The money went back the way it came.
///
/// Dr refunds payable: total. Cr funds: total.
pub fn returned(funds: &Account, amounts: &Amounts, moment: Moment) -> Result<Posting, Unbalanced> {
    let total = amounts.total().ok_or(Unbalanced)?.minor();
    let refunds = Account::only(AccountKind::RefundsPayable);
    Posting::new(PostingKind::Returned, moment, vec![(refunds, total), (funds.clone(), -total)])
}

/// What a network earns by one confirmed payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Commission {
    /// Before VAT.
    pub net: Money,
    /// The VAT that the network charges on it.
    pub vat: Money,
}

/// A network earned its commission, in the commit of the confirmation. `None` where there is none to be earned.
///
/// Dr agent commission: net; VAT deductible: vat. Cr agent commission payable of the network: both.
pub fn agent_commission(network: &str, commission: &Commission, moment: Moment) -> Result<Option<Posting>, Unbalanced> {
    let Commission { net, vat } = *commission;
    let whole = net.checked_add(vat).filter(|_| net.minor() >= 0 && vat.minor() >= 0).ok_or(Unbalanced)?;
    if whole == Money::ZERO {
        return Ok(None);
    }
    let entries = vec![
        (Account::only(AccountKind::AgentCommission), net.minor()),
        (Account::only(AccountKind::VatDeductible), vat.minor()),
        (Account::of(AccountKind::AgentCommissionPayable, network), -whole.minor()),
    ];
    Posting::new(PostingKind::AgentCommission, moment, entries).map(Some)
}

/// Part of a confirmed payment goes back to its payer; stamp duty never does. `amounts` holds the parts of the refund.
///
/// Dr biller payable: principal; fee income: fee; VAT payable: vat. Cr refunds payable: total.
pub fn refund_decided(biller: u16, amounts: &RefundAmounts, moment: Moment) -> Result<Posting, Unbalanced> {
    let total = amounts.total().ok_or(Unbalanced)?.minor();
    let entries = vec![
        (Account::of(AccountKind::BillerPayable, biller.to_string()), amounts.principal.minor()),
        (Account::only(AccountKind::FeeIncome), amounts.fee.minor()),
        (Account::only(AccountKind::VatPayable), amounts.vat.minor()),
        (Account::only(AccountKind::RefundsPayable), -total),
    ];
    Posting::new(PostingKind::RefundDecided, moment, entries)
}

/// A refund went back the way its payment came: `funds` is the gateway's receivable, or the float of the outlet that hands
/// it over in cash.
///
/// Dr refunds payable: total. Cr funds: total.
pub fn refund_paid(funds: &Account, amounts: &RefundAmounts, moment: Moment) -> Result<Posting, Unbalanced> {
    let total = amounts.total().ok_or(Unbalanced)?;
    between(PostingKind::RefundPaid, &Account::only(AccountKind::RefundsPayable), funds, total, moment)
}

/// Undoes an event entry by entry. The row that is written is linked to the posting it reverses, which can be reversed
/// once.
///
/// Dr what was credited. Cr what was debited.
pub fn reversed(kind: PostingKind, of: &Posting, moment: Moment) -> Result<Posting, Unbalanced> {
    let turned = |entry: &Entry| Some((entry.account.clone(), entry.amount.checked_neg()?));
    let entries = of.entries.iter().map(turned).collect::<Option<Vec<_>>>().ok_or(Unbalanced)?;
    Posting::new(kind, moment, entries)
}

/// Money that a network paid in for an outlet, seen at the bank by two people.
///
/// Dr bank: amount. Cr float: amount.
pub fn float_topped_up(float: &Account, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    between(PostingKind::FloatToppedUp, &Account::only(AccountKind::Bank), float, amount, moment)
}

/// Part of a float that the bank pays out to its network.
///
/// Dr float: amount. Cr bank: amount.
pub fn float_withdrawn(float: &Account, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    between(PostingKind::FloatWithdrawn, float, &Account::only(AccountKind::Bank), amount, moment)
}

/// Cash that an outlet took and that pays nothing: drawn from the float like any cash taken, and owed to its owner.
///
/// Dr float: amount. Cr suspense of the network: amount.
pub fn late_cash(float: &Account, network: &str, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    between(PostingKind::LateCash, float, &Account::of(AccountKind::Suspense, network), amount, moment)
}

/// Late cash that the outlet is told to give back.
///
/// Dr suspense of the network: amount. Cr float: amount.
pub fn late_cash_released(
    float: &Account,
    network: &str,
    amount: Money,
    moment: Moment,
) -> Result<Posting, Unbalanced> {
    between(PostingKind::LateCashReleased, &Account::of(AccountKind::Suspense, network), float, amount, moment)
}

/// What a biller owes the hub for a window: kept from what it is paid, or invoiced. `None` where it owes nothing. Below zero
/// where refunds gave back more than payments earned.
///
/// Dr biller payable (kept) or biller receivable (invoiced): both. Cr biller commission: net; VAT payable: vat.
pub fn biller_commission(
    biller: u16,
    net: Money,
    vat: Money,
    is_kept: bool,
    moment: Moment,
) -> Result<Option<Posting>, Unbalanced> {
    let whole = net.checked_add(vat).ok_or(Unbalanced)?;
    if whole == Money::ZERO {
        return Ok(None);
    }
    let debtor = if is_kept { AccountKind::BillerPayable } else { AccountKind::BillerReceivable };
    let entries = vec![
        (Account::of(debtor, biller.to_string()), whole.minor()),
        (Account::only(AccountKind::BillerCommission), net.minor().saturating_neg()),
        (Account::only(AccountKind::VatPayable), vat.minor().saturating_neg()),
    ];
    Posting::new(PostingKind::BillerCommission, moment, entries).map(Some)
}

/// What is due to a biller goes to its account.
///
/// Dr biller payable: amount. Cr transfers in transit of the biller: amount.
pub fn transfer_ordered(biller: u16, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    let (payable, transit) = biller_accounts(biller);
    between(PostingKind::TransferOrdered, &payable, &transit, amount, moment)
}

/// The bank paid a transfer.
///
/// Dr transfers in transit of the biller: amount. Cr bank: amount.
pub fn transfer_paid(biller: u16, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    let (_, transit) = biller_accounts(biller);
    between(PostingKind::TransferPaid, &transit, &Account::only(AccountKind::Bank), amount, moment)
}

/// The bank refused a transfer: it is owed again.
///
/// Dr transfers in transit of the biller: amount. Cr biller payable: amount.
pub fn transfer_rejected(biller: u16, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    let (payable, transit) = biller_accounts(biller);
    between(PostingKind::TransferRejected, &transit, &payable, amount, moment)
}

/// A transfer that was paid came back: it is owed again.
///
/// Dr bank: amount. Cr biller payable: amount.
pub fn transfer_returned(biller: u16, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    let (payable, _) = biller_accounts(biller);
    between(PostingKind::TransferReturned, &Account::only(AccountKind::Bank), &payable, amount, moment)
}

/// A gateway paid out what it had collected: less what went back to payers, its fee, and what the bank took on the way.
///
/// Dr bank: gross - fee - charges; gateway fees: fee; bank charges: charges. Cr gateway receivable: gross.
pub fn gateway_payout(
    gateway: &str,
    gross: Money,
    fee: Money,
    charges: Money,
    moment: Moment,
) -> Result<Posting, Unbalanced> {
    let net = gross.checked_sub(fee).and_then(|net| net.checked_sub(charges)).ok_or(Unbalanced)?;
    if fee.minor() < 0 || charges.minor() < 0 {
        return Err(Unbalanced);
    }
    let entries = vec![
        (Account::only(AccountKind::Bank), net.minor()),
        (Account::of(AccountKind::GatewayFees, gateway), fee.minor()),
        (Account::only(AccountKind::BankCharges), charges.minor()),
        (Account::of(AccountKind::GatewayReceivable, gateway), gross.minor().saturating_neg()),
    ];
    Posting::new(PostingKind::GatewayPayout, moment, entries)
}

/// The bank took charges.
///
/// Dr bank charges: amount. Cr bank: amount.
pub fn bank_charges(amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    let (charges, bank) = (Account::only(AccountKind::BankCharges), Account::only(AccountKind::Bank));
    between(PostingKind::BankCharges, &charges, &bank, amount, moment)
}

/// Money on the bank's account that nobody could tell what it is for; below zero where it left.
///
/// Dr bank: amount. Cr suspense of the bank: amount.
pub fn unidentified_money(amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    let suspense = Account::of(AccountKind::Suspense, "bank");
    either_way(PostingKind::UnidentifiedMoney, &Account::only(AccountKind::Bank), &suspense, amount, moment)
}

/// A biller paid the commission that it was invoiced for.
///
/// Dr bank: amount. Cr biller receivable: amount.
pub fn commission_paid(biller: u16, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    let receivable = Account::of(AccountKind::BillerReceivable, biller.to_string());
    between(PostingKind::CommissionPaid, &Account::only(AccountKind::Bank), &receivable, amount, moment)
}

/// A difference on an account that is not followed up any more: what the account is raised by, below zero what it is
/// lowered by.
///
/// Dr account: amount. Cr reconciliation differences: amount.
pub fn difference_written_off(account: &Account, amount: Money, moment: Moment) -> Result<Posting, Unbalanced> {
    let differences = Account::only(AccountKind::ReconciliationDifferences);
    either_way(PostingKind::DifferenceWrittenOff, account, &differences, amount, moment)
}

/// What a biller is owed, and what is on its way to it.
fn biller_accounts(biller: u16) -> (Account, Account) {
    let of = |kind| Account::of(kind, biller.to_string());
    (of(AccountKind::BillerPayable), of(AccountKind::TransfersInTransit))
}

/// An amount from one account to another, or back where it is below zero.
fn either_way(
    kind: PostingKind,
    debit: &Account,
    credit: &Account,
    amount: Money,
    moment: Moment,
) -> Result<Posting, Unbalanced> {
    let back = amount.minor().checked_neg().ok_or(Unbalanced)?;
    Posting::new(kind, moment, vec![(debit.clone(), amount.minor()), (credit.clone(), back)])
}

/// An amount above zero from one account to another.
fn between(
    kind: PostingKind,
    debit: &Account,
    credit: &Account,
    amount: Money,
    moment: Moment,
) -> Result<Posting, Unbalanced> {
    if !amount.is_positive() {
        return Err(Unbalanced);
    }
    Posting::new(kind, moment, vec![(debit.clone(), amount.minor()), (credit.clone(), -amount.minor())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn amounts(principal: i64, fee: i64, vat: i64, duty: i64) -> Amounts {
        let money = Money::from_minor;
        Amounts { principal: money(principal), fee: money(fee), vat: money(vat), duty: money(duty) }
    }

    fn moment() -> Moment {
        Moment::of("2026-11-24T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_confirmation_splits_by_receiver() {
        let posting = confirmed(1001, &amounts(16_800, 590, 106, 42), moment()).unwrap();
        let lines: Vec<(String, i64)> =
            posting.entries().iter().map(|entry| (entry.account.to_string(), entry.amount)).collect();
        let line = |name: &str, amount| (name.to_owned(), amount);
        assert_eq!(
            lines,
            [
                line("liabilities:bills in transit", 17_538),
                line("liabilities:biller payable:1001", -16_800),
                line("income:customer fees", -590),
                line("liabilities:VAT payable", -106),
                line("liabilities:stamp duty payable", -42),
            ]
        );
    }

    #[test]
    fn zero_lines_are_left_out() {
        assert_eq!(confirmed(1001, &amounts(16_800, 0, 0, 0), moment()).unwrap().entries().len(), 2);
    }

    #[rstest]
    #[case::zero(amounts(0, 0, 0, 0))]
    #[case::negative_fee(amounts(100, -1, 0, 0))]
    #[case::overflow(amounts(i64::MAX, 1, 0, 0))]
    fn refused(#[case] amounts: Amounts) {
        assert_eq!(confirmed(1001, &amounts, moment()), Err(Unbalanced));
        assert_eq!(taken(&Account::only(AccountKind::Bank), &amounts, moment()), Err(Unbalanced));
    }

    #[test]
    fn an_unbalanced_posting_cannot_be_built() {
        let (bank, suspense) = (Account::only(AccountKind::Bank), Account::only(AccountKind::Suspense));
        assert_eq!(Posting::new(PostingKind::Taken, moment(), vec![(bank, 5), (suspense, -4)]), Err(Unbalanced));
        assert_eq!(Posting::new(PostingKind::Taken, moment(), vec![]), Err(Unbalanced));
    }

    #[rstest]
    #[case("2026-11-24T22:59:59Z", "2026-11-24")]
    #[case("2026-11-24T23:00:00Z", "2026-11-25")]
    // Morocco keeps UTC+1 but for Ramadan, when it is UTC+0 (from 2027-02-07).
    #[case("2027-02-10T23:30:00Z", "2027-02-10")]
    fn days_are_moroccan(#[case] at: &str, #[case] day: &str) {
        assert_eq!(Moment::of(at.parse().unwrap()).day.to_string(), day);
    }

    proptest! {
        #[test]
        fn every_event_balances(p in 1i64..1 << 40, f in 0i64..1 << 30, v in 0i64..1 << 30, d in 0i64..1 << 30) {
            let (amounts, funds) = (amounts(p, f, v, d), Account::of(AccountKind::AgentFloat, "7"));
            for posting in [
                taken(&funds, &amounts, moment()),
                confirmed(1001, &amounts, moment()),
                return_decided(&amounts, moment()),
                returned(&funds, &amounts, moment()),
            ] {
                let posting = posting.unwrap();
                prop_assert_eq!(posting.entries().iter().map(|entry| entry.amount).sum::<i64>(), 0);
            }
        }
    }
}
