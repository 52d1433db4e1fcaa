//! Puts what payments are found by in order.

use chrono::{DateTime, Utc};
use ledger::{Reader, StorageError};

use super::job::Run;
use super::report::{JobReport, JobResult};

/// Payments at once: the writer is held up for some milliseconds.
const SLICE: i64 = 500;
/// Slices in a row at most: under load the writer has other work, and what waits is found all the same.
const SLICES_MAX: usize = 20;

/// Whether any payment waits.
pub(super) fn has_work(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Result<bool, StorageError> {
    Ok(!reader.missing_words(1)?.is_empty() || !reader.missing_facts(1, now)?.is_empty())
}

/// Works on what waits, or a good part of it.
pub(super) async fn run(run: Run) -> JobResult {
    let mut slices = 0;
    loop {
        let missing = run.read(|reader| reader.missing_words(SLICE)).await?;
        let now = run.as_of;
        let facts = run.read(move |reader| reader.missing_facts(SLICE, now)).await?;
        let has_more = missing.has_more() || facts.has_more();
        if !missing.is_empty() || !facts.is_empty() {
            run.write(move |op| {
                op.add_words(&missing)?;
                op.add_facts(&facts)
            })
            .await?;
        }
        slices += 1;
        if !has_more || slices == SLICES_MAX {
            return Ok(JobReport::of([("slices", slices)]));
        }
    }
}
