//! What reconciliation proves: the bank's balance is the ledger's, but for what is named; what gateways owe is what their
//! reports announce, but for the rest; and what a day came to, source by source.
//!
//! A day is told as it was known at the end of the next working day, on which its files come in, or of the day on which the first file that tells of it did. What was written later (`made_at`, `booked_at`, `imported_at`, `closed_at`)
//! is left out, so that the same is told whenever it is asked; it is part of a later day. Of the bank, statements up to the
//! day itself are told.

mod bank;
mod books;
mod day;
mod gateways;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Africa::Casablanca;
use diesel::prelude::*;

use super::awaited::Payout;
use super::imports::Import;
use super::words::{BreakKind, BreakSource, ImportState};
use crate::accounts::AccountKind;
use crate::ledger::Reader;
use crate::money::Money;
use crate::storage::StorageError;
use crate::storage::schema::imports;
use crate::working_days::is_working_day;

/// Rows read at once.
const PAGE: i64 = 2_000;
/// How far apart the times of postings are at most that reach the writer together.
const TOGETHER_MAX: TimeDelta = TimeDelta::hours(1);
/// Items that are named one by one; past them they are counted and summed only.
const NAMED_MAX: usize = 1_000;

/// Something that stands on one side only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofItem {
    /// The number of the entry, or of the posting.
    pub id: i64,
    /// What it is.
    pub what: String,
    /// Its day.
    pub day: NaiveDate,
    /// How much, signed as the bank has it.
    pub amount: Money,
}

/// Items of one side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProofItems {
    /// The first of them.
    pub named: Vec<ProofItem>,
    /// How many there are.
    pub count: u64,
    /// Their sum.
    pub total: Money,
}

impl ProofItems {
    fn add(&mut self, item: ProofItem) -> Result<(), StorageError> {
        self.count += 1;
        self.total = self.total.checked_add(item.amount).ok_or_else(past_the_range)?;
        if self.named.len() < NAMED_MAX {
            self.named.push(item);
        }
        Ok(())
    }
}

fn past_the_range() -> StorageError {
    StorageError::Damaged("the sums are past the range".to_owned())
}

/// The bank's balance and the ledger's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankProof {
    /// The last day that a statement tells of.
    pub day: Option<NaiveDate>,
    /// What the accounts held before their first statements: money that was there before the hub.
    pub before: Money,
    /// What is missing between statements that do not follow one another.
    pub gaps: Money,
    /// What the last statements close with.
    pub closing: Money,
    /// The ledger's balance of the bank.
    pub ledger: Money,
    /// Entries, or what is left of them, that are not booked here yet.
    pub not_booked: ProofItems,
    /// Bookings that no statement shows yet.
    pub not_shown: ProofItems,
}

impl BankProof {
    /// What is unexplained: zero where the proof holds. `None` past the range.
    pub fn difference(&self) -> Option<Money> {
        let here = Money::sum([self.before, self.gaps, self.ledger, self.not_booked.total])?;
        self.closing.checked_sub(here.checked_sub(self.not_shown.total)?)
    }
}

/// The bank's account against all others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BooksProof {
    /// The ledger's balance of the bank.
    pub bank: Money,
    /// The other kinds of account that are not at zero, in the order of the chart: above zero what is owed or was earned,
    /// below zero what is to be received or was spent.
    pub against: Vec<(AccountKind, Money)>,
}

impl BooksProof {
    /// What stands against the bank; `None` past the range.
    pub fn sum(&self) -> Option<Money> {
        Money::sum(self.against.iter().map(|(_, amount)| *amount))
    }

    /// What is at the bank and stands against nothing: zero where the proof holds. `None` past the range.
    pub fn difference(&self) -> Option<Money> {
        self.bank.checked_sub(self.sum()?)
    }
}

/// What a gateway owes, and what of it its reports announce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayProof {
    /// The gateway.
    pub gateway: String,
    /// The ledger's balance: captured less paid out and given back.
    pub receivable: Money,
    /// Payouts that are announced and have not come, by value day.
    pub awaited: Vec<Payout>,
    /// What no report announces yet.
    pub not_announced: Money,
}

/// What one file of a day came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDay {
    /// The file.
    pub import: Import,
    /// Opening and closing balance; statements of the bank only.
    pub balances: Option<(Money, Money)>,
    /// Records that fit.
    pub matched: (i64, Money),
    /// Records that a break is open about, or that are not matched.
    pub open: (i64, Money),
    /// Breaks that were found, and how many of them are not closed.
    pub breaks: (i64, i64),
}

