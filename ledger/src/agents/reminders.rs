//! Reminders of low floats: the writer warns when a float falls below its threshold, and nobody again until it has risen.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::postings::Moment;
use crate::states::TaskKind;
use crate::storage::StorageError;
use crate::storage::schema::{agent_payments, float_reminders, float_requests};
use crate::writer::WriteOp;

impl WriteOp<'_> {
    /// Leaves a mail for the network about an outlet's low float, unless one was left since `since`. `false`: none was
    /// left, or nothing ever moved the float, so that there is nothing to tell of.
    pub fn remind_low_float(
        &mut self,
        outlet: &str,
        since: NaiveDateTime,
        moment: Moment,
    ) -> Result<bool, StorageError> {
        let payment: Option<i64> = agent_payments::table
            .filter(agent_payments::outlet.eq(outlet))
            .select(diesel::dsl::max(agent_payments::payment_id))
            .get_result(self.connection)?;
        let request: Option<i64> = float_requests::table
            .filter(float_requests::outlet.eq(outlet))
            .select(diesel::dsl::max(float_requests::id))
            .get_result(self.connection)?;
        let Some(subject) = payment.or(request) else { return Ok(false) };
        let row = float_reminders::table.filter(float_reminders::outlet.eq(outlet));
        let now = float_reminders::reminded_at.eq(moment.at.naive_utc());
        let stale = row.filter(float_reminders::reminded_at.lt(since));
        if diesel::update(stale).set(now).execute(self.connection)? == 0 {
            let known: i64 = row.count().get_result(self.connection)?;
            if known > 0 {
                return Ok(false);
            }
            let values = (float_reminders::outlet.eq(outlet), now);
            diesel::insert_into(float_reminders::table).values(values).execute(self.connection)?;
        }
        self.add_task(TaskKind::MailLowFloat, subject, moment.at, moment.at)?;
        Ok(true)
    }
}
