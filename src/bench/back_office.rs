//! `fatoura bench back-office`: how long staff wait for a page of payments, by each criterion and by usual combinations, and
//! for the story of one payment.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use ledger::{
    Channel, CustomerKey, DataKeys, DatabaseUrl, Instrument, Ledger, Money, PaymentQuery, PaymentState, Reader,
    StorageError,
};

use super::floor::ScratchDatabase;
use super::machine;
use crate::generate::{self, Plan, RARE_BILLER, RARE_TOTAL};

/// What is measured.
#[derive(Debug, Clone)]
pub struct BackOfficeBench {
    /// Folder for the SQLite file.
    pub folder: PathBuf,
    /// A PostgreSQL server on which a database may be made.
    pub postgres: Option<String>,
    /// Payments in the database.
    pub payments: u64,
    /// A database of `fatoura generate`, to measure instead of generating.
    pub filled: Option<(DatabaseUrl, DataKeys)>,
}

/// Times that each page is asked for.
const TIMES: usize = 7;
/// Payments of a page, as the hub asks for them.
const PAGE: usize = payments::register::PAGE;
/// Pages turned before the later one is measured.
const PAGES_ON: usize = 4;

/// Runs the benchmark and prints as it goes.
pub fn run(options: &BackOfficeBench, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{}", machine::describe())?;
    if let Some((filled, keys)) = &options.filled {
        let now = Utc::now();
        let unordered = Ledger::open(filled, keys, 1, Arc::new(|| {}))?;
        generate::order(&unordered, now, out)?;
        unordered.close();
        return measure(filled, keys, now, out);
    }
    let place = tempfile::tempdir_in(&options.folder)
        .with_context(|| format!("cannot make a folder in {}", options.folder.display()))?;
    let url = format!("sqlite:{}", place.path().join("bench.db").display());
    let scratch = options.postgres.as_deref().map(ScratchDatabase::make).transpose()?;
    database(options, &url.parse().map_err(anyhow::Error::msg)?, "SQLite", out)?;
    if let Some(scratch) = &scratch {
        database(options, &scratch.url, "PostgreSQL", out)?;
    }
    Ok(())
}

fn database(options: &BackOfficeBench, url: &DatabaseUrl, name: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    Ledger::migrate(url)?;
    let keys = DataKeys::generate();
    let until = Utc::now();
    writeln!(out, "\n{name}: generating {} payments", options.payments)?;
    let empty = Ledger::open_to_fill(url, &keys)?;
    generate::run(&empty, &Plan { payments: options.payments, seed: 1, until }, out)?;
    empty.close();
    measure(url, &keys, until, out)
}

fn measure(url: &DatabaseUrl, keys: &DataKeys, until: DateTime<Utc>, out: &mut dyn Write) -> anyhow::Result<()> {
    let ledger = Ledger::open(url, keys, 2, Arc::new(|| {}))?;
    if let DatabaseUrl::Postgres(server) = url {
        // As the server does by itself after some minutes.
        PgConnection::establish(server)?.batch_execute("ANALYZE")?;
    }
    writeln!(out, "{:<38}{:>12}{:>10}{:>14}{:>10}{:>8}", "", "first ms", "max", "later ms", "max", "found")?;
    for (what, query) in queries(&ledger, until.naive_utc())? {
        let first = time(&ledger, |reader| reader.search_payments(&query, None, PAGE))?;
        let (mut before, mut looked) = (first.result.before, first.result.looked_to.is_some());
        for _ in 1..PAGES_ON {
            let Some(number) = before else { break };
            let page = ledger.read(|reader| reader.search_payments(&query, Some(number), PAGE))?;
            (before, looked) = (page.before, looked || page.looked_to.is_some());
        }
        let later = match before {
            Some(number) => {
                let timed = time(&ledger, |reader| reader.search_payments(&query, Some(number), PAGE))?;
                format!("{:>14}{:>10}", ms(timed.median_us), ms(timed.max_us))
            }
            None => format!("{:>14}{:>10}", "-", "-"),
        };
        let found = first.result.payments.len();
        let mark = if looked { " in part" } else { "" };
        writeln!(out, "{what:<38}{:>12}{:>10}{later}{found:>8}{mark}", ms(first.median_us), ms(first.max_us))?;
    }
    let some = ledger.read(|reader| reader.search_payments(&PaymentQuery::default(), None, PAGE))?.payments;
    let payment = some.first().context("no payment was made")?.id;
    let story = time(&ledger, |reader| {
        reader.payment_of(payment)?;
        reader.postings_of(payment)?;
        reader.refunds_of(payment)?;
        reader.tasks_of(&[payment])?;
        reader.incidents_of(&[payment])?;
        reader.payment_notes(payment)?;
        reader.related_payments(payment, 20)
    })?;
    writeln!(out, "{:<38}{:>12}{:>10}", "the story of a payment", ms(story.median_us), ms(story.max_us))?;
    ledger.close();
    Ok(())
}

