//! What the payer pays on top of the bill: the customer's fee with its VAT, and stamp duty on cash.
//!
//! Fee = (flat + amount x percent / 100, clamped to min and max) x (1 + VAT), rounded **once**, half-up to the centime.
//! The split that follows is for the receipt only: the fee line is the part before VAT rounded half-up, the VAT line is
//! the rest, so the two always add up to the rounded whole.

use biller_adapters::{Article, ArticleKind};
use chrono::NaiveDate;
use ledger::{Instrument, Money};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::catalogue::FeeSlab;

/// The customer's fee as two lines of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fee {
    /// Before VAT.
    pub fee: Money,
    /// VAT on it.
    pub vat: Money,
}

/// A fee or a duty that does not fit into 64-bit centimes, or a negative one: a fault of the tariff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tariff gives an amount out of range")]
pub struct TariffError;

/// The fee on `amount`, the principal chosen, on the day `on` (Africa/Casablanca).
///
/// All slabs of the latest effective date that is not after `on` make the tariff of the day; the slab whose inclusive
/// bounds hold the amount applies. No slab means no fee.
pub fn fee(slabs: &[FeeSlab], amount: Money, on: NaiveDate) -> Result<Fee, TariffError> {
    let Some(since) = slabs.iter().map(|slab| slab.effective_from).filter(|from| *from <= on).max() else {
        return Ok(Fee::default());
    };
    let holds = |slab: &&FeeSlab| {
        slab.effective_from == since
            && slab.from.is_none_or(|from| amount >= from)
            && slab.to.is_none_or(|to| amount <= to)
    };
    match slabs.iter().find(holds) {
        Some(slab) => slab_fee(slab, amount).ok_or(TariffError),
        None => Ok(Fee::default()),
    }
}

fn slab_fee(slab: &FeeSlab, amount: Money) -> Option<Fee> {
    let share = part(amount, slab.percent)?;
    let mut before_vat = slab.flat.to_decimal().checked_add(share)?;
    if let Some(min) = slab.min {
        before_vat = before_vat.max(min.to_decimal());
    }
    if let Some(max) = slab.max {
        before_vat = before_vat.min(max.to_decimal());
    }
    let vat = before_vat.checked_mul(slab.vat_percent)?.checked_div(Decimal::ONE_HUNDRED)?;
    let whole = round(before_vat.checked_add(vat)?)?;
    let fee = round(before_vat)?;
    if before_vat.is_sign_negative() && !before_vat.is_zero() || whole < fee {
        return None;
    }
    Some(Fee { fee, vat: whole.checked_sub(fee)? })
}

/// Stamp duty (droit de timbre) on receipts for cash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampDuty {
    /// Percentage of the sum discharged: 0.25 by law.
    pub percent: Decimal,
}

impl Default for StampDuty {
    fn default() -> Self {
        Self { percent: Decimal::new(25, 2) }
    }
}

impl StampDuty {
    /// The duty on `sum`, the receipt's total before the duty itself, half-up to the centime.
    ///
    /// None unless paid in cash; none for taxes (`tax`); none where the `articles` paid already hold stamp duty.
    pub fn on(
        &self,
        sum: Money,
        instrument: Instrument,
        tax: bool,
        articles: &[Article],
    ) -> Result<Money, TariffError> {
        let stamped = articles.iter().any(|article| article.kind == ArticleKind::StampDuty);
        if instrument != Instrument::Cash || tax || stamped {
            return Ok(Money::ZERO);
        }
        part(sum, self.percent).and_then(round).ok_or(TariffError)
    }
}

fn part(amount: Money, percent: Decimal) -> Option<Decimal> {
    amount.to_decimal().checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)
}

