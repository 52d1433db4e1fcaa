//! When a job runs: the occurrences of a schedule, by the rules of Morocco's zone.
//!
//! Each local day has one occurrence, whatever the clocks do: a time that exists twice counts the first time, and one
//! that does not exist counts at the first moment after the gap.

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Africa::Casablanca;
use chrono_tz::Tz;

/// The zone of every schedule and of every time that is shown.
pub(crate) const ZONE: Tz = Casablanca;
/// Longest gap in local time that is looked over, in minutes: no zone leaves out more than a day.
const GAP_MINUTES_MAX: i64 = 24 * 60;

/// When a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// Every so many seconds, counted from the beginning of 1970 (UTC); at least 1.
    Every(i64),
    /// At a local time of every day.
    Daily(u32, u32),
    /// On a day of every month (1 to 28), at a local time.
    Monthly(u32, u32, u32),
}

impl Schedule {
    /// The first occurrence after a moment.
    pub(crate) fn next_after(self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(seconds) => {
                let seconds = seconds.max(1);
                let next = (at.timestamp().div_euclid(seconds) + 1) * seconds;
                DateTime::from_timestamp(next, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
            }
            Self::Daily(..) | Self::Monthly(..) => {
                self.around(at).find(|occurrence| *occurrence > at).unwrap_or(DateTime::<Utc>::MAX_UTC)
            }
        }
    }

    /// The last occurrence that is not after a moment.
    pub(crate) fn latest_at(self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(seconds) => {
                let seconds = seconds.max(1);
                let latest = at.timestamp().div_euclid(seconds) * seconds;
                DateTime::from_timestamp(latest, 0).unwrap_or(DateTime::<Utc>::MIN_UTC)
            }
            Self::Daily(..) | Self::Monthly(..) => {
                let before = self.around(at).take_while(|occurrence| *occurrence <= at);
                before.last().unwrap_or(DateTime::<Utc>::MIN_UTC)
            }
        }
    }

    /// When a job that was never run is due: at once if it runs all the time, else at its next time.
    pub(crate) fn first(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(_) => now.with_nanosecond(0).unwrap_or(now),
            Self::Daily(..) | Self::Monthly(..) => self.next_after(now),
        }
    }

    /// The schedule as people say it.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Every(1) => "every second".to_owned(),
            Self::Every(seconds) if seconds % 3_600 == 0 => plural(seconds / 3_600, "hour"),
            Self::Every(seconds) if seconds % 60 == 0 => plural(seconds / 60, "minute"),
            Self::Every(seconds) => format!("every {seconds} s"),
            Self::Daily(hour, minute) => format!("daily at {hour:02}:{minute:02}"),
            Self::Monthly(day, hour, minute) => format!("on day {day} of the month at {hour:02}:{minute:02}"),
        }
    }

    /// The occurrences from a good while before a moment to a good while after it, in order.
    fn around(self, at: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let today = at.with_timezone(&ZONE).date_naive();
        (0..5u32).filter_map(move |step| match self {
            Self::Every(_) => None,
            Self::Daily(hour, minute) => {
                let first = today.checked_sub_days(Days::new(2))?;
                on(first.checked_add_days(Days::new(step.into()))?, hour, minute)
            }
            Self::Monthly(day, hour, minute) => {
                let first = today.with_day(1)?.checked_sub_months(Months::new(2))?;
                on(first.checked_add_months(Months::new(step))?.with_day(day)?, hour, minute)
            }
        })
    }
}

fn plural(count: i64, unit: &str) -> String {
    if count == 1 { format!("every {unit}") } else { format!("every {count} {unit}s") }
}

/// The moment at which a local day has a time for the first time, or the first moment after it.
fn on(day: NaiveDate, hour: u32, minute: u32) -> Option<DateTime<Utc>> {
    let wanted = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0)?);
    (0..=GAP_MINUTES_MAX).find_map(|minutes| first_moment(wanted + TimeDelta::minutes(minutes)))
}

