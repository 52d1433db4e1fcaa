//! Clears away what was offered and never paid. That quotes, links and references end is a matter of the clock, and
//! attempts at the gateway end by `poll_attempts`; here goes what nobody can pay any more and nobody looks at.

use chrono::TimeDelta;

use super::job::Run;
use super::report::{JobReport, JobResult};

/// How long a quote of which nothing came is kept after its end: it names the customer.
const KEPT_AFTER_END: TimeDelta = TimeDelta::days(30);
/// Quotes that are looked at together: each look reads the payments of the days in which they could be paid.
const SLICE: i64 = 50_000;
/// Quotes that are deleted together: the writer is held up for some milliseconds.
const DELETED_AT_ONCE: usize = 500;
/// Quotes of one run: the rest waits for the next day.
const QUOTES_MAX: usize = 1_000_000;
/// What a look costs in itself, in quotes: with blocks of few numbers there may be many.
const LOOK_COST: usize = 500;

/// Deletes quotes that ended unpaid. A reference that ended unpaid keeps its quote, as cash may have been taken for it: those
/// are counted.
pub(super) async fn run(run: Run) -> JobResult {
    let before = (run.as_of.min(run.now()) - KEPT_AFTER_END).naive_utc();
    let (mut quotes, mut references, mut left) = (0, 0, QUOTES_MAX);
    while left > 0 {
        let Some(ended) = run.read(move |reader| reader.quotes_ended(before, SLICE)).await? else { break };
        left = left.saturating_sub(ended.looked_at + LOOK_COST);
        references += ended.referred;
        for some in ended.idle.chunks(DELETED_AT_ONCE) {
            let some = some.to_vec();
            quotes += run.write(move |op| op.drop_quotes(&some)).await?;
        }
        run.write(move |op| op.quotes_looked_at(&ended)).await?;
    }
    let (mut after, mut left) = (i64::MIN, QUOTES_MAX);
    while left > 0 {
        left = left.saturating_sub(usize::try_from(SLICE).unwrap_or(QUOTES_MAX));
        let (released, last) = run.read(move |reader| reader.quotes_released(after, SLICE)).await?;
        for some in released.chunks(DELETED_AT_ONCE) {
            let some = some.to_vec();
            quotes += run.write(move |op| op.drop_quotes(&some)).await?;
        }
        let Some(last) = last else { break };
        after = last;
    }
    Ok(JobReport::of([("quotes", quotes), ("references", references)]))
}
