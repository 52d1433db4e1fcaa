//! Refunds of confirmed payments, held against what a gateway says that it gave back: one line is one refund, or all of a
//! payment's of the day.

use chrono::{NaiveDate, NaiveDateTime};
use ledger::{BreakKind, BreakSubject, Ledger, LedgerError, Money, NewBreak, RefundState, ReportOf, ReportedRefund};

use super::import::ImportError;
use super::lines::Back;
use super::reports::{Found, PAGE, Telling, is_open};
use crate::terms::ZONE;

/// What lines come to, refund by refund.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lines<'a> {
    /// Refunds that are told of, with the day that the gateway gives them.
    told: Vec<(&'a ReportedRefund, NaiveDate)>,
    /// Refunds that are told of again by the same report, with all that was given back for each.
    twice: Vec<(&'a ReportedRefund, Money)>,
    /// A refund of the day that is told of with another amount.
    otherwise: Option<(&'a ReportedRefund, Money)>,
    /// What was given back that is of no refund; zero where nothing was.
    unknown: Money,
}

fn day_of(refund: &ReportedRefund) -> Option<NaiveDate> {
    refund.ended_at.map(|at| at.and_utc().with_timezone(&ZONE).date_naive())
}

/// How well a refund of the line's amount fits it: one that failed after all others, then nearest in time, then given back
/// here before under way. A gateway may date what it gave back on the day before it is known here.
fn distance(refund: &ReportedRefund, line: &Back) -> (bool, u64, u8) {
    let days = day_of(refund).map_or(0, |day| (day - line.on).num_days().unsigned_abs());
    let rank = u8::from(refund.state != RefundState::Done);
    (refund.state == RefundState::Failed, days, rank)
}

/// `None` where sums are past the range.
fn pair<'a>(lines: &[Back], refunds: &'a [ReportedRefund], day: NaiveDate) -> Option<Lines<'a>> {
    let mut found = Lines::default();
    let mut left: Vec<&ReportedRefund> = refunds.iter().collect();
    let mut rest: Vec<&Back> = Vec::new();
    for line in lines {
        let fits = left.iter().enumerate().filter(|(_, refund)| refund.total == line.amount);
        match fits.min_by_key(|(_, refund)| distance(refund, line)).map(|(at, _)| at) {
            Some(at) => found.told.push((left.remove(at), line.on)),
            None => rest.push(line),
        }
    }
    let of_day: Vec<&ReportedRefund> =
        left.into_iter().filter(|refund| refund.state == RefundState::Done && day_of(refund) == Some(day)).collect();
    let sums = (Money::sum(rest.iter().map(|line| line.amount))?, Money::sum(of_day.iter().map(|one| one.total))?);
    if sums.0 == sums.1 {
        // A total of several, or nothing that is left.
        found.told.extend(of_day.into_iter().map(|refund| (refund, day)));
        return Some(found);
    }
    for line in &rest {
        let again = found.told.iter().find(|(refund, _)| refund.total == line.amount).map(|(refund, _)| *refund);
        match (again, of_day.as_slice()) {
            (Some(refund), _) => match found.twice.iter_mut().find(|(known, _)| known.id == refund.id) {
                Some((_, sum)) => *sum = sum.checked_add(line.amount)?,
                None => found.twice.push((refund, refund.total.checked_add(line.amount)?)),
            },
            (None, [only]) if rest.len() == 1 => {
                found.told.push((*only, line.on));
                found.otherwise = Some((*only, line.amount));
            }
            _ => found.unknown = found.unknown.checked_add(line.amount)?,
        }
    }
    Some(found)
}

impl Telling {
    fn refund_break(
        &self,
        kind: BreakKind,
        refund: &ReportedRefund,
        (expected, found): (Option<Money>, Option<Money>),
        words: String,
    ) -> NewBreak {
        NewBreak {
            subject: BreakSubject::Refund,
            position: NewBreak::ITS_RETURN,
            expected,
            found,
            ..self.new_break(kind, refund.id, words)
        }
    }
}

