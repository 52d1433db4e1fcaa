//! `fatoura bench settlement`: a day of payments over many billers, closed, settled, told in files, ordered at the bank and
//! reconciled, beside the bare reading of the same rows.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Advance, Channel, CustomerKey, DataKeys, DatabaseUrl, Instrument, Ledger, LedgerError, Moment, NewQuote, Step,
};
use settlement::files::{AccountForm, PayingAccount, TransferVersion};
use settlement::terms::{CommissionRule, Terms};
use settlement::{BankHolidays, BankTerms, SettledBiller};

use super::bare::{self, Rows};
use super::counters::Counters;
use super::floor::ScratchDatabase;
use super::ledger_rows::{Maker, started};
use super::machine;
use super::reconciling::{Outside, take_large_statement, write_large_statement};

/// What is measured.
#[derive(Debug, Clone)]
pub struct SettlementBench {
    /// Folder for the database file and for what is made.
    pub folder: std::path::PathBuf,
    /// A PostgreSQL server on which a database may be made.
    pub postgres: Option<String>,
    /// Payments of the day.
    pub payments: usize,
    /// MiB of another statement that is taken in; 0 leaves it out.
    pub statement_mib: usize,
}

/// Callers that make the day.
const CALLERS: usize = 256;
const RIB: &str = "007780000012345678901209";

/// Runs the benchmark and prints as it goes.
pub fn run(options: &SettlementBench, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{}", machine::describe())?;
    let place = tempfile::tempdir_in(&options.folder)
        .with_context(|| format!("cannot make a folder in {}", options.folder.display()))?;
    let url = format!("sqlite:{}", place.path().join("bench.db").display());
    let scratch = options.postgres.as_deref().map(ScratchDatabase::make).transpose()?;
    day(options, &url.parse().map_err(anyhow::Error::msg)?, "SQLite", &place.path().join("sqlite"), out)?;
    if let Some(scratch) = &scratch {
        day(options, &scratch.url, "PostgreSQL", &place.path().join("postgres"), out)?;
    }
    Ok(())
}

fn day(
    options: &SettlementBench,
    url: &DatabaseUrl,
    name: &str,
    folder: &Path,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    Ledger::migrate(url)?;
    let ledger = Arc::new(Ledger::open(url, &DataKeys::generate(), 4, Arc::new(|| {}))?);
    let billers = billers();
    writeln!(out, "\n{name}; a day of {} payments over {} billers", options.payments, billers.len())?;
    let mut table = Table::begin(out)?;
    let now = Utc::now();
    let rows = options.payments;

    let counters = Arc::new(Counters::open(&ledger, now)?);
    table.step(None, || {
        make(&ledger, &billers, &counters, rows, now)?;
        Ok(("the day is made: taken and confirmed".to_owned(), rows))
    })?;
    let floor = table.floor("its rows", url, Rows::Confirmations, rows)?;
    let windows = table.floor("its windows", url, Rows::Windows, billers.len())?;

    let end = billers.iter().map(|biller| biller.terms.next_cut_off(now)).max().unwrap_or(now) + TimeDelta::days(1);
    let mut all = table.step(Some(windows), || {
        let closed = usize::try_from(settlement::close_windows(&ledger, &billers, end)?)?;
        Ok((format!("{closed} windows are closed"), closed))
    })?;
    all += table.step(Some(floor), || {
        let done = settlement::settle_windows(&ledger, &billers, end)?;
        if !done.left.is_empty() {
            bail!("windows were left: {:?}", done.left);
        }
        Ok(("lines are put in order, windows are settled".to_owned(), rows))
    })?;
    all += table.step(Some(floor), || {
        let contract_of = |_: u16, _: &str, detail: &str| Ok(detail.to_owned());
        let made = settlement::make_files(&ledger, folder, &contract_of, end)?;
        if !made.left.is_empty() || usize::try_from(made.lines)? != rows {
            bail!("the files hold {} lines: {:?}", made.lines, made.left);
        }
        Ok((format!("{} files are made", made.files), rows))
    })?;
    let transfers = table.floor("its transfers", url, Rows::Transfers, billers.len())?;
    all += table.step(Some(transfers), || {
        let ordered = settlement::order_transfers(&ledger, &folder.join("bank"), &bank(), end)?;
        let ordered = usize::try_from(ordered.map_err(anyhow::Error::msg)?.transfers)?;
        Ok((format!("{ordered} transfers are ordered"), ordered))
    })?;

    let outside = Outside::make(&ledger, &counters, &folder.join("in"), RIB, now)?;
    let acknowledged = floor + table.files("billers' acknowledgements", outside.acknowledgements())?;
    table.step(Some(acknowledged), || {
        outside.take_acknowledgements(&ledger, end)?;
        Ok((format!("{rows} lines of acknowledgements are held to it"), rows))
    })?;
    let counted = outside.lines_of_networks();
    let reported = table.floor("its payments at counters", url, Rows::CounterPayments, counted)?
        + table.files("networks' reports", outside.networks_reports())?;
    table.step(Some(reported), || {
        outside.take_networks_reports(&ledger, end)?;
        Ok((format!("{counted} lines of networks' reports are held to it"), counted))
    })?;
    let stated = transfers + table.files("the bank's statement", [outside.statement()])?;
    table.step(Some(stated), || {
        let told = outside.take_statement(&ledger, RIB, end)?;
        Ok((format!("the bank's statement of {told} transfers is matched"), told))
    })?;
    let held_by_the_day = machine::peak_mib();
    if options.statement_mib > 0 {
        let path = folder.join("in").join("large.xml");
        let entries = write_large_statement(&path, RIB, now, options.statement_mib << 20)?;
        let read = table.files("a large statement", [&path])?;
        // What the day held says nothing of what this holds.
        machine::forget_peak();
        table.step(Some(read), || {
            take_large_statement(&ledger, &path, RIB, end)?;
            Ok((format!("a statement of {} MiB, {entries} entries, is taken in", options.statement_mib), entries))
        })?;
    }
    writeln!(
        out,
        "from closing to the bank: {} x the bare reading of the day's rows; at most {} MiB of memory",
        machine::ratio(micros(all), micros(floor)),
        held_by_the_day.max(machine::peak_mib())
    )?;
    ledger.close();
    Ok(())
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// The steps as they are printed: each with its time, its rows, and how often it takes the bare reading of what it reads.
struct Table<'a> {
    out: &'a mut dyn Write,
}

