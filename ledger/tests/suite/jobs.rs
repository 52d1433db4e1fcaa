//! Jobs: one run for one occurrence however many ask, fenced, abandoned when its process is gone, with a history.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ledger::{Fence, JobCause, JobClaim, JobClaimed, JobEnd, JobOutcome, JobRun, Ledger, StoredJob};
use rstest::rstest;

use crate::support::{TestDb, now};

const JOB: &str = "check_books";
const LEASE: TimeDelta = TimeDelta::seconds(60);

fn at(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

fn take_in(db: &TestDb) -> Ledger {
    let ledger = db.open();
    ledger.write_now(|op| op.ensure_job(JOB, now().naive_utc())).unwrap();
    ledger
}

fn stored(ledger: &Ledger) -> StoredJob {
    ledger.read(|reader| reader.jobs()).unwrap().remove(0)
}

fn history(ledger: &Ledger) -> Vec<JobRun> {
    ledger.read(|reader| reader.job_runs(Some(JOB), 100)).unwrap()
}

fn claim_at(ledger: &Ledger, node: &str, due: Option<NaiveDateTime>, now: DateTime<Utc>) -> JobClaimed {
    let claim = JobClaim {
        job: JOB.to_owned(),
        node: node.to_owned(),
        scheduled_for: due.unwrap_or(now.naive_utc()),
        cause: if due.is_some() { JobCause::Schedule } else { JobCause::ByHand },
        due,
        skipped: None,
        lease_until: now + LEASE,
    };
    ledger.write_now(move |op| op.claim_job(&claim, now)).unwrap()
}

fn fence(claimed: JobClaimed) -> Fence {
    let JobClaimed::Run(fence) = claimed else { panic!("{claimed:?}") };
    fence
}

fn end(ledger: &Ledger, fence: &Fence, outcome: JobOutcome, next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let end = JobEnd {
        outcome,
        counts: r#"{"done":1}"#.to_owned(),
        error: if outcome == JobOutcome::Failed { "é".repeat(400) } else { String::new() },
        next_run_at: next.map(|next| next.naive_utc()),
        not_before: now.naive_utc(),
    };
    let fence = fence.clone();
    ledger.write_now(move |op| op.end_job(&fence, &end, now)).unwrap()
}

fn due() -> Option<NaiveDateTime> {
    Some(now().naive_utc())
}

fn one_run_for_one_occurrence(db: &TestDb) {
    let ledger = take_in(db);
    assert_eq!(claim_at(&ledger, "a", due(), at(-1)), JobClaimed::NotDue, "too early");
    let run = fence(claim_at(&ledger, "a", due(), at(0)));
    assert_eq!((run.job.as_str(), run.fencing), (JOB, 1));
    // While it is held, by the clock and by hand.
    let held = JobClaimed::Held("a".to_owned(), at(60).naive_utc());
    assert_eq!(claim_at(&ledger, "b", due(), at(59)), held);
    assert_eq!(claim_at(&ledger, "b", None, at(59)), held);
    assert!(end(&ledger, &run, JobOutcome::Done, Some(at(86_400)), at(30)));
    // The occurrence is over; by hand the job may run again, which moves nothing.
    assert_eq!(claim_at(&ledger, "b", due(), at(31)), JobClaimed::NotDue);
    let by_hand = fence(claim_at(&ledger, "b", None, at(31)));
    assert!(end(&ledger, &by_hand, JobOutcome::Done, None, at(32)));
    let job = stored(&ledger);
    assert_eq!((job.next_run_at, job.fencing, job.failures), (at(86_400).naive_utc(), 2, 0));
    assert_eq!(job.done_at, Some(at(32).naive_utc()));
    let told: Vec<_> =
        history(&ledger).into_iter().map(|run| (run.fencing, run.outcome, run.cause, run.node, run.ended_at)).collect();
    let ended = |seconds| Some(at(seconds).naive_utc());
    assert_eq!(
        told,
        [
            (2, JobOutcome::Done, JobCause::ByHand, "b".to_owned(), ended(32)),
            (1, JobOutcome::Done, JobCause::Schedule, "a".to_owned(), ended(30)),
        ]
    );
    db.assert_clean();
}

fn a_known_job_stays_as_it_is(db: &TestDb) {
    let ledger = take_in(db);
    fence(claim_at(&ledger, "a", due(), at(0)));
    ledger.write_now(|op| op.ensure_job(JOB, at(9_000).naive_utc())).unwrap();
    let job = stored(&ledger);
    assert_eq!((job.next_run_at, job.fencing), (at(0).naive_utc(), 1));
    // Brought forward, never put off.
    ledger.write_now(|op| op.bring_job_forward(JOB, at(10).naive_utc())).unwrap();
    assert_eq!(stored(&ledger).next_run_at, at(0).naive_utc());
    ledger.write_now(|op| op.bring_job_forward(JOB, at(-10).naive_utc())).unwrap();
    assert_eq!(stored(&ledger).next_run_at, at(-10).naive_utc());
}

fn a_process_that_is_gone_leaves_its_run_to_the_next(db: &TestDb) {
    let (first, second) = (take_in(db), db.open());
    let gone = fence(claim_at(&first, "a", due(), at(0)));
    assert!(matches!(claim_at(&second, "b", due(), at(59)), JobClaimed::Held(..)));
    // Renewed: it is held longer.
    let renewing = gone.clone();
    assert!(first.write_now(move |op| op.renew_job(&renewing, at(80))).unwrap());
    assert!(matches!(claim_at(&second, "b", due(), at(79)), JobClaimed::Held(..)));
    let next = fence(claim_at(&second, "b", due(), at(80)));
    assert_eq!(next.fencing, 2);
    assert_eq!(stored(&second).failures, 1, "a run that never came back counts as one that failed");
    // The first one wakes up: it can neither renew, nor make its effects, nor say how it ended.
    let old = gone.clone();
    let (renewed, holds) = first.write_now(move |op| Ok((op.renew_job(&old, at(200))?, op.holds(&old)?))).unwrap();
    assert!(!renewed && !holds);
    assert!(!end(&first, &gone, JobOutcome::Done, Some(at(9_000)), at(90)));
    let runs = history(&second);
    assert_eq!((runs[1].outcome, runs[1].ended_at), (JobOutcome::Abandoned, Some(at(80).naive_utc())));
    assert_eq!((runs[0].outcome, runs[0].ended_at), (JobOutcome::Running, None));
    let own = next.clone();
    assert!(second.write_now(move |op| op.holds(&own)).unwrap());
    assert!(end(&second, &next, JobOutcome::Done, Some(at(86_400)), at(95)));
    assert_eq!((stored(&first).failures, stored(&first).next_run_at), (0, at(86_400).naive_utc()));
    // An end is written once.
    assert!(!end(&second, &next, JobOutcome::Failed, None, at(96)));
}

fn a_failed_run_is_counted_and_waits(db: &TestDb) {
    let ledger = take_in(db);
    for failures in 1..=3 {
        let run = fence(claim_at(&ledger, "a", due(), at(failures)));
        assert!(end(&ledger, &run, JobOutcome::Failed, None, at(failures)));
        let job = stored(&ledger);
        assert_eq!((i64::from(job.failures), job.next_run_at), (failures, at(0).naive_utc()));
    }
    assert_eq!(history(&ledger)[0].error, "é".repeat(300));
    let later = |op: &mut ledger::WriteOp<'_>, run: &Fence| {
        let end = JobEnd {
            outcome: JobOutcome::Failed,
            counts: String::new(),
            error: String::new(),
            next_run_at: None,
            not_before: at(300).naive_utc(),
        };
        op.end_job(run, &end, at(10))
    };
    let run = fence(claim_at(&ledger, "a", due(), at(10)));
    assert!(ledger.write_now(move |op| later(op, &run)).unwrap());
    assert_eq!(claim_at(&ledger, "a", due(), at(299)), JobClaimed::NotDue, "not before its time");
    // A person does not wait.
    let by_hand = fence(claim_at(&ledger, "a", None, at(20)));
    assert!(end(&ledger, &by_hand, JobOutcome::Done, None, at(21)));
    assert_eq!(stored(&ledger).failures, 0);
}

