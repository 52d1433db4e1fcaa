//! What members of staff do to a payment besides moving its money. It stands in the audit log by the same commit.

use ledger::{Actor, AuditEntry, TaskKind};

use crate::api::Infrastructure;
use crate::hub::Hub;
use crate::register::ReceiptBy;

impl Hub {
    /// Writes a note to a payment; whether it was not there already.
    pub async fn note_payment(
        &self,
        payment: i64,
        note: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<bool, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let is_new = op.note_payment(payment, &note, &by, now)?;
            if is_new {
                op.audit(&entry, now)?;
            }
            Ok(is_new)
        })
        .await
    }

    /// Sends a receipt once more; `false`: one waits to be sent already.
    pub async fn resend_receipt(
        &self,
        payment: i64,
        message: ReceiptBy,
        entry: AuditEntry,
    ) -> Result<bool, Infrastructure> {
        let now = self.now();
        let kind = message.task();
        self.write(move |op| {
            let is_new = op.repeat_task(payment, kind, now)?;
            if is_new {
                op.audit(&entry, now)?;
            }
            Ok(is_new)
        })
        .await
    }

    /// Asks the biller again now what became of a confirmation; `false`: it is being asked, or has answered.
    pub async fn ask_biller_now(&self, payment: i64, entry: AuditEntry) -> Result<bool, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let hastened = op.hasten_task(payment, TaskKind::ConfirmBiller, now)?;
            if hastened {
                op.audit(&entry, now)?;
            }
            Ok(hastened)
        })
        .await
    }
}
