//! What was said to billers and the gateway and heard from them about payments: taken in without waiting, redacted and cut
//! beside the payments' way, and written a batch a commit.

mod redact;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use biller_adapters::recording::{Ending, Exchange, Party, Recorder};
use chrono::{DateTime, TimeDelta, Utc};

pub use ledger::{ExchangeEnd, KeptExchange};

use crate::api::Infrastructure;
use crate::hub::Hub;

/// Exchanges that wait to be written: some seconds of the busiest hour, of a few kilobytes each. Where the database is away
/// for longer, later ones are dropped: payments go on.
const WAITING_MAX: usize = 4_096;
/// Exchanges of a commit: with the writer's other work it stays short.
const BATCH: usize = 256;
/// Longest body that is kept, in characters: heads and fields of every protocol fit, long lists of articles do not.
const BODY_CHARS_MAX: usize = 3_000;
/// Longest word of why something failed, in characters.
const SAID_CHARS_MAX: usize = 300;
/// How long exchanges are kept: disputes are raised within days, and each payment leaves some kilobytes.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Exchanges that are forgotten in one commit.
const FORGOTTEN: i64 = 2_000;
/// Exchanges of one payment that its story shows.
pub(crate) const SHOWN: i64 = 200;

/// The clock by which exchanges began.
pub(crate) type Now = std::sync::Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Exchanges on their way to the database.
pub(crate) struct ExchangeLog {
    waiting: Mutex<VecDeque<(DateTime<Utc>, Exchange)>>,
    dropped: AtomicU64,
    clock: Now,
}

impl ExchangeLog {
    pub fn new(clock: Now) -> Self {
        Self { waiting: Mutex::default(), dropped: AtomicU64::new(0), clock }
    }

    fn take(&self) -> Vec<(DateTime<Utc>, Exchange)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(BATCH);
        waiting.drain(..count).collect()
    }
}

impl Recorder for ExchangeLog {
    fn record(&self, exchange: Exchange) {
        let at = (self.clock)();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        } else {
            waiting.push_back((at, exchange));
        }
    }
}

/// An exchange as it is kept.
fn kept((ended_at, exchange): (DateTime<Utc>, Exchange)) -> KeptExchange {
    let took = TimeDelta::from_std(exchange.took).unwrap_or_default();
    let cut = |text: String, most: usize| match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    };
    KeptExchange {
        payment: exchange.payment,
        at: (ended_at - took).naive_utc(),
        biller: match exchange.party {
            Party::Biller(biller) => Some(biller),
            Party::Gateway => None,
        },
        is_incoming: exchange.is_incoming,
        operation: exchange.operation.to_owned(),
        end: match exchange.ending {
            Ending::Answered => ExchangeEnd::Answered,
            Ending::Refused => ExchangeEnd::Refused,
            Ending::Failed => ExchangeEnd::Failed,
        },
        status: exchange.status,
        took_ms: took.num_milliseconds(),
        // Cut after what must not be kept is out: half a number would not be known as one.
        said: cut(redact::redacted(&exchange.said), SAID_CHARS_MAX),
        sent: cut(redact::redacted(&exchange.sent), BODY_CHARS_MAX),
        heard: cut(redact::redacted(&exchange.heard), BODY_CHARS_MAX),
    }
}

impl Hub {
    /// Writes the exchanges that wait; how many. What cannot be written is dropped and counted: it is no part of a payment.
    pub async fn write_exchanges(&self) -> Result<usize, Infrastructure> {
        let mut written = 0;
        loop {
            let taken = self.exchanges.take();
            if taken.is_empty() {
                return Ok(written);
            }
            let count = taken.len();
            let rows: Vec<KeptExchange> = taken.into_iter().map(kept).collect();
            if let Err(trouble) = self.write(move |op| op.keep_exchanges(&rows)).await {
                let lost = u64::try_from(count).unwrap_or(u64::MAX);
                self.exchanges.dropped.fetch_add(lost, Ordering::Relaxed);
                return Err(trouble);
            }
            written += count;
        }
    }

    /// How many exchanges this process dropped since it began.
    pub fn exchanges_dropped(&self) -> u64 {
        self.exchanges.dropped.load(Ordering::Relaxed)
    }

    /// Forgets exchanges that were kept long enough; how many.
    pub async fn prune_exchanges(&self) -> Result<usize, Infrastructure> {
        let before = (self.now() - KEPT).naive_utc();
        let mut gone = 0;
        loop {
            let now_gone = self.write(move |op| op.prune_exchanges(before, FORGOTTEN)).await?;
            gone += now_gone;
            if i64::try_from(now_gone).unwrap_or(i64::MAX) < FORGOTTEN {
                return Ok(gone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    fn exchange(sent: &str) -> Exchange {
        Exchange {
            payment: 7,
            party: Party::Biller(1001),
            is_incoming: false,
            operation: "confirm",
            ending: Ending::Answered,
            status: 200,
            took: Duration::from_millis(1_500),
            said: String::new(),
            sent: sent.to_owned(),
            heard: String::new(),
        }
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let log = ExchangeLog::new(Arc::new(|| DateTime::UNIX_EPOCH));
        for _ in 0..WAITING_MAX + 3 {
            log.record(exchange(""));
        }
        assert_eq!((log.take().len(), log.dropped.load(Ordering::Relaxed)), (BATCH, 3));
        log.record(exchange(""));
        assert_eq!(log.dropped.load(Ordering::Relaxed), 3, "there is room again");
    }

    #[test]
    fn bodies_are_cut_and_times_are_those_of_the_beginning() {
        let ended = DateTime::UNIX_EPOCH + TimeDelta::seconds(10);
        let row = kept((ended, exchange(&"é".repeat(BODY_CHARS_MAX + 1))));
        assert_eq!((row.sent.chars().count(), row.took_ms), (BODY_CHARS_MAX + 1, 1_500));
        assert_eq!(row.at, (ended - TimeDelta::milliseconds(1_500)).naive_utc());
        // A card number over the cut is hidden before it is cut.
        let row = kept((ended, exchange(&format!("{}4000000000000010", "é".repeat(BODY_CHARS_MAX - 8)))));
        assert!(!row.sent.contains("40000000"), "{}", row.sent);
    }
}
