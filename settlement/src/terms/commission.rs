//! What the hub keeps of a window.
//!
//! Commission is the sum over channels and instruments of gross x percent / 100 + payments x flat, rounded **once** for
//! the window, half-up to the centime; VAT is taken on the rounded commission and rounded the same way.

use ledger::{Channel, Instrument, Money};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::Terms;

/// What the hub earns on the payments of one channel and instrument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommissionRule {
    /// The channel; `None` is any.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// The instrument; `None` is any.
    #[serde(default)]
    pub instrument: Option<Instrument>,
    /// Percentage of what is paid.
    #[serde(default)]
    pub percent: Decimal,
    /// Fixed part per payment. What returns commission returns it once, with the refund that completes the payment's principal.
    #[serde(default)]
    pub flat: Money,
}

/// What a refund does to the commission on what it refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRefunds {
    /// The hub keeps it: the payment was made.
    #[default]
    Keep,
    /// It is given back: the refunds of a window count against its payments.
    Return,
}

/// What one channel and instrument made in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turnover {
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// How many payments, or refunds.
    pub count: u64,
    /// How many of them are of a whole payment: payments, and refunds that complete the principal of one.
    pub whole: u64,
    /// Their principal, never negative.
    pub gross: Money,
}

/// Commission and the VAT on it. Negative where more is given back than earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Charge {
    /// Before VAT.
    pub commission: Money,
    /// VAT on it.
    pub vat: Money,
}

/// An amount that does not fit into 64-bit centimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the window's amounts add up past what can be counted")]
pub struct OutOfRange;

impl Terms {
    /// The commission of a window with these payments, refunds, and refunds of before that were not made after all.
    /// Refunds change nothing unless the terms return commission.
    pub fn commission(
        &self,
        payments: &[Turnover],
        refunds: &[Turnover],
        restored: &[Turnover],
    ) -> Result<Charge, OutOfRange> {
        let mut earned = self.exact(payments).ok_or(OutOfRange)?;
        if self.on_refunds == OnRefunds::Return {
            earned = self.exact(refunds).and_then(|returned| earned.checked_sub(returned)).ok_or(OutOfRange)?;
            earned = self.exact(restored).and_then(|again| earned.checked_add(again)).ok_or(OutOfRange)?;
        }
        let commission = round(earned).ok_or(OutOfRange)?;
        let vat = part(commission, self.vat_percent).and_then(round).ok_or(OutOfRange)?;
        Ok(Charge { commission, vat })
    }

    fn exact(&self, turnovers: &[Turnover]) -> Option<Decimal> {
        turnovers.iter().try_fold(Decimal::ZERO, |sum, turnover| {
            let Some(rule) = self.rule(turnover) else { return Some(sum) };
            let flat = rule.flat.to_decimal().checked_mul(Decimal::from(turnover.whole))?;
            sum.checked_add(flat)?.checked_add(part(turnover.gross, rule.percent)?)
        })
    }

    /// The most specific rule that fits: one that names the channel comes before one that names the instrument only.
    fn rule(&self, turnover: &Turnover) -> Option<&CommissionRule> {
        let fits = |rule: &&CommissionRule| {
            rule.channel.is_none_or(|channel| channel == turnover.channel)
                && rule.instrument.is_none_or(|instrument| instrument == turnover.instrument)
        };
        self.commissions.iter().filter(fits).max_by_key(|rule| (rule.channel.is_some(), rule.instrument.is_some()))
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
        text.strip_prefix('-').map_or_else(
            || Money::parse_wire(text).unwrap(),
            |text| Money::from_minor(-Money::parse_wire(text).unwrap().minor()),
        )
    }

    fn rule(channel: Option<Channel>, instrument: Option<Instrument>, percent: &str, flat: &str) -> CommissionRule {
        CommissionRule { channel, instrument, percent: percent.parse().unwrap(), flat: money(flat) }
    }

    fn turnover(channel: Channel, instrument: Instrument, count: u64, gross: &str) -> Turnover {
        Turnover { channel, instrument, count, whole: count, gross: money(gross) }
    }

    fn web(count: u64, gross: &str) -> Turnover {
        turnover(Channel::Web, Instrument::Card, count, gross)
    }

    fn percent(percent: &str) -> Terms {
        Terms { commissions: vec![rule(None, None, percent, "0.00")], ..Terms::default() }
    }

