//! Billers suspended and let go on, by one person, at once. What is done stands in the audit log by the same commit.

mod settings;

use ledger::{Actor, AuditEntry, Channel, Suspension};

use super::Hub;
use crate::api::Infrastructure;

/// Suspensions of one biller that are shown.
const SHOWN: i64 = 20;

impl Hub {
    /// Whether a biller takes no payments on a channel for now, because somebody said so.
    pub fn is_suspended(&self, biller: u16, channel: Channel) -> bool {
        self.suspended(biller).iter().any(|suspended| suspended.is_none_or(|suspended| suspended == channel))
    }

    /// A biller's suspensions, the newest first, also those that were lifted.
    pub async fn biller_suspensions(&self, biller: u16) -> Result<Vec<Suspension>, Infrastructure> {
        self.read(move |reader| reader.suspensions_of(biller, SHOWN)).await
    }

    /// Every suspension that is in force.
    pub async fn suspensions_held(&self) -> Result<Vec<Suspension>, Infrastructure> {
        self.read(|reader| reader.suspensions_held()).await
    }

    /// Suspends a biller, on a channel or on all of them: here at once, in other processes within seconds. Payments that
    /// were started before go on. `false`: it is suspended so already.
    pub async fn suspend_biller(
        &self,
        biller: u16,
        channel: Option<Channel>,
        reason: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<bool, Infrastructure> {
        let done = self
            .write_audited(entry, move |op, now| op.suspend_biller(biller, channel, &reason, &by, now.naive_utc()))
            .await?;
        self.reload_billers().await?;
        Ok(done)
    }

    /// Lets a biller take payments again. `false`: there is no such suspension, or it was lifted before.
    pub async fn lift_suspension(
        &self,
        biller: u16,
        id: i64,
        why: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<bool, Infrastructure> {
        let done = self
            .write_audited(entry, move |op, now| op.lift_suspension(biller, id, &why, &by, now.naive_utc()))
            .await?;
        self.reload_billers().await?;
        Ok(done)
    }
}
