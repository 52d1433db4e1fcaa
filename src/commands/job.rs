//! `job`: list, run by hand, history.

mod words;

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use ledger::{JobClaimed, Ledger};
use tokio::sync::watch;

use super::table::{Table, local};
use super::{Outcome, block_on, existing_database};
use crate::app::{App, Outside};
use crate::cli::{JobAction, JobHistoryArgs, JobRunArgs};
use crate::config::{Config, Environment, ReconcileConfig, RetentionConfig, SettlementConfig};
use crate::data_keys;
use crate::jobs::{Ended, JOBS, Job, Parts, Runner, find, in_words, take_in};
use crate::signals::StopSignals;

pub(crate) use words::as_of;
use words::nearest;

pub(super) fn run(action: JobAction, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match action {
        JobAction::List => list(environment, out),
        JobAction::Run(args) => run_now(&args, environment, out),
        JobAction::History(args) => history(&args, environment, out),
    }
}

fn known(name: &str) -> anyhow::Result<&'static Job> {
    match find(name) {
        Some(job) => Ok(job),
        None => bail!("there is no job {name:?}; the jobs are {}", nearest(name).join(", ")),
    }
}

fn open(environment: &Environment) -> anyhow::Result<Ledger> {
    data_keys::open_beside(&existing_database(environment)?)
}

fn list(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ledger = open(environment)?;
    let now = Utc::now();
    let stored = ledger.read(|reader| reader.jobs()).context("the jobs cannot be read")?;
    let mut table = Table::new(&["NAME", "SCHEDULE", "LAST RUN", "OUTCOME", "NEXT RUN", "STATE", "WHAT IT DOES"]);
    for job in JOBS {
        let runs = ledger.read(|reader| reader.job_runs(Some(job.name), 1)).context("the runs cannot be read")?;
        let row = stored.iter().find(|row| row.name == job.name);
        let since = match job.probe {
            Some(probe) => ledger.read(|reader| probe(reader, now)).context("the work that waits cannot be read")?,
            None => None,
        };
        table.row(words::line(job, row, runs.first(), since, now));
    }
    table.print(out)?;
    ledger.close();
    Ok(Outcome::Done)
}

fn history(args: &JobHistoryArgs, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let job = args.name.as_deref().map(known).transpose()?;
    let ledger = open(environment)?;
    let (name, last) = (job.map(|job| job.name), args.last.into());
    let runs = ledger.read(move |reader| reader.job_runs(name, last)).context("the runs cannot be read")?;
    ledger.close();
    if runs.is_empty() {
        writeln!(out, "no runs yet")?;
        return Ok(Outcome::Done);
    }
    let mut table =
        Table::new(&["RUN", "JOB", "FOR", "STARTED", "TOOK", "OUTCOME", "ASKED FOR BY", "NODE", "COUNTS, ERROR"]);
    runs.iter().for_each(|run| table.row(words::history_line(run)));
    table.print(out)?;
    Ok(Outcome::Done)
}

fn run_now(args: &JobRunArgs, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let job = known(&args.name)?;
    if args.as_of.is_some() && !job.is_of_a_moment {
        let able: Vec<&str> = JOBS.iter().filter(|job| job.is_of_a_moment).map(|job| job.name).collect();
        bail!("{} works as of now, whatever the moment: leave --as-of out; it is for {}", job.name, able.join(", "));
    }
    let as_of = args.as_of.unwrap_or_else(Utc::now);
    if !job.needs_hub() {
        let retention = RetentionConfig::from_environment(environment)?;
        let settlement = SettlementConfig::from_environment(environment)?;
        let reconcile = ReconcileConfig::from_environment(environment)?;
        let ledger = Arc::new(open(environment)?);
        let parts = Parts {
            ledger: Arc::clone(&ledger),
            clock: Arc::new(Utc::now),
            retention,
            settlement,
            reconcile,
            hub: None,
        };
        let outcome = perform(job, as_of, parts, out);
        ledger.close();
        return outcome;
    }
    existing_database(environment)?;
    let config = Config::read(environment)
        .with_context(|| format!("the job {} needs the configuration of `fatoura serve`", job.name))?;
    let app = App::open_beside(&config, Outside::real(environment))?;
    let outcome = perform(job, as_of, app.job_parts(), out);
    app.ledger.close();
    outcome
}

fn perform(job: &'static Job, as_of: DateTime<Utc>, parts: Parts, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    block_on(async {
        let mut signals = StopSignals::listen()?;
        take_in(JOBS, &parts).await.context("the jobs cannot be written down")?;
        let runner = Runner::new(parts);
        let fence = match runner.claim_by_hand(job, as_of).await.context("the job cannot be claimed")? {
            JobClaimed::Run(fence) => fence,
            JobClaimed::Held(owner, until) => bail!(
                "{} is being run by {owner}, which holds it until {} unless it renews; try again then",
                job.name,
                local(until)
            ),
            JobClaimed::NotDue => bail!("{} was claimed by another process at this moment; try again", job.name),
        };
        let (stop, stopped) = watch::channel(false);
        let run = runner.run(job, &fence, as_of, 0, true, stopped);
        tokio::pin!(run);
        let ended = tokio::select! {
            ended = &mut run => ended,
            () = signals.next() => {
                // The run itself listens until it ends.
                let _ = stop.send(true);
                run.await
            }
        };
        match ended {
            Ended::Done(report) => {
                let words = in_words(&report.to_json());
                writeln!(out, "{}: {}", job.name, if words.is_empty() { "done" } else { &words })?;
                Ok(Outcome::Done)
            }
            Ended::Failed(failure) => {
                let words = in_words(&failure.report.to_json());
                let counted = if words.is_empty() { String::new() } else { format!(" ({words})") };
                writeln!(out, "{}: failed{counted}: {}", job.name, failure.why)?;
                Ok(Outcome::Faulty)
            }
            Ended::Stopped => bail!("{} was stopped; what it had not done is left to its next run", job.name),
            Ended::Lost => bail!(
                "{} lost its lease, or its end could not be written down; see `fatoura job history {}`",
                job.name,
                job.name
            ),
        }
    })
}
