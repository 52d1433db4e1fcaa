//! Settlement files, proved.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;

use anyhow::Context;
use settlement::files::{
    SequenceFault, TextForm, Unverified, Verified, VerifiedAdvice, check_advices, check_sequence, verify, verify_advice,
};

use crate::cli::VerifyArgs;
use crate::commands::Outcome;

/// A file that was found right.
enum Right {
    Text(Verified),
    Advice(VerifiedAdvice),
}

/// Holds files to their layout and figures, and to one another.
pub(super) fn run(args: &VerifyArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let mut right: Vec<Right> = Vec::new();
    let mut faults = 0;
    for path in &args.files {
        let name = path.display();
        let file = File::open(path).with_context(|| format!("{name} cannot be read"))?;
        match look(BufReader::new(file)) {
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
        let found = in_order(&right);
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

/// A message begins with an angle bracket, and the other forms with a letter.
fn look(mut file: BufReader<File>) -> Result<Right, Unverified> {
    let is_message = |bytes: &[u8]| {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        bytes.trim_ascii_start().first() == Some(&b'<')
    };
    let found = file.fill_buf().map(is_message).map_err(Unverified::Unreadable)?;
    if found { verify_advice(file).map(Right::Advice) } else { verify(file, |_| {}).map(Right::Text) }
}

fn in_order(files: &[Right]) -> Vec<(usize, SequenceFault)> {
    let (mut texts, mut advices) = (Vec::new(), Vec::new());
    for file in files {
        match file {
            Right::Text(file) => texts.push(file.clone()),
            Right::Advice(file) => advices.push(file.clone()),
        }
    }
    match (texts.is_empty(), advices.is_empty()) {
        (_, true) => check_sequence(&texts),
        (true, _) => check_advices(&advices),
        (false, false) => {
            let is_text = |file: &Right| matches!(file, Right::Text(_));
            let first = files.first().is_some_and(is_text);
            let other = files.iter().position(|file| is_text(file) != first).unwrap_or_default();
            vec![(other, SequenceFault::OtherForm)]
        }
    }
}

fn told(file: &Right) -> String {
    match file {
        Right::Text(file) => told_text(file),
        Right::Advice(file) => format!(
            "biller {}, statement {}, advice; {} account(s), {} detail(s), paid {}; it names no digest: files of text \
             prove more",
            file.biller, file.sequence, file.accounts, file.details, file.paid
        ),
    }
}

fn told_text(file: &Verified) -> String {
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
