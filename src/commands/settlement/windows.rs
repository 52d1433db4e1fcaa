//! Windows and what came of them: listed, shown, written out again; transfers that did not arrive, made once more.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, bail};
use chrono::Utc;
use ledger::{CommissionInvoice, Ledger, OrderDelivery, Repeated, Settlement, SettlementFileKind};
use payments::catalogue::Catalogue;
use settlement::files::{CommissionId, TransferId};
use settlement::terms::FileFormat;

use crate::cli::{SettlementFileArgs, SettlementListArgs, SettlementRepeatArgs, SettlementShowArgs};
use crate::commands::table::{Table, local};
use crate::commands::{Outcome, existing_database};
use crate::config::Environment;
use crate::data_keys;

/// Orders that are listed.
const ORDERS_SHOWN: i64 = 100;

/// The newest windows.
pub(super) fn list(
    args: &SettlementListArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ledger = open(environment)?;
    let found = ledger.read(|reader| {
        let windows = reader.settlement_windows(args.biller, args.last.into())?;
        let mut all = Vec::with_capacity(windows.len());
        for window in windows {
            let settlement = reader.settlement(window.id)?;
            all.push((window, settlement));
        }
        Ok(all)
    });
    let found = found.context("the windows cannot be read")?;
    ledger.close();
    if found.is_empty() {
        writeln!(out, "no settlement windows yet; `fatoura serve` opens one for each biller")?;
        return Ok(Outcome::Done);
    }
    let mut table = Table::new(&[
        "WINDOW",
        "BILLER",
        "NO",
        "CUT-OFF",
        "STATE",
        "PAYMENTS",
        "GROSS",
        "REFUNDS",
        "COMMISSION",
        "VAT",
        "NET",
        "PAID OUT",
    ]);
    for (window, settlement) in &found {
        let state = match (&settlement, window.closed_at) {
            (Some(_), _) => "settled",
            (None, Some(_)) => "closed",
            (None, None) => "open",
        };
        let figures = settlement.as_ref().map_or_else(|| vec![String::new(); 7], figures);
        let number = settlement.as_ref().map_or_else(String::new, |settlement| settlement.sequence.to_string());
        let mut row =
            vec![window.id.to_string(), window.biller.to_string(), number, local(window.cut_off), state.to_owned()];
        row.extend(figures);
        table.row(row);
    }
    table.print(out)?;
    Ok(Outcome::Done)
}

fn figures(settlement: &Settlement) -> Vec<String> {
    vec![
        settlement.payments.0.to_string(),
        settlement.payments.1.to_string(),
        settlement.refunds.1.to_string(),
        settlement.commission.to_string(),
        settlement.commission_vat.to_string(),
        settlement.net.to_string(),
        settlement.payout.to_string(),
    ]
}

