//! What reports are made of, read page by page in the order of numbers: payments, windows, the audit log, and postings
//! with their entries. What is asked by accounts takes in every kind of posting, also those that are added later.

mod keys;
mod log;
mod movements;
mod payments;
mod runs;
mod schedules;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Africa::Casablanca;
use diesel::prelude::*;

pub use keys::{NewReportKey, ReportKey};
pub use movements::{AccountMovement, ReportPosting};
pub use payments::{PaymentSum, ReportPayment};
pub use runs::{NewReportRun, ReportAsker, ReportRun, ReportRunAsked, ReportRunBounds, ReportRunState};
pub use schedules::{NewReportSchedule, ReportMail, ReportSchedule};

use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::{id_blocks, payments as payment_rows, postings};
use crate::vocabulary::Channel;

/// Rows read at once.
const PAGE: i64 = 2_000;
/// How far apart the times of rows are at most that reach the writer together.
const TOGETHER_MAX: TimeDelta = TimeDelta::hours(1);

/// What a report is about: civil days in Africa/Casablanca, both included, and of what alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFilter {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Only this biller's.
    pub biller: Option<u16>,
    /// Only what this network's outlets took.
    pub network: Option<String>,
    /// Only what this outlet took.
    pub outlet: Option<String>,
    /// Only what came through this channel.
    pub channel: Option<Channel>,
}

impl ReportFilter {
    /// Everything of some days.
    pub fn days(from: NaiveDate, to: NaiveDate) -> Self {
        Self { from, to, biller: None, network: None, outlet: None, channel: None }
    }

    /// The first instant (UTC), and the first that is past.
    fn instants(&self) -> Result<(NaiveDateTime, NaiveDateTime), StorageError> {
        Ok((beginning(self.from)?, beginning(after(self.to)?)?))
    }
}

fn no_day(day: NaiveDate) -> StorageError {
    StorageError::Failed(format!("no instant begins the day {day}"))
}

/// The day after.
fn after(day: NaiveDate) -> Result<NaiveDate, StorageError> {
    day.succ_opt().ok_or_else(|| no_day(day))
}

/// The first instant (UTC) of a civil day in Casablanca, whose clocks never change at midnight.
fn beginning(day: NaiveDate) -> Result<NaiveDateTime, StorageError> {
    let local = day.and_hms_opt(0, 0, 0).and_then(|midnight| Casablanca.from_local_datetime(&midnight).earliest());
    local.map(|at| at.naive_utc()).ok_or_else(|| no_day(day))
}

/// Rows that are numbered in blocks.
#[derive(Debug, Clone, Copy)]
enum Numbered {
    Payments,
    Postings,
}

impl Reader<'_> {
    /// Between which numbers, both included, the rows of a time lie; `None` where there are none.
    fn numbers(
        &mut self,
        of: Numbered,
        from: NaiveDateTime,
        until: NaiveDateTime,
    ) -> Result<Option<(i64, i64)>, StorageError> {
        let blocks: Vec<(i64, i64)> = id_blocks::table
            .order(id_blocks::first)
            .select((id_blocks::first, id_blocks::beyond))
            .load(self.connection)?;
        let mut range: Option<(i64, i64)> = None;
        for (first, beyond) in blocks {
            let Some((oldest, newest)) = self.ends(of, first, beyond)? else { continue };
            // Numbers of a block grow with time, but for what was on its way to the writer together.
            if newest + TOGETHER_MAX < from || oldest - TOGETHER_MAX >= until {
                continue;
            }
            range = Some((range.map_or(first, |(lowest, _)| lowest), beyond - 1));
        }
        Ok(range)
    }

    /// The times of a block's first and last row.
    fn ends(
        &mut self,
        of: Numbered,
        first: i64,
        beyond: i64,
    ) -> Result<Option<(NaiveDateTime, NaiveDateTime)>, StorageError> {
        macro_rules! ends {
            ($table:ident, $time:ident) => {{
                let rows =
                    || $table::table.filter($table::id.ge(first)).filter($table::id.lt(beyond)).select($table::$time);
                let oldest: Option<NaiveDateTime> = rows().order($table::id.asc()).first(self.connection).optional()?;
                let newest: Option<NaiveDateTime> =
                    rows().order($table::id.desc()).first(self.connection).optional()?;
                oldest.zip(newest)
            }};
        }
        Ok(match of {
            Numbered::Payments => ends!(payment_rows, created_at),
            Numbered::Postings => ends!(postings, booked_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-11-24", "2026-11-23T23:00:00")]
    // Within Ramadan of 2026 the clock stands at UTC+0.
    #[case("2026-03-01", "2026-03-01T00:00:00")]
    fn days_begin(#[case] day: NaiveDate, #[case] at: NaiveDateTime) {
        assert_eq!(beginning(day).unwrap(), at);
    }
}
