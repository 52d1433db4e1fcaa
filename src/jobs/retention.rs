//! Forgets personal data past its keeping time (law 09-08): payers' phones and mail addresses. What was paid, and whose
//! bill it was, stays with the books. Calls, teleoperators' notes and look-ups have shorter times, and go with `prune`.

use chrono::TimeDelta;
use ledger::WriteOp;

use super::job::Run;
use super::report::{JobReport, JobResult};

/// Payments at once: the writer is held up for some milliseconds.
const SLICE: i64 = 500;
/// Slices of one run: the rest waits for the next day.
const SLICES_MAX: usize = 2_000;

/// Redacts in place.
pub(super) async fn run(run: Run) -> JobResult {
    // Never ahead of the clock, whatever moment a person names.
    let kept = TimeDelta::days(run.retention.payers_days.into());
    let before = (run.as_of.min(run.now()) - kept).naive_utc();
    let (mut payments, mut after) = (0, i64::MIN);
    for _ in 0..SLICES_MAX {
        let Some(old) = run.read(move |reader| reader.payers_before(before, after, SLICE)).await? else { break };
        after = old.last;
        let forget = move |op: &mut WriteOp<'_>| {
            let forgotten = op.forget_payers(&old.payments)?;
            op.payers_forgotten(&old)?;
            Ok(forgotten)
        };
        payments += run.write(forget).await?;
    }
    let references = run.write(move |op| op.forget_reference_phones(before)).await?;
    let links = run.write(move |op| op.drop_links(before)).await?;
    let disputes = run.write(move |op| op.forget_dispute_contacts(before)).await?;
    Ok(JobReport::of([("payments", payments), ("references", references), ("links", links), ("disputes", disputes)]))
}