    #[rstest]
    #[case::worked(percent("1"), &[web(3, "538.16")], "5.38", "1.08")]
    #[case::nothing_paid(percent("1"), &[], "0.00", "0.00")]
    #[case::no_rule(Terms::default(), &[web(3, "538.16")], "0.00", "0.00")]
    #[case::half_goes_up(percent("1"), &[web(1, "0.50")], "0.01", "0.00")]
    #[case::below_half_goes_down(percent("1"), &[web(1, "0.49")], "0.00", "0.00")]
    #[case::rounded_once(percent("1"), &[web(1, "0.40"), turnover(Channel::Agt, Instrument::Cash, 1, "0.40")], "0.01", "0.00")]
    #[case::vat_on_the_rounded(percent("1"), &[web(1, "12.50")], "0.13", "0.03")]
    fn commissions(#[case] terms: Terms, #[case] payments: &[Turnover], #[case] commission: &str, #[case] vat: &str) {
        let expected = Charge { commission: money(commission), vat: money(vat) };
        assert_eq!(terms.commission(payments, &[web(1, "50.00")], &[]), Ok(expected));
    }

    #[rstest]
    #[case::both(Channel::Agt, Instrument::Cash, "4.00")]
    #[case::channel_before_instrument(Channel::Agt, Instrument::Wallet, "3.00")]
    #[case::instrument(Channel::Web, Instrument::Wallet, "2.00")]
    #[case::neither(Channel::Web, Instrument::Card, "1.00")]
    fn the_most_specific_rule(#[case] channel: Channel, #[case] instrument: Instrument, #[case] commission: &str) {
        let commissions = vec![
            rule(None, None, "1", "0.00"),
            rule(None, Some(Instrument::Wallet), "0", "2.00"),
            rule(Some(Channel::Agt), None, "3", "0.00"),
            rule(Some(Channel::Agt), Some(Instrument::Cash), "1.5", "2.50"),
        ];
        let terms = Terms { commissions, ..Terms::default() };
        let found = terms.commission(&[turnover(channel, instrument, 1, "100.00")], &[], &[]).unwrap();
        assert_eq!(found.commission, money(commission));
    }

    #[rstest]
    #[case::kept(OnRefunds::Keep, "5.38", "1.08")]
    #[case::returned(OnRefunds::Return, "-1.46", "-0.29")]
    fn refunds(#[case] on_refunds: OnRefunds, #[case] commission: &str, #[case] vat: &str) {
        let terms = Terms { on_refunds, ..percent("1") };
        let expected = Charge { commission: money(commission), vat: money(vat) };
        assert_eq!(terms.commission(&[web(3, "538.16")], &[web(2, "684.00")], &[]), Ok(expected));
    }

    /// 168.00 given back as 84.00 and 84.00, in one window or in two; and the second of them put back.
    #[rstest]
    #[case::in_one(2, 1, "168.00", 0, "-1.00")]
    #[case::the_first(1, 0, "84.00", 0, "0.00")]
    #[case::the_second(1, 1, "84.00", 0, "-1.00")]
    #[case::put_back(1, 1, "84.00", 1, "0.00")]
    fn a_flat_part_goes_back_once(
        #[case] count: u64,
        #[case] whole: u64,
        #[case] gross: &str,
        #[case] restored: u64,
        #[case] commission: &str,
    ) {
        let commissions = vec![rule(None, None, "0", "1.00")];
        let terms = Terms { commissions, on_refunds: OnRefunds::Return, ..Terms::default() };
        let refunds = [Turnover { whole, ..web(count, gross) }];
        let restored = [Turnover { whole: restored, ..web(1, "84.00") }];
        let found = terms.commission(&[], &refunds, &restored).unwrap();
        assert_eq!(found.commission, money(commission));
    }

    #[test]
    fn the_largest_amounts_are_an_error_not_a_panic() {
        let most = [web(u64::MAX, "92233720368547758.07"), web(1, "92233720368547758.07")];
        assert_eq!(percent("100").commission(&most, &[], &[]), Err(OutOfRange));
    }

    proptest! {
        #[test]
        fn one_rounding_whatever_the_parts(
            gross in proptest::collection::vec(0i64..10_000_000_000, 1..6),
            percent_4dp in 0i64..1_000_000,
            flat in 0i64..10_000,
        ) {
            let commissions =
                vec![CommissionRule { channel: None, instrument: None, percent: Decimal::new(percent_4dp, 4), flat: Money::from_minor(flat) }];
            let terms = Terms { commissions, ..Terms::default() };
            let payments: Vec<Turnover> =
                gross.iter().map(|gross| Turnover { gross: Money::from_minor(*gross), ..web(2, "0.00") }).collect();
            let found = terms.commission(&payments, &[], &[]).unwrap();
            // Exact integer arithmetic: centimes x 10^6 (percent of four places), half-up.
            let sum: i128 = gross.iter().map(|gross| i128::from(*gross)).sum();
            let exact = sum * i128::from(percent_4dp) + i128::from(flat) * 2 * payments.len() as i128 * 1_000_000;
            let commission = (exact + 500_000) / 1_000_000;
            prop_assert_eq!(i128::from(found.commission.minor()), commission);
            prop_assert_eq!(i128::from(found.vat.minor()), (commission * 20 + 50) / 100);
        }
    }
}
