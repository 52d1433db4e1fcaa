//! The chart of accounts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::vocabulary::{UnknownWord, words};

words! {
    /// Kinds of account. In balances and entries debit is positive, credit negative.
    AccountKind: "the names of the chart of accounts" {
        /// What a payment gateway collected and has not paid out yet. One per gateway.
        GatewayReceivable = 1, "assets:gateway receivable";
        /// What the hub owes an outlet: its prefunded float. One per outlet; never in debit.
        AgentFloat = 2, "liabilities:agent float";
        /// Money taken whose bill the biller has not booked yet.
        InTransit = 3, "liabilities:bills in transit";
        /// What the hub owes a biller. One per biller.
        BillerPayable = 4, "liabilities:biller payable";
        /// Customers' fees, before VAT.
        FeeIncome = 5, "income:customer fees";
        /// Commission that billers pay.
        BillerCommission = 6, "income:biller commission";
        /// VAT collected.
        VatPayable = 7, "liabilities:VAT payable";
        /// Stamp duty collected.
        StampDutyPayable = 8, "liabilities:stamp duty payable";
        /// Commission owed to agent networks, VAT included. One per network.
        AgentCommissionPayable = 9, "liabilities:agent commission payable";
        /// Money that is going back to payers.
        RefundsPayable = 10, "liabilities:refunds payable";
        /// Money that pays nothing and is going back to its owner. One per network for cash that came late.
        Suspense = 11, "liabilities:suspense";
        /// Differences of counted cash.
        CashOverShort = 12, "expenses:cash over and short";
        /// The hub's account at its bank.
        Bank = 13, "assets:bank";
        /// Commission of agent networks, before VAT.
        AgentCommission = 14, "expenses:agent commission";
        /// VAT that networks charge on their commission: set off against what was collected.
        VatDeductible = 15, "assets:VAT deductible";
        /// Transfers to billers that the bank was asked for, or is going to be. One per biller.
        TransfersInTransit = 16, "liabilities:transfers in transit";
        /// Commission that billers are invoiced for, VAT included. One per biller.
        BillerReceivable = 17, "assets:biller receivable";
        /// What gateways keep from what they pay out. One per gateway.
        GatewayFees = 18, "expenses:gateway fees";
        /// What the bank takes.
        BankCharges = 19, "expenses:bank charges";
        /// Differences that are not followed up any more.
        ReconciliationDifferences = 20, "expenses:reconciliation differences";
    }
}

/// One account: its kind and whose it is (empty where there is only one).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// The kind.
    pub kind: AccountKind,
    /// The gateway, outlet or biller.
    pub owner: String,
}

impl Account {
    /// The account of an owner.
    pub fn of(kind: AccountKind, owner: impl Into<String>) -> Self {
        Self { kind, owner: owner.into() }
    }

    /// The only account of its kind.
    pub fn only(kind: AccountKind) -> Self {
        Self::of(kind, "")
    }

    /// The highest balance that the database lets it reach: a float is a debt of the hub and never turns into a claim.
    pub(crate) const fn ceiling(&self) -> Option<i64> {
        if matches!(self.kind, AccountKind::AgentFloat) { Some(0) } else { None }
    }
}

/// The name in journals: `liabilities:biller payable:1001`.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if self.owner.is_empty() { Ok(()) } else { write!(f, ":{}", self.owner) }
    }
}

impl FromStr for Account {
    type Err = UnknownWord;

    /// Reads the name in journals.
    fn from_str(name: &str) -> Result<Self, UnknownWord> {
        // An owner's own name may hold a colon; no kind is the start of another.
        let owned = AccountKind::ALL
            .iter()
            .find_map(|kind| Some(Self::of(*kind, name.strip_prefix(kind.as_str())?.strip_prefix(':')?)));
        owned.map_or_else(|| name.parse().map(Self::only), Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in AccountKind::ALL {
            for account in [Account::only(*kind), Account::of(*kind, "7"), Account::of(*kind, "a:b c")] {
                assert_eq!(account.to_string().parse(), Ok(account));
            }
        }
        assert!("assets:sock:7".parse::<Account>().is_err());
    }
}
