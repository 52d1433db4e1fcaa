//! Settlement files, proved.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::PathBuf;

use anyhow::Context;
use settlement::files::{TextForm, Unverified, Verified, check_sequence, verify};

use crate::cli::VerifyArgs;
use crate::commands::Outcome;

/// Holds files to their layout and figures, and to one another.
pub(super) fn run(args: &VerifyArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let mut right: Vec<Verified> = Vec::new();
    let mut faults = 0;
    for path in &args.files {
        let name = path.display();
        let file = File::open(path).with_context(|| format!("{name} cannot be read"))?;
        match verify(BufReader::new(file), |_| {}) {
            Ok(verified) => right.push(verified),
            Err(Unverified::Faulty(found)) => {
                for fault in &found {
                    writeln!(out, "{name}:{}:{}: {}", fault.line, fault.column, fault.what)?;
                }
                faults += found.len();
            }
            Err(Unverified::Unreadable(error)) => return Err(error).context(format!("{name} cannot be read")),
        }
    }
    if faults == 0 {
        let found = check_sequence(&right);
        for (place, fault) in &found {
            writeln!(out, "{}: {fault}", args.files.get(*place).unwrap_or(&PathBuf::new()).display())?;
        }
        faults = found.len();
    } else if args.files.len() > 1 {
        writeln!(out, "whether the files follow one another was not looked at")?;
    }
    if faults > 0 {
        writeln!(out, "NOT RIGHT: {faults} fault(s)")?;
        return Ok(Outcome::Faulty);
    }
    for (path, file) in args.files.iter().zip(&right) {
        writeln!(out, "{}: right: {}", path.display(), told(file))?;
    }
    Ok(Outcome::Done)
}

fn told(file: &Verified) -> String {
    let (statement, totals) = (&file.statement, &file.statement.totals);
    let form = match file.form {
        TextForm::Csv => "CSV",
        TextForm::Fixed => "fixed width",
    };
    format!(
        "biller {}, statement {} of {}, {form}; {} payment(s) {}, {} refund(s) {}, commission {}, VAT {}, net {}, paid {}",
        statement.biller,
        statement.sequence,
        statement.day,
        totals.payments,
        totals.gross,
        totals.refunds,
        totals.refunded,
        totals.commission,
        totals.vat,
        totals.net,
        totals.paid
    )
}