fn first_moment(local: NaiveDateTime) -> Option<DateTime<Utc>> {
    ZONE.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Ramadan of 2027: UTC+1 until 7 February 03:00, UTC, and UTC+1 again from 14 March 02:00 on.
    #[rstest]
    #[case::plain("2027-01-10T12:00:00Z", Schedule::Daily(4, 0), "2027-01-11T03:00:00Z")]
    #[case::same_day("2027-01-10T02:59:59Z", Schedule::Daily(4, 0), "2027-01-10T03:00:00Z")]
    #[case::itself_is_over("2027-01-10T03:00:00Z", Schedule::Daily(4, 0), "2027-01-11T03:00:00Z")]
    #[case::before_the_shift("2027-02-06T12:00:00Z", Schedule::Daily(1, 0), "2027-02-07T00:00:00Z")]
    #[case::twice_there_the_first("2027-02-06T12:00:00Z", Schedule::Daily(2, 30), "2027-02-07T01:30:00Z")]
    #[case::twice_there_never_the_second("2027-02-07T01:30:00Z", Schedule::Daily(2, 30), "2027-02-08T02:30:00Z")]
    #[case::between_the_two("2027-02-07T02:10:00Z", Schedule::Daily(2, 30), "2027-02-08T02:30:00Z")]
    #[case::after_the_shift("2027-02-06T12:00:00Z", Schedule::Daily(3, 0), "2027-02-07T03:00:00Z")]
    #[case::cut_off_in_ramadan("2027-02-20T12:00:00Z", Schedule::Daily(18, 0), "2027-02-20T18:00:00Z")]
    #[case::cut_off_before_it("2027-01-20T12:00:00Z", Schedule::Daily(18, 0), "2027-01-20T17:00:00Z")]
    #[case::not_there("2027-03-13T12:00:00Z", Schedule::Daily(2, 30), "2027-03-14T02:00:00Z")]
    #[case::not_there_then_as_usual("2027-03-14T02:00:00Z", Schedule::Daily(2, 30), "2027-03-15T01:30:00Z")]
    #[case::gap_begins("2027-03-13T12:00:00Z", Schedule::Daily(2, 0), "2027-03-14T02:00:00Z")]
    #[case::gap_is_over("2027-03-13T12:00:00Z", Schedule::Daily(3, 0), "2027-03-14T02:00:00Z")]
    #[case::month("2026-11-30T12:00:00Z", Schedule::Monthly(1, 5, 0), "2026-12-01T04:00:00Z")]
    #[case::month_over("2026-12-01T04:00:00Z", Schedule::Monthly(1, 5, 0), "2027-01-01T04:00:00Z")]
    #[case::month_in_ramadan("2027-02-15T12:00:00Z", Schedule::Monthly(1, 5, 0), "2027-03-01T05:00:00Z")]
    #[case::month_28("2027-01-31T12:00:00Z", Schedule::Monthly(28, 5, 0), "2027-02-28T05:00:00Z")]
    #[case::seconds("2027-01-10T12:00:29.9Z", Schedule::Every(30), "2027-01-10T12:00:30Z")]
    #[case::seconds_over("2027-01-10T12:00:30Z", Schedule::Every(30), "2027-01-10T12:01:00Z")]
    #[case::seconds_through_a_shift("2027-02-07T01:59:59Z", Schedule::Every(300), "2027-02-07T02:00:00Z")]
    fn the_next_occurrence(#[case] after: &str, #[case] schedule: Schedule, #[case] expected: &str) {
        assert_eq!(schedule.next_after(at(after)), at(expected));
    }

    #[rstest]
    #[case::today("2027-01-10T12:00:00Z", Schedule::Daily(4, 0), "2027-01-10T03:00:00Z")]
    #[case::itself("2027-01-10T03:00:00Z", Schedule::Daily(4, 0), "2027-01-10T03:00:00Z")]
    #[case::yesterday("2027-01-10T02:59:59Z", Schedule::Daily(4, 0), "2027-01-09T03:00:00Z")]
    #[case::second_time("2027-02-07T02:30:00Z", Schedule::Daily(2, 30), "2027-02-07T01:30:00Z")]
    #[case::not_there("2027-03-14T01:59:59Z", Schedule::Daily(2, 30), "2027-03-13T02:30:00Z")]
    #[case::month("2027-02-15T12:00:00Z", Schedule::Monthly(1, 5, 0), "2027-02-01T04:00:00Z")]
    #[case::seconds("2027-01-10T12:00:29Z", Schedule::Every(30), "2027-01-10T12:00:00Z")]
    fn the_latest_occurrence(#[case] now: &str, #[case] schedule: Schedule, #[case] expected: &str) {
        assert_eq!(schedule.latest_at(at(now)), at(expected));
    }

    /// Over a year with both shifts: one occurrence a local day, whatever the time.
    #[rstest]
    fn every_day_has_exactly_one(#[values(0, 1, 2, 3, 23)] hour: u32, #[values(0, 1, 30, 59)] minute: u32) {
        let schedule = Schedule::Daily(hour, minute);
        let mut day = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
        let mut now = at("2026-11-30T12:00:00Z");
        now = schedule.next_after(now.max(on(day, 0, 0).unwrap() - TimeDelta::seconds(1)));
        for _ in 0..400 {
            assert_eq!(now.with_timezone(&ZONE).date_naive(), day);
            assert_eq!(schedule.latest_at(now), now);
            now = schedule.next_after(now);
            day = day.succ_opt().unwrap();
        }
    }

    #[rstest]
    #[case::at_once(Schedule::Every(300), "2027-01-10T12:01:02.5Z", "2027-01-10T12:01:02Z")]
    #[case::at_its_time(Schedule::Daily(4, 0), "2027-01-10T12:01:02.5Z", "2027-01-11T03:00:00Z")]
    fn the_first_time(#[case] schedule: Schedule, #[case] now: &str, #[case] expected: &str) {
        assert_eq!(schedule.first(at(now)), at(expected));
    }

    fn schedules() -> impl Strategy<Value = Schedule> {
        prop_oneof![
            (1..200_000i64).prop_map(Schedule::Every),
            (0..24u32, 0..60u32).prop_map(|(hour, minute)| Schedule::Daily(hour, minute)),
            (1..29u32, 0..24u32, 0..60u32).prop_map(|(day, hour, minute)| Schedule::Monthly(day, hour, minute)),
        ]
    }

    proptest! {
        /// The latest and the next occurrence enclose a moment, and there is none between them.
        #[test]
        fn occurrences_enclose_every_moment(schedule in schedules(), seconds in 1_700_000_000i64..2_500_000_000) {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            let (latest, next) = (schedule.latest_at(now), schedule.next_after(now));
            prop_assert!(latest <= now && now < next);
            prop_assert_eq!(schedule.next_after(latest), next);
            prop_assert_eq!(schedule.latest_at(next), next);
            prop_assert_eq!(schedule.latest_at(next - TimeDelta::seconds(1)), latest);
        }
    }

    #[rstest]
    #[case(Schedule::Every(1), "every second")]
    #[case(Schedule::Every(5), "every 5 s")]
    #[case(Schedule::Every(60), "every minute")]
    #[case(Schedule::Every(300), "every 5 minutes")]
    #[case(Schedule::Every(3_600), "every hour")]
    #[case(Schedule::Every(7_200), "every 2 hours")]
    #[case(Schedule::Daily(4, 0), "daily at 04:00")]
    #[case(Schedule::Monthly(1, 5, 30), "on day 1 of the month at 05:30")]
    fn in_words(#[case] schedule: Schedule, #[case] words: &str) {
        assert_eq!(schedule.words(), words);
    }
}
