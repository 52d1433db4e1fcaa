//! What networks of agents have in their own books, and their reports of a day.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::local_day;
use super::plans::{self, BreakKind, PlannedBreak};
use super::report::{Report, field, show_time};
use crate::amount::show_amount;

/// Operations kept; the oldest is forgotten.
const OPERATIONS_MAX: usize = 100_000;
/// The number that an invented payment has: no hub gives it in a lifetime.
const INVENTED: &str = "899999999999";
/// What an invented payment comes to: 123.00.
pub(super) const INVENTED_MINOR: i64 = 12_300;

/// Which way the cash went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CashKind {
    /// Taken for a payment.
    Payment,
    /// Given back for one that was cancelled.
    Cancellation,
}

/// How it stands in the network's books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CashStatus {
    /// Done.
    Accepted,
    /// The outlet kept no cash.
    Refused,
    /// The network does not know yet.
    Pending,
}

/// An operation of an outlet, as its network wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashOperation {
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The network's own reference: with `kind` the key under which the last word counts.
    pub reference: String,
    /// The hub's payment number, 12 digits; empty where the network has none.
    #[serde(default)]
    pub payment: String,
    /// Centimes that the payer gave or got back, fees and duty included.
    pub minor: i64,
    /// Which way.
    pub kind: CashKind,
    /// How it stands.
    pub status: CashStatus,
    /// When; the first word about it counts.
    pub at: DateTime<Utc>,
}

/// 2 to 12 capitals and digits, beginning with a capital.
pub(crate) fn is_network(code: &str) -> bool {
    (2..=12).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && code.starts_with(|c: char| c.is_ascii_uppercase())
}

impl CashOperation {
    /// What is wrong with one that came from outside.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_network(&self.network) {
            return Some("network is not 2 to 12 capitals and digits");
        }
        if !(3..=10).contains(&self.outlet.len()) || !is_number(&self.outlet) || self.outlet.starts_with('0') {
            return Some("outlet is not a number of 3 to 10 digits");
        }
        if self.reference.trim().is_empty() || field(&self.reference) != self.reference {
            return Some("reference is not 1 to 64 printable characters without ; and \"");
        }
        let is_payment = self.payment.is_empty() || (self.payment.len() == 12 && is_number(&self.payment));
        if !is_payment {
            return Some("payment is neither empty nor 12 digits");
        }
        (self.minor <= 0).then_some("minor is not above zero")
    }
}

/// Writes an operation down, or what became of it.
pub(super) fn keep(operations: &mut Vec<CashOperation>, new: CashOperation) {
    let key =
        |one: &CashOperation| one.network == new.network && one.reference == new.reference && one.kind == new.kind;
    match operations.iter_mut().find(|one| key(one)) {
        Some(known) => *known = CashOperation { at: known.at, ..new },
        None => operations.push(new),
    }
    let surplus = operations.len().saturating_sub(OPERATIONS_MAX);
    operations.drain(..surplus);
}

/// What a network tells of a day.
pub(super) fn report(
    operations: &[CashOperation],
    plans: &mut Vec<PlannedBreak>,
    network: &str,
    day: NaiveDate,
) -> Report {
    let of_day = operations.iter().filter(|one| one.network == network && local_day(one.at) == day);
    let mut told: Vec<CashOperation> = of_day.cloned().collect();
    told.sort_by_key(|one| one.at);
    plans::apply(plans, &format!("network:{network}"), |plan| plant(&mut told, plan));
    let lines = told.iter().map(|one| {
        let kind = if one.kind == CashKind::Payment { "payment" } else { "cancellation" };
        let status = match one.status {
            CashStatus::Accepted => "accepted",
            CashStatus::Refused => "refused",
            CashStatus::Pending => "pending",
        };
        let [kind, status] = [kind, status].map(str::to_owned);
        let (outlet, reference, payment) = (one.outlet.clone(), one.reference.clone(), one.payment.clone());
        (vec![outlet, reference, payment, show_amount(one.minor), kind, status, show_time(one.at)], one.minor)
    });
    Report { name: "FATOURA-NETWORK-REPORT", source: network.to_owned(), lines: lines.collect() }
}

fn plant(told: &mut Vec<CashOperation>, plan: &PlannedBreak) -> bool {
    let fits = |one: &CashOperation| {
        one.kind == CashKind::Payment
            && one.status == CashStatus::Accepted
            && plan.about.as_ref().is_none_or(|about| *about == one.reference || *about == one.payment)
    };
    let Some(at) = told.iter().position(fits) else { return false };
    let Some(found) = told.get_mut(at) else { return false };
    match plan.kind {
        BreakKind::AmountDiffers => found.minor += 100,
        BreakKind::StatusDiffers => found.status = CashStatus::Refused,
        BreakKind::Duplicate => {
            let twice = found.clone();
            told.push(twice);
        }
        BreakKind::MissingHere => {
            let (reference, payment) = (format!("INVENTED-{}", plan.id), INVENTED.to_owned());
            let invented = CashOperation { reference, payment, minor: INVENTED_MINOR, ..found.clone() };
            told.push(invented);
        }
        _ => drop(told.remove(at)),
    }
    true
}
