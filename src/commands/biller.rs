//! `biller`: import and list.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use biller_adapters::ConnectorSettings;
use chrono::Utc;
use payments::catalogue::{Biller, import as files};
use secrecy::SecretString;

use super::{Outcome, existing_database};
use crate::cli::ImportArgs;
use crate::config::{DatabaseConfig, Environment};
use crate::data_keys;

/// Takes billers from files, all or none.
pub(super) fn import(args: &ImportArgs, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let database = existing_database(environment)?;
    let given: BTreeMap<&str, &str> =
        args.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let variables = |name: &str| given.get(name).map(|value| (*value).to_owned()).or_else(|| environment.get(name));
    let billers = match read_all(&args.files, &variables) {
        Ok(billers) => billers,
        Err(faults) => {
            let mut errors = io::stderr().lock();
            faults.iter().try_for_each(|fault| writeln!(errors, "{fault}"))?;
            writeln!(errors, "fatoura: {} fault(s); nothing was imported", faults.len())?;
            return Ok(Outcome::Faulty);
        }
    };
    store(&database, &billers)?;
    for biller in &billers {
        writeln!(out, "{} {} ({})", biller.code, biller.name.fr, protocol(&biller.connector).0)?;
        let name = protocol(&biller.connector).1;
        if environment.get(name).is_none() {
            writeln!(out, "     note: {name} is not set here; `serve` needs it")?;
        }
    }
    writeln!(out, "{} biller(s) imported", billers.len())?;
    Ok(Outcome::Done)
}

/// Reads every file, or names every fault with its file and line.
fn read_all(paths: &[PathBuf], variables: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Biller>, Vec<String>> {
    let mut faults = Vec::new();
    let mut billers: Vec<Biller> = Vec::new();
    let mut found: BTreeMap<u16, String> = BTreeMap::new();
    for path in paths {
        let file = path.display().to_string();
        let text = match fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(error)) => {
                let line =
                    1 + error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count();
                faults.push(format!("{file}:{line}: expected text in UTF-8; found other bytes"));
                continue;
            }
            Err(error) => {
                faults.push(format!("{file}: cannot be read: {error}"));
                continue;
            }
        };
        match files::parse(&text, variables) {
            Ok(read) => {
                for biller in read {
                    if let Some(earlier) = found.insert(biller.code, file.clone()) {
                        faults.push(format!("{file}: biller {} is in {earlier} too", biller.code));
                    }
                    faults.extend(
                        connector_fault(&biller).map(|fault| format!("{file}: biller {}: {fault}", biller.code)),
                    );
                    billers.push(biller);
                }
            }
            Err(wrong) => faults.extend(wrong.iter().map(|fault| match fault.path.as_str() {
                "" => format!("{file}:{}: {}", fault.line, fault.expected),
                key => format!("{file}:{}: {key}: {}", fault.line, fault.expected),
            })),
        }
    }
    if faults.is_empty() { Ok(billers) } else { Err(faults) }
}

/// What the biller's protocol has against its settings. The secret is not at hand here and stands for itself.
fn connector_fault(biller: &Biller) -> Option<String> {
    let stand_in = |_: &str| Some(SecretString::from("stand-in"));
    biller.connector.build(biller.code, &stand_in).err().map(|fault| fault.to_string())
}

/// Puts billers into the ledger, each in place of what was under its code. A hub that runs takes them over by itself.
pub(super) fn store(database: &DatabaseConfig, billers: &[Biller]) -> anyhow::Result<()> {
    let ledger = data_keys::open_beside(database)?;
    payments::import_billers(&ledger, billers, Utc::now()).context("the billers cannot be stored")?;
    ledger.close();
    Ok(())
}

/// Prints the billers as a table.
pub(super) fn list(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ledger = data_keys::open_beside(&existing_database(environment)?)?;
    let stored = ledger.read(|reader| reader.billers()).context("the billers cannot be read")?;
    let mut rows = vec![["CODE", "CATEGORY", "PROTOCOL", "TYPES", "CHANNELS", "NAME"].map(str::to_owned)];
    for row in stored {
        let biller = Biller::from_stored(&row.definition)
            .with_context(|| format!("biller {} is stored in another shape: import its file again", row.code))?;
        rows.push(line(&biller)?);
    }
    if rows.len() == 1 {
        writeln!(out, "no billers; import some with `fatoura biller import FILE...`")?;
        return Ok(Outcome::Done);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    for row in &rows {
        for (cell, width) in row.iter().zip(widths) {
            write!(out, "{cell:width$}  ")?;
        }
        // The name comes last, unpadded: names in several scripts have no common width.
        writeln!(out, "{}", row[5])?;
    }
    Ok(Outcome::Done)
}

fn line(biller: &Biller) -> anyhow::Result<[String; 6]> {
    let types: Vec<&str> = biller.receivable_types.iter().map(|kind| kind.code.as_str()).collect();
    let mut channels = Vec::new();
    for limit in biller.receivable_types.iter().flat_map(|kind| &kind.limits) {
        let channel = limit.channel.as_str();
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    let category = serde_json::to_value(biller.category)?.as_str().unwrap_or_default().to_owned();
    Ok([
        biller.code.to_string(),
        category,
        protocol(&biller.connector).0.to_owned(),
        types.join(","),
        channels.join(","),
        biller.name.fr.clone(),
    ])
}

/// The protocol's name in biller files, and the name under which the secret is looked up.
fn protocol(connector: &ConnectorSettings) -> (&'static str, &str) {
    match connector {
        ConnectorSettings::JsonRest { secret_env, .. } => ("json_rest", secret_env),
        ConnectorSettings::FatouratiSoap { secret_env, .. } => ("fatourati_soap", secret_env),
        ConnectorSettings::FlatFile { secret_env, .. } => ("flat_file", secret_env),
    }
}
