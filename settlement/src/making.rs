//! What leaves the hub after windows are settled: files for billers, and orders of transfers for the bank. Each is made of
//! rows that do not change, put into its place, and then written down: a kill in between makes the same file again.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{
    DeliveryMeans, Ledger, LedgerError, Money, NewDelivery, NewFile, Settlement, SettlementFileKind, TransferOrder,
    WindowLine, WindowLineKind,
};

use crate::bank_days::BankHolidays;
use crate::files::{
    AccountForm, Line, LineKind, PayingAccount, TRANSFERS_MAX, TextForm, Totals, Transfer, TransferId, TransferRun,
    TransferVersion, WindowStatement, WriteError, Written, transfer_message_id, write_advice, write_text,
    write_transfers,
};
use crate::placing::{FileTrouble, place};
use crate::terms::{FileFormat, Terms, ZONE};

/// Lines read at once.
const PAGE: i64 = 2_000;

/// Why a run stopped: nothing was wrong with what it worked on.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A folder or a file.
    #[error(transparent)]
    File(#[from] FileTrouble),
}

/// The customer's identifier in what a quote keeps: biller, kind of bill and the text.
pub type ContractOf<'a> = &'a dyn Fn(u16, &str, &str) -> Result<String, String>;

/// What making files did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Making {
    /// Files made.
    pub files: u64,
    /// Lines in them.
    pub lines: u64,
    /// Settlements that have no file, with the reason: each stops that biller's later ones.
    pub left: Vec<(i64, String)>,
}

/// What the bank's messages are made with.
#[derive(Debug, Clone)]
pub struct BankTerms {
    /// The hub's account.
    pub account: PayingAccount,
    /// The version that the bank reads.
    pub version: TransferVersion,
    /// Whether messages are brought to the bank's server; else a person fetches them.
    pub is_delivered: bool,
    /// When it does not work.
    pub holidays: BankHolidays,
}

/// What ordering did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ordering {
    /// Messages made.
    pub orders: u64,
    /// Transfers in them.
    pub transfers: u64,
}

/// Why the lines of a window cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A line that cannot be told.
    #[error("payment {0}: {1}")]
    Unreadable(i64, String),
}

/// Makes every file that billers' terms ask for and that is not there yet.
pub fn make_files(
    ledger: &Ledger,
    folder: &Path,
    contract_of: ContractOf<'_>,
    now: DateTime<Utc>,
) -> Result<Making, Trouble> {
    let mut done = Making::default();
    let mut stuck = None;
    for settlement in ledger.read(|reader| reader.settlements_to_file())? {
        let (window, biller) = (settlement.window, settlement.biller);
        if stuck == Some(biller) {
            continue;
        }
        if let Err(why) = file_one(ledger, folder, contract_of, &settlement, now, &mut done)? {
            stuck = Some(biller);
            done.left.push((window, why));
        }
    }
    Ok(done)
}

