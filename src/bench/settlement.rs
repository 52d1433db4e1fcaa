//! `fatoura bench settlement`: a day of payments over many billers, closed, settled, told in files, ordered at the bank and
//! reconciled, beside the bare reading of the same rows.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamp};
use diesel::{QueryableByName, RunQueryDsl};
use ledger::{Advance, Channel, CustomerKey, DatabaseUrl, Instrument, Ledger, LedgerError, Moment, NewQuote, Step};
use settlement::files::{AccountForm, PayingAccount, TransferVersion};
use settlement::terms::{CommissionRule, Terms};
use settlement::{BankHolidays, BankTerms, SettledBiller};

use super::counters::Counters;
use super::floor::ScratchDatabase;
use super::ledger_rows::{Maker, started};
use super::machine;
use super::reconciling::Outside;

/// What is measured.
#[derive(Debug, Clone)]
pub struct SettlementBench {
    /// Folder for the database file and for what is made.
    pub folder: std::path::PathBuf,
    /// A PostgreSQL server on which a database may be made.
    pub postgres: Option<String>,
    /// Payments of the day.
    pub payments: usize,
}

/// Callers that make the day.
const CALLERS: usize = 256;
const RIB: &str = "007780000012345678901209";
/// Rows that the bare reading takes at once.
const PAGE: i64 = 2_000;

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
    let ledger = Arc::new(Ledger::open(url, 4, Arc::new(|| {}))?);
    let billers = billers();
    writeln!(out, "\n{name}; a day of {} payments over {} billers", options.payments, billers.len())?;
    writeln!(out, "{:<52}{:>12}{:>14}{:>10}", "", "ms", "rows/s", "MiB")?;
    let now = Utc::now();
    let rows = options.payments;
    let line = |out: &mut dyn Write, what: &str, began: Instant, rows: usize| line(out, what, began, rows);

    let began = Instant::now();
    let counters = Arc::new(Counters::open(&ledger, now)?);
    make(&ledger, &billers, &counters, rows, now)?;
    line(out, "the day is made: taken and confirmed", began, rows)?;

    let began = Instant::now();
    let read = scan(url)?;
    if read != rows {
        bail!("the bare reading found {read} rows of {rows}");
    }
    line(out, "floor: its rows are only read", began, rows)?;
    let floor = began.elapsed();

    let end = billers.iter().map(|biller| biller.terms.next_cut_off(now)).max().unwrap_or(now) + TimeDelta::days(1);
    let all = Instant::now();
    let began = Instant::now();
    let closed = settlement::close_windows(&ledger, &billers, end)?;
    line(out, &format!("{closed} windows are closed"), began, usize::try_from(closed)?)?;

    let began = Instant::now();
    let done = settlement::settle_windows(&ledger, &billers, end)?;
    if !done.left.is_empty() {
        bail!("windows were left: {:?}", done.left);
    }
    line(out, "lines are put in order, windows are settled", began, rows)?;

    let began = Instant::now();
    let contract_of = |_: u16, _: &str, detail: &str| Ok(detail.to_owned());
    let made = settlement::make_files(&ledger, folder, &contract_of, end)?;
    if !made.left.is_empty() || usize::try_from(made.lines)? != rows {
        bail!("the files hold {} lines: {:?}", made.lines, made.left);
    }
    line(out, &format!("{} files are made", made.files), began, rows)?;

    let began = Instant::now();
    let ordered =
        settlement::order_transfers(&ledger, &folder.join("bank"), &bank(), end)?.map_err(anyhow::Error::msg)?;
    line(out, "transfers are ordered", began, usize::try_from(ordered.transfers)?)?;
    let ratio = machine::ratio(millis(all.elapsed()), millis(floor));
    let outside = Outside::make(&ledger, &counters, &folder.join("in"), RIB, now)?;
    let began = Instant::now();
    outside.take_acknowledgements(&ledger, end)?;
    line(out, "billers' acknowledgements are held to it", began, rows)?;
    let began = Instant::now();
    let told = outside.take_networks_reports(&ledger, end)?;
    line(out, &format!("{told} lines of networks' reports are held to it"), began, told)?;
    let began = Instant::now();
    let told = outside.take_statement(&ledger, RIB, end)?;
    line(out, &format!("the bank's statement of {told} transfers is matched"), began, told)?;
    writeln!(
        out,
        "from closing to the bank: {ratio} x the bare reading; at most {} MiB of memory",
        machine::peak_mib()
    )?;
    ledger.close();
    Ok(())
}

fn millis(took: std::time::Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn line(out: &mut dyn Write, what: &str, began: Instant, rows: usize) -> io::Result<()> {
    let took = began.elapsed();
    let per_second = u128::try_from(rows).unwrap_or_default() * 1_000_000 / took.as_micros().max(1);
    writeln!(out, "{what:<52}{:>12}{per_second:>14}{:>10}", took.as_millis(), machine::peak_mib())
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

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SmallInt)]
    #[expect(dead_code, reason = "read as a file's line would be")]
    kind: i16,
    #[diesel(sql_type = Timestamp)]
    #[expect(dead_code, reason = "as above")]
    booked_at: chrono::NaiveDateTime,
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "as above")]
    principal: i64,
    #[diesel(sql_type = Nullable<Text>)]
    #[expect(dead_code, reason = "as above")]
    receipt_number: Option<String>,
}

/// Every confirmation of the day with its payment, as one who has no windows would read them: in the order of numbers.
fn scan(url: &DatabaseUrl) -> anyhow::Result<usize> {
    const ROWS: &str = "SELECT o.id AS id, o.kind AS kind, o.booked_at AS booked_at, p.principal AS principal, \
        p.receipt_number AS receipt_number FROM postings o JOIN payments p ON p.id = o.payment_id \
        WHERE o.kind = 2 AND o.id > $1 ORDER BY o.id LIMIT $2";
    let (mut after, mut count) = (0, 0);
    let page = |after: i64| -> anyhow::Result<Vec<Row>> {
        let query = diesel::sql_query(ROWS).bind::<BigInt, _>(after).bind::<BigInt, _>(PAGE);
        Ok(match url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
                query.load(&mut connection)?
            }
            DatabaseUrl::Postgres(url) => {
                let mut connection = PgConnection::establish(url)?;
                query.load(&mut connection)?
            }
        })
    };
    loop {
        let found = page(after)?;
        let Some(last) = found.last() else { return Ok(count) };
        (after, count) = (last.id, count + found.len());
    }
}
