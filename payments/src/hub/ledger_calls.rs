//! The synchronous ledger, called from async code: answers come through a channel, reads run beside the event loop.

use std::sync::Arc;
use std::time::Duration;

use ledger::{Advance, AdvanceOutcome, LedgerError, Pay, PayOutcome, Reader, StorageError, WriteOp};
use tokio::sync::oneshot;

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
        heard(answer).await
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

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Infrastructure> {
        let turn = tokio::time::timeout(TURN_MAX, self.reading.acquire()).await;
        let _turn = turn.map_err(|_| Infrastructure::Overloaded(RETRY_AFTER_S))?;
        let ledger = Arc::clone(&self.ledger);
        match tokio::task::spawn_blocking(move || ledger.read(read)).await {
            Ok(result) => result.map_err(infrastructure),
            Err(error) => Err(Infrastructure::Failed(format!("a read ended badly: {error}"))),
        }
    }
}
