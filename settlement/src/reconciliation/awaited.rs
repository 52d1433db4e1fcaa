//! What the bank's statements are awaited to show, and what of it is late.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{
    BreakKind, BreakSource, BreakSubject, FloatRequest, FloatRequestKind, Ledger, LedgerError, Money, NewBreak, Payout,
    Transfer,
};

use super::MatchTerms;
use super::rules::{self, Awaited, negative};
use crate::terms::ZONE;

/// Awaited things that are held against entries by amount and date: with more of them open, nothing is unique.
const AWAITED_MAX: i64 = 20_000;

/// What is awaited and has no reference of the hub on the bank's side.
#[derive(Debug, Clone)]
pub(super) enum Thing {
    Transfer(Transfer),
    Payout(Payout),
    FloatRequest(FloatRequest),
}

impl Thing {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Transfer(transfer) => format!("transfer {}", rules::named(transfer)),
            Self::Payout(payout) => format!("payout {} of {}", payout.sums.reference, payout.sums.gateway),
            Self::FloatRequest(request) => format!("float request {} of outlet {}", request.id, request.outlet),
        }
    }
}

/// The references of all that is awaited; `None`: there are too many to hold.
pub(super) fn references(ledger: &Ledger) -> Result<Option<HashSet<String>>, LedgerError> {
    let (payouts, requests) = ledger.read(|reader| {
        Ok((reader.payouts_awaited(None, AWAITED_MAX)?, reader.float_requests_awaited(None, 0, AWAITED_MAX)?))
    })?;
    let is_all = |found: usize| i64::try_from(found).is_ok_and(|found| found < AWAITED_MAX);
    let parts: usize = payouts.iter().map(|payout| payout.parts.len()).sum();
    if !is_all(parts) || !is_all(requests.len()) {
        return Ok(None);
    }
    let payouts = payouts.into_iter().map(|payout| payout.sums.reference);
    Ok(Some(payouts.chain(requests.into_iter().map(|request| request.proof)).collect()))
}

/// All that is awaited.
pub(super) fn all(ledger: &Ledger) -> Result<Vec<Awaited<Thing>>, LedgerError> {
    let (transfers, payouts, requests) = ledger.read(|reader| {
        Ok((
            reader.transfers_awaited(0, AWAITED_MAX)?,
            reader.payouts_awaited(None, AWAITED_MAX)?,
            reader.float_requests_awaited(None, 0, AWAITED_MAX)?,
        ))
    })?;
    let mut all = Vec::with_capacity(transfers.len() + payouts.len() + requests.len());
    all.extend(transfers.into_iter().map(|found| Awaited {
        amount: negative(found.transfer.amount),
        on: found.execution_on,
        what: Thing::Transfer(found.transfer),
    }));
    all.extend(payouts.into_iter().filter_map(|payout| {
        Some(Awaited { amount: payout.net()?, on: payout.sums.value_on, what: Thing::Payout(payout) })
    }));
    all.extend(requests.into_iter().map(|request| Awaited {
        amount: signed(&request),
        on: day_of(request.requested_at.and_utc()),
        what: Thing::FloatRequest(request),
    }));
    Ok(all)
}

/// What should be in the statements by now.
pub(super) fn overdue(ledger: &Ledger, terms: &MatchTerms, now: DateTime<Utc>) -> Result<Vec<NewBreak>, LedgerError> {
    let mut late = Vec::new();
    let before = terms.holidays.before(day_of(now), terms.late_days);
    for Awaited { what, amount, on } in all(ledger)? {
        if on >= before {
            continue;
        }
        let (subject, subject_id, partner) = match &what {
            Thing::Transfer(transfer) => (BreakSubject::Transfer, transfer.id, transfer.biller.to_string()),
            Thing::Payout(payout) => {
                let first = payout.parts.first().copied().unwrap_or_default();
                (BreakSubject::Payout, first, payout.sums.gateway.clone())
            }
            Thing::FloatRequest(request) => (BreakSubject::FloatRequest, request.id, request.network.clone()),
        };
        late.push(NewBreak {
            kind: BreakKind::Late,
            source: BreakSource::Bank,
            partner,
            subject,
            subject_id,
            position: 0,
            words: format!("{} of {on} is in no statement", what.words()),
            expected: Some(amount),
            found: None,
            due_on: on,
        });
    }
    Ok(late)
}

fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&ZONE).date_naive()
}

/// A request's money as the bank has it.
pub(super) fn signed(request: &FloatRequest) -> Money {
    match request.kind {
        FloatRequestKind::TopUp => request.amount,
        FloatRequestKind::Withdrawal => negative(request.amount),
    }
}
