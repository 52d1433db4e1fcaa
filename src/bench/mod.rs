//! `fatoura bench`: how fast payments are taken, beside what the storage could do at most and beside one transaction a
//! payment. Ratios of one run are what counts: machines differ, and the same one differs from hour to hour.

mod agents;
mod back_office;
mod bare;
mod callers;
mod counters;
mod floor;
mod http;
mod ledger_rows;
mod machine;
mod reconciling;
mod settlement;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context;
use ledger::{DataKeys, DatabaseUrl, Ledger, sealing_ns};

pub use self::back_office::{BackOfficeBench, run as run_back_office};
pub(crate) use self::counters::Counters;
pub use self::settlement::{SettlementBench, run as run_settlement};

use self::callers::{Measured, drive};
use self::http::Load;
use self::ledger_rows::Maker;

/// What is measured.
#[derive(Debug, Clone)]
pub struct BenchOptions {
    /// Folder for the SQLite file; it should be on the disk that will hold the real one.
    pub folder: PathBuf,
    /// A PostgreSQL server on which a database may be made.
    pub postgres: Option<String>,
    /// Payments per row of the table.
    pub payments: usize,
    /// Payments already in the ledger for the last row of each database; 0 leaves it out.
    pub grow: usize,
}

/// Callers side by side: a lone one, a shop, a month end.
const CALLERS: [usize; 3] = [1, 16, 256];
/// Texts that are sealed and opened.
const SEALS: u32 = 200_000;

/// Runs the benchmark and prints as it goes.
pub fn run(options: &BenchOptions, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{}", machine::describe())?;
    let place = tempfile::tempdir_in(&options.folder)
        .with_context(|| format!("cannot make a folder in {}", options.folder.display()))?;
    let url = format!("sqlite:{}", place.path().join("bench.db").display());
    let url: DatabaseUrl = url.parse().map_err(anyhow::Error::msg)?;
    let fsync = |out: &mut dyn Write, when: &str| -> anyhow::Result<()> {
        let (median, worst) = machine::fsync(place.path())?;
        Ok(writeln!(out, "fsync {when}: median {median} us, slowest of 50 {worst} us")?)
    };
    // First: a server that is not there should be known before minutes of measuring.
    let scratch = options.postgres.as_deref().map(floor::ScratchDatabase::make).transpose()?;
    fsync(out, "before")?;
    sealing(out)?;
    database(options, &url, "SQLite", out)?;
    if let Some(scratch) = &scratch {
        database(options, &scratch.url, "PostgreSQL", out)?;
    }
    fsync(out, "after")
}

/// What sealing personal data costs, without a database.
fn sealing(out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "\nsealing personal data, ns each")?;
    for (what, ns) in sealing_ns(SEALS)? {
        writeln!(out, "{what:<34}{ns:>12}")?;
    }
    Ok(())
}