/// What is asked for, by name.
fn queries(ledger: &Ledger, now: NaiveDateTime) -> anyhow::Result<Vec<(&'static str, PaymentQuery)>> {
    let none = PaymentQuery::default;
    let confirmed = PaymentQuery { state: Some(PaymentState::Confirmed), ..none() };
    let known = ledger.read(|reader| reader.search_payments(&confirmed, None, PAGE))?.payments;
    let known = known.first().context("no payment was confirmed")?.clone();
    let quote = ledger.read(|reader| reader.quote_of(known.quote))?.context("no quote")?;
    let detail: serde_json::Value = serde_json::from_str(&quote.detail)?;
    let contract = detail.pointer("/fields/contract").and_then(serde_json::Value::as_str).unwrap_or_default();
    let customers = Some(vec![CustomerKey::of(known.biller, "01", contract)]);
    let total = known.amounts.total();
    let money = |minor| Some(Money::from_minor(minor));
    let state = |state| PaymentQuery { state: Some(state), ..none() };
    let day = |days| (Some(now - TimeDelta::days(days)), Some(now - TimeDelta::days(days - 1)));
    let on = |days, query: PaymentQuery| {
        let (from, until) = day(days);
        PaymentQuery { from, until, ..query }
    };
    Ok(vec![
        ("everything", none()),
        ("number", PaymentQuery { number: Some(known.id), ..none() }),
        ("reference", PaymentQuery { reference: Some(known.reference), ..none() }),
        ("receipt", PaymentQuery { receipt: known.receipt_number.clone(), ..none() }),
        ("receipt, none", PaymentQuery { receipt: Some("nothing".to_owned()), ..none() }),
        ("contract", PaymentQuery { customers, ..none() }),
        ("phone, none", PaymentQuery { phone: Some("+212600000000".to_owned()), ..none() }),
        ("phone", PaymentQuery { phone: Some("+212610000001".to_owned()), ..none() }),
        ("outlet", PaymentQuery { outlet: Some("30007".to_owned()), ..none() }),
        ("outlet, none", PaymentQuery { outlet: Some("7".to_owned()), ..none() }),
        ("amount, frequent", PaymentQuery { least: total, most: total, ..none() }),
        ("amount, 3 have it", PaymentQuery { least: Some(RARE_TOTAL), most: Some(RARE_TOTAL), ..none() }),
        ("amount, none", PaymentQuery { least: money(123), most: money(123), ..none() }),
        ("amounts, wide", PaymentQuery { least: money(50_000), most: money(100_000), ..none() }),
        ("amounts, narrow", PaymentQuery { least: money(100_000), most: money(100_300), ..none() }),
        ("amounts, above all but 3", PaymentQuery { least: money(500_000), ..none() }),
        ("day, yesterday", on(1, none())),
        ("day, half a year ago", on(180, none())),
        ("day, none", on(-30, none())),
        ("confirmed", confirmed),
        ("declined", state(PaymentState::Declined)),
        ("expired", state(PaymentState::Expired)),
        ("returned", state(PaymentState::Returned)),
        ("cancelled", state(PaymentState::Cancelled)),
        ("returning", state(PaymentState::Returning)),
        ("held, none", state(PaymentState::Held)),
        ("awaiting", state(PaymentState::Awaiting)),
        ("channel WEB", PaymentQuery { channel: Some(Channel::Web), ..none() }),
        ("channel IVR", PaymentQuery { channel: Some(Channel::Ivr), ..none() }),
        ("cash", PaymentQuery { instrument: Some(Instrument::Cash), ..none() }),
        ("transfer, none", PaymentQuery { instrument: Some(Instrument::Transfer), ..none() }),
        ("biller, large", PaymentQuery { biller: Some(1_001), ..none() }),
        ("biller, 10 payments", PaymentQuery { biller: Some(RARE_BILLER), ..none() }),
        ("biller, none", PaymentQuery { biller: Some(1_500), ..none() }),
        ("biller and returned", PaymentQuery { biller: Some(1_002), ..state(PaymentState::Returned) }),
        ("biller and declined", PaymentQuery { biller: Some(1_002), ..state(PaymentState::Declined) }),
        ("biller and IVR", PaymentQuery { biller: Some(1_002), channel: Some(Channel::Ivr), ..none() }),
        ("biller, day half a year ago", on(180, PaymentQuery { biller: Some(1_002), ..none() })),
        ("day half a year ago, declined", on(180, state(PaymentState::Declined))),
        ("WEB, returned, day", on(180, PaymentQuery { channel: Some(Channel::Web), ..state(PaymentState::Returned) })),
        ("rare biller and declined", PaymentQuery { biller: Some(RARE_BILLER), ..state(PaymentState::Declined) }),
        (
            "IVR, amounts wide, biller",
            PaymentQuery {
                channel: Some(Channel::Ivr),
                least: money(50_000),
                most: money(60_000),
                biller: Some(1_003),
                ..none()
            },
        ),
    ])
}

/// The times of some reads, and what the last one found.
struct Timed<T> {
    median_us: u128,
    max_us: u128,
    result: T,
}

fn time<T>(ledger: &Ledger, read: impl Fn(&mut Reader<'_>) -> Result<T, StorageError>) -> anyhow::Result<Timed<T>> {
    let mut times = Vec::with_capacity(TIMES);
    let mut result = None;
    for _ in 0..TIMES {
        let begun = Instant::now();
        result = Some(ledger.read(&read)?);
        times.push(begun.elapsed().as_micros());
    }
    times.sort_unstable();
    let at = |at: usize| times.get(at).copied().unwrap_or_default();
    let result = result.context("nothing was read")?;
    Ok(Timed { median_us: at(TIMES / 2), max_us: at(TIMES - 1), result })
}

fn ms(us: u128) -> String {
    format!("{}.{:02}", us / 1_000, us % 1_000 / 10)
}
