//! What is paid out of a window, and to whom.

use ledger::Money;
use serde::{Deserialize, Serialize};

use super::Terms;

/// The basis points that all shares make together.
pub const WHOLE: u16 = 10_000;

/// One account that takes a share of what is paid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutAccount {
    /// The name of the account holder at the bank, at most 70 characters (ISO 20022).
    pub holder: String,
    /// The account: a RIB of 24 digits, modulo 97 checked.
    pub rib: String,
    /// Its share in hundredths of a percent.
    pub basis_points: u16,
}

/// What becomes of a window's net. Both parts make the net together; one of them is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Payout {
    /// Paid out, never negative.
    pub paid: Money,
    /// Carried over to the next window: a negative net, or one below the minimum.
    pub carried: Money,
}

impl Terms {
    /// What is paid of a net, and what is carried over: a net that is not above zero or below the minimum.
    pub fn payout(&self, net: Money) -> Payout {
        if net.is_positive() && self.minimum.is_none_or(|minimum| net >= minimum) {
            Payout { paid: net, carried: Money::ZERO }
        } else {
            Payout { paid: Money::ZERO, carried: net }
        }
    }

    /// The parts of what is paid, one for each account in its order. Each is rounded down to the centime; what is left
    /// over goes to the first. They make the whole, or are all zero for nothing and less.
    pub fn split(&self, paid: Money) -> Vec<Money> {
        let paid = paid.max(Money::ZERO).minor();
        let share = |account: &PayoutAccount| {
            let part = i128::from(paid) * i128::from(account.basis_points) / i128::from(WHOLE);
            i64::try_from(part).unwrap_or(paid)
        };
        let mut parts: Vec<i64> = self.accounts.iter().map(share).collect();
        let left = parts.iter().fold(paid, |left, part| left.saturating_sub(*part));
        if let Some(first) = parts.first_mut() {
            *first = first.saturating_add(left);
        }
        parts.into_iter().map(Money::from_minor).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn shared(shares: &[u16]) -> Terms {
        let account = |share: &u16| PayoutAccount {
            holder: "X".into(),
            rib: "007780000012345678901209".into(),
            basis_points: *share,
        };
        Terms { accounts: shares.iter().map(account).collect(), ..Terms::default() }
    }

    #[rstest]
    #[case::all_to_one(48_170, &[10_000], &[48_170])]
    #[case::exact(48_170, &[7_000, 3_000], &[33_719, 14_451])]
    #[case::thirds(100, &[3_334, 3_333, 3_333], &[34, 33, 33])]
    #[case::a_centime(1, &[1, 9_999], &[1, 0])]
    #[case::nothing(0, &[7_000, 3_000], &[0, 0])]
    #[case::less(-5, &[7_000, 3_000], &[0, 0])]
    #[case::no_accounts(48_170, &[], &[])]
    fn splits(#[case] paid: i64, #[case] shares: &[u16], #[case] parts: &[i64]) {
        let found = shared(shares).split(Money::from_minor(paid));
        assert_eq!(found.into_iter().map(Money::minor).collect::<Vec<_>>(), parts);
    }

    #[rstest]
    #[case::paid(None, 1, 1, 0)]
    #[case::nothing(None, 0, 0, 0)]
    #[case::negative(None, -1, 0, -1)]
    #[case::below(Some(10_000), 9_999, 0, 9_999)]
    #[case::at(Some(10_000), 10_000, 10_000, 0)]
    #[case::negative_below(Some(10_000), -1, 0, -1)]
    fn payouts(#[case] minimum: Option<i64>, #[case] net: i64, #[case] paid: i64, #[case] carried: i64) {
        let terms = Terms { minimum: minimum.map(Money::from_minor), ..Terms::default() };
        let expected = Payout { paid: Money::from_minor(paid), carried: Money::from_minor(carried) };
        assert_eq!(terms.payout(Money::from_minor(net)), expected);
    }

    proptest! {
        #[test]
        fn parts_make_the_whole(paid in 0i64..i64::MAX, first in 0u16..10_000) {
            let terms = shared(&[first, WHOLE - first]);
            let parts: i64 = terms.split(Money::from_minor(paid)).into_iter().map(Money::minor).sum();
            prop_assert_eq!(parts, paid);
        }
    }
}