fn round(exact: Decimal) -> Option<Money> {
    Money::from_decimal(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn money(text: &str) -> Money {
        Money::parse_wire(text).unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn slab(from: Option<&str>, to: Option<&str>, flat: &str, vat: i64) -> FeeSlab {
        FeeSlab {
            effective_from: day("2026-01-01"),
            from: from.map(money),
            to: to.map(money),
            flat: money(flat),
            percent: Decimal::ZERO,
            min: None,
            max: None,
            vat_percent: Decimal::from(vat),
        }
    }

    fn flat_slabs() -> Vec<FeeSlab> {
        vec![slab(None, Some("2000.00"), "5.90", 18), slab(Some("2000.01"), None, "11.80", 18)]
    }

    fn clamped() -> Vec<FeeSlab> {
        let mut slab = slab(None, None, "0.00", 0);
        slab.percent = Decimal::new(5, 1);
        (slab.min, slab.max) = (Some(money("30.00")), Some(money("60.00")));
        vec![slab]
    }

    #[rstest]
    #[case::flat(flat_slabs(), "168.00", "5.90", "1.06")]
    #[case::upper_bound_is_inclusive(flat_slabs(), "2000.00", "5.90", "1.06")]
    #[case::next_slab(flat_slabs(), "2000.01", "11.80", "2.12")]
    #[case::clamped_up(clamped(), "5999.99", "30.00", "0.00")]
    #[case::between(clamped(), "9000.00", "45.00", "0.00")]
    #[case::clamped_down(clamped(), "50000.00", "60.00", "0.00")]
    #[case::no_slab(vec![], "168.00", "0.00", "0.00")]
    #[case::below_the_first_slab(vec![slab(Some("100.00"), None, "5.00", 20)], "99.99", "0.00", "0.00")]
    fn fees(#[case] slabs: Vec<FeeSlab>, #[case] amount: &str, #[case] fee_line: &str, #[case] vat: &str) {
        let found = fee(&slabs, money(amount), day("2026-11-24")).unwrap();
        assert_eq!(found, Fee { fee: money(fee_line), vat: money(vat) });
    }

    #[rstest]
    #[case("1000.00", "6.96")]
    #[case("2000.01", "13.92")]
    fn whole_fee(#[case] amount: &str, #[case] whole: &str) {
        let found = fee(&flat_slabs(), money(amount), day("2026-11-24")).unwrap();
        assert_eq!(found.fee.checked_add(found.vat), Some(money(whole)));
    }

    #[rstest]
    #[case("2025-12-31", "0.00")]
    #[case("2026-01-01", "5.00")]
    #[case("2026-06-30", "5.00")]
    #[case("2026-07-01", "7.00")]
    fn effective_dates(#[case] on: &str, #[case] expected: &str) {
        let mut later = slab(None, None, "7.00", 0);
        later.effective_from = day("2026-07-01");
        let slabs = [later, slab(None, None, "5.00", 0)];
        assert_eq!(fee(&slabs, money("1.00"), day(on)).unwrap().fee, money(expected));
    }

    #[rstest]
    #[case("168.00", "0.42")]
    #[case("120.16", "0.30")]
    #[case("250.00", "0.63")]
    #[case("2.00", "0.01")]
    #[case("1.00", "0.00")]
    #[case("10000.00", "25.00")]
    fn duty(#[case] sum: &str, #[case] expected: &str) {
        assert_eq!(StampDuty::default().on(money(sum), Instrument::Cash, false, &[]), Ok(money(expected)));
    }

    fn stamped() -> Vec<Article> {
        let kind = ArticleKind::StampDuty;
        vec![Article { id: "T".into(), kind, description: String::new(), amount: money("0.42"), date: None }]
    }

    #[rstest]
    #[case::card(Instrument::Card, false, vec![])]
    #[case::wallet(Instrument::Wallet, false, vec![])]
    #[case::tax(Instrument::Cash, true, vec![])]
    #[case::stamped_by_the_biller(Instrument::Cash, false, stamped())]
    fn no_duty(#[case] instrument: Instrument, #[case] tax: bool, #[case] articles: Vec<Article>) {
        assert_eq!(StampDuty::default().on(money("168.00"), instrument, tax, &articles), Ok(Money::ZERO));
    }

    #[test]
    fn the_largest_amount_is_an_error_not_a_panic() {
        let mut huge = slab(None, None, "0.00", 100);
        huge.percent = Decimal::from(100);
        assert_eq!(fee(&[huge], Money::from_minor(i64::MAX), day("2026-11-24")), Err(TariffError));
    }

    proptest! {
        #[test]
        fn lines_add_up_to_the_whole_rounded_once(
            amount in 1i64..100_000_000_000,
            flat in 0i64..10_000,
            percent in 0i64..10_000,
            vat in 0i64..3_000,
        ) {
            let mut slab = slab(None, None, "0.00", 0);
            slab.flat = Money::from_minor(flat);
            slab.percent = Decimal::new(percent, 3);
            slab.vat_percent = Decimal::new(vat, 2);
            let found = fee(&[slab], Money::from_minor(amount), day("2026-11-24")).unwrap();
            // Exact integer arithmetic: centimes x 10^5 (percent) x 10^4 (VAT), half-up.
            let exact = (i128::from(flat) * 100_000 + i128::from(amount) * i128::from(percent)) * (10_000 + i128::from(vat));
            let whole = (exact + 500_000_000) / 1_000_000_000;
            prop_assert_eq!(i128::from(found.fee.minor() + found.vat.minor()), whole);
            prop_assert!(found.fee.minor() >= 0 && found.vat.minor() >= 0);
        }
    }
}
