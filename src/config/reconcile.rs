//! Reconciliation: what is tolerated, what is late, and what needs two people.

use std::collections::BTreeMap;

use ledger::{BreakSource, Money};
use settlement::reconciliation::MatchTerms;

use super::environment::{Reader, Variable, with_default};

const TOLERANCE: Variable = with_default(
    "FATOURA_RECONCILE_FEE_TOLERANCE",
    "0.00",
    "an amount from 0.00 to 1000.00",
    "what the bank may take from a transfer or a payout without saying so: booked as its charges",
);
const SPAN: Variable = with_default(
    "FATOURA_RECONCILE_DATE_SPAN_DAYS",
    "3",
    "a whole number, 0 to 31",
    "how many days an entry without a reference may be apart from what it is matched with by its amount",
);
const LATE: Variable = with_default(
    "FATOURA_RECONCILE_LATE_DAYS",
    "3",
    "a whole number, 1 to 60",
    "after how many days on which banks work what the bank was asked for and no statement shows is a break",
);
const ALONE: Variable = with_default(
    "FATOURA_RECONCILE_ALONE_MAX",
    "0.00",
    "an amount from 0.00 to 1000000.00",
    "up to which amount one person closes a break by a posting; above it a second one has to approve",
);

const OWNERS: Variable = with_default(
    "FATOURA_RECONCILE_OWNERS",
    "none",
    "none, or who for each of bank, gateway, network and biller, such as bank=salma,gateway=adil",
    "who follows up breaks that nobody has taken, by login; without a name they wait, and after two days call a person",
);

pub(super) const VARIABLES: &[&Variable] = &[&TOLERANCE, &SPAN, &LATE, &ALONE, &OWNERS];

/// Reconciliation: what is tolerated, what is late, and what needs two people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReconcileConfig {
    /// What entries are matched by.
    pub terms: MatchTerms,
    /// The highest amount that one person books for a break.
    pub alone_max: Money,
    /// Who follows up breaks that nobody has taken, by where they come from: logins of members of staff.
    pub owners: BTreeMap<BreakSource, String>,
}

impl ReconcileConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let tolerance = reader.get(&TOLERANCE, |text| amount(text, 100_000));
        let span = reader.number(&SPAN, 0..=31);
        let late = reader.number(&LATE, 1..=60);
        let alone = reader.get(&ALONE, |text| amount(text, 100_000_000));
        let owners = reader.get(&OWNERS, owners);
        let days = |days: u32| u16::try_from(days).unwrap_or(u16::MAX);
        let (fee_tolerance, date_span_days, late_days) = (tolerance?, days(span?), days(late?));
        let holidays = super::settlement::holidays(reader)?;
        let terms = MatchTerms { fee_tolerance, date_span_days, late_days, holidays };
        Some(Self { terms, alone_max: alone?, owners: owners? })
    }
}

/// A login for each source that has one, each source once.
fn owners(text: &str) -> Option<BTreeMap<BreakSource, String>> {
    let mut owners = BTreeMap::new();
    if text == "none" {
        return Some(owners);
    }
    for pair in text.split(',') {
        let (source, login) = pair.split_once('=')?;
        let (source, login) = (source.trim().parse().ok()?, login.trim());
        let is_login = !login.is_empty() && login.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !is_login || owners.insert(source, login.to_owned()).is_some() {
            return None;
        }
    }
    Some(owners)
}

/// An amount with two places, up to so many centimes.
fn amount(text: &str, max: i64) -> Option<Money> {
    Money::parse_wire(text).ok().filter(|amount| (0..=max).contains(&amount.minor()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nobody("none", Some(&[][..]))]
    #[case::one("bank=salma", Some(&[(BreakSource::Bank, "salma")][..]))]
    #[case::each(
        "bank=salma, gateway = adil,network=salma,biller=k.alaoui",
        Some(&[
            (BreakSource::Bank, "salma"),
            (BreakSource::Gateway, "adil"),
            (BreakSource::Network, "salma"),
            (BreakSource::Biller, "k.alaoui"),
        ][..])
    )]
    #[case::nothing("", None)]
    #[case::no_source("salma", None)]
    #[case::other_source("post=salma", None)]
    #[case::no_login("bank=", None)]
    #[case::no_name("bank=Salma B", None)]
    #[case::twice("bank=salma,bank=adil", None)]
    #[case::comma("bank=salma,", None)]
    fn who_follows_breaks_up(#[case] text: &str, #[case] expected: Option<&[(BreakSource, &str)]>) {
        let expected =
            expected.map(|pairs| pairs.iter().map(|(source, login)| (*source, (*login).to_owned())).collect());
        assert_eq!(owners(text), expected);
    }
}
