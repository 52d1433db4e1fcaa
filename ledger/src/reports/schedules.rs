//! Reports that are mailed by the clock, as rows: schedules, and a mail to each recipient for each time that one was due.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{report_mails, report_schedules};
use crate::vocabulary::Language;
use crate::writer::WriteOp;

/// How long it is known whom a report was mailed to: they are asked about the last quarter.
const MAILS_KEPT: TimeDelta = TimeDelta::days(92);
/// Mails deleted at once: a day has fewer, and the writer is held for some milliseconds.
const PRUNED_MAX: i64 = 1_000;

/// A schedule to be kept. Its words are the use cases'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReportSchedule {
    /// The word of what is reported.
    pub kind: String,
    /// Of which biller alone.
    pub biller: Option<u16>,
    /// The word of the days, which follow from when it is due.
    pub days: String,
    /// The word of the file's form.
    pub form: String,
    /// The language of mail and file.
    pub language: Language,
    /// Mail addresses, separated by blanks.
    pub recipients: String,
    /// The word of how often.
    pub every: String,
    /// When, in minutes of the local day.
    pub at_minute: i32,
}

/// A stored schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSchedule {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub says: NewReportSchedule,
    /// Who made it.
    pub made_by: String,
    /// When (UTC).
    pub made_at: NaiveDateTime,
    /// When it is due next (UTC); `None` once it is ended.
    pub due_at: Option<NaiveDateTime>,
}

/// A mail with a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportMail {
    /// Its number.
    pub id: i64,
    /// The schedule's number.
    pub schedule: i64,
    /// When the schedule was due (UTC).
    pub due_at: NaiveDateTime,
    /// To whom.
    pub recipient: String,
    /// Since when it is tried (UTC).
    pub made_at: NaiveDateTime,
    /// Since when nothing more is done about it (UTC).
    pub ended_at: Option<NaiveDateTime>,
    /// Whether it was taken.
    pub is_sent: bool,
    /// What is known of it, without the server's own words.
    pub proof: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = report_schedules)]
struct ScheduleRow {
    id: i64,
    kind: String,
    biller: Option<i32>,
    days: String,
    form: String,
    language: i16,
    recipients: String,
    every: String,
    at_minute: i32,
    made_by_name: String,
    made_at: NaiveDateTime,
    due_at: Option<NaiveDateTime>,
}

impl TryFrom<ScheduleRow> for ReportSchedule {
    type Error = StorageError;

    fn try_from(row: ScheduleRow) -> Result<Self, StorageError> {
        let damaged = || StorageError::Damaged(format!("language of report schedule {}", row.id));
        Ok(Self {
            id: row.id,
            says: NewReportSchedule {
                kind: row.kind,
                biller: row.biller.map(biller_code).transpose()?,
                days: row.days,
                form: row.form,
                language: Language::from_code(row.language).ok_or_else(damaged)?,
                recipients: row.recipients,
                every: row.every,
                at_minute: row.at_minute,
            },
            made_by: row.made_by_name,
            made_at: row.made_at,
            due_at: row.due_at,
        })
    }
}

/// A mail's row.
type MailRow = (i64, i64, NaiveDateTime, String, NaiveDateTime, Option<NaiveDateTime>, bool, String);

fn mail((id, schedule, due_at, recipient, made_at, ended_at, is_sent, proof): MailRow) -> ReportMail {
    ReportMail { id, schedule, due_at, recipient, made_at, ended_at, is_sent, proof }
}

