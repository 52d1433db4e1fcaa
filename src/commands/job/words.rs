//! How jobs and their runs are put for people, and how people say moments.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use ledger::{JobOutcome, JobRun, StoredJob};

use crate::commands::table::local;
use crate::jobs::{JOBS, Job, ZONE, in_words, is_failing, is_late};

/// Local times that are understood.
const LOCAL_FORMS: [&str; 4] = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"];
/// Moments that make sense: none of the hub's is before, none is planned after.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2999;

/// The moment that a person means: RFC 3339, or the time of day in Africa/Casablanca.
pub(crate) fn as_of(text: &str) -> Result<DateTime<Utc>, String> {
    use chrono::Datelike;
    let at = match DateTime::parse_from_rfc3339(text) {
        Ok(at) => at.with_timezone(&Utc),
        Err(_) => {
            let read = LOCAL_FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
            let local = read.ok_or("expected RFC 3339 such as 2027-02-01T05:00:00+01:00, or 2027-02-01T05:00")?;
            match ZONE.from_local_datetime(&local) {
                chrono::LocalResult::Single(at) => at.with_timezone(&Utc),
                chrono::LocalResult::Ambiguous(first, second) => {
                    return Err(format!(
                        "this local time exists twice: say {} or {}",
                        first.to_rfc3339(),
                        second.to_rfc3339()
                    ));
                }
                chrono::LocalResult::None => {
                    return Err("this local time does not exist: the clocks skip it; say it with its offset".to_owned());
                }
            }
        }
    };
    if YEARS.contains(&at.year()) { Ok(at) } else { Err("expected a year from 2000 to 2999".to_owned()) }
}

/// The names of all jobs, those that resemble a word first.
pub(super) fn nearest(word: &str) -> Vec<&'static str> {
    let mut names: Vec<&str> = JOBS.iter().map(|job| job.name).collect();
    names.sort_by_key(|name| distance(word, name));
    names
}

/// How many letters must be changed, put in or left out to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(100).enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// One line of the list.
pub(super) fn line(
    job: &Job,
    stored: Option<&StoredJob>,
    last: Option<&JobRun>,
    since: Option<NaiveDateTime>,
    now: DateTime<Utc>,
) -> Vec<String> {
    let next = match stored {
        None => "-".to_owned(),
        Some(_) if job.is_on_every_node => "on every node".to_owned(),
        Some(_) if job.probe.is_some() => match since {
            Some(since) => format!("work waits since {}", local(since)),
            None => "when there is work".to_owned(),
        },
        Some(row) => local(row.next_run_at.max(row.not_before)),
    };
    vec![
        job.name.to_owned(),
        job.schedule.words(),
        match last {
            Some(run) => local(run.started_at),
            // Nothing is kept of such runs, but for those by hand.
            None if job.is_on_every_node => "-".to_owned(),
            None => "never".to_owned(),
        },
        last.map_or_else(|| "-".to_owned(), |run| run.outcome.to_string()),
        next,
        stored.map_or_else(|| "not started yet".to_owned(), |row| state(job, row, since, now)),
        job.about.to_owned(),
    ]
}

fn state(job: &Job, row: &StoredJob, since: Option<NaiveDateTime>, now: DateTime<Utc>) -> String {
    let mut marks = Vec::new();
    if row.is_leased(now) {
        marks.push(format!("running on {}", row.lease_owner));
    }
    if !job.is_on_every_node && is_late(job, row, since, now) {
        marks.push("LATE".to_owned());
    }
    if is_failing(job, row) {
        marks.push(format!("FAILING ({} in a row)", row.failures));
    } else if row.failures > 0 {
        marks.push(format!("failed {} in a row", row.failures));
    }
    marks.extend(row.incident.map(|id| format!("incident {id}")));
    if marks.is_empty() { "ok".to_owned() } else { marks.join(", ") }
}

/// One line of the history.
pub(super) fn history_line(run: &JobRun) -> Vec<String> {
    let took = match run.ended_at {
        Some(ended) if run.outcome != JobOutcome::Skipped => format!("{} s", (ended - run.started_at).num_seconds()),
        _ => "-".to_owned(),
    };
    let told = match (in_words(&run.counts), run.error.as_str()) {
        (counts, "") => counts,
        (counts, error) if counts.is_empty() => error.to_owned(),
        (counts, error) => format!("{counts}; {error}"),
    };
    vec![
        run.id.to_string(),
        run.job.clone(),
        local(run.scheduled_for),
        local(run.started_at),
        took,
        run.outcome.to_string(),
        run.cause.to_string(),
        run.node.clone(),
        if told.is_empty() { "-".to_owned() } else { told },
    ]
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::utc("2027-02-01T05:00:00Z", "2027-02-01T05:00:00Z")]
    #[case::offset("2027-02-01T05:00:00+01:00", "2027-02-01T04:00:00Z")]
    #[case::local("2027-02-01T05:00", "2027-02-01T04:00:00Z")]
    #[case::local_in_ramadan("2027-02-20 05:00:30", "2027-02-20T05:00:30Z")]
    #[case::twice_with_offset("2027-02-07T02:30:00+00:00", "2027-02-07T02:30:00Z")]
    fn moments(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(as_of(text), Ok(expected.parse().unwrap()));
    }

    #[rstest]
    #[case::nothing("", "expected RFC 3339")]
    #[case::word("yesterday", "expected RFC 3339")]
    #[case::day_only("2027-02-01", "expected RFC 3339")]
    #[case::no_such_day("2027-02-30T05:00", "expected RFC 3339")]
    #[case::twice("2027-02-07T02:30", "exists twice: say 2027-02-07T02:30:00+01:00 or 2027-02-07T02:30:00+00:00")]
    #[case::never("2027-03-14T02:30", "does not exist")]
    #[case::too_early("1999-02-01T05:00", "a year from 2000 to 2999")]
    #[case::far("9999-12-31T23:59:59Z", "a year from 2000 to 2999")]
    fn no_moments(#[case] text: &str, #[case] reason: &str) {
        let told = as_of(text).unwrap_err();
        assert!(told.contains(reason), "{told}");
    }

    #[rstest]
    #[case("prun", "prune")]
    #[case("reload_biller", "reload_billers")]
    #[case("pull-bill-files", "pull_bill_files")]
    fn the_nearest_comes_first(#[case] typed: &str, #[case] meant: &str) {
        assert_eq!(nearest(typed)[0], meant);
    }
}
