//! Pulls the bill files of billers that drop them; the hub takes each whole or refuses it whole, and logs which.

use payments::FileOutcome;

use super::job::HubRun;
use super::report::{JobReport, JobResult};

/// Asks every such biller for its file. One that is away, or whose file is refused, is asked again at the next time: that
/// is the biller's trouble, and no failure of the run.
pub(super) async fn run(HubRun { hub, .. }: HubRun) -> JobResult {
    let outcomes = hub.pull_bill_files().await?;
    let count = |is: fn(&FileOutcome) -> bool| outcomes.iter().filter(|(_, outcome)| is(outcome)).count();
    Ok(JobReport::of([
        ("imported", count(|outcome| matches!(outcome, FileOutcome::Imported(..)))),
        ("unchanged", count(|outcome| matches!(outcome, FileOutcome::Unchanged))),
        ("refused", count(|outcome| matches!(outcome, FileOutcome::Refused(_)))),
        ("away", count(|outcome| matches!(outcome, FileOutcome::Unavailable(_)))),
    ]))
}