fn file_one(
    ledger: &Ledger,
    folder: &Path,
    contract_of: ContractOf<'_>,
    settlement: &Settlement,
    now: DateTime<Utc>,
    done: &mut Making,
) -> Result<Result<(), String>, Trouble> {
    let window = settlement.window;
    let (statement, terms) = match statement(settlement) {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let known = ledger.read(|reader| reader.files_of(window))?;
    for format in &terms.formats {
        let kind = kind_of(*format);
        if known.iter().any(|file| file.kind == kind) {
            continue;
        }
        let name = statement.file_name(*format);
        let previous = ledger.read(|reader| reader.digest_before(kind, statement.biller, settlement.sequence))?;
        let made = place(&biller_folder(folder, statement.biller), &name, |out| {
            write_file(ledger, *format, &statement, &terms, previous.as_deref(), contract_of, out)
        })?;
        let written = match made {
            Ok(written) => written,
            Err(WriteError::Lines(LinesError::Ledger(error))) => return Err(error.into()),
            Err(error) => return Ok(Err(format!("{name}: {error}"))),
        };
        done.files += 1;
        done.lines += written.lines;
        let deliveries = deliveries(&terms);
        let new = NewFile {
            window,
            biller: statement.biller,
            kind,
            name,
            digest: written.sha256,
            bytes: written.bytes,
            deliveries,
        };
        ledger.write_now(move |op| op.keep_file(&new, now))?;
    }
    ledger.write_now(move |op| op.settlement_filed(window, now))?;
    Ok(Ok(()))
}

/// Where the files of a biller are.
pub fn biller_folder(folder: &Path, biller: u16) -> PathBuf {
    folder.join(biller.to_string())
}

/// Writes the file of a settlement: made again it is the same, byte for byte.
pub fn write_file(
    ledger: &Ledger,
    format: FileFormat,
    statement: &WindowStatement,
    terms: &Terms,
    previous: Option<&str>,
    contract_of: ContractOf<'_>,
    out: &mut dyn Write,
) -> Result<Written, WriteError<LinesError>> {
    let lines = lines(ledger, statement, contract_of);
    match format {
        FileFormat::Csv => write_text(TextForm::Csv, statement, previous, lines, out),
        FileFormat::Fixed => write_text(TextForm::Fixed, statement, previous, lines, out),
        FileFormat::Camt054 => write_advice(statement, terms, AccountForm::Rib, lines, out),
    }
}

/// A settlement as its files tell it, and the terms that were applied.
pub fn statement(settlement: &Settlement) -> Result<(WindowStatement, Terms), String> {
    let terms: Terms = serde_json::from_str(&settlement.terms).map_err(|error| format!("its terms: {error}"))?;
    let count = |count: i64| u64::try_from(count).map_err(|_| "a count below zero".to_owned());
    let out_of_range = || "amounts past the range".to_owned();
    let totals = Totals {
        payments: count(settlement.payments.0)?,
        gross: settlement.payments.1,
        refunds: count(settlement.refunds.0)?,
        refunded: settlement.refunds.1,
        commission: settlement.commission,
        vat: settlement.commission_vat,
        carried_in: settlement.carried_in,
        net: settlement.net,
        paid: settlement.payout,
        carried_out: settlement.carried_on().ok_or_else(out_of_range)?,
    };
    let to = settlement.cut_off.and_utc();
    let statement = WindowStatement {
        biller: settlement.biller,
        name: settlement.name.clone(),
        sequence: count(settlement.sequence)?,
        window: settlement.window,
        day: terms.day_of(to),
        from: settlement.since.and_utc(),
        to,
        contract: terms.contract,
        totals,
    };
    Ok((statement, terms))
}

fn kind_of(format: FileFormat) -> SettlementFileKind {
    match format {
        FileFormat::Csv => SettlementFileKind::Csv,
        FileFormat::Fixed => SettlementFileKind::Fixed,
        FileFormat::Camt054 => SettlementFileKind::Camt054,
    }
}

fn deliveries(terms: &Terms) -> Vec<NewDelivery> {
    let mail = terms.delivery.mail.iter().map(|to| NewDelivery { means: DeliveryMeans::Mail, target: to.clone() });
    let sftp = terms.delivery.sftp.iter().map(|to| NewDelivery {
        means: DeliveryMeans::Sftp,
        target: format!("{}@{}:{}/{}", to.user, to.host, to.port, to.folder.trim_matches('/')),
    });
    mail.chain(sftp).collect()
}

/// The lines of a window, page by page.
fn lines<'a>(
    ledger: &'a Ledger,
    statement: &WindowStatement,
    contract_of: ContractOf<'a>,
) -> impl Iterator<Item = Result<Line, LinesError>> + 'a {
    let (window, biller) = (statement.window, statement.biller);
    let (mut after, mut page, mut is_over) = (0, Vec::new().into_iter(), false);
    std::iter::from_fn(move || {
        if page.as_slice().is_empty() && !is_over {
            let found = match ledger.read(|reader| reader.window_lines(window, after, PAGE)) {
                Ok(found) => found,
                Err(error) => {
                    is_over = true;
                    return Some(Err(error.into()));
                }
            };
            is_over = i64::try_from(found.len()).is_ok_and(|found| found < PAGE);
            after = found.last().map_or(after, |line| line.posting);
            page = found.into_iter();
        }
        page.next().map(|found| line(biller, found, contract_of))
    })
}

fn line(biller: u16, found: WindowLine, contract_of: ContractOf<'_>) -> Result<Line, LinesError> {
    let payment = found.payment.id();
    let unreadable = |why: String| LinesError::Unreadable(payment, why);
    let (receivable_type, detail) = found.quote.ok_or_else(|| unreadable("its quote is missing".to_owned()))?;
    let contract = contract_of(biller, &receivable_type, &detail).map_err(unreadable)?;
    let out_of_range = || unreadable("its amount is past the range".to_owned());
    let (kind, amount) = match found.kind {
        WindowLineKind::Payment | WindowLineKind::Restored => (LineKind::Payment, found.principal),
        WindowLineKind::Refund => {
            (LineKind::Refund, Money::ZERO.checked_sub(found.principal).ok_or_else(out_of_range)?)
        }
    };
    Ok(Line {
        kind,
        payment,
        reference: found.payment,
        receipt_number: found.receipt_number,
        receipt_date: found.receipt_date,
        receivable_type,
        contract,
        channel: found.channel,
        instrument: found.instrument,
        amount,
        confirmed_at: found.booked_at.and_utc(),
    })
}

