//! Writes what was said to others and heard from them about payments: each process its own.

use super::job::HubRun;
use super::report::{JobReport, JobResult};

/// Writes what waits.
pub(super) async fn run(HubRun { hub, .. }: HubRun) -> JobResult {
    Ok(JobReport::of([("written", hub.write_exchanges().await?)]))
}
