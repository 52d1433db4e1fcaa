//! When a window ends.

use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveTime, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Terms;

/// The zone of every local time of settlement. Its offset changes around Ramadan.
pub const ZONE: Tz = chrono_tz::Africa::Casablanca;

/// Days looked at for the next cut-off: a monthly one is at most 31 days ahead.
const DAYS_AHEAD: u64 = 32;
/// Minutes after which a clock that jumped forward goes on, at most. No zone ever jumped further than a day.
const JUMP_MINUTES_MAX: i64 = 24 * 60;

/// The days on which a window ends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "every", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cycle {
    /// Every day.
    #[default]
    Daily,
    /// These days of the week; none at all is every day.
    Weekly {
        /// The days.
        days: Vec<Weekday>,
    },
    /// One day of the month; a shorter month has it on its last.
    Monthly {
        /// From 1 to 31.
        day: u8,
    },
}

impl Cycle {
    fn is_due(&self, on: NaiveDate) -> bool {
        match self {
            Self::Daily => true,
            Self::Weekly { days } => days.is_empty() || days.contains(&on.weekday()),
            Self::Monthly { day } => on.day() == u32::from((*day).max(1)).min(days_of_month(on)),
        }
    }
}

fn days_of_month(of: NaiveDate) -> u32 {
    let next = of.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.pred_opt()).map_or(31, |last| last.day())
}

