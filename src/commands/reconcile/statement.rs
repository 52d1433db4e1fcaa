//! What a day came to, and how the bank and the gateways stand.

use std::io::Write;

use anyhow::Context;
use chrono::Utc;
use ledger::{BankProof, BooksProof, GatewayProof, Money, OpenBreaks, ProofItems, ReconciliationDay, SourceDay};
use settlement::reconciliation::day_csv;

use super::open;
use crate::cli::ReconcileStatementArgs;
use crate::commands::Outcome;
use crate::commands::table::Table;
use crate::config::Environment;

/// Items of one side of the bank's proof that are printed.
const SHOWN: usize = 20;

pub(super) fn run(
    args: &ReconcileStatementArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ledger = open(environment)?;
    let found = ledger.read_whole(|reader| {
        let (bank, gateways) = (reader.bank_proof_of(args.day)?, reader.gateway_proofs_of(args.day)?);
        Ok((reader.reconciliation_day(args.day)?, bank, gateways, reader.books_proof_of(args.day)?))
    });
    let (day, bank, gateways, books) = found.context("the day cannot be read")?;
    ledger.close();
    if args.csv {
        out.write_all(day_csv(&day, &bank, &gateways, &books).as_bytes())?;
    } else {
        match day.is_final(Utc::now()) {
            true => writeln!(out, "{}, as known at the end of {}\n", day.day, day.known_on)?,
            false => writeln!(out, "{}, NOT FINAL: what comes in may still change it\n", day.day)?,
        }
        table(&day, out)?;
        proofs(&bank, &gateways, out)?;
        accounts(&books, out)?;
    }
    let is_proved = [bank.difference(), books.difference()].iter().all(|difference| *difference == Some(Money::ZERO));
    Ok(if is_proved { Outcome::Done } else { Outcome::Faulty })
}

const SOURCES: [&str; 12] = [
    "FILE",
    "KIND",
    "SOURCE",
    "RECORDS",
    "MATCHED",
    "AMOUNT",
    "OPEN",
    "AMOUNT OPEN",
    "BREAKS",
    "BREAKS OPEN",
    "OPENING",
    "CLOSING",
];

fn cells(source: &SourceDay) -> [String; 12] {
    let balance =
        |of: fn((Money, Money)) -> Money| source.balances.map(|both| of(both).to_string()).unwrap_or_default();
    [
        source.import.name.clone(),
        source.import.kind.to_string(),
        source.import.source.clone(),
        source.import.records.to_string(),
        source.matched.0.to_string(),
        source.matched.1.to_string(),
        source.open.0.to_string(),
        source.open.1.to_string(),
        source.breaks.0.to_string(),
        source.breaks.1.to_string(),
        balance(|both| both.0),
        balance(|both| both.1),
    ]
}

fn table(day: &ReconciliationDay, out: &mut dyn Write) -> anyhow::Result<()> {
    if day.sources.is_empty() {
        writeln!(out, "nothing that tells of {} was taken in", day.day)?;
    } else {
        let mut table = Table::new(&[&["DAY"][..], &SOURCES].concat());
        for source in &day.sources {
            let told = source.import.day.unwrap_or(day.day);
            table.row(std::iter::once(told.to_string()).chain(cells(source)));
        }
        table.print(out)?;
    }
    if !day.breaks.is_empty() {
        writeln!(out)?;
        let mut table = Table::new(&["OPEN BREAKS", "KIND", "OF THE DAY", "TO 7 DAYS", "TO 30 DAYS", "OLDER"]);
        for OpenBreaks { source, kind, by_age } in &day.breaks {
            let mut row = vec![source.to_string(), kind.to_string()];
            row.extend(by_age.iter().map(ToString::to_string));
            table.row(row);
        }
        table.print(out)?;
    }
    Ok(())
}

fn proofs(bank: &BankProof, gateways: &[GatewayProof], out: &mut dyn Write) -> anyhow::Result<()> {
    let day = bank.day.map_or_else(|| "no statement yet".to_owned(), |day| format!("statements to {day}"));
    writeln!(out, "\nbank, {day}")?;
    for (what, amount) in [
        ("before the first statement", bank.before),
        ("between statements that do not follow", bank.gaps),
        ("booked here", bank.ledger),
        ("there, not booked here yet", bank.not_booked.total),
        ("booked here, not there yet", Money::ZERO.checked_sub(bank.not_shown.total).unwrap_or_default()),
        ("closing balance there", bank.closing),
    ] {
        writeln!(out, "  {what:<40}{:>20}", amount.to_string())?;
    }
    let difference = bank.difference().map_or_else(|| "past the range".to_owned(), |amount| amount.to_string());
    writeln!(out, "  {:<40}{difference:>20}", "difference")?;
    named("not booked here: entry", &bank.not_booked, out)?;
    named("not there: posting", &bank.not_shown, out)?;
    for gateway in gateways {
        writeln!(out, "\ngateway {}: owes {}", gateway.gateway, gateway.receivable)?;
        for payout in &gateway.awaited {
            let net = payout.net().map(|net| net.to_string()).unwrap_or_default();
            writeln!(out, "  payout {} of {}: {net}", payout.sums.reference, payout.sums.value_on)?;
        }
        writeln!(out, "  not announced: {}", gateway.not_announced)?;
    }
    Ok(())
}

fn accounts(books: &BooksProof, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "\nthe bank against all other accounts")?;
    let told = |amount: Option<Money>| amount.map_or_else(|| "past the range".to_owned(), |amount| amount.to_string());
    for (kind, amount) in &books.against {
        writeln!(out, "  {:<40}{:>20}", kind.as_str(), amount.to_string())?;
    }
    let sums = [("all of these", books.sum()), ("bank", Some(books.bank)), ("difference", books.difference())];
    for (what, amount) in sums {
        writeln!(out, "  {what:<40}{:>20}", told(amount))?;
    }
    Ok(())
}

fn named(what: &str, items: &ProofItems, out: &mut dyn Write) -> anyhow::Result<()> {
    for item in items.named.iter().take(SHOWN) {
        writeln!(out, "  {what} {} of {}, {}: {}", item.id, item.day, item.what, item.amount)?;
    }
    let shown = items.named.len().min(SHOWN) as u64;
    if items.count > shown {
        writeln!(out, "  and {} more", items.count - shown)?;
    }
    Ok(())
}
