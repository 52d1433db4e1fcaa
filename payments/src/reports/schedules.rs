//! Reports by mail: what a schedule says, when it is due, and which days it is about.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Africa::Casablanca;
use ledger::{Language, NewReportSchedule, ReportFilter};

use super::{ReportKind, ReportQuestion};

/// Schedules that are not ended, at most: what one mail server bears in the minute in which all are due.
pub const SCHEDULES_MAX: i64 = 100;
/// The most recipients of one schedule; more are a list of the mail server's own.
pub const RECIPIENTS_MAX: usize = 10;
/// Days after a month's first that its next first is looked for.
const AHEAD_DAYS: u64 = 62;
/// Longest gap in local time that is looked over, in minutes: no zone leaves out more than a day.
const GAP_MINUTES_MAX: i64 = 24 * 60;

macro_rules! word_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $variant:ident = $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$meta])* $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its word, in forms and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(word: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|of| of.as_str() == word).ok_or(())
            }
        }
    };
}

word_list! {
    /// Which days a mailed report is about, seen from the day on which it is due.
    ReportDays {
        /// The day before.
        Yesterday = "yesterday";
        /// The week before, from Monday to Sunday.
        LastWeek = "last-week";
        /// The month before.
        LastMonth = "last-month";
    }
}

word_list! {
    /// The form of a mailed report.
    ReportForm {
        /// Separated values.
        Csv = "csv";
        /// A workbook.
        Xlsx = "xlsx";
        /// A paper.
        Pdf = "pdf";
    }
}

word_list! {
    /// How often a report is mailed.
    Every {
        /// Each day.
        Day = "day";
        /// Each Monday.
        Week = "week";
        /// Each first of a month.
        Month = "month";
    }
}

/// What a schedule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// What is reported.
    pub kind: ReportKind,
    /// Of which biller alone.
    pub biller: Option<u16>,
    /// Of which days.
    pub days: ReportDays,
    /// As which file.
    pub form: ReportForm,
    /// In which language.
    pub language: Language,
    /// To whom.
    pub recipients: Vec<String>,
    /// How often.
    pub every: Every,
    /// When, in minutes of the local day.
    pub at_minute: u16,
}

impl Schedule {
    /// As it is kept.
    pub(crate) fn to_row(&self) -> NewReportSchedule {
        NewReportSchedule {
            kind: self.kind.to_string(),
            biller: self.biller,
            days: self.days.to_string(),
            form: self.form.to_string(),
            language: self.language,
            recipients: self.recipients.join(" "),
            every: self.every.to_string(),
            at_minute: self.at_minute.into(),
        }
    }

    /// As it was kept; `None`: it has words that only a later program knows.
    pub fn of_row(row: &NewReportSchedule) -> Option<Self> {
        Some(Self {
            kind: row.kind.parse().ok()?,
            biller: row.biller,
            days: row.days.parse().ok()?,
            form: row.form.parse().ok()?,
            language: row.language,
            recipients: row.recipients.split(' ').filter(|to| !to.is_empty()).map(str::to_owned).collect(),
            every: row.every.parse().ok()?,
            at_minute: u16::try_from(row.at_minute).ok()?,
        })
    }

    /// When it is due first after a moment: once on each of its local days, whatever the clocks do. A time that exists twice
    /// counts the first time, and one that does not exist counts at the first moment after the gap.
    pub fn next_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let first = at.with_timezone(&Casablanca).date_naive().pred_opt()?;
        let is_its = |day: NaiveDate| match self.every {
            Every::Day => true,
            Every::Week => day.weekday() == Weekday::Mon,
            Every::Month => day.day() == 1,
        };
        let days = (0..=AHEAD_DAYS).filter_map(|step| first.checked_add_days(Days::new(step)));
        days.filter(|day| is_its(*day)).filter_map(|day| self.on(day)).find(|due| *due > at)
    }

    fn on(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let wanted = day.and_hms_opt(0, 0, 0)? + TimeDelta::minutes(self.at_minute.into());
        let moment = |local: NaiveDateTime| Casablanca.from_local_datetime(&local).earliest();
        let found = (0..=GAP_MINUTES_MAX).find_map(|minutes| moment(wanted + TimeDelta::minutes(minutes)))?;
        Some(found.with_timezone(&Utc))
    }

    /// What is asked where it was due at a moment (UTC): of the same days, however late it is mailed. Contracts are masked:
    /// who reads a mail is not known.
    pub fn question(&self, due_at: NaiveDateTime) -> Option<ReportQuestion> {
        let (from, to) = self.days.seen_from(due_at.and_utc().with_timezone(&Casablanca).date_naive())?;
        let filter = ReportFilter { biller: self.biller, ..ReportFilter::days(from, to) };
        Some(ReportQuestion { kind: self.kind, filter, shows_contracts: false })
    }
}