impl Terms {
    /// The first cut-off strictly after an instant: the end of the window to which that instant belongs, itself already
    /// of the next one.
    ///
    /// A local time that does not exist, because clocks go forward over it, is the instant at which they do; one that
    /// exists twice is the first. So a day that is due has exactly one cut-off.
    pub fn next_cut_off(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        let today = after.with_timezone(&ZONE).date_naive();
        (0..=DAYS_AHEAD)
            .filter_map(|ahead| today.checked_add_days(Days::new(ahead)))
            .filter(|day| self.cycle.is_due(*day))
            .filter_map(|day| instant(day, self.cut_off))
            .find(|cut_off| *cut_off > after)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The civil day of the window that ends at a cut-off: that of its last instant. A cut-off at midnight ends the day
    /// before.
    pub fn day_of(&self, cut_off: DateTime<Utc>) -> NaiveDate {
        let last = cut_off.checked_sub_signed(Duration::nanoseconds(1)).unwrap_or(cut_off);
        last.with_timezone(&ZONE).date_naive()
    }
}

fn instant(day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
    let local = day.and_time(time);
    if let Some(found) = ZONE.from_local_datetime(&local).earliest() {
        return Some(found.to_utc());
    }
    // Clocks jump at whole minutes: the first that exists again is the instant of the jump.
    let minute = local.with_second(0)?.with_nanosecond(0)?;
    let after_jump =
        |minutes| ZONE.from_local_datetime(&minute.checked_add_signed(Duration::minutes(minutes))?).earliest();
    (1..=JUMP_MINUTES_MAX).find_map(after_jump).map(|found| found.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn at(time: &str) -> Terms {
        Terms { cut_off: time.parse().unwrap(), ..Terms::default() }
    }

    #[rstest]
    #[case::in_the_morning("2026-11-24T08:00:00Z", "2026-11-24T17:00:00Z")]
    #[case::last_instant("2026-11-24T16:59:59.999Z", "2026-11-24T17:00:00Z")]
    #[case::the_cut_off_itself("2026-11-24T17:00:00Z", "2026-11-25T17:00:00Z")]
    #[case::last_of_utc_plus_1("2027-02-06T16:59:59.999Z", "2027-02-06T17:00:00Z")]
    #[case::into_ramadan("2027-02-06T17:00:00Z", "2027-02-07T18:00:00Z")]
    #[case::first_of_ramadan("2027-02-07T17:59:59.999Z", "2027-02-07T18:00:00Z")]
    #[case::within_ramadan("2027-02-07T18:00:00Z", "2027-02-08T18:00:00Z")]
    #[case::last_of_ramadan("2027-03-13T17:59:59.999Z", "2027-03-13T18:00:00Z")]
    #[case::out_of_ramadan("2027-03-13T18:00:00Z", "2027-03-14T17:00:00Z")]
    #[case::first_after("2027-03-14T16:59:59.999Z", "2027-03-14T17:00:00Z")]
    fn daily_at_18(#[case] after: &str, #[case] next: &str) {
        assert_eq!(Terms::default().next_cut_off(utc(after)), utc(next));
    }

    // 2027-02-07: 03:00 (UTC+1) becomes 02:00 (UTC+0). 2027-03-14: 02:00 (UTC+0) becomes 03:00 (UTC+1).
    #[rstest]
    #[case::twice_is_the_first("02:30:00", "2027-02-07T00:00:00Z", "2027-02-07T01:30:00Z")]
    #[case::and_only_it("02:30:00", "2027-02-07T01:30:00Z", "2027-02-08T02:30:00Z")]
    #[case::between_both("02:30:00", "2027-02-07T02:10:00Z", "2027-02-08T02:30:00Z")]
    #[case::its_beginning("02:00:00", "2027-02-07T00:00:00Z", "2027-02-07T01:00:00Z")]
    #[case::after_it("03:00:00", "2027-02-07T00:00:00Z", "2027-02-07T03:00:00Z")]
    #[case::never_is_the_jump("02:30:00", "2027-03-14T00:00:00Z", "2027-03-14T02:00:00Z")]
    #[case::with_seconds("02:59:59", "2027-03-14T00:00:00Z", "2027-03-14T02:00:00Z")]
    #[case::and_once("02:30:00", "2027-03-14T02:00:00Z", "2027-03-15T01:30:00Z")]
    #[case::before_the_jump("01:59:59", "2027-03-14T00:00:00Z", "2027-03-14T01:59:59Z")]
    #[case::after_the_jump("03:00:00", "2027-03-14T00:00:00Z", "2027-03-14T02:00:00Z")]
    fn nights_of_change(#[case] cut_off: &str, #[case] after: &str, #[case] next: &str) {
        assert_eq!(at(cut_off).next_cut_off(utc(after)), utc(next));
    }

    #[rstest]
    #[case::before_the_first("2026-11-22T17:00:00Z", "2026-11-23T17:00:00Z")]
    #[case::between("2026-11-23T17:00:00Z", "2026-11-26T17:00:00Z")]
    #[case::past_the_first("2026-11-26T17:00:00Z", "2026-11-30T17:00:00Z")]
    fn weekly(#[case] after: &str, #[case] next: &str) {
        let days = vec![Weekday::Mon, Weekday::Thu];
        let terms = Terms { cycle: Cycle::Weekly { days }, ..Terms::default() };
        assert_eq!(terms.next_cut_off(utc(after)), utc(next));
    }

    #[rstest]
    #[case::later_this_month(15, "2026-11-14T00:00:00Z", "2026-11-15T17:00:00Z")]
    #[case::next_month(15, "2026-11-15T17:00:00Z", "2026-12-15T17:00:00Z")]
    #[case::short_month(31, "2026-11-01T00:00:00Z", "2026-11-30T17:00:00Z")]
    #[case::february_in_ramadan(31, "2027-01-31T17:00:00Z", "2027-02-28T18:00:00Z")]
    fn monthly(#[case] day: u8, #[case] after: &str, #[case] next: &str) {
        let terms = Terms { cycle: Cycle::Monthly { day }, ..Terms::default() };
        assert_eq!(terms.next_cut_off(utc(after)), utc(next));
    }

    #[rstest]
    #[case("18:00:00", "2026-11-24T17:00:00Z", "2026-11-24")]
    #[case("00:00:00", "2026-11-24T23:00:00Z", "2026-11-24")]
    #[case("00:00:01", "2026-11-24T23:00:01Z", "2026-11-25")]
    #[case("18:00:00", "2027-02-07T18:00:00Z", "2027-02-07")]
    fn days(#[case] cut_off: &str, #[case] at_instant: &str, #[case] day: &str) {
        assert_eq!(at(cut_off).day_of(utc(at_instant)), day.parse::<NaiveDate>().unwrap());
    }

    proptest! {
        #[test]
        fn each_due_day_ends_one_window(
            start in 1_790_000_000i64..1_900_000_000,
            second in 0u32..86_400,
            cycle in prop_oneof![
                Just(Cycle::Daily),
                Just(Cycle::Weekly { days: vec![Weekday::Sun, Weekday::Wed] }),
                (1u8..32).prop_map(|day| Cycle::Monthly { day }),
            ],
        ) {
            let cut_off = NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap();
            let terms = Terms { cycle: cycle.clone(), cut_off, ..Terms::default() };
            let mut last = terms.next_cut_off(DateTime::from_timestamp(start, 0).unwrap());
            let mut day = last.with_timezone(&ZONE).date_naive();
            prop_assert!(cycle.is_due(day));
            for _ in 0..70 {
                let next = terms.next_cut_off(last);
                prop_assert!(next > last);
                prop_assert_eq!(terms.next_cut_off(next - Duration::milliseconds(1)), next);
                let next_day = next.with_timezone(&ZONE).date_naive();
                let due: Vec<NaiveDate> =
                    day.iter_days().skip(1).take_while(|d| *d <= next_day).filter(|d| cycle.is_due(*d)).collect();
                prop_assert_eq!(due, vec![next_day]);
                (last, day) = (next, next_day);
            }
        }
    }
}
