//! The live board: each part is read by itself, so that one which is slow takes no other down, and all of it once for
//! everybody who looks.

mod recent;
mod tally;

use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{Money, StoredJob, TaskKind, Waiting};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use self::recent::Recent;
use super::Hub;
use crate::api::Infrastructure;
use crate::board::{BoardView, LowFloat, Queues, ToLookAt, Traffic, UndeliveredFiles, Unknowns};

/// How old a board may be that is shown: fifty people who look cost what one costs.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// Longest that reading a board may take; what is not read by then is not shown.
const READING_MAX: Duration = Duration::from_secs(4);
/// What is left of it when looking back over the day ends with what it has.
const LOOKING_BACK_LEFT: Duration = Duration::from_millis(1_500);
/// Unknown payments, and low floats, that are named: as many as a page shows without scrolling twice.
const NAMED_MAX: i64 = 20;
/// Undelivered files that are named.
const FILES_MAX: i64 = 10;
/// Floats that are looked at for each network's own threshold.
const FLOATS_MAX: i64 = 1_000;

/// What is asked of billers and gateways about money that was taken.
const ASKED: &[TaskKind] = &[TaskKind::ConfirmBiller, TaskKind::Capture, TaskKind::ReturnMoney, TaskKind::CancelBiller];
/// What is told to people.
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
];

/// What a process knows for its boards.
#[derive(Default)]
pub(crate) struct Board {
    /// The payments of the last day, counted by whoever reads at the time.
    recent: Mutex<Recent>,
    shown: RwLock<Option<Arc<BoardView>>>,
}

impl Board {
    fn shown(&self, now: DateTime<Utc>) -> Option<Arc<BoardView>> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner).clone();
        shown.filter(|board| (TimeDelta::zero()..FRESH).contains(&(now - board.read_at)))
    }
}

impl Hub {
    /// The board, at most five seconds old.
    pub async fn board(&self) -> Arc<BoardView> {
        if let Some(board) = self.board.shown(self.now()) {
            return board;
        }
        // One reads; whoever came meanwhile is shown what it read.
        let mut recent = self.board.recent.lock().await;
        let now = self.now();
        if let Some(board) = self.board.shown(now) {
            return board;
        }
        let board = Arc::new(self.read_board(&mut recent, now).await);
        *self.board.shown.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&board));
        board
    }

    async fn read_board(&self, recent: &mut Recent, now: DateTime<Utc>) -> BoardView {
        let end = Instant::now() + READING_MAX;
        // The short ones first: counting payments may take what is left of the time.
        BoardView {
            read_at: now,
            breakers: self.client.open_breakers(),
            unknowns: tile("unknown payments", end, self.unknowns()).await,
            queues: tile("queues", end, self.queues(now)).await,
            messages: tile("messages", end, self.unsent_messages()).await,
            floats: tile("floats", end, self.low_floats()).await,
            jobs: tile("jobs", end, self.failing_jobs()).await,
            to_look_at: tile("incidents", end, self.to_look_at()).await,
            files: tile("files", end, self.undelivered_files()).await,
            traffic: tile("traffic", end, self.traffic(recent, now, end - LOOKING_BACK_LEFT)).await,
        }
    }

    async fn traffic(&self, recent: &mut Recent, now: DateTime<Utc>, end: Instant) -> Result<Traffic, Infrastructure> {
        recent.catch_up(self, now, end).await?;
        Ok(recent.traffic(now))
    }

    async fn unknowns(&self) -> Result<Unknowns, Infrastructure> {
        self.read(|reader| {
            Ok(Unknowns { oldest: reader.unknown_payments(ASKED, NAMED_MAX)?, all: reader.tasks_tried(ASKED)? })
        })
        .await
    }

    async fn queues(&self, now: DateTime<Utc>) -> Result<Queues, Infrastructure> {
        let writer = self.ledger.stats().waiting.load(Ordering::Relaxed);
        let due = self.read(move |reader| reader.tasks_due(now)).await?;
        Ok(Queues { writer, due })
    }

    async fn unsent_messages(&self) -> Result<Vec<Waiting<TaskKind>>, Infrastructure> {
        self.read(|reader| reader.tasks_tried(MESSAGES)).await
    }

    async fn low_floats(&self) -> Result<Vec<LowFloat>, Infrastructure> {
        let networks = self.networks();
        let highest = networks.all().iter().map(|network| network.low_float).max().unwrap_or(Money::ZERO);
        let found = self.read(move |reader| reader.floats_below(highest, FLOATS_MAX)).await?;
        let low = found.into_iter().filter_map(|(outlet, left)| {
            // An outlet that is closed takes no cash, however full its float.
            let (network, place) = networks.open_outlet(&outlet).ok()?;
            let (network, threshold) = (network.code.clone(), network.low_float);
            (left < threshold).then(|| LowFloat { outlet: place.number.clone(), network, left, threshold })
        });
        Ok(low.take(usize::try_from(NAMED_MAX).unwrap_or(usize::MAX)).collect())
    }

    async fn failing_jobs(&self) -> Result<Vec<StoredJob>, Infrastructure> {
        let jobs = self.read(|reader| reader.jobs()).await?;
        Ok(jobs.into_iter().filter(|job| job.incident.is_some() || job.failures > 0).collect())
    }

    async fn to_look_at(&self) -> Result<ToLookAt, Infrastructure> {
        self.read(|reader| Ok(ToLookAt { incidents: reader.open_incidents()?, breaks: reader.open_breaks_by_kind()? }))
            .await
    }

    async fn undelivered_files(&self) -> Result<UndeliveredFiles, Infrastructure> {
        let (count, oldest) = self.read(|reader| reader.undelivered(FILES_MAX)).await?;
        Ok(UndeliveredFiles { count, oldest })
    }
}

/// What was read in time. Trouble is for the log: the page says that there is some.
async fn tile<T>(what: &str, end: Instant, reading: impl Future<Output = Result<T, Infrastructure>>) -> Option<T> {
    match timeout_at(end, reading).await {
        Ok(Ok(read)) => Some(read),
        Ok(Err(error)) => {
            tracing::warn!(what, %error, "a part of the board cannot be read");
            None
        }
        Err(_) => {
            tracing::warn!(what, "a part of the board was not read in time");
            None
        }
    }
}