impl WriteOp<'_> {
    /// Keeps a schedule, unless as many as `most` are not ended; its number.
    pub fn keep_report_schedule(
        &mut self,
        new: &NewReportSchedule,
        by: &Actor,
        due_at: DateTime<Utc>,
        most: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, StorageError> {
        let open: i64 = report_schedules::table
            .filter(report_schedules::due_at.is_not_null())
            .count()
            .get_result(self.connection)?;
        if open >= most {
            return Ok(None);
        }
        let id = self.next_id()?;
        let values = (
            report_schedules::id.eq(id),
            report_schedules::kind.eq(&new.kind),
            report_schedules::biller.eq(new.biller.map(i32::from)),
            report_schedules::days.eq(&new.days),
            report_schedules::form.eq(&new.form),
            report_schedules::language.eq(new.language.code()),
            report_schedules::recipients.eq(&new.recipients),
            report_schedules::every.eq(&new.every),
            report_schedules::at_minute.eq(new.at_minute),
            report_schedules::made_by.eq(by.id),
            report_schedules::made_by_name.eq(&by.name),
            report_schedules::made_at.eq(now.naive_utc()),
            report_schedules::due_at.eq(Some(due_at.naive_utc())),
        );
        diesel::insert_into(report_schedules::table).values(values).execute(self.connection)?;
        Ok(Some(id))
    }

    /// Ends a schedule: what was not mailed yet is not. Whether it was not ended before.
    pub fn end_report_schedule(&mut self, id: i64, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let row =
            report_schedules::table.filter(report_schedules::id.eq(id)).filter(report_schedules::due_at.is_not_null());
        let ended = diesel::update(row).set(report_schedules::due_at.eq(None::<NaiveDateTime>));
        if ended.execute(self.connection)? == 0 {
            return Ok(false);
        }
        let open =
            report_mails::table.filter(report_mails::schedule_id.eq(id)).filter(report_mails::ended_at.is_null());
        let values =
            (report_mails::ended_at.eq(Some(now.naive_utc())), report_mails::proof.eq("the schedule was ended"));
        diesel::update(open).set(values).execute(self.connection)?;
        Ok(true)
    }

    /// Puts down a mail to each recipient of a schedule that is due, and when it is due next. A schedule that is due at
    /// another time by now has its mails.
    pub fn put_report_mails(
        &mut self,
        id: i64,
        due_at: NaiveDateTime,
        recipients: &[String],
        next: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let row = report_schedules::table
            .filter(report_schedules::id.eq(id))
            .filter(report_schedules::due_at.eq(Some(due_at)));
        let moved = diesel::update(row).set(report_schedules::due_at.eq(Some(next.naive_utc())));
        if moved.execute(self.connection)? == 0 {
            return Ok(false);
        }
        for recipient in recipients {
            let values = (
                report_mails::id.eq(self.next_id()?),
                report_mails::schedule_id.eq(id),
                report_mails::due_at.eq(due_at),
                report_mails::recipient.eq(recipient),
                report_mails::made_at.eq(now.naive_utc()),
                report_mails::is_sent.eq(false),
                report_mails::proof.eq(""),
            );
            diesel::insert_into(report_mails::table).values(values).execute(self.connection)?;
        }
        Ok(true)
    }

    /// Deletes mails of which nothing more is done, a quarter of a year after they ended, some at a time: how many rows went.
    /// That a report was mailed stands in the audit log for good.
    pub fn prune_report_mails(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let old = report_mails::table.filter(report_mails::ended_at.lt(now - MAILS_KEPT));
        let ids: Vec<i64> =
            old.order(report_mails::id).limit(PRUNED_MAX).select(report_mails::id).load(self.connection)?;
        Ok(diesel::delete(report_mails::table.filter(report_mails::id.eq_any(ids))).execute(self.connection)?)
    }

    /// Says what became of a mail; `ended`: nothing more is done about it.
    pub fn tell_report_mail(
        &mut self,
        id: i64,
        is_sent: bool,
        ended: Option<DateTime<Utc>>,
        proof: &str,
    ) -> Result<(), StorageError> {
        let row = report_mails::table.filter(report_mails::id.eq(id)).filter(report_mails::ended_at.is_null());
        let values = (
            report_mails::is_sent.eq(is_sent),
            report_mails::ended_at.eq(ended.map(|at| at.naive_utc())),
            report_mails::proof.eq(proof),
        );
        diesel::update(row).set(values).execute(self.connection)?;
        Ok(())
    }
}

impl Reader<'_> {
    /// Schedules: first those that are not ended, then the others, the newest of each first.
    pub fn report_schedules(&mut self, limit: i64) -> Result<Vec<ReportSchedule>, StorageError> {
        let rows: Vec<ScheduleRow> = report_schedules::table
            .order((report_schedules::due_at.is_null(), report_schedules::id.desc()))
            .limit(limit)
            .select(ScheduleRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(ReportSchedule::try_from).collect()
    }

    /// A schedule by its number.
    pub fn report_schedule(&mut self, id: i64) -> Result<Option<ReportSchedule>, StorageError> {
        let row = report_schedules::table.filter(report_schedules::id.eq(id)).select(ScheduleRow::as_select());
        row.get_result(self.connection).optional()?.map(ReportSchedule::try_from).transpose()
    }

    /// Schedules that are due at a moment, the longest due first.
    pub fn report_schedules_due(
        &mut self,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<ReportSchedule>, StorageError> {
        let rows: Vec<ScheduleRow> = report_schedules::table
            .filter(report_schedules::due_at.le(Some(now.naive_utc())))
            .order((report_schedules::due_at, report_schedules::id))
            .limit(limit)
            .select(ScheduleRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(ReportSchedule::try_from).collect()
    }

    /// Mails that have not ended, above a number and in the order of numbers.
    pub fn report_mails_open(&mut self, after: i64, limit: i64) -> Result<Vec<ReportMail>, StorageError> {
        let rows: Vec<MailRow> = report_mails::table
            .filter(report_mails::ended_at.is_null())
            .filter(report_mails::id.gt(after))
            .order(report_mails::id)
            .limit(limit)
            .load(self.connection)?;
        Ok(rows.into_iter().map(mail).collect())
    }

    /// The last mails of a schedule, the newest first.
    pub fn report_mails_of(&mut self, schedule: i64, limit: i64) -> Result<Vec<ReportMail>, StorageError> {
        let rows: Vec<MailRow> = report_mails::table
            .filter(report_mails::schedule_id.eq(schedule))
            .order((report_mails::due_at.desc(), report_mails::id.desc()))
            .limit(limit)
            .load(self.connection)?;
        Ok(rows.into_iter().map(mail).collect())
    }
}
