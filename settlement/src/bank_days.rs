//! The days on which banks in Morocco work: Monday to Friday, but for public holidays.
//!
//! Holidays by the Gregorian calendar are known. Those by the Hijri calendar are announced when the moon is seen, a day or
//! two before, and are configured.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::{Days, NaiveDate};

/// Holidays that are configured at most: some twenty years of them.
const CONFIGURED_MAX: usize = 200;
/// Longest run of days without a bank day that is looked through; past it the configuration is not believed.
const CLOSED_MAX: usize = 31;

/// Bank holidays besides those that have a date: the religious ones, and what is proclaimed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankHolidays(BTreeSet<NaiveDate>);

/// A text that is no list of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected days such as 2027-03-10,2027-03-11, at most {CONFIGURED_MAX}")]
pub struct NotHolidays;

impl FromStr for BankHolidays {
    type Err = NotHolidays;

    /// Days with commas between them; none for an empty text.
    fn from_str(text: &str) -> Result<Self, NotHolidays> {
        let days = text.split(',').map(str::trim).filter(|day| !day.is_empty());
        let days: BTreeSet<NaiveDate> = days.map(str::parse).collect::<Result<_, _>>().map_err(|_| NotHolidays)?;
        if days.len() > CONFIGURED_MAX { Err(NotHolidays) } else { Ok(Self(days)) }
    }
}

impl BankHolidays {
    /// Whether banks work on a day.
    pub fn is_bank_day(&self, day: NaiveDate) -> bool {
        ledger::is_working_day(day) && !self.0.contains(&day)
    }

    /// A day, or the next bank day after it.
    pub fn on_or_after(&self, day: NaiveDate) -> NaiveDate {
        day.iter_days().take(CLOSED_MAX).find(|day| self.is_bank_day(*day)).unwrap_or(day)
    }

    /// So many bank days after a day.
    pub fn after(&self, day: NaiveDate, count: u16) -> NaiveDate {
        (0..count).fold(day, |day, _| day.checked_add_days(Days::new(1)).map_or(day, |next| self.on_or_after(next)))
    }

    /// So many bank days before a day.
    pub fn before(&self, day: NaiveDate, count: u16) -> NaiveDate {
        let (mut found, mut left, mut closed) = (day, count, 0);
        while left > 0 && closed < CLOSED_MAX {
            let Some(earlier) = found.checked_sub_days(Days::new(1)) else { return found };
            found = earlier;
            match self.is_bank_day(found) {
                true => (left, closed) = (left - 1, 0),
                false => closed += 1,
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn holidays() -> BankHolidays {
        "2026-05-27, 2026-05-28".parse().unwrap()
    }

    #[rstest]
    #[case::none("2026-11-28", 0, "2026-11-28")]
    #[case::one("2026-11-24", 1, "2026-11-25")]
    #[case::over_a_weekend("2026-11-26", 2, "2026-11-30")]
    #[case::from_a_saturday("2026-11-28", 5, "2026-12-04")]
    #[case::over_a_holiday("2026-11-17", 1, "2026-11-19")]
    #[case::over_a_configured_one("2026-05-25", 2, "2026-05-29")]
    fn bank_days_after(#[case] day: NaiveDate, #[case] count: u16, #[case] found: NaiveDate) {
        assert_eq!(holidays().after(day, count), found);
    }

    #[rstest]
    #[case::weekday("2026-11-24", "2026-11-24")]
    #[case::saturday("2026-11-28", "2026-11-30")]
    #[case::march("2026-11-06", "2026-11-09")]
    #[case::revolution_and_youth("2026-08-20", "2026-08-24")]
    #[case::unity("2028-10-31", "2028-11-01")]
    #[case::before_there_was_unity("2025-10-31", "2025-10-31")]
    #[case::configured("2026-05-27", "2026-05-29")]
    fn the_next_bank_day(#[case] day: NaiveDate, #[case] next: NaiveDate) {
        assert_eq!(holidays().on_or_after(day), next);
    }

    #[rstest]
    #[case::none("2026-11-24", 0, "2026-11-24")]
    #[case::weekend("2026-11-24", 3, "2026-11-19")]
    #[case::independence("2026-11-19", 1, "2026-11-17")]
    #[case::configured("2026-05-29", 2, "2026-05-25")]
    fn bank_days_before(#[case] day: NaiveDate, #[case] count: u16, #[case] before: NaiveDate) {
        assert_eq!(holidays().before(day, count), before);
    }

    #[rstest]
    #[case::empty("", true)]
    #[case::spaces(" 2027-03-10 , 2027-03-11 ", true)]
    #[case::words("Eid", false)]
    #[case::no_such_day("2027-02-30", false)]
    #[case::other_order("10-03-2027", false)]
    fn lists(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(text.parse::<BankHolidays>().is_ok(), is_one);
    }

    #[test]
    fn a_list_of_a_year_without_banks_ends() {
        let days: Vec<String> =
            NaiveDate::default().iter_days().take(CONFIGURED_MAX).map(|day| day.to_string()).collect();
        let closed: BankHolidays = days.join(",").parse().unwrap();
        let last: NaiveDate = days.last().unwrap().parse().unwrap();
        assert_eq!(closed.on_or_after(NaiveDate::default()), NaiveDate::default());
        assert!(closed.before(last, 9) < last);
    }
}