impl ReportDays {
    /// The first and the last day.
    fn seen_from(self, day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        Some(match self {
            Self::Yesterday => (day.pred_opt()?, day.pred_opt()?),
            Self::LastWeek => {
                let monday = day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))?;
                (monday.checked_sub_days(Days::new(7))?, monday.pred_opt()?)
            }
            Self::LastMonth => {
                let first = day.with_day(1)?;
                (first.checked_sub_months(Months::new(1))?, first.pred_opt()?)
            }
        })
    }
}

/// A mail address as it is compared: its domain in small letters. `None`: it is of no domain that is allowed.
pub(crate) fn allowed(address: &str, domains: &[String]) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let domain = domain.to_lowercase();
    (!local.is_empty() && domains.contains(&domain)).then(|| format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn schedule(every: Every, at_minute: u16) -> Schedule {
        Schedule {
            kind: ReportKind::Fees,
            biller: Some(1001),
            days: ReportDays::Yesterday,
            form: ReportForm::Csv,
            language: Language::Ar,
            recipients: vec!["a@hub.ma".to_owned(), "b@hub.ma".to_owned()],
            every,
            at_minute,
        }
    }

    /// Ramadan of 2027: UTC+0 from 7 February 03:00 local on, and UTC+1 again from 14 March 02:00 on.
    #[rstest]
    #[case(Every::Day, 7 * 60, "2026-11-30T05:59:59Z", "2026-11-30T06:00:00Z")]
    #[case(Every::Day, 7 * 60, "2026-11-30T06:00:00Z", "2026-12-01T06:00:00Z")]
    #[case(Every::Day, 7 * 60, "2027-02-20T06:30:00Z", "2027-02-20T07:00:00Z")]
    #[case(Every::Day, 150, "2027-02-06T12:00:00Z", "2027-02-07T01:30:00Z")]
    #[case(Every::Day, 150, "2027-02-07T01:30:00Z", "2027-02-08T02:30:00Z")]
    #[case(Every::Day, 150, "2027-03-13T12:00:00Z", "2027-03-14T02:00:00Z")]
    #[case(Every::Day, 150, "2027-03-14T02:00:00Z", "2027-03-15T01:30:00Z")]
    #[case(Every::Week, 0, "2026-11-30T12:00:00Z", "2026-12-06T23:00:00Z")]
    #[case(Every::Month, 8 * 60, "2026-12-01T07:00:00Z", "2027-01-01T07:00:00Z")]
    #[case(Every::Month, 8 * 60, "2027-01-31T23:30:00Z", "2027-02-01T07:00:00Z")]
    fn is_due(#[case] every: Every, #[case] at_minute: u16, #[case] after: &str, #[case] next: &str) {
        let next: DateTime<Utc> = next.parse().unwrap();
        assert_eq!(schedule(every, at_minute).next_after(after.parse().unwrap()), Some(next));
    }

    #[rstest]
    #[case(ReportDays::Yesterday, "2027-01-01", "2026-12-31", "2026-12-31")]
    #[case(ReportDays::LastWeek, "2026-11-30", "2026-11-23", "2026-11-29")]
    #[case(ReportDays::LastWeek, "2026-12-06", "2026-11-23", "2026-11-29")]
    #[case(ReportDays::LastMonth, "2026-12-01", "2026-11-01", "2026-11-30")]
    #[case(ReportDays::LastMonth, "2028-03-31", "2028-02-01", "2028-02-29")]
    fn about_days(#[case] days: ReportDays, #[case] day: NaiveDate, #[case] from: NaiveDate, #[case] to: NaiveDate) {
        assert_eq!(days.seen_from(day), Some((from, to)));
    }

    #[rstest]
    #[case("a@hub.ma", Some("a@hub.ma"))]
    #[case("A.B@HUB.ma", Some("A.B@hub.ma"))]
    #[case("a@sub.hub.ma", None)]
    #[case("a@hub.ma.example", None)]
    #[case("a@other@hub.ma", Some("a@other@hub.ma"))]
    #[case("@hub.ma", None)]
    #[case("hub.ma", None)]
    fn domains(#[case] address: &str, #[case] found: Option<&str>) {
        assert_eq!(allowed(address, &["hub.ma".to_owned()]).as_deref(), found);
    }

    #[test]
    fn a_schedule_comes_back_from_its_row() {
        let one = schedule(Every::Week, 420);
        assert_eq!(Schedule::of_row(&one.to_row()), Some(one.clone()));
        assert_eq!(Schedule::of_row(&NewReportSchedule { every: "century".to_owned(), ..one.to_row() }), None);
    }

    proptest! {
        /// Over any time, daily means once a local day, also where clocks change.
        #[test]
        fn each_day_has_one(at_minute in 0u16..1440, seconds in 1_796_000_000i64..1_830_000_000) {
            let (one, at) = (schedule(Every::Day, at_minute), DateTime::from_timestamp(seconds, 0).unwrap());
            let first = one.next_after(at).unwrap();
            let second = one.next_after(first).unwrap();
            let day = |at: DateTime<Utc>| at.with_timezone(&Casablanca).date_naive();
            prop_assert!(first > at);
            prop_assert_eq!(day(second), day(first).succ_opt().unwrap());
        }
    }
}
