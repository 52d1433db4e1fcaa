//! How far a long read has come, for people who wait for it.

use std::fmt::Write;
use std::io::{self, IsTerminal, Write as _};
use std::time::{Duration, Instant};

/// Less than this is read before anybody asks.
const SHOWN_FROM_BYTES: u64 = 4 << 20;
/// Between two pictures of the bar on a terminal.
const DRAWN_EVERY: Duration = Duration::from_millis(200);
/// Between two lines where nobody looks but a log.
const TOLD_EVERY: Duration = Duration::from_secs(30);
/// Columns of a terminal that any has.
const WIDTH: usize = 79;
/// The bar itself is not shown in fewer cells.
const CELLS_MIN: usize = 10;
const MIB: u128 = 1 << 20;

/// Says on standard error how far it is: as a bar on a terminal, else by a line now and then.
pub(super) struct Progress<'a> {
    name: &'a str,
    began: Instant,
    shown: Option<Duration>,
    is_over: bool,
}

impl<'a> Progress<'a> {
    /// Of a read that begins now.
    pub(super) fn of(name: &'a str) -> Self {
        Self { name, began: Instant::now(), shown: None, is_over: false }
    }

    /// So many bytes of so many are read. Progress is a courtesy: what cannot be shown is not.
    pub(super) fn show(&mut self, done: u64, total: u64) {
        if total < SHOWN_FROM_BYTES || self.is_over {
            return;
        }
        let (elapsed, is_terminal) = (self.began.elapsed(), io::stderr().is_terminal());
        let every = if is_terminal { DRAWN_EVERY } else { TOLD_EVERY };
        let is_end = done >= total;
        let waits = elapsed < self.shown.unwrap_or_default() + every;
        if waits && !(is_end && is_terminal) {
            return;
        }
        (self.shown, self.is_over) = (Some(elapsed), is_end);
        let mut err = io::stderr().lock();
        let _ = if is_terminal {
            write!(err, "\r{}{}", bar(WIDTH, done, total, elapsed), if is_end { "\n" } else { "" })
        } else {
            writeln!(err, "{}: {}", self.name, words(done, total, elapsed).trim_start())
        };
    }
}

/// A line of this width: a bar, and what is said of it.
fn bar(width: usize, done: u64, total: u64, elapsed: Duration) -> String {
    let words = words(done, total, elapsed);
    let cells = width.saturating_sub(words.chars().count() + 2);
    let line = if cells < CELLS_MIN {
        words
    } else {
        let full = share(done, total, cells as u64) as usize;
        format!("[{}{}]{words}", "#".repeat(full), "-".repeat(cells - full))
    };
    // A shorter line wipes the rest of the longer one before it out.
    format!("{:width$}", line.chars().take(width).collect::<String>())
}

/// Percentage, megabytes, rate and the time that is left: a time from 1 s on is guessed.
fn words(done: u64, total: u64, elapsed: Duration) -> String {
    let (percent, done_at_most) = (share(done, total, 100), done.min(total));
    let mut words = format!("  {percent:>3} %  {} of {} MiB", tenths(done_at_most.into(), 1), tenths(total.into(), 1));
    let ms = elapsed.as_millis();
    if done_at_most == 0 || ms < 1_000 {
        return words;
    }
    let _ = write!(words, "  {} MiB/s", tenths(u128::from(done_at_most) * 1_000, ms));
    let left = u128::from(total - done_at_most) * ms / u128::from(done_at_most);
    // A second begun is a second to wait.
    let left = left.div_ceil(1_000);
    let _ = match left {
        0 => Ok(()),
        1..3_600 => write!(words, "  {}:{:02} left", left / 60, left % 60),
        _ => write!(words, "  {}:{:02}:{:02} left", left / 3_600, left / 60 % 60, left % 60),
    };
    words
}

/// How many of `parts` are done: all of them only at the end.
fn share(done: u64, total: u64, parts: u64) -> u64 {
    if done >= total {
        return parts;
    }
    u64::try_from(u128::from(done) * u128::from(parts) / u128::from(total)).unwrap_or(parts)
}

/// Bytes, by so many, in MiB with one place, cut off.
fn tenths(bytes: u128, by: u128) -> String {
    let tenths = bytes * 10 / by / MIB;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const M: u64 = 1 << 20;

    #[rstest]
    #[case::begins(60, 0, 200 * M, 0, "[---------------------------------]    0 %  0.0 of 200.0 MiB")]
    #[case::no_rate_yet(60, 50 * M, 200 * M, 999, "[########------------------------]   25 %  50.0 of 200.0 MiB")]
    #[case::half(70, 100 * M, 200 * M, 10_000, "[#########---------]   50 %  100.0 of 200.0 MiB  10.0 MiB/s  0:10 left")]
    #[case::narrow(40, 100 * M, 200 * M, 10_000, "   50 %  100.0 of 200.0 MiB  10.0 MiB/s ")]
    #[case::no_room(10, 100 * M, 200 * M, 10_000, "   50 %  1")]
    #[case::done(60, 200 * M, 200 * M, 20_000, "[###################]  100 %  200.0 of 200.0 MiB  10.0 MiB/s")]
    fn a_line(#[case] width: usize, #[case] done: u64, #[case] total: u64, #[case] ms: u64, #[case] expected: &str) {
        assert_eq!(bar(width, done, total, Duration::from_millis(ms)).trim_end(), expected.trim_end());
    }

    #[rstest]
    #[case::seconds(100 * M, 200 * M, 59_000, "   50 %  100.0 of 200.0 MiB  1.6 MiB/s  0:59 left")]
    #[case::a_second_begun(199 * M, 200 * M, 10_000, "   99 %  199.0 of 200.0 MiB  19.9 MiB/s  0:01 left")]
    #[case::minutes(M, 2 * M, 3_599_000, "   50 %  1.0 of 2.0 MiB  0.0 MiB/s  59:59 left")]
    #[case::hours(M, 2 * M, 3_600_000, "   50 %  1.0 of 2.0 MiB  0.0 MiB/s  1:00:00 left")]
    #[case::nearly(200 * M - 1, 200 * M, 500, "   99 %  199.9 of 200.0 MiB")]
    #[case::more_than_all(300 * M, 200 * M, 10_000, "  100 %  200.0 of 200.0 MiB  20.0 MiB/s")]
    #[case::nothing_at_all(0, 0, 10_000, "  100 %  0.0 of 0.0 MiB")]
    fn said(#[case] done: u64, #[case] total: u64, #[case] ms: u64, #[case] expected: &str) {
        assert_eq!(words(done, total, Duration::from_millis(ms)), expected);
    }

    proptest! {
        /// Whatever is read of whatever, a line is as wide as it was asked for, and a full bar means the end.
        #[test]
        fn lines_fit(width in 0usize..200, done in any::<u64>(), total in any::<u64>(), ms in any::<u32>()) {
            let line = bar(width, done, total, Duration::from_millis(ms.into()));
            prop_assert_eq!(line.chars().count(), width);
            prop_assert!(!line.starts_with('[') || line.contains('-') != (done >= total));
        }
    }
}