/// All that is known of one window.
pub(super) fn show(
    args: &SettlementShowArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ledger = open(environment)?;
    let window = ledger.read(|reader| reader.settlement_window(args.window)).context("the window cannot be read")?;
    let Some(window) = window else {
        bail!("there is no window {}; `fatoura settlement list` shows them", args.window)
    };
    let (settlement, files, transfers, invoice) = ledger
        .read(|reader| {
            let mut files = Vec::new();
            for file in reader.files_of(args.window)? {
                let deliveries = reader.deliveries_of(file.id)?;
                files.push((file, deliveries));
            }
            let (settlement, transfers) = (reader.settlement(args.window)?, reader.transfers_of(args.window)?);
            Ok((settlement, files, transfers, reader.commission_invoice(args.window)?))
        })
        .context("the window cannot be read")?;
    ledger.close();
    writeln!(out, "window {} of biller {}, cut-off {}", window.id, window.biller, local(window.cut_off))?;
    let Some(settlement) = settlement else {
        let state = if window.closed_at.is_some() { "closed, not settled yet" } else { "open" };
        writeln!(out, "{state}")?;
        return Ok(Outcome::Done);
    };
    let Settlement { payments, refunds, .. } = &settlement;
    writeln!(
        out,
        "statement {}, from {}, settled {}",
        settlement.sequence,
        local(settlement.since),
        local(settlement.made_at)
    )?;
    for (what, amount) in [
        (format!("gross of {} payment(s)", payments.0), payments.1),
        (format!("taken back by {} refund(s)", refunds.0), refunds.1),
        ("commission".to_owned(), settlement.commission),
        ("VAT on commission".to_owned(), settlement.commission_vat),
        ("carried in".to_owned(), settlement.carried_in),
        ("net".to_owned(), settlement.net),
        ("paid out".to_owned(), settlement.payout),
        ("carried on".to_owned(), settlement.carried_on().unwrap_or_default()),
    ] {
        writeln!(out, "  {what:<30}{:>20}", amount.to_string())?;
    }
    if let Some(CommissionInvoice { window, biller, amount, is_paid }) = invoice {
        let state = if is_paid { "paid" } else { "not paid" };
        writeln!(out, "commission to be invoiced under {}: {amount}, {state}", CommissionId { biller, window })?;
    }
    for transfer in transfers {
        let id = transfer_id(&transfer)?;
        let reason = if transfer.reason.is_empty() { String::new() } else { format!(": {}", transfer.reason) };
        writeln!(
            out,
            "transfer {id}: {} to {} {}, {}{reason}",
            transfer.amount, transfer.holder, transfer.rib, transfer.state
        )?;
    }
    for (file, deliveries) in files {
        writeln!(out, "file {}: {} bytes, SHA-256 {}", file.name, file.bytes, file.digest)?;
        for delivery in deliveries {
            let state = match delivery.delivered_at {
                Some(at) => format!("delivered {}: {}", local(at), delivery.proof),
                None if delivery.attempts == 0 => "not tried yet".to_owned(),
                None => format!(
                    "failed {} time(s), again at {}: {}",
                    delivery.attempts,
                    local(delivery.due_at),
                    delivery.failure
                ),
            };
            writeln!(out, "  {} to {}: {state}", delivery.means, delivery.target)?;
        }
    }
    Ok(Outcome::Done)
}

/// Writes a settlement's file again, and holds it to what was made before.
pub(super) fn write(
    args: &SettlementFileArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ledger = open(environment)?;
    let found = ledger.read(|reader| reader.settlement(args.window)).context("the settlement cannot be read")?;
    let Some(found) = found else {
        bail!("window {} is not settled, or not there; `fatoura settlement list` shows them", args.window)
    };
    let (format, kind) = match args.format {
        SettlementFileKind::Csv => (FileFormat::Csv, args.format),
        SettlementFileKind::Fixed => (FileFormat::Fixed, args.format),
        SettlementFileKind::Camt054 => (FileFormat::Camt054, args.format),
    };
    let (statement, terms) = settlement::statement(&found).map_err(anyhow::Error::msg)?;
    let known = ledger
        .read(|reader| {
            let before = reader.digest_before(kind, found.biller, found.sequence)?;
            let files = reader.files_of(args.window)?;
            Ok((before, files.into_iter().find(|file| file.kind == kind)))
        })
        .context("the files cannot be read")?;
    let catalogue = catalogue(&ledger)?;
    let contract_of = |biller: u16, receivable_type: &str, detail: &str| {
        catalogue.contract_of(biller, receivable_type, detail).map_err(|error| error.to_string())
    };
    let name = statement.file_name(format);
    let path = args.out.clone().unwrap_or_else(|| name.clone().into());
    let file = File::create_new(&path)
        .with_context(|| format!("{} cannot be made: remove it, or choose another name with --out", path.display()))?;
    let mut file = BufWriter::new(file);
    let written =
        settlement::write_file(&ledger, format, &statement, &terms, known.0.as_deref(), &contract_of, &mut file)
            .with_context(|| name.clone())?;
    file.flush().with_context(|| path.display().to_string())?;
    ledger.close();
    writeln!(
        out,
        "{}: {} line(s), {} bytes, SHA-256 {}",
        path.display(),
        written.lines,
        written.bytes,
        written.sha256
    )?;
    match known.1 {
        Some(known) if known.digest != written.sha256 => {
            writeln!(out, "NOT THE SAME as was made before: SHA-256 {}", known.digest)?;
            Ok(Outcome::Faulty)
        }
        Some(_) => {
            writeln!(out, "the same as was made before")?;
            Ok(Outcome::Done)
        }
        None => {
            writeln!(out, "it was not made in this form before")?;
            Ok(Outcome::Done)
        }
    }
}

