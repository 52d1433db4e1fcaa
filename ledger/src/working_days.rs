//! Days on which offices in Morocco work, as far as the Gregorian calendar tells.

use chrono::{Datelike, NaiveDate, Weekday};

/// Months and days of Morocco's holidays that have a date: New Year, the Independence Manifesto, the Amazigh New Year (from
/// 2024), Labour Day, the Throne, Oued Ed-Dahab, the Revolution, Youth Day, Unity (from 2026), the Green March, Independence.
const FIXED: [(u32, u32, i32); 11] = [
    (1, 1, 0),
    (1, 11, 0),
    (1, 14, 2024),
    (5, 1, 0),
    (7, 30, 0),
    (8, 14, 0),
    (8, 20, 0),
    (8, 21, 0),
    (10, 31, 2026),
    (11, 6, 0),
    (11, 18, 0),
];
/// Whether a day is from Monday to Friday and no holiday that has a date. Holidays by the Hijri calendar are not known here.
pub fn is_working_day(day: NaiveDate) -> bool {
    let is_fixed = FIXED
        .iter()
        .any(|(month, of_month, since)| (day.month(), day.day()) == (*month, *of_month) && day.year() >= *since);
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_fixed
}
