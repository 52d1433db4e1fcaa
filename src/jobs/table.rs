//! Every job, on one page.

use super::job::Job;
use super::schedule::Schedule::{Every, Monthly};
use super::{index_payments, prune, pull_bill_files, reload_billers};

/// Brought forward when billers change.
pub(super) const PULL_BILL_FILES: &str = "pull_bill_files";

const MINUTES: i64 = 60;
const HOURS: i64 = 3_600;

/// The table. All local times are those of Africa/Casablanca.
pub(crate) static JOBS: &[Job] = &[
    Job::of_hub("reload_billers", "takes over billers and networks that another process imported", Every(5), |run| {
        Box::pin(reload_billers::run(run))
    })
    .on_every_node(),
    Job::of_hub(PULL_BILL_FILES, "pulls the bill files of billers that drop them", Every(5 * MINUTES), |run| {
        Box::pin(pull_bill_files::run(run))
    })
    .late_after_minutes(20)
    .longest_minutes(30),
    Job::of_database("index_payments", "puts what payments are found by in order", Every(1), |run| {
        Box::pin(index_payments::run(run))
    })
    .only_if(index_payments::has_work),
    Job::of_hub(
        "prune",
        "deletes what has outlived its use: look-ups, request keys, sessions, old runs",
        Every(HOURS),
        |run| Box::pin(prune::run(run)),
    )
    .late_after_minutes(120)
    .longest_minutes(30),
];

/// The job of a name.
pub(crate) fn find(name: &str) -> Option<&'static Job> {
    JOBS.iter().find(|job| job.name == name)
}
