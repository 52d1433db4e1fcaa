//! Files taken in.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use anyhow::{Context, bail};
use chrono::Utc;
use ledger::Ledger;
use settlement::reconciliation::{ImportError, ImportTerms, Imported, Taken, import};

use super::open;
use super::progress::Progress;
use crate::cli::ReconcileImportArgs;
use crate::commands::Outcome;
use crate::commands::table::local;
use crate::config::{Environment, SettlementConfig};

pub(super) fn run(
    args: &ReconcileImportArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let config = SettlementConfig::from_environment(environment)?;
    let accounts: Vec<String> = config.bank.iter().map(|bank| bank.account.rib.clone()).collect();
    let by = environment.get("USER").map_or_else(|| "command".to_owned(), |name| name.to_string());
    let ledger = open(environment)?;
    let mut refused = 0;
    for path in &args.files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let terms = ImportTerms {
            accounts: &accounts,
            allow_gap: args.allow_gap,
            dry_run: args.dry_run,
            name: &name,
            by: &by,
            now: Utc::now(),
        };
        match one(&ledger, &terms, path)? {
            Ok(Imported::Taken(taken)) => writeln!(out, "{}: {}", path.display(), told(&taken, args.dry_run))?,
            Ok(Imported::Known(known)) => {
                let at = local(known.imported_at);
                writeln!(out, "{}: known: taken in as {} at {at}; nothing changed", path.display(), known.name)?;
            }
            Err((faults, more)) => {
                refused += 1;
                for fault in faults {
                    writeln!(out, "{}: {fault}", path.display())?;
                }
                if more > 0 {
                    writeln!(out, "{}: and {more} more fault(s)", path.display())?;
                }
            }
        }
    }
    ledger.close();
    if refused > 0 {
        writeln!(out, "{refused} file(s) refused; nothing of them was taken")?;
        return Ok(Outcome::Faulty);
    }
    Ok(Outcome::Done)
}

type Refusal = (Vec<String>, u64);

fn one(ledger: &Ledger, terms: &ImportTerms<'_>, path: &Path) -> anyhow::Result<Result<Imported, Refusal>> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("{name} cannot be read"))?;
    let shown = name.to_string();
    let mut progress = Progress::of(&shown);
    match import(ledger, terms, BufReader::new(file), &mut |done, total| progress.show(done, total)) {
        Ok(imported) => Ok(Ok(imported)),
        Err(ImportError::Refused(faults, more)) => Ok(Err((faults, more))),
        Err(error @ (ImportError::Io(_) | ImportError::Ledger(_))) => Err(error).context(format!("{name}")),
        Err(error @ ImportError::Overtaken) => bail!("{name}: {error}"),
    }
}

fn told(taken: &Taken, dry_run: bool) -> String {
    let would = if dry_run { "right: would be taken as" } else { "taken as" };
    let day = taken.day.map(|day| format!(" of {day}")).unwrap_or_default();
    let announced = match taken.announced {
        0 => String::new(),
        announced => format!(", {announced} only announced"),
    };
    format!(
        "{would} {} from {}{day}: {} record(s), {} known{announced}, {} break(s)",
        taken.kind, taken.source, taken.records, taken.known, taken.breaks
    )
}