fn what_was_missed_for_too_long_leaves_a_row(db: &TestDb) {
    let ledger = take_in(db);
    let claim = JobClaim {
        job: JOB.to_owned(),
        node: "a".to_owned(),
        scheduled_for: at(500).naive_utc(),
        cause: JobCause::CatchUp,
        due: due(),
        skipped: Some((now().naive_utc(), "too old".to_owned())),
        lease_until: at(1_060),
    };
    let run = fence(ledger.write_now(move |op| op.claim_job(&claim, at(1_000))).unwrap());
    assert!(end(&ledger, &run, JobOutcome::Done, Some(at(2_000)), at(1_001)));
    let told: Vec<_> = history(&ledger).into_iter().map(|run| (run.outcome, run.scheduled_for, run.error)).collect();
    assert_eq!(
        told,
        [
            (JobOutcome::Done, at(500).naive_utc(), String::new()),
            (JobOutcome::Skipped, now().naive_utc(), "too old".to_owned()),
        ]
    );
}

/// Many ask at once, from two processes: for each occurrence one runs.
fn processes_that_race_run_each_occurrence_once(db: &TestDb) {
    let ledgers = [take_in(db), db.open()];
    for occurrence in 0..10 {
        let (due, next) = (at(occurrence), at(occurrence + 1));
        let runs: Vec<Fence> = std::thread::scope(|scope| {
            let asks = |n: usize| {
                let ledger = &ledgers[n % 2];
                move || claim_at(ledger, &format!("node {n}"), Some(due.naive_utc()), due)
            };
            let threads: Vec<_> = (0..6).map(|n| scope.spawn(asks(n))).collect();
            let claimed = threads.into_iter().map(|thread| thread.join().unwrap());
            claimed
                .filter_map(|claimed| match claimed {
                    JobClaimed::Run(fence) => Some(fence),
                    JobClaimed::Held(..) | JobClaimed::NotDue => None,
                })
                .collect()
        });
        assert_eq!(runs.len(), 1, "occurrence {occurrence}: {runs:?}");
        assert!(end(&ledgers[0], &runs[0], JobOutcome::Done, Some(next), due));
    }
    assert_eq!((stored(&ledgers[1]).fencing, db.count("job_runs")), (10, 10));
}

