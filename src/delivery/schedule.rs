//! When something that did not arrive is tried again, and when a person is called.

use chrono::TimeDelta;

/// Tries a quarter of a day apart before a person is called: five days of them.
const QUARTERS_MAX: i32 = 20;
/// Tries before those.
const QUICK_TRIES: i32 = 4;

/// After so many tries that failed, this one among them: soon first, then four times a day, daily after a person was
/// called, as what they mend shows by itself.
pub(super) fn again_after(tries: i32) -> TimeDelta {
    match tries {
        ..=1 => TimeDelta::minutes(1),
        2 => TimeDelta::minutes(5),
        3 => TimeDelta::minutes(30),
        QUICK_TRIES => TimeDelta::hours(2),
        _ if is_over(tries) => TimeDelta::days(1),
        _ => TimeDelta::hours(6),
    }
}

/// Whether the schedule has nothing left but a person.
pub(super) fn is_over(tries: i32) -> bool {
    tries > QUICK_TRIES + QUARTERS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_days_then_a_person() {
        let mut waited = TimeDelta::zero();
        let mut tries = 1;
        while !is_over(tries) {
            waited += again_after(tries);
            tries += 1;
        }
        assert_eq!((tries, waited), (25, TimeDelta::minutes(1 + 5 + 30 + 120) + TimeDelta::days(5)));
        assert_eq!(again_after(tries), TimeDelta::days(1));
    }
}
