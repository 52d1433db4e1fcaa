//! Works off the outbox: everything that leaves the hub leaves from here, after the commit that asked for it.
//!
//! Tasks are claimed by lease and worked on side by side. Each try ends in one of three ways, written down before the
//! next: done (together with the step of the payment that it led to), again later, or an incident for a person. A try
//! that never comes back (a crash) is taken up again when its lease runs out; every kind of task may be tried twice.

mod cancel;
mod confirm;
mod gateway;
mod hold;
mod message;
mod notice;
mod refund;
mod schedule;
mod sweep;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use biller_adapters::recording::{Recorder, Recording};
use chrono::TimeDelta;
use ledger::{Advance, AdvanceOutcome, Moment, Payment, Step, Task, TaskKind, TaskResult};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing::Instrument;

use crate::api::Infrastructure;
use crate::hub::Hub;
use crate::messages::Messenger;

pub use sweep::{Sweep, Swept};

/// Longer than the longest try: a status question and a confirmation, each within the client's limits.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// How long after a try began what cannot be taken back may still be sent: a process that stood still for longer may have
/// been taken for dead, and another one, or people, may go on. Well below the time for which what was sent may arrive.
const SEND_WITHIN: TimeDelta = TimeDelta::minutes(1);
/// Tries side by side: enough to hide a slow biller's answers, few enough for one machine's sockets.
const SIDE_BY_SIDE: usize = 128;
/// How often the outbox is looked at without being called: other nodes' tasks, postponed tasks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Pause after trouble with the database.
const AFTER_TROUBLE: Duration = Duration::from_secs(2);
/// How long tries under way may still take when the program stops; what is cut off is tried again after its lease.
const STOP_MAX: Duration = Duration::from_secs(20);

/// How a try ended.
enum End {
    /// The payment's step was committed together with the task.
    Settled,
    /// To be written down.
    With(TaskResult),
}

fn outcome_of(result: &TaskResult) -> &'static str {
    match result {
        TaskResult::Done(_) => "done",
        TaskResult::Again(..) => "again",
        TaskResult::Incident(..) => "incident",
    }
}

fn done(note: impl Into<String>) -> Result<End, Infrastructure> {
    Ok(End::With(TaskResult::Done(note.into())))
}

/// Is told of every try: of what, and whether it is `done`, tried `again`, an `incident`, or `failed` by trouble of our own.
pub type TryObserver = Arc<dyn Fn(TaskKind, &'static str) + Send + Sync>;

/// Works off the outbox.
#[derive(Clone)]
pub struct Dispatcher {
    hub: Arc<Hub>,
    messenger: Arc<dyn Messenger>,
    wake: Arc<Notify>,
    observer: Option<TryObserver>,
    pass: Arc<Pass>,
}

/// When the outbox was looked at last with success.
struct Pass {
    began: Instant,
    /// Milliseconds since it began.
    last: AtomicU64,
}

impl Pass {
    fn new() -> Self {
        Self { began: Instant::now(), last: AtomicU64::new(0) }
    }

    fn made(&self) {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(passed, Ordering::Relaxed);
    }

    fn age(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.last.load(Ordering::Relaxed)))
    }
}

impl Dispatcher {
    /// A dispatcher that is called by `wake` after commits that left tasks.
    pub fn new(hub: Arc<Hub>, messenger: Arc<dyn Messenger>, wake: Arc<Notify>) -> Self {
        Self { hub, messenger, wake, observer: None, pass: Arc::new(Pass::new()) }
    }

    /// The same with somebody who is told of every try.
    #[must_use]
    pub fn observed_by(self, observer: TryObserver) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// How long ago the outbox was looked at last with success, or since the dispatcher was made. A second or two while it
    /// runs, and the database answers.
    pub fn last_pass(&self) -> Duration {
        self.pass.age()
    }