/// Breaks of one kind and source that are not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenBreaks {
    /// From whom.
    pub source: BreakSource,
    /// What does not fit.
    pub kind: BreakKind,
    /// How many are of this day, up to a week old, up to 30 days, older.
    pub by_age: [u64; 4],
}

/// What a day came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciliationDay {
    /// The day.
    pub day: NaiveDate,
    /// The day at whose end this is told: what was written later changes nothing of it.
    pub known_on: NaiveDate,
    /// Whether a file that tells of the day came in; else it is not final.
    pub is_told: bool,
    /// Source by source; then files that came in on this day, too late for the day that they tell of.
    pub sources: Vec<SourceDay>,
    /// What is open by then, with its age on the day.
    pub breaks: Vec<OpenBreaks>,
}

impl ReconciliationDay {
    /// Whether nothing that is written from now on changes what is told of the day, its proofs among it.
    pub fn is_final(&self, now: DateTime<Utc>) -> bool {
        self.is_told && end_of(self.known_on) <= now.naive_utc()
    }
}

/// Up to where something is told.
#[derive(Debug, Clone, Copy)]
struct AsOf {
    /// Statements of the bank that end by then.
    day: NaiveDate,
    /// What was written before.
    until: NaiveDateTime,
}

impl AsOf {
    /// All that is known.
    fn now() -> Self {
        // Later than anything, and with four digits for the year, as SQLite compares texts.
        let day = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
        Self { day, until: day.and_time(NaiveTime::MIN) }
    }
}

/// The first instant after a day in Morocco.
fn end_of(day: NaiveDate) -> NaiveDateTime {
    let local = day.checked_add_days(Days::new(1)).unwrap_or(day).and_time(NaiveTime::MIN);
    // Morocco's clock changes at three in the morning.
    Casablanca.from_local_datetime(&local).earliest().map_or(local, |at| at.naive_utc())
}

/// The civil day of an instant in Morocco.
fn day_of(at: NaiveDateTime) -> NaiveDate {
    at.and_utc().with_timezone(&Casablanca).date_naive()
}

/// Longest run of days that is looked through: of weekends and holidays with a date, four days at most are one after another.
const CLOSED_MAX: usize = 7;

/// The next working day.
fn next_working_day(day: NaiveDate) -> NaiveDate {
    day.iter_days().skip(1).take(CLOSED_MAX).find(|day| is_working_day(*day)).unwrap_or(day)
}

impl Reader<'_> {
    /// The day at whose end a day is told, and whether a file that tells of it came in.
    fn known_on(&mut self, day: NaiveDate) -> Result<(NaiveDate, bool), StorageError> {
        let first: Option<NaiveDateTime> = imports::table
            .filter(imports::day.eq(day))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .order(imports::imported_at)
            .select(imports::imported_at)
            .first(self.connection)
            .optional()?;
        let next = next_working_day(day);
        Ok((first.map_or(next, |first| next.max(day_of(first))), first.is_some()))
    }

    fn as_of(&mut self, day: NaiveDate) -> Result<AsOf, StorageError> {
        Ok(AsOf { day, until: end_of(self.known_on(day)?.0) })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::monday("2026-11-23", "2026-11-24")]
    #[case::friday("2026-11-27", "2026-11-30")]
    #[case::saturday("2026-11-28", "2026-11-30")]
    #[case::sunday("2026-11-29", "2026-11-30")]
    #[case::march("2026-11-05", "2026-11-09")]
    #[case::revolution_and_youth("2026-08-19", "2026-08-24")]
    fn files_come_in_on_the_next_working_day(#[case] day: NaiveDate, #[case] next: NaiveDate) {
        assert_eq!(next_working_day(day), next);
    }

    #[rstest]
    #[case::usual("2026-11-24", "2026-11-24T23:00:00")]
    #[case::ramadan("2026-03-01", "2026-03-02T00:00:00")]
    fn days_end_by_the_clock_on_the_wall(#[case] day: NaiveDate, #[case] end: NaiveDateTime) {
        assert_eq!(end_of(day), end);
        assert_eq!(day_of(end - chrono::TimeDelta::microseconds(1)), day);
    }
}
