//! `export`: the books for other programs.

use std::io::{BufWriter, Write};

use anyhow::Context;
use chrono::Months;

use super::{Outcome, existing_database};
use crate::cli::StampDutyArgs;
use crate::config::Environment;
use crate::data_keys;

/// A journal for hledger.
pub(super) fn hledger(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let url = existing_database(environment)?.url;
    // Standard output is flushed at every line: a journal has millions.
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    ledger::export_hledger(&url, &mut out).with_context(|| format!("the books at {url} cannot be exported"))?;
    out.flush()?;
    Ok(Outcome::Done)
}

/// The register of stamp duty, a line a month.
pub(super) fn stamp_duty(
    args: &StampDutyArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ledger = data_keys::open_beside(&existing_database(environment)?)?;
    writeln!(out, "month,receipts,discharged,duty")?;
    for number in 0..args.months {
        let after = |months| args.from.checked_add_months(Months::new(months)).context("a month beyond the calendar");
        let (month, next) = (after(number)?, after(number + 1)?);
        let totals = ledger.read(|reader| reader.stamp_duty(month, next))?;
        let (receipts, month) = (totals.receipts, month.format("%Y-%m"));
        writeln!(out, "{month},{receipts},{},{}", totals.discharged, totals.duty)?;
    }
    ledger.close();
    Ok(Outcome::Done)
}
