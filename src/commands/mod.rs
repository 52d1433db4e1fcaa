//! The commands, one file each. They print results to `out`, which is standard output, and return what went wrong to be
//! printed to standard error.

mod bench;
mod biller;
mod check_books;
mod demo;
mod export;
mod generate;
mod job;
mod migrate;
mod network;
mod personal;
mod reconcile;
mod sandbox;
mod sandbox_network;
mod serve;
mod settlement;
mod table;
mod user;

use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use ledger::DatabaseUrl;

use crate::cli::{BillerAction, Cli, Command, ExportFormat, NetworkAction, SandboxAction};
use crate::config::{DatabaseConfig, Environment, LogConfig};
use crate::logging;
use crate::signals::StopSignals;

pub(crate) use job::as_of;

/// What programs that stay log: their own doings, not those of the machinery under them.
const PROGRAMS: &str = "info,actix_server=warn,tokio_cron_scheduler=warn";

/// How a command ended, where it could be done at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    /// What was looked at has faults, and they were named.
    Faulty,
}

/// Runs a command: 0 done, 1 faults were found, 2 it could not be done.
pub fn run(cli: Cli, environment: &Environment, out: &mut dyn Write) -> ExitCode {
    let outcome = execute(cli.command, environment, out).and_then(|outcome| {
        out.flush()?;
        Ok(outcome)
    });
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Faulty) => ExitCode::from(1),
        // The reader, such as `head`, has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code must do.
            let _ = writeln!(io::stderr().lock(), "fatoura: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn execute(command: Command, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let level = match &command {
        Command::Serve | Command::Sandbox(_) => PROGRAMS,
        _ => "warn",
    };
    logging::start(&LogConfig::from_environment(environment)?, level);
    match command {
        Command::Demo(args) => demo::run(&args, out),
        Command::Serve => serve::run(environment, out),
        Command::Sandbox(args) => match &args.action {
            Some(SandboxAction::Network(day)) => sandbox_network::run(day, environment, out),
            None | Some(SandboxAction::Call(_)) => sandbox::run(args, out),
        },
        Command::Migrate => migrate::run(environment, out),
        Command::CheckBooks => check_books::run(environment, out),
        Command::Export(args) => match args.format {
            ExportFormat::Hledger => export::hledger(environment, out),
            ExportFormat::StampDuty(args) => export::stamp_duty(&args, environment, out),
        },
        Command::Biller(args) => match args.action {
            BillerAction::Import(args) => biller::import(&args, environment, out),
            BillerAction::List => biller::list(environment, out),
        },
        Command::User(args) => user::run(args.action, environment, out),
        Command::Network(args) => match args.action {
            NetworkAction::Import(args) => network::import(&args, environment, out),
            NetworkAction::List => network::list(environment, out),
        },
        Command::Job(args) => job::run(args.action, environment, out),
        Command::Reconcile(args) => reconcile::run(&args.action, environment, out),
        Command::Settlement(args) => settlement::run(&args.action, environment, out),
        Command::Bench(args) => bench::run(args, environment, out),
        Command::Generate(args) => generate::run(args, environment, out),
        Command::Personal(args) => personal::run(&args.action, environment, out),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}

/// Where the ledger is, which must be there: SQLite would make an empty file for a name that was misspelt.
fn existing_database(environment: &Environment) -> anyhow::Result<DatabaseConfig> {
    let database = DatabaseConfig::from_environment(environment)?;
    if let DatabaseUrl::Sqlite(path) = &database.url
        && !path.exists()
    {
        bail!(
            "there is no database at {}: set FATOURA_DATABASE_URL to where it is, or run `fatoura migrate` to make it",
            path.display()
        );
    }
    Ok(database)
}

/// Runs what needs the asynchronous runtime. HTTP requests have threads of their own; these serve the outbox and jobs.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("the asynchronous runtime cannot start")?;
    let outcome = runtime.block_on(work);
    // What still blocks a thread was given its time, or is to be left at once.
    runtime.shutdown_background();
    outcome
}

/// Stops in order, unless a second signal says that it must not wait.
async fn stop_in_order(signals: &mut StopSignals, stop: impl Future<Output = ()>) -> anyhow::Result<Outcome> {
    tokio::select! {
        () = stop => Ok(Outcome::Done),
        () = signals.next() => bail!("stopped at once by a second signal; what was under way is taken up at the next start"),
    }
}