/// Orders the transfers that wait, and writes every order's message that is not in its place.
pub fn order_transfers(
    ledger: &Ledger,
    folder: &Path,
    bank: &BankTerms,
    now: DateTime<Utc>,
) -> Result<Result<Ordering, String>, Trouble> {
    let mut done = Ordering::default();
    let limit = i64::try_from(TRANSFERS_MAX).unwrap_or(i64::MAX);
    let execution = execution_day(&bank.holidays, now);
    while ledger.read(|reader| reader.transfers_waiting())? > 0 {
        ledger.write_now(move |op| op.order_transfers(transfer_message_id, execution, limit, now))?;
    }
    for order in ledger.read(|reader| reader.orders_to_write())? {
        let (run, transfers) = match run(ledger, &order)? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        let run =
            TransferRun { number: run, created: order.made_at.and_utc(), from: &bank.account, transfers: &transfers };
        let made = place(folder, &order_name(&order), |out| write_transfers(bank.version, &run, out))?;
        let written = match made {
            Ok(written) => written,
            Err(error) => return Ok(Err(format!("{}: {error}", order.message_id))),
        };
        done.orders += 1;
        done.transfers += written.lines;
        let (id, digest) = (order.id, written.sha256);
        let deliver_at = bank.is_delivered.then_some(now);
        ledger.write_now(move |op| op.order_written(id, &digest, deliver_at))?;
    }
    Ok(Ok(done))
}

/// The name of an order's file.
pub fn order_name(order: &TransferOrder) -> String {
    format!("{}.xml", order.message_id)
}

/// The number of an order's run, and its transfers as the message tells them.
fn run(ledger: &Ledger, order: &TransferOrder) -> Result<Result<(i64, Vec<Transfer>), String>, LedgerError> {
    let found = ledger.read(|reader| {
        let transfers = reader.transfers_ordered(order.id)?;
        let mut all = Vec::with_capacity(transfers.len());
        for transfer in transfers {
            let settlement = reader.settlement(transfer.window)?;
            all.push((transfer, settlement));
        }
        Ok(all)
    })?;
    let tell = |(transfer, settlement): (ledger::Transfer, Option<Settlement>)| {
        let settlement = settlement.ok_or_else(|| format!("transfer {}: its settlement is missing", transfer.id))?;
        let (statement, _) = statement(&settlement)?;
        let small = |number: i16| u8::try_from(number).map_err(|_| format!("transfer {}: its account", transfer.id));
        let (account, repeats) = (small(transfer.position)?, small(transfer.repeats)?);
        Ok(Transfer {
            id: TransferId { biller: transfer.biller, window: transfer.window, account, repeats },
            sequence: statement.sequence,
            day: statement.day,
            holder: transfer.holder,
            rib: transfer.rib,
            amount: transfer.amount,
            execution: order.execution_on,
        })
    };
    Ok(found.into_iter().map(tell).collect::<Result<Vec<_>, String>>().map(|transfers| (order.id, transfers)))
}

/// The day on which the bank is to pay what is ordered now: the same civil day, or the next on which banks work.
fn execution_day(holidays: &BankHolidays, now: DateTime<Utc>) -> NaiveDate {
    holidays.on_or_after(now.with_timezone(&ZONE).date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::weekday("2026-11-24T17:00:05Z", "2026-11-24")]
    #[case::friday("2026-11-27T17:00:05Z", "2026-11-27")]
    #[case::saturday("2026-11-28T17:00:05Z", "2026-11-30")]
    #[case::sunday("2026-11-29T17:00:05Z", "2026-11-30")]
    #[case::holiday("2026-11-06T10:00:00Z", "2026-11-09")]
    #[case::past_midnight_at_home("2026-11-27T23:30:00Z", "2026-11-30")]
    fn execution(#[case] now: &str, #[case] day: &str) {
        assert_eq!(execution_day(&BankHolidays::default(), now.parse().unwrap()).to_string(), day);
    }
}