/// What the bank was asked for.
pub(super) fn orders(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ledger = open(environment)?;
    let orders = ledger.read(|reader| {
        let mut found = Vec::new();
        for order in reader.transfer_orders(ORDERS_SHOWN)? {
            found.extend(reader.order_delivery(order.id)?);
        }
        Ok(found)
    });
    let orders = orders.context("the orders cannot be read")?;
    ledger.close();
    if orders.is_empty() {
        writeln!(out, "the bank was not asked for any transfer yet")?;
        return Ok(Outcome::Done);
    }
    let mut table =
        Table::new(&["ORDER", "MADE", "TO BE PAID ON", "TRANSFERS", "TOTAL", "STATE", "AT THE BANK", "SHA-256"]);
    for delivery in orders {
        let at_the_bank = brought(&delivery);
        let order = delivery.order;
        table.row([
            order.message_id,
            local(order.made_at),
            order.execution_on.to_string(),
            order.transfers.to_string(),
            order.total.to_string(),
            order.state.to_string(),
            at_the_bank,
            if order.digest.is_empty() { "not written yet".to_owned() } else { order.digest },
        ]);
    }
    table.print(out)?;
    Ok(Outcome::Done)
}

/// Whether an order's message reached the bank's server.
fn brought(delivery: &OrderDelivery) -> String {
    match (delivery.delivered_at, delivery.due_at) {
        (Some(at), _) => format!("since {}", local(at)),
        (None, None) => "by hand".to_owned(),
        (None, Some(_)) if delivery.attempts == 0 => "not tried yet".to_owned(),
        (None, Some(next)) => format!("tried {}, next {}: {}", delivery.attempts, local(next), delivery.failure),
    }
}

/// Has a transfer that did not arrive made once more, to the account that the biller's file names now.
pub(super) fn repeat(
    args: &SettlementRepeatArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let TransferId { biller, window, account, repeats } = args.transfer;
    let ledger = open(environment)?;
    let found = ledger
        .read(|reader| reader.transfer(window, i16::from(account), i16::from(repeats)))
        .context("the transfer cannot be read")?;
    let Some(found) = found.filter(|found| found.biller == biller) else {
        bail!("there is no transfer {}; `fatoura settlement show WINDOW` names a window's", args.transfer)
    };
    let catalogue = catalogue(&ledger)?;
    let to = catalogue
        .get(biller)
        .and_then(|biller| biller.terms.accounts.get(usize::from(account).checked_sub(1)?).cloned())
        .with_context(|| format!("biller {biller}'s file names no account {account}: import it with one"))?;
    let (holder, rib) = (to.holder.clone(), to.rib.clone());
    let outcome = ledger.write_now(move |op| op.repeat_transfer(found.id, &holder, &rib, Utc::now()));
    let outcome = outcome.context("the transfer cannot be repeated")?;
    ledger.close();
    match outcome {
        Repeated::Waiting(new) => {
            writeln!(out, "{} waits to be ordered: {} to {} {}", transfer_id(&new)?, new.amount, new.holder, new.rib)?;
        }
        Repeated::Known(known) => {
            writeln!(out, "it was repeated before, as {}, which is {}", transfer_id(&known)?, known.state)?;
        }
        Repeated::Unfit(state) => bail!("{} is {state}: only what was rejected or returned is repeated", args.transfer),
        Repeated::NoSuchTransfer => bail!("there is no transfer {}", args.transfer),
    }
    Ok(Outcome::Done)
}

fn transfer_id(transfer: &ledger::Transfer) -> anyhow::Result<TransferId> {
    Ok(TransferId {
        biller: transfer.biller,
        window: transfer.window,
        account: u8::try_from(transfer.position)?,
        repeats: u8::try_from(transfer.repeats)?,
    })
}

fn catalogue(ledger: &Ledger) -> anyhow::Result<Catalogue> {
    Catalogue::of_ledger(ledger).context("the billers cannot be read")
}

fn open(environment: &Environment) -> anyhow::Result<Ledger> {
    data_keys::open_beside(&existing_database(environment)?)
}
