//! Reports by mail: schedules, and the mails that come of them. What people do stands in the audit log by the same commit.

use ledger::{Actor, AuditEntry, ReportMail, ReportSchedule};

use crate::api::Infrastructure;
use crate::hub::Hub;
use crate::reports::schedules::{SCHEDULES_MAX, Schedule, allowed};

/// The most schedules that are listed at once.
const PAGE_MAX: i64 = 200;
/// The last mails that are shown of a schedule.
const MAILS_SHOWN: i64 = 3;

impl Hub {
    /// The domains to which reports may be mailed, in small letters; none: none is mailed.
    pub fn report_domains(&self) -> &[String] {
        &self.settings.report_domains
    }

    /// An address to which reports may be mailed, as it is kept; `None`: they may not.
    pub fn report_recipient(&self, address: &str) -> Option<String> {
        allowed(address, &self.settings.report_domains)
    }

    /// Keeps a schedule; its number. `None`: there are [`SCHEDULES_MAX`] that are not ended.
    pub async fn make_report_schedule(
        &self,
        schedule: &Schedule,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<Option<i64>, Infrastructure> {
        let (row, now) = (schedule.to_row(), self.now());
        let due = schedule.next_after(now);
        let due = due.ok_or_else(|| Infrastructure::Failed("a report is due beyond the calendar".to_owned()))?;
        self.write(move |op| {
            let Some(id) = op.keep_report_schedule(&row, &by, due, SCHEDULES_MAX, now)? else { return Ok(None) };
            op.audit(&AuditEntry { subject: subject(id), ..entry.clone() }, now)?;
            Ok(Some(id))
        })
        .await
    }

    /// Ends a schedule; whether it was not ended before.
    pub async fn end_report_schedule(&self, id: i64, entry: AuditEntry) -> Result<bool, Infrastructure> {
        self.write_audited(AuditEntry { subject: subject(id), ..entry }, move |op, now| op.end_report_schedule(id, now))
            .await
    }

    /// Schedules, each with its last mails: first those that are not ended, then the others, the newest of each first; at
    /// most 200.
    pub async fn report_schedules(&self, limit: i64) -> Result<Vec<(ReportSchedule, Vec<ReportMail>)>, Infrastructure> {
        self.read(move |reader| {
            let found = reader.report_schedules(limit.clamp(1, PAGE_MAX))?;
            found
                .into_iter()
                .map(|schedule| {
                    let mails = reader.report_mails_of(schedule.id, MAILS_SHOWN)?;
                    Ok((schedule, mails))
                })
                .collect()
        })
        .await
    }
}

fn subject(id: i64) -> String {
    format!("report schedule {id}")
}
