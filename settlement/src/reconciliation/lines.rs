//! What lines of reports come to, payment by payment, and what of it does not fit.

use std::collections::HashMap;

use chrono::NaiveDate;
use ledger::{BreakKind, BreakSource, Ledger, Money, NewBreak, PaymentState, ReportedPayment};

use super::import::ImportError;
use super::reports::{PayoutSums, is_taken, number_of};
use crate::statements::{
    BillerLine, BillerStatus, CardLine, CardStatus, CardTransaction, NetworkKind, NetworkLine, NetworkStatus,
    ReportHead,
};
use crate::terms::ZONE;

/// What a report tells of one payment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Told {
    /// How often it was taken, or booked.
    pub count: u32,
    /// The sum of that.
    pub amount: Money,
    /// How often it was given back.
    pub back: u32,
    /// The sum of that; gateways only.
    pub given_back: Money,
    /// The same, line by line.
    pub backs: Vec<Back>,
    /// How often it was told to be refused, or not decided.
    pub refused: u32,
    /// Whether the source itself says that it was told of it more than once.
    pub is_duplicate: bool,
}

/// A line of money that a gateway gave back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Back {
    pub amount: Money,
    /// The day on which it was given back there.
    pub on: NaiveDate,
}

fn sum(into: &mut Money, amount: Money) -> Result<(), ImportError> {
    *into = into.checked_add(amount).ok_or_else(|| ImportError::refused("the sums are past the range"))?;
    Ok(())
}

/// The number in `F000000000123` or `000000000123`.
fn number(text: &str) -> Option<i64> {
    text.trim_start_matches('F').parse().ok()
}

/// What the lines of a report come to.
#[derive(Default)]
pub(super) struct Lines {
    pub records: i64,
    pub total: Money,
    /// Payment by payment.
    pub told: HashMap<i64, Told>,
    /// Without a payment's number: line and amount.
    pub nameless: Vec<(u64, Money)>,
    pub payouts: PayoutSums,
}

/// As accounts name the gateway: in lower case.
pub(super) fn gateway_of(head: &ReportHead) -> String {
    head.source.to_ascii_lowercase()
}

impl Lines {
    pub(super) fn card(&mut self, head: &ReportHead, line: CardLine) -> Result<(), ImportError> {
        self.records += 1;
        if line.status != CardStatus::Approved {
            return Ok(());
        }
        let is_back = match line.transaction {
            CardTransaction::Hold => return Ok(()),
            CardTransaction::Sale | CardTransaction::Capture => false,
            CardTransaction::Credit | CardTransaction::Void => true,
        };
        let Some(id) = number(&line.order) else { return Ok(()) };
        let told = self.told.entry(id).or_default();
        if is_back {
            told.back += 1;
            sum(&mut told.given_back, line.amount)?;
            told.backs.push(Back { amount: line.amount, on: line.time.with_timezone(&ZONE).date_naive() });
        } else {
            told.count += 1;
            sum(&mut told.amount, line.amount)?;
            sum(&mut self.total, line.amount)?;
        }
        if let Some((value_on, reference)) = &line.payout {
            let payout = self.payouts.add(head, reference, *value_on);
            sum(if is_back { &mut payout.returned } else { &mut payout.captured }, line.amount)?;
            sum(&mut payout.fee, line.fee)?;
        }
        Ok(())
    }

    pub(super) fn network(&mut self, ledger: &Ledger, head: &ReportHead, line: NetworkLine) -> Result<(), ImportError> {
        self.records += 1;
        let id = match line.payment.as_deref().and_then(number) {
            Some(id) => Some(id),
            None => number_of(ledger, &head.source, &line.reference)?,
        };
        let Some(id) = id else {
            if line.status == NetworkStatus::Accepted && line.kind == NetworkKind::Payment {
                sum(&mut self.total, line.amount)?;
                self.nameless.push((line.line, line.amount));
            }
            return Ok(());
        };
        let told = self.told.entry(id).or_default();
        match (line.kind, line.status) {
            (NetworkKind::Payment, NetworkStatus::Accepted) => {
                told.count += 1;
                sum(&mut told.amount, line.amount)?;
                sum(&mut self.total, line.amount)?;
            }
            (NetworkKind::Cancellation, NetworkStatus::Accepted) => told.back += 1,
            (NetworkKind::Payment, NetworkStatus::Refused | NetworkStatus::Pending) => told.refused += 1,
            (NetworkKind::Cancellation, NetworkStatus::Refused | NetworkStatus::Pending) => {}
        }
        Ok(())
    }