fn database(options: &BenchOptions, url: &DatabaseUrl, name: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    Ledger::migrate(url)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    writeln!(out, "\n{name}, durable; {} payments a row", options.payments)?;
    writeln!(out, "{:<34}{:>12}{:>10}{:>10}{:>10}{:>9}", "", "payments/s", "p50 ms", "p99 ms", "us CPU", "a batch")?;
    let floor = floor::bare_inserts(url, options.payments)?;
    line(out, "floor: bare multi-row inserts", &floor, None)?;
    let singly = floor::one_transaction_each(url, (options.payments / 4).max(100))?;
    line(out, "one transaction a payment", &singly, None)?;

    let ledger = Arc::new(Ledger::open(url, &DataKeys::generate(), 4, Arc::new(|| {}))?);
    let maker = Arc::new(Maker::new());
    let mut best = None;
    for callers in CALLERS {
        let count = if callers == 1 { options.payments / 10 } else { options.payments };
        let measured = drive_ledger(&runtime, &ledger, &maker, callers, count)?;
        line(out, &format!("ledger, {callers} callers"), &measured, Some(ledger.stats()))?;
        best = Some(measured);
    }
    for callers in CALLERS {
        let count = if callers == 1 { options.payments / 10 } else { options.payments };
        let measured = http::payments(&runtime, &ledger, &maker, Load::Cards, callers, count)?;
        line(out, &format!("HTTP, {callers} connections"), &measured, Some(ledger.stats()))?;
    }
    for callers in CALLERS {
        let count = (options.payments / if callers == 1 { 20 } else { 4 }).max(callers);
        let measured = http::payments(&runtime, &ledger, &maker, Load::Agents, callers, count)?;
        line(out, &format!("agents' API, {callers} connections"), &measured, Some(ledger.stats()))?;
    }
    let count = (options.payments / 2).max(100);
    let measured = http::payments(&runtime, &ledger, &maker, Load::Mixed, 256, count)?;
    line(out, "cards and agents, 256 connections", &measured, Some(ledger.stats()))?;
    if let Some(best) = best {
        writeln!(
            out,
            "ledger at 256 callers: {} of the floor, {} x one transaction a payment",
            machine::ratio(best.per_second, floor.per_second),
            machine::ratio(best.per_second, singly.per_second),
        )?;
        if options.grow > 0 {
            grow(options, &runtime, &ledger, &maker, &best, out)?;
        }
    }
    ledger.close();
    Ok(())
}

/// How often the writer is asked whether it is done with what it put off.
const REST: Duration = Duration::from_millis(200);

/// The same with many payments already there.
fn grow(
    options: &BenchOptions,
    runtime: &tokio::runtime::Runtime,
    ledger: &Arc<Ledger>,
    maker: &Arc<Maker>,
    empty: &Measured,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let grown = drive_ledger(runtime, ledger, maker, 256, options.grow)?;
    line(out, &format!("ledger, 256 callers, up to {} in it", options.grow), &grown, Some(ledger.stats()))?;
    // Payments that have been there for a while: the writer has sorted what it put off.
    let slept = Instant::now();
    std::thread::sleep(REST);
    while ledger.stats().has_arrears.load(Ordering::Relaxed) {
        std::thread::sleep(REST);
    }
    writeln!(out, "the writer was done with them after {} ms", slept.elapsed().as_millis())?;
    let measured = drive_ledger(runtime, ledger, maker, 256, options.payments)?;
    line(out, &format!("ledger, 256 callers, {} in it", options.grow), &measured, Some(ledger.stats()))?;
    let ratio = machine::ratio(measured.per_second, empty.per_second);
    Ok(writeln!(out, "with {} payments in it: {ratio} of the speed of the small one", options.grow)?)
}

/// Payments in hand: intent, reservation, posting and outbox in one command.
fn drive_ledger(
    runtime: &tokio::runtime::Runtime,
    ledger: &Arc<Ledger>,
    maker: &Arc<Maker>,
    callers: usize,
    count: usize,
) -> anyhow::Result<Measured> {
    drive(runtime, callers, count, |_| {
        let (ledger, maker) = (Arc::clone(ledger), Arc::clone(maker));
        move || {
            let (ledger, pay) = (Arc::clone(&ledger), maker.pay());
            async move {
                let (reply, answer) = tokio::sync::oneshot::channel();
                ledger.pay(pay, Box::new(move |result| drop(reply.send(result))));
                ledger_rows::started(answer.await?)
            }
        }
    })
}

fn line(out: &mut dyn Write, name: &str, measured: &Measured, stats: Option<&ledger::WriterStats>) -> io::Result<()> {
    let Measured { per_second, p50_us, p99_us, cpu_us, .. } = *measured;
    let batch = stats.map_or_else(String::new, machine::items_per_batch);
    let ms = |us: u64| format!("{}.{:02}", us / 1_000, us % 1_000 / 10);
    writeln!(out, "{name:<34}{per_second:>12}{:>10}{:>10}{cpu_us:>10}{batch:>9}", ms(p50_us), ms(p99_us))
}