/// Holds a payment's lines against its refunds.
pub(super) fn compare(
    ledger: &Ledger,
    telling: &Telling,
    superseded: Option<i64>,
    (payment, lines, refunds): (i64, &[Back], &[ReportedRefund]),
    found: &mut Found,
) -> Result<(), ImportError> {
    let past = || ImportError::refused("the sums are past the range");
    let Lines { told, twice, otherwise, unknown } = pair(lines, refunds, telling.day).ok_or_else(past)?;
    for (refund, sum) in twice {
        let words = format!("refund {:012} is in the report more than once", refund.id);
        let amounts = (Some(refund.total), Some(sum));
        found.push(telling.refund_break(BreakKind::Duplicate, refund, amounts, words))?;
    }
    if let Some((refund, amount)) = otherwise {
        let words = format!("refund {:012}: another amount was given back", refund.id);
        let amounts = (Some(refund.total), Some(amount));
        found.push(telling.refund_break(BreakKind::AmountDiffers, refund, amounts, words))?;
    }
    if unknown != Money::ZERO {
        let words = "given back there, and no refund of it here".to_owned();
        let what = telling.new_break(BreakKind::MissingHere, payment, words);
        found.push(NewBreak { position: NewBreak::ITS_RETURN, found: Some(unknown), ..what })?;
    }
    for (refund, on) in told {
        found.refunds_told.insert(refund.id);
        if day_of(refund) != Some(telling.day) || refund.state != RefundState::Done {
            found.refunded_apart.push(refund.id);
        }
        // What failed is not booked as given back; of what is pending, the books are about to say it.
        let expected = match refund.state {
            RefundState::Failed => None,
            _ => Some(refund.total),
        };
        if refund.state != RefundState::Done {
            let words = format!("refund {:012} was given back there, and is {} here", refund.id, refund.state);
            let amounts = (expected, Some(refund.total));
            found.push(telling.refund_break(BreakKind::StatusDiffers, refund, amounts, words))?;
        }
        let breaks = ledger.read(|reader| reader.breaks_about(BreakSubject::Refund, refund.id))?;
        let missed: Vec<_> = breaks.iter().filter(|one| telling.misses(one, NewBreak::ITS_RETURN)).collect();
        found.turned_up.extend(missed.iter().filter(|one| is_open(one.state)).map(|one| one.id));
        // A line about an earlier day tells again, as with the payout that it was taken off.
        if on == telling.day && missed.is_empty() && is_told_before(ledger, telling, superseded, refund)? {
            let words = format!("refund {:012} was in another report already", refund.id);
            let doubled = refund.total.checked_add(refund.total).ok_or_else(past)?;
            let amounts = (Some(refund.total), Some(doubled));
            found.push(telling.refund_break(BreakKind::Duplicate, refund, amounts, words))?;
        }
    }
    Ok(())
}

/// Whether a report of another day told of a refund: its own day's, or one before.
fn is_told_before(
    ledger: &Ledger,
    telling: &Telling,
    superseded: Option<i64>,
    refund: &ReportedRefund,
) -> Result<bool, LedgerError> {
    let own = day_of(refund).filter(|day| *day < telling.day && refund.state == RefundState::Done);
    ledger.read(|reader| {
        let apart = reader.refunded_apart(&[refund.id])?.iter().any(|(_, import)| Some(*import) != superseded);
        let by_own = match own {
            Some(day) => reader.report_of(telling.kind, &telling.partner, day)?.is_some(),
            None => false,
        };
        Ok(apart || by_own)
    })
}

