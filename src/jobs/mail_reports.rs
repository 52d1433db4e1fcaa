//! Mails reports at the times that people set.
//!
//! A schedule that is due becomes a row for each recipient, in the commit that moves it on; a mail that may have left
//! before a process ended is sent again under its own Message-ID, so that readers see one.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ledger::{AuditEntry, Reader, ReportMail, ReportSchedule};
use payments::messages::Delivery;
use payments::reports::schedules::Schedule;

use super::job::{HubRun, Since};
use super::report::{JobFailure, JobReport, JobResult};
use crate::notify::{Attached, Mailer};

/// Rows that are read at once.
const BATCH: i64 = 100;
/// Times at which a schedule was due that one run makes up for: a month of days of all schedules.
const DUE_MAX: usize = 3_100;
/// What was due longer ago is not mailed any more: a month's report is old by the next one.
const LATE_MAX: TimeDelta = TimeDelta::days(31);
/// How long a mail is tried that nobody refused.
const TRIED_FOR: TimeDelta = TimeDelta::hours(24);

/// Since when a report is to be mailed. A mail that was not taken is tried for a day: it calls nobody before.
pub(super) fn since(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    if let Some(due) = reader.report_schedules_due(now, 1)?.into_iter().next() {
        return Ok(due.due_at);
    }
    Ok(reader.report_mails_open(0, 1)?.into_iter().next().map(|_| now.naive_utc()))
}

/// What came of the mails.
#[derive(Default)]
struct Mailed {
    sent: usize,
    ended: usize,
    again: usize,
    why: String,
}

/// Mails what is due at the moment that the run works for.
pub(super) async fn run(run: HubRun) -> JobResult {
    put_down(&run).await?;
    let (mut mailed, mut after) = (Mailed::default(), 0);
    let mut made: Option<Tried> = None;
    loop {
        let open = run.run.read(move |reader| reader.report_mails_open(after, BATCH)).await?;
        let Some(last) = open.last() else { break };
        after = last.id;
        for mail in open {
            send(&run, &mail, &mut made, &mut mailed).await?;
        }
    }
    let report = JobReport::of([("sent", mailed.sent), ("ended", mailed.ended), ("again", mailed.again)]);
    match mailed.again {
        0 => Ok(report),
        _ => Err(JobFailure { report, ..JobFailure::trouble(mailed.why) }),
    }
}

/// Puts a mail down for each recipient of what is due, and moves the schedules on.
async fn put_down(HubRun { run, .. }: &HubRun) -> Result<(), JobFailure> {
    for _ in 0..DUE_MAX {
        let as_of = run.as_of;
        let due = run.read(move |reader| reader.report_schedules_due(as_of, BATCH)).await?;
        // What only a later program understands is left to it.
        let mut known = due.iter().filter_map(|row| Some((row, row.due_at?, Schedule::of_row(&row.says)?)));
        let Some((row, due_at, schedule)) = known.next() else { return Ok(()) };
        let next = schedule.next_after(due_at.and_utc());
        let next = next.ok_or_else(|| JobFailure::trouble("a report is due beyond the calendar"))?;
        let is_old = run.now().naive_utc() - due_at > LATE_MAX;
        let (id, recipients) = (row.id, if is_old { Vec::new() } else { schedule.recipients });
        let now = run.now();
        run.write(move |op| op.put_report_mails(id, due_at, &recipients, next, now)).await?;
    }
    Ok(())
}

/// The last report that was tried, as several people get the same; `Err`: why there is none.
struct Tried {
    of: (i64, NaiveDateTime),
    made: Result<Made, String>,
}

struct Made {
    letter: channels::ReportLetter,
    row: ReportSchedule,
}

async fn send(
    run: &HubRun,
    mail: &ReportMail,
    tried: &mut Option<Tried>,
    mailed: &mut Mailed,
) -> Result<(), JobFailure> {
    let HubRun { hub, courier, run, .. } = run;
    let Some(to) = hub.report_recipient(&mail.recipient) else {
        mailed.ended += 1;
        return tell(run, mail, false, true, "mails to this domain are not allowed any more", None).await;
    };
    let outcome = match &courier.mail {
        None => Delivery::NotSent("no mail server is configured".to_owned()),
        Some(mailer) => {
            let of = (mail.schedule, mail.due_at);
            if tried.as_ref().is_none_or(|tried| tried.of != of) {
                *tried = Some(Tried { of, made: make(hub, run, mail, &courier.public_url).await });
            }
            // One report that cannot be made keeps no other back.
            match tried.as_ref().map(|tried| &tried.made) {
                Some(Ok(made)) => carry(mailer, mail.id, &to, made).await,
                Some(Err(why)) => Delivery::NotSent(why.clone()),
                None => Delivery::NotSent("the report was not made".to_owned()),
            }
        }
    };
    let is_late = run.now().naive_utc() - mail.made_at > TRIED_FOR;
    match outcome {
        Delivery::Sent(_) => {
            mailed.sent += 1;
            let made = tried.as_ref().and_then(|tried| tried.made.as_ref().ok());
            let kind = made.map(|made| made.row.says.kind.clone()).unwrap_or_default();
            let entry = AuditEntry {
                actor: format!("(report schedule {})", mail.schedule),
                action: staff::Action::ReportMailed.as_str().to_owned(),
                subject: format!("report {kind}"),
                detail: format!("to {to}, due {} UTC", mail.due_at.format("%Y-%m-%d %H:%M")),
            };
            tell(run, mail, true, true, "", Some(entry)).await
        }
        Delivery::Rejected(why) => {
            mailed.ended += 1;
            tell(run, mail, false, true, &why, None).await
        }
        Delivery::NotSent(why) | Delivery::Unknown(why) if is_late => {
            mailed.ended += 1;
            tell(run, mail, false, true, &why, None).await
        }
        Delivery::NotSent(why) | Delivery::Unknown(why) => {
            mailed.again += 1;
            tell(run, mail, false, false, &why, None).await?;
            mailed.why = why;
            Ok(())
        }
    }
}

/// `Err`: why the report could not be made.
async fn make(hub: &payments::Hub, run: &super::job::Run, mail: &ReportMail, public_url: &str) -> Result<Made, String> {
    let id = mail.schedule;
    let failed = |why: String| format!("report schedule {id}: {why}");
    let row = run.read(move |reader| reader.report_schedule(id)).await.map_err(|error| failed(error.to_string()))?;
    let Some((row, schedule)) = row.and_then(|row| Schedule::of_row(&row.says).map(|schedule| (row, schedule))) else {
        return Err(failed("only a later program understands it".to_owned()));
    };
    let letter = channels::report_letter(hub, &schedule, mail.due_at, public_url, run.now()).await.map_err(failed)?;
    Ok(Made { letter, row })
}

async fn carry(mailer: &Mailer, id: i64, to: &str, made: &Made) -> Delivery {
    let letter = &made.letter;
    let attached = letter.file.as_ref().map(|file| Attached {
        name: file.name.clone(),
        mime: file.mime,
        bytes: file.bytes.clone(),
    });
    mailer.send_file(id, to, made.row.says.language, &letter.subject, letter.text.clone(), attached).await
}

async fn tell(
    run: &super::job::Run,
    mail: &ReportMail,
    is_sent: bool,
    is_over: bool,
    proof: &str,
    entry: Option<AuditEntry>,
) -> Result<(), JobFailure> {
    let (id, now, proof) = (mail.id, run.now(), proof.to_owned());
    run.write(move |op| {
        op.tell_report_mail(id, is_sent, is_over.then_some(now), &proof)?;
        if let Some(entry) = &entry {
            op.audit(entry, now)?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}
