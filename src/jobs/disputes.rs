//! Complaints that were not answered by their day: it is noted in their story, and as long as there are any the job is late
//! with the oldest.

use chrono::{DateTime, Utc};
use ledger::Reader;

use super::job::{Run, Since};
use super::report::{JobReport, JobResult};

/// Complaints looked at in one run: more are none that one run could make anybody answer.
const LATE_MAX: i64 = 2_000;
/// Complaints noted in one write: it is held for some milliseconds.
const SLICE: usize = 25;

/// Since when a complaint should have been answered.
pub(super) fn late_since(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    reader.dispute_late_since(now)
}

/// Notes what is late, each once.
pub(super) async fn run(run: Run) -> JobResult {
    let now = run.now();
    let late = run.read(move |reader| reader.disputes_late(now, LATE_MAX)).await?;
    let fresh: Vec<i64> = late.iter().filter(|(_, noted)| !noted).map(|(id, _)| *id).collect();
    let mut noted = 0;
    for some in fresh.chunks(SLICE) {
        let some = some.to_vec();
        noted += run.write(move |op| op.note_late_disputes(&some, now)).await?;
    }
    Ok(JobReport::of([("late", late.len()), ("noted", noted)]))
}
