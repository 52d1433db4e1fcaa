//! The figures of the register of stamp duty for the month that is over. The file is `fatoura export stamp-duty`.

use chrono::{Datelike, Months, NaiveDate};
use ledger::{Reader, StorageError};

use super::job::Run;
use super::report::{JobFailure, JobReport, JobResult};
use super::schedule::ZONE;

/// The month before the one in which a day lies: its first day, and the first day after it.
fn month_before(day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let next = day.with_day(1)?;
    Some((next.checked_sub_months(Months::new(1))?, next))
}

/// States the figures of the month before the one that the run works for.
pub(super) async fn run(run: Run) -> JobResult {
    let day = run.as_of.with_timezone(&ZONE).date_naive();
    let (month, next) = month_before(day).ok_or_else(|| JobFailure::trouble("a month beyond the calendar"))?;
    let read = move |reader: &mut Reader<'_>| -> Result<_, StorageError> { reader.stamp_duty(month, next) };
    let totals = run.read(read).await?;
    let (name, discharged, duty) = (month.format("%Y-%m"), totals.discharged, totals.duty);
    let receipts = usize::try_from(totals.receipts).unwrap_or(0);
    Ok(JobReport::of([("receipts", receipts)])
        .with_text(format!("{name}: discharged {discharged} MAD, duty {duty} MAD")))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-12-01", "2026-11-01", "2026-12-01")]
    #[case("2027-01-31", "2026-12-01", "2027-01-01")]
    fn the_month_before(#[case] day: NaiveDate, #[case] from: NaiveDate, #[case] until: NaiveDate) {
        assert_eq!(month_before(day), Some((from, until)));
    }
}
