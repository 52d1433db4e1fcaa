//! Whether a statement adds up.

use ledger::Money;

use super::amounts::signed;
use super::form::{Balance, Entry, EntryStatus, StatementEnd};

/// Count and sum as they are compared with what a statement says of itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) count: u64,
    /// Without a sign; `None` past the range.
    pub(super) amount: Option<Money>,
}

/// The entries of one statement so far.
pub(super) struct Tally {
    pub(super) entries: u64,
    /// Whether all of them are in the account's currency: else sums say nothing.
    pub(super) comparable: bool,
    /// Of whatever status: credits, then debits.
    listed: [Sum; 2],
    /// Booked ones: credits, then debits.
    booked: [Sum; 2],
}

impl Tally {
    pub(super) fn new() -> Self {
        let none = Sum { count: 0, amount: Some(Money::ZERO) };
        Self { entries: 0, comparable: true, listed: [none; 2], booked: [none; 2] }
    }

    pub(super) fn add(&mut self, entry: &Entry) {
        self.entries += 1;
        let credit = entry.amount >= Money::ZERO;
        let size = signed(entry.amount, credit);
        let count = |sums: &mut [Sum; 2]| {
            let [credits, debits] = sums;
            let sum = if credit { credits } else { debits };
            sum.count += 1;
            sum.amount = sum.amount.and_then(|amount| amount.checked_add(size));
        };
        count(&mut self.listed);
        if entry.status == EntryStatus::Booked {
            count(&mut self.booked);
        }
    }

    /// Booked credits less booked debits.
    fn moved(&self) -> Option<Money> {
        let [credits, debits] = self.booked;
        credits.amount?.checked_sub(debits.amount?)
    }

    /// What is wrong with the balances, if something is.
    pub(super) fn balances(&self, opening: Option<Balance>, closing: Option<Balance>) -> Option<String> {
        let (opening, closing) = match (opening, closing) {
            (Some(opening), Some(closing)) => (opening.amount, closing.amount),
            (None, _) => return Some("the opening balance is missing: the entries cannot be checked".into()),
            (_, None) => return Some("the closing balance is missing: the entries cannot be checked".into()),
        };
        if !self.comparable {
            return None;
        }
        let Some((moved, expected)) = self.moved().and_then(|moved| Some((moved, opening.checked_add(moved)?))) else {
            return Some("the entries add up past what can be counted".into());
        };
        (expected != closing).then(|| {
            let off = closing.checked_sub(expected).map(|off| format!(", {off} off")).unwrap_or_default();
            format!("opening {opening} and booked entries {moved} make {expected}, but the closing balance is {closing}{off}")
        })
    }

    /// What is wrong with a total that the statement gives of its entries, if something is. Banks count either all
    /// entries or the booked ones.
    pub(super) fn total(&self, of: Option<bool>, count: Option<u64>, sum: Option<Money>) -> Option<String> {
        let fits = |sums: &[Sum; 2]| {
            let (found, amount) = select(sums, of);
            count.is_none_or(|count| count == found) && (!self.comparable || sum.is_none_or(|sum| amount == Some(sum)))
        };
        if fits(&self.listed) || fits(&self.booked) {
            return None;
        }
        let (found, amount) = select(&self.listed, of);
        let what = match of {
            None => "entries",
            Some(true) => "credits",
            Some(false) => "debits",
        };
        let said = [count.map(|count| format!("{count} {what}")), sum.map(|sum| format!("a sum of {sum}"))];
        let said = said.into_iter().flatten().collect::<Vec<_>>().join(" and ");
        let amount = amount.map(|amount| amount.to_string()).unwrap_or_else(|| "what cannot be counted".into());
        Some(format!("the summary says {said}, but there are {found} {what}, which add up to {amount}"))
    }

    pub(super) fn end(&self, closing: Option<Balance>) -> StatementEnd {
        let [credits, debits] = self.booked;
        StatementEnd {
            closing,
            entries: self.entries,
            credits: credits.amount.unwrap_or_default(),
            debits: signed(debits.amount.unwrap_or_default(), false),
        }
    }
}

fn select([credits, debits]: &[Sum; 2], of: Option<bool>) -> (u64, Option<Money>) {
    match of {
        Some(true) => (credits.count, credits.amount),
        Some(false) => (debits.count, debits.amount),
        None => {
            let amount = credits.amount.zip(debits.amount).and_then(|(a, b)| a.checked_add(b));
            (credits.count + debits.count, amount)
        }
    }
}
