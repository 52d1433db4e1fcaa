//! Reminds networks, each morning, of outlets whose floats are low: the warning at the moment may have gone unread.

use chrono::TimeDelta;

use super::job::HubRun;
use super::report::{JobReport, JobResult};

/// A reminder counts for so long: less than a day, as some days have 23 hours.
const COUNTS_FOR: TimeDelta = TimeDelta::hours(20);

/// Leaves a mail for each outlet that is low.
pub(super) async fn run(HubRun { hub, run, .. }: HubRun) -> JobResult {
    hub.reload_networks().await?;
    let (low, reminded) = hub.remind_low_floats((run.now() - COUNTS_FOR).naive_utc()).await?;
    Ok(JobReport::of([("low", low), ("reminded", reminded)]))
}