    pub(super) fn biller(&mut self, line: BillerLine) -> Result<(), ImportError> {
        self.records += 1;
        let Some(id) = number(&line.payment) else { return Ok(()) };
        let told = self.told.entry(id).or_default();
        match line.status {
            BillerStatus::Booked | BillerStatus::Duplicate => {
                told.count += 1;
                told.is_duplicate |= line.status == BillerStatus::Duplicate;
                sum(&mut told.amount, line.amount)?;
                sum(&mut self.total, line.amount)?;
            }
            BillerStatus::Rejected => told.refused += 1,
        }
        Ok(())
    }
}

/// Something that does not fit of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub kind: BreakKind,
    /// [`NewBreak::ITS_RETURN`] for the payment's return; 0 for the payment itself.
    pub position: i32,
    pub expected: Option<Money>,
    pub found: Option<Money>,
    pub words: String,
}

fn finding(kind: BreakKind, expected: Option<Money>, found: Option<Money>, words: String) -> Finding {
    Finding { kind, position: 0, expected, found, words }
}

/// What does not fit of one payment.
pub(super) fn verdicts(source: BreakSource, told: &Told, ours: Option<&ReportedPayment>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(ours) = ours else {
        if told.count > 0 {
            let words = "the hub has no such payment from this source".to_owned();
            findings.push(finding(BreakKind::MissingHere, None, Some(told.amount), words));
        }
        return findings;
    };
    let expected = if source == BreakSource::Biller { ours.principal } else { ours.total };
    let mut status = |words: String| findings.push(finding(BreakKind::StatusDiffers, Some(expected), None, words));
    let state = ours.state;
    match source {
        BreakSource::Gateway => {
            if told.back > 0 && matches!(state, PaymentState::Taken | PaymentState::Confirmed) {
                status(format!("given back there, and {state} here"));
            }
            findings.extend(of_return(told, expected));
        }
        BreakSource::Network => {
            if told.back > 0 && !matches!(state, PaymentState::Cancelled | PaymentState::Returned) {
                status(format!("cancelled there, and {state} here"));
            }
            if told.refused > 0 && told.count == 0 && matches!(state, PaymentState::Taken | PaymentState::Confirmed) {
                status(format!("not accepted there, and {state} here"));
            }
            if told.back == 0 && told.count > 0 && state == PaymentState::Cancelled {
                status("cancelled here, and not there".to_owned());
            }
        }
        BreakSource::Biller => {
            if told.count > 0 && state != PaymentState::Confirmed {
                status(format!("booked there, and {state} here"));
            }
            if told.refused > 0 && told.count == 0 && state == PaymentState::Confirmed {
                status("rejected there, and confirmed here".to_owned());
            }
        }
        BreakSource::Bank => {}
    }
    if told.count == 0 {
        return findings;
    }
    if source != BreakSource::Biller && !is_taken(state) {
        let words = format!("taken there, and {state} here");
        findings.push(finding(BreakKind::MissingHere, None, Some(told.amount), words));
    } else if told.count > 1 || told.is_duplicate {
        let words = format!("it is in the report {} time(s), or marked as told twice", told.count);
        findings.push(finding(BreakKind::Duplicate, Some(expected), Some(told.amount), words));
    } else if told.amount != expected {
        let words = "another amount".to_owned();
        findings.push(finding(BreakKind::AmountDiffers, Some(expected), Some(told.amount), words));
    }
    findings
}

/// What does not fit of money that a gateway gave back: more than once, or not all of it.
fn of_return(told: &Told, expected: Money) -> Option<Finding> {
    let (kind, words) = match told.back {
        0 => return None,
        1 if told.given_back == expected => return None,
        1 => (BreakKind::AmountDiffers, "another amount was given back".to_owned()),
        times => (BreakKind::Duplicate, format!("given back {times} times")),
    };
    let (expected, found) = (Some(expected), Some(told.given_back));
    Some(Finding { position: NewBreak::ITS_RETURN, ..finding(kind, expected, found, words) })
}

