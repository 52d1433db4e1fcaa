//! Working off one kind of task at once, beside or instead of whoever works off all of them: the same claims, the same
//! tries, the same ends.

use chrono::{DateTime, Utc};
use ledger::{TaskFilter, TaskKind, TaskResult};
use tokio::task::JoinSet;

use super::{Dispatcher, LEASE, SIDE_BY_SIDE};
use crate::api::Infrastructure;

/// Tasks of one sweep at most: what is left waits for the next.
const TASKS_MAX: usize = 10_000;

/// What is swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// Billers that were not told yet.
    Confirmations,
    /// Operations whose outcome is unknown: confirmations that were tried, cancellations, captures, returns, refunds.
    Unknown,
    /// Attempts at the gateway whose callback has not come.
    Attempts,
    /// SMS and mails.
    Messages,
}

/// What became of the tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Over.
    pub done: usize,
    /// To be tried again at a later time.
    pub again: usize,
    /// Given to a person.
    pub incidents: usize,
}

impl Sweep {
    /// Its tasks that are due by a moment.
    pub const fn due_by(self, due_by: DateTime<Utc>) -> TaskFilter {
        let (kinds, tried) = match self {
            Self::Confirmations => (CONFIRMATIONS, Some(false)),
            Self::Unknown => (UNKNOWN, Some(true)),
            Self::Attempts => (ATTEMPTS, None),
            Self::Messages => (MESSAGES, None),
        };
        TaskFilter { kinds, tried, due_by }
    }
}

const CONFIRMATIONS: &[TaskKind] = &[TaskKind::ConfirmBiller];
const UNKNOWN: &[TaskKind] = &[
    TaskKind::ConfirmBiller,
    TaskKind::CancelBiller,
    TaskKind::Capture,
    TaskKind::VerifyCapture,
    TaskKind::ReturnMoney,
    TaskKind::Refund,
];
const ATTEMPTS: &[TaskKind] = &[TaskKind::PollAttempt];
const MESSAGES: &[TaskKind] = &[
    TaskKind::SmsConfirmed,
    TaskKind::MailConfirmed,
    TaskKind::SmsReturning,
    TaskKind::MailReturning,
    TaskKind::SmsReturned,
    TaskKind::MailReturned,
    TaskKind::SmsCancelled,
    TaskKind::MailLowFloat,
    TaskKind::SmsReference,
    TaskKind::SmsReferenceReminder,
    TaskKind::SmsLink,
    TaskKind::MailLink,
    TaskKind::SmsRefunded,
    TaskKind::MailRefunded,
    TaskKind::SmsDispute,
    TaskKind::MailDispute,
];

impl Dispatcher {
    /// Tries every task of a sweep that is due by a moment, each once. A moment ahead tries now what would be tried then.
    pub async fn sweep(&self, sweep: Sweep, due_by: DateTime<Utc>) -> Result<Swept, Infrastructure> {
        let filter = sweep.due_by(due_by);
        let limit = i64::try_from(SIDE_BY_SIDE).unwrap_or(1);
        let (mut swept, mut tried, mut last) = (Swept::default(), 0, i64::MIN);
        while tried < TASKS_MAX {
            let now = self.hub.now();
            let claim = move |op: &mut ledger::WriteOp<'_>| op.claim_tasks_of(&filter, last, now, now + LEASE, limit);
            let tasks = self.hub.write(claim).await?;
            let Some(end) = tasks.last() else { break };
            (last, tried) = (end.id, tried + tasks.len());
            let mut under_way = JoinSet::new();
            for task in tasks {
                let dispatcher = self.clone();
                under_way.spawn(async move { dispatcher.work(task).await });
            }
            for result in under_way.join_all().await {
                match result {
                    None | Some(TaskResult::Done(_)) => swept.done += 1,
                    Some(TaskResult::Again(..)) => swept.again += 1,
                    Some(TaskResult::Incident(..)) => swept.incidents += 1,
                }
            }
        }
        Ok(swept)
    }
}
