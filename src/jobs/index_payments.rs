//! Puts what payments are found by in order.

use chrono::{DateTime, Utc};
use ledger::Reader;

use super::job::{Run, Since};
use super::report::{JobReport, JobResult};

/// Payments at once: the writer is held up for some milliseconds.
const SLICE: i64 = 500;
/// Slices in a row at most: under load the writer has other work, and what waits is found all the same.
const SLICES_MAX: usize = 20;

/// Since when a payment waits. What the register lacks is put in order with the words: alone it is late for nobody.
pub(super) fn since(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    match reader.words_missing_since(now)? {
        Some(since) => Ok(Some(since)),
        None => Ok((!reader.missing_facts(1, now)?.is_empty()).then(|| now.naive_utc())),
    }
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