fn one_incident_until_the_job_recovers(db: &TestDb) {
    let ledgers = [take_in(db), db.open()];
    let alarm = |n: usize, why: Option<&'static str>, now| {
        ledgers[n].write_now(move |op| op.set_job_alarm(JOB, why, now)).unwrap()
    };
    assert!(!alarm(0, None, at(0)));
    assert!(alarm(0, Some("it is late"), at(1)));
    assert!(!alarm(1, Some("it is very late"), at(2)), "open already");
    let open = "incidents WHERE kind = 8 AND closed_at IS NULL AND payment_id IS NULL";
    assert_eq!((db.count(open), stored(&ledgers[0]).incident.is_some()), (1, true));
    assert_eq!(db.lines("SELECT detail AS line FROM incidents"), ["check_books: it is late"]);
    assert!(alarm(1, None, at(3)));
    assert!(!alarm(0, None, at(4)));
    assert_eq!((db.count(open), db.count("incidents"), stored(&ledgers[0]).incident), (0, 1, None));
    assert!(alarm(0, Some("it fails"), at(5)));
    assert_eq!((db.count(open), db.count("incidents")), (1, 2));
    db.assert_clean();
}

fn the_history_is_bounded(db: &TestDb) {
    let ledger = take_in(db);
    let old = fence(claim_at(&ledger, "a", None, at(0)));
    assert!(end(&ledger, &old, JobOutcome::Done, None, at(0)));
    let prune = |now: DateTime<Utc>| ledger.write_now(move |op| op.prune_job_runs(now.naive_utc())).unwrap();
    let years = TimeDelta::days(800);
    assert_eq!(prune(now() + years), 0, "the newest stays, however old");
    let next = fence(claim_at(&ledger, "a", None, now() + years));
    assert_eq!(prune(now() + years), 0, "and is the newest until another one has ended");
    assert!(end(&ledger, &next, JobOutcome::Done, None, now() + years));
    assert_eq!((prune(now() + years), db.count("job_runs")), (1, 1));
    // Of a job that runs all the time the newest 2000 stay.
    db.raw().run("UPDATE jobs SET fencing = 2003; UPDATE job_runs SET fencing = 3").unwrap();
    assert_eq!((prune(now() + years), db.count("job_runs")), (1, 0));
}

#[rstest]
#[case(0, false)]
#[case(59, false)]
#[case(60, true)]
fn a_job_is_due_when_nobody_holds_it(#[case] seconds: i64, #[case] due: bool) {
    let job = StoredJob {
        name: JOB.to_owned(),
        next_run_at: at(0).naive_utc(),
        not_before: at(10).naive_utc(),
        lease_owner: "a".to_owned(),
        leased_until: at(60).naive_utc(),
        fencing: 1,
        failures: 0,
        done_at: None,
        incident: None,
    };
    assert_eq!((job.is_due(at(seconds)), job.is_leased(at(seconds))), (due, !due));
}

on_both!(
    one_run_for_one_occurrence,
    a_known_job_stays_as_it_is,
    a_process_that_is_gone_leaves_its_run_to_the_next,
    a_failed_run_is_counted_and_waits,
    what_was_missed_for_too_long_leaves_a_row,
    processes_that_race_run_each_occurrence_once,
    one_incident_until_the_job_recovers,
    the_history_is_bounded,
);
