//! `job`: what runs by the clock.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::DATABASE;
use crate::commands::as_of;

/// Flags of `job`.
#[derive(Debug, Args)]
pub struct JobArgs {
    /// What to do with jobs.
    #[command(subcommand)]
    pub action: JobAction,
}

/// What can be done with jobs.
#[derive(Debug, Subcommand)]
pub enum JobAction {
    /// List the jobs: when they run, how the last run went, what is late or fails
    ///
    /// All times are those of Africa/Casablanca.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    List,

    /// Run a job now, in this process
    ///
    /// Under the same lease as the hub: refused while another process runs the job, saying which
    /// and until when. What the schedule does next stays as it is. Jobs that speak to billers, the
    /// gateway or payers need the whole configuration, as `fatoura serve` reads it; the others the
    /// database only. Exit code 0: done; 1: the run failed, and why; 2: it could not be begun.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura job run check_books
  fatoura job run stamp_duty_register --as-of 2027-02-01T05:00
  fatoura job run send_messages --as-of 2027-02-07T02:30:00+01:00

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]
  FATOURA_...            for jobs on more than the database: see docs/configuration.md"
    )]
    Run(JobRunArgs),

    /// Show the last runs of a job, or of all, the newest first
    ///
    /// All times are those of Africa/Casablanca.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    History(JobHistoryArgs),
}

/// Flags of `job run`.
#[derive(Debug, Args)]
pub struct JobRunArgs {
    /// The job's name
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The moment to work for instead of now: RFC 3339, or local time such as 2027-02-01T05:00
    #[arg(long, value_name = "TIME", value_parser = as_of)]
    pub as_of: Option<DateTime<Utc>>,
}

/// Flags of `job history`.
#[derive(Debug, Args)]
pub struct JobHistoryArgs {
    /// The job's name; all jobs without it
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// How many runs
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub last: u16,
}
