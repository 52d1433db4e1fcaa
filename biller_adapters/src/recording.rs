//! What is sent to others and heard from them on behalf of a payment, told to whoever keeps it. Carried by the async task, as
//! the trace is, so that nothing has to hand it on.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

tokio::task_local! {
    static CURRENT: Recording;
}

/// Longest body that is told of, in bytes: what is kept of it is less.
pub const BODY_BYTES_MAX: usize = 16 * 1024;

/// Whom something was said to, or who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// A biller, by its code.
    Biller(u16),
    /// The card gateway.
    Gateway,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With an answer that says yes, or what was asked.
    Answered,
    /// With an answer that says no.
    Refused,
    /// Without an answer of use.
    Failed,
}

/// One exchange. Bodies are as they were on the wire: whoever keeps them takes out what must not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The payment that it was about.
    pub payment: i64,
    /// The other side.
    pub party: Party,
    /// Whether the other side began it.
    pub is_incoming: bool,
    /// What it was for, in the program's word.
    pub operation: &'static str,
    /// How it ended.
    pub ending: Ending,
    /// HTTP status; 0: none was heard.
    pub status: u16,
    /// From the first byte sent to the last one heard.
    pub took: Duration,
    /// Why there was no answer of use, or the other side's code.
    pub said: String,
    /// What was sent: cut at [`BODY_BYTES_MAX`].
    pub sent: String,
    /// What was heard: cut at [`BODY_BYTES_MAX`].
    pub heard: String,
}

/// Keeps exchanges. It must not wait: whoever calls it is in the middle of a payment.
pub trait Recorder: Send + Sync {
    /// Takes an exchange, or drops it.
    fn record(&self, exchange: Exchange);
}

/// Whose exchanges are told to whom.
#[derive(Clone)]
pub struct Recording {
    payment: i64,
    recorder: Arc<dyn Recorder>,
}

impl Recording {
    /// Everything that a piece of work says to others is about this payment.
    pub fn of(payment: i64, recorder: Arc<dyn Recorder>) -> Self {
        Self { payment, recorder }
    }

    /// Does the work.
    pub async fn during<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// Tells of an exchange if somebody listens; it is made only then.
    pub fn tell(exchange: impl FnOnce(i64) -> Exchange) {
        // Nobody listens where no payment is worked on.
        let _ = CURRENT.try_with(|current| current.recorder.record(exchange(current.payment)));
    }
}

/// A body as text, cut where it is too long.
pub fn body(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..BODY_BYTES_MAX).unwrap_or(bytes)).into_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Kept(Mutex<Vec<Exchange>>);

    impl Recorder for Kept {
        fn record(&self, exchange: Exchange) {
            self.0.lock().unwrap().push(exchange);
        }
    }

    fn exchange(payment: i64) -> Exchange {
        Exchange {
            payment,
            party: Party::Gateway,
            is_incoming: false,
            operation: "void",
            ending: Ending::Failed,
            status: 0,
            took: Duration::ZERO,
            said: String::new(),
            sent: body(&[b'x'; BODY_BYTES_MAX + 1]),
            heard: body(b"\xff"),
        }
    }

    #[tokio::test]
    async fn it_is_told_of_the_payment_that_is_worked_on() {
        let kept = Arc::new(Kept::default());
        Recording::of(7, Arc::clone(&kept) as Arc<dyn Recorder>).during(async { Recording::tell(exchange) }).await;
        Recording::tell(|_| unreachable!("nobody listens"));
        let found = kept.0.lock().unwrap();
        assert_eq!((found.len(), found[0].payment, found[0].sent.len()), (1, 7, BODY_BYTES_MAX));
    }
}