impl<'a> Table<'a> {
    fn begin(out: &'a mut dyn Write) -> anyhow::Result<Self> {
        writeln!(out, "{:<54}{:>10}{:>12}{:>10}{:>8}", "", "ms", "rows/s", "x floor", "MiB")?;
        Ok(Self { out })
    }

    /// Does a step, which says what it was and of how many rows, and prints it; how long it took.
    fn step(
        &mut self,
        floor: Option<Duration>,
        step: impl FnOnce() -> anyhow::Result<(String, usize)>,
    ) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let (what, rows) = step()?;
        let took = began.elapsed();
        let per_second = u128::try_from(rows).unwrap_or_default() * 1_000_000 / took.as_micros().max(1);
        let ratio = floor.map_or_else(String::new, |floor| machine::ratio(micros(took), micros(floor)));
        let (ms, peak) = (took.as_millis(), machine::peak_mib());
        writeln!(self.out, "{what:<54}{ms:>10}{per_second:>12}{ratio:>10}{peak:>8}")?;
        Ok(took)
    }

    /// Only reads rows, all of which must be there.
    fn floor(&mut self, what: &str, url: &DatabaseUrl, rows: Rows, expected: usize) -> anyhow::Result<Duration> {
        self.step(None, || {
            let read = bare::rows(url, rows)?;
            if read < expected {
                bail!("the bare reading of {what} found {read} rows of {expected}");
            }
            Ok((format!("floor: {what} are only read"), read))
        })
    }

    /// Only reads files and digests them.
    fn files<'b>(&mut self, what: &str, paths: impl IntoIterator<Item = &'b PathBuf>) -> anyhow::Result<Duration> {
        self.step(None, || Ok((format!("floor: {what}, only digested"), bare::files(paths)?)))
    }
}

/// Billers as the payments of the bench have them, each with one percent of commission.
fn billers() -> Vec<SettledBiller> {
    let percent = rust_decimal::Decimal::ONE;
    let rule = CommissionRule { channel: None, instrument: None, percent, flat: ledger::Money::ZERO };
    Maker::billers()
        .map(|code| SettledBiller {
            code,
            name: format!("Biller {code}"),
            terms: Terms { commissions: vec![rule.clone()], ..Terms::to_one("A biller of the bench", RIB) },
        })
        .collect()
}

fn bank() -> BankTerms {
    let account = PayingAccount {
        name: "The bench".to_owned(),
        rib: RIB.to_owned(),
        bic: None,
        clearing_member: None,
        form: AccountForm::Rib,
        batch_booking: false,
    };
    BankTerms { account, version: TransferVersion::V09, is_delivered: false, holidays: BankHolidays::default() }
}

/// A day's payments, taken and confirmed.
fn make(
    ledger: &Arc<Ledger>,
    billers: &[SettledBiller],
    counters: &Arc<Counters>,
    rows: usize,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let quotes = quotes(ledger, billers, now)?;
    let quotes = Arc::new(quotes);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let maker = Arc::new(Maker::new());
    let cut_off = Terms::default().next_cut_off(now);
    super::callers::drive(&runtime, CALLERS, rows, |_| {
        let (ledger, maker, quotes) = (Arc::clone(ledger), Arc::clone(&maker), Arc::clone(&quotes));
        let counters = Arc::clone(counters);
        move || {
            let (ledger, mut pay) = (Arc::clone(&ledger), counters.place(maker.pay()));
            pay.quote = quotes.get(&pay.biller).copied().unwrap_or_default();
            async move {
                let (reply, answer) = tokio::sync::oneshot::channel();
                ledger.pay(pay, Box::new(move |result| drop(reply.send(result))));
                let payment = started(answer.await?)?.id();
                let step = Step::Confirm { receipt_number: format!("R-{payment}"), receipt_date: None, cut_off };
                let (reply, answer) = tokio::sync::oneshot::channel();
                let advance = Advance { payment, step, task: None, moment: Moment::of(now) };
                ledger.advance(advance, Box::new(move |result| drop(reply.send(result))));
                answer.await??;
                anyhow::Ok(())
            }
        }
    })?;
    Ok(())
}

/// One quote a biller: its customers are the same, which makes no row smaller.
fn quotes(ledger: &Ledger, billers: &[SettledBiller], now: DateTime<Utc>) -> Result<BTreeMap<u16, i64>, LedgerError> {
    let mut quotes = BTreeMap::new();
    for biller in billers {
        let quote = NewQuote {
            inquiry: String::new(),
            biller: biller.code,
            receivable_type: "01".to_owned(),
            channel: Channel::Web,
            instrument: Instrument::Wallet,
            amounts: Maker::amounts(),
            customer: CustomerKey::of(biller.code, "01", "12345678"),
            bills: vec![],
            detail: "12345678".to_owned(),
            created_at: now.naive_utc(),
            expires_at: (now + TimeDelta::days(7)).naive_utc(),
        };
        let kept = ledger.write_now(move |op| op.keep_quote(&quote))?;
        quotes.insert(biller.code, kept.id);
    }
    Ok(quotes)
}
