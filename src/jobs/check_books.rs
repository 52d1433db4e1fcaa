//! Proves the books, every night: a fault is a failed run, and calls a person.

use super::job::Run;
use super::report::{JobFailure, JobReport, JobResult};

/// Faults that are told with the run; `fatoura check-books` names them all.
const FAULTS_TOLD: usize = 3;

/// Reads all of the ledger, in one state of it, beside the event loop.
pub(super) async fn run(run: Run) -> JobResult {
    let url = run.ledger.url().clone();
    let checked = tokio::task::spawn_blocking(move || ledger::check_books(&url)).await;
    let report = match checked {
        Ok(report) => report.map_err(|trouble| JobFailure::trouble(trouble.to_string()))?,
        Err(error) => return Err(JobFailure::trouble(format!("the check ended badly: {error}"))),
    };
    let count = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
    let counts = JobReport::of([("payments", count(report.payments)), ("postings", count(report.postings))]);
    if report.is_clean() {
        return Ok(counts.with_text("the books are right"));
    }
    let told: Vec<String> = report.faults.iter().take(FAULTS_TOLD).map(ToString::to_string).collect();
    let faults = report.faults.len() + report.more_faults as usize;
    Err(JobFailure::found(
        counts,
        format!("THE BOOKS ARE WRONG, {faults} faults; see `fatoura check-books`: {}", told.join("; ")),
    ))
}