    /// Works until told to stop, then waits a while for what is under way.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        while !*stop.borrow() {
            let free = SIDE_BY_SIDE.saturating_sub(under_way.len());
            let claimed = match if free > 0 { self.claim(free).await } else { Ok(Vec::new()) } {
                Ok(tasks) => {
                    self.pass.made();
                    tasks
                }
                Err(trouble) => {
                    tracing::error!(%trouble, "the outbox cannot be read");
                    tokio::time::sleep(AFTER_TROUBLE).await;
                    Vec::new()
                }
            };
            let none = claimed.is_empty();
            for task in claimed {
                let dispatcher = self.clone();
                under_way.spawn(async move { dispatcher.work(task).await });
            }
            if none {
                tokio::select! {
                    () = self.wake.notified() => {}
                    Some(_) = under_way.join_next() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    _ = stop.changed() => {}
                }
            }
            while under_way.try_join_next().is_some() {}
        }
        let all = async { while under_way.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_MAX, all).await.is_err() {
            tracing::warn!("some tasks were cut off and will be tried again");
        }
    }

    /// Works off what is due now, and says how many tasks there were.
    pub async fn step(&self) -> Result<usize, Infrastructure> {
        let tasks = self.claim(SIDE_BY_SIDE).await?;
        let count = tasks.len();
        let mut under_way = JoinSet::new();
        for task in tasks {
            let dispatcher = self.clone();
            under_way.spawn(async move { dispatcher.work(task).await });
        }
        under_way.join_all().await;
        Ok(count)
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Task>, Infrastructure> {
        let now = self.hub.now();
        let limit = i64::try_from(limit).unwrap_or(1);
        // The claim is a write; asking first keeps an idle hub from writing every second.
        let (waiting, _) = self.hub.read(move |reader| reader.outbox_backlog(now)).await?;
        if waiting == 0 {
            return Ok(Vec::new());
        }
        self.hub.write(move |op| op.claim_tasks(now, now + LEASE, limit)).await
    }

    /// Tries a task once and writes down what became of it: `None` if that was written together with the step.
    async fn work(&self, task: Task) -> Option<TaskResult> {
        // Every try of everything about a payment, on whatever node, is found under one number.
        let trace = schedule::trace_of(task.payment);
        let span = tracing::info_span!("task", trace = %trace, task = task.id, payment = task.payment);
        let recording = Recording::of(task.payment, Arc::clone(&self.hub.exchanges) as Arc<dyn Recorder>);
        let end = trace.of(recording.during(self.attempt(&task)).instrument(span)).await;
        let result = match end {
            Ok(End::Settled) => {
                self.tell(task.kind, "done");
                return None;
            }
            Ok(End::With(result)) => {
                self.tell(task.kind, outcome_of(&result));
                result
            }
            Err(trouble) => {
                self.tell(task.kind, "failed");
                tracing::error!(task = task.id, kind = %task.kind, payment = task.payment, %trouble, "a task failed");
                TaskResult::Again(self.hub.now() + schedule::after_our_trouble(&task), trouble.to_string())
            }
        };
        if let TaskResult::Incident(kind, detail) = &result {
            tracing::error!(payment = task.payment, %kind, detail, "a person must look");
        }
        let (settled, told, now) = (task.clone(), result.clone(), self.hub.now());
        // A result that cannot be written down is found again when the lease runs out.
        if let Err(trouble) = self.hub.write(move |op| op.settle_task(&settled, &result, now)).await {
            tracing::error!(task = task.id, %trouble, "a task's result could not be written down");
        }
        Some(told)
    }

    fn tell(&self, kind: TaskKind, outcome: &'static str) {
        if let Some(observer) = &self.observer {
            observer(kind, outcome);
        }
    }

    async fn attempt(&self, task: &Task) -> Result<End, Infrastructure> {
        // Their number is a reference's, a link's, or that of what drew a float down, which need not be a payment.
        match task.kind {
            TaskKind::MailLowFloat => return self.warn_of_low_float(task).await,
            TaskKind::SmsReference | TaskKind::SmsReferenceReminder => return self.send_reference(task).await,
            TaskKind::SmsLink | TaskKind::MailLink => return self.send_link(task).await,
            TaskKind::Refund => return self.give_refund(task).await,
            TaskKind::SmsRefunded | TaskKind::MailRefunded => return self.tell_of_refund(task).await,
            TaskKind::SmsDispute | TaskKind::MailDispute => return self.tell_of_dispute(task).await,
            _ => {}
        }
        let id = task.payment;
        let Some(payment) = self.hub.read(move |reader| reader.payment_of(id)).await? else {
            return Err(Infrastructure::Failed(format!("task {} is about no payment", task.id)));
        };
        match task.kind {
            TaskKind::ConfirmBiller => self.confirm_biller(task, payment).await,
            TaskKind::Capture => self.capture(task, id).await,
            TaskKind::VerifyCapture => self.verify_capture(task, &payment).await,
            TaskKind::PollAttempt => self.poll_attempt(task, &payment).await,
            TaskKind::ReturnMoney => self.return_money(task, &payment).await,
            TaskKind::CancelBiller => self.cancel_biller(task, payment).await,
            TaskKind::SmsConfirmed
            | TaskKind::MailConfirmed
            | TaskKind::SmsReturning
            | TaskKind::MailReturning
            | TaskKind::SmsReturned
            | TaskKind::MailReturned
            | TaskKind::SmsCancelled => self.send_message(task, payment).await,
            TaskKind::MailLowFloat
            | TaskKind::SmsReference
            | TaskKind::SmsReferenceReminder
            | TaskKind::SmsLink
            | TaskKind::MailLink
            | TaskKind::Refund
            | TaskKind::SmsRefunded
            | TaskKind::MailRefunded
            | TaskKind::SmsDispute
            | TaskKind::MailDispute => done("about no payment"),
        }
    }

    /// Takes the payment a step on and finishes the task in the same commit.
    async fn advance_by(&self, task: &Task, step: Step) -> Result<AdvanceOutcome, Infrastructure> {
        self.advance_at(task, Moment::of(self.hub.now()), step).await
    }

    /// [`Self::advance_by`] at a moment that the step depends on.
    async fn advance_at(&self, task: &Task, moment: Moment, step: Step) -> Result<AdvanceOutcome, Infrastructure> {
        self.hub.advance(Advance { payment: task.payment, step, task: Some(task.id), moment }).await
    }

    /// Takes the payment a step on and leaves the task open.
    async fn advance(&self, payment: &Payment, step: Step) -> Result<AdvanceOutcome, Infrastructure> {
        let moment = Moment::of(self.hub.now());
        self.hub.advance(Advance { payment: payment.id, step, task: None, moment }).await
    }
}