/// What was given back here on that day, and not there.
pub(super) fn missing(
    ledger: &Ledger,
    telling: &Telling,
    within: (NaiveDateTime, NaiveDateTime),
    found: &mut Found,
) -> Result<(), ImportError> {
    let ReportOf::Gateway(gateway) = &telling.of else { return Ok(()) };
    let (limit, mut after) = (i64::try_from(PAGE).unwrap_or(i64::MAX), i64::MIN);
    loop {
        let page = ledger.read(|reader| reader.refunds_given_back(gateway, within, after, limit))?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let ids: Vec<i64> = page.iter().map(|refund| refund.id).collect();
        let elsewhere = ledger.read(|reader| reader.refunded_apart(&ids))?;
        for refund in page {
            if found.refunds_told.contains(&refund.id) || elsewhere.iter().any(|(id, _)| *id == refund.id) {
                continue;
            }
            let words = format!("refund {:012} was given back here, and not there", refund.id);
            let amounts = (Some(refund.total), None);
            found.push(telling.refund_break(BreakKind::MissingThere, &refund, amounts, words))?;
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn refund(id: i64, minor: i64, state: RefundState, ended: Option<&str>) -> ReportedRefund {
        let ended_at = ended.map(|day| format!("2026-11-{day}T10:00:00").parse().unwrap());
        ReportedRefund { id, payment: 1, total: Money::from_minor(minor), state, ended_at }
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    use RefundState as S;

    /// Lines of the 24th as day and centimes; refunds told of, told of twice with what was given back, told of otherwise, and
    /// what is of none.
    #[rstest]
    #[case::one(&[(24, 500)], &[(1, 500, S::Done, Some("24"))], &[1], &[], None, 0)]
    #[case::none(&[], &[(1, 500, S::Done, Some("24"))], &[], &[], None, 0)]
    #[case::two(&[(24, 500), (24, 300)], &[(1, 300, S::Done, Some("24")), (2, 500, S::Done, Some("24"))], &[2, 1], &[], None, 0)]
    #[case::a_total(&[(24, 800)], &[(1, 300, S::Done, Some("24")), (2, 500, S::Done, Some("24"))], &[1, 2], &[], None, 0)]
    #[case::twice(&[(24, 500), (24, 500)], &[(1, 500, S::Done, Some("24"))], &[1], &[(1, 1_000)], None, 0)]
    #[case::thrice(&[(24, 500), (24, 500), (24, 500)], &[(1, 500, S::Done, Some("24"))], &[1], &[(1, 1_500)], None, 0)]
    #[case::two_alike(&[(24, 500), (24, 500)], &[(1, 500, S::Done, Some("24")), (2, 500, S::Done, Some("24"))], &[1, 2], &[], None, 0)]
    #[case::less(&[(24, 400)], &[(1, 500, S::Done, Some("24"))], &[1], &[], Some((1, 400)), 0)]
    #[case::of_no_refund(&[(24, 500), (24, 77)], &[(1, 500, S::Done, Some("24"))], &[1], &[], None, 77)]
    #[case::of_another_day(&[(24, 77)], &[(1, 500, S::Done, Some("20"))], &[], &[], None, 77)]
    #[case::the_nearer(&[(24, 500)], &[(1, 500, S::Done, Some("20")), (2, 500, S::Done, Some("24"))], &[2], &[], None, 0)]
    #[case::done_first(&[(24, 500)], &[(1, 500, S::Failed, Some("24")), (2, 500, S::Done, Some("24"))], &[2], &[], None, 0)]
    #[case::done_after_midnight(&[(24, 500)], &[(1, 500, S::Failed, Some("24")), (2, 500, S::Done, Some("25"))], &[2], &[], None, 0)]
    #[case::pending_before_failed(&[(24, 500)], &[(1, 500, S::Failed, Some("24")), (2, 500, S::Pending, None)], &[2], &[], None, 0)]
    #[case::done_before_pending(&[(24, 500)], &[(1, 500, S::Pending, None), (2, 500, S::Done, Some("24"))], &[2], &[], None, 0)]
    #[case::failed_after_done(&[(24, 500), (24, 500)], &[(1, 500, S::Failed, Some("24")), (2, 500, S::Done, Some("25"))], &[2, 1], &[], None, 0)]
    #[case::pending(&[(24, 500)], &[(1, 500, S::Pending, None)], &[1], &[], None, 0)]
    #[case::failed(&[(24, 500)], &[(1, 500, S::Failed, Some("24"))], &[1], &[], None, 0)]
    fn lines_are_paired(
        #[case] lines: &[(u32, i64)],
        #[case] refunds: &[(i64, i64, RefundState, Option<&str>)],
        #[case] told: &[i64],
        #[case] twice: &[(i64, i64)],
        #[case] otherwise: Option<(i64, i64)>,
        #[case] unknown: i64,
    ) {
        let refunds: Vec<_> =
            refunds.iter().map(|(id, minor, state, ended)| refund(*id, *minor, *state, *ended)).collect();
        let lines: Vec<_> =
            lines.iter().map(|(on, minor)| Back { amount: Money::from_minor(*minor), on: day(*on) }).collect();
        let found = pair(&lines, &refunds, day(24)).unwrap();
        assert_eq!(found.told.iter().map(|(refund, _)| refund.id).collect::<Vec<_>>(), told);
        let sums: Vec<_> = found.twice.iter().map(|(refund, sum)| (refund.id, sum.minor())).collect();
        assert_eq!(sums, twice);
        assert_eq!(found.otherwise.map(|(refund, amount)| (refund.id, amount.minor())), otherwise);
        assert_eq!(found.unknown.minor(), unknown);
    }
}