#[cfg(test)]
mod tests {
    use ledger::{Account, AccountKind};
    use rstest::rstest;

    use super::*;

    fn ours(state: PaymentState) -> ReportedPayment {
        ReportedPayment {
            id: 1,
            state,
            total: Money::from_minor(16_842),
            principal: Money::from_minor(16_800),
            biller: 1001,
            funds: Account::of(AccountKind::GatewayReceivable, "cmi"),
            paid_at: None,
            state_since: chrono::NaiveDateTime::default(),
            receipt_number: None,
            network: None,
        }
    }

    fn told(count: u32, amount: i64, back: u32, refused: u32) -> Told {
        let given_back = Money::from_minor(16_842 * i64::from(back));
        Told { count, amount: Money::from_minor(amount), back, given_back, refused, ..Told::default() }
    }

    use BreakKind as K;
    use BreakSource as B;
    use PaymentState as S;

    #[rstest]
    #[case::fits(B::Gateway, told(1, 16_842, 0, 0), Some(S::Confirmed), &[])]
    #[case::returned_both(B::Gateway, told(1, 16_842, 1, 0), Some(S::Returned), &[])]
    #[case::held_and_voided(B::Gateway, told(0, 0, 1, 0), Some(S::Declined), &[])]
    #[case::amount(B::Gateway, told(1, 16_800, 0, 0), Some(S::Confirmed), &[K::AmountDiffers])]
    #[case::twice(B::Gateway, told(2, 33_684, 0, 0), Some(S::Confirmed), &[K::Duplicate])]
    #[case::returned_twice(B::Gateway, told(1, 16_842, 2, 0), Some(S::Returned), &[K::Duplicate])]
    #[case::returned_in_part(
        B::Gateway, Told { given_back: Money::from_minor(5), ..told(1, 16_842, 1, 0) }, Some(S::Returned), &[K::AmountDiffers]
    )]
    #[case::refunded_there(B::Gateway, told(1, 16_842, 1, 0), Some(S::Confirmed), &[K::StatusDiffers])]
    #[case::not_taken_here(B::Gateway, told(1, 16_842, 0, 0), Some(S::Expired), &[K::MissingHere])]
    #[case::nowhere_here(B::Gateway, told(1, 16_842, 0, 0), None, &[K::MissingHere])]
    #[case::network_fits(B::Network, told(1, 16_842, 0, 0), Some(S::Confirmed), &[])]
    #[case::network_cancelled(B::Network, told(1, 16_842, 1, 0), Some(S::Cancelled), &[])]
    #[case::cancelled_there(B::Network, told(1, 16_842, 1, 0), Some(S::Confirmed), &[K::StatusDiffers])]
    #[case::cancelled_here(B::Network, told(1, 16_842, 0, 0), Some(S::Cancelled), &[K::StatusDiffers])]
    #[case::refused_there(B::Network, told(0, 0, 0, 1), Some(S::Confirmed), &[K::StatusDiffers])]
    #[case::refused_both(B::Network, told(0, 0, 0, 1), None, &[])]
    #[case::biller_fits(B::Biller, told(1, 16_800, 0, 0), Some(S::Confirmed), &[])]
    #[case::biller_amount(B::Biller, told(1, 16_842, 0, 0), Some(S::Confirmed), &[K::AmountDiffers])]
    #[case::booked_and_returned(B::Biller, told(1, 16_800, 0, 0), Some(S::Returned), &[K::StatusDiffers])]
    #[case::rejected(B::Biller, told(0, 0, 0, 1), Some(S::Confirmed), &[K::StatusDiffers])]
    fn findings(
        #[case] source: BreakSource,
        #[case] told: Told,
        #[case] state: Option<PaymentState>,
        #[case] kinds: &[BreakKind],
    ) {
        let found: Vec<BreakKind> =
            verdicts(source, &told, state.map(ours).as_ref()).into_iter().map(|found| found.kind).collect();
        assert_eq!(found, kinds);
    }
}
