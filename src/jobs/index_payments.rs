//! Puts what payments are found by in order.

use chrono::{DateTime, Utc};
use ledger::Reader;

use super::job::{Run, Since};
use super::report::{JobReport, JobResult};

/// Payments at once: the writer is held up for some milliseconds.
const SLICE: i64 = 500;
/// Slices in a row at most: under load the writer has other work, and what waits is found all the same.
const SLICES_MAX: usize = 20;

/// Since when a payment waits.
pub(super) fn since(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    reader.words_missing_since(now)
}

/// Works on what waits, or a good part of it.
pub(super) async fn run(run: Run) -> JobResult {
    let mut slices = 0;
    loop {
        let missing = run.read(|reader| reader.missing_words(SLICE)).await?;
        let has_more = missing.has_more();
        if !missing.is_empty() {
            run.write(move |op| op.add_words(&missing)).await?;
        }
        slices += 1;
        if !has_more || slices == SLICES_MAX {
            return Ok(JobReport::of([("slices", slices)]));
        }
    }
}
