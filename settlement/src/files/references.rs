//! The references by which bank messages are matched. Each is made of numbers that never occur twice, and has at most
//! the 35 characters of ISO 20022.

use std::fmt;
use std::str::FromStr;

/// The `EndToEndId` of a transfer: `FT1101W4000A1`, and `FT1101W4000A1R2` for the second time it is made after the bank
/// has rejected it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId {
    /// The biller.
    pub biller: u16,
    /// The window's number.
    pub window: i64,
    /// The account's place among the biller's, from 1.
    pub account: u8,
    /// How often it was made before.
    pub repeats: u8,
}

/// A text that is no `EndToEndId` of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an EndToEndId of the form FT1101W4000A1")]
pub struct NotATransferId;

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FT{}W{}A{}", self.biller, self.window, self.account)?;
        match self.repeats {
            0 => Ok(()),
            repeats => write!(f, "R{repeats}"),
        }
    }
}

impl FromStr for TransferId {
    type Err = NotATransferId;

    /// Reads exactly what is written.
    fn from_str(text: &str) -> Result<Self, NotATransferId> {
        let parts = || {
            let (biller, rest) = text.strip_prefix("FT")?.split_once('W')?;
            let (window, rest) = rest.split_once('A')?;
            let (account, repeats) = rest.split_once('R').unwrap_or((rest, "0"));
            let (biller, window) = (biller.parse().ok()?, window.parse().ok()?);
            Some(Self { biller, window, account: account.parse().ok()?, repeats: repeats.parse().ok()? })
        };
        parts().filter(|id| id.to_string() == text).ok_or(NotATransferId)
    }
}

/// The reference under which a biller pays the commission that it is invoiced for a window: `FC1101W4000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommissionId {
    /// The biller.
    pub biller: u16,
    /// The window's number.
    pub window: i64,
}

/// A text that is no reference of commission of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reference of the form FC1101W4000")]
pub struct NotACommissionId;

impl fmt::Display for CommissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FC{}W{}", self.biller, self.window)
    }
}

impl FromStr for CommissionId {
    type Err = NotACommissionId;

    /// Reads exactly what is written.
    fn from_str(text: &str) -> Result<Self, NotACommissionId> {
        let parts = || {
            let (biller, window) = text.strip_prefix("FC")?.split_once('W')?;
            Some(Self { biller: biller.parse().ok()?, window: window.parse().ok()? })
        };
        parts().filter(|id| id.to_string() == text).ok_or(NotACommissionId)
    }
}

/// The `MsgId` of a run of transfers.
pub fn transfer_message_id(run: i64) -> String {
    format!("FTR{run}")
}

/// The `PmtInfId` of a part of a run, from 1.
pub fn transfer_part_id(run: i64, part: usize) -> String {
    format!("FTR{run}P{part}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("FT1101W4000A1", Some(TransferId { biller: 1101, window: 4_000, account: 1, repeats: 0 }))]
    #[case("FT1101W4000A1R2", Some(TransferId { biller: 1101, window: 4_000, account: 1, repeats: 2 }))]
    #[case::zero("FT1101W4000A1R0", None)]
    #[case::leading_zero("FT1101W04000A1", None)]
    #[case::lower_case("ft1101w4000a1", None)]
    #[case::more("FT1101W4000A1 ", None)]
    #[case::ours_of_old("NOTPROVIDED", None)]
    fn end_to_end_ids(#[case] text: &str, #[case] id: Option<TransferId>) {
        assert_eq!(text.parse::<TransferId>().ok(), id);
    }

    #[rstest]
    #[case("FC1101W4000", Some(CommissionId { biller: 1101, window: 4_000 }))]
    #[case::leading_zero("FC1101W04000", None)]
    #[case::transfer("FT1101W4000A1", None)]
    #[case::sign("FC1101W+4000", None)]
    fn commission_ids(#[case] text: &str, #[case] id: Option<CommissionId>) {
        assert_eq!(text.parse::<CommissionId>().ok(), id);
    }

    proptest! {
        #[test]
        fn short_enough_and_read_again(biller in 1000u16..10_000, window in 0i64.., account in 1u8.., repeats: u8) {
            let id = TransferId { biller, window, account, repeats };
            prop_assert!(id.to_string().len() <= 35);
            prop_assert_eq!(id.to_string().parse::<TransferId>(), Ok(id));
            prop_assert!(transfer_part_id(window, 10_000).len() <= 35);
        }
    }
}
