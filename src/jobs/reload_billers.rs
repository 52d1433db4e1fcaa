//! Takes over billers and networks that another process imported.

use super::job::HubRun;
use super::report::{JobReport, JobResult};
use super::table::PULL_BILL_FILES;

/// Reads them again if any changed.
pub(super) async fn run(HubRun { hub, run, .. }: HubRun) -> JobResult {
    let billers = hub.reload_billers().await?;
    if billers {
        tracing::info!(billers = hub.catalogue().billers().len(), "the billers have changed");
        // A biller that is new may have a bill file: its customers should not wait for the next time.
        let now = run.now().naive_utc();
        run.write(move |op| op.bring_job_forward(PULL_BILL_FILES, now)).await?;
    }
    let networks = hub.reload_networks().await?;
    if networks {
        tracing::info!(networks = hub.networks().all().len(), "the networks have changed");
    }
    let text = match (billers, networks) {
        (false, false) => "nothing has changed",
        (true, false) => "billers read again",
        (false, true) => "networks read again",
        (true, true) => "billers and networks read again",
    };
    Ok(JobReport::default().with_text(text))
}
