//! What members of staff do to a payment besides moving its money. It stands in the audit log by the same commit.

use ledger::{Actor, AuditEntry};

use crate::api::Infrastructure;
use crate::hub::Hub;

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
}
