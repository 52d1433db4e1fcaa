//! The synchronous ledger, called from async code: answers come through a channel, reads run beside the event loop.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ledger::{Advance, AdvanceOutcome, AuditEntry, LedgerError, Pay, PayOutcome, Reader, StorageError, WriteOp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Hub, infrastructure};
use crate::api::Infrastructure;

/// Longest that a look-up waits for its turn: who asked looks elsewhere by then.
const TURN_MAX: Duration = Duration::from_secs(2);
/// When to come back after that.
const RETRY_AFTER_S: u32 = 1;

async fn heard<T>(answer: oneshot::Receiver<Result<T, LedgerError>>) -> Result<T, Infrastructure> {
    // The writer drops a reply only when it ends.
    answer.await.unwrap_or(Err(LedgerError::Closed)).map_err(infrastructure)
}

impl Hub {
    pub(crate) async fn pay(&self, pay: Pay) -> Result<PayOutcome, Infrastructure> {
        let (reply, answer) = oneshot::channel();
        self.ledger.pay(pay, Box::new(move |result| drop(reply.send(result))));
        let outcome = heard(answer).await?;
        if let PayOutcome::Started(payment) = &outcome {
            // From here on its tasks are found by its number; what led to it stands under the request's own.
            tracing::info!(payment = payment.id(), "payment started");
        }
        Ok(outcome)
    }

    /// [`Self::pay`], or the objection to a new payment, if the same request started none before.
    pub(crate) async fn pay_unless<E: From<Infrastructure>>(
        &self,
        objection: Option<E>,
        pay: Pay,
    ) -> Result<PayOutcome, E> {
        let pay = Pay { only_replay: objection.is_some(), ..pay };
        match (self.pay(pay).await?, objection) {
            (PayOutcome::NotStarted, Some(objection)) => Err(objection),
            (outcome, _) => Ok(outcome),
        }
    }

    pub(crate) async fn advance(&self, advance: Advance) -> Result<AdvanceOutcome, Infrastructure> {
        let (reply, answer) = oneshot::channel();
        self.ledger.advance(advance, Box::new(move |result| drop(reply.send(result))));
        heard(answer).await
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut WriteOp<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Infrastructure> {
        let (reply, answer) = oneshot::channel();
        self.ledger.write(write, Box::new(move |result| drop(reply.send(result))));
        heard(answer).await
    }

    /// A write around a step of a payment, all in one commit.
    pub(crate) async fn write_step<T: Send + 'static>(
        &self,
        before: impl FnMut(&mut WriteOp<'_>) -> Result<Result<Advance, T>, StorageError> + Send + 'static,
        after: impl FnMut(&mut WriteOp<'_>, AdvanceOutcome) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Infrastructure> {
        let (reply, answer) = oneshot::channel();
        self.ledger.write_step(before, after, Box::new(move |result| drop(reply.send(result))));
        heard(answer).await
    }

    /// Does what somebody on the staff asked for, and puts it in the audit log by the same commit: what was not done is not
    /// written down. Whether it was.
    pub(crate) async fn write_audited(
        &self,
        entry: AuditEntry,
        mut write: impl FnMut(&mut WriteOp<'_>, DateTime<Utc>) -> Result<bool, StorageError> + Send + 'static,
    ) -> Result<bool, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let done = write(op, now)?;
            if done {
                op.audit(&entry, now)?;
            }
            Ok(done)
        })
        .await
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Infrastructure> {
        let (turn, ledger) = (turn(&self.reading).await?, Arc::clone(&self.ledger));
        beside([turn], move || ledger.read(read)).await
    }

    /// Reads much, of one moment: one such read at a time, so that the others find connections.
    pub(crate) async fn read_whole<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Infrastructure> {
        let turns = [turn(&self.reading_whole).await?, turn(&self.reading).await?];
        let ledger = Arc::clone(&self.ledger);
        beside(turns, move || ledger.read_whole(read)).await
    }
}

async fn turn(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Infrastructure> {
    match timeout(TURN_MAX, Arc::clone(of).acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        Ok(Err(_)) | Err(_) => Err(Infrastructure::Overloaded(RETRY_AFTER_S)),
    }
}

/// Reads on a thread that may block. Its turns last as long as it, also where nobody waits for it any more.
async fn beside<T: Send + 'static, const N: usize>(
    turns: [OwnedSemaphorePermit; N],
    read: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, Infrastructure> {
    let reading = spawn_blocking(move || {
        let _turns = turns;
        read()
    });
    match reading.await {
        Ok(result) => result.map_err(infrastructure),
        Err(error) => Err(Infrastructure::Failed(format!("a read ended badly: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn a_read_keeps_its_turn_when_nobody_waits_for_it_any_more() {
        let reading = Arc::new(Semaphore::new(1));
        let (begun, begins) = oneshot::channel();
        let (end, ends) = channel::<()>();
        let turns = [turn(&reading).await.unwrap()];
        let asked = tokio::spawn(beside(turns, move || {
            let _ = begun.send(());
            let _ = ends.recv();
            Ok(())
        }));
        begins.await.unwrap();
        asked.abort();
        assert!(asked.await.unwrap_err().is_cancelled());
        assert_eq!(reading.available_permits(), 0, "it still reads");
        end.send(()).unwrap();
        drop(turn(&reading).await.unwrap());
    }
}
