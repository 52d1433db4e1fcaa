//! Deletes what has outlived its use: look-ups, request keys, sessions, and the history of jobs.

use super::job::HubRun;
use super::report::{JobReport, JobResult};

/// Deletes what is too old by the hub's clock.
pub(super) async fn run(HubRun { hub, run, .. }: HubRun) -> JobResult {
    let rows = hub.prune().await? + hub.prune_reports().await? + hub.prune_exchanges().await?;
    let now = run.now().naive_utc();
    let runs = run.write(move |op| op.prune_job_runs(now)).await?;
    Ok(JobReport::of([("rows", rows), ("runs", runs)]))
}
