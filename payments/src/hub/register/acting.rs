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
        self.write_audited(entry, move |op, now| op.note_payment(payment, &note, &by, now)).await
    }

    /// Sends a receipt once more; `false`: one waits to be sent already.
    pub async fn resend_receipt(
        &self,
        payment: i64,
        message: ReceiptBy,
        entry: AuditEntry,
    ) -> Result<bool, Infrastructure> {
        let kind = message.task();
        self.write_audited(entry, move |op, now| op.repeat_task(payment, kind, now)).await
    }

    /// Asks the biller again now what became of a confirmation; `false`: it is being asked, or has answered.
    pub async fn ask_biller_now(&self, payment: i64, entry: AuditEntry) -> Result<bool, Infrastructure> {
        self.write_audited(entry, move |op, now| op.hasten_task(payment, TaskKind::ConfirmBiller, now)).await
    }
}
