//! A job that each process runs for itself: no lease and no history, as it changes only what the process knows.

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;

use super::job::{Job, Parts};

/// Such a job, and when it runs next.
pub(super) struct Local {
    job: &'static Job,
    next: Mutex<Option<DateTime<Utc>>>,
}

impl Local {
    pub(super) fn new(job: &'static Job) -> Self {
        Self { job, next: Mutex::new(None) }
    }

    /// Runs if it is time, unless it is running. The first time at once.
    pub(super) async fn tick(&self, parts: &Parts) {
        let Ok(mut next) = self.next.try_lock() else { return };
        let now = (parts.clock)();
        if next.is_some_and(|next| next > now) {
            return;
        }
        *next = Some(self.job.schedule.next_after(now));
        let Some(work) = parts.begin(self.job, None, now) else { return };
        match tokio::time::timeout(self.job.longest, work).await {
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => {
                tracing::error!(job = self.job.name, why = failure.why, "a job failed; it runs again at its next time");
            }
            Err(_) => tracing::error!(job = self.job.name, "a job took too long and was stopped"),
        }
    }
}
